"""Locations and phone numbers, paged by `start` (from 0) and `max`."""

from __future__ import annotations

import re
from collections.abc import Callable

from reconciler.model import ids
from reconciler.sandbox.call import Answer, Call, not_found, ok
from reconciler.sandbox.nouns import Number, Person
from reconciler.sandbox.order import BadRequestError
from reconciler.sandbox.wire import calling_location_body, location_body, number_row

Row = Number | Person


def list_locations(call: Call) -> Answer:
    """`GET /locations`, all of them, whether enabled for Calling or not; `name` (contains) and `id` filter."""
    places = list(call.state.locations.values())
    if "name" in call.query:
        places = [place for place in places if call.query["name"].casefold() in place.name.casefold()]
    if "id" in call.query:
        places = [place for place in places if ids.same(place.id, call.query["id"])]
    start, size = call.number("start", 0, most=10**9, least=0), call.number("max", 500, most=500)
    link = call.next_link(start=start + size, max=size) if start + size < len(places) else {}
    return ok({"items": [location_body(call.state, place) for place in places[start : start + size]]}, link)


def get_location(call: Call) -> Answer:
    """`GET /locations/{id}`."""
    place = call.state.location(call.params["id"])
    return not_found("Location not found.") if place is None else ok(location_body(call.state, place))


def list_calling_locations(call: Call) -> Answer:
    """`GET /telephony/config/locations`: only those that are enabled for Calling."""
    places = [place for place in call.state.locations.values() if place.calling]
    if "name" in call.query:
        places = [place for place in places if call.query["name"].casefold() in place.name.casefold()]
    if "order" in call.query:
        places = sorted(places, key=lambda place: place.name.casefold(), reverse="desc" in call.query["order"].lower())
    start, size = call.number("start", 0, most=10**9, least=0), call.number("max", 1000, most=1000)
    link = call.next_link(start=start + size, max=size) if start + size < len(places) else {}
    items = [calling_location_body(place) for place in places[start : start + size]]
    return ok({"locations": items}, link)


def list_numbers(call: Call) -> Answer:
    """`GET /telephony/config/numbers`; numbers first, then people who have an extension only."""
    _conflicts(call)
    rows: list[Row] = call.state.number_rows()
    if "phoneNumber" in call.query:
        digits = call.query["phoneNumber"].strip().lstrip("+")
        rows = [number] if (number := call.state.numbers.get(f"+{digits}")) else []
    for name, keep in _FILTERS.items():
        value = call.query.get(name)
        if value is not None:
            rows = [row for row in rows if keep(row, value)]
    rows = _ordered(call, rows)
    start, size = call.number("start", 0, most=10**9, least=0), call.number("max", 2000, most=2000)
    link = call.next_link(start=start + size, max=size) if start + size < len(rows) else {}
    body: dict[str, object] = {"phoneNumbers": [number_row(row) for row in rows[start : start + size]]}
    if call.flag("details"):
        body["count"] = _count(rows)
    return ok(body, link)


def _conflicts(call: Call) -> None:
    given = call.query
    for name, values in _VALUES.items():
        if given.get(name) not in (None, *values):
            raise BadRequestError(f"{name} must be one of {', '.join(values)}.")
    if call.flag("available") and "ownerType" in given:
        raise BadRequestError("available and ownerType cannot be combined.")
    if given.get("numberType") == "EXTENSION" and ("available" in given or "state" in given):
        raise BadRequestError("available and state do not go with numberType EXTENSION.")
    if "available" in given and "reservedNumber" in given:
        raise BadRequestError("available and reservedNumber cannot be combined.")


def _ordered(call: Call, rows: list[Row]) -> list[Row]:
    """`order`: a field and perhaps `-desc` (wxc-sdk writes `dn|extension asc`); ties stay in the order of the list."""
    text = call.query.get("order", "").lower()
    if not text:
        return rows
    fields = [name for name in re.split(r"[^a-z]+", text) if name not in ("", "asc", "desc")]
    if not fields or any(name not in _ORDERS for name in fields):
        raise BadRequestError("order must be lastName, dn or extension.")
    for name in reversed(fields):
        rows = sorted(rows, key=_ORDERS[name], reverse="desc" in text)
    return rows


def _digits(row: Row) -> str:
    return row.number if isinstance(row, Number) else ""


def _last_name(row: Row) -> str:
    owner = row if isinstance(row, Person) else row.owner
    name = owner.last if isinstance(owner, Person) else owner.name if owner else ""
    return name.casefold()


def _owner_name(row: Row) -> str:
    owner = row if isinstance(row, Person) else row.owner
    return owner.name.casefold() if owner else ""


def _telephony_type(row: Row) -> str:
    return "MOBILE_NUMBER" if isinstance(row, Number) and row.mobile else "PSTN_NUMBER"


_ORDERS: dict[str, Callable[[Row], str]] = {
    "lastname": _last_name,
    "dn": _digits,
    "extension": lambda row: _extension(row) or "",
}
_VALUES = {
    "numberType": ("NUMBER", "EXTENSION"),
    "phoneNumberType": ("PRIMARY", "ALTERNATE", "FAX", "DNIS", "Default"),
    "state": ("ACTIVE", "INACTIVE", "Default"),
    "ownerType": (
        "PEOPLE", "PLACE", "AUTO_ATTENDANT", "CALL_QUEUE", "PAGING_GROUP", "HUNT_GROUP", "VOICE_MESSAGING",
        "BROADWORKS_ANYWHERE", "CONTACT_CENTER_LINK", "ROUTE_LIST", "VOICEMAIL_GROUP", "VIRTUAL_LINE",
    ),
}  # fmt: skip


def _owner_type(row: Row) -> str | None:
    if isinstance(row, Person) or isinstance(row.owner, Person):
        return "PEOPLE"
    return row.owner.type if row.owner else None


def _owner_id(row: Row) -> str:
    if isinstance(row, Person):
        return row.id
    return row.owner.id if row.owner else ""


def _location_id(row: Row) -> str:
    place = row.location
    return place.id if place else ""


def _extension(row: Row) -> str | None:
    person = row if isinstance(row, Person) else row.owner
    return person.extension if isinstance(person, Person) else None


_FILTERS: dict[str, Callable[[Row, str], bool]] = {
    "locationId": lambda row, value: ids.same(_location_id(row), value),
    "available": lambda row, value: (_owner_type(row) is None) == (value.lower() == "true"),
    "ownerType": lambda row, value: _owner_type(row) == value,
    "ownerId": lambda row, value: ids.same(_owner_id(row), value),
    "state": lambda row, value: isinstance(row, Number) and value in (row.state, "Default"),
    "extension": lambda row, value: _extension(row) == value,
    "numberType": lambda row, value: isinstance(row, Number) == (value == "NUMBER"),
    "ownerName": lambda row, value: value.casefold() in _owner_name(row),
    "phoneNumberType": lambda row, value: isinstance(row, Number) and value in ("PRIMARY", "Default"),
    "includedTelephonyTypes": lambda row, value: isinstance(row, Number) and _telephony_type(row) in value.split(","),
    "restrictedNonGeoNumbers": lambda row, value: isinstance(row, Number) and value.lower() != "true",
    "tollFreeNumbers": lambda row, value: isinstance(row, Number) and row.toll_free == (value.lower() == "true"),
    "serviceNumber": lambda row, value: isinstance(row, Number) and row.service == (value.lower() == "true"),
    "reservedNumber": lambda row, value: isinstance(row, Number) and row.reserved == (value.lower() == "true"),
}


def _count(rows: list[Row]) -> dict[str, int]:
    numbers = [row for row in rows if isinstance(row, Number)]
    return {
        "assigned": sum(number.owner is not None for number in numbers),
        "unAssigned": sum(number.owner is None for number in numbers),
        "inActive": sum(number.state == "INACTIVE" for number in numbers),
        "extensionOnly": len(rows) - len(numbers),
        "tollFreeNumbers": sum(number.toll_free for number in numbers),
        "total": len(rows),
        "mobileNumber": sum(number.mobile for number in numbers),
        "serviceNumber": sum(number.service for number in numbers),
    }
