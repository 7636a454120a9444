"""Become the program to run: drop to its user, ask to be ended with the parent, then exec.

A file of its own, run by path with nothing but the standard library, because the steps must happen in the child after
its privileges are dropped, and code between fork and exec of a threaded process is not safe. It is still root while it
is read, so it may lie where the system user cannot go.

Arguments: parent pid, signal at the parent's end, uid or -, gid or -, then the program and its arguments.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(parent: str, death_signal: str, uid: str, gid: str, *argv: str) -> None:
    if uid != "-":
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    if sys.platform == "linux":  # after setuid, which clears the wish
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != int(parent):
            sys.exit("The process that started this one has ended.")
    try:
        os.execvpe(argv[0], list(argv), dict(os.environ))  # noqa: S606
    except OSError as error:
        sys.exit(f"{argv[0]} cannot be started: {error.strerror}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
