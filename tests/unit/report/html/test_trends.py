"""Charts of pools over time: what they show in words, which comes first, and what of the drawing library stays out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest

from reconciler.diff.pool_trend import forecast
from reconciler.model.pool_trends import PoolReading
from reconciler.model.report import PoolState
from reconciler.report.html import trends
from reconciler.report.html.page import Charts, Table

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)


def pool(name: str, used: list[int], total: int, *, change: int = 0) -> PoolState:
    """A pool that was read once a day, the last time now."""
    readings = tuple(PoolReading(NOW - timedelta(days=len(used) - 1 - at), total, n) for at, n in enumerate(used))
    found = forecast(readings, total, change)
    none = found if isinstance(found, str) else ""
    return PoolState(
        f"id-{name}", name, "Sub-1", None, total, used[-1], add=change, readings=readings,
        forecast=None if isinstance(found, str) else found, no_forecast=none,
    )  # fmt: skip


GROWING = pool("Growing", [100 + 2 * day + day % 2 for day in range(40)], 300)
FULL = pool("Full", [80] * 20 + [100] * 20, 100)
STEADY = pool("Steady", [50 + day % 2 for day in range(40)], 100)
NEW = pool("New", [7, 8], 10)


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (GROWING, r"Runs dry 2026-12-\d\d|Runs dry 2027-0\d-\d\d"),
        (FULL, r"No unit left since 2026-11-01"),
        (STEADY, r"Lasts beyond .*no trend"),
        (NEW, r"No forecast: too few readings"),
        (pool("Taken", [60 + day for day in range(40)], 100, change=1), r"The plan takes the last units"),
    ],
    ids=["growing", "full", "steady", "new", "plan"],
)
def test_the_sentence_says_what_the_chart_shows(one: PoolState, said: str) -> None:
    """When, since when, that it lasts, or why nobody can say."""
    import re

    assert re.search(said, trends.sentence(one)), trends.sentence(one)


def test_what_runs_dry_next_comes_first() -> None:
    """Then what is empty already, then the rest by how full it is; the table has them all, in the same order."""
    found = trends.section([NEW, STEADY, FULL, GROWING])
    assert found is not None
    charts = next(block for block in found.blocks if isinstance(block, Charts))
    assert [one.title for one in charts.charts] == ["Growing", "Full", "New", "Steady"]
    table = next(block for block in found.blocks if isinstance(block, Table))
    assert [row[0].text for row in table.rows] == ["Growing", "Full", "New", "Steady"]
    assert found.count.startswith("1 without a unit left")


def test_a_chart_is_drawing_and_a_sentence_and_nothing_else() -> None:
    """No style, script, remark or tooltip of the library; a screen reader hears the pool and the sentence; always the same."""
    first = trends.chart(GROWING, "trend-0")
    assert trends.chart(GROWING, "trend-0") == first
    root = ElementTree.fromstring(first.svg)
    names = {str(node.tag).rpartition("}")[2] for node in root.iter()}
    assert names <= {"svg", "g", "path", "text", "rect"}
    assert not [node for node in root.iter() if "style" in node.attrib or "tooltip" in node.get("class", "")]
    assert "pygal.org" not in first.svg
    assert root.get("role") == "img"
    assert root.get("aria-label", "").startswith("Growing, Sub-1. Runs dry")
    lines = {
        node.get("class", "").split()[1]
        for node in root.iter()
        if node.get("class", "").startswith("series") and len(list(node))
    }
    assert lines == {"serie-0", "serie-1", "serie-2", "serie-3"}


def test_a_name_is_text_in_a_chart() -> None:
    """What a license is called cannot become markup in the drawing either."""
    hostile = pool('"><script>alert(1)</script>', list(range(40)), 300)
    drawn = trends.chart(hostile, "trend-0").svg
    ElementTree.fromstring(drawn)
    assert "<script" not in drawn


def test_a_pool_that_nobody_read_over_time_has_no_chart() -> None:
    """One reading is no line; without any reading there is no section."""
    once = pool("Once", [5], 10)
    found = trends.section([once])
    assert found is not None
    assert not [block for block in found.blocks if isinstance(block, Charts)]
    assert trends.section([PoolState("id", "Never", None, None, 10, 5)]) is None


@pytest.mark.parametrize(
    ("seen", "coming", "top"),
    [([0], [], 2), ([199], [201.0], 250), ([95], [97.0], 100), ([7], [90.0], 12), ([100], [], 120), ([10], [], 12)],
)
def test_the_axis_ends_at_a_round_number_above_what_was_seen(seen: list[int], coming: list[float], top: int) -> None:
    """And above what may come, as long as that is not so far that what was seen becomes a line at the bottom."""
    assert trends._top(seen, coming) == top


def test_bought_units_change_at_once() -> None:
    """A purchase is a step, not a slope."""
    day = NOW.date()
    later = day + timedelta(days=5)
    assert trends._stairs([(day, 10), (later, 20)]) == [(day, 10), (later, 10), (later, 20)]
