"""Idempotency-Key at the door: which keys are keys, and that the API's description tells of them."""

import pytest
from fastapi import APIRouter, FastAPI, Request

from shared.http import TransactionRoute, etag, require_match
from shared.idempotency import idempotency
from shared.problems import PreconditionFailed, PreconditionRequired


def test_every_create_documents_the_key_once() -> None:
    """Whoever reads the OpenAPI document of a service sees the header on POST, and on nothing else."""
    router = APIRouter(route_class=TransactionRoute)
    router.add_api_route("/things", lambda: None, methods=["POST"])
    router.add_api_route("/things", lambda: None, methods=["GET"])
    app = FastAPI()
    app.include_router(router, prefix="/v1")
    operations = app.openapi()["paths"]["/v1/things"]
    assert [given["name"].lower() for given in operations["post"]["parameters"]] == ["idempotency-key"]
    assert "parameters" not in operations["get"]


def test_the_kept_answer_is_declared_as_personal() -> None:
    """An answer repeats what it is about, so it has a purpose, an end and a subject."""
    info = idempotency.c.response.info
    assert (info["class"], info["retention"], info["subject"]) == ("personal", "24 hours", "subject")
    assert [column.name for column in idempotency.primary_key] == ["key", "route", "subject"]


def _request(**headers: str) -> Request:
    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": lines})


def test_an_edit_names_the_version_it_saw() -> None:
    """Two people who edit at once: the second one reads again."""
    require_match(_request(if_match=etag(3)), 3)
    require_match(_request(if_match="*"), 3)
    with pytest.raises(PreconditionFailed):
        require_match(_request(if_match=etag(2)), 3)
    with pytest.raises(PreconditionRequired):
        require_match(_request(), 3)
