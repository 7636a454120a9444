"""The reference of all settings, written from the classes that read them and from the list of those without a class."""

from collections.abc import Iterable
from typing import Any

from pydantic import SecretStr

from deploy.registry import SERVICES, settings
from deploy.settings import variable
from shared.settings import ServiceSettings

HEAD = """# Settings

Settings are environment variables. `rapport up` sets those of the services on one machine; elsewhere whoever runs them
does. `rapport config check` tells what is missing or wrong, for all services at once. A secret may come as a file
instead of a variable: one file named by its variable in the folder that `RAPPORT_SECRETS_FOLDER` names. What is set in
the environment wins.

`rapport config reference > deploy/settings.md` writes this page.
"""

COMMANDS = {
    "RAPPORT_HOME": (
        "folder",
        "`/var/lib/rapport` as root, else `~/.local/share/rapport`",
        "Where `rapport up` keeps its state and other commands find the running platform.",
    ),
    "RAPPORT_SERVICE_URL": (
        "http:// or https:// address",
        "the running platform's",
        "Where commands reach a service's API: `network apply`, `import`, `match run`.",
    ),
    "RAPPORT_TOKEN": (
        "secret",
        "made for each command",
        "The bearer token that commands send to services.",
    ),
    "RAPPORT_PRIVATE_KEY_FILE": (
        "file",
        "the running platform's",
        "The private key by which `rapport token` and commands sign tokens; `rapport keys new` makes it.",
    ),
    "RAPPORT_SECRETS_FOLDER": (
        "folder",
        "none",
        "Files named RAPPORT_... in it stand for variables that are not set; every command reads them.",
    ),
    "RAPPORT_POSTGRES_URL": (
        "secret",
        "Postgres is started",
        "The Postgres that `rapport up` uses instead of its own: postgresql://user:password@host:5432/postgres.",
    ),
    "RAPPORT_AMQP_MANAGEMENT_URL": (
        "secret",
        "none",
        "The management API of that broker, by which `doctor` and `topology diff` see bindings.",
    ),
    "RAPPORT_SMTP_PORT": ("1 to 65535", "8125", "Where the mail catcher of `rapport up` takes mails."),
    "RAPPORT_MAIL_PORT": ("1 to 65535", "8126", "Where the mail catcher of `rapport up` shows them."),
    "OTEL_EXPORTER_OTLP_ENDPOINT": (
        "http:// or https:// address",
        "traces are off",
        "The collector that traces go to; needs `rapport[tracing]`. Its other settings (`OTEL_...`) hold too.",
    ),
}
"""Variables that no class reads: kind of value, default, meaning."""

Row = tuple[str, str, str, str]


def reference_text() -> str:
    """The whole page."""
    base = ServiceSettings.model_fields
    platform = [name for name, field in base.items() if field.validation_alias]
    each = [name for name in base if name not in platform]
    services = ", ".join(name.upper() for name in SERVICES)
    parts = [
        HEAD,
        _section("The platform", [_row(SERVICES, name) for name in platform]),
        _section("Each service", [_row(SERVICES, name) for name in each], f"`SERVICE` is one of {services}."),
    ]
    for service in SERVICES:
        own = [name for name in settings(service).model_fields if name not in base]
        if own:
            parts.append(_section(service.capitalize(), [_row((service,), name) for name in own]))
    parts.append(_section("Commands", [(name, *told) for name, told in COMMANDS.items()]))
    return "\n".join(parts)


def _section(title: str, rows: Iterable[Row], note: str = "") -> str:
    lines = [
        f"## {title}",
        "",
        *([note, ""] if note else []),
        "| variable | value | default | meaning |",
        "|---|---|---|---|",
    ]
    lines += [f"| `{name}` | {value} | {default} | {meaning} |" for name, value, default, meaning in rows]
    return "\n".join([*lines, ""])


def _row(services: Iterable[str], name: str) -> Row:
    """A field as these services have it."""
    kinds = {service: settings(service) for service in services}
    field = next(iter(kinds.values())).model_fields[name]
    names = {variable(kind, name).replace(service.upper(), "SERVICE") for service, kind in kinds.items()}
    shown = names.pop() if len(kinds) > 1 else variable(next(iter(kinds.values())), name)
    defaults = dict.fromkeys(_default(kind, name) for kind in kinds.values())
    return shown, _value(next(iter(kinds.values())), name), ", ".join(defaults), str(field.description)


def _default(kind: type[ServiceSettings], name: str) -> str:
    field = kind.model_fields[name]
    if field.is_required():
        return "must be set"
    value = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    return f"`{value}`" if value not in (None, "") else "none"


def _value(kind: type[ServiceSettings], name: str) -> str:
    schema: dict[str, Any] = kind.model_json_schema(by_alias=False)["properties"][name]
    schema = next((each for each in schema.get("anyOf", ()) if each["type"] != "null"), schema)
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if schema["type"] == "integer":
        return f"{schema['minimum']} to {schema['maximum']}"
    if "pattern" in schema:
        return "http:// or https:// address"
    return {"password": "secret", "path": "file"}.get(schema.get("format", ""), "text")
