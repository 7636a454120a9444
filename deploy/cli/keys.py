"""`rapport keys` and `rapport secrets`: the key pair behind tokens, services' own tokens, all that containers need."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter, validators

from deploy.cli.common import say
from deploy.keys import READ_FROM_INTAKE, make_pair, read_private, service_token, write
from deploy.secrets import make_secrets


def register(app: App) -> None:
    """Add this group's commands."""
    group = App(name="keys", help="The key pair behind tokens.")
    group.command(new)
    group.command(tokens)
    app.command(group)
    app.command(secrets)


def new(*, private: Path, public: Path) -> None:
    """Make a key pair for production; one that is there stays as it is.

    Services check tokens by the public file (RAPPORT_KEYS_FILE). Whoever may read the private file can sign any token:
    only commands need it (RAPPORT_PRIVATE_KEY_FILE). To rotate, make a second pair, put both public keys into the
    services' file, and take the old one out once its tokens have expired.

    Parameters
    ----------
    private: where the private key goes; readable by its owner alone.
    public: where the public key goes.
    """
    if make_pair(private, public):
        say(f"The private key stands in {private}, the public one in {public}.")
    else:
        say(f"{private} and {public} are there already; nothing was changed.")


def tokens(
    folder: Path,
    *,
    private: Path,
    days: Annotated[int, Parameter(validator=validators.Number(gte=1, lte=365))] = 365,
) -> None:
    """Write the tokens by which matching and notify read from intake into FOLDER, one file each, over older ones.

    Each file is named by its setting, as RAPPORT_SECRETS_FOLDER takes them. A service reads its token when it starts:
    write new ones and start both again before the days are over.

    Parameters
    ----------
    private: the private key that signs them.
    days: how long they are valid.
    """
    key = read_private(private, "make one with `rapport keys new`.")
    for name in READ_FROM_INTAKE:
        write(folder / f"RAPPORT_{name.upper()}_SERVICE_TOKEN", service_token(key, name, timedelta(days=days)))
    say(f"Tokens of {' and '.join(READ_FROM_INTAKE)} stand in {folder}, valid for {days} days.")


def secrets(folder: Path, *, postgres: str = "postgres", rabbitmq: str = "rabbitmq") -> None:
    """Make passwords, keys and tokens of a platform in containers; those that are there stay as they are.

    Each container mounts its own part of FOLDER: postgres, rabbitmq, services/NAME, operations.

    Parameters
    ----------
    postgres: the host by which services reach Postgres.
    rabbitmq: the host by which services reach the broker.
    """
    if make_secrets(folder, postgres=postgres, rabbitmq=rabbitmq):
        say(f"The secrets stand in {folder}.")
    else:
        say(f"The secrets in {folder} are there already; nothing was changed.")
