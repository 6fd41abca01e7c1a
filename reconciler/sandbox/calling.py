"""Number, extension and location of a Calling license: what Webex checks before it gives them to a person.

Only "no properties" and "unknown location" have documented codes. Every other check is what Control Hub does visibly (a
number belongs to one owner and one location, a location must be enabled for Calling), refused here without a code.
"""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.sandbox import refusal
from reconciler.sandbox.nouns import Location, Number, Person
from reconciler.sandbox.order import LicenseItem
from reconciler.sandbox.refusal import Refusal
from reconciler.sandbox.state import State


@dataclass(frozen=True, slots=True)
class Place:
    """What a Calling license brings along."""

    location: Location
    number: Number | None
    extension: str | None


def place(state: State, person: Person, item: LicenseItem, *, moving: bool) -> Place | Refusal:
    """Where the item would put the person. `moving`: every Calling license held goes in this call, so the place may change."""
    properties = item.properties or {}
    digits, extension, location_id = (properties.get(key) for key in ("phoneNumber", "extension", "locationId"))
    if not (digits or extension) or not (digits or location_id):
        return Refusal(
            refusal.PROPERTIES_MISSING,
            "A Calling license needs properties of its own: a phone number, or an extension and a location.",
        )
    location = state.location(location_id) if location_id else None
    if location_id and location is None:
        return Refusal(refusal.LOCATION_UNKNOWN, "Unable to find location.")
    number = state.numbers.get(digits if digits.startswith("+") else f"+{digits}") if digits else None
    problem = _number_problem(digits, number, location, person) if digits else None
    if problem:
        return Refusal(None, problem)
    location = location or (number.location if number else None)
    assert location is not None
    problem = _location_problem(person, location, moving=moving) or _extension_problem(
        state, person, location, extension
    )
    return Refusal(None, problem) if problem else Place(location, number, extension)


def _number_problem(digits: str, number: Number | None, location: Location | None, person: Person) -> str | None:
    if number is None:
        return f"The phone number {digits} is not a number of this organization."
    if number.owner is person and location in (None, number.location):
        return None  # what somebody has is not looked at again
    if number.owner is not None and number.owner is not person:
        return f"The phone number {digits} is in use."
    if number.state != "ACTIVE":
        return f"The phone number {digits} is not active."
    if number.mobile or number.toll_free or number.service or number.reserved:
        return f"The phone number {digits} cannot be given to a person."
    if location is not None and location is not number.location:
        return f"The phone number {digits} belongs to another location."
    return None


def _location_problem(person: Person, location: Location, *, moving: bool) -> str | None:
    if not location.calling and person.location is not location:
        return f"The location {location.name} is not enabled for Webex Calling."
    if person.location is not None and person.location is not location and not moving:
        return "The location cannot change while the person has Webex Calling."
    return None


def _extension_problem(state: State, person: Person, location: Location, extension: str | None) -> str | None:
    if not extension:
        return None
    if not (extension.isdigit() and 2 <= len(extension) <= 10):
        return f"The extension {extension} is not valid."
    owner = state.extensions.get((location.key, extension))
    return None if owner in (None, person) else f"The extension {extension} is in use at this location."
