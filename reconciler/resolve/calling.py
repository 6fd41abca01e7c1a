"""Numbers, locations and extensions for Calling grants (RULES section 6). Every failing check is its own finding.

This is per person, not per situation: two people never get the same number. Other licenses are not held up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from reconciler.model import canonical, ids
from reconciler.model.desired import Calling, CallingAssignment
from reconciler.model.finding import Finding
from reconciler.model.live import Location, Person, PhoneNumber
from reconciler.model.plan import CallingProperties
from reconciler.ports import LiveView


class Problem(msgspec.Struct, frozen=True):
    """A check that failed: code, message (about one person) and what to do."""

    code: str
    message: str
    hint: str

    def finding(self, email: str) -> Finding:
        """The same as a finding."""
        return Finding(self.code, "warning", email, self.message, self.hint)


class NumberPlan:
    """The organization's numbers and locations, and what this plan has given so far (RULES 6.3)."""

    def __init__(self, live: LiveView, assignments: Sequence[CallingAssignment]) -> None:
        self._live = live
        self._locations: dict[str, Location] = {}
        self._by_id: dict[str, Location] = {}
        self._numbers: dict[str, PhoneNumber] = {}
        self._extensions: dict[tuple[str, str], str | None] = {}
        self._rows = {row.email: row for row in assignments}
        self._given: dict[str, str] = {}
        self._given_extensions: dict[tuple[str, str], str] = {}

    def prepare(self, candidates: Iterable[tuple[Person, Calling | None]]) -> None:
        """Look up what these people might get, all at once: an organization has more numbers than a plan needs.

        Extensions in use are known only from all rows, so where somebody wants one, all are read.
        """
        wanted, everything = set[str](), False
        for person, block in candidates:
            calling = self._wanted(person, block)
            everything = everything or calling.extension != "none"
            text = person.work_phone if calling.number == "workPhone" else calling.number
            number = e164(text) if text and text != "none" else None
            if number is not None:
                wanted.add(number)
        locations = self._live.locations()
        self._locations = {canonical.name(location.name): location for location in locations}
        self._by_id = {ids.uuid_of(location.id): location for location in locations}
        rows = self._live.numbers(None if everything else wanted)
        self._numbers = {row.number: row for row in rows if row.number}
        self._extensions = {
            (ids.uuid_of(row.location_id), row.extension): row.owner_id for row in rows if row.extension
        }

    def propose(self, person: Person, block: Calling | None) -> tuple[CallingProperties | None, list[Problem]]:
        """What to send for this person, or every check that failed."""
        problems: list[Problem] = []
        wanted = self._wanted(person, block)
        location = self._named_location(wanted.location, problems)
        number = self._number(person, wanted.number, problems)
        if number is not None:
            location = self._agree(number, location, problems)
        elif wanted.number == "none" and location is None and not problems:
            problems.append(Problem("no-location", "has neither a number nor a location for Calling",
                                    "set `calling.location` to a location's name"))  # fmt: skip
        extension = self._extension(person, wanted, number, location, problems)
        if number is None and extension is None and not problems:
            problems.append(Problem("no-number", "would get Calling without a number or an extension",
                                    "set `calling.number: workPhone` or `calling.extension`"))  # fmt: skip
        if location is not None and location.calling is False:
            problems.append(Problem("location-not-enabled", f"location {location.name!r} is not enabled for Calling",
                                    "enable it in Control Hub, or use another location"))  # fmt: skip
        if problems or location is None:
            return None, problems
        return CallingProperties(number.number if number else None, extension, location.id), []

    def take(self, person: Person, given: CallingProperties) -> None:
        """Remember that this plan gives these to the person."""
        if given.phone_number:
            self._given[given.phone_number] = person.email
        if given.extension and given.location_id:
            self._given_extensions[ids.uuid_of(given.location_id), given.extension] = person.email

    def _wanted(self, person: Person, block: Calling | None) -> Calling:
        """The person's row of a CallingAssignments document before the exception's or template's block."""
        block = block or Calling()
        addresses = (person.email, *person.other_emails)
        row = next((self._rows[a] for a in map(canonical.email, addresses) if a in self._rows), None)
        if row is None:
            return block
        return msgspec.structs.replace(
            block,
            number=row.number or ("none" if row.extension else block.number),
            location=row.location or block.location,
            extension=row.extension or block.extension,
        )

    def _named_location(self, name: str, problems: list[Problem]) -> Location | None:
        if name == "fromNumber":
            return None
        found = self._locations.get(canonical.name(name))
        if found is None:
            problems.append(Problem("unknown-location", f"location {name!r} does not exist",
                                    f"the locations are {', '.join(sorted(self._locations)) or 'none'}"))  # fmt: skip
        return found

    def _number(self, person: Person, wanted: str, problems: list[Problem]) -> PhoneNumber | None:
        if wanted == "none":
            return None
        text = person.work_phone if wanted == "workPhone" else wanted
        if not text:
            problems.append(Problem("no-work-phone", "has no work phone in the directory",
                                    f"enter one in {_directory(person)}, or set the number in a UserException"))  # fmt: skip
            return None
        number = e164(text)
        if number is None:
            problems.append(Problem("number-not-e164", f"work phone {text!r} is not a full international number",
                                    f"write it as +<country><number> in {_directory(person)}"))  # fmt: skip
            return None
        row = self._numbers.get(number)
        if row is None:
            problems.append(Problem("number-not-ours", f"{number} is not among the organization's Calling numbers",
                                    "add it to a location in Control Hub, or correct the directory"))  # fmt: skip
            return None
        problems.extend(self._unusable(person, number, row))
        return row

    def _unusable(self, person: Person, number: str, row: PhoneNumber) -> list[Problem]:
        found = []
        if row.owner_type is not None and not (row.owner_id and ids.same(row.owner_id, person.id)):
            found.append(Problem("number-in-use", f"{number} belongs to {_owner(row)}",
                                 "free the number in Control Hub, or correct the directory"))  # fmt: skip
        if row.state != "ACTIVE":
            found.append(Problem("number-not-active", f"{number} is not activated yet ({row.state})",
                                 "activate it in Control Hub"))  # fmt: skip
        for name in ("mobile", "toll_free", "service", "reserved"):
            if getattr(row, name):
                kind = name.replace("_", "-")
                found.append(Problem("number-of-another-kind", f"{number} is a {kind} number",
                                     "use an ordinary number of a location"))  # fmt: skip
        other = self._given.get(number)
        if other is not None:
            found.append(Problem("number-given-twice", f"{number} goes to {other} in the same plan",
                                 "two people share this work phone; correct the directory"))  # fmt: skip
        return found

    def _agree(self, number: PhoneNumber, location: Location | None, problems: list[Problem]) -> Location | None:
        own = self._by_id.get(ids.uuid_of(number.location_id)) or Location(number.location_id, number.location_name)
        if location is not None and not ids.same(location.id, own.id):
            problems.append(Problem("number-elsewhere", f"{number.number} is at {own.name!r}, not at {location.name!r}",
                                    "use `location: fromNumber`, or a number of that location"))  # fmt: skip
        return own

    def _extension(
        self,
        person: Person,
        wanted: Calling,
        number: PhoneNumber | None,
        location: Location | None,
        problems: list[Problem],
    ) -> str | None:
        if wanted.extension == "none":
            return None
        if wanted.extension == "lastDigits":
            extension = number.number[-(wanted.last_digits or 4) :] if number and number.number else None
        elif wanted.extension == "fromDirectory":
            extension = person.extension
        else:
            extension = wanted.extension
        if not extension:
            if not problems:
                problems.append(Problem("no-extension", "has nothing an extension could be made from",
                                        f"enter an extension in {_directory(person)}, or set it in a UserException"))  # fmt: skip
            return None
        if location is not None:
            place = (ids.uuid_of(location.id), extension)
            owner = self._extensions.get(place)
            if place in self._extensions and not (owner and ids.same(owner, person.id)):
                problems.append(Problem("extension-in-use", f"extension {extension} is in use at {location.name!r}",
                                        "choose another extension"))  # fmt: skip
            elif place in self._given_extensions:
                other = self._given_extensions[place]
                problems.append(Problem("extension-given-twice", f"extension {extension} at {location.name!r} goes to {other} "
                                        "in the same plan", "choose another extension"))  # fmt: skip
        return extension


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


def _owner(row: PhoneNumber) -> str:
    kind = (row.owner_type or "").lower().replace("_", " ")
    return "somebody else" if kind == "people" else f"a {kind}"


def _directory(person: Person) -> str:
    return f"the directory ({person.provision_source})" if person.provision_source else "Control Hub or the directory"
