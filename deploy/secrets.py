"""The secrets of a platform in containers: made once, one folder for each container that reads some of them.

`postgres/` and `rabbitmq/` are what those servers read at their first start, `services/NAME/` the variables of one
service as files (RAPPORT_SECRETS_FOLDER), `operations/` those of commands.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from secrets import token_urlsafe

from deploy.keys import READ_FROM_INTAKE, SIGN_LINKS, make_pair, new_secret, read_private, service_token, write
from deploy.local.databases import PREFIX
from deploy.registry import SERVICES

TOKEN_LIFE = timedelta(days=365)
READABLE = 0o444
"""By the servers' own users; each container mounts its own folder alone."""


def make_secrets(folder: Path, *, postgres: str, rabbitmq: str) -> bool:
    """Make all of them for servers at these hosts, or leave those that are there; says whether they were made.

    Raises Unavailable where a file cannot be written.
    """
    operations = folder / "operations"
    _make_link_secrets(folder)
    if (operations / "complete").exists():
        return False
    passwords = {name: token_urlsafe(24) for name in (*SERVICES, "postgres", "rabbitmq")}
    urls = {
        f"RAPPORT_{name.upper()}_DATABASE_URL": (
            f"postgresql+asyncpg://{PREFIX}{name}:{passwords[name]}@{postgres}:5432/{PREFIX}{name}"
        )
        for name in SERVICES
    }
    broker = {"RAPPORT_AMQP_URL": f"amqp://rapport:{passwords['rabbitmq']}@{rabbitmq}:5672/"}
    management = {"RAPPORT_AMQP_MANAGEMENT_URL": f"http://rapport:{passwords['rabbitmq']}@{rabbitmq}:15672"}
    _make_folders(folder)
    write(folder / "postgres/password", passwords["postgres"], READABLE)
    write(folder / "postgres/databases.sql", _databases(passwords), READABLE)
    write(folder / "rabbitmq/20-user.conf", _user(passwords["rabbitmq"]), READABLE)
    make_pair(operations / "private.json", folder / "public.json")
    tokens = _tokens(operations / "private.json")
    for name in SERVICES:
        prefix = f"RAPPORT_{name.upper()}_"
        own = {key: value for key, value in (urls | tokens).items() if key.startswith(prefix)}
        _write_all(folder / "services" / name, own | broker)
        write(folder / "services" / name / "public.json", (folder / "public.json").read_text())
    _write_all(operations, urls | broker | management)
    write(operations / "complete", json.dumps({"postgres": postgres, "rabbitmq": rabbitmq}))
    return True


def _make_folders(folder: Path) -> None:
    names = ("postgres", "rabbitmq", "operations", *(f"services/{name}" for name in SERVICES))
    for name in names:
        (folder / name).mkdir(parents=True, exist_ok=True)


def _make_link_secrets(folder: Path) -> None:
    """Also for a folder that was made before services signed links."""
    for name in SIGN_LINKS:
        path = folder / "services" / name / "links"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path, new_secret())


def _write_all(folder: Path, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        write(folder / name, value)


def _tokens(private: Path) -> dict[str, str]:
    key = read_private(private, "remove the folder and make the secrets anew.")
    return {f"RAPPORT_{name.upper()}_SERVICE_TOKEN": service_token(key, name, TOKEN_LIFE) for name in READ_FROM_INTAKE}


def _databases(passwords: Mapping[str, str]) -> str:
    """One role and one database for each service, and no door between them."""
    lines = []
    for name in SERVICES:
        role = f"{PREFIX}{name}"
        lines += [
            f"CREATE ROLE {role} LOGIN PASSWORD '{passwords[name]}';",
            f"CREATE DATABASE {role} OWNER {role};",
            f"REVOKE CONNECT, TEMPORARY ON DATABASE {role} FROM PUBLIC;",
        ]
    return "\n".join([*lines, ""])


def _user(password: str) -> str:
    return f"default_user = rapport\ndefault_pass = {password}\ndefault_user_tags.administrator = true\n"
