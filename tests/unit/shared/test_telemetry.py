"""Metrics: every name the platform is watched by, and labels that nobody outside can choose."""

from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from shared import telemetry
from shared.telemetry import TIMERS, WORKER

QUEUE = "notify.reply-overdue-v1"
ALL = ("api", "worker", "relay", "timers")


def _samples(*parts: str) -> Iterator[tuple[str, dict[str, str]]]:
    for family in text_string_to_metric_families(telemetry.metrics(parts or ALL).decode()):
        for sample in family.samples:
            yield sample.name, sample.labels


WATCHED = [
    ("rapport_http_request_seconds_count", {"method", "route", "status"}),
    ("rapport_events_handled_total", {"handler", "outcome"}),
    ("rapport_handler_seconds_count", {"handler"}),
    ("rapport_dead_letters_buried_total", {"queue"}),
    ("rapport_dead_letters_unwritten_total", {"queue"}),
    ("rapport_subscriber_paused", {"queue"}),
    ("rapport_consumers_ready", set()),
    ("rapport_database_gate_waiting", set()),
    ("rapport_events_published_total", {"type"}),
    ("rapport_publish_failures_total", {"type", "reason"}),
    ("rapport_last_publish_timestamp_seconds", set()),
    ("rapport_relay_active", set()),
    ("rapport_deadline_lateness_seconds_count", set()),
    ("rapport_deadline_failures_total", {"kind"}),
    ("rapport_mails_total", {"outcome"}),
]


@pytest.mark.parametrize(("name", "labels"), WATCHED, ids=[name for name, _ in WATCHED])
def test_a_watched_number_has_its_name_and_labels(name: str, labels: set[str]) -> None:
    """Dashboards and alerts hang on these names."""
    telemetry.request_answered("GET", "/people/{person}", 200, 0.01)
    telemetry.hears([QUEUE])
    telemetry.rules(["reply-overdue"])
    telemetry.event_handled(QUEUE, "applied", 0.01)
    telemetry.events_published({"rapport.reply.overdue.v1": 2})
    telemetry.publish_failed({"rapport.reply.overdue.v1": 2}, "TimeoutError")
    telemetry.relay_active(True)
    telemetry.mails_ended("sent")
    assert {frozenset(found) for sample, found in _samples() if sample == name} == {frozenset(labels)}


def test_a_made_up_method_makes_no_new_series() -> None:
    """Whoever sends FOO1, FOO2, ... must not fill the memory of a process."""
    for number in range(5):
        telemetry.request_answered(f"FOO{number}", "unknown", 405, 0.01)
    methods = {labels["method"] for name, labels in _samples() if name == "rapport_http_request_seconds_count"}
    assert "other" in methods
    assert not any(method.startswith("FOO") for method in methods)


def test_a_made_up_queue_makes_no_new_series() -> None:
    """The queue of what the broker gave up stands in a header, and anybody may send any header."""
    telemetry.dead_letter_buried("somebody's")
    assert (WORKER.get_sample_value("rapport_dead_letters_buried_total", {"queue": "other"}) or 0) >= 1
    assert "somebody's" not in telemetry.metrics(ALL).decode()


def test_what_is_early_is_not_late() -> None:
    """A deadline seen a hair early counts as on time; a histogram must not sum negatives."""
    before = TIMERS.get_sample_value("rapport_deadline_lateness_seconds_sum")
    telemetry.deadline_lateness(-1.0)
    assert TIMERS.get_sample_value("rapport_deadline_lateness_seconds_sum") == before


def test_a_subscriber_begins_at_zero() -> None:
    """A series that appears at one is no rise to Prometheus, and the first dead letter would raise no alert."""
    telemetry.hears(["notify.fresh-v1"])
    for outcome in telemetry.OUTCOMES:
        labels = {"handler": "notify.fresh-v1", "outcome": outcome}
        assert WORKER.get_sample_value("rapport_events_handled_total", labels) == 0
    assert WORKER.get_sample_value("rapport_dead_letters_buried_total", {"queue": "notify.fresh-v1"}) == 0


def test_a_process_shows_the_numbers_of_its_parts_alone() -> None:
    """A process without consumers has none that are not ready, and one without a relay is none that is missing."""
    api = {name for name, _ in _samples("api")}
    assert "rapport_http_request_seconds_count" in api or "process_cpu_seconds_total" in api
    assert not any(name.startswith(("rapport_consumers", "rapport_relay", "rapport_outbox")) for name in api)
    assert "rapport_relay_active" in {name for name, _ in _samples("relay")}
    assert "rapport_consumers_ready" in {name for name, _ in _samples("worker")}
    assert not any(name.endswith("_created") for name, _ in _samples())
