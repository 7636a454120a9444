"""Settings by the names of their variables: what is wrong with a service's, and files that stand for variables."""

from collections.abc import MutableMapping
from pathlib import Path

from pydantic import ValidationError

from deploy.local.problems import Misconfigured
from shared.settings import ServiceSettings

SECRETS_FOLDER = "RAPPORT_SECRETS_FOLDER"


def variable(settings: type[ServiceSettings], name: str) -> str:
    """The environment variable of a field; errors name a field of the whole platform by its variable already."""
    field = settings.model_fields.get(name)
    if field is None:
        return name
    return str(field.validation_alias or f"{settings.model_config['env_prefix']}{name.upper()}")


def faults(settings: type[ServiceSettings], error: ValidationError) -> list[str]:
    """Each wrong setting by its variable with what to write there, never its value."""
    descriptions = {variable(settings, name): field.description for name, field in settings.model_fields.items()}
    found = []
    for fault in error.errors(include_input=False, include_url=False):
        name = variable(settings, str(fault["loc"][0])) if fault["loc"] else "settings"
        said = fault["msg"].removeprefix("Value error, ")
        found.append(f"{name}: {f'must be set. {descriptions[name]}' if fault['type'] == 'missing' else said}")
    return found


def read_secrets(environ: MutableMapping[str, str]) -> None:
    """Set what files named RAPPORT_... in RAPPORT_SECRETS_FOLDER hold, but for what is set already.

    So a secret that an engine hands over as a file serves every command, not only those that read settings classes.
    Raises Misconfigured where the folder cannot be read.
    """
    if not (folder := environ.get(SECRETS_FOLDER)):
        return
    try:
        for path in Path(folder).iterdir():
            if path.name.startswith("RAPPORT_") and path.is_file():
                environ.setdefault(path.name, path.read_text().strip())
    except (OSError, UnicodeDecodeError):
        raise Misconfigured(f"{SECRETS_FOLDER} names no folder of readable files; correct it, or unset it.") from None
