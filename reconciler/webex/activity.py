"""Last activity and administrator roles from the pages of `GET /people`: decoded only where somebody asked for them.

A page is decoded a second time for it, which costs less than keeping the usual way fast with two more fields in it. Webex
leaves the last activity out for people who do not share their status, so that a missing one proves nothing by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from reconciler.model.activity import ActivityReading


class _Person(msgspec.Struct, gc=False, rename="camel"):
    id: str
    last_activity: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    roles: tuple[str, ...] | None = None


class _Page(msgspec.Struct):
    items: list[_Person] = []


_DECODE = msgspec.json.Decoder(_Page).decode


def page(content: bytes) -> Sequence[ActivityReading]:
    """Who of a page of people was active or has a role; the others are left out. ValueError for a date that is none.

    >>> page(b'{"items": [{"id": "P", "lastActivity": "2026-11-20T23:30:00.000-01:00"}, {"id": "Q"}]}')[0].last
    datetime.date(2026, 11, 21)
    """
    return [
        ActivityReading(
            item.id,
            item.last_activity.astimezone(UTC).date() if item.last_activity else None,
            tuple(sorted(set(item.roles or ()))),
        )
        for item in _DECODE(content).items
        if item.last_activity or item.roles
    ]
