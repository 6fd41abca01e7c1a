"""Ask Webex's admin audit events who did by hand what a drift report found. Reads only, and only where somebody asks.

It is a scope of its own (audit:events_read) and a list of its own, so that not being allowed to read it is told in the report
and ends nothing. Only the times between the readings in question are read, newest first, up to a limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.errors import WebexAuthError, WebexForbiddenError, WebexNotFoundError
from reconciler.model.attribution import Attributed, AuditEvent, Sight
from reconciler.model.desired import Desired
from reconciler.model.drift import DriftItem
from reconciler.operations import loop
from reconciler.operations.context import Context
from reconciler.operations.organization import resolve_organization

if TYPE_CHECKING:
    from reconciler.diff.attribution import Span
    from reconciler.diff.since import Dated
    from reconciler.webex import Reader

REACHES_BACK = timedelta(days=365)
"""Webex returns a year of events at most (its documentation of the call); what is older is not asked for."""
MOST_EVENTS = 50_000
"""So many events are read at most: 250 calls. What is older stays without a name."""
_A_MOMENT = timedelta(milliseconds=1)
"""Webex leaves out what happened at the very ends of the time asked for."""
_NOT_ALLOWED = (
    "Webex did not let this token read the admin audit events, so nobody is named. They need the scope audit:events_read "
    "and a full administrator who has signed in to Control Hub at least once."
)
_NOT_FOUND = "This Webex has no admin audit events for the organization, so nobody is named."


class _Read(NamedTuple):
    """What came of reading: the events, whose token it is, and the spans that were read whole."""

    events: tuple[AuditEvent, ...]
    ours: str
    spans: tuple[Span, ...]
    sight: Sight = "read"
    note: str = ""


def attribute(
    desired: Desired, context: Context, dated: Dated, taken_at: datetime
) -> tuple[tuple[DriftItem, ...], Attributed]:
    """The items with who probably did each, and how far that came. WebexError where Webex is out of reach."""
    from reconciler.diff.attribution import Events, attributed, is_known, pieces, span_of

    now = max(context.clock(), taken_at)
    if not dated.by_hand:
        return dated.items, Attributed("nothingToAsk")
    readings = _readings(desired, context)
    known = {at: span for at in dated.by_hand if (span := span_of(dated.items[at], readings, now)) is not None}
    wanted = {at: span for at, span in known.items() if span.since >= now - REACHES_BACK}
    read = loop.run(_read(desired, context, pieces(wanted.values())))
    if read.sight in ("notAllowed", "notFound"):
        return dated.items, Attributed(read.sight, note=read.note)
    covered = {at: span for at, span in wanted.items() if is_known(span, read.spans)}
    items, found = attributed(dated.items, covered, dated.by_hand, Events(read.events, (read.ours,), dated.calls))
    return items, msgspec.structs.replace(
        found,
        sight="read" if len(covered) == len(known) else "partly",
        events=len(read.events),
        since=min((span.since for span in covered.values()), default=None),
        until=max((span.until for span in covered.values()), default=None),
        note=_note(len(known) - len(covered)),
    )


def _note(left_out: int) -> str:
    if not left_out:
        return ""
    return (
        f"{left_out:,} of the differences by hand are older than the events that were read "
        f"(a year, and {MOST_EVENTS:,} events at most)."
    )


def _readings(desired: Desired, context: Context) -> Sequence[datetime]:
    from reconciler.operations.organization import stored_organization

    org_id, _ = stored_organization(desired, context.store())
    return sorted(snapshot.taken_at for snapshot in context.store().snapshots(org_id))


async def _read(desired: Desired, context: Context, spans: tuple[Span, ...]) -> _Read:
    """The events of these spans, newest first; a span that could not be read whole is left out."""
    context.progress.start("Reading admin audit events", len(spans))
    try:
        async with context.connect() as connection:
            org_id, _ = await resolve_organization(desired, connection.reader)
            connection.reader.use_organization(org_id)
            ours = (await connection.reader.me()).id
            events: list[AuditEvent] = []
            whole: list[Span] = []
            for span in spans:
                found = await _of_span(connection.reader, span, MOST_EVENTS - len(events))
                if found is None:
                    break
                events += found
                whole.append(span)
                context.progress.advance()
            return _Read(tuple(events), ours, tuple(whole))
    except (WebexForbiddenError, WebexAuthError):
        return _Read((), "", (), "notAllowed", _NOT_ALLOWED)
    except WebexNotFoundError:
        return _Read((), "", (), "notFound", _NOT_FOUND)
    finally:
        context.progress.finish()


async def _of_span(reader: Reader, span: Span, most: int) -> list[AuditEvent] | None:
    """The events of a span, or None when there are more than `most`."""
    found: list[AuditEvent] = []
    async for page in reader.audit_events(span.since - _A_MOMENT, span.until + _A_MOMENT):
        found += page
        if len(found) > most:
            return None
    return found
