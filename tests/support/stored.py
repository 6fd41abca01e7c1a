"""The small world again, with the real store behind it: every plan reads a sync from it, every apply is journalled in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from reconciler.model.desired import Desired
from reconciler.model.live import GroupMembers, PersonReading, Scope
from reconciler.model.memory import Memory
from reconciler.model.plan import AttendeeOperation, Change, LicenseOperation
from reconciler.model.result import OperationResult, PersonResult
from reconciler.planner import Planned, make_plan
from reconciler.store import Store
from tests.support.histories import Reading
from tests.support.live import ORG, Someone


class Stored(Reading):
    """A world that forgets everything but what is held: ledger, groups of yesterday and newcomers are the store's."""

    store: Store
    commit: str | None = None

    @classmethod
    def of(cls, world: Reading, store: Store) -> Stored:
        """The same people and licenses, in an empty store."""
        made = cls(list(world.people.values()), licenses=world._licenses, groups=world.groups)
        made.store = store
        return made

    def plan(self, files: Desired) -> Planned:
        """Sync, and plan from what the store has then."""
        self._look(files)
        self.sync()
        return self._planned(files)

    def sync(self) -> None:
        """Read everybody, and the members of the groups that the files of the last plan named."""
        people = list(self.people.values())
        with self.store.begin_sync(ORG, "Acme", Scope(tuple(sorted(self._read)), True, True), self.now) as writer:
            writer.licenses(self.licenses)
            writer.groups(self.groups)
            for group in self.groups:
                if group.id in self._read:
                    who = tuple(person.id for person in people if group.id in person.groups)
                    writer.members(GroupMembers(group, who, (), len(who)))
            writer.people([reading_of(person) for person in people])
            writer.commit()

    def _planned(self, files: Desired) -> Planned:
        return make_plan(files, self.store.live(ORG), self.store.memory(ORG, self.now), self.now, "0")

    def apply(self, files: Desired) -> Planned:
        """Plan, journal every call, and record the end, as the command does; an hour passes."""
        planned = self.plan(files)
        run = self.store.start_run(ORG, planned.plan, self.commit, self.now)
        self.send(run, planned.plan.changes)
        self.store.finish_run(run, completed=True, at=self.now)
        ledger = self._planned(files).ledger
        self.store.record_apply(
            ORG, run, registry=ledger.registry, in_force=ledger.in_force, reorigin=ledger.reorigin,
            reorigin_people=ledger.reorigin_people, waiting=ledger.waiting, at=self.now,
        )  # fmt: skip
        self.now += timedelta(hours=1)
        return planned

    def send(self, run: str, changes: Sequence[Change]) -> None:
        """Carry out these changes and settle each in the journal."""
        self.carry_out(changes)
        journal = self.store.journal(ORG)
        for change in changes:
            operations: list[LicenseOperation | AttendeeOperation] = [*change.licenses, *change.attendee_sites]
            done = tuple(OperationResult(item, "done") for item in operations)
            seq = journal.intend(run, change, self.now)
            journal.settle(run, seq, PersonResult(change.person_id, change.email, done, 200), self.now, None)

    @property
    def memory(self) -> Memory:
        """What the store remembers now."""
        return self.store.memory(ORG, self.now)

    @memory.setter
    def memory(self, _: Any) -> None:
        """Nothing: the store remembers."""


def reading_of(person: Someone) -> PersonReading:
    """Somebody as a sync reads them."""
    return PersonReading(
        person.id, person.email, person.email, tuple(sorted(person.holds)), tuple(sorted(person.attendee)),
        person.created, state=person.state, site_admin_of=person.admin_of,
    )  # fmt: skip
