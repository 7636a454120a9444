"""Logging of a process, configured once: JSON lines to standard error, or readable ones on a terminal."""

import asyncio
import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any, TextIO

import asyncpg
import structlog
from sqlalchemy.exc import EmulatedDBAPIException, StatementError
from structlog.tracebacks import ExceptionDictTransformer

SECRET_KEYS = ("password", "token", "authorization", "secret", "email", "body", "text", "name_to_use", "full_name")
MESSAGES = "messages"
"""The logger given to FastStream, whose own writes past what is configured here."""


def configure(service: str, *, json: bool | None = None) -> None:
    """Configure structlog and the standard library's loggers alike."""
    as_json = not sys.stderr.isatty() if json is None else json
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_service(service),
        _lift_extra,
        _redact,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(default=str)
        if as_json
        else structlog.dev.ConsoleRenderer(exception_formatter=_print_without_values)
    )
    tail = [structlog.processors.ExceptionRenderer(_without_values), renderer] if as_json else [renderer]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *tail],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for noisy in ("uvicorn", "faststream", "aio_pika", "aiormq", "sqlalchemy", "httpx2", "httpcore2", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger(MESSAGES).addFilter(_name_only)


def _name_only(record: logging.LogRecord) -> bool:
    """FastStream writes an error's words into its message; the traceback beside it tells them without values."""
    if record.exc_info and record.exc_info[0] is asyncio.CancelledError:  # told by our own line
        return False
    if record.exc_info and record.exc_info[0]:
        record.msg, record.args = f"message.failed: {record.exc_info[0].__name__}", ()
    return True


def _with_service(service: str) -> structlog.typing.Processor:
    def add(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"] = service
        return event

    return add


def _lift_extra(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    extra = event.pop("extra", None)
    if isinstance(extra, dict):
        for key, value in extra.items():
            event.setdefault(key, value)
    return event


def _redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in event:
        if any(secret in key.lower() for secret in SECRET_KEYS):
            event[key] = "[not logged]"
    return event


_as_dicts = ExceptionDictTransformer(show_locals=False)  # locals hold what people wrote and who they are


def _without_values(exc_info: Any) -> list[dict[str, Any]]:
    """Each error of a chain as structlog tells it, in the words of `words_of`."""
    stacks = _as_dicts(exc_info)
    _retell(stacks, exc_info[1])
    return stacks


def _retell(stacks: list[dict[str, Any]], error: BaseException) -> None:
    for stack, each in zip(stacks, _chain(error), strict=False):
        stack["exc_value"] = words_of(each)
        for nested, inner in zip(stack["exceptions"], getattr(each, "exceptions", ()), strict=False):
            _retell(nested, inner)


def _print_without_values(out: TextIO, exc_info: Any) -> None:
    for each in reversed(list(_chain(exc_info[1]))):
        out.writelines(traceback.format_tb(each.__traceback__))
        out.write(f"{type(each).__name__}: {words_of(each)}\n")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it came of, as structlog walks them."""
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        came_of = (error.__cause__, None if error.__suppress_context__ else error.__context__)
        error = next((each for each in came_of if each and each.__traceback__), None)


_TOLD = ("08", "23", "25", "40", "42", "53", "55", "57", "58")
"""Classes of SQLSTATE whose first line names things of ours; a data exception (22), for one, quotes the value."""


def words_of(error: BaseException) -> str:
    """An error's words without the values that the database quotes in them: they may be what people wrote."""
    if isinstance(error, StatementError):
        return f"{words_of(error.orig)}\n[SQL: {error.statement}]" if error.orig else str(error.args[0])
    if isinstance(error, EmulatedDBAPIException):  # SQLAlchemy's picture of an error of asyncpg
        return words_of(error.__cause__) if error.__cause__ else "[not shown]"
    if isinstance(error, asyncpg.PostgresError):
        told = str(error).partition("\n")[0] if (error.sqlstate or "").startswith(_TOLD) else "[not shown]"
        return f"{type(error).__name__} {error.sqlstate}: {told}"
    if isinstance(error, asyncpg.InterfaceError) and isinstance(error, ValueError):
        return "DataError: a value does not fit its column [not shown]"
    return str(error)
