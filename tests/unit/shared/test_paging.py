"""Cursors that nobody signed: whatever a caller makes up is refused by name, and never reaches the database."""

import base64
from datetime import datetime
from uuid import UUID

import orjson
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import Invalid, install

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def _forged(document: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(document)).decode().rstrip("=")


@given(json_values)
def test_a_forged_cursor_is_refused_or_is_a_key(document: object) -> None:
    """Well-formed JSON of any shape gives values of the wanted kinds, or Invalid."""
    try:
        text, number, key, moment = decode_cursor(_forged(document), str, int, UUID, datetime.fromisoformat)
    except Invalid:
        pass
    else:
        assert isinstance(text, str)
        assert -(2**63) <= number < 2**63
        assert isinstance(key, UUID)
        assert isinstance(moment, datetime)


@pytest.mark.parametrize("part", [None, 1.5, True, [], {}, 2**63])
def test_a_part_that_no_key_has_is_refused(part: object) -> None:
    """Null, fractions, lists and numbers past 64 bits would fail in the database, not at the door."""
    for kind in (str, int):
        with pytest.raises(Invalid, match="cursor"):
            decode_cursor(_forged([part]), kind)


def test_a_cursor_of_another_list_is_refused() -> None:
    """A key of another length or kind does not page this list."""
    for cursor in (encode_cursor(), encode_cursor("a", "b"), encode_cursor("no uuid")):
        with pytest.raises(Invalid, match="cursor"):
            decode_cursor(cursor, UUID)


def test_a_page_has_one_to_two_hundred_items() -> None:
    """A list cannot be asked for more than a page; the refusal names the parameter."""
    router = APIRouter()

    @router.get("/things")
    async def things(limit: PageSize = 50, cursor: Cursor = None) -> Page[int]:
        return Page(items=[limit], next=None)

    app = FastAPI()
    install(app)
    app.include_router(router)
    http = TestClient(app)
    assert http.get("/things").json() == {"items": [50], "next": None}
    assert http.get("/things?limit=200").status_code == 200
    for limit in (0, 201):
        refused = http.get(f"/things?limit={limit}")
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "limit")
