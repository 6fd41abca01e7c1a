"""Metrics as Prometheus reads them from a file (node_exporter's textfile collector): only gauges, one command at a time."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from reconciler.model.metrics import Metrics
from reconciler.report.wording import clean

PREFIX = "webex_licenses"
_RUN = ("organization", "command")
"""On every series, so that the files of several commands may lie in one folder: no two have the same series."""
_POOL = (*_RUN, "license", "subscription", "site")


def render(metrics: Metrics) -> bytes:
    """The text format, version 0.0.4. Names from outside are cleaned; where that makes two the same, their values add up."""
    registry = CollectorRegistry(auto_describe=False)
    run, values = _RUN, (metrics.organization, metrics.command)
    when = metrics.ended_at.timestamp()
    _gauge(registry, "run_success", "Whether the last run did all it was asked to.", run, [(values, metrics.success)])
    _gauge(registry, "run_timestamp_seconds", "When the last run ended.", run, [(values, when)])
    _gauge(registry, "run_seconds", "How long the last run took.", run, [(values, metrics.seconds)])
    calls = [((*values, status), number) for status, number in metrics.calls.items()]
    throttled = [(values, metrics.calls.get("429", 0))]
    _gauge(registry, "run_calls", "HTTP calls of the last run by status; none: no answer.", (*run, "status"), calls)
    _gauge(registry, "run_throttled_calls", "Calls of the last run that Webex refused with 429.", run, throttled)
    _snapshot(registry, metrics)
    operations = [((*values, what, state), number) for (what, state), number in metrics.operations.items()]
    if operations:
        _gauge(
            registry, "operations", "Operations of the last run by kind and state.", (*run, "kind", "state"), operations
        )
    if metrics.drift is not None:
        items = [((*values, *key), number) for key, number in metrics.drift.items()]
        total = sum(number for (direction, _), number in metrics.drift.items() if direction != "preserved")
        names = (*run, "direction", "cause")
        _gauge(
            registry, "drift_items", "Differences by direction and cause; preserved ones are no drift.", names, items
        )
        _gauge(registry, "drift_total", "Differences that are drift.", run, [(values, total)])
    return generate_latest(registry)


def _snapshot(registry: CollectorRegistry, metrics: Metrics) -> None:
    if metrics.snapshot_at is None:
        return
    own = (metrics.organization, metrics.command)
    taken = metrics.snapshot_at.timestamp()
    _gauge(registry, "snapshot_timestamp_seconds", "When Webex was last read.", _RUN, [(own, taken)])
    _gauge(registry, "people", "People of the organization.", _RUN, [(own, metrics.people)])
    meanings = (
        ("total", "Units bought."),
        ("consumed", "Units in use."),
        ("available", "Units left: total minus consumed; below zero is more in use than bought."),
        ("waiting", "People who wait for a unit, or for a place in a budget."),
    )
    for field, meaning in meanings:
        found = [((*own, pool.license, pool.subscription, pool.site), getattr(pool, field)) for pool in metrics.pools]
        if any(number is not None for _, number in found):
            _gauge(registry, f"pool_{field}", meaning, _POOL, found)


def _gauge(
    registry: CollectorRegistry,
    name: str,
    meaning: str,
    labels: tuple[str, ...],
    values: Iterable[tuple[tuple[str, ...], float | None]],
) -> None:
    gauge = Gauge(f"{PREFIX}_{name}", meaning, labels, registry=registry)
    for texts, number in sorted(values, key=lambda item: item[0]):
        if number is not None:
            gauge.labels(*map(clean, texts)).inc(float(number))
