"""`rapport events`: the catalogue of what the services tell each other."""

from cyclopts import App

from deploy.cli.common import Json, print_json, show
from deploy.cli.selecting import events_named
from deploy.registry import readers
from shared.contracts import REGISTRY, Event
from shared.messaging.topology import exchange_of


def register(app: App) -> None:
    """Add this group's commands."""
    group = App(name="events", help="The event catalogue.")
    group.command(list_, name="list")
    group.command(show_, name="show")
    app.command(group)


def list_(*, json: Json = False) -> None:
    """All event types with owner, audience, kind, subject and readers."""
    show([_row(event) for event in REGISTRY.values()], as_json=json, title="Events")


def show_(name: str, *, json: Json = False) -> None:
    """One event type: what it means, its schema and an example. NAME is `reply.overdue` or the full type."""
    event = events_named(name)[-1]
    document = {
        **_row(event),
        "meaning": (event.__doc__ or "").strip(),
        "exchange": exchange_of(event),
        "binding": f"{event.name}.v{event.version}.#",
        "example": event.example,
        "schema": event.model_json_schema(),
    }
    if json:
        print_json(document)
        return
    show([{"": key, " ": value} for key, value in document.items() if key != "schema"], as_json=False)


def _row(event: type[Event]) -> dict[str, object]:
    return {
        "type": event.type,
        "owner": event.owner,
        "audience": event.audience.value,
        "kind": event.kind.value,
        "subject": event.subject_format,
        "readers": ", ".join(service for service, heard in readers().items() if event in heard),
    }
