"""Everybody of a snapshot, counted by key: what lets rules run once per situation and people be read only where needed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from reconciler.book.book import Book, Reading
from reconciler.book.situations import Projector, marks_of
from reconciler.model import canonical
from reconciler.model.catalog import Product
from reconciler.model.expected import NO_MARKS, Key, Marks
from reconciler.model.finding import Finding
from reconciler.model.live import Person, Situation
from reconciler.ports import LiveView


class Population:
    """Counts and keys of one snapshot.

    `counts`: key -> people. `holders`: license id -> people who hold it. `marks`: person id -> what sets them apart.
    `addresses`: canonical address of the files -> id of the person who has it, or had it last.
    """

    def __init__(self, book: Book, live: LiveView, budget_groups: frozenset[str] = frozenset()) -> None:
        self._live = live
        self._book = book
        self.findings: list[Finding] = []
        self.situations: dict[int, Situation] = {}
        sizes: dict[int, int] = {}
        self.holders: dict[str, int] = {}
        self.addresses: dict[str, str] = {}
        given = set[str]()
        for situation, count in live.situations():
            self.situations[situation.id], sizes[situation.id] = situation, count
            for pool in situation.holdings:
                self.holders[pool] = self.holders.get(pool, 0) + count
            given.update(origin.holding for origin in situation.origins)
        self._takeable = book.declared_pools | book.denied_pools | (given & book.catalog.pools.keys())
        if book.undo is not None:
            self._takeable |= book.undo.pools & book.catalog.pools.keys()
        self.marks = self._marks(live)
        self._marked_in = dict(live.locate(self.marks.keys())) if self.marks else {}
        self._projector = Projector(book)
        self._projector.watch(budget_groups)
        self.counts: dict[Key, int] = {}
        self._situations_of: dict[Key, set[int]] = {}
        self._plain: dict[int, Key] = {}
        self._special: dict[tuple[int, Marks], Key] = {}
        self._count(sizes)
        book.reading = self._reading(live)

    def _marks(self, live: LiveView) -> dict[str, Marks]:
        book = self._book
        named = {address for address, *_ in _named(book)}
        found = live.find(named) if named else {}
        missing = named - found.keys()
        former = live.find_former(missing) if missing else {}
        self._tell_addresses(missing, former)
        self.addresses = {address: person.id for address, person in (*former.items(), *found.items())}
        newcomers, paid = self._newcomers(live)
        return marks_of(book, self.addresses, newcomers, paid)

    def _tell_addresses(self, missing: Collection[str], former: Mapping[str, Person]) -> None:
        """Findings for addresses of the files that nobody has now; who had one earlier is still meant by it (RULES 1.6)."""
        for address, place, what, otherwise in _named(self._book):
            if address in former:
                self.findings.append(
                    Finding(
                        "person-renamed",
                        "warning",
                        place,
                        f"{address} is now {former[address].email}",
                        "correct the address; until then the person is known by the old one",
                    )
                )
            elif address in missing and otherwise:
                self.findings.append(
                    Finding(
                        "unknown-person",
                        "warning",
                        place,
                        f"nobody in the organization has the {what} {address}",
                        otherwise,
                    )
                )

    def _newcomers(self, live: LiveView) -> tuple[dict[str, frozenset[str]], frozenset[str]]:
        """Template name -> its newcomers; and whom `explicitlyLicensedNewcomers: skip` leaves out (RULES 1.3, 1.4)."""
        newcomers: dict[str, frozenset[str]] = {}
        arrived: dict[datetime, frozenset[str]] = {}
        skipped = frozenset[str]()
        for item in self._book.templates:
            template, since = item.template, item.in_force
            skips = template.explicitly_licensed_newcomers == "skip"
            if since is None or (template.existing_users and not skips):
                continue
            if since not in arrived:
                arrived[since] = live.first_seen_after(since)
            people = arrived[since]
            if template.kind == "group":
                people |= live.joined_after(item.groups, since)
            newcomers[item.name] = people
            skipped |= people if skips else frozenset()
        if skipped:
            skipped &= live.paid_at_first_sight()
            skipped -= live.moved_since_first_seen(skipped)
        # Whom a standing rule does not skip is a newcomer like everybody else, and needs no marks of their own.
        standing = {item.name for item in self._book.templates if item.template.existing_users}
        return {name: who & skipped if name in standing else who for name, who in newcomers.items()}, skipped

    def _count(self, sizes: dict[int, int]) -> None:
        for person_id, situation_id in self._marked_in.items():
            marks = self.marks[person_id]
            key = self._special.get((situation_id, marks))
            if key is None:
                key = self._projector.key(self.situations[situation_id], marks)
                self._special[situation_id, marks] = key
            sizes[situation_id] -= 1
            self._add(key, situation_id, 1)
        for situation_id, count in sizes.items():
            if count > 0:
                key = self._projector.key(self.situations[situation_id])
                self._plain[situation_id] = key
                self._add(key, situation_id, count)

    def _add(self, key: Key, situation_id: int, count: int) -> None:
        self.counts[key] = self.counts.get(key, 0) + count
        self._situations_of.setdefault(key, set()).add(situation_id)

    def _reading(self, live: LiveView) -> Reading:
        """What of this snapshot is incomplete (RULES 7.3)."""
        book, guards = self._book, self._book.organization.guards
        licenses, outside = set(), live.outside_holders()
        for pool_id in sorted(self._takeable):
            pool = book.catalog.pools[pool_id]
            seen = self.holders.get(pool_id, 0) + outside.get(pool_id, 0)
            if pool.consumed_by_users is None or book.catalog.is_free(pool_id):
                continue
            if seen < pool.consumed_by_users * (1 - guards.counter_slack_percent / 100):
                licenses.add(pool_id)
                self.findings.append(
                    Finding(
                        "license-incomplete",
                        "warning",
                        "",
                        f"{pool.name!r} ({pool.subscription}) counts {pool.consumed_by_users} users and only {seen} were "
                        "seen; nothing of it is removed",
                        "counters may lag; sync again later",
                    )
                )
        groups = self._incomplete_groups(live)
        granted = (item.products for item in book.templates if item.groups & groups)
        return Reading(frozenset(licenses), groups, frozenset[Product]().union(*granted), self._shrunk(live))

    def _incomplete_groups(self, live: LiveView) -> frozenset[str]:
        """Ids of the templates' groups that were read only in part; says so, and names nested groups (RULES 1.2)."""
        seen, incomplete = live.members_seen(), set[str]()
        for group in live.groups():
            if group.id not in seen or group.id not in self._book.templated_groups:
                continue
            count, nested = seen[group.id]
            items = [item for item in self._book.templates if group.id in item.groups]
            if nested:
                self.findings.append(
                    Finding(
                        "nested-group",
                        "info",
                        str(items[0].template.source),
                        f"group {group.name!r} contains {_groups(nested)}, whose members get nothing from its templates",
                        "list the nested groups in the template as well",
                    )
                )
            if group.member_size is not None and count < group.member_size:
                incomplete.add(group.id)
                self.findings.append(
                    Finding(
                        "group-incomplete",
                        "warning",
                        str(items[0].template.source),
                        f"group {group.name!r} has {group.member_size} members and only {count} were seen; nothing that its "
                        "templates grant or gave is removed",
                        "sync again later",
                    )
                )
        return frozenset(incomplete)

    def _shrunk(self, live: LiveView) -> bool:
        before, now = self._book.memory.people_before, live.snapshot().people
        percent = self._book.organization.guards.shrinkage_percent
        shrunk = before is not None and now < before * (1 - percent / 100)
        if shrunk:
            self.findings.append(
                Finding(
                    "people-shrunk",
                    "warning",
                    "",
                    f"{now} people were read, {before} before; nothing is removed",
                    "sync again when Webex is complete; if people really left, raise `guards.shrinkage` for one apply",
                )
            )
        return shrunk

    def people_to_match(self) -> int:
        """What the next readings are compared with once this plan is done: people who seem to be missing count on."""
        before = self._book.memory.people_before
        return before if before is not None and self._book.reading.shrunk else self._live.snapshot().people

    def holdings_of(self, people: Collection[str]) -> dict[str, frozenset[str]]:
        """Person id -> license ids and `attendee:SITE` held, for those of `people` who are in the snapshot."""
        found = self._live.locate(people).items() if people else ()
        places = {person: self.situations[number] for person, number in found}
        return {
            person: frozenset((*place.holdings, *(f"attendee:{site}" for site in place.attendee_sites)))
            for person, place in places.items()
        }

    def count_moved(self, when: datetime) -> dict[Key, int]:
        """How many people of each key were in other groups at `when`."""
        counts: dict[Key, int] = {}
        for key in self.keys_of(self._live.moved_after(when)).values():
            counts[key] = counts.get(key, 0) + 1
        return counts

    def key_of(self, person: Person) -> Key:
        """The key of one person of this snapshot."""
        marks = self.marks.get(person.id, NO_MARKS)
        if marks is NO_MARKS:
            return self._plain[person.situation]
        return self._special[person.situation, marks]

    def plain_key(self, situation_id: int) -> Key | None:
        """The key of the people of a situation whom the files do not single out; None when there are none."""
        return self._plain.get(situation_id)

    def special(self) -> Iterator[tuple[str, int, Key]]:
        """Person id, situation id and key of everybody whom the files single out."""
        for person_id, situation_id in self._marked_in.items():
            yield person_id, situation_id, self._special[situation_id, self.marks[person_id]]

    def keys_of(self, people: Collection[str]) -> dict[str, Key]:
        """Person id -> key, for those of `people` who are in the snapshot."""
        found = self._live.locate(people).items() if people else ()
        return {
            person: self._special[number, self.marks[person]] if person in self.marks else self._plain[number]
            for person, number in found
        }

    def fetch(self, keys: Collection[Key]) -> Iterator[tuple[Person, Key]]:
        """Everybody with one of these keys, ordered by address."""
        wanted = frozenset(keys)
        situations = {number for key in wanted for number in self._situations_of.get(key, ())}
        for person in self._live.people(situations) if situations else ():
            key = self.key_of(person)
            if key in wanted:
                yield person, key


def _named(book: Book) -> Iterator[tuple[str, str, str, str]]:
    """Every address that the files single out: canonical, its place, what to call it, what to do if nobody has it."""
    for item in book.exceptions.values():
        for address, place in item.exception.users:
            yield address, str(place), "address", "correct the address, or delete the exception if the person left"
    for address in sorted(map(canonical.email, book.organization.guards.protected)):
        hint = "correct `guards.protected`, or take the address out if the person left"
        yield address, str(book.organization.at(f"guards.protected.{address}")), "protected address", hint
    for paper in book.desired.acknowledgements:
        for address in map(canonical.email, paper.users):
            yield address, str(paper.source), "address", ""  # one that permits nothing is told as unused
    for row in book.desired.calling_assignments:
        yield row.email, str(row.source), "address", "correct the row, or delete it if the person left"


def _groups(nested: int) -> str:
    return "1 nested group" if nested == 1 else f"{nested} nested groups"
