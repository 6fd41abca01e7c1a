"""Pools over time as people read them: the urgent first, numbers beside every line, no date where nobody can tell."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from reconciler.diff.pool_trend import empty_since, forecast
from reconciler.model.plan import OrganizationRef
from reconciler.model.pool_trends import Forecast, PoolHistory, PoolPoint, PoolReading, PoolTrend, TrueForward
from reconciler.report.pool_history import render
from reconciler.report.pool_words import ahead
from reconciler.report.sparkline import sparkline

START = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
LAST = START + timedelta(days=30)


def pool(
    name: str, used: Sequence[int | None], total: int | None = 50, *, counted: bool = True, listed: bool = True
) -> PoolTrend:
    """A pool with one reading a day."""
    readings = [PoolReading(START + timedelta(days=day), total, units) for day, units in enumerate(used)]
    found = forecast(readings, total) if counted else "it has no limit"
    now = readings[-1]
    return PoolTrend(
        f"id-{name}", name, None, "Sub-1", counted, listed, total, now.consumed, now.available,
        empty_since(readings) if counted else None, found if isinstance(found, Forecast) else None,
        found if isinstance(found, str) else "", TrueForward(20.0, "contract", 60, 60 - (now.consumed or 0)) if counted else None,
        tuple(PoolPoint(item.at, item.total, item.consumed, item.available) for item in readings),
    )  # fmt: skip


def history(*pools: PoolTrend, license: str = "") -> PoolHistory:
    """A history of these."""
    return PoolHistory("1.0", "PoolHistory", OrganizationRef("o", "acme"), license, START, LAST, 31, pools)


ZIGZAG = [30 + (-1) ** day * 5 for day in range(31)]
GROWS = pool("Grows", range(10, 41))
EMPTY = pool("Empty", [49] * 10 + [50] * 21)
CHANCE = pool("Chance", ZIGZAG)
STILL = pool("Still", [7] * 31)
FREE = pool("Free", range(31), None, counted=False)
GONE = pool("Gone", [1, 2], listed=False)
EVERY = history(CHANCE, EMPTY, FREE, GONE, GROWS, STILL)


def test_the_urgent_first_and_the_rest_folded() -> None:
    """Empty, then what runs dry, then what may; what never changed, is gone or has no limit is a line each, counted."""
    text = render(EVERY, width=200)
    assert "4 counted pools: 1 without a unit left, 1 dry within 60 days, 2 without a trend." in text
    headings = [line for line in text.splitlines() if line.endswith(" (Sub-1)")]
    assert headings == ["Empty (Sub-1)", "Grows (Sub-1)", "Chance (Sub-1)"]
    assert "No unit left since 2026-03-11 (+0.0 a day" not in text
    assert "No unit left since 2026-03-11. True Forward above 60: 10 to go." in text
    assert "total 50, consumed 40, available 10 (80 % used)" in text
    assert "Runs dry on 2026-04-10 (+1.0 a day; 30 days of readings)." in text
    assert "Did not change (1 pool): Still (Sub-1); see --license NAME, or --format csv for all." in text
    assert "Not listed by Webex any more (1 pool): Gone (Sub-1)" in text
    assert "Without a limit (1 pool): Free (Sub-1)." in text


def test_many_pools_are_folded_and_counted_and_none_that_is_urgent() -> None:
    """Twenty are shown; all that are empty or dry within two months are, however many."""
    calm = [pool(f"Calm {n:02}", range(n, n + 31), 5_000) for n in range(25)]
    text = render(history(*calm), width=200)
    assert text.count("total 5,000") == 20
    assert "25 counted pools: 0 without a unit left, 0 dry within 60 days, 25 that last as far as can be told." in text
    assert "More that are not as urgent (5 pools): Calm 04 (Sub-1), Calm 03 (Sub-1)" in text
    urgent = [pool(f"Urgent {n:02}", range(10, 41)) for n in range(25)]
    assert render(history(*calm, *urgent), width=200).count("Runs dry on") == 25


def test_no_line_is_too_wide_and_no_line_says_a_date_without_a_trend() -> None:
    """Eighty columns hold it; chance is called that."""
    text = render(EVERY)
    assert max(map(len, text.splitlines())) <= 80
    outlook = next(line for line in text.splitlines() if "No trend" in line)
    assert "Runs dry" not in outlook


def test_one_license_is_told_in_full() -> None:
    """Every change of its counters, the newest first; not folded, even if it never changed."""
    text = render(history(pool("Steps", [1] * 10 + [2] * 21), license="Steps"))
    lines = [line.split() for line in text.splitlines()]
    assert ["2026-03-11", "2026-03-31", "50", "2", "48"] in lines
    assert ["2026-03-01", "2026-03-10", "50", "1", "49"] in lines
    assert "Unchanged in 30 days of readings. True" in render(history(STILL, license="Still"))
    assert "11 older changes: see --format csv." in render(history(GROWS, license="Grows"))


def test_the_last_purchase_is_told() -> None:
    """With the day up to which the total was the old one."""
    steps = [PoolPoint(START + timedelta(days=day), 20 if day < 9 else 50, 5, 45) for day in range(31)]
    bought = PoolTrend("b", "Bought", None, None, True, True, 50, 5, 45, None, None, "why", None, tuple(steps))
    assert "total 50, consumed 5, available 45 (10 % used); total was 20 until 2026-03-09" in render(
        history(bought), width=200
    )


def test_nothing_read() -> None:
    """Says so instead of an empty page."""
    empty = PoolHistory("1.0", "PoolHistory", OrganizationRef("o", "acme"), "", None, None, 0, ())
    assert render(empty) == "Pools of acme: nothing was read in that time\n"
    assert "nothing was read" in render(empty, "markdown")


def test_a_spreadsheet_gets_every_point_and_no_formulas() -> None:
    """One row a pool and day."""
    rows = list(csv.DictReader(io.StringIO(render(history(pool("=1+1", [1, None])), "csv"))))
    assert [(row["Day"], row["Name"], row["Total"], row["Consumed"], row["Available"]) for row in rows] == [
        ("2026-03-01", "'=1+1", "50", "1", "49"),
        ("2026-03-02", "'=1+1", "50", "", ""),
    ]


def test_json_holds_everything() -> None:
    """Points of all pools, also of those that text folds."""
    document = json.loads(render(EVERY, "json"))
    assert [len(one["points"]) for one in document["pools"]] == [31, 31, 31, 2, 31, 31]
    assert document["pools"][4]["forecast"]["dry"] == "2026-04-10"


def test_names_from_outside_break_neither_markdown_nor_a_terminal() -> None:
    """A table stays a table; no control character gets through."""
    text = render(history(pool("a|b\x1b[31m", range(31))), "markdown")
    assert "a\\|b\\[31m" in text
    assert "\x1b" not in render(history(pool("a\x1b[31m", range(31))))


@pytest.mark.parametrize(
    ("dry", "early", "late", "trend", "told"),
    [
        (
            9,
            3,
            19,
            True,
            "Runs dry between 2026-04-03 and 2026-04-19, about 2026-04-09 (+1.2 a day; 30 days of readings).",
        ),
        (
            9,
            3,
            None,
            True,
            "Runs dry about 2026-04-09, 2026-04-03 at the earliest, perhaps not before 2026-07-29 (+1.2",
        ),
        (None, 3, None, True, "Lasts beyond 2026-07-29; may run dry from 2026-04-03 on (+1.2 a day; 30 days"),
        (None, None, None, True, "Lasts beyond 2026-07-29 (+1.2 a day; 30 days of readings)."),
        (None, 3, None, False, "No trend in 30 days of readings; may run dry from 2026-04-03 on."),
        (None, None, None, False, "No trend in 30 days of readings."),
    ],
)
def test_a_forecast_in_words(dry: int | None, early: int | None, late: int | None, trend: bool, told: str) -> None:
    """A range where there is one, an open end called open, and no day without a trend."""
    days = {
        name: None if number is None else date(2026, 4, number)
        for name, number in (("dry", dry), ("dry_early", early), ("dry_late", late))
    }
    base = Forecast(START, LAST, 40, date(2026, 7, 29), 1.2, 0.5, 1.0, 1.0, 1.0, None, None, None, 31, 30, trend)
    found = msgspec.structs.replace(base, **days)
    assert ahead(found).startswith(told)


def test_few_readings_and_little_change_are_said_as_such() -> None:
    """How many readings, where many days had none; by month what is little by day."""
    found = Forecast(START, LAST, 40, date(2026, 7, 29), -0.03, 0.1, 1.0, 1.0, 1.0, None, None, None, 9, 30, True)
    assert ahead(found) == "Lasts beyond 2026-07-29 (-0.9 a month; 9 readings in 30 days)."


def test_a_sparkline_shows_the_shape_and_does_not_exaggerate() -> None:
    """Lowest to highest in eight blocks; one unit more is one block, not eight; a day without a reading is a gap."""
    days = [date(2026, 3, day) for day in range(1, 11)]

    def line(numbers: Sequence[int | None], width: int = 10) -> tuple[str, int, int] | None:
        return sparkline(list(zip(days, numbers, strict=True)), days[0], days[-1], width)

    assert line([0, 100, 200, 300, 400, 500, 600, 700, 700, 0]) == ("▁▂▃▄▅▆▇██▁", 0, 700)
    assert line([1000] * 9 + [1001]) == ("▁▁▁▁▁▁▁▁▁▂", 1000, 1001)
    assert line([5, None, 5, 5, 5, 5, 5, 5, 5, 12]) == ("▁·▁▁▁▁▁▁▁█", 5, 12)
    assert line([0, 1, 2, 3, 4, 5, 6, 7, 7, 7], width=5) == ("▂▄▆██", 0, 7)
    assert line([None] * 10) is None
