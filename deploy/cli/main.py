"""The `rapport` command: groups of commands, and how every command ends.

Exit codes: 0 done, 1 a check failed, 2 what was typed or set is wrong, 69 something outside is missing, 70 our failure.
Results go to standard output, everything else to standard error.
"""

import errno
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

app = App(
    name="rapport",
    help="Online mentoring for networks of organisations: five services and their tools.",
    suppress_keyboard_interrupt=False,
)
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
        sys.exit(_run())
    except KeyboardInterrupt:
        if terminated.is_set():
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.raise_signal(signal.SIGTERM)
        sys.exit(130)


def _run() -> int:
    """Run the command; returns its exit code and says why where it is not 0."""
    try:
        result = app(sys.argv[1:], exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        errors.print(f"rapport: {error}\nTry `rapport --help`.", markup=False)
        return 2
    except ValidationError as error:
        errors.print(_settings_faults(error), markup=False)
        return 2
    except Problem as error:
        errors.print(f"rapport: {error}", markup=False)
        return error.exit_code
    except BrokenPipeError:
        _drop_output()
        return 0
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _drop_output()
        errors.print(f"rapport: Something could not be written: {error.strerror}. Free the disk.", markup=False)
        return 69
    return result if isinstance(result, int) else 0


def _drop_output() -> None:
    """What is still held for standard output goes nowhere, or the interpreter would fail with it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _settings_faults(error: ValidationError) -> str:
    """Each wrong setting by name, never its value."""
    lines = [f"rapport: {error.error_count()} setting(s) of {error.title} cannot be used:"]
    for fault in error.errors(include_input=False, include_url=False):
        lines.append(f"  {'.'.join(map(str, fault['loc'])) or 'settings'}: {fault['msg']}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
