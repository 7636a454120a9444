"""`rapport completion`: the script by which a shell completes commands and options."""

import sys
from typing import Annotated, Literal

from cyclopts import App, Parameter

from deploy.cli.common import say


def register(app: App) -> None:
    """Add this command."""

    def completion(
        shell: Literal["bash", "zsh", "fish"],
        *,
        install: Annotated[bool, Parameter(negative="")] = False,
    ) -> None:
        """Print the script that completes commands and options in a shell.

        Parameters
        ----------
        shell
            for which one.
        install
            write it where the shell looks for it, and what loads it into the shell's start file.
        """
        if install:
            say(f"Written to {app.install_completion(shell=shell)}; it works in the next shell.")
        else:
            sys.stdout.write(app.generate_completion(shell=shell))

    app.command(completion)
