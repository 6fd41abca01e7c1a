"""The parts a page is made of, before they are markup: sections of tables, long lists and charts. Texts only, nothing escaped.

A `Table` is for what a person reads whole; a `LongList` is for what is searched: its rows travel once, as columns, and the
page shows those that are in sight.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
from markupsafe import Markup

Tone = Literal["", "bad", "warn", "good", "faint"]


class Bar(msgspec.Struct, frozen=True):
    """A bar inside a table, 100 wide: `parts` are (x, width, class), `marks` are (x, class). `text` is said instead of it."""

    parts: tuple[tuple[float, float, str], ...]
    text: str
    marks: tuple[tuple[float, str], ...] = ()


class Cell(msgspec.Struct, frozen=True):
    """One cell. `below` is a second, smaller line; `sort` is what the column is sorted by where the text does not do."""

    text: str = ""
    below: str = ""
    tone: Tone = ""
    sort: float | str | None = None
    bar: Bar | None = None


class Column(msgspec.Struct, frozen=True):
    """The head of a column. `facet`: its texts can be chosen from. `tones`: texts that are coloured, in a `LongList`."""

    label: str
    number: bool = False
    facet: bool = False
    width: Literal["xs", "s", "m", "l", "xl"] = "m"
    tones: tuple[tuple[str, Tone], ...] = ()


class Table(msgspec.Struct, frozen=True):
    """A table to be read. `fold`: it starts closed, under its caption. `foot`: sums."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    foot: tuple[tuple[Cell, ...], ...] = ()
    fold: bool = False
    key: str = ""
    block: str = "table"


class LongList(msgspec.Struct, frozen=True):
    """A list to be searched. `data` is what the page's script reads; `number` is how many rows there are."""

    key: str
    caption: str
    columns: tuple[Column, ...]
    data: Markup
    number: int
    noun: str = "rows"
    block: str = "list"


class Chart(msgspec.Struct, frozen=True):
    """One chart with its title, and the sentence that says what it shows."""

    title: str
    svg: Markup
    text: str
    tone: Tone = ""
    below: str = ""


class Charts(msgspec.Struct, frozen=True):
    """Charts side by side; those after the first `shown` start folded away."""

    caption: str
    charts: tuple[Chart, ...]
    legend: tuple[tuple[str, str], ...]
    shown: int = 12
    block: str = "charts"


class Code(msgspec.Struct, frozen=True):
    """A file to copy, folded under its caption."""

    caption: str
    text: str
    block: str = "code"


class Lines(msgspec.Struct, frozen=True):
    """Sentences, each with its tone."""

    lines: tuple[tuple[str, Tone], ...]
    block: str = "lines"


Block = Table | LongList | Charts | Code | Lines


class Section(msgspec.Struct, frozen=True):
    """One part of the page. `count` stands beside its name in the contents; `lead` is its first sentence."""

    key: str
    title: str
    blocks: tuple[Block, ...]
    count: str = ""
    lead: str = ""
    tone: Tone = ""
    notes: tuple[str, ...] = ()


class Fact(msgspec.Struct, frozen=True):
    """A number at the top of the page, and the section it comes from."""

    label: str
    value: str
    below: str = ""
    tone: Tone = ""
    to: str = ""


class Page(msgspec.Struct, frozen=True):
    """A whole page."""

    title: str
    verdict: str
    tone: Tone
    origin: str
    tool: str
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    organization: str = ""


def number(value: float | None, *, signed: bool = False, tone: Tone = "") -> Cell:
    """A cell with whole units; `?` where Webex did not say, which sorts last."""
    if value is None:
        return Cell("?", tone="faint", sort=-1e18)
    return Cell(f"{value:+,.0f}" if signed and value else f"{value:,.0f}", tone=tone, sort=float(value))


def short(value: int | None, tone: Tone = "") -> Cell:
    """A count that matters only when it is not zero."""
    return Cell("–", tone="faint", sort=0.0) if value == 0 else number(value, tone=tone)


def blocks(*found: Block | None) -> tuple[Block, ...]:
    """Those that are there and hold something."""
    return tuple(
        item
        for item in found
        if item is not None
        and not (isinstance(item, Table) and not item.rows)
        and not (isinstance(item, LongList) and not item.number)
        and not (isinstance(item, Charts) and not item.charts)
        and not (isinstance(item, Lines) and not item.lines)
    )


def texts(labels: Sequence[str]) -> tuple[Column, ...]:
    """Columns of text."""
    return tuple(Column(label) for label in labels)
