"""The `rapport` command: groups of commands, and how every command ends.

Exit codes: 0 done, 1 a check failed, 2 what was typed or set is wrong, 69 something outside is missing, 70 our failure.
Results go to standard output, everything else to standard error.
"""

import os
import signal
import sys
import threading

from cyclopts import App, CycloptsError
from pydantic import ValidationError
from rich.console import Console

from deploy.cli import (
    archives,
    backups,
    copies,
    database,
    deadletters,
    demo,
    events,
    importing,
    inboxes,
    ledger,
    matching,
    network,
    outbox,
    resend,
    running,
    stories,
    tokens,
    topology,
)
from deploy.local.problems import Problem

app = App(name="rapport", help="Online mentoring for networks of organisations: five services and their tools.")
for group in (
    running,
    demo,
    tokens,
    topology,
    database,
    events,
    archives,
    backups,
    resend,
    outbox,
    inboxes,
    deadletters,
    ledger,
    copies,
    stories,
    network,
    importing,
    matching,
):
    group.register(app)

errors = Console(stderr=True, highlight=False, soft_wrap=True)


def main() -> None:
    """Run the command that was typed and end with its exit code."""
    terminated = threading.Event()

    def end(*_: object) -> None:
        """As Ctrl-C does, so that a command leaves nothing half done."""
        terminated.set()
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as shells start what runs in the background
            raise KeyboardInterrupt
        signal.raise_signal(signal.SIGINT)

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, end)
    try:
        result = app(sys.argv[1:], exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        errors.print(f"rapport: {error}\nTry `rapport --help`.", markup=False)
        sys.exit(2)
    except ValidationError as error:
        errors.print(_settings_faults(error), markup=False)
        sys.exit(2)
    except Problem as error:
        errors.print(f"rapport: {error}", markup=False)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        if terminated.is_set():
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.raise_signal(signal.SIGTERM)
        sys.exit(130)
    sys.exit(result if isinstance(result, int) else 0)


def _settings_faults(error: ValidationError) -> str:
    """Each wrong setting by name, never its value."""
    lines = [f"rapport: {error.error_count()} setting(s) of {error.title} cannot be used:"]
    for fault in error.errors(include_input=False, include_url=False):
        lines.append(f"  {'.'.join(map(str, fault['loc'])) or 'settings'}: {fault['msg']}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
