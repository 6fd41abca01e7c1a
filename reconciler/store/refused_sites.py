"""Sites for which Webex refused the attendee role (error 400216), so that nobody is sent there again in vain (RULES 3.4).

The code does not say whether the site or the person is the reason. One person alone proves nothing about the site: for them the
role rests by itself (`setbacks`). As long as somebody became attendee of the site in the same run or later, it was the people.
What Webex refused more than 30 days ago counts no more: the feature can be switched on.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select

from reconciler.model.plan import Operation
from reconciler.model.result import Outcome
from reconciler.store import bulk
from reconciler.store.packing import decode, time_of, to_ms
from reconciler.store.tables import journal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Connection

FORGOTTEN_AFTER = timedelta(days=30)
_REFUSED = "code 400216:"
_PEOPLE = 2
"""So many different people have to be refused before it counts as the site's doing."""


class _Role(msgspec.Struct, rename="camel"):
    operation: Operation
    site_url: str = ""


class _Ended(msgspec.Struct):
    operation: _Role
    outcome: Outcome
    detail: str = ""


class _Outcome(msgspec.Struct):
    operations: tuple[_Ended, ...]


def refused_sites(connection: Connection, org: int, now: datetime) -> dict[str, datetime]:
    """Site -> when Webex last refused the role, where it refused at least two people, and nobody became attendee since the run
    of the last refusal.
    """
    recent = (journal.c.org == org) & (journal.c.intended > to_ms(now - FORGOTTEN_AFTER))
    recent &= journal.c.intended <= to_ms(now)
    last: dict[str, tuple[int, int]] = {}
    people: dict[str, set[str]] = {}
    for person, run, at, roles in _given(connection, recent & journal.c.outcome.contains(_REFUSED)):
        named = [item for item in roles if item.operation.site_url in item.detail] or roles
        for item in named:
            if item.outcome == "refused":
                last[item.operation.site_url] = run, at
                people.setdefault(item.operation.site_url, set()).add(person)
    last = {site: when for site, when in last.items() if len(people[site]) >= _PEOPLE}
    if last:
        other = recent & journal.c.outcome.contains('"siteUrl"') & ~journal.c.outcome.contains(_REFUSED)
        for _, run, _, roles in _given(connection, other):
            for item in roles:
                site = item.operation.site_url
                if item.outcome == "done" and site in last and run >= last[site][0]:
                    del last[site]
    return {site: time_of("journal", at) for site, (_, at) in sorted(last.items())}


def _given(connection: Connection, which: ColumnElement[bool]) -> Iterator[tuple[str, int, int, list[_Ended]]]:
    """(person id, run, ms, how each attendee role that was to be given ended) of calls, in their order."""
    columns = select(journal.c.person_id, journal.c.run, journal.c.intended, journal.c.outcome).where(which)
    for person, run, at, outcome in bulk.rows(connection, columns.order_by(journal.c.run, journal.c.seq)):
        ended = decode("journal", outcome, _Outcome).operations
        yield person, run, at, [item for item in ended if item.operation.site_url and item.operation.operation == "add"]
