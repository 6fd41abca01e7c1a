"""The people whom a grant of Webex Calling speaks for, one line for each license: a view of a plan's own workings.

Nothing is derived a second time: what is granted, satisfied or refused stands in the answers, who gets a unit in the
allocation, and what the checks said in the plan's numbers. Only people of situations with a Calling grant are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import get_args

import msgspec

from reconciler.book import retries, retry_words
from reconciler.model import ids
from reconciler.model.calling_readiness import (
    Candidate,
    FixIn,
    Obstacle,
    ObstacleCount,
    Readiness,
    Verdict,
    VerdictCount,
)
from reconciler.model.catalog import Product
from reconciler.model.expected import Answer, Key, Wish
from reconciler.model.live import Person
from reconciler.model.memory import Setback
from reconciler.model.plan import Because
from reconciler.planner import Workings
from reconciler.ports import LiveView
from reconciler.resolve.calling import directory

_VERDICT: dict[str, Verdict] = {
    "no-work-phone": "noNumber",
    "no-number": "noNumber",
    "no-location": "locationUnusable",
    "unknown-location": "locationUnusable",
    "no-extension": "extensionUnusable",
    "calling-rows-differ": "filesContradict",
    "calling-place-unknown": "placeUnknown",
    "calling-unreadable": "unreadable",
    "unified-cm": "besideUnifiedCm",
}
_VERDICT_BY_KIND: dict[str, Verdict] = {
    "number": "numberUnusable",
    "location": "locationUnusable",
    "extension": "extensionUnusable",
}
_NOT_BLOCKED: tuple[Verdict, ...] = ("ready", "provisioned", "waitingForUnit", "waitingForBudget")


def verdict_of(code: str) -> Verdict:
    """What a finding's code means for readiness.

    >>> verdict_of("number-in-use"), verdict_of("unified-cm"), verdict_of("calling-downgrade")
    ('numberUnusable', 'besideUnifiedCm', 'refused')
    """
    return _VERDICT.get(code) or _VERDICT_BY_KIND.get(code.partition("-")[0], "refused")


class _Line(msgspec.Struct, frozen=True):
    """What a situation's answer says of one Calling license. `wish` is None where the grant came to nothing."""

    product: Product
    because: tuple[Because, ...]
    wish: Wish | None = None
    holding: str | None = None
    verdict: Verdict | None = None
    obstacle: Obstacle | None = None


class _State(msgspec.Struct, frozen=True):
    """How it stands with one license of one person."""

    verdict: Verdict
    pool: str | None = None
    location: str | None = None
    number: str | None = None
    extension: str | None = None
    obstacles: tuple[Obstacle, ...] = ()
    since: datetime | None = None


class Candidates:
    """The lines of one plan. `now` is when people began to wait of whom the store does not know since when."""

    def __init__(self, workings: Workings, live: LiveView, now: datetime) -> None:
        self._work, self._live, self._now = workings, live, now
        self._catalog = workings.book.catalog
        self._groups = {item.name: item.groups for item in workings.book.templates}
        self._locations = {ids.uuid_of(place.id): place.name for place in live.locations()}
        self._owned: dict[str, list[str]] = {}
        self._place_in_line = _places(workings)
        self.stuck: list[tuple[Person, Wish]] = []
        """Whom checks of number, location or extension stop, in the order of the lines."""

    def all(self) -> tuple[Candidate, ...]:
        """Every candidate, sorted by address and license."""
        lines = {key: tuple(self._lines(self._work.answers[key])) for key in self._work.population.counts}
        lines = {key: found for key, found in lines.items() if found}
        if any(line.holding for found in lines.values() for line in found):
            for row in self._live.numbers():
                if row.owner_id and row.number:
                    self._owned.setdefault(ids.uuid_of(row.owner_id), []).append(row.number)
        people = self._work.population.fetch(lines.keys())
        return tuple(self._candidate(person, key, line) for person, key in people for line in lines[key])

    def _lines(self, answer: Answer) -> Iterator[_Line]:
        found: list[_Line] = []
        held = {item.product: item.holding for item in answer.satisfied}
        guards = {item.instead: item.guard for item in answer.held_back if item.instead is not None}
        for wish in answer.wishes:
            guard = guards.get(wish.product)
            obstacle = _held_back(guard) if guard else None
            found.append(_Line(wish.product, wish.because, wish, held.get(wish.product), None, obstacle))
        for item in answer.refused:
            place: FixIn = "webex" if item.code == "calling-unreadable" else "files"
            obstacle = Obstacle(item.code, item.message, item.hint, (place,))
            found.append(_Line(item.product, item.because, verdict=verdict_of(item.code), obstacle=obstacle))
        for lost in answer.lost:
            denial = lost.because[0]
            if lost.note.startswith("denied by "):
                hint = f"nothing, if that is meant ({denial.source})"
                obstacle = Obstacle("denied", f"{lost.note}, an exception", hint, ("files",))
                found.append(_Line(lost.product, lost.because[1:], verdict="denied", obstacle=obstacle))
        calling = (line for line in found if self._catalog.is_calling(line.product))
        yield from sorted(calling, key=lambda line: line.product)

    def _candidate(self, person: Person, key: Key, line: _Line) -> Candidate:
        state = self._state(person, line)
        granting = dict.fromkeys(item.template for item in line.because if item.template)
        listed = {group for name in granting for group in self._groups.get(name, ()) if group in key.groups}
        return Candidate(
            person.id,
            person.email,
            person.name,
            str(line.product),
            self._catalog.pools[state.pool].subscription if state.pool else None,
            state.verdict,
            state.location,
            state.number,
            state.extension,
            tuple(granting),
            tuple(sorted(self._work.book.groups.names.get(group, group) for group in listed)),
            tuple(dict.fromkeys(item.source for item in line.because if item.source)),
            directory(person),
            state.obstacles,
            state.since,
        )

    def _state(self, person: Person, line: _Line) -> _State:
        told = (line.obstacle,) if line.obstacle else ()
        if line.verdict is not None:
            return _State(line.verdict, number=person.work_phone, obstacles=told)
        if line.holding is not None:
            numbers = ", ".join(sorted(self._owned.get(ids.uuid_of(person.id), ()))) or None
            return _State("provisioned", line.holding, self._place(person.location_id), numbers, person.extension)
        if line.obstacle is not None or line.wish is None:
            return _State("heldBack", number=person.work_phone, obstacles=told)
        return self._competing(person, line.wish)

    def _competing(self, person: Person, wish: Wish) -> _State:
        """Somebody who was looked at one by one: given, waiting, at rest, or stopped by checks."""
        name, allocation = (person.id, wish.product), self._work.allocation
        resting = allocation.resting.get(name)
        if resting is not None and resting.calling is not None:
            given = resting.calling
            obstacle = _asked_before(self._work.book.setbacks[person.id, resting.pool])
            return _State("heldBack", resting.pool, self._place(given.location_id), given.phone_number, given.extension,
                          (obstacle,))  # fmt: skip
        award = allocation.by_person.get(name)
        if award is not None and award.calling is not None:
            given = award.calling
            return _State("ready", award.pool, self._place(given.location_id), given.phone_number, given.extension)
        found = self._work.numbers.told(person, wish.calling)
        ask, problems = found if found is not None else (None, ())
        obstacles = tuple(Obstacle(p.code, p.message, p.hint, p.fix_in) for p in problems)
        verdict, pool, since = (verdict_of(problems[0].code) if problems else "refused"), None, None
        lost = allocation.lost.get(name)
        if problems:
            self.stuck.append((person, wish))
        if lost is not None:
            verdict, pool = ("waitingForBudget" if lost.reason == "budget" else "waitingForUnit"), wish.ladder[0]
            since = self._work.book.memory.waiting.get((person.id, str(wish.product)), self._now)
            obstacles = (self._waiting(name, verdict),)
        place = ask.location.name if ask and ask.location else wish.calling.location if wish.calling else None
        return _State(
            verdict,
            pool,
            None if place == "fromNumber" else place,
            (ask.number or ask.text or None) if ask else person.work_phone,
            ask.extension if ask else None,
            obstacles,
            since,
        )

    def _waiting(self, name: tuple[str, Product], verdict: Verdict) -> Obstacle:
        place, everybody = self._place_in_line[name]
        if verdict == "waitingForBudget":
            return Obstacle("no-place-in-budget", f"place {place} of {everybody} in the line, and the group's budget is full",
                            "raise `capacity.budgets`, or take the license from somebody of the group", ("files",))  # fmt: skip
        return Obstacle("no-unit", f"place {place} of {everybody} in the line for a unit of {name[1]}",
                        "buy units, or take the license from somebody who needs it less", ("controlHub", "files"))  # fmt: skip

    def _place(self, location_id: str | None) -> str | None:
        return self._locations.get(ids.uuid_of(location_id), location_id) if location_id else None


def _asked_before(setback: Setback) -> Obstacle:
    ended = retry_words.ended(setback.state, setback.detail, setback.codes)
    asked = retry_words.asked(setback.times, setback.since, setback.last)
    return Obstacle(retries.CODE, f"{ended}; {asked}", retry_words.to_do(setback.state), ("controlHub", "files"))


def _held_back(guard: str) -> Obstacle:
    hint = "an Acknowledgement lets it through" if guard == "irreversible" else "the plan says what the guard waits for"
    return Obstacle(f"held-{guard}", f"would replace another Calling license, and the guard {guard} holds that back", hint,
                    ("files",))  # fmt: skip


def _places(workings: Workings) -> dict[tuple[str, Product], tuple[int, int]]:
    """Who waits -> place in the line for that license, and how long the line is; the allocation lists them in order."""
    lines: dict[Product, list[tuple[str, Product]]] = {}
    for name in workings.allocation.lost:
        lines.setdefault(name[1], []).append(name)
    return {name: (at, len(line)) for line in lines.values() for at, name in enumerate(line, 1)}


def summary(candidates: Iterable[Candidate]) -> Readiness:
    """The counts, verdicts in their own order and obstacles by number."""
    people, verdicts, obstacles = set[str](), dict[Verdict, int](), dict[str, int]()
    for item in candidates:
        people.add(item.person_id)
        verdicts[item.verdict] = verdicts.get(item.verdict, 0) + 1
        for code in {obstacle.code for obstacle in item.obstacles}:
            obstacles[code] = obstacles.get(code, 0) + 1
    order: tuple[Verdict, ...] = get_args(Verdict)
    everybody = sum(verdicts.values())
    return Readiness(
        len(people),
        everybody,
        verdicts.get("ready", 0),
        verdicts.get("provisioned", 0),
        verdicts.get("waitingForUnit", 0) + verdicts.get("waitingForBudget", 0),
        everybody - sum(verdicts.get(verdict, 0) for verdict in _NOT_BLOCKED),
        tuple(VerdictCount(verdict, verdicts[verdict]) for verdict in order if verdict in verdicts),
        tuple(ObstacleCount(code, n) for code, n in sorted(obstacles.items(), key=lambda item: (-item[1], item[0]))),
    )
