"""Read an organization into the store, as much of it as the files need, all of it or nothing.

A snapshot becomes visible only when the whole reading succeeded; whatever goes wrong before leaves the store as it was.
People are streamed page by page: no work is done per person here unless the directory (SCIM) has something to add.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

import msgspec

from reconciler.errors import WebexShapeError
from reconciler.model import ids
from reconciler.model.catalog import License
from reconciler.model.desired import Desired
from reconciler.model.live import (
    DirectoryReading,
    Group,
    GroupMembers,
    Holder,
    Location,
    PersonReading,
    PhoneNumber,
    Scope,
    Snapshot,
)
from reconciler.operations.activity import Aside
from reconciler.operations.context import Connection, Context
from reconciler.operations.organization import resolve_organization
from reconciler.operations.together import together
from reconciler.report.wording import count
from reconciler.resolve.scope import scope_needed, watched_licenses
from reconciler.tracing import span

if TYPE_CHECKING:
    from reconciler.store import Store
    from reconciler.webex import Reader

_AT_ONCE = 8  # the session paces itself; more open requests only cost memory
_MANY_CALLS = 300  # from here on it is worth telling beforehand how long it may take
_PEOPLE_A_CALL, _PEOPLE_A_CALL_WITH_CALLING = 1000, 100
_SCIM_A_CALL = 100
_LICENSES = attrgetter("licenses")


class SyncOutcome(msgspec.Struct, frozen=True, rename="camel"):
    """What a sync found. Counts are of people, compared with the snapshot before; `seconds` is wall time."""

    snapshot: Snapshot
    added: int
    changed: int
    gone: int
    unchanged: int
    calls: int
    seconds: float


class _Details(msgspec.Struct, frozen=True):
    """Everything that is read before the people."""

    members: tuple[GroupMembers, ...]
    directory: dict[str, DirectoryReading]
    locations: tuple[Location, ...]
    numbers: tuple[PhoneNumber, ...]
    holders: tuple[tuple[str, tuple[Holder, ...]], ...]


async def sync(
    desired: Desired, context: Context, also: Collection[str] = (), *, activity: bool = False
) -> SyncOutcome:
    """Read the organization that the files mean and commit a snapshot. WebexError, StoreError: nothing was written.

    `also`: ids of licenses that an undo gives or takes, which may need more to be read than the files do. `activity`: read
    when people were last active and who has an administrator role, too; that is kept beside the snapshot.
    """
    async with context.connect() as connection:
        org_id, org_name = await resolve_organization(desired, connection.reader)
        aside = Aside() if activity else None
        return await read_organization(desired, context, connection, org_id, org_name, also, aside)


async def read_organization(
    desired: Desired,
    context: Context,
    connection: Connection,
    org_id: str,
    org_name: str,
    also: Collection[str] = (),
    aside: Aside | None = None,
) -> SyncOutcome:
    """The same over a connection that is open already, for operations that go on talking to Webex."""
    with span("read organization") as current:
        outcome = await _read(desired, context, connection, org_id, org_name, also, aside)
        current.set_attribute("webex_licenses.people", outcome.snapshot.people)
        current.set_attribute("webex_licenses.calls", outcome.calls)
    return outcome


async def _read(
    desired: Desired,
    context: Context,
    connection: Connection,
    org_id: str,
    org_name: str,
    also: Collection[str],
    aside: Aside | None,
) -> SyncOutcome:
    taken_at = context.clock()
    reader, store = connection.reader, context.store()
    reader.use_organization(org_id)
    context.progress.start("Reading licenses, groups and members", None)
    try:
        async with together() as tasks:
            pools, all_groups = tasks.create_task(reader.licenses()), tasks.create_task(reader.groups())
        licenses, groups = pools.result(), all_groups.result()
        scope = scope_needed(desired, licenses, groups, also)
        people = _people_expected(store, org_id, licenses)
        _announce(context, scope, people)
        details = await _read_details(reader, scope, groups, licenses)
    finally:
        context.progress.finish()
    with store.begin_sync(org_id, org_name, scope, taken_at) as writer:
        writer.licenses(licenses)
        writer.groups(groups)
        for members in details.members:
            writer.members(members)
        calling = scope.calling
        pages = (
            reader.people(calling_data=calling, activity=aside.page) if aside else reader.people(calling_data=calling)
        )
        held = await _stream_people(pages, details.directory, writer.people, context, people, licenses)
        if not held:
            _check_emptiness(store, org_id)
        writer.locations(details.locations)
        writer.numbers(details.numbers)
        listed = dict(details.holders)
        watched = watched_licenses(desired, licenses) | set(also)
        for license_id in _in_doubt(licenses, held, desired.organization.guards.counter_slack_percent):
            if license_id in watched and license_id not in listed:
                listed[license_id] = await reader.holders(license_id)
        for license_id, holders in sorted(listed.items()):
            # Our own people are known already; only who comes from elsewhere is news.
            writer.holders(license_id, [holder for holder in holders if not holder.internal])
        if aside is not None:
            await aside.names(reader)
        counts = writer.commit()
    if aside is not None:
        aside.keep(store, org_id, taken_at, context.progress)
    seconds = (context.clock() - taken_at).total_seconds()
    outcome = SyncOutcome(
        counts.snapshot, counts.added, counts.changed, counts.gone, counts.unchanged, connection.calls(), seconds
    )
    context.progress.note(_summary(outcome))
    return outcome


async def _read_details(reader: Reader, scope: Scope, groups: Sequence[Group], licenses: Sequence[License]) -> _Details:
    gate = asyncio.Semaphore(_AT_ONCE)
    wanted, known = set(scope.groups), {license.id for license in licenses}

    async def members_of(group: Group) -> GroupMembers:
        async with gate:
            return await reader.members(group)

    async def holders_of(license_id: str) -> tuple[str, tuple[Holder, ...]]:
        async with gate:
            return license_id, await reader.holders(license_id)

    async with together() as tasks:
        members = [tasks.create_task(members_of(group)) for group in groups if group.id in wanted]
        holders = [tasks.create_task(holders_of(license_id)) for license_id in scope.holders if license_id in known]
        directory = tasks.create_task(_directory(reader)) if scope.directory else None
        locations = tasks.create_task(reader.locations()) if scope.calling else None
        numbers = tasks.create_task(reader.numbers()) if scope.calling else None
    return _Details(
        members=tuple(task.result() for task in members),
        directory=directory.result() if directory else {},
        locations=locations.result() if locations else (),
        numbers=numbers.result() if numbers else (),
        holders=tuple(task.result() for task in holders),
    )


async def _stream_people(
    pages: AsyncIterator[Sequence[PersonReading]],
    directory: dict[str, DirectoryReading],
    write: Callable[[Sequence[PersonReading]], object],
    context: Context,
    expected: int | None,
    licenses: Sequence[License],
) -> Counter[tuple[str, ...]]:
    """Hands every page to `write`; returns how many people hold which set of licenses."""
    held: Counter[tuple[str, ...]] = Counter()
    shown = False
    context.progress.start("Reading people", expected)
    try:
        async for page in pages:
            write([_merged(person, directory) for person in page] if directory else page)
            held.update(map(_LICENSES, page))
            shown = shown or not all(person.licenses_absent for person in page)
            context.progress.advance(len(page))
    finally:
        context.progress.finish()
    if not shown:
        _believe(licenses, held.total())
    return held


def _believe(licenses: Iterable[License], people: int) -> None:
    """WebexShapeError when no record shows licenses although Webex counts units in use by people.

    Webex shows them to administrators only, so the list of an ordinary token looks like an organization without licenses.
    """
    in_use = sum(pool.consumed_by_users or 0 for pool in licenses)
    if in_use and people:
        raise WebexShapeError(
            f"Webex shows no license of any of {people:,} people, although its counters say that {in_use:,} are in use",
            hint="Is the token an administrator's? Nothing was written.",
            method="GET",
            path="/people",
        )


def _in_doubt(licenses: Iterable[License], held: Counter[tuple[str, ...]], slack_percent: float) -> tuple[str, ...]:
    """Paid licenses whose counter says more holders than people were read with it: people of other organizations, or a
    reading with holes. Their holders are listed one by one, so that the plan can tell the two apart (RULES 7.3).
    """
    seen: Counter[str] = Counter()
    for holdings, people in held.items():
        for license_id in holdings:
            seen[license_id] += people
    return tuple(
        pool.id
        for pool in licenses
        if pool.subscription and seen[pool.id] < (pool.consumed_by_users or 0) * (1 - slack_percent / 100)
    )


async def _directory(reader: Reader) -> dict[str, DirectoryReading]:
    return {entry.uuid: entry async for page in reader.directory() for entry in page}


def _merged(person: PersonReading, directory: dict[str, DirectoryReading]) -> PersonReading:
    """The person with what only SCIM tells; the same object where SCIM tells nothing new."""
    entry = directory.get(ids.uuid_of(person.id))
    if entry is None:
        return person
    off = not entry.active and person.state in ("active", "pending")
    phone = entry.work_phone or person.work_phone
    source = entry.provision_source or person.provision_source
    sites = entry.site_admin_of or person.site_admin_of
    if not off and (phone, source, sites) == (person.work_phone, person.provision_source, person.site_admin_of):
        return person
    return msgspec.structs.replace(
        person,
        state="deactivated" if off else person.state,
        work_phone=phone,
        provision_source=source,
        site_admin_of=sites,
    )


def _check_emptiness(store: Store, org_id: str) -> None:
    """An organization does not lose all its people; an empty reading must not become the snapshot that plans start from."""
    before = store.snapshots(org_id)
    if before and before[0].people:
        raise WebexShapeError(
            f"Webex listed no people at all, and {count(before[0].people, 'person', 'people')} the time before. "
            "Nothing was written",
            hint="Check the role and the scopes of the token, then sync again.",
            method="GET",
            path="/people",
        )


def _people_expected(store: Store, org_id: str, licenses: Iterable[License]) -> int | None:
    """How many people there are, roughly: as many as last time, else as hold the commonest license."""
    before = store.snapshots(org_id)
    if before:
        return before[0].people
    return max((license.consumed_by_users or license.consumed or 0 for license in licenses), default=0) or None


def _announce(context: Context, scope: Scope, people: int | None) -> None:
    a_call = _PEOPLE_A_CALL_WITH_CALLING if scope.calling else _PEOPLE_A_CALL
    calls = len(scope.groups) + len(scope.holders) + (people or 0) // a_call
    calls += (people or 0) // _SCIM_A_CALL if scope.directory else 0
    if calls >= _MANY_CALLS:
        low, high = max(1, round(calls / 300)), max(1, round(calls / 100))
        context.progress.note(
            f"About {people or 0:,} people: some {calls:,} calls. Webex usually answers 100 to 300 a minute, "
            f"so this may take {low} to {high} minutes."
        )


def _summary(outcome: SyncOutcome) -> str:
    snapshot, seconds = outcome.snapshot, outcome.seconds
    took = f"{seconds:.1f} s" if seconds < 90 else f"{seconds / 60:.1f} minutes"
    return (
        f"Read {count(snapshot.people, 'person', 'people')}, {count(snapshot.licenses, 'license')} and "
        f"{count(snapshot.groups, 'group')} in {count(outcome.calls, 'call')} and {took}: "
        f"{outcome.added:,} new, {outcome.changed:,} changed, {outcome.gone:,} gone."
    )
