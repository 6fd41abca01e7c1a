"""Who had an address earlier: a person who was renamed in Webex keeps the id, and what the files said of the old address.

Answered from closed rows. Files name few addresses that nobody has, so these rows are read through rather than indexed.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from reconciler.model import canonical
from reconciler.store import bulk
from reconciler.store.tables import person_past

if TYPE_CHECKING:
    from sqlalchemy import Connection, FromClause


def owners(
    connection: Connection, people: FromClause, org: int, moment: int, wanted: Collection[str]
) -> dict[str, str]:
    """Canonical address -> id of the last person among `people` who had it, as the first address or beside it."""
    if not wanted:
        return {}
    addresses = (person_past.c.person_id, person_past.c.canonical, person_past.c.other_emails)
    present = select(people.c.person_id).where(people.c.org == org)
    rows = select(*addresses).where(
        person_past.c.org == org,
        person_past.c.until <= moment,
        or_(bulk.among(connection, person_past.c.canonical, set(wanted)), person_past.c.other_emails != ""),
        person_past.c.person_id.in_(present),
    )
    found: dict[str, str] = {}
    for identity, first, others in bulk.rows(connection, rows.order_by(person_past.c.until, person_past.c.id)):
        for address in {first, *map(canonical.email, others.split("\n"))} & set(wanted):
            found[address] = identity
    return found
