"""Since when a difference is one: the newest entry of the change log about the very thing."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from reconciler.book.catalog import Catalog
from reconciler.diff.since import dated
from reconciler.model.changelog import Entry
from reconciler.model.drift import DriftItem
from tests.support.live import ALL, NOW, RTT, SITE, SUITE, SUITE2

CATALOG = Catalog(ALL, {}, ())


def hour(number: int) -> datetime:
    """So many hours ago."""
    return NOW - timedelta(hours=number)


LOST = Entry(hour(1), "lost", "P", "ann@x", "Ann", "hand", RTT.id, RTT.name, after=hour(2))
GOT = Entry(hour(3), "got", "P", "ann@x", "Ann", "hand", RTT.id, RTT.name, after=hour(4))
MISSING = DriftItem("P", "ann@x", "missing", RTT.name, RTT.id, None, "removedByHand", ())
EXTRA = DriftItem("P", "ann@x", "extra", RTT.name, RTT.id, None, "addedByHand", ())


def when(item: DriftItem, *entries: Entry) -> tuple[datetime | None, datetime | None, bool]:
    """After, seen, and whether it was by hand; entries newest first."""
    found = dated([item], entries, CATALOG)
    return found.items[0].after, found.items[0].seen, bool(found.by_hand)


def test_by_hand_it_was_between_two_readings() -> None:
    """What is missing was lost, what is extra or kept was got; the newest such entry counts."""
    older = msgspec.structs.replace(LOST, at=hour(8), after=hour(9))
    assert when(MISSING, LOST, GOT, older) == (hour(2), hour(1), True)
    assert when(EXTRA, GOT, older) == (hour(4), hour(3), True)
    assert when(msgspec.structs.replace(EXTRA, direction="preserved"), GOT) == (hour(4), hour(3), True)


def test_what_a_run_of_ours_did_is_dated_by_it() -> None:
    """It is no deed of somebody else's, and its time is known."""
    ours = msgspec.structs.replace(LOST, by="run", run="run-1", outcome="done", after=None)
    assert when(MISSING, ours) == (hour(1), hour(1), False)
    unclear = msgspec.structs.replace(ours, outcome="unknown", seen=hour(0))
    assert when(MISSING, unclear) == (hour(1), hour(0), False)
    assert dated([MISSING], [unclear, ours, GOT], CATALOG).calls == {"P": (hour(1), hour(1))}


def test_what_did_not_happen_dates_nothing() -> None:
    """A refused call of ours changed nothing, so what was before it holds."""
    refused = msgspec.structs.replace(GOT, at=hour(0), by="run", run="run-1", outcome="refused", after=None)
    assert when(MISSING, refused, LOST) == (hour(2), hour(1), True)


def test_the_newest_entry_has_to_say_the_same() -> None:
    """Who got something after they lost it is not missing it since then: something else is the matter."""
    assert when(MISSING, msgspec.structs.replace(GOT, at=hour(0)), LOST) == (None, None, False)
    assert when(EXTRA, LOST, GOT) == (None, None, False)


def test_what_came_about_after_the_apply_is_new() -> None:
    """Also where the apply had just given it, so that it was missing when the apply began, too."""
    for applied, new in ((hour(2), True), (hour(1), False), (None, False)):
        assert dated([MISSING], [LOST], CATALOG, applied).items[0].since_apply is new
    known = msgspec.structs.replace(MISSING, since_apply=True)
    assert dated([known], [LOST], CATALOG, hour(0)).items[0].since_apply


def test_another_person_or_thing_says_nothing() -> None:
    """Entries are about one person and one thing."""
    assert when(MISSING, msgspec.structs.replace(LOST, person_id="Q")) == (None, None, False)
    assert when(MISSING, msgspec.structs.replace(LOST, holding=SUITE.id)) == (None, None, False)


def test_a_missing_product_was_lost_in_any_subscription() -> None:
    """The plan gives it from one subscription; what was taken may have been another one's unit."""
    item = msgspec.structs.replace(MISSING, license=SUITE.name, license_id=SUITE.id, site=SITE)
    assert when(item, msgspec.structs.replace(LOST, holding=SUITE2.id)) == (hour(2), hour(1), True)
    extra = msgspec.structs.replace(item, direction="extra")
    assert when(extra, msgspec.structs.replace(GOT, holding=SUITE2.id)) == (None, None, False)


def test_roles_are_told_by_their_site() -> None:
    """A role has no license id."""
    item = msgspec.structs.replace(MISSING, license="attendee", license_id=None, site=SITE)
    assert when(item, msgspec.structs.replace(LOST, holding=f"attendee:{SITE}")) == (hour(2), hour(1), True)
    assert when(item, msgspec.structs.replace(LOST, holding="attendee:other.webex.com")) == (None, None, False)


def test_newcomers_lack_it_since_they_came() -> None:
    """Nobody took anything from them, so it is not by hand; what they lost later is."""
    joined = Entry(hour(5), "joined", "P", "ann@x", "Ann", "hand", after=hour(6))
    assert when(MISSING, joined) == (hour(6), hour(5), False)
    assert when(MISSING, LOST, joined) == (hour(2), hour(1), True)
    assert when(EXTRA, joined) == (None, None, False)
