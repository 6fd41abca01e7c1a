"""Locations and phone numbers, paged by `start` (from 0) and `max`."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.model import ids
from reconciler.sandbox.call import Answer, Call, not_found, ok
from reconciler.sandbox.nouns import Number, Person
from reconciler.sandbox.order import BadRequestError
from reconciler.sandbox.wire import location_body, number_row

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
    start, size = call.number("start", 0, most=10**9, least=0), call.number("max", 1000, most=1000)
    link = call.next_link(start=start + size, max=size) if start + size < len(places) else {}
    page = places[start : start + size]
    items = [
        {"id": p.id, "name": p.name, "routingPrefix": p.prefix} if p.prefix else {"id": p.id, "name": p.name}
        for p in page
    ]
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
    start, size = call.number("start", 0, most=10**9, least=0), call.number("max", 2000, most=2000)
    link = call.next_link(start=start + size, max=size) if start + size < len(rows) else {}
    body: dict[str, object] = {"phoneNumbers": [number_row(row) for row in rows[start : start + size]]}
    if call.flag("details"):
        body["count"] = _count(rows)
    return ok(body, link)


def _conflicts(call: Call) -> None:
    given = call.query
    if "available" in given and "ownerType" in given:
        raise BadRequestError("available and ownerType cannot be combined.")
    if given.get("numberType") == "EXTENSION" and ("available" in given or "state" in given):
        raise BadRequestError("available and state do not go with numberType EXTENSION.")
    if "available" in given and "reservedNumber" in given:
        raise BadRequestError("available and reservedNumber cannot be combined.")


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
    "state": lambda row, value: isinstance(row, Number) and row.state == value,
    "extension": lambda row, value: _extension(row) == value,
    "numberType": lambda row, value: isinstance(row, Number) == (value == "NUMBER"),
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
