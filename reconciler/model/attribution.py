"""Attribution: who did by hand what a drift report found, as far as Webex's own admin audit events tell.

An audit event names an actor, a time and a target, and not which license was touched. So a difference is put down to an
event only where exactly one fits the person and the time between two readings; even then it says "probably". Source of the
event's shape: Webex Admin Audit Events API.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec


class AuditEvent(msgspec.Struct, frozen=True):
    """One admin audit event. Texts are Webex's own and empty where it left them out.

    `target_id` and `actor_id` are ids as Webex spells them, which may be bare UUIDs. `failed`: the deed did not succeed.
    """

    id: str
    at: datetime
    actor_id: str = ""
    actor_name: str = ""
    actor_email: str = ""
    category: str = ""
    description: str = ""
    text: str = ""
    target_id: str = ""
    target_name: str = ""
    target_type: str = ""
    failed: bool = False


class Attribution(msgspec.Struct, frozen=True, rename="camel"):
    """Who probably did it: the one event about this person between two readings. `event` is its id in Webex."""

    actor: str
    actor_email: str
    at: datetime
    event: str
    description: str
    text: str


Sight = Literal["notAsked", "nothingToAsk", "read", "partly", "notAllowed", "notFound"]
"""notAsked: nobody wanted to know. nothingToAsk: nothing was done by hand. partly: events older than Webex returns in one
request (a year) were not read. notAllowed: the token lacks the scope audit:events_read. notFound: this Webex has no such
list."""


class Attributed(msgspec.Struct, frozen=True, rename="camel"):
    """How far attribution came. Counts are of differences by hand.

    `probably`: exactly one event fits. `several`: more than one fits, so nobody is named. `nobody`: no event fits, as for
    a directory connector. `unknown_time`: the store does not know when it happened. `events` were read for `since` to `until`.
    """

    sight: Sight
    probably: int = 0
    several: int = 0
    nobody: int = 0
    unknown_time: int = 0
    events: int = 0
    since: datetime | None = None
    until: datetime | None = None
    note: str = ""
