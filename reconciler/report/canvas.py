"""Rich renderables to a string: the one place where a report meets rich, so that every text looks the same.

Nothing is read from the terminal or the environment; whoever calls says how wide the text may be and whether it may be
coloured. Text is never cut, only folded.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

NARROWEST = 72  # below this, columns of numbers would have to be cut
WARN, BAD, GOOD, FAINT, STRONG = "yellow", "bold red", "green", "dim", "bold"


def draw(parts: Iterable[RenderableType], *, width: int, colour: bool) -> str:
    """The parts below each other, no line wider than `width` columns (at least 72), without trailing spaces."""
    out = StringIO()
    console = Console(
        file=out,
        width=max(width, NARROWEST),
        height=100,
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        _environ={},
    )
    for part in parts:
        console.print(part, overflow="fold")
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def heading(text: str, style: str = STRONG) -> Text:
    """The title of a section, with an empty line before it."""
    return Text(f"\n{text}", style=style)


def line(text: str, *, indent: int = 0, style: str = "", hang: int = 0) -> Padding:
    """One paragraph, indented by `indent` columns; `hang` more from the second line on, for lines with a mark in front."""
    if not hang:
        return Padding(Text(text, style=style), (0, 0, 0, indent))
    grid = Table.grid(padding=0)
    grid.add_column(width=hang, no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text(text[:hang], style=style), Text(text[hang:], style=style))
    return Padding(grid, (0, 0, 0, indent))


def table(names: Iterable[str], numbers: Iterable[str] = (), *, title_style: str = FAINT) -> Table:
    """An empty table: text columns that fold, then right-aligned number columns that never do."""
    grid = Table(box=None, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0), header_style=title_style)
    for name in names:
        grid.add_column(name, overflow="fold")
    for name in numbers:
        grid.add_column(name, justify="right", no_wrap=True)
    return grid


def indented(part: RenderableType, indent: int = 2) -> Padding:
    """A table or paragraph moved to the right."""
    return Padding(part, (0, 0, 0, indent))
