"""`rapport completion`: the script by which a shell completes commands and options."""

import sys
from typing import Annotated, Literal

from cyclopts import App, Parameter

from deploy.cli.common import Json, print_json, tell


def register(app: App) -> None:
    """Add this command."""

    def completion(
        shell: Literal["bash", "zsh", "fish"],
        *,
        install: Annotated[bool, Parameter(negative="")] = False,
        json: Json = False,
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
            written = str(app.install_completion(shell=shell))
            sentence = f"Written to {written}; it works in the next shell."
            tell({"shell": shell, "written": written}, sentence, as_json=json)
        else:
            script = app.generate_completion(shell=shell)
            print_json({"shell": shell, "script": script}) if json else sys.stdout.write(script)

    app.command(completion)
