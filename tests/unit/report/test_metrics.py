"""Metrics in Prometheus' text format: what its own parser reads, with no two series the same and nobody named."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from reconciler.model.metrics import Metrics, PoolMetric
from reconciler.report.metrics import render

NOW = datetime(2026, 11, 21, 20, tzinfo=UTC)
POOL = PoolMetric("Webex Meetings Suite", "Sub-1", "acme.webex.com", 10, 12, -2, 3)
METRICS = Metrics(
    "acme", "plan", NOW, 1.5, True, {"200": 9, "429": 2, "none": 1}, NOW, 100,
    (POOL, PoolMetric("Basic Messaging", "", "", None, None, None, 0)), {("license add", "planned"): 4},
)  # fmt: skip

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def series(metrics: Metrics) -> Series:
    """Name and labels -> value, as Prometheus' parser reads them; a series that stands twice fails."""
    found: Series = {}
    for family in text_string_to_metric_families(render(metrics).decode()):
        assert family.documentation
        assert family.type == "gauge"
        for sample in family.samples:
            key = sample.name, frozenset(sample.labels.items())
            assert key not in found
            found[key] = sample.value
    return found


def value(found: Series, name: str, **labels: str) -> list[float]:
    """The values of the series of this name that have these labels."""
    wanted = set(labels.items())
    return [
        number
        for (series_name, has), number in found.items()
        if series_name == f"webex_licenses_{name}" and wanted <= has
    ]


def test_pools_calls_and_the_run() -> None:
    """Every number once, by pool; both consumed and available, below zero too; unknown numbers are left out."""
    found = series(METRICS)
    suite = {"license": "Webex Meetings Suite", "subscription": "Sub-1", "site": "acme.webex.com"}
    for name, number in (("pool_total", 10), ("pool_consumed", 12), ("pool_available", -2), ("pool_waiting", 3)):
        assert value(found, name, **suite) == [number]
    assert value(found, "pool_total", license="Basic Messaging") == []
    assert value(found, "pool_waiting", license="Basic Messaging") == [0]
    assert value(found, "run_calls", status="429") == value(found, "run_throttled_calls") == [2]
    assert value(found, "run_calls", status="none") == [1]
    assert value(found, "run_success") == [1]
    assert value(found, "run_seconds") == [1.5]
    assert value(found, "snapshot_timestamp_seconds") == value(found, "run_timestamp_seconds") == [NOW.timestamp()]
    assert value(found, "operations", kind="license add", state="planned") == [4]
    assert value(found, "drift_total") == []


def test_drift_by_cause() -> None:
    """What a policy keeps is counted, but is no drift; no drift at all is a zero, and not nothing."""
    causes = {("extra", "addedByHand"): 5, ("missing", "leftGroup"): 2, ("preserved", "addedByHand"): 9}
    found = series(msgspec.structs.replace(METRICS, command="drift", drift=causes))
    assert value(found, "drift_items", direction="extra", cause="addedByHand") == [5]
    assert value(found, "drift_total") == [7]
    assert value(series(msgspec.structs.replace(METRICS, drift={})), "drift_total") == [0]


def test_files_of_several_commands_lie_side_by_side() -> None:
    """The textfile collector refuses a folder in which a series stands twice: no two commands have one in common."""
    every = [
        series(msgspec.structs.replace(METRICS, command=name, drift={})) for name in ("sync", "plan", "apply", "drift")
    ]
    assert len({key for found in every for key in found}) == sum(map(len, every))


def test_a_run_that_failed_says_so_and_no_more() -> None:
    """No pools of a snapshot that nobody read."""
    found = series(Metrics("acme", "sync", NOW, 3.0, False, {"none": 5}))
    assert value(found, "run_success") == [0]
    assert {name for name, _ in found} == {
        f"webex_licenses_run_{name}" for name in ("success", "timestamp_seconds", "seconds", "calls", "throttled_calls")
    }


@given(st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_names_from_outside_stay_names(names: list[str]) -> None:
    """Quotes, line breaks, control characters: always readable, and no unit is lost where two names become one."""
    pools = tuple(PoolMetric(name, "Sub", "", 1, 0, 1) for name in names)
    found = series(msgspec.structs.replace(METRICS, pools=pools))
    assert sum(value(found, "pool_total")) == len(names)
    assert not any("\x1b" in text for _, labels in found for _, text in labels)
