"""Postgres and RabbitMQ as one machine runs them: private, closed, able to crash, and gone when they are stopped."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import aio_pika
import asyncpg
import httpx2
import pytest

from deploy.local import brokers, facts, leftovers, postgres
from deploy.local.container import ContainerBroker
from deploy.local.databases import ensure_service_databases
from deploy.local.home import Home
from deploy.local.parts import Running
from deploy.local.ports import is_free
from deploy.local.postgres import Postgres
from deploy.local.problems import Unavailable
from deploy.local.rabbitmq import RabbitMQ
from tests.support.eventually import eventually

ROOT = Path(__file__).parents[2]


@dataclass
class Servers:
    home: Home
    postgres: Postgres
    rabbitmq: RabbitMQ


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """One Postgres and one RabbitMQ for this file; they outlive the event loops of single tests."""
    with Home.temporary() as home:
        ours = Servers(home, Postgres(home, {"fsync": "off"}), RabbitMQ(home))
        try:
            asyncio.run(start(ours))
            yield ours
        finally:
            asyncio.run(stop(ours))


async def start(ours: Servers) -> None:
    await asyncio.gather(ours.postgres.start(), ours.rabbitmq.start())


async def stop(ours: Servers) -> None:
    await asyncio.gather(ours.postgres.stop(), ours.rabbitmq.stop())


def pids(running: tuple[Running, ...]) -> list[int]:
    return [pid for each in running for pid in facts.family(each.pid or 0)]


def listeners(members: list[int]) -> set[str]:
    """Local addresses on which these processes listen, as /proc writes them."""
    inodes = {
        str(descriptor.readlink())
        for pid in members
        for descriptor in Path(f"/proc/{pid}/fd").iterdir()
        if descriptor.is_symlink()
    }
    lines = [
        line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
    ]
    return {line[1].split(":")[0] for line in lines if line[3] == "0A" and f"socket:[{line[9]}]" in inodes}


async def test_nothing_listens_beyond_this_machine(servers: Servers) -> None:
    everyone = pids(servers.postgres.running) + pids(servers.rabbitmq.running)
    loopback = {"0100007F", "00000000000000000000000001000000"}
    assert listeners(everyone) <= loopback
    assert "0100007F" in listeners(everyone)


async def test_each_service_has_a_database_that_the_others_cannot_open(servers: Servers) -> None:
    for _ in range(2):
        urls = await ensure_service_databases(servers.home, servers.postgres.url, ["intake", "notify"])
    intake = urls["intake"].replace("+asyncpg", "")
    connection = await asyncpg.connect(intake)
    await connection.execute("CREATE TABLE IF NOT EXISTS mine (id int)")
    await connection.close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(intake.removesuffix("intake") + "notify")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(intake.replace("rapport_intake:", "rapport_intake:x"))


async def test_committed_rows_survive_a_crash_of_postgres(servers: Servers) -> None:
    connection = await asyncpg.connect(servers.postgres.url)
    await connection.execute("CREATE TABLE crash AS SELECT 1 AS id")
    await servers.postgres.kill()
    with pytest.raises(OSError):  # noqa: PT011 - refused, reset: any
        await asyncpg.connect(servers.postgres.url)
    await servers.postgres.start()
    connection = await asyncpg.connect(servers.postgres.url)
    assert await connection.fetchval("SELECT id FROM crash") == 1
    await connection.close()


def known_queues(home: Home) -> str:
    """What the node has written about its quorum queues."""
    notes = (home.root / "rabbitmq/data").rglob("quorum/*/names.dets")
    return "".join(note.read_bytes().decode("latin-1") for note in notes)


async def test_a_persistent_message_survives_a_crash_of_the_broker(servers: Servers) -> None:
    url = servers.rabbitmq.broker.amqp_url
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        await channel.declare_queue("letters", durable=True, arguments={"x-queue-type": "quorum"})
        letter = aio_pika.Message(b"dear", delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(letter, "letters")
        # RabbitMQ 3.10 writes down half a second later that a queue exists; one killed sooner has lost it.
        await eventually(lambda: "letters" in known_queues(servers.home))
        await servers.rabbitmq.kill()
    await servers.rabbitmq.start()
    async with await aio_pika.connect(url) as connection, asyncio.timeout(30):
        queue = await (await connection.channel()).get_queue("letters")
        async with queue.iterator() as letters:
            message = await anext(letters)
            await message.ack()
    assert message.body == b"dear"


async def test_only_our_own_user_may_manage_the_broker(servers: Servers) -> None:
    async with httpx2.AsyncClient(base_url=str(servers.rabbitmq.broker.management_url)) as http:
        users = (await http.get("/api/users")).json()
        strangers = await http.get("/api/overview", auth=("guest", "guest"))
    assert [(user["name"], user["tags"]) for user in users] == [("rapport", ["administrator"])]
    assert strangers.status_code == 401


async def test_named_servers_are_used_and_not_stopped(servers: Servers) -> None:
    broker = servers.rabbitmq.broker
    environ = {
        "RAPPORT_POSTGRES_URL": servers.postgres.url,
        "RAPPORT_AMQP_URL": broker.amqp_url,
        "RAPPORT_AMQP_MANAGEMENT_URL": str(broker.management_url),
    }
    given = await postgres.find_or_start(servers.home, environ=environ)
    given_broker = await brokers.find_or_start(servers.home, environ=environ)
    await given.stop()
    await given_broker.stop()
    assert (given.url, given_broker.broker) == (servers.postgres.url, broker)
    assert (given.running, given_broker.running) == ((), ())
    assert servers.postgres.running[0].is_up()


async def test_named_servers_that_do_not_answer_are_named(servers: Servers) -> None:
    with pytest.raises(Unavailable, match="RAPPORT_POSTGRES_URL"):
        await postgres.find_or_start(servers.home, environ={"RAPPORT_POSTGRES_URL": "postgresql://a:b@127.0.0.1:1/c"})
    with pytest.raises(Unavailable, match="RAPPORT_AMQP_URL"):
        await brokers.find_or_start(servers.home, environ={"RAPPORT_AMQP_URL": "amqp://a:b@127.0.0.1:1/"})


BOTH = """
import asyncio, os
from deploy.local import facts, leftovers
from deploy.local.home import Home
from deploy.local.ports import is_free
from deploy.local.postgres import Postgres
from deploy.local.rabbitmq import RabbitMQ

async def main():
    with Home.temporary() as home:
        servers = [Postgres(home), RabbitMQ(home)]
        await asyncio.gather(*(server.start() for server in servers))
        members = {}
        for running in (each for server in servers for each in server.running):
            members |= facts.family(running.pid)
        assert len(members) >= 10, members
        user = home.account.uid if home.account else os.getuid()
        assert {os.stat(f"/proc/{pid}").st_uid for pid in members} == {user}
        await asyncio.gather(*(server.stop() for server in servers))
        assert not leftovers.still_alive(members), members
        ports = [int(note.read_text()) for note in home.folder("ports").iterdir()]
        assert len(ports) == 5 and all(map(is_free, ports))
    assert not home.root.exists()

asyncio.run(main())
"""
POSTGRES_ONLY = BOTH.replace(", RabbitMQ(home)", "").replace(">= 10", ">= 4").replace("== 5", "== 1")


def python(script: str, folder: Path, *before: str) -> subprocess.CompletedProcess[str]:
    """Run a script with `folder` as the clone."""
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(folder),
        "HOME": "/nonexistent",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [*before, sys.executable, "-c", script]
    return subprocess.run(command, env=env, cwd="/", capture_output=True, text=True, timeout=100, check=False)


def as_ordinary_user() -> list[str]:
    """What makes root an ordinary user who may still read a Python that lies in root's own folder."""
    if os.geteuid() != 0:
        return []
    may_read = int(Path("/proc/self/status").read_text().split("CapBnd:")[1].split()[0], 16) & 1 << 2
    extra = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"] if may_read else []
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *extra]


def test_an_ordinary_user_starts_both_and_nothing_is_left() -> None:
    answer = python(BOTH, ROOT, *as_ordinary_user())
    assert answer.returncode == 0, answer.stderr


def test_an_unwritable_home_is_named_with_advice() -> None:
    script = "from pathlib import Path; from deploy.local.home import Home; Home(Path('/usr/rapport'))"
    answer = python(script, ROOT, *as_ordinary_user())
    assert "cannot write in /usr/rapport (Permission denied); set RAPPORT_HOME to a folder" in answer.stderr


def test_a_clone_in_a_closed_folder_works(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    clone.mkdir(mode=0o700)
    for name in ("deploy", "shared"):
        (clone / name).mkdir()
        subprocess.run(["cp", "-r", f"{ROOT}/{name}/.", clone / name], check=True)
    answer = python(POSTGRES_ONLY, clone)
    assert answer.returncode == 0, answer.stderr


def test_without_any_broker_every_way_to_get_one_is_listed(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brokers, "server_script", lambda: None)
    monkeypatch.setattr(ContainerBroker, "is_possible", staticmethod(lambda: False))
    with pytest.raises(Unavailable, match=r"(?s)apt-get install.*--install.*Docker.*RAPPORT_AMQP_URL"):
        asyncio.run(brokers.find(servers.home, environ={}))


def test_the_ports_of_stopped_servers_are_free_again(servers: Servers) -> None:
    """The helper of this file would be blind if it said "free" of a port in use."""
    assert not any(is_free(int(note.read_text())) for note in servers.home.folder("ports").iterdir())
    assert leftovers.still_alive(facts.family(os.getpid()))
