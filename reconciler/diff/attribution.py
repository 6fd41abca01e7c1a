"""Who probably did it: differences made by hand against Webex's admin audit events. Never a guess.

An event fits a difference when it names the person as its target, succeeded, is no call of ours, and lies after the reading
that showed the person otherwise and before the one that first showed the difference was over. Events do not say which license
was touched, so two events that fit prove nothing about either, and nobody is named then.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

import msgspec

from reconciler.model import canonical, ids
from reconciler.model.attribution import Attributed, Attribution, AuditEvent
from reconciler.model.drift import DriftItem

READING_LASTS = timedelta(hours=3)
"""A reading shows what was done while it went on, so that a deed may be later than the moment the reading began: at most so
long, and never later than the next reading."""


OURS_WITHIN = timedelta(minutes=5)
"""An event of our own account is a call of ours when the journal has one for that person so near in time; else somebody
clicked with that account. Webex's clock and ours may differ, and a call may last."""


class Span(NamedTuple):
    """From `since` (not included) to `until`."""

    since: datetime
    until: datetime


class Events:
    """The events that may explain something, by whom they are about."""

    def __init__(
        self,
        events: Iterable[AuditEvent],
        ours: Collection[str] = (),
        calls: Mapping[str, Collection[datetime]] | None = None,
    ) -> None:
        """`ours`: ids of the accounts we work with; `calls`: person id -> when we called for them."""
        self._about: dict[str, list[AuditEvent]] = {}
        self._ours = {ids.uuid_of(actor) for actor in ours}
        self._calls = calls or {}
        for event in sorted({event.id: event for event in events}.values(), key=lambda e: (e.at, e.id)):
            if not event.failed:
                for name in _names(event):
                    self._about.setdefault(name, []).append(event)

    def fitting(self, item: DriftItem, span: Span) -> Sequence[AuditEvent]:
        """The events about the item's person within the span, each once."""
        found: dict[str, AuditEvent] = {}
        for name in (ids.uuid_of(item.person_id), canonical.email(item.email)):
            events = self._about.get(name, [])
            for event in events[bisect_left(events, span.since, key=attrgetter("at")) :]:
                if event.at > span.until:
                    break
                if event.at > span.since and not self._is_ours(item, event):
                    found[event.id] = event
        return tuple(found.values())

    def _is_ours(self, item: DriftItem, event: AuditEvent) -> bool:
        if not event.actor_id or ids.uuid_of(event.actor_id) not in self._ours:
            return False
        return any(abs(event.at - call) <= OURS_WITHIN for call in self._calls.get(item.person_id, ()))


def _names(event: AuditEvent) -> set[str]:
    """What the event's target is known by: its id, and its name where that is an address."""
    names = {ids.uuid_of(event.target_id)} if event.target_id else set()
    return names | ({canonical.email(event.target_name)} if "@" in event.target_name else set())


def span_of(item: DriftItem, readings: Sequence[datetime], now: datetime) -> Span | None:
    """When the item came about, by the readings (oldest first) there are; None where the store does not know."""
    if item.after is None or item.seen is None or item.after >= item.seen:
        return None
    later = next((at for at in readings[bisect_left(readings, item.seen) :] if at > item.seen), now)
    return Span(item.after, min(max(later, item.seen), item.seen + READING_LASTS))


def pieces(spans: Iterable[Span]) -> tuple[Span, ...]:
    """What has to be read for these spans, newest first: they overlap, and each end of one divides the others.

    So a span is known as soon as its own pieces were read, whatever becomes of older ones.
    """
    wanted = sorted(set(spans))
    ends = sorted({end for span in wanted for end in span})
    found, covered = [], wanted[0].since if wanted else None
    rest = iter(wanted)
    following = next(rest, None)
    for piece in (Span(*pair) for pair in pairwise(ends)):
        while following is not None and following.since <= piece.since:
            covered = max(covered or following.until, following.until)
            following = next(rest, None)
        if covered is not None and piece.until <= covered:
            found.append(piece)
    return tuple(reversed(found))


def is_known(span: Span, read: Collection[Span]) -> bool:
    """Whether all pieces of a span are among those that were read, where they were read from the newest on."""
    return bool(read) and span.since >= min(piece.since for piece in read)


def attributed(
    items: Sequence[DriftItem], spans: Mapping[int, Span], by_hand: Collection[int], events: Events
) -> tuple[tuple[DriftItem, ...], Attributed]:
    """The items with who probably did it, and how many could be told.

    `by_hand`: the places of the items in question; `spans`: of those whose time is known and was read.
    """
    found = list(items)
    probably = several = nobody = unknown = 0
    for at in sorted(by_hand):
        if at not in spans:
            unknown += 1
            continue
        fitting = events.fitting(items[at], spans[at])
        if len(fitting) == 1:
            probably += 1
            found[at] = msgspec.structs.replace(items[at], by=_attribution(fitting[0]))
        elif fitting:
            several += 1
        else:
            nobody += 1
    return tuple(found), Attributed("read", probably, several, nobody, unknown)


def _attribution(event: AuditEvent) -> Attribution:
    actor = event.actor_name or event.actor_email or event.actor_id
    return Attribution(actor, event.actor_email, event.at, event.id, event.description, event.text)
