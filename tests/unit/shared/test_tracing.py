"""Traces cost nothing while they are off: nothing is imported, and each call is an `if`."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared import tracing
from shared.ids import new_id

ROOT = Path(__file__).parents[3]

EVENTS_ALONE = """
import sys
import shared.messaging.broker, shared.outbox
from shared import tracing
tracing.begin("intake")
looked_for_by_faststream = {"opentelemetry", "opentelemetry.semconv"}
found = {name for name in sys.modules if name.startswith(("opentelemetry", "shared.spans"))}
print(sorted(found - looked_for_by_faststream))
"""
WHOLE_SERVICES = """
import sys
from importlib import import_module
import deploy.cli.main
from shared import tracing
for name in ("intake", "screening", "matching", "messaging", "notify"):
    import_module(f"services.{name}.app")
    tracing.begin(name)
costly = ("opentelemetry.sdk", "opentelemetry.exporter", "google.protobuf", "shared.spans")
print([name for name in sys.modules if name.startswith(costly)])
"""
NOT_INSTALLED = """
import sys
sys.modules["opentelemetry.sdk"] = None
from shared import tracing
try:
    tracing.begin("intake")
except ValueError as error:
    print(error)
"""


def _python(code: str, **env: str) -> str:
    settings = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")} | env
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_without_the_setting_the_event_path_imports_no_opentelemetry() -> None:
    """Neither the SDK nor its API."""
    assert _python(EVENTS_ALONE) == "[]"


def test_without_the_setting_a_service_imports_no_sdk() -> None:
    """FastAPI imports the API by itself; the SDK, exporters and protobuf stay out."""
    assert _python(WHOLE_SERVICES) == "[]"


def test_a_setting_without_the_extra_says_what_to_install() -> None:
    """A sentence, not a stack of modules."""
    said = _python(NOT_INSTALLED, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:4318")
    assert said == (
        "OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is not installed: install rapport[tracing], or unset it."
    )


def test_only_one_module_of_ours_imports_opentelemetry() -> None:
    """What is off must not come in by a side door."""
    for folder in ("shared", "services", "deploy"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.name != "spans.py":
                assert "opentelemetry" not in _imports(path), path


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_off_every_span_is_the_same_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """No object per message."""
    monkeypatch.setattr(tracing, "_spans", None)
    one = tracing.emitting("rapport.reply.overdue.v1", new_id(), new_id())
    other = tracing.request("GET", {"traceparent": "00-1"}, lambda: ("/", 200))
    assert one is other
    with one as traceparent:
        assert traceparent is None
