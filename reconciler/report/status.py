"""Status as a table, JSON, CSV or Markdown: everybody in one line, then every group and every template, then people.

JSON and CSV are whole. Tables show the rows that need somebody most when there are many, and say how many they left out;
the counts in headings and totals never leave anybody out.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Literal

import msgspec
from rich.console import RenderableType
from rich.text import Text

from reconciler.model.coverage import STATES, PersonStanding, Standing, State, Status
from reconciler.report import canvas, coverage, markdown, sections, wording
from reconciler.report.canvas import BAD, FAINT, GOOD, STRONG, WARN
from reconciler.report.jsontext import pretty
from reconciler.report.spreadsheet import cell

Format = Literal["table", "json", "csv", "markdown"]
FORMATS: tuple[Format, ...] = ("table", "json", "csv", "markdown")
By = Literal["group", "template"]

ROWS = 40
WIDE = 130
WORDS: dict[State, str] = {
    "asWanted": "as wanted",
    "toChange": "to change",
    "pending": "invitation pending",
    "waiting": "waiting",
    "blocked": "blocked",
    "heldByGuard": "held by a guard",
    "askedBefore": "asked before",
    "exempt": "exempt",
    "deactivated": "deactivated",
    "unmanaged": "unmanaged",
}
_STYLES: dict[State, str] = {
    "asWanted": GOOD,
    "blocked": BAD,
    "waiting": WARN,
    "heldByGuard": WARN,
    "askedBefore": WARN,
}
_NEEDS_SOMEBODY: tuple[State, ...] = ("blocked", "waiting", "heldByGuard", "askedBefore", "toChange")
_NUMBERS = ("People", "Licensed", "As wanted", "Change", "Waiting", "Errors")
_MORE_NUMBERS = ("Held", "Asked before", "Invited", "Exempt", "Deactivated", "Unmanaged")
ROW_COLUMNS = (
    "Kind", "Name", "ID", "Source", "Related", "People", "Licensed", "Waiting", "Errors",
    *(f"State: {state}" for state in STATES), "Codes", "Snapshot",
)  # fmt: skip
PERSON_COLUMNS = (
    "Email", "Name", "State", "Licensed", "Codes", "Details", "Groups", "Templates", "Person ID", "Snapshot",
)  # fmt: skip
_ALL = "--format csv has every one"


def render(
    found: Status,
    format: Format = "table",
    *,
    by: By | None = None,
    everything: bool = False,
    width: int = 80,
    colour: bool = False,
) -> str:
    """The status; `by` shows groups or templates only, `everything` folds no table; JSON is whole in any case."""
    if format == "json":
        return pretty(found).decode()
    if format == "csv":
        return _csv(found, by)
    if format == "markdown":
        return _markdown(found, by)
    shown = None if everything else ROWS
    return canvas.draw(_text(found, by, shown, wide=width >= WIDE), width=width, colour=colour)


def verdict(found: Status) -> str:
    """Everybody in one line: `Status of acme: 12 people: 9 as wanted, 2 waiting, 1 blocked`."""
    row = found.everybody
    facts = ", ".join(_facts(row)) or "nobody"
    return (
        f"Status of {wording.clean(found.organization.name)}: {wording.count(row.people, 'person', 'people')}: {facts}"
    )


def states_of(row: Standing) -> dict[State, int]:
    """State -> people, in the order in which they are told."""
    counts: dict[State, int] = msgspec.to_builtins(row.states)
    return {state: counts[state] for state in STATES}


def _facts(row: Standing) -> list[str]:
    return [f"{number:,} {WORDS[state]}" for state, number in states_of(row).items() if number]


def _origin(found: Status) -> str:
    taken = wording.moment(found.taken_at)
    return f"Reading of {taken} (snapshot {wording.clean(found.snapshot)}) against the files; assignment: {found.assignment}."


def _tables(found: Status, by: By | None) -> list[tuple[str, str, tuple[Standing, ...]]]:
    both: list[tuple[By, str, str, tuple[Standing, ...]]] = [
        ("group", "Groups", "Group", found.groups),
        ("template", "Templates", "Template", found.templates),
    ]
    return [(title, name, rows) for kind, title, name, rows in both if by in (None, kind)]


def _numbers(row: Standing, *, wide: bool) -> list[str]:
    states = states_of(row)
    told = [row.people, row.licensed, states["asWanted"], states["toChange"], row.waiting, row.errors]
    if wide:
        rest: tuple[State, ...] = ("heldByGuard", "askedBefore", "pending", "exempt", "deactivated", "unmanaged")
        told += [states[state] for state in rest]
    return [f"{number:,}" for number in told]


def _most_urgent(rows: Sequence[Standing], shown: int | None) -> list[Standing]:
    """The rows to show, in their order: where there are too many, those with most people who need somebody."""
    if shown is None or len(rows) <= shown:
        return list(rows)

    def urgency(at: int) -> tuple[int, ...]:
        row = rows[at]
        return (-row.errors, -row.waiting, -sum(states_of(row)[state] for state in _NEEDS_SOMEBODY), -row.people, at)

    chosen = sorted(range(len(rows)), key=urgency)[:shown]
    return [rows[at] for at in sorted(chosen)]


def _text(found: Status, by: By | None, shown: int | None, *, wide: bool) -> list[RenderableType]:
    row = found.everybody
    bad = row.errors or row.waiting
    parts: list[RenderableType] = [
        Text(verdict(found), style=WARN if bad else STRONG),
        Text(_origin(found), style=FAINT),
    ]
    parts += [canvas.line(line) for line in coverage.lines(found.coverage)]
    if row.codes:
        parts.append(canvas.line(f"What stands in the way: {_codes(row)}."))
    if found.people is not None:
        return [*parts, *_people(found.people, shown)]
    for title, name, rows in _tables(found, by):
        parts.append(canvas.heading(f"{title} ({sum(row.kind != 'nobody' for row in rows):,})"))
        chosen = _most_urgent(rows, shown)
        grid = canvas.table((name,), _NUMBERS + (_MORE_NUMBERS if wide else ()))
        for item in chosen:
            style = BAD if item.errors else WARN if item.waiting else FAINT if item.kind == "nobody" else ""
            grid.add_row(Text(_name(item), style=style), *map(Text, _numbers(item, wide=wide)))
        parts.append(canvas.indented(grid))
        parts += sections.more(len(rows) - len(chosen), f"--all, or {_ALL}")
    return parts


def _name(row: Standing) -> str:
    return f"({row.name})" if row.kind == "nobody" else wording.clean(row.name)


def _codes(row: Standing) -> str:
    return ", ".join(f"{item.code} ({wording.count(item.people, 'person', 'people')})" for item in row.codes)


def _people(people: Sequence[PersonStanding], shown: int | None) -> Iterable[RenderableType]:
    for state, same in _by_state(people):
        yield canvas.heading(
            f"{WORDS[state][:1].upper()}{WORDS[state][1:]} ({len(same):,})", _STYLES.get(state, STRONG)
        )
        for item in same[:shown]:
            by = f", {', '.join(map(wording.clean, item.templates))}" if item.templates else ""
            yield canvas.line(f"{wording.person(item.email, item.display_name)}{by}", indent=2)
            if item.details:
                yield canvas.line("; ".join(map(wording.clean, item.details)), indent=4, style=FAINT)
        yield from sections.more(len(same) - len(same[:shown]), f"--all, or {_ALL}")
    if not people:
        yield canvas.heading("Nobody is so.", FAINT)


def _by_state(people: Sequence[PersonStanding]) -> list[tuple[State, list[PersonStanding]]]:
    order = (*_NEEDS_SOMEBODY, *(state for state in STATES if state not in _NEEDS_SOMEBODY))
    groups: dict[State, list[PersonStanding]] = {state: [] for state in order}
    for item in people:
        groups[item.state].append(item)
    return [(state, same) for state, same in groups.items() if same]


def _csv(found: Status, by: By | None) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    taken = found.taken_at.isoformat()
    if found.people is not None:
        writer.writerow(PERSON_COLUMNS)
        for item in found.people:
            texts = (item.email, item.display_name, item.state, "yes" if item.licensed else "no")
            lists = (item.codes, item.details, item.groups, item.templates)
            writer.writerow([*map(cell, texts), *(cell("; ".join(texts)) for texts in lists), item.person_id, taken])
        return out.getvalue()
    writer.writerow(ROW_COLUMNS)
    for row in (found.everybody, *(row for _, _, rows in _tables(found, by) for row in rows)):
        names = (row.kind, row.name, row.id or "", row.source or "", "; ".join(row.related))
        numbers = (row.people, row.licensed, row.waiting, row.errors, *states_of(row).values())
        codes = "; ".join(f"{item.code}: {item.people}" for item in row.codes)
        writer.writerow([*map(cell, names), *numbers, cell(codes), taken])
    return out.getvalue()


def _markdown(found: Status, by: By | None) -> str:
    document = markdown.Document(rest_is="in the JSON or CSV")
    document.add([f"### {markdown.escape(verdict(found))}", "", markdown.escape(_origin(found)), ""])
    document.add([f"{markdown.escape(line)}  " for line in coverage.lines(found.coverage)])
    if found.everybody.codes:
        document.add([f"What stands in the way: {markdown.escape(_codes(found.everybody))}."])
    if found.people is not None:
        for state, same in _by_state(found.people):
            lines = [_markdown_person(item) for item in same]
            above = markdown.header(("Person", "Templates", "What"))
            document.fold(f"{WORDS[state]} ({len(same):,})", lines, above=above, noun="row")
        return document.text()
    for title, name, rows in _tables(found, by):
        lines = [markdown.row((markdown.escape(_name(row)), *_numbers(row, wide=True))) for row in rows]
        above = markdown.header((name,), _NUMBERS + _MORE_NUMBERS)
        count = sum(row.kind != "nobody" for row in rows)
        document.fold(f"{title} ({count:,})", lines, above=above, noun="row")
    return document.text()


def _markdown_person(item: PersonStanding) -> str:
    texts = (item.email, ", ".join(item.templates), "; ".join(item.details))
    return markdown.row(map(markdown.escape, texts))
