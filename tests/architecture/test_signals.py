"""What operators are told by: alerts, dashboard and runbook name only what exists."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

import shared.measures  # noqa: F401  # its numbers are shown once it is imported
from deploy.cli.main import app
from deploy.local.platform import USUAL_PORTS
from deploy.registry import SERVICES, platform_topology
from shared.telemetry import BY_PART, OUTCOMES

DEPLOY = Path(__file__).parents[2] / "deploy"
PROMETHEUS = DEPLOY / "prometheus"
RUNBOOK = (DEPLOY / "runbook.md").read_text()

SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}
ADDED_BY_PROMETHEUS = frozenset({"service", "instance", "job"})
"""Labels of the target that a number was read from."""

GROUPING = re.compile(r"\bby\s*\(([^)]*)\)\s*(?=\()")
RANGE = re.compile(r"\[[^\]]*\]")
TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
NUMBER = re.compile(r"(?<![\w.])([a-zA-Z_:][\w:]*)\b(?!\s*\()\s*(?:\{([^}]*)\})?")
"""A series' name with its conditions; what a parenthesis follows is a function."""
WORDS = frozenset({"and", "or", "unless", "bool", "offset"})

SECTION = re.compile(r"^## (\S.*)$", re.MULTILINE)
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
QUEUE = "matching.screening-cleared-v1"
PLACEHOLDERS = {"SERVICE": "messaging", "QUEUE": QUEUE, "ID": str(uuid4()), "PID": "4711"}


def alerts() -> list[dict[str, Any]]:
    """Every alert, as Prometheus reads it."""
    groups = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def targets() -> Iterator[tuple[str, str, str]]:
    """Each panel of the dashboard by its title, with an expression of it and the legend of that."""
    for panel in json.loads((DEPLOY / "grafana" / "rapport.json").read_text())["panels"]:
        assert panel["targets"], f"{panel['title']} shows nothing"
        yield from ((panel["title"], target["expr"], target["legendFormat"]) for target in panel["targets"])


def expressions() -> Iterator[tuple[str, str, str]]:
    """Each expression of alerts and dashboard: where it stands, itself, and what is said with its labels."""
    for alert in alerts():
        yield alert["alert"], alert["expr"], alert["annotations"]["summary"]
    yield from targets()
    dashboard = json.loads((DEPLOY / "grafana" / "rapport.json").read_text())
    for variable in dashboard["templating"]["list"]:
        if found := re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]):
            yield f"variable {variable['name']}", f"max by ({found[2]}) ({found[1]})", ""


every_expression = pytest.mark.parametrize(
    ("expression", "said"), [pytest.param(each, said, id=where) for where, each, said in expressions()]
)
every_alert = pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert["alert"])


@cache
def series() -> Mapping[str, frozenset[str]]:
    """Every series that a process of ours shows, by its name in Prometheus, with its labels; and `up`."""
    found = {"up": ADDED_BY_PROMETHEUS}
    for registry in BY_PART.values():
        for collector in registry._collector_to_names:
            if not isinstance(collector, MetricWrapperBase):
                continue
            for family in collector.describe():
                for suffix in SUFFIXES[family.type]:
                    bucket = {"le"} if suffix == "_bucket" else set()
                    found[family.name + suffix] = ADDED_BY_PROMETHEUS | bucket | set(collector._labelnames)
    return found


def numbers(expression: str) -> list[tuple[str, set[str]]]:
    """Each series that an expression reads, with the labels that it puts conditions on."""
    bare = GROUPING.sub("", RANGE.sub("", TEXT.sub('""', expression)))
    return [
        (found[1], set(re.findall(r"(\w+)\s*[=!]", found[2] or "")))
        for found in NUMBER.finditer(bare)
        if found[1] not in WORDS
    ]


def groupings(expression: str) -> list[tuple[set[str], str]]:
    """The labels of each `by (...)`, with the parenthesis that it groups."""
    return [
        (set(re.findall(r"\w+", found[1])), _parenthesis(expression, found.end()))
        for found in GROUPING.finditer(expression)
    ]


def _parenthesis(expression: str, begin: int) -> str:
    depth = 0
    for position in range(begin, len(expression)):
        depth += {"(": 1, ")": -1}.get(expression[position], 0)
        if depth == 0:
            return expression[begin : position + 1]
    raise AssertionError(f"{expression} lacks a parenthesis")


@every_expression
def test_an_expression_reads_what_a_process_shows(expression: str, said: str) -> None:
    """A number without a series is no error to Prometheus: the alert would stay silent."""
    assert numbers(expression), f"{expression} reads nothing"
    for name, conditions in numbers(expression):
        assert name in series(), f"no process shows {name}"
        assert conditions <= series()[name], f"{name} has no label {conditions - series()[name]}"
    for outcome in re.findall(r'rapport_events_handled_total\{[^}]*outcome="(\w+)"', expression):
        assert outcome in OUTCOMES


@every_expression
def test_an_expression_groups_by_labels_that_there_are(expression: str, said: str) -> None:
    """A label that a number lacks puts everything into one group. What is said uses labels that are left over."""
    for labels, grouped in groupings(expression):
        for name, _ in numbers(grouped):
            assert labels <= series()[name], f"{name} has no label {labels - series()[name]}"
    left = set.intersection(*[labels for labels, _ in groupings(expression)] or [set(ADDED_BY_PROMETHEUS)])
    assert set(re.findall(r"\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}", said)) <= left


def test_reading_an_expression_finds_its_parts() -> None:
    """The reading itself, on one that has everything."""
    expression = (
        'histogram_quantile(0.9, sum by (a, le) (rate(x_bucket{a!="b(",c=~"d}"}[5m]))) > 1e3 and max by (a) (y)'
    )
    assert numbers(expression) == [("x_bucket", {"a", "c"}), ("y", set())]
    assert [labels for labels, _ in groupings("sum by (a, le) (rate(x[5m])) / max by(b) (y)")] == [{"a", "le"}, {"b"}]


def sections() -> dict[str, str]:
    """The runbook's sections by their titles."""
    _, *parts = SECTION.split(RUNBOOK)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_each_alert_has_one_section_and_each_section_an_alert() -> None:
    """Whoever is woken finds one answer, and no answer is left behind by an alert that is gone."""
    names = sorted(alert["alert"] for alert in alerts())
    assert len(names) == len(set(names))
    assert sorted(SECTION.findall(RUNBOOK)) == names


@every_alert
def test_an_alert_points_to_its_section(alert: dict[str, Any]) -> None:
    """By the anchor that its title becomes; and it says whom it wakes."""
    assert alert["annotations"]["runbook"] == f"deploy/runbook.md#{alert['alert'].lower()}"
    assert alert["labels"]["severity"] in ("page", "ticket")


@every_alert
def test_a_section_says_what_a_person_needs(alert: dict[str, Any]) -> None:
    """What it means, what people notice, and commands to see and to mend."""
    section = sections()[alert["alert"]]
    assert re.findall(r"^- \*\*(.+?)\*\*: \S", section, re.MULTILINE) == ["Means", "People notice", "See", "Mend"]
    assert commands(section), "no command"


def test_each_link_within_the_runbook_leads_somewhere() -> None:
    """To a section."""
    assert set(re.findall(r"\]\(#([^)]*)\)", RUNBOOK)) <= {title.lower() for title in sections()}


def commands(markdown: str) -> list[str]:
    """The lines of its sh blocks."""
    return [line for block in COMMANDS.findall(markdown) for line in block.splitlines() if line.strip()]


@pytest.mark.parametrize("command", sorted(set(commands(RUNBOOK))))
def test_a_command_of_the_runbook_is_understood(command: str, tmp_path: Path) -> None:
    """Nobody learns at night that an option has another name: each is parsed by the command itself, and not run."""
    given = {**PLACEHOLDERS, "FILE": str(tmp_path / "backup.dump")}
    program, *words = (given.get(word, word) for word in shlex.split(command))
    assert program == "rapport"
    assert not [word for word in words if word.isupper()], "a placeholder that is not known here"
    called, _, _ = app.parse_args(words, exit_on_error=False, print_error=False)
    assert called.__module__.startswith("deploy.cli."), "this only prints help"


def test_the_placeholders_are_said_and_exist() -> None:
    """The runbook says what to write for each, and its example of a queue stands on the broker."""
    begin = SECTION.split(RUNBOOK)[0]
    used = {word for command in commands(RUNBOOK) for word in shlex.split(command) if word.isupper()}
    assert used <= set(re.findall(r"`([A-Z]+)`", begin))
    assert f"`{QUEUE}`" in begin
    assert QUEUE in {queue.name for queue in platform_topology().queues}


def test_prometheus_reads_every_service_and_the_alerts() -> None:
    """The example fits `rapport up`: its ports, and the labels that alerts and dashboard use."""
    configuration = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    assert configuration["rule_files"] == ["alerts.yml"]
    (ours,) = [job for job in configuration["scrape_configs"] if job["job_name"] == "rapport"]
    found = {each["labels"]["service"]: each["targets"] for each in ours["static_configs"]}
    assert found == {service: [f"127.0.0.1:{USUAL_PORTS[service]}"] for service in SERVICES}
    assert ours["metrics_path"] == "/metrics"
    named = {job for _, expression, _ in expressions() for job in re.findall(r'job="(\w+)"', expression)}
    assert named == {"rapport"}
