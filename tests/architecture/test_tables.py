"""The tables: every column says what it holds, and the migrations make what the models say."""

import importlib
from collections.abc import Iterator

import pytest
from sqlalchemy import MetaData, Table

from deploy.registry import SERVICES, copies, readers, resends
from shared.db import PLATFORM
from shared.migrations import PLATFORM_TABLES

CLASSES = {"public", "personal", "special", "criminal", "secret"}


def metadata_of(service: str) -> MetaData:
    """The service's own tables."""
    metadata: MetaData = importlib.import_module(f"services.{service}.tables").Base.metadata
    return metadata


def tables() -> Iterator[tuple[str, Table]]:
    """Every table with whose it is."""
    for service in SERVICES:
        yield from ((service, table) for table in metadata_of(service).tables.values())
    yield from (("platform", table) for table in PLATFORM.tables.values())


@pytest.mark.parametrize(("owner", "table"), list(tables()), ids=lambda each: getattr(each, "name", each))
def test_every_column_declares_its_class(owner: str, table: Table) -> None:
    """Class, purpose, retention, and for personal data whom it is about."""
    for column in table.columns:
        info = column.info
        assert info.get("class") in CLASSES, f"{owner}.{table.name}.{column.name} declares no class"
        assert info.get("purpose"), f"{owner}.{table.name}.{column.name} has no purpose"
        assert info.get("retention"), f"{owner}.{table.name}.{column.name} has no retention"
        if info["class"] != "public":
            assert info.get("subject"), f"{owner}.{table.name}.{column.name} does not say whom it is about"


def test_every_platform_table_is_made_by_the_migrations() -> None:
    """A platform table that no migration makes would be missing in production only."""
    assert {table.name for table in PLATFORM_TABLES} == set(PLATFORM.tables)


@pytest.mark.parametrize("service", SERVICES)
def test_every_copy_of_others_state_is_declared(service: str) -> None:
    """A table with a `sequence` copies somebody's state: whose, by which key, and what to do with an orphan."""
    declared = {copy.table.name: copy for copy in copies()[service]}
    found = {table.name for table in metadata_of(service).tables.values() if "sequence" in table.columns}
    assert declared.keys() == found
    for copy in declared.values():
        assert set(copy.events) <= set(readers()[service]), f"{copy.table.name} copies what is not heard"
        assert {event.family for event in copy.events} == {copy.family}
        whole = {event for event in readers()[service] if event.family == copy.family}
        assert set(copy.events) == whole, f"{copy.table.name} does not name all it hears of {copy.family}"
        assert is_key(copy.table, copy.key)
        assert copy.orphan.endswith(".")
        marker: object = resends(copy.owner).marker
        heard: list[object] = list(readers()[service])
        assert marker in heard, f"{service} does not hear when {copy.owner} has told all anew"


def is_key(table: Table, name: str) -> bool:
    """Whether no two copies of one subject can stand in a table; rows of which nothing was heard may be left out."""
    column = table.columns[name]
    indexed = any(index.unique and list(index.columns) == [column] for index in table.indexes)
    return bool(column.primary_key or column.unique or indexed)
