"""The memory of the sandbox: one organization with its indexes, and the only functions that change it.

Everything else reads, or is `deeds`. Each index exists so that no request walks over all people: by id, by address, by
position in the list (cursors), by extension. State knows nothing of HTTP and nothing of what Webex allows: `rules` decides,
this obeys.
"""

from __future__ import annotations

import uuid
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reconciler.model import ids
from reconciler.sandbox.audit import AuditLog
from reconciler.sandbox.nouns import Client, Feature, Group, License, Location, Number, Person, Token
from reconciler.sandbox.offers import is_calling

_NAMESPACE = uuid.UUID("6f1d0a52-6a0f-4a55-9d1b-0f3c5a7e2b11")
CounterListener = Callable[[License, int], None]
NumberKeeper = Callable[[Number, Person], bool]


def webex_time(moment: datetime) -> str:
    """Webex's spelling of a moment: `2025-01-01T00:00:00.000Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


class State:
    """One organization. Attributes are for reading; change it through the methods, which keep the indexes true.

    `clock` gives the moment written as `lastModified`; None, while an organization is being made, leaves it alone.
    `on_count` hears of every unit taken (+1) or freed (-1). `keeps_number` may say that a number somebody lost stays theirs
    for now, and then frees it later itself.
    """

    def __init__(self, name: str = "Acme") -> None:
        self.name = name
        self.org_uuid = str(uuid.uuid5(_NAMESPACE, f"organization:{name}"))
        self.org_id = ids.encode("ORGANIZATION", self.org_uuid)
        self._space = uuid.UUID(self.org_uuid)
        self.created = "2020-01-01T00:00:00.000Z"
        self.clock: Callable[[], datetime] | None = None
        self.licenses: dict[str, License] = {}
        self.licenses_by_uuid: dict[str, License] = {}
        self.locations: dict[str, Location] = {}
        self.numbers: dict[str, Number] = {}
        self.extensions: dict[tuple[str, str], Person] = {}
        self.groups: dict[str, Group] = {}
        self.people: list[Person] = []
        self.externals: list[Person] = []
        self.by_uuid: dict[str, Person] = {}
        self.by_email: dict[str, Person] = {}
        self.tokens: tuple[Token, ...] = ()
        self.clients: tuple[Client, ...] = ()
        self.attendee_off: tuple[str, ...] = ()
        self.audit = AuditLog()
        self.on_count: list[CounterListener] = []
        self.keeps_number: NumberKeeper | None = None
        self.origin: Callable[[], State] | None = None
        self._positions: dict[str, int] = {}
        self._departed: dict[str, str] = {}
        self._number_rows: list[Number | Person] | None = None
        self._names: list[tuple[str, int]] | None = None
        self._users: list[Person] | None = None
        self._cursors: dict[str, tuple[list[Person], int]] = {}
        self._cursors_made = 0

    # -- where a state comes from ---------------------------------------------------------------------------------------

    @classmethod
    def from_file(cls, path: Path | str) -> State:
        """The organization of a sandbox file; SchemaError with a finding for every problem in it."""
        from reconciler.sandbox.file import load

        return load(Path(path))

    @classmethod
    def from_shape(cls, shape: Any, where: str = "sandbox") -> State:
        """The organization of an already parsed sandbox file (a dict in the shape of docs/sandbox.md)."""
        from reconciler.sandbox.file import build

        return build(shape, where)

    @classmethod
    def generate(cls, people: int = 1000, groups: int = 20, seed: int = 1) -> State:
        """An organization of `people` persons (bots included) and `groups` groups; the same arguments, the same state."""
        from reconciler.sandbox.generator import generate

        return generate(people, groups, seed)

    def to_file_shape(self, *, tokens: bool = True) -> dict[str, Any]:
        """Everything, in the shape of the sandbox file; `from_shape` of it is an equal state. `tokens=False` hides secrets."""
        from reconciler.sandbox.dump import dump

        return dump(self, tokens=tokens)

    def become(self, other: State) -> None:
        """Turn into `other`, keeping this object: whoever holds it sees the new organization."""
        listeners, keeps, clock = self.on_count, self.keeps_number, self.clock
        self.__dict__.update(other.__dict__)
        self.on_count, self.keeps_number, self.clock = listeners, keeps, clock

    # -- ids --------------------------------------------------------------------------------------------------------------

    def uuid_for(self, kind: str, key: str) -> str:
        """The UUID of a thing of this organization: the same name, the same UUID, in every process."""
        return str(uuid.uuid5(self._space, f"{kind}:{key}"))

    def license_id(self, key: str, letters: str, site: str | None) -> str:
        """A license id as Webex builds it: org, type letters, UUID, and the site where there is one."""
        tail = f"_{site}" if site else ""
        return ids.encode("LICENSE", f"{self.org_uuid}:{letters}_{self.uuid_for('license', key)}{tail}")

    # -- reading ----------------------------------------------------------------------------------------------------------

    def person(self, reference: str) -> Person | None:
        """A person by Webex id (padded or not), bare UUID or address."""
        return self.by_uuid.get(ids.uuid_of(reference)) or self.by_email.get(reference.strip().lower())

    def license(self, license_id: str) -> License | None:
        """A license by its Webex id."""
        return self.licenses_by_uuid.get(ids.uuid_of(license_id))

    def location(self, location_id: str) -> Location | None:
        """A location by its Webex id or bare UUID."""
        wanted = ids.uuid_of(location_id)
        return next((place for place in self.locations.values() if ids.uuid_of(place.id) == wanted), None)

    def group(self, group_id: str) -> Group | None:
        """A group by its Webex id or bare UUID."""
        wanted = ids.uuid_of(group_id)
        return next((group for group in self.groups.values() if group.uuid == wanted), None)

    def position_after(self, person_id: str) -> int | None:
        """Where the list goes on after this person, who may have left since; None for somebody never listed."""
        at = ids.uuid_of(person_id)
        while at in self._departed:
            at = self._departed[at]
        if not at:
            return 0
        position = self._positions.get(at)
        return None if position is None else position + 1

    def position(self, person: Person) -> int:
        """Where in the list of people this one is, from 0; -1 for somebody who is not listed."""
        return self._positions.get(person.uuid, -1)

    def named(self, prefix: str) -> list[Person]:
        """People whose display name starts with `prefix`, case-blind, in the order of the list."""
        if self._names is None:
            self._names = sorted((person.name.casefold(), at) for at, person in enumerate(self.people))
        wanted = prefix.casefold()
        low = bisect_left(self._names, (wanted, -1))
        high = bisect_right(self._names, (wanted + "\U0010ffff", -1))
        return [self.people[at] for at in sorted(at for _, at in self._names[low:high])]

    def number_rows(self) -> list[Number | Person]:
        """The rows of the numbers list: every number, then everybody who has an extension only."""
        if self._number_rows is None:
            without = [person for person in self.extensions.values() if person.number is None]
            self._number_rows = [*self.numbers.values(), *without]
        return self._number_rows

    def users(self) -> list[Person]:
        """The people SCIM lists as users: no bots, no apps."""
        if self._users is None:
            self._users = [person for person in self.people if person.type == "person"]
        return self._users

    def new_cursor(self, listing: list[Person], start: int) -> str:
        """A name for the rest of a listing as it is now; the latest 10,000 are remembered."""
        self._cursors_made += 1
        cursor = self.uuid_for("cursor", str(self._cursors_made))
        self._cursors[cursor] = (listing, start)
        if len(self._cursors) > 10_000:
            del self._cursors[next(iter(self._cursors))]
        return cursor

    def at_cursor(self, cursor: str) -> tuple[list[Person], int] | None:
        """The listing a cursor stands for and where in it to go on."""
        return self._cursors.get(cursor)

    def managed_sites(self) -> set[str]:
        """Sites that can have attendees: Control Hub managed, Attendee not switched off."""
        return {
            license.site
            for license in self.licenses.values()
            if license.site
            and license.site_type == "Control Hub managed site"
            and license.site not in self.attendee_off
        }

    def warm(self) -> None:
        """Write everybody's plain JSON now (about a second per 100,000), so that a measured first read is not slower."""
        from reconciler.sandbox.wire import person_plain

        for person in self.people:
            person_plain(self, person)

    def forget_lists(self) -> None:
        """What was sorted or picked out of people and numbers is no longer true."""
        self._number_rows = self._names = self._users = None

    # -- growing ----------------------------------------------------------------------------------------------------------

    def add_license(self, license: License) -> None:
        """A new pool."""
        self.licenses[license.key] = license
        self.licenses_by_uuid[ids.uuid_of(license.id)] = license

    def add_number(self, number: Number) -> None:
        """A new phone number."""
        self.numbers[number.number] = number
        self._number_rows = None

    def new_person(self, email: str, name: str, created: str, *, external: bool = False) -> Person:
        """Somebody arrives, holding nothing yet."""
        own, before = self.uuid_for("person", email.lower()), 0
        while own in self.by_uuid:  # whoever had this address once has another one by now
            before += 1
            own = self.uuid_for("person", f"{email.lower()}#{before}")
        first, _, last = name.rpartition(" ")
        person = Person(own, ids.encode("PEOPLE", own), email, name, first or last, last, created, created)
        person.external = external
        self.by_uuid[own] = person
        self.by_email[email.lower()] = person
        if external:
            self.externals.append(person)
        else:
            self._departed.pop(own, None)
            self._positions[own] = len(self.people)
            self.people.append(person)
            self._names = self._users = None
        return person

    def alias(self, person: Person, emails: Iterable[str]) -> None:
        """Further addresses of a person."""
        person.other_emails = tuple(emails)
        for email in person.other_emails:
            self.by_email[email.lower()] = person

    def remove_person(self, person: Person) -> None:
        """Somebody leaves: licenses, number, extension and memberships are free again."""
        for license in list(person.licenses):
            self.release(person, license)
        self.free_calling(person)
        for group in self.groups.values():
            self.leave_group(person, group)
        for email in (person.email, *person.other_emails):
            self.by_email.pop(email.lower(), None)
        self.by_uuid.pop(person.uuid, None)
        if person.external:
            self.externals.remove(person)
        else:
            self._unlist(person)

    def _unlist(self, person: Person) -> None:
        at = self._positions.pop(person.uuid)
        self._departed[person.uuid] = self.people[at - 1].uuid if at else ""
        del self.people[at]
        for position in range(at, len(self.people)):
            self._positions[self.people[position].uuid] = position
        self._names = self._users = None

    # -- groups -----------------------------------------------------------------------------------------------------------

    def join_group(self, person: Person, group: Group) -> None:
        """A person becomes a direct member; once more changes nothing."""
        if person.uuid not in group.members:
            group.members[person.uuid] = person
            group.listing = None

    def leave_group(self, person: Person, group: Group) -> None:
        """A person is no longer a direct member."""
        if group.members.pop(person.uuid, None) is not None:
            group.listing = None

    # -- licenses ---------------------------------------------------------------------------------------------------------

    def hold(self, person: Person, license: License) -> None:
        """The person holds this license from now on; nothing is checked, and once more changes nothing."""
        if person.uuid in license.holders:
            return
        license.holders[person.uuid] = person
        license.listing = None
        person.licenses.append(license)
        self._changed(person, license, 1)

    def release(self, person: Person, license: License) -> None:
        """The person no longer holds it. With the last Calling license go number, extension and location."""
        if license.holders.pop(person.uuid, None) is None:
            return
        license.listing = None
        person.licenses.remove(license)
        if is_calling(license) and not any(is_calling(other) for other in person.licenses):
            self.free_calling(person)
        self._changed(person, license, -1)

    def _changed(self, person: Person, license: License, units: int) -> None:
        self.touch(person)
        for listener in self.on_count:
            listener(license, units)

    def touch(self, person: Person) -> None:
        """Something about the person changed just now."""
        person.touch(webex_time(self.clock()) if self.clock else person.modified)

    def set_attendee(self, person: Person, sites: Sequence[str]) -> None:
        """The sites the person is an attendee of, from now on."""
        person.attendee_sites = list(sites)
        self.touch(person)

    # -- Calling ----------------------------------------------------------------------------------------------------------

    def claim(self, person: Person, location: Location, number: Number | None, extension: str | None) -> None:
        """Number, extension and location become the person's; what they had before is free again."""
        self.free_calling(person)
        person.location, person.number, person.extension = location, number, extension
        if number is not None:
            number.owner = person
        if extension:
            self.extensions[location.key, extension] = person
        self._number_rows = None
        self.touch(person)

    def free_calling(self, person: Person) -> None:
        """Number, extension and location are nobody's; the number when `keeps_number` lets it go."""
        number = person.number
        if person.location is not None and person.extension:
            self.extensions.pop((person.location.key, person.extension), None)
        person.location = person.number = person.extension = None
        if number is not None and not (self.keeps_number and self.keeps_number(number, person)):
            number.owner = None
        self._number_rows = None

    def free_extension(self, location: Location, start: int = 1000) -> str:
        """The lowest extension from `start` on that nobody has at this location."""
        while (location.key, str(start)) in self.extensions:
            start += 1
        return str(start)

    def feature(self, kind: str, name: str) -> Feature:
        """An owner of a number that is not a person."""
        return Feature(ids.encode(kind, self.uuid_for(kind, name)), kind, name)
