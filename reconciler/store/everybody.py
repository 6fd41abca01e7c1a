"""Everybody and everything that the store ever saw, by name: people who left and licenses that are sold no more included.

Asked once for each command, so closed rows are read through rather than indexed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from reconciler.model import canonical
from reconciler.model.catalog import License
from reconciler.store import bulk
from reconciler.store.database import find_org
from reconciler.store.packing import decode
from reconciler.store.tables import person, person_past, pool_reading

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Somebody(NamedTuple):
    """A person who is, or was, there. `since` (ms): of the row that was found."""

    present: bool
    since: int
    id: str
    email: str
    name: str


def label(name: str, site: str | None, subscription: str | None) -> str:
    """A license as people name it.

    >>> label("Webex Meetings Suite", "acme.webex.com", "Sub-1")
    'Webex Meetings Suite @ acme.webex.com (Sub-1)'
    """
    place = f" @ {site}" if site else ""
    return f"{name}{place} ({subscription})" if subscription else f"{name}{place}"


def role_label(site: str) -> str:
    """An attendee role as people name it."""
    return f"attendee role @ {site}"


def who(connection: Connection, org: int, user: str, ids_meant: Collection[str]) -> list[Somebody]:
    """Everybody whom `user` may mean, who is there now before who is gone, then the last seen first.

    By id or address of today; where nobody is that, by id or address of any time; where nobody was that, by display name.
    """
    wanted = canonical.email(user)
    for tables, by_name in (((person,), False), ((person, person_past), False), ((person, person_past), True)):
        found: dict[str, Somebody] = {}
        for table in tables:
            exactly = table.c.person_id.in_(sorted(ids_meant)) | (table.c.canonical == wanted)
            which = func.lower(table.c.name) == func.lower(user.strip()) if by_name else exactly
            if not by_name and len(tables) > 1:
                which |= table.c.other_emails != ""
            names = ("person_id", "email", "name", "other_emails", "since")
            rows = select(*[table.c[name] for name in names]).where(table.c.org == org, which)
            for identity, email, name, others, since in bulk.rows(connection, rows):
                addresses = {canonical.email(text) for text in (email, *others.split("\n"))}
                if by_name or identity in ids_meant or wanted in addresses:
                    this = Somebody(table is person, since, identity, email, name)
                    found[identity] = max(this, found.get(identity, this))
        if found:
            return sorted((_as_now(connection, org, one) for one in found.values()), reverse=True)
    return []


def _as_now(connection: Connection, org: int, one: Somebody) -> Somebody:
    """With the name and the address of today, whatever they were when the address was theirs."""
    now = select(person.c.email, person.c.name).where(person.c.org == org, person.c.person_id == one.id)
    found = connection.execute(now).first()
    return one._replace(present=True, email=found[0], name=found[1]) if found else one


def licenses(connection: Connection, org: int) -> Mapping[str, License]:
    """License id -> the license as last read, also of those that are no more."""
    rows = select(pool_reading.c.key, pool_reading.c.body).where(pool_reading.c.org == org).order_by(pool_reading.c.id)
    return {key: decode("pool_reading", body, License) for key, body in bulk.rows(connection, rows)}


def in_organization(connection: Connection, org_id: str, user: str, ids_meant: Collection[str]) -> list[Somebody]:
    """`who`, by the id of the organization in Webex."""
    found = find_org(connection, org_id)
    return [] if found is None else who(connection, found[0], user, ids_meant)


def licenses_of(connection: Connection, org_id: str) -> Mapping[str, License]:
    """`licenses`, by the id of the organization in Webex."""
    found = find_org(connection, org_id)
    return {} if found is None else licenses(connection, found[0])
