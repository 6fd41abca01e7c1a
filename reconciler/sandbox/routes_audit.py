"""`/adminAudit`: what administrators did, newest first, and the categories there are. (Webex Admin Audit Events API.)"""

from __future__ import annotations

from datetime import datetime, timedelta

from reconciler.model import ids
from reconciler.sandbox.audit import CATEGORIES, when
from reconciler.sandbox.call import Answer, Call, ok
from reconciler.sandbox.order import BadRequestError

PAGE, MOST = 100, 200
YEAR = timedelta(days=366)


def list_events(call: Call) -> Answer:
    """`GET /adminAudit/events` with `orgId`, `from` and `to`, at most a year apart; `actorId` and `eventCategories` narrow."""
    if not call.query.get("orgId"):
        raise BadRequestError("orgId is required.")
    since, until = _moment(call, "from"), _moment(call, "to")
    if until - since > YEAR:
        raise BadRequestError("from and to can be a year apart at most.")
    actor = ids.uuid_of(call.query["actorId"]) if call.query.get("actorId") else None
    kinds = {kind.strip().upper() for kind in call.query.get("eventCategories", "").split(",") if kind.strip()}
    found = [
        event
        for event in reversed(call.state.audit.events)
        if since < when(event["created"]) < until
        and actor in (None, event["actorId"])
        and (not kinds or event["data"]["eventCategory"].partition(".")[2] in kinds)
    ]
    size, start = call.number("max", PAGE, most=MOST), call.number("offset", 0, most=1_000_000, least=0)
    link = call.next_link(offset=start + size, max=size) if start + size < len(found) else {}
    return ok({"items": found[start : start + size]}, link)


def list_categories(call: Call) -> Answer:
    """`GET /adminAudit/eventCategories`."""
    return ok({"eventCategories": list(CATEGORIES)})


def _moment(call: Call, name: str) -> datetime:
    text = call.query.get(name)
    if not text:
        raise BadRequestError(f"{name} is required.")
    try:
        return when(text)
    except ValueError:
        raise BadRequestError(f"{name} must be a date and time such as 2026-11-21T12:00:00.000Z.") from None
