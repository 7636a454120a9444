"""The house's rules, checked on its own source."""

import ast
import re
import sys
from pathlib import Path

import pytest

from deploy.registry import SERVICES, platform_topology, readers
from shared.contracts.base import Resent
from shared.messaging.topology import DEAD, INTERNAL, dead_queue_name, queue_name
from tests.support.contracts import EVENTS

ROOT = Path(__file__).parents[2]
SOURCES = [path for folder in ("services", "shared", "deploy", "tests") for path in (ROOT / folder).rglob("*.py")]

every_service = pytest.mark.parametrize("service", SERVICES)


def imports(path: Path) -> set[str]:
    """The modules that a file imports, in full."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def domain_files(service: str) -> list[Path]:
    """domain.py or domain/*.py."""
    folder = ROOT / "services" / service
    return [*folder.glob("domain.py"), *folder.glob("domain/*.py")]


@every_service
def test_domain_is_pure(service: str) -> None:
    """Rules import the standard library, the contracts, the law and their siblings, nothing else."""
    files = domain_files(service)
    assert files
    siblings = (f"services.{service}.domain", "shared.contracts", "shared.law", *_pure_siblings(service))
    for path in files:
        for name in imports(path):
            standard = name.split(".")[0] in sys.stdlib_module_names
            assert standard or name.startswith(siblings), f"{path.name} imports {name}"


def _pure_siblings(service: str) -> tuple[str, ...]:
    """Texts are data beside notify's rules."""
    return (f"services.{service}.texts",) if service == "notify" else ()


@every_service
def test_services_have_the_same_anatomy(service: str) -> None:
    """Read one service, know five."""
    folder = ROOT / "services" / service
    for name in ("README.md", "app.py", "handlers.py", "settings.py", "migrations/env.py"):
        assert (folder / name).exists(), f"{service} lacks {name}"
    for name in ("api", "domain", "tables"):
        assert (folder / f"{name}.py").exists() or (folder / name / "__init__.py").exists(), f"{service} lacks {name}"


@every_service
def test_handlers_are_named_for_what_they_hear(service: str) -> None:
    """One subscriber per event heard, named on_<event>."""
    tree = ast.parse((ROOT / "services" / service / "handlers.py").read_text())
    names = [node.name for node in tree.body if isinstance(node, ast.AsyncFunctionDef) and node.decorator_list]
    heard = [f"on_{event.name.replace('.', '_')}" for event in readers()[service]]
    assert names == heard


@every_service
def test_nobody_publishes_from_a_service(service: str) -> None:
    """Events go through the outbox alone."""
    for path in (ROOT / "services" / service).rglob("*.py"):
        text = path.read_text()
        assert "aio_pika" not in text, path
        assert ".publish(" not in text, path


def test_every_queue_has_its_dead_letter_home() -> None:
    """What a reader cannot take goes to a queue that stands and is bound."""
    wanted = platform_topology()
    queues = {queue.name: queue for queue in wanted.queues}
    homes = {(binding.exchange, binding.key): binding.queue for binding in wanted.bindings}
    for service, heard in readers().items():
        assert dead_queue_name(service) in queues
        for event in heard:
            arguments = queues[queue_name(service, event)].arguments
            assert arguments["x-queue-type"] == "quorum"
            home = homes[arguments["x-dead-letter-exchange"], arguments["x-dead-letter-routing-key"]]
            assert home == dead_queue_name(service)
    assert DEAD in {exchange.name for exchange in wanted.exchanges}


def test_platform_types_never_reach_the_partners_exchange() -> None:
    """Partners get permissions on rapport.events; what is for the platform alone is not there."""
    for binding in platform_topology().bindings:
        if binding.exchange == INTERNAL or binding.key == "#":
            continue
        for event in EVENTS:
            if binding.key.startswith(f"{event.name}.v"):
                assert event.audience.value == "partner"


def test_the_readme_names_what_each_service_hears_and_tells() -> None:
    """But for the events that end a telling anew."""
    row = re.compile(r"^\| \[([a-z]+)\]\(services/\1/README\.md\) \|(.*)\|(.*)\|$", re.MULTILINE)
    told = {name: [set(re.findall(r"`(.+?)`", cell)) for cell in cells] for name, *cells in
            row.findall((ROOT / "README.md").read_text())}  # fmt: skip
    states = [event for event in EVENTS if not issubclass(event, Resent)]
    assert told == {
        service: [
            {event.name for event in heard if not issubclass(event, Resent)},
            {event.name for event in states if event.owner == service},
        ]
        for service, heard in readers().items()
    }


def test_every_event_heard_has_a_sender() -> None:
    """Nobody waits for an event that no service emits."""
    for heard in readers().values():
        for event in heard:
            emitters = (ROOT / "services" / event.owner).rglob("*.py")
            assert any(event.__name__ in path.read_text() for path in emitters), f"nobody emits {event.type}"


def test_few_type_ignores_and_each_with_code_and_reason() -> None:
    """At most ten, so that mypy means something."""
    found = [(path, line) for path in SOURCES for line in path.read_text().splitlines() if "type: ignore" in line]
    found = [(path, line) for path, line in found if path != Path(__file__)]
    assert len(found) <= 10, "\n".join(f"{path.relative_to(ROOT)}: {line.strip()}" for path, line in found)
    for path, line in found:
        assert re.search(r"# type: ignore\[[a-z-, ]+\]  # \S+", line), f"{path}: {line.strip()}"


def test_locks_have_hashes_and_name_no_host() -> None:
    """Every version with its hashes, installable from any mirror."""
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        pins = re.findall(r"^[a-z0-9._\[\]-]+==", text, re.M)
        assert len(pins) > 50
        assert text.count("--hash=sha256:") >= len(pins)
        assert "://" not in text


def test_the_readme_is_short() -> None:
    """Whoever arrives reads one page."""
    assert len((ROOT / "README.md").read_text().splitlines()) <= 150
