"""The number and the extension of one Calling license (RULES 6.1 to 6.3), as far as section 5 needs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import phonenumbers

from reconciler.model.desired import Calling, Desired
from reconciler.model.live import Location, PhoneNumber
from tests.support.live import Someone


@dataclass
class Line:
    """What a Calling license would be given; `error` where a check fails."""

    number: str | None = None
    extension: str | None = None
    location: str | None = None
    error: str = ""


@dataclass
class Lines:
    """The organization's numbers and what this plan has given away so far."""

    desired: Desired
    locations: Sequence[Location]
    numbers: Sequence[PhoneNumber]
    has_calling: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)
    given: dict[str, Line] = field(default_factory=dict)
    extensions: set[tuple[str | None, str]] = field(default_factory=set)

    def line(self, person: Someone, calling: Calling | None) -> Line:
        """What this person would get now."""
        if person.id in self.given:
            return self.given[person.id]
        if person.id in self.has_calling:
            return self._kept(person)
        block = calling or Calling()
        for row in self.desired.calling_assignments:
            if row.email == person.email.strip().casefold():
                block = Calling(row.number or "none", row.location or "fromNumber", row.extension or "none")
        found = Line()
        wanted = person.work_phone if block.number == "workPhone" else block.number
        if block.number != "none":
            self._number(found, person, wanted)
        self._location(found, block)
        self._extension(found, person, block)
        if not found.error and found.number is None and found.extension is None:
            found.error = "neither number nor extension"
        if not found.error and found.location is None:
            found.error = "no location"
        return found

    def _kept(self, person: Someone) -> Line:
        """Who has Calling keeps number, extension and place, as far as the organization's numbers tell them (6.4)."""
        mine = [row for row in self.numbers if row.owner_id == person.id]
        numbers = {row.number for row in mine if row.number}
        phone = e164(person.work_phone)
        if len(numbers) > 1 and phone in numbers:
            numbers = {phone}
        if len(numbers) > 1:
            return Line(error="several numbers")
        number = numbers.pop() if numbers else None
        rows = [row for row in mine if row.number == number]
        extension = person.extension or next((row.extension for row in rows if row.extension), None)
        places = {row.location_id for row in rows}
        if len(places) != 1 or (number is None and extension is None):
            return Line(error="place unknown")
        return Line(number, extension, places.pop())

    def _number(self, found: Line, person: Someone, text: str | None) -> None:
        found.number = e164(text)
        row = next((row for row in self.numbers if row.number == found.number), None)
        if found.number is None or row is None:
            found.error = "no usable number"
            return
        place = next((place for place in self.locations if place.id == row.location_id), None)
        if place is None or place.calling is False or row.state != "ACTIVE":
            found.error = "number not usable"
        if row.mobile or row.toll_free or row.service or row.reserved:
            found.error = "not a number for people"
        if row.owner_type is not None and row.owner_id != person.id:
            found.error = "number in use"
        if found.number in self.taken:
            found.error = "number given already"
        found.location = row.location_id

    def _location(self, found: Line, block: Calling) -> None:
        if block.location == "fromNumber":
            return
        place = next((place for place in self.locations if place.name == block.location), None)
        if place is None or place.calling is False or found.location not in (None, place.id):
            found.error = found.error or "location"
            return
        found.location = place.id

    def _extension(self, found: Line, person: Someone, block: Calling) -> None:
        if block.extension == "none":
            return
        if block.extension == "fromDirectory":
            found.extension = person.extension
        elif block.extension == "lastDigits":
            found.extension = (found.number or "")[-(block.last_digits or 0) :] or None
        else:
            found.extension = block.extension
        if found.extension is None:
            found.error = found.error or "no extension"
        elif (found.location, found.extension) in self.extensions:
            found.error = found.error or "extension given already"
        elif any(
            row.extension == found.extension and row.location_id == found.location and row.number != found.number
            for row in self.numbers
        ):
            found.error = found.error or "extension in use"

    def take(self, person: Someone, line: Line) -> None:
        """Nobody else gets this number or extension in the same plan (6.3)."""
        self.given[person.id] = line
        if line.number is not None:
            self.taken.add(line.number)
        if line.extension is not None:
            self.extensions.add((line.location, line.extension))


def e164(text: str | None) -> str | None:
    """A possible number in E.164, or None (6.2)."""
    try:
        number = phonenumbers.parse(text or "", None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
