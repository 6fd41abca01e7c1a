"""A small world in memory: an organization whose people, counters and ledger move as Webex, the store and `apply` move them.

It exists so that properties over several applies can be tested without HTTP and without a database. Deliberately naive:
it re-reads nothing, batches nothing, and takes every operation of a plan as done.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from reconciler.diff.ledger import claims
from reconciler.errors import InputError
from reconciler.model.catalog import License
from reconciler.model.desired import Desired
from reconciler.model.live import Group, Location, PhoneNumber
from reconciler.model.memory import KnownGroup, Memory
from reconciler.model.plan import AttendeeOperation, Change, LicenseOperation
from reconciler.planner import Planned, make_plan
from tests.support.live import ALL, NOW, SALES, SUPPORT, FakeLive, Someone


class World:
    """People, licenses and what the store remembers. `apply` does what the command does: plan, carry out, record."""

    def __init__(
        self,
        people: Sequence[Someone],
        *,
        licenses: Sequence[License] = ALL,
        groups: Sequence[Group] = (SALES, SUPPORT),
        locations: Sequence[Location] = (),
        numbers: Sequence[PhoneNumber] = (),
        elsewhere: dict[str, int] | None = None,
    ) -> None:
        self.people = {person.email: person for person in people}
        self.groups, self.locations, self.numbers = groups, locations, list(numbers)
        self._licenses, self._elsewhere = licenses, elsewhere or {}
        self.memory = Memory()
        self.now = NOW

    def person(self, email: str) -> Someone:
        """The person as they are now."""
        return self.people[email]

    def change(self, email: str, **fields: Any) -> None:
        """Somebody clicks in Control Hub: the person changes, and the ledger does not know of it before the next apply."""
        self.people[email] = msgspec.structs.replace(self.people[email], **fields)

    @property
    def licenses(self) -> tuple[License, ...]:
        """The licenses with counters that agree with who holds what; `elsewhere` adds units that workspaces use."""
        found = []
        for pool in self._licenses:
            users = sum(pool.id in person.holds for person in self.people.values())
            rooms = self._elsewhere.get(pool.id, 0)
            found.append(
                msgspec.structs.replace(
                    pool, consumed=users + rooms, consumed_by_users=users, consumed_by_workspaces=rooms
                )
            )
        return tuple(found)

    def buy(self, license_id: str, total: int) -> None:
        """Somebody buys or gives up units."""
        self._licenses = tuple(
            msgspec.structs.replace(pool, total=total) if pool.id == license_id else pool for pool in self._licenses
        )

    def leave(self, email: str) -> None:
        """Somebody leaves; their numbers are free again."""
        gone = self.people.pop(email)
        self.numbers = [
            msgspec.structs.replace(row, owner_type=None, owner_id=None) if row.owner_id == gone.id else row
            for row in self.numbers
        ]

    def live(self) -> FakeLive:
        """A snapshot of this moment."""
        return FakeLive(
            self.licenses, list(self.people.values()), self.groups,
            locations=self.locations, numbers=self.numbers, taken_at=self.now,
        )  # fmt: skip

    def plan(self, files: Desired) -> Planned:
        """The plan for these files now."""
        return make_plan(files, self.live(), self.memory, self.now, "0")

    def apply(self, files: Desired) -> Planned:
        """Carry out the plan for these files completely and record it, as the command does; an hour passes."""
        planned = self.plan(files)
        self.carry_out(planned.plan.changes)
        self.record(files)
        self.now += timedelta(hours=1)
        return planned

    def try_apply(self, files: Desired) -> bool:
        """`apply`, unless the files name things that live does not have: then False, and nothing happened."""
        try:
            self.apply(files)
        except InputError:
            return False
        return True

    def carry_out(self, changes: Sequence[Change]) -> None:
        """One PATCH a person."""
        by_id = {person.id: person for person in self.people.values()}
        assert len({change.person_id for change in changes}) == len(changes), "more than one PATCH for one person"
        for change in changes:
            person = by_id[change.person_id]
            assert set(change.expects.licenses) <= set(person.holds)
            self.people[person.email] = _patched(person, change)
            for operation in change.licenses:
                if operation.operation == "add" and operation.calling and operation.calling.phone_number:
                    self._own(operation.calling.phone_number, person)

    def carry_out_some(self, changes: Sequence[Change], done: Sequence[bool]) -> None:
        """A run that dies or is refused here and there: only the changes marked as done, in order, nothing recorded.

        As in an apply, an addition that needs a unit which was not freed is left out with its whole change.
        """
        for change, takes_place in zip(changes, done, strict=True):
            left = {pool.id: pool.available for pool in self.licenses if pool.subscription}
            adds = [op.license_id for op in change.licenses if op.operation == "add"]
            if takes_place and all((left.get(pool, 1) or 0) > 0 for pool in adds):
                self.carry_out([change])

    def _own(self, number: str, person: Someone) -> None:
        self.numbers = [
            msgspec.structs.replace(row, owner_type="PEOPLE", owner_id=person.id) if row.number == number else row
            for row in self.numbers
        ]

    def record(self, files: Desired) -> None:
        """What the closing record of an apply writes: a plan of the state afterwards tells origins and who waits."""
        live = self.live()
        planned = make_plan(files, live, self.memory, self.now, "0")
        ledger = planned.ledger
        rows = {row.id: row.situation for row in live.people({s.id for s, _ in live.situations()})}
        for person in list(self.people.values()):
            origins = ledger.reorigin_people.get(person.id, ledger.reorigin.get(rows[person.id]))
            if origins is not None:
                given = {origin.holding: origin.claims for origin in origins}
                self.people[person.email] = msgspec.structs.replace(person, given=given)
        old = self.memory
        since: dict[tuple[str, str], datetime] = {name: old.waiting.get(name, self.now) for name in ledger.waiting}
        peopled = {group.id for group in old.known_groups if group.had_members}
        self.memory = Memory(
            registry=ledger.registry,
            in_force={**old.in_force, **ledger.in_force},
            waiting=since,
            known_groups=tuple(
                KnownGroup(g.id, g.name, g.id in peopled or any(g.id in p.groups for p in self.people.values()))
                for g in self.groups
            ),
            people_before=ledger.registry.people,
        )


def _patched(person: Someone, change: Change) -> Someone:
    """The person after their PATCH, with the ledger that the store writes along."""
    holds, roles, given = set(person.holds), set(person.attendee), dict(person.given)
    operations: list[LicenseOperation | AttendeeOperation] = [*change.licenses, *change.attendee_sites]
    for operation in sorted(operations, key=lambda item: item.operation, reverse=True):
        if isinstance(operation, LicenseOperation):
            place, name, holding = holds, operation.license_id, operation.license_id
        else:
            place, name, holding = roles, operation.site_url, f"attendee:{operation.site_url}"
        if operation.operation == "remove":
            place.remove(name)
            given.pop(holding, None)
            continue
        assert name not in place, f"{name} is given twice"
        place.add(name)
        if claims(operation.because):
            given[holding] = claims(operation.because)
    return msgspec.structs.replace(person, holds=tuple(sorted(holds)), attendee=tuple(sorted(roles)), given=given)
