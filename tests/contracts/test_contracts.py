"""What every event promises to its readers, in this version and against the last released one."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cloudevents.core.bindings.amqp import AMQPMessage, from_amqp
from cloudevents.core.formats.json import JSONFormat
from pydantic import ValidationError

from shared.contracts import OWNERS, Event, Kind
from shared.contracts.envelope import CONTENT_TYPE, Undecodable, decode
from shared.contracts.reads import AddressCard, Constraints, MatchingProfile
from tests.support.contracts import EVENTS
from tests.support.running import envelope_of

RELEASED = Path(__file__).parent / "released"
CONSTRAINTS = {"enum", "const", "format", "pattern"}

every_event = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)


def strings(schema: Any, path: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Every string in a JSON schema, with its path."""
    if isinstance(schema, list):
        return [found for each in schema for found in strings(each, path)]
    if not isinstance(schema, dict):
        return []
    own = [(path, schema)] if schema.get("type") == "string" else []
    below = [found for key, value in schema.items() if key != "examples" for found in strings(value, f"{path}/{key}")]
    return own + below


@every_event
def test_an_example_is_valid_and_names_its_subject(event: type[Event]) -> None:
    """The example of each type validates, and its subject is filled from its fields."""
    example = event.model_validate(event.example)
    assert "{" not in example.subject
    assert "/" in example.subject
    assert example.sites


@every_event
def test_no_field_can_hold_free_text(event: type[Event]) -> None:
    """Events carry ids and coarse facts: every string has an enum, a format or a pattern (trap 3)."""
    free = [path for path, schema in strings(event.model_json_schema()) if not CONSTRAINTS & schema.keys()]
    assert free == []


@every_event
def test_nothing_released_is_taken_back(event: type[Event]) -> None:
    """Fields are added, never removed, renamed, narrowed or made required (a new shape is a new version)."""
    released = json.loads((RELEASED / f"{event.type}.json").read_text())
    now = event.model_json_schema()
    for name, field in released["properties"].items():
        assert name in now["properties"], f"{name} was removed; make a new version instead"
        assert _meaning(now["properties"][name]) == _meaning(field), f"{name} changed its type"
    assert set(now.get("required", [])) <= set(released.get("required", []))


def test_every_released_type_still_exists() -> None:
    """A type is kept until its readers have moved."""
    assert {path.stem for path in RELEASED.glob("*.json")} == {event.type for event in EVENTS}


def _meaning(field: dict[str, Any]) -> dict[str, Any]:
    """A field's schema without its words."""
    return {key: value for key, value in field.items() if key not in ("description", "title")}


@every_event
def test_our_envelope_is_a_cloud_event(event: type[Event]) -> None:
    """The CloudEvents SDK reads what we send, and sees the same attributes."""
    document = envelope_of(event.model_validate(event.example))
    message = AMQPMessage({"content-type": CONTENT_TYPE}, {}, json.dumps(document).encode())
    read = from_amqp(message, JSONFormat())
    assert read.get_type() == event.type
    assert read.get_id() == document["id"]
    assert read.get_subject() == document["subject"]
    assert read.get_extension("site") == document["site"]


@pytest.mark.parametrize("prefix", ["cloudEvents_", "cloudEvents:", "ce-"])
def test_the_binary_binding_is_read_too(prefix: str) -> None:
    """Other systems may put the attributes into headers."""
    document = envelope_of(EVENTS[0].model_validate(EVENTS[0].example))
    data = document.pop("data")
    headers = {f"{prefix}{name}": value for name, value in document.items() if name != "datacontenttype"}
    envelope = decode(json.dumps(data).encode(), headers, "application/json")
    assert envelope.event() == EVENTS[0].model_validate(data)


def test_an_unknown_type_is_refused_by_name() -> None:
    """An event of another release says what it is, so that a person can act."""
    document = envelope_of(EVENTS[0].model_validate(EVENTS[0].example)) | {"type": "rapport.moon.landed.v1"}
    with pytest.raises(Undecodable, match=r"rapport\.moon\.landed\.v1"):
        decode(json.dumps(document).encode(), {}, CONTENT_TYPE).event()


@every_event
def test_a_reader_ignores_fields_it_does_not_know(event: type[Event]) -> None:
    """A newer writer may add fields."""
    assert event.model_validate({**event.example, "added_later": 1}) == event.model_validate(event.example)


def test_owners_emit_under_their_own_name() -> None:
    """Each fact has one owner, the module it stands in."""
    assert {event.owner for event in EVENTS} <= set(OWNERS)
    assert {event.kind for event in EVENTS} == set(Kind)


@pytest.mark.parametrize("read", [AddressCard, MatchingProfile, Constraints])
def test_the_private_reads_have_valid_examples(read: type[AddressCard | MatchingProfile | Constraints]) -> None:
    """Both sides of a private read test against the same sample: it is read, and written as it was."""
    written = read.model_validate(read.example).model_dump(mode="json")
    assert {name: written[name] for name in read.example} == read.example


def test_an_id_that_carries_no_time_is_refused() -> None:
    """Nobody could say whether the inbox has forgotten it; the sentence names the field and not the value."""
    document = envelope_of(EVENTS[0].model_validate(EVENTS[0].example)) | {"id": str(UUID(int=4, version=4))}
    with pytest.raises(Undecodable, match=r"id: .*version 7"):
        decode(json.dumps(document).encode(), {}, CONTENT_TYPE)


@every_event
def test_an_event_that_cannot_be_does_not_quote_what_was_given(event: type[Event]) -> None:
    """A fault in a handler of ours ends in logs and dead letters."""
    with pytest.raises(ValidationError) as caught:
        event.model_validate({name: ["somebody@example.org"] for name in event.model_fields} | {"site": "Some Body"})
    assert "somebody" not in str(caught.value)
    assert "Some Body" not in str(caught.value)
