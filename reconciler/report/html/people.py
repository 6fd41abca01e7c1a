"""Drift by cause, coverage by group, and everybody to search through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reconciler.model.catalog import ATTENDEE
from reconciler.model.drift import Drift, DriftItem
from reconciler.model.report import STATUSES, GroupCoverage, People, PersonStatus
from reconciler.report import drift as words
from reconciler.report import wording
from reconciler.report.html.columns import indexed, long_list, plain, sets
from reconciler.report.html.page import Bar, Cell, Column, LongList, Section, Table, Tone, blocks, number, short, texts

STATUS: dict[PersonStatus, str] = {
    "asWanted": "as wanted",
    "planned": "change planned",
    "waiting": "waiting",
    "blocked": "blocked",
    "held": "held back",
    "exempt": "left alone",
}
_TONES: dict[PersonStatus, Tone] = {"waiting": "warn", "blocked": "bad", "held": "warn"}
_IN_BARS: tuple[PersonStatus, ...] = ("asWanted", "planned", "held", "waiting", "blocked", "exempt")


def drift_section(drift: Drift) -> Section:
    """Differences by cause and one by one, and what changed in the organization."""
    differences = sum(item.direction != "preserved" for item in drift.items)
    since = wording.moment(drift.since) if drift.since else "none so far"
    return Section(
        "drift", "Drift",
        blocks(_by_cause(drift.items), _structure(drift), _drift_list(drift.items)),
        count=f"{differences:,}" if differences else "", tone="warn" if differences else "",
        lead=f"{words.verdict(drift)}. Last completed apply: {since}.",
        notes=("Kept: held without being wanted, and kept by a policy of the files; not drift.",) if drift.items else (),
    )  # fmt: skip


def _by_cause(items: Sequence[DriftItem]) -> Table:
    tallies: dict[str, Counter[str]] = {}
    people: dict[str, set[str]] = {}
    for item in items:
        tallies.setdefault(item.cause, Counter())[item.direction] += 1
        tallies[item.cause]["new"] += item.since_apply
        people.setdefault(item.cause, set()).add(item.person_id)
    rows = tuple(
        (
            Cell(words.CAUSES.get(cause, cause)), number(len(people[cause])), short(count["missing"], "warn"),
            short(count["extra"], "warn"), short(count["preserved"]), short(count["new"]),
        )
        for cause, count in sorted(tallies.items(), key=lambda item: (-item[1].total(), item[0]))
    )  # fmt: skip
    labels = ("People", "Missing", "Extra", "Kept", "New since the last apply")
    return Table("By cause", (Column("Cause"), *(Column(label, True) for label in labels)), rows)


def _structure(drift: Drift) -> Table:
    rows = tuple(
        tuple(Cell(wording.clean(text)) for text in (item.what, item.change, item.field, item.before, item.after))
        for item in drift.structure
    )
    return Table(
        "Changed in the organization since the last apply", texts(("What", "Change", "Field", "Before", "After")), rows
    )


def _drift_list(found: Sequence[DriftItem]) -> LongList:
    """What is drift comes before what a policy keeps."""
    items = sorted(found, key=lambda item: item.direction == "preserved")
    columns = (
        Column("Person", width="l"), Column("Direction", facet=True, width="s"),
        Column("License", facet=True, width="xl"), Column("Cause", facet=True, width="l"), Column("Why", width="xl"),
        Column("New", facet=True, width="s"),
    )  # fmt: skip
    kinds = {"missing": "missing", "extra": "extra", "preserved": "kept"}
    data = [
        plain([wording.clean(item.email) for item in items]),
        plain([kinds[item.direction] for item in items]),
        plain([_label(item) for item in items]),
        plain([words.CAUSES.get(item.cause, item.cause) for item in items]),
        plain([wording.reasons(item.because) for item in items]),
        plain(["since the last apply" if item.since_apply else "" for item in items]),
    ]
    return long_list("drift-list", "Every difference", columns, data, len(items), "differences")


def _label(item: DriftItem) -> str:
    return wording.license_label("attendee role" if item.license == ATTENDEE else item.license, item.site, None)


def coverage_section(groups: Sequence[GroupCoverage], people: People | None) -> Section | None:
    """Everybody and each group by status."""
    if people is None:
        return None
    counts = Counter(people.statuses)
    everybody = tuple(
        (Cell(STATUS[status], tone=_TONES.get(status, "") if counts[status] else ""), number(counts[status]),
         Cell(f"{100 * counts[status] / max(1, len(people.statuses)):.1f}", sort=float(counts[status])))
        for status in _IN_BARS
    )  # fmt: skip
    labels = ("People", "Licensed", "As wanted", "Planned", "Held back", "Waiting", "Blocked", "Left alone")
    columns = (Column("Group"), Column("Coverage"), *(Column(label, True) for label in labels))
    return Section(
        "coverage", "Coverage",
        blocks(
            Table("Everybody by what the plan makes of them",
                  (Column("Status"), Column("People", True), Column("%", True)), everybody),
            Table("Groups whose members were read", columns, tuple(map(_group, groups)), key="groups"),
        ),
        lead=f"{wording.count(len(people.emails), 'person', 'people')}, "
             f"{wording.count(len(groups), 'group')} whose members were read.",
        notes=("Licensed: holds at least one license that the files manage. The six columns after it add up to the people of "
               "the group; each person is counted once, under the first that is true: blocked by a finding, waiting for a "
               "unit, change planned, held back by a guard, left alone by the files, as wanted.",),
    )  # fmt: skip


def _group(group: GroupCoverage) -> tuple[Cell, ...]:
    by = group.by_status
    below = f"templates: {', '.join(map(wording.clean, group.templates))}" if group.templates else "no template"
    numbers = (short(by.get(status, 0), _TONES.get(status, "")) for status in _IN_BARS)
    good = (by.get("asWanted", 0) + by.get("exempt", 0)) / group.people if group.people else 1.0
    return (
        Cell(wording.clean(group.name), below), Cell(bar=_bar(group), sort=good), number(group.people),
        number(group.licensed), *numbers,
    )  # fmt: skip


def _bar(group: GroupCoverage) -> Bar | None:
    if not group.people:
        return None
    parts, at = [], 0.0
    for status in _IN_BARS:
        width = round(100 * group.by_status.get(status, 0) / group.people, 2)
        if width:
            parts.append((round(at, 2), width, f"is-{status}"))
        at += width
    said = ", ".join(f"{n:,} {STATUS[status]}" for status in _IN_BARS if (n := group.by_status.get(status, 0)))
    return Bar(tuple(parts), said)


def people_section(people: People | None) -> Section | None:
    """Everybody: searched and sorted in the page."""
    if people is None:
        return None
    statuses: tuple[PersonStatus, ...] = STATUSES
    place = {status: at for at, status in enumerate(statuses)}
    states = sorted(set(people.states))
    columns = (
        Column("Person", width="l"), Column("Name", width="l"), Column("Status", facet=True, width="s"),
        Column("Account", facet=True, width="s"), Column("Groups", facet=True, width="l"),
        Column("Licenses", facet=True, width="xl"), Column("The plan", width="xl"),
    )  # fmt: skip
    data = [
        {"v": people.emails},
        {"v": people.names},
        indexed([STATUS[status] for status in statuses], [place[status] for status in people.statuses]),
        indexed(states, [states.index(state) for state in people.states]),
        sets(people.group_sets, people.groups),
        sets(people.holding_sets, people.holdings),
        indexed(people.words, people.planned),
    ]
    found = long_list("people-list", "Everybody", columns, data, len(people.emails), "people")
    return Section("people", "People", blocks(found), count=f"{len(people.emails):,}")
