"""Drift by cause, coverage by group and template, and everybody to search through."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model.coverage import STATES, Coverage, Standing, State, Status
from reconciler.model.drift import Drift, DriftItem
from reconciler.model.report import People
from reconciler.report import coverage, drift_words, status, wording
from reconciler.report import drift as words
from reconciler.report.html.columns import PEOPLE_LIST, Places, indexed, long_list, persons, plain, sets, told
from reconciler.report.html.page import (
    Bar,
    Cell,
    Column,
    LongList,
    Section,
    Table,
    Tone,
    blocks,
    number,
    short,
    texts,
)

_TONES: dict[State, Tone] = {"waiting": "warn", "blocked": "bad", "heldByGuard": "warn", "askedBefore": "warn"}
_SHOWN_TONES = tuple((status.WORDS[state], tone) for state, tone in _TONES.items())
_HEADS: dict[State, str] = {
    "asWanted": "As wanted", "toChange": "To change", "waiting": "Waiting", "blocked": "Blocked",
    "heldByGuard": "Held by guard", "askedBefore": "Asked before", "pending": "Invited", "exempt": "Exempt",
    "deactivated": "Deactivated", "unmanaged": "Unmanaged",
}  # fmt: skip


def drift_section(drift: Drift, everybody: Places) -> Section:
    """Differences by kind and one by one, and what changed in the organization."""
    differences = sum(item.direction != "preserved" for item in drift.items)
    since = wording.moment(drift.since) if drift.since else "none so far"
    note = wording.clean(drift_words.attribution(drift.attribution))
    return Section(
        "drift", "Drift",
        blocks(_by_kind(drift), _structure(drift), _drift_list(drift.items, everybody)),
        count=f"{differences:,}" if differences else "", tone="warn" if differences else "",
        lead=f"{words.verdict(drift)}. Last completed apply: {since}.{f' {note}' if note else ''}",
        notes=("Kept: held without being wanted, and kept by a policy of the files; not drift.",) if drift.items else (),
    )  # fmt: skip


def _by_kind(drift: Drift) -> Table:
    rows = tuple(
        (
            Cell(drift_words.KINDS[group.kind].title, drift_words.KINDS[group.kind].meaning), number(group.people),
            short(group.missing, "warn"), short(group.extra, "warn"), short(group.preserved), short(group.since_apply),
            Cell(drift_words.KINDS[group.kind].to_do),
        )
        for group in drift_words.groups(drift)
    )  # fmt: skip
    labels = ("People", "Missing", "Extra", "Kept", "New since the last apply")
    columns = (Column("Cause"), *(Column(label, True) for label in labels), Column("What to do"))
    return Table("By cause", columns, rows)


def _structure(drift: Drift) -> Table:
    rows = tuple(
        tuple(Cell(wording.clean(text)) for text in (item.what, item.change, item.field, item.before, item.after))
        for item in drift.structure
    )
    return Table(
        "Changed in the organization since the last apply", texts(("What", "Change", "Field", "Before", "After")), rows
    )


def _drift_list(found: Sequence[DriftItem], everybody: Places) -> LongList:
    """What is drift comes before what a policy keeps."""
    items = sorted(found, key=lambda item: item.direction == "preserved")
    columns = [
        Column("Person", width="l"), Column("Direction", facet=True, width="xs"),
        Column("License", facet=True, width="xl"), Column("Cause", facet=True, width="l"), Column("Why", width="xl"),
        Column("Since", width="l"), Column("New", facet=True, width="xs"),
    ]  # fmt: skip
    data = [
        persons([wording.clean(item.email) for item in items], everybody),
        plain([drift_words.DIRECTIONS[item.direction] for item in items]),
        plain(told(items, lambda item: (item.license, item.site, item.subscription, item.kind), drift_words.label)),
        plain([drift_words.KINDS[item.kind].title for item in items]),
        plain(told(items, lambda item: (item.because, item.cause, item.kind), drift_words.why)),
        plain(told(items, lambda item: (item.after, item.seen, item.since_apply), drift_words.since)),
        plain(["new" if item.since_apply else "" for item in items]),
    ]
    if any(item.by for item in items):
        columns.append(Column("Probably by", facet=True, width="m"))
        data.append(plain([_by(item) for item in items]))
    return long_list("drift-list", "Every difference", columns, data, len(items), "differences")


def _by(item: DriftItem) -> str:
    return "" if item.by is None else wording.clean(item.by.actor or item.by.actor_email)


def coverage_section(found: Status | None, reach: Coverage | None) -> Section | None:
    """How much is under management; everybody, each group and each template by state."""
    if found is None:
        lines = coverage.lines(reach) if reach and reach.people.total else []
        return Section("coverage", "Coverage", (), lead=" ".join(lines)) if lines else None
    rows = (found.everybody, *found.groups, *found.templates)
    shown = [state for state in _HEADS if any(status.states_of(row)[state] for row in rows)]
    return Section(
        "coverage", "Coverage",
        blocks(
            _standings("Groups", "Group", (found.everybody, *found.groups), shown),
            _standings("Templates", "Template", found.templates, shown),
        ),
        lead=" ".join(coverage.lines(found.coverage)),
        notes=("Licensed: holds everything that the templates of the row grant. The columns after it add up to the people of "
               "the row, each of whom counts once, where somebody is needed most. Rows overlap: somebody may be in several "
               "groups.",),
    )  # fmt: skip


def _standings(caption: str, label: str, rows: Sequence[Standing], shown: Sequence[State]) -> Table:
    numbers = ("People", "Licensed", *(_HEADS[state] for state in shown))
    columns = (Column(label), Column("Coverage"), *(Column(head, True) for head in numbers), Column("Codes"))
    end = len(columns) if any(row.codes for row in rows) else -1
    found = tuple(_standing(row, shown)[:end] for row in rows)
    return Table(caption, columns[:end], found, key=caption.casefold())


def _standing(row: Standing, shown: Sequence[State]) -> tuple[Cell, ...]:
    states = status.states_of(row)
    about = [wording.clean(row.source)] if row.source else []
    about += [wording.some(map(wording.clean, row.related), 4)] if row.related else []
    good = (row.people - row.waiting - row.errors) / row.people if row.people else 1.0
    codes = ", ".join(f"{wording.clean(code.code)} {code.people:,}" for code in row.codes)
    return (
        Cell(wording.clean(row.name), " · ".join(about)), Cell(bar=_bar(row, states), sort=good), number(row.people),
        number(row.licensed), *(short(states[state], _TONES.get(state, "")) for state in shown), Cell(codes),
    )  # fmt: skip


def _bar(row: Standing, states: dict[State, int]) -> Bar | None:
    if not row.people:
        return None
    parts, at = list[tuple[float, float, str]](), 0.0
    for state in _HEADS:
        width = round(100 * states[state] / row.people, 2)
        if width:
            parts.append((round(at, 2), width, f"is-{state}"))
        at += width
    return Bar(tuple(parts), ", ".join(f"{states[state]:,} {status.WORDS[state]}" for state in _HEADS if states[state]))


def people_section(people: People | None) -> Section | None:
    """Everybody: searched and sorted in the page."""
    if people is None:
        return None
    place = {state: at for at, state in enumerate(STATES)}
    accounts = sorted(set(people.accounts))
    columns = (
        Column("Person", width="l"), Column("Name", width="m"), Column("State", facet=True, width="s", tones=_SHOWN_TONES),
        Column("Account", facet=True, width="s"), Column("Groups", facet=True, width="s"),
        Column("Templates", facet=True, width="s"), Column("Licenses", facet=True, width="xl"),
        Column("What is behind it", width="xl"),
    )  # fmt: skip
    data = [
        {"v": people.emails},
        {"v": people.names},
        indexed([status.WORDS[state] for state in STATES], [place[state] for state in people.states]),
        indexed(accounts, [accounts.index(account) for account in people.accounts]),
        sets(people.group_sets, people.groups),
        sets(people.template_sets, people.templates),
        sets(people.holding_sets, people.holdings),
        indexed(["; ".join(texts) for texts in people.detail_sets], people.details),
    ]
    found = long_list(PEOPLE_LIST, "Everybody", columns, data, len(people.emails), "people")
    return Section("people", "People", blocks(found), count=f"{len(people.emails):,}")
