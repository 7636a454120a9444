"""The `rapport` command: groups of commands, and how every command ends.

Exit codes: 0 done, 1 a check failed, 2 what was typed or set is wrong, 69 something outside is missing, 70 our failure.
Results go to standard output, everything else to standard error.
"""

import logging
import os
import signal
import sys
import threading
import traceback

import httpx2
from cyclopts import App, CycloptsError
from pydantic import ValidationError

from deploy.cli import (
    archives,
    backups,
    completion,
    configuring,
    copies,
    database,
    deadletters,
    demo,
    doctor,
    events,
    exporting,
    following,
    importing,
    inboxes,
    keys,
    ledger,
    matching,
    network,
    outbox,
    policy,
    resend,
    running,
    screening,
    stories,
    tokens,
    topology,
    urls,
)
from deploy.cli.common import Typed, help_console, say
from deploy.local.problems import Problem
from deploy.settings import read_secrets
from shared import log
from shared.db import is_away

OURS = ("__main__", "deploy", "services", "shared")

app = App(
    name="rapport",
    help="Online mentoring for networks of organisations: five services and their tools.",
    console=help_console,
    suppress_keyboard_interrupt=False,
)
for group in (
    running,
    doctor,
    urls,
    demo,
    configuring,
    keys,
    tokens,
    topology,
    database,
    events,
    following,
    archives,
    backups,
    resend,
    outbox,
    inboxes,
    deadletters,
    ledger,
    copies,
    screening,
    stories,
    network,
    policy,
    importing,
    exporting,
    matching,
    completion,
):
    group.register(app)


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
    code, sentence = _run()
    if terminated.is_set():
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.raise_signal(signal.SIGTERM)
    if sentence:
        say(f"rapport: {sentence}")
    try:
        (sys.stdout or sys.stderr).flush()
    except OSError:  # already told; what could not be written would fail once more when the process ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def _run() -> tuple[int, str]:
    """The exit code, and what is to be said about it."""
    try:
        _demand_streams()
        _keep_libraries_quiet()
        read_secrets(os.environ)
        result = app(sys.argv[1:], exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
    except CycloptsError as error:
        return 2, f"{error}\nTry `rapport --help`."
    except ValidationError as error:
        return 2, _settings_faults(error)
    except Problem as error:
        return error.exit_code, str(error)
    except KeyboardInterrupt:
        return 130, ""
    except BrokenPipeError:  # such as `| head`
        return 0, ""
    except Exception as error:
        return _unforeseen(error)
    return (result if isinstance(result, int) else 0), ""


def _demand_streams() -> None:
    """Raises Typed where results would go nowhere; input and complaints may."""
    if sys.stdout is None:
        raise Typed("Standard output is closed; send it to a file, or to /dev/null.")
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: SIM115, PTH123  # as long as the process
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115, PTH123


def _keep_libraries_quiet() -> None:
    """What goes wrong with a server is told in our sentence, not by its client's tracebacks before it."""
    log.configure("command")
    for handler in logging.getLogger().handlers:
        handler.addFilter(lambda record: record.name.partition(".")[0] in (*OURS, "repair"))


def _unforeseen(error: Exception) -> tuple[int, str]:
    """Outside or ours. What a library says may hold what is private; only the system's own words are told."""
    if isinstance(error, (httpx2.TransportError, ConnectionError, TimeoutError)) or is_away(error):
        kind = type(error).__name__
        return 69, f"A server does not answer ({kind}); is the platform running, and are its addresses right?"
    if isinstance(error, OSError):
        what = ": ".join(str(part) for part in (error.filename, error.strerror) if part)
        return 69, f"The system refused something ({what}); mend that and repeat the command."
    where = [
        f"{frame.f_globals['__name__']}, line {line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_globals["__name__"].partition(".")[0] in OURS
    ][-1]
    return 70, f"This is a fault of ours ({type(error).__name__} in {where}); report it with the command you typed."


def _settings_faults(error: ValidationError) -> str:
    """Each wrong setting by name, never its value."""
    lines = [f"{error.error_count()} setting(s) of {error.title} cannot be used:"]
    for fault in error.errors(include_input=False, include_url=False):
        lines.append(f"  {'.'.join(map(str, fault['loc'])) or 'settings'}: {fault['msg']}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
