"""A LiveView made of plain values, for tests of the core: no store, no server. Deliberately naive."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from reconciler.model import canonical, ids
from reconciler.model.catalog import CONTROL_HUB_MANAGED, License
from reconciler.model.live import Group, Location, Origin, Person, PhoneNumber, Scope, Situation, Snapshot, State

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ORG = ids.encode("ORGANIZATION", "11111111-1111-4111-8111-111111111111")


def license_id(letters: str, number: int, site: str | None = None) -> str:
    """A license id as Webex makes them."""
    inner = f"11111111-1111-4111-8111-111111111111:{letters}_00000000-0000-4000-8000-{number:012d}"
    return ids.encode("LICENSE", inner + (f"_{site}" if site else ""))


class Someone(msgspec.Struct):
    """A person of a test: everything that a situation and a person row hold."""

    email: str
    groups: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    attendee: tuple[str, ...] = ()
    admin_of: tuple[str, ...] = ()
    given: dict[str, tuple[str, ...]] = {}
    state: State = "active"
    calling_unreadable: bool = False
    work_phone: str | None = None
    extension: str | None = None
    created: datetime | None = None
    first_seen: datetime = NOW - timedelta(days=900)
    joined: dict[str, datetime] = {}
    moved: datetime | None = None
    paid_at_first_sight: bool = False
    other_emails: tuple[str, ...] = ()
    former_emails: tuple[str, ...] = ()
    provision_source: str | None = None
    location_id: str | None = None

    @property
    def id(self) -> str:
        """The Webex id of the person; a new address leaves it as it was."""
        return ids.encode("PEOPLE", self.former_emails[0] if self.former_emails else self.email)


class FakeLive:
    """Implements `ports.LiveView` by looping over everybody."""

    def __init__(
        self,
        licenses: Sequence[License],
        people: Sequence[Someone],
        groups: Sequence[Group] = (),
        *,
        locations: Sequence[Location] = (),
        numbers: Sequence[PhoneNumber] = (),
        seen: Mapping[str, tuple[int, int]] | None = None,
        scope: Scope | None = None,
        taken_at: datetime = NOW,
        snapshot: str = "s1",
    ) -> None:
        self._licenses, self._groups = tuple(licenses), tuple(groups)
        self._locations, self._numbers = tuple(locations), tuple(numbers)
        self._people = sorted(people, key=lambda p: (canonical.email(p.email), p.id))
        self._scope = scope or Scope(tuple(g.id for g in groups), True, True)
        self._taken_at, self._snapshot = taken_at, snapshot
        situations = sorted({self._situation(p) for p in people}, key=repr)
        self._ids = {situation: number for number, situation in enumerate(situations, 1)}
        self._seen = seen

    @staticmethod
    def _situation(person: Someone) -> Situation:
        return Situation(
            0,
            tuple(sorted(person.groups)),
            tuple(sorted(person.holds)),
            tuple(sorted(person.attendee)),
            tuple(sorted(person.admin_of)),
            tuple(Origin(holding, person.given[holding]) for holding in sorted(person.given)),
            person.state,
            person.calling_unreadable,
        )

    def _row(self, person: Someone) -> Person:
        return Person(
            person.id,
            person.email,
            person.email.split("@")[0].title(),
            self._ids[self._situation(person)],
            person.created,
            person.other_emails,
            person.work_phone,
            person.extension,
            person.location_id,
            person.provision_source,
        )

    def snapshot(self) -> Snapshot:
        return Snapshot(
            self._snapshot,
            ORG,
            "Acme",
            self._taken_at,
            self._scope,
            len(self._people),
            len(self._licenses),
            len(self._groups),
        )

    def licenses(self) -> Sequence[License]:
        return self._licenses

    def groups(self) -> Sequence[Group]:
        return self._groups

    def members_seen(self) -> Mapping[str, tuple[int, int]]:
        if self._seen is not None:
            return self._seen
        return {g.id: (sum(g.id in p.groups for p in self._people), 0) for g in self._groups}

    def locations(self) -> Sequence[Location]:
        return self._locations

    def numbers(self, among: Collection[str] | None = None) -> Sequence[PhoneNumber]:
        return tuple(row for row in self._numbers if among is None or row.number in among)

    def outside_holders(self) -> Mapping[str, int]:
        return {}

    def situations(self) -> Iterable[tuple[Situation, int]]:
        counts: dict[Situation, int] = {}
        for person in self._people:
            situation = self._situation(person)
            counts[situation] = counts.get(situation, 0) + 1
        for situation, number in sorted(self._ids.items(), key=lambda item: item[1]):
            yield msgspec.structs.replace(situation, id=number), counts[situation]

    def people(self, situations: Collection[int]) -> Iterable[Person]:
        return [row for row in map(self._row, self._people) if row.situation in situations]

    def find(self, emails: Collection[str]) -> Mapping[str, Person]:
        wanted = set(emails)
        addresses = ((canonical.email(a), p) for p in self._people for a in (p.email, *p.other_emails))
        return {address: self._row(person) for address, person in addresses if address in wanted}

    def find_former(self, emails: Collection[str]) -> Mapping[str, Person]:
        former = {canonical.email(address): p for p in self._people for address in p.former_emails}
        return {a: self._row(p) for a, p in former.items() if a in set(emails) and not self.find([a])}

    def locate(self, people: Collection[str]) -> Mapping[str, int]:
        return {p.id: self._row(p).situation for p in self._people if p.id in set(people)}

    def first_seen_after(self, when: datetime) -> frozenset[str]:
        return frozenset(p.id for p in self._people if p.first_seen > when or (p.created and p.created > when))

    def joined_after(self, groups: Collection[str], when: datetime) -> frozenset[str]:
        return frozenset(
            p.id
            for p in self._people
            for group in p.groups
            if group in groups and p.joined.get(group, p.first_seen) > when
        )

    def moved_after(self, when: datetime) -> frozenset[str]:
        return frozenset(p.id for p in self._people if p.moved is not None and p.moved > when)

    def moved_since_first_seen(self, people: Collection[str]) -> frozenset[str]:
        return frozenset(
            p.id for p in self._people if p.id in people and p.moved is not None and p.moved > p.first_seen
        )

    def paid_at_first_sight(self) -> frozenset[str]:
        return frozenset(p.id for p in self._people if p.paid_at_first_sight)


SITE = "acme.webex.com"
MSG = License(license_id("FMS", 1), "Basic Messaging", 1000, 0)
SUITE = License(license_id("EE", 2, SITE), "Webex Meetings Suite", 10, 0, 0, 0, "Sub-1", SITE, CONTROL_HUB_MANAGED)
SUITE2 = License(license_id("EE", 3, SITE), "Webex Meetings Suite", 10, 0, 0, 0, "Sub-2", SITE, CONTROL_HUB_MANAGED)
PRO = License(license_id("BCSTD", 4), "Webex Calling - Professional", 5, 0, 0, 0, "Sub-1")
STANDARD = License(license_id("BCBAS", 5), "Webex Calling - Standard", 5, 0, 0, 0, "Sub-1")
PREMIUM = License(license_id("CJPPRM", 6), "Contact Center Premium Agent", 5, 0, 0, 0, "Sub-1")
AGENT = License(license_id("CJPSTD", 7), "Contact center Standard Agent", 5, 0, 0, 0, "Sub-1")
RTT = License(license_id("RTT", 8), "Real-Time Translations", 5, 0, 0, 0, "Sub-1")
SALES = Group(ids.encode("SCIM_GROUP", "22222222-2222-4222-8222-222222222222:o"), "Sales")
SUPPORT = Group(ids.encode("SCIM_GROUP", "33333333-3333-4333-8333-333333333333:o"), "Support")
ALL = (MSG, SUITE, SUITE2, PRO, STANDARD, PREMIUM, AGENT, RTT)
