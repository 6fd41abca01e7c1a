"""Rich renderables to a string: the one place where a report meets rich, so that every text looks the same.

Nothing is read from the terminal or the environment; whoever calls says how wide the text may be and whether it may be
coloured. Text is never cut, only folded, and a table that is too wide for its columns becomes one paragraph a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

NARROWEST = 40  # below this a long number has no place beside its name
WARN, BAD, GOOD, FAINT, STRONG = "yellow", "bold red", "green", "dim", "bold"
_TEXT_COLUMN = 16  # columns of the terminal that a column of text needs to be read, unless all of it is shorter


class Line:
    """One paragraph, moved to the right: plain words that need no layout where they fit, which is nearly always."""

    def __init__(self, text: str, indent: int, style: str, hang: int) -> None:
        self.text, self.indent, self.style, self.hang = text, indent, style, hang

    def fits(self, width: int) -> bool:
        """Whether it takes one line."""
        room = width - self.indent
        return len(self.text) <= room and self.text.isprintable() and cell_len(self.text) <= room

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Rich's way to draw it: folded, from the second line on `hang` further to the right."""
        mark, rest = self.text[: self.hang], self.text[self.hang :]
        room = options.max_width - self.indent - self.hang
        folded = Text(rest, style=self.style).wrap(console, max(room, 1), overflow="fold") if rest else [Text("")]
        for number, part in enumerate(folded):
            part.rstrip()
            yield Text(" " * self.indent + (mark if not number else " " * self.hang), style=self.style, end="")
            yield part


class Grid(Table):
    """A table without lines. Where its columns have no room, every row becomes a paragraph: `Total 5  Consumed 3`."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Rich's way to draw it."""
        if self._needed() <= options.max_width:
            yield from super().__rich_console__(console, options)
        else:
            yield from self._stacked(options.max_width)

    def _needed(self) -> int:
        widths = [max(map(_width, (column.header, *column.cells))) for column in self.columns]
        kept = [
            wide if column.no_wrap else min(wide, _TEXT_COLUMN)
            for wide, column in zip(widths, self.columns, strict=True)
        ]
        return sum(kept) + 2 * (len(kept) - 1)

    def _stacked(self, width: int) -> Iterator[RenderableType]:
        names = [str(column.header).replace("-\n", "").split("\n") for column in self.columns]
        for row in zip(*(column.cells for column in self.columns), strict=True):
            for number, text in enumerate(str(row[0]).split("\n")):
                yield Line(text, 4 if number else 0, FAINT if number else "", 2)
            named = [item for name, cell in zip(names[1:], row[1:], strict=True) for item in _named(name, cell)]
            for text in _packed(named, width - 4):
                yield Line(text, 4, FAINT, 2)


def _packed(items: Iterable[str], width: int) -> Iterator[str]:
    """The items in as few lines as they need; none is parted, so a number stays beside its name."""
    line = ""
    for item in items:
        longer = f"{line}  {item}" if line else item
        if line and cell_len(longer) > width:
            yield line
            longer = item
        line = longer
    if line:
        yield line


def _width(cell: RenderableType) -> int:
    """Columns of the longest line of a cell."""
    return max(map(cell_len, str(cell).split("\n")), default=0)


def _named(names: list[str], cell: RenderableType) -> list[str]:
    """What a cell says behind its heading, line by line where both have as many lines; nothing of an empty cell."""
    lines = str(cell).split("\n")
    if len(lines) == 1 or len(lines) != len(names):
        names, lines = [" ".join(names)], [" ".join(lines)]
    return [f"{name} {line}" for name, line in zip(names, lines, strict=True) if line.strip()]


def draw(parts: Iterable[RenderableType], *, width: int, colour: bool) -> str:
    """The parts below each other, no line wider than `width` columns (at least 40), without trailing spaces."""
    out = StringIO()
    width = max(width, NARROWEST)
    colours = ColorSystem.STANDARD
    console = Console(
        file=out,
        width=width,
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
        if isinstance(part, Line) and part.fits(width):
            text = console.get_style(part.style).render(part.text, color_system=colours) if colour else part.text
            out.write(f"{' ' * part.indent}{text}\n")
        else:
            console.print(part, overflow="fold")
    text = out.getvalue().removesuffix("\n")
    return "\n".join(line.rstrip() for line in text.split("\n")) + "\n"


def heading(text: str, style: str = STRONG) -> Text:
    """The title of a section, with an empty line before it."""
    return Text(f"\n{text}", style=style)


def line(text: str, *, indent: int = 0, style: str = "", hang: int = 0) -> Line:
    """One paragraph, indented by `indent` columns; `hang` more from the second line on, for lines with a mark in front."""
    return Line(text, indent, style, hang)


def table(names: Iterable[str], numbers: Sequence[str] | Iterable[str] = (), *, title_style: str = FAINT) -> Grid:
    """An empty table: text columns that fold, then right-aligned number columns that never do."""
    columns = [Column(name, overflow="fold") for name in names]
    columns += [Column(name, justify="right", no_wrap=True) for name in numbers]
    return Grid(*columns, box=None, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0), header_style=title_style)


def indented(part: RenderableType, indent: int = 2) -> Padding:
    """A table or paragraph moved to the right."""
    return Padding(part, (0, 0, 0, indent))
