"""The servers as commands reach them: a service's database, and one queue on the broker."""

import asyncio
import os
from collections.abc import AsyncIterable, AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
import asyncpg

from deploy.cli.common import Typed, addresses
from deploy.cli.words import Pace
from deploy.local.problems import Unavailable
from shared.settings import is_address

WINDOW = 100
DATABASE = "postgresql+asyncpg://user:password@host:5432/name"
BROKER = "amqp://user:password@host:5672/"
MANAGEMENT = "http://user:password@host:15672"


def database_url(service: str) -> str:
    """RAPPORT_<SERVICE>_DATABASE_URL, else the running platform's, as `postgresql://`."""
    setting = setting_of(service)
    if given := os.environ.get(setting):
        return plain(_usable(given, setting, DATABASE))
    return plain(addresses().databases[service])


def admin_url() -> str | None:
    """RAPPORT_POSTGRES_URL, the server as a role that may make databases, as `postgresql://`; None where unset."""
    if given := os.environ.get("RAPPORT_POSTGRES_URL"):
        return plain(_usable(given, "RAPPORT_POSTGRES_URL", DATABASE))
    return None


def setting_of(service: str) -> str:
    """The environment variable that names a service's database."""
    return f"RAPPORT_{service.upper()}_DATABASE_URL"


def plain(url: str) -> str:
    """A database URL as Postgres itself knows it."""
    return url.replace("postgresql+asyncpg://", "postgresql://")


def broker_url() -> str:
    """RAPPORT_AMQP_URL, else the running platform's."""
    if given := os.environ.get("RAPPORT_AMQP_URL"):
        return usable_broker(given, "RAPPORT_AMQP_URL")
    return addresses().amqp_url


def management_url() -> str | None:
    """The management API of the same broker, RAPPORT_AMQP_MANAGEMENT_URL or the running platform's; None if unknown."""
    if not os.environ.get("RAPPORT_AMQP_URL"):
        return addresses().management_url
    if given := os.environ.get("RAPPORT_AMQP_MANAGEMENT_URL"):
        return _usable(given, "RAPPORT_AMQP_MANAGEMENT_URL", MANAGEMENT)
    return None


def usable_broker(url: str, setting: str) -> str:
    """The address of a broker as it was given. Raises Typed, naming `setting`, for what is none."""
    return _usable(url, setting, BROKER)


def _usable(url: str, setting: str, example: str) -> str:
    """Raises Typed for what cannot be an address like the example; never tells it, for it may hold a password."""
    if is_address(url, example[:4]):
        return url
    raise Typed(f"{setting} is no address that can be used; write {example}.")


_AWAY = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InsufficientResourcesError,
)


@asynccontextmanager
async def opened(service: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a service's database. Raises Unavailable when it does not answer or lacks the tables."""
    async with connected(database_url(service), f"The database of {service}", setting_of(service)) as connection:
        yield connection


@asynccontextmanager
async def connected(url: str, name: str, setting: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to what messages call `name` and `setting` names. Raises Unavailable, also for what ends it."""
    try:
        try:
            connection = await asyncpg.connect(url, timeout=5)
        except ValueError:  # its words may hold the password
            raise Typed(f"{setting} is no address that can be used; write {DATABASE}.") from None
        try:
            yield connection
        finally:
            await connection.close(timeout=5)
    except asyncpg.UndefinedTableError as error:
        raise Unavailable(f"{name} lacks tables; run `rapport db upgrade`.") from error
    except asyncpg.InsufficientPrivilegeError as error:
        raise Unavailable(f"{name} does not allow this ({error}); set {setting} to a role that may.") from error
    except _AWAY as error:
        told = str(error) or type(error).__name__
        raise Unavailable(f"{name} does not answer ({told}); is it running, and is {setting} right?") from error


async def put(amqp_url: str, messages: AsyncIterable[tuple[str, aio_pika.Message]], rate: int | None = None) -> int:
    """Put messages straight into queues, each confirmed, at most `rate` in a second; returns how many.

    Raises Unavailable, saying how many were confirmed before, when the broker is away or a queue does not stand.
    """
    done, pace, size = 0, Pace(rate), WINDOW if rate is None else min(WINDOW, max(1, rate // 10))
    try:
        async with await aio_pika.connect(amqp_url, timeout=10) as connection:
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            publish = channel.default_exchange.publish
            async for window in _windows(messages, size):
                await pace.take(len(window))
                await asyncio.gather(
                    *(publish(message, queue, mandatory=True, timeout=10) for queue, message in window)
                )
                done += len(window)
    except aio_pika.exceptions.DeliveryError as error:
        raise Unavailable(
            f"A queue does not stand or is full ({error}); see `rapport topology apply`. {done} were put back before."
        ) from error
    except (OSError, aio_pika.exceptions.AMQPError, aio_pika.exceptions.ChannelInvalidStateError) as error:
        raise Unavailable(
            f"The broker does not answer ({error!r}); is it running, and is RAPPORT_AMQP_URL right? "
            f"{done} were put back before."
        ) from error
    return done


async def depths(amqp_url: str, queues: Collection[str]) -> dict[str, int]:
    """How many messages are ready in each queue. Raises Unavailable when the broker is away or one does not stand."""
    try:
        async with await aio_pika.connect(amqp_url, timeout=10) as connection:
            channel = await connection.channel()
            found: list[Any] = [await channel.declare_queue(queue, passive=True) for queue in queues]
    except aio_pika.exceptions.ChannelNotFoundEntity as error:
        raise Unavailable(f"A queue does not stand on the broker ({error}); run `rapport topology apply`.") from error
    except (OSError, aio_pika.exceptions.AMQPError, aio_pika.exceptions.ChannelInvalidStateError) as error:
        raise Unavailable(
            f"The broker does not answer ({error!r}); is it running, and is RAPPORT_AMQP_URL right?"
        ) from error
    return {each.name: int(each.declaration_result.message_count) for each in found}


async def _windows(
    messages: AsyncIterable[tuple[str, aio_pika.Message]], size: int
) -> AsyncIterator[list[tuple[str, aio_pika.Message]]]:
    window: list[tuple[str, aio_pika.Message]] = []
    async for each in messages:
        window.append(each)
        if len(window) == size:
            yield window
            window = []
    if window:
        yield window
