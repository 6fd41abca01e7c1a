"""Who probably did it: exactly one event about the person between the readings, or nobody."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from reconciler.diff.attribution import READING_LASTS, Events, Span, attributed, is_known, pieces, span_of
from reconciler.model import ids
from reconciler.model.attribution import Attributed, AuditEvent
from reconciler.model.drift import DriftItem
from tests.support.live import NOW

UUID, OURS = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"
ANN = ids.encode("PEOPLE", UUID)


def hour(number: float) -> datetime:
    """So many hours ago."""
    return NOW - timedelta(hours=number)


ITEM = DriftItem(ANN, "Ann@acme.example", "missing", "X", "L", None, "removedByHand", (), after=hour(10), seen=hour(8))
EVENT = AuditEvent("E1", hour(9), "J", "Joe", "joe@x", "USERS", "changed", "Joe changed Ann", UUID, "Ann", "PERSON")
SPAN = Span(hour(10), hour(8))


def changed(**fields: object) -> AuditEvent:
    """The event, in one respect another one."""
    return msgspec.structs.replace(EVENT, **({"id": "E2"} | fields))


def outcome(*events: AuditEvent) -> tuple[str | None, Attributed]:
    """The actor's name, if one is named, and the counts."""
    items, found = attributed(
        [ITEM], {0: SPAN}, (0,), Events(events, (ids.encode("PEOPLE", OURS),), {ANN: (hour(9.05),)})
    )
    by = items[0].by
    return (None if by is None else by.actor), found


def test_exactly_one_event_is_probably_it() -> None:
    """Its actor, time and words are told."""
    items, found = attributed([ITEM], {0: SPAN}, (0,), Events((EVENT,)))
    assert found == Attributed("read", probably=1)
    by = items[0].by
    assert by is not None
    assert (by.actor, by.actor_email, by.at, by.event, by.description, by.text) == (
        "Joe", "joe@x", hour(9), "E1", "changed", "Joe changed Ann",
    )  # fmt: skip
    assert msgspec.structs.replace(items[0], by=None) == ITEM


def test_two_events_name_nobody() -> None:
    """Either may be it, so neither is named, even if one administrator did both; the same event twice is one."""
    assert outcome(EVENT, changed(at=hour(8.5))) == (None, Attributed("read", several=1))
    assert outcome(EVENT, EVENT) == ("Joe", Attributed("read", probably=1))


def test_no_event_names_nobody() -> None:
    """Directory connectors and other programs make none."""
    assert outcome() == (None, Attributed("read", nobody=1))


def test_what_does_not_fit() -> None:
    """Other people, other times, what failed and what we did ourselves."""
    for other in (
        changed(target_id="cccccccc-0000-4000-8000-000000000003"),
        changed(at=hour(10)),
        changed(at=hour(7.9)),
        changed(failed=True),
        changed(actor_id=OURS),
        changed(actor_id=ids.encode("PEOPLE", OURS)),
        changed(target_id="", target_name="Ann"),
    ):
        assert outcome(other) == (None, Attributed("read", nobody=1)), other
        assert outcome(other, EVENT) == ("Joe", Attributed("read", probably=1)), other


def test_our_own_account_can_click_too() -> None:
    """An event of the account we work with is ours only next to a call of ours for that very person."""
    click = changed(actor_id=OURS, at=hour(8.5))
    assert outcome(click)[0] == "Joe"
    assert outcome(click, changed(id="E3", actor_id=OURS))[0] == "Joe", "the call itself does not count"


def test_the_target_in_any_spelling() -> None:
    """A Webex id, a bare UUID in capitals, or an address as name; an event that has two of them is one event."""
    assert outcome(changed(target_id=ANN))[0] == "Joe"
    assert outcome(changed(target_id=UUID.upper()))[0] == "Joe"
    assert outcome(changed(target_id="", target_name="ANN@acme.example"))[0] == "Joe"
    assert outcome(changed(target_name="ann@acme.example"))[0] == "Joe"


def test_an_actor_without_a_name_is_named_by_what_there_is() -> None:
    """Service accounts may have an address or an id only."""
    assert outcome(changed(actor_name=""))[0] == "joe@x"
    assert outcome(changed(actor_name="", actor_email=""))[0] == "J"


def test_what_was_not_read_is_counted_as_such() -> None:
    """Without a span nothing is looked for, whatever events there are; what is not by hand is left alone."""
    items, found = attributed([ITEM, ITEM], {}, (0,), Events((EVENT,)))
    assert found == Attributed("read", unknown_time=1)
    assert items == (ITEM, ITEM)


def test_a_span_ends_when_the_reading_surely_had() -> None:
    """What was done while a reading went on shows in it: until the next reading, now, or three hours later."""
    later = [hour(20), hour(10), hour(8), hour(7.5), hour(1)]
    assert span_of(ITEM, later, NOW) == Span(hour(10), hour(7.5))
    assert span_of(ITEM, [hour(10), hour(8)], NOW) == Span(hour(10), hour(8) + READING_LASTS)
    assert span_of(ITEM, [hour(10), hour(8)], hour(7)) == Span(hour(10), hour(7))


def test_no_span_without_two_readings() -> None:
    """What was so at first sight, and what a run of ours did, happened at no time that an event could explain."""
    assert span_of(msgspec.structs.replace(ITEM, after=None), [], NOW) is None
    assert span_of(msgspec.structs.replace(ITEM, seen=None), [], NOW) is None
    assert span_of(msgspec.structs.replace(ITEM, after=hour(8)), [], NOW) is None


def test_times_are_read_once_and_in_pieces() -> None:
    """Each end of a span divides the others; what lies in none is not read; the newest comes first."""
    spans = [Span(hour(10), hour(8)), Span(hour(9), hour(7)), Span(hour(7), hour(6)), Span(hour(3), hour(2))]
    wanted = [(3, 2), (7, 6), (8, 7), (9, 8), (10, 9)]
    assert pieces(reversed(spans)) == tuple(Span(hour(since), hour(until)) for since, until in wanted)
    inside = [Span(hour(10), hour(1)), Span(hour(9), hour(8))]
    assert pieces(inside) == tuple(Span(hour(a), hour(b)) for a, b in ((8, 1), (9, 8), (10, 9)))
    assert pieces([]) == ()


def test_a_span_is_known_when_its_pieces_are() -> None:
    """Reading ends somewhere; what begins before that is not known."""
    read = [Span(hour(8), hour(7)), Span(hour(7), hour(6))]
    assert is_known(Span(hour(8), hour(6)), read)
    assert is_known(Span(hour(7), hour(6)), read)
    assert not is_known(Span(hour(9), hour(7)), read)
    assert not is_known(Span(hour(9), hour(7)), [])
