"""Pools over time as text, JSON, CSV or Markdown: what needs somebody first, each with its line of use and its forecast.

Consumed and available always stand as two numbers. Text and Markdown fold pools that never changed and those without a
limit into a line; JSON and CSV hold every point of every pool.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from io import StringIO
from itertools import groupby
from typing import Literal

from rich.console import RenderableType
from rich.text import Text

from reconciler.model.pool_trends import PoolHistory, PoolPoint, PoolTrend
from reconciler.report import canvas, markdown, wording
from reconciler.report.jsontext import pretty
from reconciler.report.pool_words import CONTRACT, HOW, ahead, empty, pace
from reconciler.report.sparkline import sparkline
from reconciler.report.spreadsheet import cell

Format = Literal["text", "json", "csv", "markdown"]

TEXTS = ("Day", "Name", "Site URL", "Subscription ID", "License ID")
NUMBERS = ("Total", "Consumed", "Available")
SOON = 60  # days
SHOWN = 20  # pools; those that are empty or soon will be are shown anyway
STRETCHES = 20
NAMED = 10
_LINE, _SHORT_LINE = 60, 24
WHICH = "Consumed: units in use. Available: units left. The line shows consumed; a dot: nothing read then."


def render(found: PoolHistory, format: Format = "text", *, width: int = 80, colour: bool = False) -> str:
    """The pools; `width` and `colour` matter for text only."""
    if format == "json":
        return pretty(found).decode()
    if format == "csv":
        return _csv(found)
    if format == "markdown":
        return _markdown(found)
    return canvas.draw(_text(found, max(width, canvas.NARROWEST)), width=width, colour=colour)


def caption(found: PoolHistory) -> str:
    """Of whom, and from when to when."""
    whose = f"Pools of {wording.clean(found.organization.name)}"
    if found.since is None or found.until is None:
        return f"{whose}: nothing was read in that time"
    days = wording.count(found.days, "day with a reading", "days with a reading")
    return f"{whose}: {days}, {wording.moment(found.since)} to {wording.moment(found.until)}"


def verdict(found: PoolHistory) -> str:
    """How many pools are empty, will soon be, and of how many nobody can tell: numbers that are never cut."""
    counted = [pool for pool in found.pools if pool.counted and pool.listed]
    left = [pool for pool in counted if not pool.empty_since]
    dry = [pool for pool in left if pool.forecast and pool.forecast.dry]
    soon = sum((days_left(pool) or 0) <= SOON for pool in dry)
    facts = [f"{len(counted) - len(left):,} without a unit left", f"{soon:,} dry within {SOON} days"]
    flat = sum(pool.forecast is not None and not pool.forecast.trend for pool in left)
    unknown = sum(pool.forecast is None for pool in left)
    lasting = len(left) - len(dry) - flat - unknown
    facts += [f"{len(dry) - soon:,} later"] if len(dry) > soon else []
    facts += [f"{lasting:,} that last as far as can be told"] if lasting else []
    facts += [f"{flat:,} without a trend"] if flat else []
    facts += [f"{unknown:,} with too little to tell"] if unknown else []
    return f"{wording.count(len(counted), 'counted pool')}: {', '.join(facts)}."


def days_left(pool: PoolTrend) -> int | None:
    """Days from the last reading to the day on which the pool is expected to run dry."""
    seen = pool.forecast
    return None if seen is None or seen.dry is None else (seen.dry - seen.at.date()).days


def urgency(pool: PoolTrend) -> tuple[bool, date, date, float]:
    """Sorts what is empty first, then what runs dry first, what may do so first, and the fullest first."""
    seen = pool.forecast
    full = pool.consumed / pool.total if pool.total and pool.consumed is not None else 0.0
    dry, early = (seen.dry, seen.dry_early) if seen else (None, None)
    return not pool.empty_since, dry or date.max, early or date.max, -full


def _text(found: PoolHistory, width: int) -> Iterable[RenderableType]:
    yield Text(caption(found), style=canvas.STRONG)
    shown, folded = _folded(found)
    if found.pools:
        yield canvas.line(verdict(found))
        yield canvas.line(WHICH, style=canvas.FAINT)
    for pool in shown:
        yield canvas.heading(label(pool))
        yield canvas.line(_numbers(pool), indent=2)
        yield canvas.line(_use(found, pool, min(width - 32, _LINE)), indent=2)
        yield canvas.line(_outlook(pool), indent=2, style=_style(pool))
        if found.license:
            yield Text("")
            yield from _stretches(pool.points)
    yield from (canvas.heading(line, canvas.FAINT) for line in folded)
    if any(pool.forecast for pool in shown):
        yield canvas.heading(HOW, canvas.FAINT)
        yield canvas.line(CONTRACT, style=canvas.FAINT)


def _folded(found: PoolHistory) -> tuple[list[PoolTrend], list[str]]:
    """What is shown pool by pool, the most urgent first, and all others, a sentence a kind."""
    if found.license:
        return list(found.pools), []
    counted = sorted((pool for pool in found.pools if pool.counted and pool.listed), key=urgency)
    still = [pool for pool in counted if not pool.empty_since and _is_still(pool)]
    moving = [pool for pool in counted if pool not in still]
    first = max(SHOWN, sum(map(_is_urgent, moving)))
    see = "see --license NAME, or --format csv for all"
    kinds = (
        ("More that are not as urgent", moving[first:], see),
        ("Did not change", still, see),
        ("Not listed by Webex any more", [pool for pool in found.pools if not pool.listed], see),
        ("Without a limit", [pool for pool in found.pools if pool.listed and not pool.counted], ""),
    )
    told = [
        f"{kind} ({wording.count(len(pools), 'pool')}): {_some(pools)}{how and '; '}{how}."
        for kind, pools, how in kinds
        if pools
    ]
    return moving[:first], told


def _is_still(pool: PoolTrend) -> bool:
    return len({(point.total, point.consumed) for point in pool.points}) == 1


def _is_urgent(pool: PoolTrend) -> bool:
    left = days_left(pool)
    return bool(pool.empty_since) or (left is not None and left <= SOON)


def _some(pools: Iterable[PoolTrend]) -> str:
    return wording.some(map(label, pools), NAMED)


def label(pool: PoolTrend) -> str:
    """The pool as people name it."""
    return wording.license_label(pool.license, pool.site_url, pool.subscription_id)


def _numbers(pool: PoolTrend) -> str:
    used = f" ({100 * pool.consumed / pool.total:.0f} % used)" if pool.total and pool.consumed is not None else ""
    total, consumed, left = map(wording.units, (pool.total, pool.consumed, pool.available))
    when = "" if pool.listed else f", on {pool.points[-1].at:%Y-%m-%d}"
    return f"total {total}, consumed {consumed}, available {left}{used}{when}{_bought(pool.points)}"


def _bought(points: Sequence[PoolPoint]) -> str:
    """The last change of what was bought."""
    totals = [(total, list(group)) for total, group in groupby(points, key=lambda point: point.total)]
    if len(totals) < 2:
        return ""
    earlier = f", {wording.count(len(totals) - 2, 'earlier change')}" if len(totals) > 2 else ""
    return f"; total was {wording.units(totals[-2][0])} until {totals[-2][1][-1].at:%Y-%m-%d}{earlier}"


def _use(found: PoolHistory, pool: PoolTrend, width: int) -> str:
    drawn = _line(found, pool, width)
    return f"{drawn[0]}  {_range(drawn)} since {pool.points[0].at:%Y-%m-%d}" if drawn else "Webex tells no use."


def _line(found: PoolHistory, pool: PoolTrend, width: int) -> tuple[str, int, int] | None:
    """One sign a day, or fewer where there are more days or less room; each of them has had a reading, if they were even."""
    if found.since is None or found.until is None:
        return None
    points = [(point.at.date(), point.consumed) for point in pool.points]
    return sparkline(points, found.since.date(), found.until.date(), max(1, min(width, found.days)))


def _range(drawn: tuple[str, int, int]) -> str:
    _, low, high = drawn
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _outlook(pool: PoolTrend) -> str:
    if pool.empty_since:
        change = f" ({pace(pool.forecast)})" if pool.forecast and pool.forecast.trend else ""
        told = f"{empty(pool.empty_since, pool.points[0].at)[:-1]}{change}."
    else:
        told = ahead(pool.forecast) if pool.forecast else f"No forecast: {pool.no_forecast}."
    found = pool.true_forward
    if found is None or found.room is None:
        return told
    room = f"{found.room:,} to go" if found.room >= 0 else f"passed by {-found.room:,}"
    return f"{told} True Forward above {found.above:,}{_by(pool)}: {room}."


def _by(pool: PoolTrend) -> str:
    return "*" if pool.true_forward and pool.true_forward.by == "files" else ""


def _style(pool: PoolTrend) -> str:
    if pool.empty_since:
        return canvas.BAD
    return canvas.WARN if _is_urgent(pool) else ""


def _stretches(points: Sequence[PoolPoint]) -> Iterable[RenderableType]:
    """The newest times in which nothing changed, as a table."""
    found = [list(group) for _, group in groupby(points, key=lambda point: (point.total, point.consumed))]
    table = canvas.table(("From", "To"), NUMBERS)
    for group in reversed(found[-STRETCHES:]):
        numbers = (group[0].total, group[0].consumed, group[0].available)
        days = (f"{group[0].at:%Y-%m-%d}", f"{group[-1].at:%Y-%m-%d}")
        table.add_row(*days, *map(wording.units, numbers))
    yield canvas.indented(table)
    if len(found) > STRETCHES:
        yield canvas.line(f"{len(found) - STRETCHES:,} older changes: see --format csv.", indent=2, style=canvas.FAINT)


def _csv(found: PoolHistory) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*TEXTS, *NUMBERS, "Counted", "Read at"])
    for pool in found.pools:
        texts = [*map(cell, (pool.license, pool.site_url or "", pool.subscription_id or "", pool.license_id))]
        counted = "yes" if pool.counted else "no"
        for point in pool.points:
            numbers = ("" if one is None else one for one in (point.total, point.consumed, point.available))
            writer.writerow([f"{point.at:%Y-%m-%d}", *texts, *numbers, counted, point.at.isoformat()])
    return out.getvalue()


def _markdown(found: PoolHistory) -> str:
    document = markdown.Document(rest_is="in the other formats")
    above = [f"### {markdown.escape(caption(found))}", ""]
    document.add([*above, verdict(found), "", WHICH, ""] if found.pools else above)
    shown, folded = _folded(found)
    if shown:
        titles = ("License", "Use over time", "Outlook")
        rows = [_row(found, pool) for pool in shown]
        document.add(markdown.header(titles, NUMBERS))
        document.add(rows, noun="pool", share=0.9)
    document.add([text for line in folded for text in ("", markdown.escape(line, 10_000))])
    if any(pool.forecast for pool in shown):
        document.add(["", HOW, markdown.escape(CONTRACT, 1_000)])
    return document.text()


def _row(found: PoolHistory, pool: PoolTrend) -> str:
    drawn = _line(found, pool, _SHORT_LINE)
    use = f"{drawn[0]} {_range(drawn)}" if drawn else ""
    numbers = map(wording.units, (pool.total, pool.consumed, pool.available))
    return markdown.row((markdown.escape(label(pool)), use, markdown.escape(_outlook(pool)), *numbers))
