"""What is read beside a snapshot: kept once, told with its time, and no part of anybody's row."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from reconciler.errors import StoreError
from reconciler.model.activity import RoleHeld
from reconciler.store import Store
from reconciler.store.activity import Quiet, day_of, roles
from reconciler.store.tallies import Holding, by_location
from tests.unit.store.organization import CALLING, MEETINGS, MESSAGING, ORG, hour, someone, sync

DAY = date(2026, 6, 1)


def days(store: Store, **of: date) -> int:
    """Keep these days; returns the number of rows written."""
    return store.activity().keep_days(ORG, {f"id-{name}": day for name, day in of.items()}, hour(1))


def quiet(store: Store, since: date) -> list[tuple[str, date | None]]:
    """Who was not active since, of everybody."""
    live = store.live(ORG)
    found = live.ask(Quiet([situation.id for situation, _ in live.situations()], since))
    return [(idle.person.name, idle.last) for idle in found]


def test_only_days_that_changed_are_written(store: Store) -> None:
    """The note of when it was read is the one row that every reading writes."""
    sync(store, hour(0), [someone("ann"), someone("bob"), someone("cem")])
    assert days(store, ann=DAY, bob=DAY) == 3
    assert days(store, ann=DAY, bob=DAY) == 1
    assert days(store, ann=DAY, bob=DAY + timedelta(1)) == 2
    assert days(store, ann=DAY) == 2
    assert store.activity().read_at(ORG, "days") == hour(1)
    assert store.activity().read_at(ORG, "roles") is None
    assert store.activity().read_at("nobody's", "days") is None


def test_a_sync_after_it_finds_nobody_changed(store: Store) -> None:
    """Activity touches neither the row nor the fingerprint of a person, and a sync leaves it as it was."""
    people = [someone("ann", MESSAGING), someone("bob")]
    sync(store, hour(0), people)
    days(store, ann=DAY)
    counts = sync(store, hour(2), people)
    assert (counts.changed, counts.unchanged, counts.rows_written) == (0, 2, 0)
    assert ("Ann", DAY) in quiet(store, DAY + timedelta(1))


def test_who_was_quiet(store: Store) -> None:
    """Before the day counts and on it does not; without any activity the day somebody came decides, and none is no proof."""
    sync(
        store,
        hour(0),
        [
            someone("ann", created=hour(-9000)),
            someone("bob", created=hour(-9000)),
            someone("cem", created=hour(-9000)),
            someone("dan", created=hour(-1)),
            someone("eve"),
        ],
    )
    days(store, ann=DAY - timedelta(1), bob=DAY)
    assert quiet(store, DAY) == [("Ann", DAY - timedelta(1)), ("Cem", None)]


def test_roles_are_kept_whole_and_told_with_the_people(store: Store) -> None:
    """Whoever left has none; a role that was taken is gone."""
    sync(store, hour(0), [someone("ann"), someone("bob")])
    held = [RoleHeld("id-bob", "R1", "Reader"), RoleHeld("id-ann", "R1", "Reader"), RoleHeld("id-gone", "R0", "Full")]
    assert store.activity().keep_roles(ORG, held, hour(1)) == 4
    assert store.activity().keep_roles(ORG, held, hour(2)) == 1
    told = [(person.name, role.name) for person, role in store.live(ORG).ask(roles)]
    assert told == [("Ann", "Reader"), ("Bob", "Reader")]
    store.activity().keep_roles(ORG, held[:1], hour(3))
    assert [person.name for person, _ in store.live(ORG).ask(roles)] == ["Bob"]
    assert store.activity().read_at(ORG, "roles") == hour(3)


def test_organizations_do_not_mix(store: Store) -> None:
    """Two organizations in one store, with the same person ids."""
    for org in (ORG, "org-2"):
        sync(store, hour(0), [someone("ann", created=hour(-9000))], org=org)
    days(store, ann=DAY)
    other = store.live("org-2")
    everybody = [situation.id for situation, _ in other.situations()]
    assert [idle.last for idle in other.ask(Quiet(everybody, DAY))] == [None]
    assert store.activity().read_at("org-2", "days") is None


def test_people_are_counted_by_location_and_situation(store: Store) -> None:
    """As many as there are, whatever else differs between them."""
    sync(
        store,
        hour(0),
        [
            someone("ann", MESSAGING, location_id="L1"),
            someone("bob", MESSAGING, location_id="L1"),
            someone("cem", MESSAGING),
            someone("dan", location_id="L1"),
        ],
    )
    live = store.live(ORG)
    found = live.ask(by_location)
    held = {situation.id: situation.holdings for situation, _ in live.situations()}
    assert {(place, held[situation]): people for (place, situation), people in found.items()} == {
        ("", (MESSAGING,)): 1,
        ("L1", (MESSAGING,)): 2,
        ("L1", ()): 1,
    }


@pytest.mark.parametrize("most", [False, True])
@pytest.mark.parametrize("few", [0, 2_000])
def test_since_when_a_license_is_held(store: Store, most: bool, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of reading say the same: back to the first of an unbroken line of versions, and no further."""
    monkeypatch.setattr("reconciler.store.tallies._FEW", few)
    ann, bob, cem, dan = (someone(name, CALLING) for name in ("ann", "bob", "cem", "dan"))
    sync(store, hour(0), [ann, someone("bob"), cem, dan])
    sync(store, hour(1), [someone("ann", CALLING, work_phone="1"), bob, someone("cem"), dan])
    sync(store, hour(2), [someone("ann", CALLING, MEETINGS), someone("bob", CALLING, work_phone="1"), cem])
    sync(store, hour(3), [ann, bob, cem, dan])
    live = store.live(ORG)
    holding = [situation.id for situation, _ in live.situations() if CALLING in situation.holdings]
    found = live.ask(Holding(CALLING, holding, most=most))
    assert [(held.person.id, held.since, held.at_first_sight) for held in found] == [
        ("id-ann", hour(0), True),
        ("id-bob", hour(1), False),
        ("id-cem", hour(2), False),
        ("id-dan", hour(3), False),
    ]


def test_a_view_of_the_past_is_asked_about_the_past(store: Store) -> None:
    """Questions see the people of the view's moment."""
    sync(store, hour(0), [someone("ann", CALLING)])
    first = store.live(ORG)
    sync(store, hour(1), [someone("ann")])
    before = [situation.id for situation, _ in first.situations()]
    assert [(held.person.id, held.since) for held in first.ask(Holding(CALLING, before))] == [("id-ann", hour(0))]


@pytest.mark.parametrize("value", ["text", 1.5, 10**12])
def test_a_day_that_makes_no_sense_is_damage(value: object) -> None:
    """It is told as such, not guessed at."""
    with pytest.raises(StoreError, match="activity"):
        day_of(value)
