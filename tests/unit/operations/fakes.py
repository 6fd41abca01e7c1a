"""A Webex to read from, a store and a lease that remember what was asked of them, and the context around them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, cast

import msgspec

from reconciler.errors import LockedError, WebexError
from reconciler.model.catalog import License
from reconciler.model.desired import Desired, GroupReference, Organization, Reference, Template
from reconciler.model.live import (
    DirectoryReading,
    Group,
    GroupMembers,
    Holder,
    Location,
    PersonReading,
    PhoneNumber,
    Scope,
    Situation,
    Snapshot,
)
from reconciler.model.memory import Memory
from reconciler.model.plan import Plan
from reconciler.operations.context import Connection, Context
from reconciler.ports import OpenCall
from reconciler.store.values import Run
from tests.unit.execute.fakes import START, Journal, Quiet, Time, Webex

SALES, OTHERS = Group("g-sales", "Sales", 2), Group("g-others", "Others", 1)
MESSAGING = License("l-msg", "Basic Messaging", 100, 3, 3)


class Named(msgspec.Struct):
    """An organization as the token sees it."""

    id: str
    name: str


class FakeReader:
    """Stands for webex.Reader. `fail` maps a method's name to the error it ends in; `asked` is what was asked, in order."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.fail: dict[str, WebexError] = {}
        self.organization = Named("org-1", "Acme")
        self.pools: tuple[License, ...] = (MESSAGING,)
        self.pages: list[list[PersonReading]] = []
        self.scim: list[DirectoryReading] = []
        self.used: str | None = None
        self.flying, self.most_flying = 0, 0

    async def _ask(self, what: str) -> None:
        self.asked.append(what)
        self.flying += 1
        self.most_flying = max(self.most_flying, self.flying)
        await asyncio.sleep(0)
        self.flying -= 1
        if what.split()[0] in self.fail:
            raise self.fail[what.split()[0]]

    def use_organization(self, org_id: str) -> None:
        self.used = org_id

    async def organizations(self) -> tuple[Named, ...]:
        await self._ask("organizations")
        return (self.organization,)

    async def licenses(self) -> tuple[License, ...]:
        await self._ask("licenses")
        return self.pools

    async def groups(self) -> tuple[Group, ...]:
        await self._ask("groups")
        return (OTHERS, SALES)

    async def members(self, group: Group) -> GroupMembers:
        await self._ask(f"members {group.name}")
        return GroupMembers(group, ("p1",), (), 1)

    async def holders(self, license_id: str) -> tuple[Holder, ...]:
        await self._ask(f"holders {license_id}")
        return ()

    async def locations(self) -> tuple[Location, ...]:
        await self._ask("locations")
        return (Location("loc", "HQ", True),)

    async def numbers(self) -> tuple[PhoneNumber, ...]:
        await self._ask("numbers")
        return (PhoneNumber("+14085550100", "loc", "HQ", "ACTIVE"),)

    async def people(self, *, calling_data: bool = False) -> AsyncIterator[Sequence[PersonReading]]:
        for page in self.pages:
            await self._ask(f"people calling={calling_data}")
            yield page

    async def directory(self) -> AsyncIterator[Sequence[DirectoryReading]]:
        await self._ask("directory")
        yield self.scim


class Counts(msgspec.Struct):
    """What a commit answers."""

    snapshot: Snapshot
    added: int
    changed: int
    gone: int
    unchanged: int


class FakeSync:
    """Stands for the store's SyncWriter: keeps what it is given, and whether it was committed."""

    def __init__(self, org_id: str, name: str, scope: Scope, taken_at: datetime) -> None:
        self.snapshot = Snapshot("7", org_id, name, taken_at, scope, 0, 0, 0)
        self.given: list[tuple[str, Any]] = []
        self.committed = False

    def __enter__(self) -> FakeSync:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __getattr__(self, what: str) -> Any:
        return lambda *values: self.given.append((what, values[0] if len(values) == 1 else values))

    def of(self, what: str) -> list[Any]:
        """Everything given under one name, in order."""
        return [value for name, value in self.given if name == what]

    def commit(self) -> Counts:
        self.committed = True
        people = sum(len(page) for page in self.of("people"))
        self.snapshot = msgspec.structs.replace(self.snapshot, people=people, licenses=1, groups=2)
        return Counts(self.snapshot, people, 0, 0, 0)


class FakeLive:
    """Stands for the store's LiveView, as far as the use cases under test look."""

    def __init__(self, snapshot: Snapshot, licenses: tuple[License, ...], webex: Webex | None) -> None:
        self._snapshot, self._licenses, self._webex = snapshot, licenses, webex

    def snapshot(self) -> Snapshot:
        return self._snapshot

    def licenses(self) -> tuple[License, ...]:
        return self._licenses

    def locate(self, people: Collection[str]) -> Mapping[str, int]:
        known = sorted(self._webex.licenses) if self._webex else []
        return {person: known.index(person) for person in people if person in known}

    def situations(self) -> Iterable[tuple[Situation, int]]:
        for number, person in enumerate(sorted(self._webex.licenses) if self._webex else []):
            assert self._webex is not None
            held, roles = self._webex.licenses[person], self._webex.roles[person]
            yield Situation(number, holdings=tuple(sorted(held)), attendee_sites=tuple(sorted(roles))), 1


class FakeLease:
    """Stands for ports.Lease."""

    def __init__(self) -> None:
        self.taken_by: str | None = None
        self.log: list[str] = []

    def acquire(self, org_id: str, holder: str, now: datetime) -> int:
        if self.taken_by and self.taken_by != holder:
            raise LockedError(f"{self.taken_by} is writing.")
        self.log.append(f"acquire {org_id}")
        return 7

    def refresh(self, org_id: str, fence: int, now: datetime) -> None:
        if self.taken_by:
            raise LockedError(f"{self.taken_by} is writing.")
        self.log.append(f"refresh {org_id} {fence}")

    def release(self, org_id: str, holder: str) -> None:
        self.log.append(f"release {org_id}")


class FakeStore:
    """Stands for store.Store: one organization, the newest snapshot only."""

    def __init__(self, webex: Webex | None = None, log: list[str] | None = None) -> None:
        self.log: list[str] = [] if log is None else log
        self.webex = webex
        self.open: tuple[OpenCall, ...] = ()
        self.closed: list[str] = []
        self.interrupted: Run | None = None
        self.plans: dict[str, Plan] = {}
        self.resumed: str | None = None
        self.syncs: list[FakeSync] = []
        self.before: tuple[Snapshot, ...] = ()
        self.pools: tuple[License, ...] = (MESSAGING,)
        self.the_lease = FakeLease()
        self.the_journal = Journal(self.log)
        self.recorded: list[dict[str, Any]] = []
        self.finished: list[tuple[str, bool]] = []
        self.refreshed: list[tuple[License, ...]] = []
        self.fail: dict[str, Exception] = {}
        self.acknowledged: tuple[str, ...] = ()

    def begin_sync(self, org_id: str, name: str, scope: Scope, taken_at: datetime) -> FakeSync:
        self.syncs.append(FakeSync(org_id, name, scope, taken_at))
        return self.syncs[-1]

    def snapshots(self, org_id: str) -> tuple[Snapshot, ...]:
        return self.before

    def organizations(self) -> tuple[tuple[str, str], ...]:
        return (("org-1", "Acme"),)

    def live(self, org_id: str, snapshot: str | None = None) -> FakeLive:
        newest = self.syncs[-1].snapshot if self.syncs else Snapshot("1", org_id, "Acme", START, Scope(), 3, 1, 0)
        return FakeLive(newest, self.pools, self.webex)

    def memory(self, org_id: str, now: datetime) -> Memory:
        return Memory()

    def lease(self) -> FakeLease:
        return self.the_lease

    def journal(self, org_id: str, fence: int | None = None) -> Journal:
        assert fence == 7, "a journal depends on the lease"
        return self.the_journal

    def open_calls(self, org_id: str) -> tuple[OpenCall, ...]:
        return self.open

    def close_interrupted(self, org_id: str, at: datetime, fence: int) -> None:
        self.closed.append(org_id)

    def interrupted_run(self, org_id: str) -> Run | None:
        return self.interrupted

    def run_plan(self, run: str) -> Plan:
        return self.plans[run]

    def start_run(
        self,
        org_id: str,
        plan: Plan,
        commit: str | None,
        at: datetime,
        acknowledged: Collection[str] = (),
        *,
        fence: int | None = None,
        resumes: str | None = None,
    ) -> str:
        assert fence == 7, "a run depends on the lease"
        self.acknowledged, self.resumed = tuple(acknowledged), resumes
        self.log.append("start_run")
        return "run-1"

    def finish_run(self, run: str, *, completed: bool, at: datetime) -> None:
        self._may_fail("finish_run")
        self.finished.append((run, completed))

    def record_apply(self, org_id: str, run: str, **ledger: Any) -> None:
        self._may_fail("record_apply")
        self.recorded.append(ledger)

    def record_licenses(self, org_id: str, licenses: tuple[License, ...], at: datetime) -> None:
        self.refreshed.append(licenses)

    def _may_fail(self, what: str) -> None:
        if what in self.fail:
            raise self.fail[what]


class World:
    """Everything outside of a use case. `webex` is what `apply` writes to."""

    def __init__(self, **people: Iterable[str]) -> None:
        self.log: list[str] = []
        self.time = Time()
        self.webex = Webex(self.time, self.log, **people)
        self.reader = FakeReader()
        self.store = FakeStore(self.webex, self.log)
        self.progress = Quiet()
        self.context = Context(
            store=lambda: cast(Any, self.store),
            connect=self._connect,
            progress=self.progress,
            clock=self.time,
            tool_version="0",
            commit="abc",
        )

    @asynccontextmanager
    async def _connect(self) -> AsyncIterator[Connection]:
        yield Connection(cast(Any, self.reader), self.webex, lambda: len(self.reader.asked))


def desired(*references: Reference, groups: Sequence[str] = ("Sales",), **organization: Any) -> Desired:
    """Files with one group template that grants `references`."""
    named = tuple(GroupReference(name=name) for name in groups)
    return Desired(
        organization=Organization("acme", "groups", **organization),
        templates=(Template("sales", "group", references, named),),
        digest="sha256:desired",
    )
