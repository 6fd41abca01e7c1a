"""A Webex in memory with switches for everything that goes wrong, a journal that keeps a log, and time that only jumps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from reconciler.errors import LockedError, StoreError, WebexError, WebexNotFoundError
from reconciler.model.live import PersonReading
from reconciler.model.plan import (
    ROLE_REPLACED,
    AttendeeOperation,
    Because,
    CallingProperties,
    Change,
    Expects,
    LicenseOperation,
    Operation,
    PoolLine,
)
from reconciler.model.result import PersonResult
from reconciler.ports import PatchAnswer, Settlement

START = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


def add(license_id: str, calling: CallingProperties | None = None) -> LicenseOperation:
    """Add a license."""
    return LicenseOperation("add", license_id, f"Name of {license_id}", None, None, "config", False, (), calling)


def remove(license_id: str) -> LicenseOperation:
    """Take a license away."""
    return LicenseOperation("remove", license_id, f"Name of {license_id}", None, None, "config", False, ())


def role(operation: Operation, site: str) -> AttendeeOperation:
    """Give or take the attendee role of a site."""
    return AttendeeOperation(operation, site, "config", ())


def taken_for(
    *rules: str, license_id: str = "std", name: str = "", site: str | None = None, calling: bool = False
) -> LicenseOperation:
    """Take a license away only because something else comes, by these rules."""
    because = tuple(Because(rule, "sales", "sales.yaml:7") for rule in rules)
    return LicenseOperation(
        "remove", license_id, name or f"Name of {license_id}", "Sub-1", site, "config", calling, because
    )


def promoted(site: str) -> AttendeeOperation:
    """Take the attendee role because a host license comes."""
    return AttendeeOperation("remove", site, "config", (Because(ROLE_REPLACED, "sales", "sales.yaml:7"),))


def paid(license_id: str, site: str | None = None, name: str = "") -> LicenseOperation:
    """Add a license that costs a unit, because the template `sales` grants it."""
    because = (Because("grants-are-united", "sales", "sales.yaml:7"),)
    return LicenseOperation("add", license_id, name or f"Name of {license_id}", "Sub-1", site, "config", False, because)


def change(person: str, *operations: LicenseOperation | AttendeeOperation) -> Change:
    """Everything for one person, whose id is also the first half of the address."""
    return Change(
        person,
        f"{person}@acme.example",
        person.title(),
        Expects(),
        tuple(item for item in operations if isinstance(item, LicenseOperation)),
        tuple(item for item in operations if isinstance(item, AttendeeOperation)),
    )


def pool(license_id: str, available: int | None, add: int, remove: int) -> PoolLine:
    """A pool with so many units left before, and what the plan does to it."""
    after = None if available is None else available + remove - add
    return PoolLine(license_id, f"Name of {license_id}", None, None, 100, 100, available, add, remove, after)


class Time:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        await asyncio.sleep(0)


class Webex:
    """Implements ports.LicenseWriter. All switches are per person id.

    `before`: raised with no effect. `after`: raised after the effect. `drop`: targets left out without a word.
    `late`: seconds until the effect shows. `lie`: the answer claims everything although nothing happened.
    `unreadable`: raised by read. `status`: of the answer.
    """

    def __init__(self, time: Time, log: list[str], **people: Iterable[str]) -> None:
        self.time, self.log = time, log
        self.licenses = {person: set(held) for person, held in people.items()}
        self.roles: dict[str, set[str]] = {person: set() for person in people}
        self.before: dict[str, Exception] = {}
        self.after: dict[str, WebexError] = {}
        self.drop: dict[str, set[str]] = {}
        self.late: dict[str, float] = {}
        self.lie: set[str] = set()
        self.unreadable: dict[str, WebexError] = {}
        self.status: dict[str, int] = {}
        self.pending: dict[str, tuple[str, ...]] = {}
        self.on_patch: Callable[[str], None] = lambda person: None
        self.flying, self.most_flying = 0, 0
        self.page = 1000
        self.wait_before_ready = 0.0
        self.no_list: WebexError | None = None
        self._due: list[tuple[float, Change]] = []

    async def patch(self, change: Change, *, ready: Callable[[], None] = lambda: None) -> PatchAnswer:
        person = change.person_id
        self.time.seconds += self.wait_before_ready
        ready()
        self.log.append(f"patch {person}")
        self.flying += 1
        self.most_flying = max(self.most_flying, self.flying)
        try:
            self.on_patch(person)
            await asyncio.sleep(0)
            return self._patched(change)
        finally:
            self.flying -= 1

    def _patched(self, change: Change) -> PatchAnswer:
        person = change.person_id
        if person in self.before:
            raise self.before[person]
        if person not in self.licenses:
            raise WebexNotFoundError("No such person.", status=404)
        if person not in self.lie:
            self._due.append((self.time.seconds + self.late.get(person, 0.0), change))
            self._ripen()
        if person in self.after:
            raise self.after[person]
        claimed = {item.license_id for item in change.licenses if person in self.lie}
        return PatchAnswer(
            self.status.get(person, 200),
            tuple(sorted(self.licenses[person] | claimed)),
            tuple(sorted(self.roles[person])),
            self.pending.get(person, ()),
            tracking_id=f"T-{person}",
        )

    def _ripen(self) -> None:
        due = [change for at, change in self._due if at <= self.time.seconds]
        self._due = [(at, change) for at, change in self._due if at > self.time.seconds]
        for item in due:
            dropped = self.drop.get(item.person_id, set())
            for operation in item.licenses:
                _do(self.licenses[item.person_id], operation.operation, operation.license_id, dropped)
            for site in item.attendee_sites:
                _do(self.roles[item.person_id], site.operation, site.site_url, dropped)

    async def read(self, person_id: str, *, calling: bool = False) -> PersonReading:
        self.log.append(f"read {person_id}")
        self._ripen()
        if person_id in self.unreadable:
            raise self.unreadable[person_id]
        if person_id not in self.licenses:
            raise WebexNotFoundError("No such person.", status=404)
        return self._shown(person_id)

    async def read_listed(self, person_id: str, email: str, *, calling: bool = False) -> PersonReading | None:
        self.log.append(f"list {person_id}")
        self._ripen()
        if person_id in self.unreadable:
            raise self.unreadable[person_id]
        return self._shown(person_id) if person_id in self.licenses else None

    async def everybody(self) -> AsyncIterator[Sequence[PersonReading]]:
        people = sorted(self.licenses)
        self._ripen()
        for start in range(0, len(people), self.page):
            self.log.append("page all")
            if self.no_list is not None:
                raise self.no_list
            yield [self._shown(person) for person in people[start : start + self.page]]

    def _shown(self, person_id: str) -> PersonReading:
        held, roles = self.licenses[person_id], self.roles[person_id]
        return PersonReading(
            person_id, f"{person_id}@acme.example", person_id, tuple(sorted(held)), tuple(sorted(roles))
        )


def _do(held: set[str], operation: Operation, target: str, dropped: set[str]) -> None:
    if target not in dropped:
        (held.add if operation == "add" else held.discard)(target)


class Journal:
    """Implements ports.Journal. `no_intent`, `no_outcome`: person ids whose record the store refuses."""

    def __init__(self, log: list[str]) -> None:
        self.log = log
        self.settled: dict[str, tuple[PersonResult, PersonReading | None]] = {}
        self.entries: list[tuple[Change, PersonResult, PersonReading | None]] = []
        self.no_intent: set[str] = set()
        self.no_outcome: set[str] = set()
        self.stolen = False
        self.answers: dict[int, PatchAnswer] = {}
        self._open: dict[int, Change] = {}

    def intend(self, run: str, change: Change, at: datetime) -> int:
        if change.person_id in self.no_intent:
            raise StoreError("The disk is full.")
        self.log.append(f"intend {change.person_id}")
        self._open[len(self._open) + 1] = change
        return len(self._open)

    def clear(self, run: str, seq: int, at: datetime) -> None:
        if self.stolen:
            raise LockedError("The lock was taken over by somebody else.")
        self.log.append(f"clear {self._open[seq].person_id}")

    def answered(self, run: str, seq: int, answer: PatchAnswer, at: datetime) -> None:
        self.answers[seq] = answer

    def settle(
        self,
        run: str,
        seq: int,
        result: PersonResult,
        at: datetime,
        reading: PersonReading | None,
        *,
        owed: bool = False,
    ) -> None:
        if result.person_id in self.no_outcome:
            raise StoreError("The disk is full.")
        assert self._open[seq].person_id == result.person_id
        self.log.append(f"{'owed' if owed else 'settle'} {result.person_id}")
        self.settled[result.person_id] = (result, reading)
        self.entries.append((self._open[seq], result, reading))

    def settle_many(self, run: str, outcomes: Sequence[Settlement], at: datetime) -> None:
        if any(item.result.person_id in self.no_outcome for item in outcomes):
            raise StoreError("The disk is full.")
        for item in outcomes:
            self.settle(run, item.seq, item.result, at, item.reading, owed=item.owed)


class Quiet:
    """Implements ports.Progress: counts and keeps the notes."""

    def __init__(self) -> None:
        self.steps = self.failed = 0
        self.phases: list[tuple[str, int | None]] = []
        self.notes: list[str] = []

    def start(self, what: str, total: int | None) -> None:
        self.phases.append((what, total))

    def advance(self, steps: int = 1, failed: int = 0) -> None:
        self.steps += steps
        self.failed += failed

    def note(self, text: str) -> None:
        self.notes.append(text)

    def finish(self) -> None:
        pass


class Stop:
    """A stop signal that can be set."""

    def __init__(self) -> None:
        self.on = False

    def is_set(self) -> bool:
        return self.on
