"""Make sure that a broker can be had, installing RabbitMQ where that is allowed; `make test` calls it first."""

import asyncio
import sys

from deploy.local import brokers
from deploy.local.home import Home
from deploy.local.problems import Problem


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


def main() -> None:
    """Find a way to have a broker. Ends with the problem's exit code where there is none."""
    try:
        with Home.temporary() as home:
            asyncio.run(brokers.find(home, install=True, say=_say))
    except Problem as problem:
        _say(f"rapport: {problem}")
        sys.exit(problem.exit_code)


if __name__ == "__main__":
    main()
