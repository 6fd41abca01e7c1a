"""Readings that are few and kept as versions: pools, groups, locations, numbers, holders. Only changes are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, func, or_, select, update

from reconciler.model.catalog import License
from reconciler.model.live import Holder, Location, PhoneNumber
from reconciler.store import bulk
from reconciler.store.packing import encode

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Table


class Reading(NamedTuple):
    """One row: its place in Webex's own order (0 where that means nothing) and the value as JSON."""

    position: int
    body: str


def at(table: Table, org: int, moment: int) -> ColumnElement[bool]:
    """The versions that held at `moment`."""
    return and_(table.c.org == org, table.c.since <= moment, or_(table.c.until.is_(None), table.c.until > moment))


def present(connection: Connection, table: Table, org: int, prefix: str = "") -> dict[str, Reading]:
    """What is known now, by key; with `prefix`, only keys that begin so."""
    statement = select(table.c.key, table.c.position, table.c.body).where(table.c.org == org, table.c.until.is_(None))
    if prefix:
        statement = statement.where(table.c.key.startswith(prefix, autoescape=True))
    return {key: Reading(position, body) for key, position, body in bulk.rows(connection, statement)}


def latest(connection: Connection, table: Table, org: int) -> dict[str, str]:
    """The last version ever of each key, ended ones too, as JSON."""
    newest = select(func.max(table.c.id)).where(table.c.org == org).group_by(table.c.key)
    return dict(bulk.rows(connection, select(table.c.key, table.c.body).where(table.c.id.in_(newest))))


def replace(
    connection: Connection, table: Table, org: int, moment: int, readings: Mapping[str, Reading], *, prefix: str = ""
) -> int:
    """Make `readings` what is known now (of keys with `prefix`); returns the number of rows written."""
    known = present(connection, table, org, prefix)
    changed = {key: reading for key, reading in readings.items() if known.get(key) != reading}
    ended = [key for key in known if key in changed or key not in readings]
    if ended:
        now = (table.c.org == org) & table.c.until.is_(None)
        connection.execute(update(table).where(now & bulk.among(connection, table.c.key, ended)).values(until=moment))
    if changed:
        values = [(org, key, *changed[key], moment) for key in sorted(changed)]
        bulk.insert(connection, table, ("org", "key", "position", "body", "since"), values)
    return len(changed) + sum(1 for key in ended if key not in changed)


def of_licenses(licenses: Iterable[License]) -> dict[str, Reading]:
    """Pools by id, in Webex's order."""
    return {item.id: Reading(place, encode(item)) for place, item in enumerate(licenses)}


def of_locations(locations: Iterable[Location]) -> dict[str, Reading]:
    """Locations by id."""
    return {item.id: Reading(0, encode(item)) for item in locations}


def _again(name: str, row: int) -> str:
    return f"{name} #{row}"


def number_keys(numbers: Iterable[str]) -> set[str]:
    """The keys of these numbers and of a second row of each: who asks for a number must learn that it is listed twice."""
    return {key for number in numbers for key in (number, _again(number, 2))}


def of_numbers(numbers: Iterable[PhoneNumber]) -> dict[str, Reading]:
    """Phone numbers by number, or by location and extension; rows that are alike count up, so none is lost."""
    found: dict[str, Reading] = {}
    for item in numbers:
        key = name = item.number or f"{item.location_id} {item.extension}"
        again = 1
        while key in found:
            again += 1
            key = _again(name, again)
        found[key] = Reading(0, encode(item))
    return found


def holder_prefix(license_id: str) -> str:
    """What the keys of one license's holders begin with."""
    return f"{license_id} "


def of_holders(license_id: str, holders: Iterable[Holder]) -> dict[str, Reading]:
    """Holders of one license by license and id."""
    return {holder_prefix(license_id) + item.id: Reading(0, encode(item)) for item in holders}
