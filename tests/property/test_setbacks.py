"""Whatever Webex does not do, for whomever and however long: plans become quiet, lose nothing, and never give up for good.

The real store and the real planner, twice a day for ten days; only Webex is a table of fates, one for each person and holding.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from reconciler.model.desired import Desired, Retention
from reconciler.model.live import PersonReading, Scope
from reconciler.model.memory import Memory
from reconciler.model.plan import AttendeeOperation, Change, LicenseOperation, Plan
from reconciler.model.result import OperationResult, Outcome, PersonResult, State
from reconciler.planner import Planned, make_plan
from reconciler.store import Store
from reconciler.store.database import lock_org
from reconciler.store.ledger import holding
from reconciler.store.packing import to_ms
from reconciler.store.setbacks import count
from tests.support.desired import attendee, desired, everyone, managed, organization
from tests.support.live import ALL, NOW, ORG, SITE

RTT, LOW, HIGH = (
    next(pool.id for pool in ALL if pool.name == name)
    for name in ("Real-Time Translations", "Contact center Standard Agent", "Contact Center Premium Agent")
)
FILES: Desired = desired(
    organization(
        manage=managed("Real-Time Translations", "Contact center Standard Agent"), retention=Retention(manual="remove")
    ),
    everyone("Contact Center Premium Agent", attendee()),
)
START: Mapping[str, tuple[str, ...]] = {
    f"{name}{number}": held
    for number in range(4)
    for name, held in (("ann", ()), ("bob", (RTT,)), ("cem", (LOW,)), ("dan", tuple(sorted((LOW, RTT)))))
}
ENOUGH = tuple(msgspec.structs.replace(pool, total=1000) for pool in ALL)
"""Nobody competes: who waits in the place of whom is another matter."""
STEP, ROUNDS = timedelta(hours=12), 20


class Fate(NamedTuple):
    """What Webex does with an operation, each time."""

    outcome: Outcome
    state: State = ""
    codes: tuple[int, ...] = ()


DONE = Fate("done")
RESTING = (Fate("refused", codes=(400000,)), Fate("ignored"), Fate("ignored", "pending"), Fate("ignored", "outOfUnits"))
ALWAYS = (Fate("refused"), Fate("refused", codes=(499999,)), Fate("failed"), Fate("unknown"))
Fates = dict[tuple[str, str], Fate]
fates = st.fixed_dictionaries(
    {
        (name, what): st.sampled_from((DONE, *RESTING, *ALWAYS))
        for name in START
        for what in (HIGH, LOW, RTT, f"attendee:{SITE}")
    }
)
Operation = LicenseOperation | AttendeeOperation


class World:
    """People of a Webex that does what its fates say. `asked`: (person, holding) -> when, in hours."""

    def __init__(self, store: Store, chosen: Fates) -> None:
        self.store, self.fates, self.asked = store, chosen, dict[tuple[str, str], list[int]]()
        self.people = {
            f"id-{name}": PersonReading(f"id-{name}", f"{name}@acme.example", name, held, ())
            for name, held in START.items()
        }

    def plans(self, place: int) -> tuple[Planned, Planned]:
        """The plan of a moment, and what it would be if nothing had ever gone wrong."""
        now = NOW + place * STEP
        with self.store.begin_sync(ORG, "Acme", Scope((), True, True), now) as writer:
            writer.licenses(ENOUGH)
            writer.people(list(self.people.values()))
            writer.commit()
        view, memory = self.store.live(ORG), self.store.memory(ORG, now)
        applied = Memory(registry=make_plan(FILES, view, Memory(), NOW, "0").ledger.registry)
        return tuple(  # type: ignore[return-value]
            make_plan(FILES, view, msgspec.structs.replace(applied, setbacks=known), now, "0")
            for known in (memory.setbacks, ())
        )

    def send(self, change: Change, place: int) -> None:
        """One call: each operation meets its fate; what goes for something that does not come is put back."""
        ended = [self._end(change.person_id, operation, place) for operation in operations(change)]
        kept = any(item.operation.operation == "add" and item.outcome != "done" for item in ended)
        results = [
            msgspec.structs.replace(item, outcome="skipped") if kept and holding(item.operation) == LOW else item
            for item in ended
        ]
        for item in results:
            if item.outcome == "done":
                self._do(change.person_id, item.operation)
        with self.store._database.write() as connection:
            key, _ = lock_org(connection, ORG)
            result = PersonResult(change.person_id, change.email, tuple(results), 200)
            count(connection, key, result, to_ms(NOW + place * STEP))

    def _end(self, person: str, operation: Operation, place: int) -> OperationResult:
        what = holding(operation)
        self.asked.setdefault((person, what), []).append(place * 12)
        fate = self.fates[person.removeprefix("id-"), what]
        return OperationResult(operation, fate.outcome, "words", fate.state, fate.codes)

    def _do(self, person: str, operation: Operation) -> None:
        reading, adds = self.people[person], operation.operation == "add"
        what, field = holding(operation), "licenses"
        held = set(reading.licenses)
        if isinstance(operation, AttendeeOperation):
            what, field, held = operation.site_url, "attendee_sites", set(reading.attendee_sites)
        changed = tuple(sorted(held | {what} if adds else held - {what}))
        self.people[person] = msgspec.structs.replace(reading, **{field: changed})


def operations(change: Change) -> list[Operation]:
    """Everything of one call."""
    return [*change.licenses, *change.attendee_sites]


def wanted(plan: Plan, *, held: bool = True) -> set[tuple[str, str, str]]:
    """(person, operation, holding) of what a plan asks for or holds back."""
    found: set[tuple[str, str, str]] = {
        (change.person_id, op.operation, holding(op)) for change in plan.changes for op in operations(change)
    }
    kept: set[tuple[str, str, str]] = {
        (item.person_id, item.operation.operation, holding(item.operation)) for item in plan.held
    }
    return found | kept if held else found


def _played(chosen: Fates) -> Iterator[tuple[World, Planned, Planned]]:
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{Path(folder, 'store.db')}") as store:
        world = World(store, chosen)
        for place in range(ROUNDS):
            plan, carefree = world.plans(place)
            yield world, plan, carefree
            for change in plan.plan.changes:
                world.send(change, place)


@given(fates)
@settings(max_examples=1, deadline=None, derandomize=True, phases=[Phase.generate])
def test_plans_become_quiet_and_lose_nothing(chosen: Fates) -> None:
    """Nothing that the files want is dropped from sight, what rests is asked for seldom, and what goes at least daily."""
    for world, plan, carefree in _played(chosen):
        assert wanted(plan.plan) == wanted(carefree.plan)
        assert len(plan.plan.held) == plan.plan.summary.held
        again = wanted(plan.plan, held=False)
        told = {(item.person_id, item.license_id or f"attendee:{item.site}") for item in plan.plan.setbacks}
        before = {(person, what) for person, _, what in again if what != LOW and (person, what) in world.asked}
        assert before <= told  # what was put back is told with what did not come in its place
    for (person, what), hours in world.asked.items():
        fate, gaps = chosen[person.removeprefix("id-"), what], [b - a for a, b in pairwise(hours)]
        if what == RTT:  # the one that a policy takes away
            assert all(gap <= 24 for gap in gaps), (person, what, hours)
        if fate in RESTING and what != LOW:  # that one goes as often as what comes in its place
            assert len(hours) <= (12 if what == RTT else 11), (person, what, hours)
        if fate in ALWAYS and what != LOW:
            assert len(hours) == ROUNDS, (person, what, hours)
        if fate == DONE and what in (HIGH, RTT, f"attendee:{SITE}"):
            assert len(hours) == 1, (person, what, hours)


@given(fates)
@settings(max_examples=1, deadline=None, derandomize=True, phases=[Phase.generate])
def test_what_was_never_asked_before_is_asked_at_once(chosen: Fates) -> None:
    """Whatever rests for somebody, the rest of what they are to have is asked for in the very first plan."""
    _, plan, _ = next(iter(_played(chosen)))
    assert plan.plan.held == ()
    assert plan.plan.setbacks == ()
    assert {person for person, _, _ in wanted(plan.plan)} == {f"id-{name}" for name in START}
