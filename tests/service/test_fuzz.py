"""Every route under made-up requests, good and bad: no 5xx, and no answer that the OpenAPI document does not list."""

import asyncio
import importlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance
from sqlalchemy import MetaData, select

from deploy.registry import SERVICES
from shared.access import EVERYWHERE, Grant, Role, mint
from shared.ids import new_id
from tests.service.lives import LIVES
from tests.support.running import PRIVATE_KEY, Running

CHECKS: list[Any] = [status_code_conformance, response_schema_conformance]
"""No route lists a 5xx but for an absent database, so a failure of ours is an unlisted status."""
EVERY_ROLE = [Grant(role, EVERYWHERE if role in ("service", "operator") else "net") for role in get_args(Role)]
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
Case = schemathesis.Case[Any]
Call = Callable[[Case], httpx2.Response]


FEW = settings(
    max_examples=30, deadline=None, phases=[Phase.generate], database=None, derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
"""The same ones at each run."""
MANY = settings(FEW, max_examples=300, derandomize=False)

every_service = pytest.mark.parametrize("service", SERVICES)
every_mode = pytest.mark.parametrize("mode", MODES, ids=lambda mode: str(mode.value))


@pytest.mark.timeout(300)
@every_mode
@every_service
def test_no_request_breaks_a_route(service: str, mode: GenerationMode, tmp_path: Path) -> None:
    """By somebody with every role, at things that exist and at things that do not."""
    _fuzz(service, mode, tmp_path, FEW)


@pytest.mark.long
@pytest.mark.timeout(1800)
@every_mode
@every_service
def test_no_request_of_many_breaks_a_route(service: str, mode: GenerationMode, tmp_path: Path) -> None:
    """Others at each run, ten times as many."""
    _fuzz(service, mode, tmp_path, MANY)


def _fuzz(service: str, mode: GenerationMode, folder: Path, how: settings) -> None:
    faults: list[str] = []
    with asyncio.Runner() as runner:
        started = Running.start(service, folder)
        it = runner.run(started.__aenter__())
        try:
            if live := LIVES.get(service):
                runner.run(live(it))
            schema = schemathesis.openapi.from_dict(it.app.openapi())
            names = runner.run(known(it))
            for found in schema.get_all_operations():
                operation: Any = found.ok()  # type: ignore[union-attr]  # FastAPI's documents are valid
                try:
                    _try(operation, mode, names, how, lambda case: runner.run(_sent(it, case)))
                except Unsatisfiable:
                    continue  # there is nothing about it that could be wrong
                except (Exception, FailureGroup) as error:
                    faults.append(f"{operation.label}: {error} {getattr(error, 'exceptions', '')}")
        finally:
            runner.run(started.__aexit__(None, None, None))
    assert not faults, "\n\n".join(faults)


async def known(it: Running) -> dict[str, list[str]]:
    """What path parameters can mean here: some values of each text and id column, by its name."""
    metadata: MetaData = importlib.import_module(f"services.{it.service.name}.tables").Base.metadata
    found: dict[str, list[str]] = {}
    async with it.service.sessions() as session:
        for table in metadata.sorted_tables:
            for column in table.primary_key:
                values = await session.scalars(select(column).distinct().limit(3))
                found.setdefault(column.name, []).extend(str(value) for value in values)
    return {name: values for name, values in found.items() if values}


def _try(operation: Any, mode: GenerationMode, names: dict[str, list[str]], how: settings, call: Call) -> None:
    cases = operation.as_strategy(generation_mode=mode)

    @how
    @given(cases, st.data())
    def holds(case: Case, data: st.DataObject) -> None:
        for name in case.path_parameters or {}:
            if name in names and data.draw(st.integers(0, 3), label="exists"):
                case.path_parameters[name] = data.draw(st.sampled_from(names[name]), label=name)
        case.validate_response(call(case), checks=CHECKS)

    holds()


async def _sent(it: Running, case: Case) -> httpx2.Response:
    said = case.as_transport_kwargs(base_url="http://service")
    said.pop("cookies", None)
    token = mint(PRIVATE_KEY, str(new_id()), EVERY_ROLE, timedelta(hours=1))
    said["headers"] = {**(said.get("headers") or {}), "Authorization": f"Bearer {token}"}
    transport = httpx2.ASGITransport(it.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport) as http:
        return await http.request(said.pop("method"), said.pop("url"), content=said.pop("data", None), **said)
