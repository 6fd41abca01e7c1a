"""Where everybody stands, read off a plan and the answers it was made from: by group, by template, by person.

People whom nothing singles out are counted by key. Only those whom the plan names (changed, waiting, blocked, held) are
looked at one by one, so this costs little beside the plan itself. Nothing is decided here a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from reconciler.book import retries
from reconciler.book.book import Book
from reconciler.book.population import Population
from reconciler.model.coverage import CodeCount, PersonStanding, Standing, State, StateCounts
from reconciler.model.expected import Allocation, Answer, Key
from reconciler.model.plan import AttendeeOperation, Because, LicenseOperation, Plan


class Trouble(NamedTuple):
    """What the plan says about one person beyond the answer to their key."""

    changes: bool = False
    waits: bool = False
    blocked: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()


NONE = Trouble()


class _Place(NamedTuple):
    """One way to stand: state, codes, whether everything granted is held, and the templates that lack something."""

    state: State
    codes: tuple[str, ...]
    licensed: bool
    lacking: frozenset[str]


class _Tally:
    """A row while it is counted."""

    def __init__(self) -> None:
        self.people = self.licensed = self.waiting = self.errors = 0
        self.states: dict[State, int] = {}
        self.codes: dict[str, int] = {}

    def add(self, place: _Place, trouble: Trouble, licensed: bool, count: int) -> None:
        self.people += count
        self.licensed += count if licensed else 0
        self.waiting += count if trouble.waits else 0
        self.errors += count if place.state == "blocked" else 0
        self.states[place.state] = self.states.get(place.state, 0) + count
        for code in place.codes:
            self.codes[code] = self.codes.get(code, 0) + count

    def counted(self) -> tuple[int, int, int, int, StateCounts, tuple[CodeCount, ...]]:
        states = msgspec.convert(self.states, StateCounts)
        codes = tuple(CodeCount(code, count) for code, count in sorted(self.codes.items()))
        return self.people, self.licensed, self.waiting, self.errors, states, codes


class Survey:
    """Everybody of one plan, by standing."""

    def __init__(
        self,
        plan: Plan,
        book: Book,
        population: Population,
        answers: Mapping[Key, Answer],
        allocation: Allocation,
        hands_off: Mapping[Key, str],
    ) -> None:
        self._plan, self._book, self._population = plan, book, population
        self._answers, self._allocation, self._hands_off = answers, allocation, hands_off
        self._troubles = _troubles(plan, allocation)
        self._places: dict[tuple[Key, Trouble], _Place] = {}
        self._kinds = self._count()
        self._listed = book.templated_groups | book.groups.lost

    def _count(self) -> dict[tuple[Key, Trouble], int]:
        """How many people there are of each key with each trouble."""
        left = dict(self._population.counts)
        found: dict[tuple[Key, Trouble], int] = {}
        for person, key in self._population.keys_of(self._troubles.keys()).items():
            kind = key, self._troubles[person]
            found[kind] = found.get(kind, 0) + 1
            left[key] -= 1
        return {**{(key, NONE): count for key, count in left.items() if count}, **found}

    def _place(self, key: Key, trouble: Trouble) -> _Place:
        found = self._places.get((key, trouble))
        if found is None:
            found = self._places[key, trouble] = self._placed(key, trouble)
        return found

    def _placed(self, key: Key, trouble: Trouble) -> _Place:
        answer = self._answers[key]
        speaking = frozenset(item.template for item in answer.selected if item.speaks)
        lacking = frozenset(_lacking(answer))
        blocked = tuple(sorted({*trouble.blocked, *(item.code for item in answer.refused)}))
        state = self._state(key, trouble, blocked, bool(speaking))
        codes = blocked if state == "blocked" else trouble.guards if state in ("heldByGuard", "askedBefore") else ()
        spoken_for = bool(speaking or (key.marks.exceptions and state not in ("exempt", "deactivated", "unmanaged")))
        return _Place(state, codes, spoken_for and not lacking, lacking)

    def _state(self, key: Key, trouble: Trouble, blocked: Collection[str], speaking: bool) -> State:
        if key in self._hands_off:
            return "unmanaged" if key.state in ("machine", "external") else "exempt"
        rests = retries.CODE in trouble.guards
        found: tuple[tuple[State, bool], ...] = (
            ("blocked", bool(blocked)),
            ("waiting", trouble.waits),
            ("heldByGuard", len(trouble.guards) > rests),
            ("askedBefore", rests),
            ("toChange", trouble.changes),
            ("deactivated", key.state == "deactivated"),
            ("unmanaged", not speaking and not key.marks.exceptions),
            ("pending", key.state == "pending"),
        )
        return next((state for state, so in found if so), "asWanted")

    def everybody(self) -> Standing:
        """All people of the reading, each once."""
        tally = _Tally()
        for (key, trouble), count in self._kinds.items():
            place = self._place(key, trouble)
            tally.add(place, trouble, place.licensed, count)
        return Standing("everybody", "everybody", *tally.counted())

    def groups(self) -> tuple[Standing, ...]:
        """Every group that a template lists, by name; then who is in none of them."""
        tallies = {group: _Tally() for group in self._listed}
        nobody = _Tally()
        for (key, trouble), count in self._kinds.items():
            place = self._place(key, trouble)
            mine = [tallies[group] for group in key.groups if group in tallies]
            for tally in mine or (nobody,):
                tally.add(place, trouble, place.licensed, count)
        names = self._book.groups.names
        rows = [
            Standing("group", names.get(group, group), *tally.counted(), id=group, related=self._templates_of(group))
            for group, tally in sorted(tallies.items(), key=lambda item: (names.get(item[0], ""), item[0]))
        ]
        return (*rows, *_rest("in no group of a template", nobody))

    def templates(self) -> tuple[Standing, ...]:
        """Every template by name, with those for whom it speaks; then those for whom none does."""
        tallies = {item.name: _Tally() for item in self._book.templates}
        nobody = _Tally()
        for (key, trouble), count in self._kinds.items():
            place, spoke = self._place(key, trouble), False
            for item in self._answers[key].selected:
                if item.speaks:
                    spoke = True
                    tallies[item.template].add(place, trouble, item.template not in place.lacking, count)
            if not spoke:
                nobody.add(place, trouble, place.licensed, count)
        names = self._book.groups.names
        rows = [
            Standing(
                "template", item.name, *tallies[item.name].counted(), source=str(item.template.source),
                related=tuple(sorted(names.get(group, group) for group in item.groups)),
            )
            for item in self._book.templates
        ]  # fmt: skip
        return (*rows, *_rest("no template speaks", nobody))

    def _templates_of(self, group: str) -> tuple[str, ...]:
        return tuple(item.name for item in self._book.templates if group in item.groups)

    def people(self, wanted: Callable[[PersonStanding], bool], among: str | None = None) -> Iterator[PersonStanding]:
        """Everybody whom `wanted` takes, by address; only the person with the id `among` where it is given."""
        keys: Iterable[Key] = self._population.counts
        if among is not None:
            keys = set(self._population.keys_of([among]).values())
        details = self._details()
        shared: dict[Key, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        for person, key in self._population.fetch(frozenset(keys)):
            if among is not None and person.id != among:
                continue
            place = self._place(key, self._troubles.get(person.id, NONE))
            groups, templates = shared.get(key) or shared.setdefault(key, self._names(key))
            said = (*self._said(key, place.state), *details.get(person.id, ()))
            found = PersonStanding(
                person.id, person.email, person.name, place.state, place.licensed, place.codes, said, groups, templates
            )
            if wanted(found):
                yield found

    def _names(self, key: Key) -> tuple[tuple[str, ...], tuple[str, ...]]:
        names = self._book.groups.names
        groups = tuple(sorted(names.get(group, group) for group in key.groups if group in self._listed))
        speaking = (item.template for item in self._answers[key].selected if item.speaks)
        exceptions = (f"exception:{name}" for name in key.marks.exceptions)
        return groups, (*sorted(speaking), *exceptions)

    def _said(self, key: Key, state: State) -> Iterator[str]:
        """In words, what everybody with this key shares."""
        if key in self._hands_off:
            yield self._hands_off[key]
        elif state == "unmanaged":
            yield "no template and no exception speaks for them"
        elif key.state == "deactivated":
            yield f"deactivated; deactivatedUsers is {self._book.organization.deactivated_users}"
        elif state == "pending":
            yield "the invitation is not accepted yet"
        for item in self._answers[key].refused:
            yield f"{item.product}: {item.message}"

    def _details(self) -> dict[str, list[str]]:
        """In words, what the plan says of single people."""
        said: dict[str, list[str]] = {}
        for (person, product), findings in self._allocation.blocked.items():
            said.setdefault(person, []).extend(finding.message or str(product) for finding in findings)
        for waiting in self._plan.waiting:
            what = _label(waiting.license, waiting.site)
            said.setdefault(waiting.person_id, []).append(f"waits for {what} since {waiting.since:%Y-%m-%d}")
        for held in self._plan.held:
            said.setdefault(held.person_id, []).append(f"{_operation(held.operation)} held back by {held.guard}")
        for change in self._plan.changes:
            operations: list[LicenseOperation | AttendeeOperation] = [*change.licenses, *change.attendee_sites]
            said.setdefault(change.person_id, []).extend(map(_operation, operations))
        return said


def _rest(name: str, tally: _Tally) -> tuple[Standing, ...]:
    return (Standing("nobody", name, *tally.counted()),) if tally.people else ()


def _troubles(plan: Plan, allocation: Allocation) -> dict[str, Trouble]:
    """Person id -> trouble, for everybody whom the plan names."""
    changes = {change.person_id for change in plan.changes}
    waits = {item.person_id for item in plan.waiting}
    blocked: dict[str, set[str]] = {}
    guards: dict[str, set[str]] = {}
    for (person, _), findings in allocation.blocked.items():
        blocked.setdefault(person, set()).update(finding.code for finding in findings)
    for held in plan.held:
        guards.setdefault(held.person_id, set()).add(held.guard)
    return {
        person: Trouble(
            person in changes, person in waits, tuple(sorted(blocked.get(person, ()))), tuple(sorted(guards.get(person, ())))
        )
        for person in changes | waits | blocked.keys() | guards.keys()
    }  # fmt: skip


def _lacking(answer: Answer) -> Iterator[str]:
    """The templates and exceptions that grant something which is not held. A unit in another subscription counts as held."""
    reasons: list[tuple[Because, ...]] = [item.because for item in answer.refused]
    for request in answer.requests:
        if all(drop.row != "subscription" for drop in request.drops):
            reasons.append(request.wish.because)
        reasons += [wish.because for wish in request.along]
    reasons += [grant.because for grant in (*answer.role_grants, *answer.resting)]
    for because in reasons:
        yield from (reason.template or "" for reason in because)


def _label(license: str, site: str | None) -> str:
    return f"{license} @ {site}" if site else license


def _operation(operation: LicenseOperation | AttendeeOperation) -> str:
    sign = "+" if operation.operation == "add" else "-"
    if isinstance(operation, AttendeeOperation):
        return f"{sign} attendee role @ {operation.site_url}"
    return f"{sign} {_label(operation.license, operation.site)}"
