"""An organization of exactly one person, for template tests: what `make_plan` sees instead of a snapshot.

Nothing in it is scarce, incomplete or in the way, so that a test tells what the files want and not how full the pools are
today: units are not counted, every number that is asked for is free, active and at a location with Calling, every group
that the files name exists and holds the person or nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from reconciler.model import canonical, ids
from reconciler.model.catalog import License
from reconciler.model.desired import Calling, Desired, TestGiven
from reconciler.model.live import Group, Location, Person, PhoneNumber, Scope, Situation, Snapshot, State
from reconciler.operations.imagined_licenses import references
from reconciler.resolve.calling import e164

ANYWHERE = "the location of the number"
EXTENSION = "1000"
_DISPLAY_NAME = "The person of the test"


class Surroundings(msgspec.Struct, frozen=True):
    """What all tests of one organization share. `numbers` are those that the files name for single people."""

    snapshot: Snapshot
    licenses: tuple[License, ...]
    groups: tuple[Group, ...]
    locations: tuple[Location, ...]
    numbers: tuple[str, ...]


def surroundings(
    desired: Desired, snapshot: Snapshot, licenses: Iterable[License], groups: Sequence[Group]
) -> Surroundings:
    """What the files name. `groups` are the organization's, where they are known: they give names to ids."""
    blocks = list(_blocks(desired))
    named = [block.location for block in blocks] + [row.location or "" for row in desired.calling_assignments]
    written = {canonical.name(name) for name in named} - {"", "fromNumber"}
    texts = [block.number for block in blocks] + [row.number or "" for row in desired.calling_assignments]
    numbers = {e164(text) for text in texts if text not in ("", "workPhone", "none")}
    return Surroundings(
        snapshot,
        tuple(_uncounted(pool) for pool in licenses),
        _groups(desired, groups),
        tuple(_location(name) for name in sorted(written | {ANYWHERE})),
        tuple(sorted(number for number in numbers if number)),
    )


def _blocks(desired: Desired) -> Iterable[Calling]:
    yield from (reference.calling for reference in references(desired) if reference.calling)
    yield from (exception.calling for exception in desired.exceptions if exception.calling)


def _uncounted(pool: License) -> License:
    """The license without counters, which could only make a reading look incomplete."""
    return License(pool.id, pool.name, subscription=pool.subscription, site=pool.site, site_type=pool.site_type)


def _location(name: str) -> Location:
    return Location(f"location of a test: {name}", name, True)


def _groups(desired: Desired, known: Sequence[Group]) -> tuple[Group, ...]:
    """The groups that templates name. An id that nobody knows the name of is called by its id."""
    by_uuid = {ids.uuid_of(group.id): group for group in known}
    by_name: dict[str, list[str]] = {}
    for group in known:
        by_name.setdefault(canonical.name(group.name), []).append(group.id)
    found: dict[str, Group] = {}
    for reference in (group for template in desired.templates for group in template.groups):
        if reference.id is not None:
            group = by_uuid.get(ids.uuid_of(reference.id), Group(reference.id, reference.id))
            found[ids.uuid_of(group.id)] = Group(group.id, group.name)
        else:
            name = canonical.name(reference.name or "")
            for group_id in by_name.get(name) or [ids.encode("SCIM_GROUP", f"named {name}")]:
                found[ids.uuid_of(group_id)] = Group(group_id, name)
    return tuple(sorted(found.values(), key=lambda group: (group.name, group.id)))


class OnePerson:
    """Implements `ports.LiveView`. `location` is the name of the location that all numbers are at."""

    def __init__(
        self, around: Surroundings, given: TestGiven, groups: Collection[str], holdings: Collection[str], location: str
    ) -> None:
        self._around, self._given = around, given
        self._place = _location(location)
        self._person = Person(
            ids.encode("PEOPLE", given.email), given.email, _DISPLAY_NAME, 1,
            work_phone=given.work_phone, extension=EXTENSION,
            location_id=self._place.id,  # looked at only where the person has Calling and keeps the place
        )  # fmt: skip
        state: State = "external" if given.external else "active" if given.active else "deactivated"
        self._situation = Situation(
            1,
            tuple(sorted(set(groups))),
            tuple(sorted(holdings)),
            given.attendee_sites,
            given.site_admin_of,
            state=state,
        )
        subscribed = {pool.id for pool in around.licenses if pool.subscription is not None}
        self._paid = not subscribed.isdisjoint(holdings)

    @property
    def person(self) -> Person:
        """The one person there is."""
        return self._person

    def snapshot(self) -> Snapshot:
        """One person, and a scope in which everything was read."""
        scope = Scope(tuple(sorted(group.id for group in self._around.groups)), True, True)
        return msgspec.structs.replace(self._around.snapshot, scope=scope, people=1)

    def licenses(self) -> Sequence[License]:
        """All licenses, uncounted."""
        return self._around.licenses

    def groups(self) -> Sequence[Group]:
        """The groups that templates name."""
        return self._around.groups

    def members_seen(self) -> Mapping[str, tuple[int, int]]:
        """The person, where they are a member."""
        return {group.id: (int(group.id in self._situation.groups), 0) for group in self._around.groups}

    def locations(self) -> Sequence[Location]:
        """Every location that the files name, with Calling."""
        return self._around.locations

    def numbers(self, among: Collection[str] | None = None) -> Sequence[PhoneNumber]:
        """Whatever is asked for, free and active; without a question all that the test and the files name."""
        own = e164(self._given.work_phone) if self._given.work_phone else None
        wanted = among if among is not None else {*self._around.numbers, *([own] if own else [])}
        return [PhoneNumber(number, self._place.id, self._place.name, "ACTIVE") for number in sorted(wanted)]

    def outside_holders(self) -> Mapping[str, int]:
        """Nobody."""
        return {}

    def situations(self) -> Iterable[tuple[Situation, int]]:
        """The person's."""
        return [(self._situation, 1)]

    def people(self, situations: Collection[int]) -> Iterable[Person]:
        """The person."""
        return [self._person] if self._situation.id in situations else []

    def find(self, emails: Collection[str]) -> Mapping[str, Person]:
        """The person by their address."""
        address = canonical.email(self._person.email)
        return {address: self._person} if address in emails else {}

    def find_former(self, emails: Collection[str]) -> Mapping[str, Person]:
        """Nobody was called differently."""
        return {}

    def locate(self, people: Collection[str]) -> Mapping[str, int]:
        """The person's situation."""
        return {self._person.id: self._situation.id} if self._person.id in people else {}

    def first_seen_after(self, when: datetime) -> frozenset[str]:
        """The person, if a newcomer: for every template, whenever it came into force."""
        return self._newcomers()

    def joined_after(self, groups: Collection[str], when: datetime) -> frozenset[str]:
        """The same."""
        return self._newcomers()

    def moved_after(self, when: datetime) -> frozenset[str]:
        """Nobody: only causes of changes hang on it, and a test has none."""
        return frozenset()

    def moved_since_first_seen(self, people: Collection[str]) -> frozenset[str]:
        """Nobody: the person of a test has no past."""
        return frozenset()

    def paid_at_first_sight(self) -> frozenset[str]:
        """The person, if a newcomer who holds something paid: what a newcomer holds was there when they were first seen."""
        return self._newcomers() if self._paid else frozenset()

    def _newcomers(self) -> frozenset[str]:
        return frozenset({self._person.id}) if self._given.newcomer else frozenset()
