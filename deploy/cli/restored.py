"""`rapport db restored`: a database that came back from a backup joins the others again.

The archive knows what the lost history told. Its events are held against the restored tables; a new epoch makes
what is told from now on newer than all of it.
"""

import asyncio
import os
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import asyncpg
import orjson

from deploy import archive
from deploy.cli.common import Json, Typed, chosen, console, print_json, say, show
from deploy.cli.connections import connected, setting_of
from deploy.cli.record import record
from deploy.cli.servers import demand_silence, server_and_broker
from deploy.cli.words import Since
from deploy.local.home import Home
from deploy.local.problems import Unavailable
from deploy.registry import readers, resends
from shared.clock import real_now
from shared.contracts import REGISTRY, Envelope, Kind
from shared.ids import made_at
from shared.outbox import ledger
from shared.outbox.emit import epoch_of
from shared.outbox.relay import LOCK

SIFT = 5_000
REPORT = "restored-{service}-{epoch:04}-{now:%Y%m%dT%H%M%SZ}.json"
HOUR = timedelta(hours=1)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

_NUMBERS = "SELECT subject, number FROM event_sequence WHERE subject = ANY($1)"
_NEWEST = """
    SELECT greatest(
               (SELECT max(received_at) FROM inbox), (SELECT max(created_at) FROM idempotency),
               (SELECT max(hour) FROM ledger_sent)
           ) AS at,
           (SELECT event_id FROM outbox ORDER BY event_id DESC LIMIT 1) AS waiting
"""
_PUT = "INSERT INTO ledger_sent (epoch, type, hour, count, digest) VALUES ($1, $2, $3, $4, $5)"


@dataclass(frozen=True)
class Lost:
    """What the lost history told and the restored tables do not hold."""

    id: UUID
    type: str
    subject: str


@dataclass
class Report:
    """What was found and done; ids, types and subjects only."""

    service: str
    epoch: int
    epoch_before: int
    outbox_published: int
    ledger_from: datetime
    lost_facts: list[Lost] = field(default_factory=list)
    lost_subjects: list[Lost] = field(default_factory=list)
    older_subjects: list[Lost] = field(default_factory=list)
    """Subjects that stand in the tables as they were at the backup; the event is the newest that was told of them."""
    file: str = ""
    """Where this stands too."""


class History:
    """What an owner published, as the archive has it, sifted against the restored tables while it is read."""

    def __init__(self, connection: asyncpg.Connection, service: str, epoch: int) -> None:
        self._connection, self._service, self._epoch = connection, service, epoch
        self.highest = 0
        self.ids: set[UUID] = set()
        self.sent: defaultdict[ledger.Key, tuple[int, int]] = defaultdict(lambda: (0, 0))
        self.facts: dict[UUID, Lost] = {}
        self.states: dict[str, tuple[str, Lost]] = {}
        """Newest sequence and event of each subject that is newer than in the tables."""
        self._fresh: list[Envelope] = []

    async def add(self, envelope: Envelope) -> None:
        """Take one archived event; repeats and other owners' events change nothing."""
        if envelope.source != f"/rapport/{self._service}" or envelope.id in self.ids:
            return
        self.ids.add(envelope.id)
        self.highest = max(self.highest, envelope.epoch)
        if envelope.epoch < self._epoch:  # lost in an earlier restore, and reported then
            return
        for key, (count, digest) in ledger.totals([(envelope.epoch, envelope.type, envelope.id)]).items():
            before = self.sent[key]
            self.sent[key] = before[0] + count, (before[1] + digest) % ledger.MODULUS
        self._fresh.append(envelope)
        if len(self._fresh) >= SIFT:
            await self.sift()

    async def sift(self) -> None:
        """Keep of what was read only what the tables do not hold."""
        fresh, self._fresh = self._fresh, []
        facts = {each.id: each for each in fresh if (event := REGISTRY.get(each.type)) and event.kind is Kind.FACT}
        states = [each for each in fresh if (event := REGISTRY.get(each.type)) and event.kind is Kind.STATE]
        held = await self._held(facts)
        self.facts |= {id_: _lost(each) for id_, each in facts.items() if each.subject not in held}
        rows = await self._connection.fetch(_NUMBERS, list({each.subject for each in states}))
        told = {row["subject"]: f"{self._epoch:04}.{row['number']:010}" for row in rows}
        for each in states:
            known = max(told.get(each.subject, ""), self.states.get(each.subject, ("",))[0])
            if each.sequence > known:
                self.states[each.subject] = each.sequence, _lost(each)

    async def _held(self, facts: dict[UUID, Envelope]) -> set[str]:
        """The subjects of facts that the owner's tables hold."""
        held: set[str] = set()
        for event, column in resends(self._service).facts.items():
            of_type = [each.subject for each in facts.values() if each.type == event.type]
            kind = event.subject_format.partition("/")[0]
            statement = f"SELECT {column.key}::text AS id FROM {column.table} WHERE {column.key}::text = ANY($1)"
            ids = [subject.partition("/")[2] for subject in of_type]
            held |= {f"{kind}/{row['id']}" for row in await self._connection.fetch(statement, ids)}
        return held

    async def older(self) -> tuple[list[Lost], list[Lost]]:
        """Subjects that are lost, and those that are back to what they were."""
        rows = await self._connection.fetch(_NUMBERS, list(self.states))
        live = {row["subject"] for row in rows}
        found = [event for _, event in self.states.values() if not event.subject.startswith("resend/")]
        return [e for e in found if e.subject not in live], [e for e in found if e.subject in live]


def restored(service: str, /, *, since: Since = None, json: Json = False) -> None:
    """After a backup was restored: raise the epoch of SERVICE, and list what the lost history had told.

    Run it before the service starts; where no platform runs on this machine, its Postgres and its broker are started
    for as long as this takes. The whole archive is compared, or what was published since --since: then a moment not
    after the backup began. What it prints is kept in a file of RAPPORT_HOME, or of this folder where there is no home:
    a second run starts from the new epoch and lists nothing.
    """
    chosen(service)
    report = asyncio.run(join(service, since))
    say(f"What was found stands in {report.file}.")
    record("db.restored", service=service, epoch=report.epoch, lost=len(report.lost_facts) + len(report.lost_subjects))
    if json:
        print_json(asdict(report))
    else:
        for title, lost in (
            ("Lost facts", report.lost_facts),
            ("Lost subjects", report.lost_subjects),
            ("Subjects as they were at the backup, with the last event told of them", report.older_subjects),
        ):
            show([asdict(each) for each in lost], as_json=False, title=title, empty=f"{title}: none.")
        console.print(f"Epoch {report.epoch}; {report.outbox_published} outbox rows were published before.")
    _advise(report)


async def join(service: str, since: datetime | None) -> Report:
    """Do it, in one transaction, and keep the report in a file first.

    Raises CheckFailed while the service runs, Typed for a `since` that cannot be right, Unavailable when a server is
    away or the file cannot be written.
    """
    folder = _keeping()
    async with (
        server_and_broker(service) as (found, amqp_url),
        connected(found.url, f"The database of {service}", setting_of(service)) as connection,
    ):
        await connection.execute("SELECT pg_try_advisory_lock($1)", LOCK)  # a relay that starts meanwhile waits
        await demand_silence(connection, found)
        if since:
            await _demand_early(connection, service, since)
        epoch = await connection.fetchval("SELECT epoch FROM event_epoch")
        start = await _start(amqp_url, since)
        history = History(connection, service, epoch)
        async for each in archive.read(amqp_url, start if since else None):
            await history.add(each.envelope)
        await history.sift()
        lost, older = await history.older()
        highest = await _highest_epoch(amqp_url, service) if since else history.highest
        raised = 1 + max(epoch, highest)
        async with connection.transaction():
            published = await _drop_published(connection, history, start)
            await _mend_ledger(connection, history, epoch, start)
            await connection.execute("UPDATE event_epoch SET epoch = $1", raised)
            await demand_silence(connection, found)  # nobody came meanwhile, who would tell in the old epoch
            report = Report(service, raised, epoch, published, start, list(history.facts.values()), lost, older)
            _keep(report, folder)
    return report


async def _demand_early(connection: asyncpg.Connection, service: str, since: datetime) -> None:
    """Raises Typed where the backup is known to have begun before `since`.

    An hour more is allowed, as much as is read before `since`: the ledger knows only in which hour it was written.
    """
    if since > real_now():
        raise Typed(f"{since.isoformat()} is still to come; --since is a moment not after the backup began.")
    row = await connection.fetchrow(_NEWEST)
    known = [moment for moment in (row["at"], row["waiting"] and made_at(row["waiting"])) if moment]
    if known and since >= max(known) + HOUR:
        raise Typed(
            f"The newest row of {service} is of {max(known):%Y-%m-%dT%H:%M} (UTC), long before {since.isoformat()}: "
            "what was lost in between would be missed. Say a moment not after the backup began, or leave --since out."
        )


async def _highest_epoch(amqp_url: str, service: str) -> int:
    """In which epoch the service has told something, as far as the whole archive knows; 0 where it told nothing."""
    source, highest = f"/rapport/{service}", 0
    async for each in archive.read(amqp_url):
        if each.envelope.source == source:
            highest = max(highest, each.envelope.epoch)
    return highest


def _keeping() -> Path:
    """The folder for reports. Raises Misconfigured where RAPPORT_HOME names no home."""
    try:
        return Home.find().root
    except Unavailable:
        return Path.cwd()


def _keep(report: Report, folder: Path) -> None:
    """Write the report into a new file and name that in it. Raises Unavailable where this is not possible."""
    file = folder / REPORT.format(service=report.service, epoch=report.epoch, now=real_now())
    report.file = str(file)
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(orjson.dumps(asdict(report), option=orjson.OPT_INDENT_2))
            opened.flush()
            os.fsync(opened.fileno())
    except OSError as error:
        raise Unavailable(f"The report cannot be written to {file}: {error.strerror}. Nothing was changed.") from error


async def _start(amqp_url: str, since: datetime | None) -> datetime:
    """The hour from which the archive holds every event by its id: an id is made before it is published."""
    begins = await archive.begins(amqp_url)
    kept = BEGINNING if begins is None else _whole_hour(begins) + HOUR
    return max(kept, _whole_hour(since) - HOUR) if since else kept


def _whole_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


async def _drop_published(connection: asyncpg.Connection, history: History, start: datetime) -> int:
    """Rows of the outbox that the lost history published are done; those of earlier hours are counted here."""
    rows = await connection.fetch("SELECT position, event_id, type, body FROM outbox")
    done = [row for row in rows if row["event_id"] in history.ids]
    await connection.execute("DELETE FROM outbox WHERE position = ANY($1::bigint[])", [row["position"] for row in done])
    early = [row for row in done if made_at(row["event_id"]) < start]
    await ledger.add(connection, [(epoch_of(row["body"]), row["type"], row["event_id"]) for row in early])
    return len(done)


async def _mend_ledger(connection: asyncpg.Connection, history: History, epoch: int, start: datetime) -> None:
    """From `start` on the archive says what was published; before it the restored rows do."""
    await connection.execute("DELETE FROM ledger_sent WHERE epoch >= $1 AND hour >= $2", epoch, start)
    rows = [(*key, count, Decimal(digest)) for key, (count, digest) in history.sent.items() if key[2] >= start]
    await connection.executemany(_PUT, rows)


def _lost(envelope: Envelope) -> Lost:
    return Lost(envelope.id, envelope.type, envelope.subject)


def _advise(report: Report) -> None:
    service = report.service
    say(f"Now, in this order, for {service}:")
    say(f"- start it: `rapport run {service}`, or `rapport up` where that runs everything on this machine.")
    if readers()[service]:
        say(
            f"- at once `rapport events replay --service {service} --since TIME`, somewhat before the backup: what it "
            "heard and has forgotten; what it remembers changes nothing."
        )
    if report.older_subjects:
        say(
            f"- {len(report.older_subjects)} subjects are back to what they were at the backup. Do again by hand what "
            "was done to them, clearances that had ended first, before they are told anew."
        )
    if resends(service).families:
        say(f"- `rapport events resend {service}`: what it knows is told anew.")
    if report.lost_facts or report.lost_subjects:
        say("- `rapport copy orphans` lists who still keeps copies of what is lost, and what to do with each.")
