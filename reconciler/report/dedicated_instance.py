"""Dedicated Instance usage as a table, CSV, JSON or Markdown: the sum against what was bought, then regions and servers.

Consumed and available always stand as two numbers. The CSV has one line for each server; more columns may come at its end.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import StringIO
from typing import Literal

from rich.console import RenderableType
from rich.text import Text

from reconciler.model.dedicated_instance import (
    KINDS,
    DedicatedInstance,
    Imported,
    Kind,
    Pool,
    SubscriptionUsage,
    Usage,
    UsageRow,
)
from reconciler.report import canvas, markdown, sections, wording
from reconciler.report.canvas import BAD, FAINT, STRONG
from reconciler.report.jsontext import pretty
from reconciler.report.spreadsheet import cell

Format = Literal["table", "csv", "json", "markdown"]
FORMATS: tuple[Format, ...] = ("table", "csv", "json", "markdown")

NAMES: dict[Kind, str] = {
    "professional": "Professional",
    "standard": "Standard",
    "workspaces": "Workspaces",
    "speechView": "Speech View",
    "roomSystems": "Room Systems",
}
_NARROW: dict[Kind, str] = {
    "professional": "Profes-\nsional",
    "standard": "Stan-\ndard",
    "workspaces": "Work-\nspaces",
    "speechView": "Speech\nView",
    "roomSystems": "Room\nSystems",
}
COLUMNS = (
    "Subscription ID", "Region", "Cluster", "Server", *NAMES.values(), "Licenses",
    *(f"{name} change" for name in NAMES.values()), "State", "Exported", "Imported",
)  # fmt: skip
_POOL_NUMBERS = ("Total", "Consumed", "Available")
_BOTH_SHOWN = 20
_ONE_LINE_FROM = 110
_NOTHING = (
    "No usage was imported yet. Export it in Control Hub (Account > Subscriptions > Dedicated Instance usage), then run "
    "`webex-licenses dedicated-instance import PATH FILE.csv --subscription ID`."
)


def render(found: DedicatedInstance, format: Format = "table", *, width: int = 80, colour: bool = False) -> str:
    """The usage; `width` and `colour` matter for the table only."""
    if format == "json":
        return pretty(found).decode()
    if format == "csv":
        return _csv(found)
    if format == "markdown":
        return _markdown(found)
    return canvas.draw(_text(found, width), width=width, colour=colour)


def imported(done: Imported) -> str:
    """What an import did, in a few lines."""
    reading = done.reading
    file, subscription = wording.clean(reading.file), wording.clean(reading.subscription)
    if not done.new:
        return (
            f"{file} was imported before, at {wording.moment(reading.imported_at)}; nothing was added.\n"
            "If it is a new export in which nothing has changed, say when it was made: --exported-at TIME.\n"
        )
    regions = len({row.region.casefold() for row in reading.rows})
    kinds = ", ".join(NAMES[kind] for kind in reading.kinds)
    text = (
        f"Imported {file} for {subscription}: {wording.count(len(reading.rows), 'server')} in "
        f"{wording.count(regions, 'region')}; it counts {kinds}.\n"
    )
    if not done.known_pools:
        text += f"Note: {subscription} has no Unified CM license in the last reading, so there is nothing to compare with.\n"
    return text


def _caption(found: DedicatedInstance) -> str:
    part = [f"region {found.region}"] if found.region else []
    part += [f"cluster {found.cluster}"] if found.cluster else []
    only = f", {' and '.join(part)} only" if part else ""
    return wording.clean(
        f"Dedicated Instance of {found.organization.name}{only}, licenses as of {wording.moment(found.taken_at)} "
        f"(snapshot {found.snapshot})"
    )


def _verdict(item: SubscriptionUsage) -> str:
    """In use against bought, in one line."""
    if item.licenses is None:
        return f"{wording.clean(item.subscription)}: the export counts no license"
    text = f"{wording.clean(item.subscription)}: {item.licenses:,} in use"
    if item.left is None or item.entitled is None:
        return f"{text}; the subscription shows no number of Unified CM licenses to compare with"
    rest = f"{item.left:,} left" if item.left >= 0 else f"{-item.left:,} more than bought"
    return f"{text} of {wording.count(item.entitled, 'Unified CM license')}, {rest}"


def _dated(item: SubscriptionUsage) -> str:
    made = f"exported {wording.moment(item.exported_at)}, " if item.exported_at else "export time unknown, "
    before = f"; changes since {wording.moment(item.before_at)}" if item.before_at else "; no reading before"
    return f"{wording.clean(item.file)}: {made}imported {wording.moment(item.imported_at)}{before}"


def _text(found: DedicatedInstance, width: int) -> list[RenderableType]:
    parts: list[RenderableType] = [Text(_caption(found), style=STRONG)]
    parts += [
        canvas.line(f"{_verdict(item)}.", style=BAD if (item.left or 0) < 0 else "") for item in found.subscriptions
    ]
    if not found.subscriptions:
        parts.append(canvas.line(_NOTHING))
    for item in found.subscriptions:
        parts += _subscription(item, width)
    parts.append(canvas.heading("Webex Calling (multi-tenant), as Webex counts"))
    parts.append(_pools(found.multi_tenant) if found.multi_tenant else canvas.line("No license.", indent=2))
    return parts + _both(found)


def _subscription(item: SubscriptionUsage, width: int) -> list[RenderableType]:
    parts: list[RenderableType] = [canvas.heading(wording.clean(item.subscription))]
    parts.append(canvas.line(_dated(item), indent=2, style=FAINT))
    below = "\n" if width < _ONE_LINE_FROM else " "
    grid = canvas.table(("Region, server",), (*(_NARROW[kind] for kind in item.kinds), "Licenses"))
    for region in item.regions:
        cells = _numbers(item.kinds, region.usage, region.licenses, region.change, below)
        grid.add_row(*(Text(text, style=STRONG) for text in (wording.clean(region.region), *cells)))
        for row in item.rows:
            if row.region.casefold() == region.region.casefold():
                cells = _numbers(item.kinds, row.usage, row.licenses, row.change, below)
                grid.add_row(*map(Text, (f"  {_place(row)}", *cells)))
    cells = _numbers(item.kinds, item.usage, item.licenses, item.change, below)
    grid.add_row(*map(Text, ("Whole subscription", *cells)), style=STRONG)
    parts.append(canvas.indented(grid))
    if "speechView" in item.kinds:
        parts.append(canvas.line("Speech View is an addition and takes no license of its own.", indent=2, style=FAINT))
    if item.pools:
        parts += [canvas.line("As Webex counts:", indent=2), _pools(item.pools)]
    return parts


def _place(row: UsageRow) -> str:
    place = row.server if row.cluster == row.server else f"{row.cluster}: {row.server}"
    return wording.clean(f"{place} ({row.state})" if row.state else place)


def _numbers(
    kinds: Iterable[Kind], usage: Usage, licenses: int | None, change: Usage | None, below: str = " "
) -> list[str]:
    """A cell for each kind, and the licenses; the change in parentheses, after `below`."""
    cells = [_number(usage.of(kind), change.of(kind) if change else None, below) for kind in kinds]
    return [*cells, _number(licenses, change.licenses if change else None, below)]


def _number(number: int | None, change: int | None, below: str) -> str:
    text = "-" if number is None else f"{number:,}"
    return f"{text}{below}({change:+,})" if change else text


def _pools(pools: Sequence[Pool]) -> RenderableType:
    grid = canvas.table(("License",), (*_POOL_NUMBERS, "By\nusers", "By work-\nspaces"))
    for pool in pools:
        numbers = [
            Text(wording.units(n))
            for n in (pool.total, pool.consumed, pool.available, pool.by_users, pool.by_workspaces)
        ]
        numbers[2].stylize(BAD if (pool.available or 0) < 0 else "")
        grid.add_row(Text(wording.license_label(pool.license, None, pool.subscription)), *numbers)
    return canvas.indented(grid)


def _both(found: DedicatedInstance) -> list[RenderableType]:
    if not found.both:
        return []
    people = wording.count(len(found.both), "person", "people")
    parts: list[RenderableType] = [canvas.heading(f"Unified CM and Webex Calling at once: {people}, two licenses each")]
    for person in found.both[:_BOTH_SHOWN]:
        name = wording.person(person.email, person.display_name)
        parts.append(canvas.line(f"{name}: {wording.clean(', '.join(person.licenses))}", indent=2))
    return parts + sections.more(len(found.both) - _BOTH_SHOWN, "--format json")


def _csv(found: DedicatedInstance) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for item in found.subscriptions:
        for row in item.rows:
            counts = [row.usage.of(kind) for kind in KINDS]
            changes = [row.change.of(kind) if row.change else None for kind in KINDS]
            writer.writerow(
                [
                    *map(cell, (item.subscription, row.region, row.cluster, row.server)),
                    *("" if n is None else n for n in (*counts, row.licenses, *changes)),
                    row.state,
                    _iso(item.exported_at),
                    _iso(item.imported_at),
                ]
            )
    return out.getvalue()


def _iso(when: datetime | None) -> str:
    return when.isoformat() if when else ""


def _markdown(found: DedicatedInstance) -> str:
    document = markdown.Document(rest_is="in the other formats")
    document.add([f"### {markdown.escape(_caption(found))}", ""])
    document.add(
        [f"- {markdown.escape(_verdict(item))}" for item in found.subscriptions] or [markdown.escape(_NOTHING)]
    )
    for item in found.subscriptions:
        document.add(["", f"#### {markdown.escape(item.subscription)}", "", markdown.escape(_dated(item)), ""])
        document.add(markdown.header(("Region", "Server"), (*(NAMES[kind] for kind in item.kinds), "Licenses")))
        rows = [
            (markdown.escape(row.region), markdown.escape(_place(row)),
             *_numbers(item.kinds, row.usage, row.licenses, row.change))
            for row in item.rows
        ]  # fmt: skip
        rows.append(("Whole subscription", "", *_numbers(item.kinds, item.usage, item.licenses, item.change)))
        document.add([markdown.row(row) for row in rows], noun="server")
    pools = [*(pool for item in found.subscriptions for pool in item.pools), *found.multi_tenant]
    document.add(["", *markdown.header(("License", "Subscription ID"), _POOL_NUMBERS)])
    document.add(
        [
            markdown.row(
                (
                    markdown.escape(pool.license),
                    markdown.escape(pool.subscription or ""),
                    *map(wording.units, (pool.total, pool.consumed, pool.available)),
                )
            )
            for pool in pools
        ]
    )
    if found.both:
        people = wording.count(len(found.both), "person", "people")
        lines = [f"- {markdown.escape(wording.person(person.email, person.display_name))}" for person in found.both]
        document.fold(f"{people} with Unified CM and Webex Calling at once", lines, noun="person")
    return document.text()
