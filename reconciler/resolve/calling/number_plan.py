"""The organization's numbers and locations, and what one plan has given of them so far (RULES section 6).

It looks up what a person would get and puts it to the checks; it decides nothing itself. Only the numbers that the plan might
give are read, all at once: an organization has more numbers than a plan needs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from reconciler.book.book import Book
from reconciler.book.population import Population
from reconciler.model import canonical, ids
from reconciler.model.desired import Calling, CallingAssignment
from reconciler.model.live import Location, Person, PhoneNumber
from reconciler.model.plan import CallingProperties
from reconciler.ports import LiveView
from reconciler.resolve.calling.ask import Ask, CallingCheck, Problem

_DEFAULT = Calling()


class NumberPlan:
    """Proposes number, extension and location for one person after the other; `take` says what was given.

    `rows`: person id -> rows of CallingAssignments that name the person. `callers`: ids of the situations whose people have
    Calling. `keeping` are the checks of those, `giving` those of everybody else.
    """

    def __init__(
        self,
        live: LiveView,
        rows: Mapping[str, tuple[CallingAssignment, ...]],
        callers: Collection[int],
        *,
        keeping: Sequence[CallingCheck],
        giving: Sequence[CallingCheck],
    ) -> None:
        self._live, self._rows, self._callers = live, rows, callers
        self._keeping, self._giving = keeping, giving
        self._named: dict[str, Location] = {}
        self._by_id: dict[str, Location] = {}
        self._numbers: dict[str, list[PhoneNumber]] = {}
        self._extensions: dict[tuple[str, str], list[str | None]] = {}
        self._owned: dict[str, list[PhoneNumber]] = {}
        self._number_goes_to: dict[str, Person] = {}
        self._extension_goes_to: dict[tuple[str, str], Person] = {}
        self._told: dict[tuple[str, Calling], tuple[Ask, tuple[Problem, ...]]] = {}
        self._canonical: dict[str, str | None] = {}

    def prepare(self, candidates: Iterable[tuple[Person, Calling | None]]) -> None:
        """Look up what these people might get.

        Extensions in use, and the number of somebody who has Calling, are known only from all rows, so where one of them is
        wanted, all are read.
        """
        wanted, everything = set[str](), False
        for index in (self._named, self._by_id, self._numbers, self._extensions, self._owned):
            index.clear()
        for person, block in candidates:
            calling = self._wanted(person, block)
            everything = everything or calling.extension != "none" or person.situation in self._callers
            text = _text(person, calling)
            number = self._e164(text) if text else None
            if number is not None:
                wanted.add(number)
        for location in self._live.locations():
            self._named[canonical.name(location.name)] = self._by_id[ids.uuid_of(location.id)] = location
        for row in self._live.numbers(None if everything else wanted):
            self._note(row)
        for rows in (*self._numbers.values(), *self._owned.values()):
            if len(rows) > 1:
                rows.sort(key=_order)

    def _note(self, row: PhoneNumber) -> None:
        if row.number:
            self._numbers.setdefault(row.number, []).append(row)
        if row.extension:
            self._extensions.setdefault((ids.uuid_of(row.location_id), row.extension), []).append(row.owner_id)
        if row.owner_id:
            self._owned.setdefault(ids.uuid_of(row.owner_id), []).append(row)

    def propose(self, person: Person, block: Calling | None) -> tuple[CallingProperties | None, list[Problem]]:
        """What to send for this person, or every check that failed. Who has Calling keeps the place.

        For one block the answer is one, whatever this plan gave the person before: all their licenses come with the same.
        """
        if person.situation in self._callers:
            ask, checks = self._as_is(person, block), self._keeping
        else:
            ask, checks = self._ask(person, block), self._giving
        problems = [problem for rule in checks if (problem := rule.act(ask)) is not None]
        self._told[person.id, block or _DEFAULT] = ask, tuple(problems)
        return (None if problems else ask.properties), problems

    def take(self, person: Person, given: CallingProperties) -> None:
        """Remember that this plan gives these to the person."""
        if given.phone_number:
            self._number_goes_to[given.phone_number] = person
        if given.extension and given.location_id:
            self._extension_goes_to[ids.uuid_of(given.location_id), given.extension] = person

    def told(self, person: Person, block: Calling | None) -> tuple[Ask, tuple[Problem, ...]] | None:
        """What was asked for this person and what was wrong with it, at the last proposal; None where nothing was proposed."""
        return self._told.get((person.id, block or _DEFAULT))

    def _wanted(self, person: Person, block: Calling | None) -> Calling:
        """The person's row of a CallingAssignments document before the exception's or template's block (RULES 6.1)."""
        block = block or _DEFAULT
        rows = self._rows.get(person.id)
        if not rows:
            return block
        row = rows[0]
        return msgspec.structs.replace(
            block,
            number=row.number or ("none" if row.extension else block.number),
            location=row.location or block.location,
            extension=row.extension or block.extension,
            source=row.source,
        )

    def _ask(self, person: Person, block: Calling | None) -> Ask:
        wanted = self._wanted(person, block)
        text = _text(person, wanted)
        number = self._e164(text) if text else None
        listed = tuple(self._numbers.get(number, ())) if number else ()
        named = None if wanted.location == "fromNumber" else self._named.get(canonical.name(wanted.location))
        location = self._place_of(listed[0]) if listed else named
        extension = _extension(person, wanted, number)
        at = (ids.uuid_of(location.id), extension) if location is not None and extension else ("", "")
        return Ask(
            person,
            wanted,
            self._rows.get(person.id, ()),
            text,
            number,
            listed,
            named,
            location,
            extension,
            tuple(self._extensions.get(at, ())),
            _other(self._number_goes_to.get(number or ""), person),
            _other(self._extension_goes_to.get(at), person),
            tuple(sorted(self._named)),
        )

    def _as_is(self, person: Person, block: Calling | None) -> Ask:
        """What a person who has Calling is called at now; a part of it that cannot be told is left out (RULES 6.4)."""
        mine = self._owned.get(ids.uuid_of(person.id), [])
        numbers = sorted({row.number for row in mine if row.number and self._is_theirs(row.number, person)})
        if len(numbers) > 1 and person.work_phone:  # one of them is an alternate number: the directory knows the first
            numbers = [number for number in numbers if number == self._e164(person.work_phone)] or numbers
        number = numbers[0] if len(numbers) == 1 else None
        rows = [row for row in mine if row.number == number]
        extension = person.extension or next((row.extension for row in rows if row.extension), None)
        places = {ids.uuid_of(place) for place in (person.location_id, *(row.location_id for row in rows)) if place}
        location = self._by_id.get(next(iter(places))) if len(places) == 1 else None
        if len(numbers) > 1:
            extension = location = None
        return Ask(person, self._wanted(person, block), number=number, location=location, extension=extension)

    def _is_theirs(self, number: str, person: Person) -> bool:
        """Whether no row of the number says that it belongs to anybody else."""
        return all(row.owner_id and ids.same(row.owner_id, person.id) for row in self._numbers[number])

    def _place_of(self, row: PhoneNumber) -> Location:
        """The location of a number; one that no list shows is not known to be enabled for Calling."""
        return self._by_id.get(ids.uuid_of(row.location_id)) or Location(row.location_id, row.location_name)

    def _e164(self, text: str) -> str | None:
        if text not in self._canonical:
            self._canonical[text] = e164(text)
        return self._canonical[text]


def _order(row: PhoneNumber) -> tuple[str, ...]:
    """Rows in an order of their own: Webex's must decide nothing."""
    return (row.number or "", row.location_id, row.extension or "", row.owner_id or "", row.owner_type or "", row.state)


def _text(person: Person, wanted: Calling) -> str | None:
    """The number as it is written; None where none is wanted, empty where the directory has none."""
    if wanted.number == "none":
        return None
    return (person.work_phone or "").strip() if wanted.number == "workPhone" else wanted.number


def _extension(person: Person, wanted: Calling, number: str | None) -> str | None:
    if wanted.extension == "none":
        return None
    if wanted.extension == "lastDigits":
        return number[-(wanted.last_digits or 4) :] if number else None
    return (person.extension or "").strip() or None if wanted.extension == "fromDirectory" else wanted.extension


def _other(holder: Person | None, person: Person) -> str:
    return "" if holder is None or holder.id == person.id else holder.email


def rows_by_person(book: Book, population: Population) -> dict[str, tuple[CallingAssignment, ...]]:
    """Person id -> the rows of CallingAssignments that name one of the person's addresses, of today or of earlier."""
    found: dict[str, tuple[CallingAssignment, ...]] = {}
    for row in sorted(book.desired.calling_assignments, key=lambda row: row.source):
        person = population.addresses.get(row.email)
        if person is not None:
            found[person] = (*found.get(person, ()), row)
    return found


def callers(book: Book, population: Population) -> frozenset[int]:
    """The ids of the situations whose people have Calling."""
    pools = {pool for pool, product in book.catalog.product_of.items() if book.catalog.is_calling(product)}
    return frozenset(
        number for number, situation in population.situations.items() if not pools.isdisjoint(situation.holdings)
    )


def e164(text: str) -> str | None:
    """The canonical form of a possible international number, or None.

    >>> e164("+1 (408) 555-0100")
    '+14085550100'
    """
    import phonenumbers  # slow to import, and needed only where Calling is granted

    try:
        parsed = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
