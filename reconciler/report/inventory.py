"""The license inventory as a table, JSON, CSV or Markdown: what is owned and used, at the time of one snapshot.

Consumed and available always stand as two numbers, because other documents mix them up: what VOSS calls "Consumed Units" is
what is left, which stands under "Available" here.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Literal

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from reconciler.model.bill import Bill
from reconciler.model.inventory import DrawOrder, Inventory, InventoryRow, NameTotal
from reconciler.report import canvas, markdown, money, wording
from reconciler.report.jsontext import pretty
from reconciler.report.spreadsheet import cell

Format = Literal["table", "json", "csv", "markdown"]
FORMATS: tuple[Format, ...] = ("table", "json", "csv", "markdown")

TEXTS = ("Name", "Site URL", "Site Type", "Subscription ID")
NUMBERS = ("Total", "Consumed", "Available", "Over", "% used", "By users", "By workspaces")
MONEY = (
    "Price a month",
    "Bought a month",
    "In use a month",
    "Unused a month",
    "Outside defaults a month",
    "After plan a month",
)
CSV_COLUMNS = (
    *TEXTS,
    *NUMBERS,
    "Location",
    "Device",
    "Counted",
    "Outside defaults",
    "Currency",
    *MONEY,
    "License ID",
    "Snapshot",
)
WHICH = "Consumed: units in use. Available: units left, negative where more is in use than was bought."
NOT_COUNTED = "not counted"

_ALL_COLUMNS_FROM = 130
_PLACES = 8
_STATES = {"next": "next", "later": "then", "spent": "used up", "never": "never drawn on"}


def render(inventory: Inventory, format: Format = "table", *, width: int = 80, colour: bool = False) -> str:
    """The inventory; `width` and `colour` matter for the table only."""
    if format == "json":
        return pretty(inventory).decode()
    if format == "csv":
        return _csv(inventory)
    if format == "markdown":
        return _markdown(inventory)
    return canvas.draw(_text(inventory, width), width=width, colour=colour)


def caption(inventory: Inventory) -> str:
    """What this is, of whom, and of when."""
    licenses = wording.count(len(inventory.rows), "license")
    return (
        f"Licenses of {wording.clean(inventory.organization.name)}: {licenses}, as of {wording.moment(inventory.taken_at)}"
        f" (snapshot {wording.clean(inventory.snapshot)})"
    )


def verdict(inventory: Inventory) -> str:
    """The counted pools in one sentence: how full they are, and how many are overdrawn or used up."""
    counted = [row for row in inventory.rows if row.counted]
    known = [row for row in counted if row.available is not None]
    total, used = sum(row.total or 0 for row in known), sum(row.consumed or 0 for row in known)
    beyond = [row for row in known if row.over]
    empty = sum(row.available == 0 for row in known)
    facts = [f"{used:,} of {total:,} units in use{f' ({100 * used / total:.0f} %)' if total else ''}"]
    facts.append(f"{sum(max(row.available or 0, 0) for row in known):,} left")
    facts += (
        [f"{wording.count(len(beyond), 'pool')} over by {sum(row.over or 0 for row in beyond):,}"] if beyond else []
    )
    facts += [f"{wording.count(empty, 'pool')} used up"] if empty else []
    facts += [f"{len(counted) - len(known):,} not told by Webex"] if len(known) < len(counted) else []
    free = len(inventory.rows) - len(counted)
    rest = f" {wording.count(free, 'free license')} not counted." if free else ""
    return f"{wording.count(len(counted), 'pool')}: {', '.join(facts)}.{rest}"


def _text(inventory: Inventory, width: int) -> list[RenderableType]:
    parts: list[RenderableType] = [Text(caption(inventory), style=canvas.STRONG), canvas.line(verdict(inventory))]
    parts += (canvas.line(line) for line in (money.sentences(inventory.bill) if inventory.bill else ()))
    parts += [canvas.line(WHICH, style=canvas.FAINT), Text("")]
    parts.append(grid(inventory.rows, width))
    if inventory.bill:
        parts.append(canvas.heading(f"Money a month, in {wording.clean(inventory.bill.currency)}"))
        parts.append(canvas.indented(_bill(inventory.bill, inventory.rows)))
    if inventory.totals:
        parts += [canvas.heading("All pools of one name"), canvas.indented(_totals(inventory.totals))]
    if inventory.draw_order:
        parts.append(canvas.heading("Drawn on in this order"))
        parts += (canvas.line(line, indent=2, hang=2) for line in map(_order, inventory.draw_order))
    placed = [row for row in inventory.rows if row.locations]
    if placed:
        parts.append(canvas.heading("Calling licenses by location of the holders"))
        parts += (canvas.line(f"{_label(row)}: {_locations(row, _PLACES)}", indent=2, hang=2) for row in placed)
    return parts


def grid(rows: Iterable[InventoryRow], width: int) -> Table:
    """Rows as a table: a column for everything where there is room, else what belongs together in one cell."""
    if width >= _ALL_COLUMNS_FROM:
        return _wide(rows)
    names = ("Total", "Consumed\n% used", "Available\nover", "By users\nworkspaces")
    table = canvas.table(("Name\nSite URL, Site Type\nSubscription ID",), names)
    for row in rows:
        texts = [wording.clean(text) for text in _texts(row)]
        name = "\n".join(part for part in (texts[0], _site(texts), texts[3]) if part)
        numbers = _numbers(row)
        used, by = Text(_two(numbers[1], numbers[4])), Text(_two(numbers[5], numbers[6]))
        table.add_row(Text(name), Text(numbers[0]), used, _available(row, numbers[3]), by)
    return table


def _wide(rows: Iterable[InventoryRow]) -> Table:
    table = canvas.table(TEXTS, NUMBERS)
    for row in rows:
        numbers = [Text(number) for number in _numbers(row)]
        numbers[2] = _available(row)
        table.add_row(*[Text(wording.clean(text)) for text in _texts(row)], *numbers)
    return table


def _bill(bill: Bill, rows: Iterable[InventoryRow]) -> Table:
    planned = bill.after_plan is not None
    named = {row.license_id: _label(row) for row in rows}
    names = ("Bought", "In use", "Unused", "Outside\ndefaults", *(("After\nplan",) if planned else ()))
    table = canvas.table(("License",), names)
    for line in bill.pools:
        amounts = [
            line.bought,
            line.in_use,
            line.unused,
            line.outside_defaults,
            *([line.after_plan] if planned else []),
        ]
        table.add_row(Text(named.get(line.license_id, line.license_id)), *[Text(money.plain(a)) for a in amounts])
    return table


def _two(first: str, second: str) -> str:
    return f"{first}\n{second}" if second not in ("", "0") else first


def _available(row: InventoryRow, over: str = "") -> Text:
    if not row.counted:
        return Text(NOT_COUNTED, style=canvas.FAINT)
    short = row.available is not None and row.available < 0
    text = _two(wording.units(row.available), over)
    return Text(text, style=canvas.BAD if short else canvas.WARN if row.available == 0 else "")


def _site(texts: Sequence[str]) -> str:
    return ", ".join(part for part in texts[1:3] if part)


def _texts(row: InventoryRow) -> list[str]:
    return [row.name, row.site_url or "", row.site_type or "", row.subscription_id or ""]


def _numbers(row: InventoryRow) -> list[str]:
    """In the order of NUMBERS; devices stand with workspaces."""
    over = wording.units(row.over) if row.counted else ""
    by_devices = row.by_workspaces if row.by_workspaces is not None else row.devices
    counts = (row.total, row.consumed, row.available)
    return [*map(wording.units, counts), over, _percent(row), wording.units(row.by_users), wording.units(by_devices)]


def _percent(row: InventoryRow) -> str:
    return "" if row.used_percent is None else f"{row.used_percent:.1f} %"


def _label(row: InventoryRow) -> str:
    return wording.license_label(row.name, row.site_url, row.subscription_id)


def _locations(row: InventoryRow, shown: int | None = None) -> str:
    shares = sorted(row.locations or (), key=lambda share: -share.people) if shown else row.locations or ()
    told = [f"{wording.clean(share.location) or 'no location'} {share.people:,}" for share in shares]
    return wording.some(told, shown or len(told))


def _totals(totals: Iterable[NameTotal]) -> Table:
    table = canvas.table(("Name",), ("Pools", "Total", "Consumed", "Available", "Over", "% used"))
    for item in totals:
        counts = (item.pools, item.total, item.consumed, item.available, item.over)
        percent = "" if item.used_percent is None else f"{item.used_percent:.1f} %"
        table.add_row(Text(wording.clean(item.name)), *[Text(wording.units(count)) for count in counts], Text(percent))
    return table


def _order(order: DrawOrder) -> str:
    if order.problem:
        return f"{wording.license_label(order.name, order.site_url, None)}: undecided ({order.problem})"
    steps = []
    for step in order.steps:
        left = "no limit" if step.left is None else f"{max(step.left, 0):,} left"
        state = _STATES[step.state]
        told = state if step.state == "spent" else f"{state}, {left}"
        steps.append(f"{wording.clean(step.subscription_id) or '(none)'} ({told})")
    return f"{wording.license_label(order.name, order.site_url, None)}: {', '.join(steps)}"


def _csv(inventory: Inventory) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    priced = {line.license_id: line for line in inventory.bill.pools} if inventory.bill else {}
    currency = inventory.bill.currency if inventory.bill else ""
    for row in inventory.rows:
        texts = [cell(text) for text in _texts(row)]
        numbers = (row.total, row.consumed, row.available, row.over, row.used_percent, row.by_users, row.by_workspaces)
        places = "; ".join(f"{share.location or '(none)'}: {share.people}" for share in row.locations or ())
        line = priced.get(row.license_id)
        amounts = (
            (line.unit, line.bought, line.in_use, line.unused, line.outside_defaults, line.after_plan)
            if line
            else [None] * 6
        )
        writer.writerow([
            *texts, *map(_known, numbers), cell(places), _known(row.devices), "yes" if row.counted else "no",
            _known(row.outside_defaults), cell(currency) if line else "", *map(_known, amounts), row.license_id,
            inventory.taken_at.isoformat(),
        ])  # fmt: skip
    return out.getvalue()


def _known(number: float | int | None) -> float | int | str:
    return "" if number is None else number


def _markdown(inventory: Inventory) -> str:
    document = markdown.Document(rest_is="in the other formats")
    document.add([f"### {markdown.escape(caption(inventory))}", "", markdown.escape(verdict(inventory)), ""])
    if inventory.bill:
        document.add([*map(markdown.escape, money.sentences(inventory.bill)), ""])
    document.add([WHICH, "", *markdown.header(TEXTS, NUMBERS)])
    document.add(map(markdown_row, inventory.rows), noun="license")
    orders = [f"- {markdown.escape(_order(order))}" for order in inventory.draw_order]
    if orders:
        document.add(["", "Drawn on in this order:", "", *orders])
    return document.text()


def markdown_row(row: InventoryRow) -> str:
    """One pool as a row of TEXTS and NUMBERS."""
    numbers = _numbers(row)
    numbers[2] = numbers[2] if row.counted else NOT_COUNTED
    return markdown.row((*map(markdown.escape, _texts(row)), *numbers))
