"""Metrics: every name the platform is watched by, and labels that nobody outside can choose."""

from collections.abc import Iterator

import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from shared import telemetry


def _samples() -> Iterator[tuple[str, dict[str, str]]]:
    text = bytes(telemetry.metrics_response().body).decode()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            yield sample.name, sample.labels


WATCHED = [
    ("rapport_http_request_seconds_count", {"method", "route", "status"}),
    ("rapport_events_handled_total", {"handler", "outcome"}),
    ("rapport_handler_seconds_count", {"handler"}),
    ("rapport_events_published_total", {"type"}),
    ("rapport_publish_failures_total", {"reason"}),
    ("rapport_outbox_pending", set()),
    ("rapport_outbox_oldest_timestamp_seconds", set()),
    ("rapport_relay_active", set()),
    ("rapport_deadline_lateness_seconds_count", set()),
    ("rapport_mails_unknown_total", set()),
]


@pytest.mark.parametrize(("name", "labels"), WATCHED, ids=[name for name, _ in WATCHED])
def test_a_watched_number_has_its_name_and_labels(name: str, labels: set[str]) -> None:
    """Dashboards and alerts hang on these names."""
    telemetry.request_answered("GET", "/people/{person}", 200, 0.01)
    telemetry.event_handled("on_reply_overdue", "applied", 0.01)
    telemetry.events_published({"rapport.reply.overdue.v1": 2})
    telemetry.publish_failed("timeout")
    telemetry.outbox_is_empty()
    telemetry.relay_active(True)
    assert {frozenset(found) for sample, found in _samples() if sample == name} == {frozenset(labels)}


def test_a_made_up_method_makes_no_new_series() -> None:
    """Whoever sends FOO1, FOO2, ... must not fill the memory of a process."""
    for number in range(5):
        telemetry.request_answered(f"FOO{number}", "unknown", 405, 0.01)
    methods = {labels["method"] for name, labels in _samples() if name == "rapport_http_request_seconds_count"}
    assert "other" in methods
    assert not any(method.startswith("FOO") for method in methods)


def test_what_is_early_is_not_late() -> None:
    """A deadline seen a hair early counts as on time; a histogram must not sum negatives."""
    before = REGISTRY.get_sample_value("rapport_deadline_lateness_seconds_sum")
    telemetry.deadline_lateness(-1.0)
    assert REGISTRY.get_sample_value("rapport_deadline_lateness_seconds_sum") == before
