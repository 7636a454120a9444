"""The migrated databases are what the models say."""

import importlib

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.registry import SERVICES
from shared.db import PLATFORM
from shared.migrations import state
from tests.support.databases import fresh_database, own_database


@pytest.mark.parametrize("service", SERVICES)
async def test_migrations_make_what_the_models_say(service: str) -> None:
    """No difference between models and a migrated database."""
    base = importlib.import_module(f"services.{service}.tables").Base

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [
            each
            for each in compare_metadata(context, [base.metadata, PLATFORM])  # type: ignore[arg-type]  # alembic takes several
            if "alembic_version" not in str(each)
        ]

    async with fresh_database(service) as url:
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            assert await connection.run_sync(differences) == []
        assert await state(service, engine) == "current"
        await engine.dispose()


_CHECKS = """
    SELECT nspname, conrelid::regclass::text AS of, conname, pg_get_constraintdef(pg_constraint.oid) AS says
    FROM pg_constraint JOIN pg_namespace ON pg_namespace.oid = connamespace
    WHERE contype = 'c' AND nspname IN ('public', 'models')
"""


@pytest.mark.parametrize("service", SERVICES)
async def test_migrations_allow_what_the_models_allow(service: str) -> None:
    """Every CHECK of the models is the migrated database's, word for word; alembic does not compare these."""
    base = importlib.import_module(f"services.{service}.tables").Base
    async with fresh_database(service) as url:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.exec_driver_sql("CREATE SCHEMA models")
            await connection.exec_driver_sql("SET search_path TO models")
            await connection.run_sync(base.metadata.create_all)
            found: dict[str, set[tuple[str, str, str]]] = {"public": set(), "models": set()}
            for row in await connection.exec_driver_sql(_CHECKS):
                found[row.nspname].add((row.of.removeprefix("public."), row.conname, row.says))
        await engine.dispose()
    ours = {table for table, _, _ in found["models"]}
    assert ours
    assert found["models"] == {each for each in found["public"] if each[0] in ours}


async def test_a_newer_schema_is_recognised() -> None:
    """A database of a later release is neither current nor behind."""
    async with own_database("screening") as url:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        assert await state("screening", engine) == "newer"
        await engine.dispose()
