"""Everybody with what the plan makes of them, and every group by the same words. One pass over the people of a snapshot."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from reconciler.model import canonical
from reconciler.model.report import STATUSES, GroupCoverage, People, PersonStatus
from reconciler.report import grouping, wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.live import Person, Situation
    from reconciler.model.plan import Plan
    from reconciler.planner import Planned
    from reconciler.ports import LiveView


class _Fates:
    """Person -> status and words, read off the plan. Whom it does not name is as wanted, or left alone by the files."""

    def __init__(self, made: Planned) -> None:
        plan, population, hands_off = made.plan, made.workings.population, made.workings.hands_off
        self._words: dict[str, list[str]] = {}
        self._status: dict[str, PersonStatus] = {}
        # The last word counts, so the strongest status comes last.
        for person, key in ((person, key) for person, _, key in population.special()):
            if key in hands_off:
                self._status[person] = "exempt"
        self._left_alone = {
            number
            for number in population.situations
            if (plain := population.plain_key(number)) is not None and plain in hands_off
        }
        self._special = frozenset(person for person, _, _ in population.special())
        self._of_plan(plan)
        self._blocked: dict[str, list[str]] = {}
        for finding in wording.blocking(plan.findings):
            self._blocked.setdefault(canonical.email(finding.where), []).append(finding.code)

    def _of_plan(self, plan: Plan) -> None:
        for held in plan.held:
            text = f"held back: {wording.sign(held.operation)} {wording.operation_label(held.operation)} ({held.guard})"
            self._note(held.person_id, "held", text)
        for change in plan.changes:
            for operation in grouping.operations(change):
                text = f"{wording.sign(operation)} {wording.operation_label(operation)}"
                self._note(change.person_id, "planned", text)
        for item in plan.waiting:
            text = f"waits for {wording.license_label(item.license, item.site, None)}"
            self._note(item.person_id, "waiting", text)

    def _note(self, person: str, status: PersonStatus, text: str) -> None:
        self._status[person] = status
        self._words.setdefault(person, []).append(text)

    def of(self, person: Person) -> tuple[PersonStatus, str]:
        """The status of one person, and what the plan says of them in words."""
        words = self._words.get(person.id, [])
        codes = self._blocked.get(canonical.email(person.email)) if self._blocked else None
        if codes:
            return "blocked", "; ".join([*words, *(f"blocked: {code}" for code in dict.fromkeys(codes))])
        plain: PersonStatus = "asWanted"
        if person.situation in self._left_alone and person.id not in self._special:
            plain = "exempt"
        return self._status.get(person.id, plain), "; ".join(words)


class _Sets:
    """Distinct tuples of texts, numbered in the order in which they came."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, ...], int] = {}

    def number(self, texts: tuple[str, ...]) -> int:
        """The number of these texts."""
        return self._numbers.setdefault(texts, len(self._numbers))

    def all(self) -> tuple[tuple[str, ...], ...]:
        """Every tuple, by its number."""
        return tuple(self._numbers)


class _Columns:
    """The columns of `People`, person by person."""

    def __init__(self) -> None:
        self.emails, self.names, self.states = list[str](), list[str](), list[str]()
        self.statuses: list[PersonStatus] = []
        self.holdings, self.groups, self.planned = list[int](), list[int](), list[int]()
        self.holding_sets, self.group_sets, self.words = _Sets(), _Sets(), _Sets()

    def add(self, person: Person, place: _Place, status: PersonStatus, text: str) -> None:
        """One person more."""
        self.emails.append(wording.clean(person.email))
        self.names.append(wording.clean(person.name))
        self.states.append(place.state)
        self.statuses.append(status)
        self.holdings.append(place.holdings)
        self.groups.append(place.groups)
        self.planned.append(self.words.number((text,)))

    def people(self) -> People:
        """All of them."""
        return People(
            tuple(self.emails), tuple(self.names), tuple(self.states), tuple(self.statuses), tuple(self.holdings),
            tuple(self.groups), tuple(self.planned), self.holding_sets.all(), self.group_sets.all(),
            tuple(text for (text,) in self.words.all()),
        )  # fmt: skip


class _Place(msgspec.Struct, frozen=True):
    """What the people of one situation have in common, as the page shows it."""

    state: str
    holdings: int
    groups: int
    group_ids: tuple[str, ...]
    licensed: bool


def people_and_groups(
    live: LiveView, placed: Sequence[tuple[Situation, int]], made: Planned
) -> tuple[People, tuple[GroupCoverage, ...]]:
    """Everybody by address, and the coverage of every group whose members were read, by name."""
    fates, columns = _Fates(made), _Columns()
    places = _places(live, placed, made, columns)
    counts: Counter[tuple[int, PersonStatus]] = Counter()
    for person in live.people(places.keys()):
        status, text = fates.of(person)
        columns.add(person, places[person.situation], status, text)
        counts[person.situation, status] += 1
    return columns.people(), _coverage(live, places, counts, made)


def _places(
    live: LiveView, placed: Sequence[tuple[Situation, int]], made: Planned, columns: _Columns
) -> dict[int, _Place]:
    declared = made.workings.book.declared_pools
    names = {group.id: wording.clean(group.name) for group in live.groups()}
    labels = {pool.id: wording.license_label(pool.name, pool.site, None) for pool in live.licenses()}
    found = {}
    for situation, _ in placed:
        held = {labels[license_id] for license_id in situation.holdings if license_id in labels}
        held |= {f"attendee @ {wording.clean(site)}" for site in situation.attendee_sites}
        groups = sorted(names[group] for group in situation.groups if group in names)
        found[situation.id] = _Place(
            situation.state, columns.holding_sets.number(tuple(sorted(held))), columns.group_sets.number(tuple(groups)),
            situation.groups, not declared.isdisjoint(situation.holdings),
        )  # fmt: skip
    return found


def _coverage(
    live: LiveView, places: dict[int, _Place], counts: Counter[tuple[int, PersonStatus]], made: Planned
) -> tuple[GroupCoverage, ...]:
    tallies: dict[str, Counter[PersonStatus]] = {group: Counter() for group in live.members_seen()}
    licensed: Counter[str] = Counter()
    for (situation, status), number in counts.items():
        place = places[situation]
        for group in place.group_ids:
            if group in tallies:
                tallies[group][status] += number
                licensed[group] += number if place.licensed else 0
    templates: dict[str, list[str]] = {}
    for item in made.workings.book.templates:
        for group in item.groups:
            templates.setdefault(group, []).append(item.name)
    found = [
        GroupCoverage(
            group.name,
            tallies[group.id].total(),
            licensed[group.id],
            {status: tallies[group.id][status] for status in STATUSES},
            tuple(sorted(templates.get(group.id, ()))),
        )
        for group in live.groups()
        if group.id in tallies
    ]
    return tuple(sorted(found, key=lambda one: (one.name, -one.people)))
