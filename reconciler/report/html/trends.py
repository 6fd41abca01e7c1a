"""Use of each pool over time, and the day it runs dry: small charts with their figures in a table beneath.

Charts come from pygal; its styles and scripts are taken out, because the page has its own, which know dark from light.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from xml.etree.ElementTree import Comment

from markupsafe import Markup

from reconciler.diff.pool_trend import band, empty_since
from reconciler.model.pool_trends import Forecast
from reconciler.model.report import PoolState
from reconciler.report import wording
from reconciler.report.html import capacity
from reconciler.report.html.page import Cell, Chart, Charts, Column, Section, Table, Tone, blocks, number

_WIDTH, _HEIGHT = 340, 150
_SOON = 60
_STEPS = 12


def section(pools: Sequence[PoolState]) -> Section | None:
    """The trends of all counted pools, the one that runs dry first in front; None where there is nothing to tell."""
    counted = [pool for pool in pools if pool.limited and pool.readings]
    if not counted:
        return None
    counted.sort(key=_urgency)
    charts = tuple(chart(pool, f"trend-{at}") for at, pool in enumerate(counted) if len(pool.readings) > 1)
    soon, empty = [pool for pool in counted if _is_soon(pool)], [pool for pool in counted if _is_empty(pool)]
    told = [f"{len(empty)} without a unit left"] if empty else []
    told += [f"{len(soon)} dry within {_SOON} days"] if soon else []
    legend = (("used", "in use"), ("total", "bought"), ("expected", "forecast"), ("band", "95 % of its outcomes"))
    return Section(
        "trends",
        "Trends",
        blocks(Charts("Use over time", charts, legend), _table(counted)),
        count=", ".join(told),
        lead="If use goes on as in the last 90 days, after what the plan changes at once.",
        tone="bad" if empty else "warn" if soon else "",
        notes=(
            "The forecast is a straight line from the last reading, by the mean change a day; its interval grows with the "
            "root of the days ahead, by how much single days differed, and with how short the readings are (random walk with "
            "drift). No trend: the change may well be chance, so no day is named. It knows of no purchases or campaigns to come.",
        ),
    )


def _urgency(pool: PoolState) -> tuple[date, bool, float, str, str]:
    """What will run dry first, by the day; then what is dry already, then the rest by how full it is."""
    dry = pool.forecast.dry if pool.forecast else None
    used = (pool.consumed or 0) / pool.total if pool.total else 0.0
    day = date.max if dry is None or _is_empty(pool) else dry
    return day, not _is_empty(pool), -used, pool.license, pool.license_id


def days_left(found: Forecast) -> int | None:
    """Days from the last reading to the day on which the pool is expected to run dry."""
    return None if found.dry is None else (found.dry - found.at.date()).days


def _is_soon(pool: PoolState) -> bool:
    left = days_left(pool.forecast) if pool.forecast else None
    return left is not None and 0 < left <= _SOON


def _is_empty(pool: PoolState) -> bool:
    return pool.forecast is not None and days_left(pool.forecast) == 0


def _emptied(pool: PoolState) -> date | None:
    since = empty_since(pool.readings)
    return None if since is None else since.date()


def sentence(pool: PoolState) -> str:
    """When a pool runs dry, in words."""
    found = pool.forecast
    if found is None:
        return f"No forecast: {pool.no_forecast}."
    pace = f"{30 * found.per_day:+.1f} a month" if found.trend else "no trend"
    if days_left(found) == 0:
        since = _emptied(pool)
        if since is None:
            return f"The plan takes the last units, {pace}."
        earlier = " or before" if since == pool.readings[0].at.date() else ""
        return f"No unit left since {since:%Y-%m-%d}{earlier}, {pace}."
    if found.dry is None:
        early = f", {found.dry_early:%Y-%m-%d} at the earliest" if found.dry_early else ""
        return f"Lasts beyond {found.horizon:%Y-%m-%d}{early} ({pace})."
    late = f"{found.dry_late:%Y-%m-%d}" if found.dry_late else f"later than {found.horizon:%Y-%m-%d}"
    return f"Runs dry {found.dry:%Y-%m-%d}, between {found.dry_early:%Y-%m-%d} and {late} ({pace})."


def _tone(pool: PoolState) -> Tone:
    if pool.forecast is None or pool.forecast.dry is None:
        return ""
    return "bad" if _is_empty(pool) else "warn" if _is_soon(pool) else ""


def _table(pools: Sequence[PoolState]) -> Table:
    columns = (
        Column("License"), Column("Readings", True), Column("Since"), Column("First", True), Column("Last", True),
        Column("Bought", True), Column("A month", True), Column("Runs dry"), Column("Earliest"), Column("Latest"),
    )  # fmt: skip
    return Table("The same in figures", columns, tuple(map(_row, pools)), fold=False, key="trend-figures")


def _row(pool: PoolState) -> tuple[Cell, ...]:
    known = [item for item in pool.readings if item.consumed is not None]
    since = Cell(f"{known[0].at:%Y-%m-%d}") if known else Cell("–", tone="faint")
    first, last = (known[0].consumed, known[-1].consumed) if known else (None, None)
    head = (
        Cell(capacity.title(pool), capacity.where(pool)), number(len(known)), since, number(first), number(last),
        number(pool.total),
    )  # fmt: skip
    found = pool.forecast
    if found is None:
        why = Cell("–", pool.no_forecast, "faint", "9999")
        return (*head, Cell("–", tone="faint", sort=0.0), why, Cell("–", tone="faint"), Cell("–", tone="faint"))
    return (
        *head,
        Cell(f"{30 * found.per_day:+.1f}", sort=found.per_day),
        *_days(pool, found),
    )


def _days(pool: PoolState, found: Forecast) -> tuple[Cell, Cell, Cell]:
    if _is_empty(pool):
        return Cell("no unit left", tone="bad", sort="0"), Cell("–", tone="faint"), Cell("–", tone="faint")
    return _day(found.dry, found, _tone(pool)), _day(found.dry_early, found, ""), _day(found.dry_late, found, "")


def _day(day: date | None, found: Forecast, tone: Tone) -> Cell:
    if day is None:
        return Cell(f"after {found.horizon:%Y-%m-%d}", tone="faint", sort="9999")
    return Cell(f"{day:%Y-%m-%d}", tone=tone, sort=f"{day:%Y-%m-%d}")


def chart(pool: PoolState, key: str) -> Chart:
    """Use and bought units over time, and the forecast over a time as long as the readings, at least a month."""
    import pygal
    from pygal.style import Style

    known = [(item.at.date(), item.consumed) for item in pool.readings if item.consumed is not None]
    totals = [(item.at.date(), item.total) for item in pool.readings if item.total is not None]
    start, last = pool.readings[0].at.date(), pool.readings[-1].at.date()
    ahead = min(max((last - start).days, 30), 120) if pool.forecast else 0
    coming = _coming(pool.forecast, last, ahead)
    top = _top([units for _, units in (*known, *totals)], [units for _, units in coming[1]])
    drawing = pygal.DateLine(
        js=(), css=(), disable_xml_declaration=True, no_prefix=True, show_legend=False, show_dots=False, margin=4,
        margin_right=22, width=_WIDTH, height=_HEIGHT, explicit_size=False, range=(0, top), y_labels=[0, top / 2, top],
        x_labels=_dates(start, last, ahead), x_value_formatter=_day_label, value_formatter=lambda value: f"{value:,.0f}",
        style=Style(label_font_size=10, major_label_font_size=10),
    )  # fmt: skip
    drawing.uuid = key
    text = f"{capacity.title(pool)}, {capacity.where(pool)}. {sentence(pool)}"
    drawing.add_xml_filter(lambda root: _bare(root, text))
    drawing.add("band", coming[1], fill=True)
    drawing.add("total", _stairs([*totals, (last + timedelta(days=ahead), totals[-1][1])] if totals else []))
    drawing.add("used", known)
    drawing.add("expected", coming[0])
    svg = Markup(drawing.render())  # noqa: S704 - made by pygal from numbers, and its texts are escaped by ElementTree
    return Chart(capacity.title(pool), svg, sentence(pool), _tone(pool), capacity.where(pool))


def _coming(
    found: Forecast | None, last: date, ahead: int
) -> tuple[list[tuple[date, float]], list[tuple[date, float]]]:
    """The expected line, and the outline of its interval: up along the upper end and back along the lower one."""
    if found is None:
        return [], []
    days = [round(ahead * step / _STEPS) for step in range(_STEPS + 1)]
    reached = [(last + timedelta(days=day), *band(found, day)) for day in days]
    middle = [(day, round(expected, 2)) for day, _, expected, _ in reached]
    upper = [(day, round(high, 2)) for day, _, _, high in reached]
    lower = [(day, round(low, 2)) for day, low, _, _ in reversed(reached)]
    return middle, [*upper, *lower]


def _stairs(points: Sequence[tuple[date, int]]) -> list[tuple[date, int]]:
    """Bought units change from one reading to the next, not slowly in between."""
    found: list[tuple[date, int]] = []
    for day, units in points:
        if found and found[-1][1] != units:
            found.append((day, found[-1][1]))
        found.append((day, units))
    return found


def _dates(start: date, last: date, ahead: int) -> list[date]:
    return [start, last, last + timedelta(days=ahead)] if ahead else [start, last]


def _day_label(day: date) -> str:
    return f"{day:%Y-%m-%d}"


def _top(seen: Sequence[int], coming: Sequence[float]) -> int:
    """The upper end of the axis: round, with a whole half, above all that was seen, and above most of what may come."""
    most = max(seen, default=0)
    wanted = max(most, min(max(coming, default=0.0), 1.6 * most), 2)
    step = int("1" + "0" * (len(str(int(wanted))) - 1))
    tops = (
        tenths * step // 10 for tenths in (10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120) if not tenths * step % 20
    )
    return next(top for top in tops if top > most and top >= wanted)


def _bare(root: Any, text: str) -> Any:
    """Without pygal's styles, scripts, tooltips and remarks (which carry the date); with what a screen reader says."""
    for parent in list(root.iter()):
        for child in list(parent):
            name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
            gone = name in ("defs", "title", "desc", "script", "style") or "tooltip" in child.get("class", "")
            if child.tag is Comment or gone:
                parent.remove(child)
    root.attrib.pop("id", None)
    root.set("role", "img")
    root.set("aria-label", text)
    return root


def verdict(pools: Sequence[PoolState]) -> tuple[str, str]:
    """The next day on which a pool runs dry, and which: two short texts, empty where none does."""
    dry = [
        (pool.forecast.dry, capacity.title(pool))
        for pool in pools
        if pool.forecast and pool.forecast.dry and not _is_empty(pool)
    ]
    if not dry:
        return "", ""
    day, name = min(dry)
    return f"{day:%Y-%m-%d}", wording.clean(name)
