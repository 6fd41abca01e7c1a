"""What is drawn is all there: folding moves words, and never drops one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from reconciler.report import canvas
from reconciler.report.wording import clean

TEXT = st.text(st.sampled_from("ab cde, @.-漢字ß🙂1"), max_size=120).map(clean)


@given(TEXT, st.integers(40, 120), st.integers(0, 8), st.integers(0, 3), st.booleans())
@settings(max_examples=200, deadline=None)
def test_a_paragraph_keeps_every_character(text: str, width: int, indent: int, hang: int, coloured: bool) -> None:
    """However it is folded, moved or coloured."""
    style = "dim" if coloured else ""
    drawn = canvas.draw([canvas.line(text, indent=indent, hang=hang, style=style)], width=width, colour=False)
    assert "".join(drawn.split()) == "".join(text.split())
    assert all(cell_len(line) <= width for line in drawn.splitlines())


@given(TEXT, TEXT, st.integers(0, 10**9), st.integers(40, 120))
@settings(max_examples=200, deadline=None)
def test_a_table_keeps_every_character(name: str, other: str, number: int, width: int) -> None:
    """As columns or, without room for them, as a paragraph a row."""
    grid = canvas.table(("Name", "Site"), ("Total", "Consumed", "Available"))
    grid.add_row(name, other, *[f"{number:,}"] * 3)
    drawn = canvas.draw([canvas.indented(grid)], width=width, colour=False)
    assert all(cell_len(line) <= width for line in drawn.splitlines())
    assert drawn.count(f"{number:,}") >= 3
    for character in set("".join((name + other).split())):
        assert drawn.count(character) >= (name + other).count(character)


def test_a_table_without_room_names_each_number() -> None:
    """A number keeps its heading beside it; headings and cells of several lines are matched line by line."""
    grid = canvas.table(("Name\nSite URL",), ("Total", "Consumed\n% used", "By work-\nspaces"))
    grid.add_row("Webex Meetings Suite\nacme.webex.com", "1,000,000", "999,999\n99.9 %", "12")
    assert canvas.draw([canvas.indented(grid)], width=40, colour=False).splitlines() == [
        "  Webex Meetings Suite",
        "      acme.webex.com",
        "      Total 1,000,000  Consumed 999,999",
        "      % used 99.9 %  By workspaces 12",
    ]


def test_colour_changes_no_word() -> None:
    """The quick way for lines that fit gives the same words."""
    lines = [
        canvas.line(f"line {number}", indent=2, style=style) for number, style in enumerate(("", "dim", "bold red"))
    ]
    coloured = canvas.draw(lines, width=80, colour=True)
    assert "\x1b[2mline 1\x1b[0m" in coloured
    assert canvas.draw(lines, width=80, colour=False) == "  line 0\n  line 1\n  line 2\n"
