"""The license inventory as a table, JSON, CSV or Markdown: what is owned and used, at the time of one snapshot.

Consumed and available always stand as two numbers, because other documents mix them up.
"""

from __future__ import annotations

import csv
from io import StringIO
from typing import Literal

from rich.table import Table
from rich.text import Text

from reconciler.model.inventory import Inventory, InventoryRow
from reconciler.report import canvas, markdown, wording
from reconciler.report.jsontext import pretty
from reconciler.report.spreadsheet import cell

Format = Literal["table", "json", "csv", "markdown"]
FORMATS: tuple[Format, ...] = ("table", "json", "csv", "markdown")

TEXTS = ("Name", "Site URL", "Site Type", "Subscription ID")
NUMBERS = ("Total", "Consumed", "Available", "By users", "By workspaces")
_ALL_COLUMNS_FROM = 130


def render(inventory: Inventory, format: Format = "table", *, width: int = 80, colour: bool = False) -> str:
    """The inventory; `width` and `colour` matter for the table only."""
    if format == "json":
        return pretty(inventory).decode()
    if format == "csv":
        return _csv(inventory)
    if format == "markdown":
        return _markdown(inventory)
    return canvas.draw(
        [Text(_caption(inventory), style=canvas.STRONG), _table(inventory, width)], width=width, colour=colour
    )


def _caption(inventory: Inventory) -> str:
    licenses = wording.count(len(inventory.rows), "license")
    return (
        f"Licenses of {wording.clean(inventory.organization.name)}: {licenses}, as of {wording.moment(inventory.taken_at)}"
        f" (snapshot {wording.clean(inventory.snapshot)})"
    )


def _table(inventory: Inventory, width: int) -> Table:
    wide = width >= _ALL_COLUMNS_FROM
    names = TEXTS if wide else ("Name\nSite URL, Site Type\nSubscription ID",)
    grid = canvas.table(names, NUMBERS if wide else ("Total", "Consumed", "Available", "By\nusers", "By work-\nspaces"))
    for row in inventory.rows:
        texts = [wording.clean(text) for text in _texts(row)]
        cells = texts if wide else ["\n".join(part for part in (texts[0], _site(texts), texts[3]) if part)]
        short = row.available is not None and row.available < 0
        numbers = [Text(wording.units(number)) for number in _numbers(row)]
        numbers[2].stylize(canvas.BAD if short else "")
        grid.add_row(*(Text(cell) for cell in cells), *numbers)
    return grid


def _site(texts: list[str]) -> str:
    return ", ".join(part for part in texts[1:3] if part)


def _texts(row: InventoryRow) -> list[str]:
    return [row.name, row.site_url or "", row.site_type or "", row.subscription_id or ""]


def _numbers(row: InventoryRow) -> list[int | None]:
    return [row.total, row.consumed, row.available, row.by_users, row.by_workspaces]


def _csv(inventory: Inventory) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*TEXTS, *NUMBERS, "Snapshot"])
    for row in inventory.rows:
        texts = [cell(text) for text in _texts(row)]
        writer.writerow([*texts, *("" if n is None else n for n in _numbers(row)), inventory.taken_at.isoformat()])
    return out.getvalue()


def _markdown(inventory: Inventory) -> str:
    document = markdown.Document(rest_is="in the other formats")
    document.add([f"### {markdown.escape(_caption(inventory))}", "", *markdown.header(TEXTS, NUMBERS)])
    lines = [
        markdown.row((*map(markdown.escape, _texts(row)), *map(wording.units, _numbers(row)))) for row in inventory.rows
    ]
    document.add(lines, noun="license")
    return document.text()
