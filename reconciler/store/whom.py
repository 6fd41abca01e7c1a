"""Whom somebody means who types no address that anybody has: a display name, a slip of the pen, a person who left.

Asked only for one person at a time and only when the address is unknown, so names and closed rows have no index.
"""

from __future__ import annotations

import difflib
import re
import string
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from reconciler.model import canonical
from reconciler.model.history import Departed
from reconciler.model.live import Person
from reconciler.store import bulk
from reconciler.store.packing import time_of
from reconciler.store.rows import columns, person_of
from reconciler.store.tables import person_past

if TYPE_CHECKING:
    from sqlalchemy import Connection, FromClause

_CANDIDATES = 5_000
_SHOWN = 3
_ALIKE = 0.7
_PIECE = 3
_CAPITALS = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def named(connection: Connection, people: FromClause, org: int, name: str) -> tuple[Person, ...]:
    """Everybody whose display name this is; upper and lower case of a-z do not matter."""
    wanted = canonical.name(name)
    rows = select(*columns(people)).where(people.c.org == org, func.lower(people.c.name) == _lower(wanted))
    return tuple(person_of(row) for row in bulk.rows(connection, rows.order_by(people.c.canonical, people.c.person_id)))


def _lower(text: str) -> str:
    """As both databases do it: A to Z, nothing else."""
    return text.translate(_CAPITALS)


def near(connection: Connection, people: FromClause, org: int, address: str) -> tuple[str, ...]:
    """Up to three addresses that look like this one.

    Compared are only those that begin alike or share a part of the name: comparing a million takes minutes.
    """
    wanted = canonical.email(address)
    local = wanted.partition("@")[0]
    pieces = sorted({piece for piece in re.split(r"\W+", local) if len(piece) >= _PIECE})
    alike = [people.c.canonical.startswith(local[:2], autoescape=True)] if local else []
    alike += [people.c.canonical.contains(piece, autoescape=True) for piece in pieces]
    if not alike:
        return ()
    rows = select(people.c.canonical, people.c.email).where(people.c.org == org, or_(*alike))
    found = dict(bulk.rows(connection, rows.order_by(people.c.canonical).limit(_CANDIDATES)))
    return tuple(found[text] for text in difflib.get_close_matches(wanted, sorted(found), _SHOWN, _ALIKE))


def departed(connection: Connection, people: FromClause, org: int, moment: int, address: str) -> Departed | None:
    """The last person who had this address and is not among `people`, with the first reading without them."""
    wanted = canonical.email(address)
    rows = (
        select(person_past.c.person_id, person_past.c.name, person_past.c.email, person_past.c.other_emails)
        .where(
            person_past.c.org == org,
            person_past.c.until <= moment,
            or_(person_past.c.canonical == wanted, person_past.c.other_emails != ""),
            person_past.c.person_id.not_in(select(people.c.person_id).where(people.c.org == org)),
        )
        .order_by(person_past.c.until.desc(), person_past.c.id.desc())
    )
    for identity, name, email, others in bulk.rows(connection, rows):
        if wanted in {canonical.email(text) for text in (email, *others.split("\n"))}:
            last = select(func.max(person_past.c.until)).where(
                person_past.c.org == org, person_past.c.until <= moment, person_past.c.person_id == identity
            )
            return Departed(name, email, time_of("person_past", connection.execute(last).scalar()))
    return None
