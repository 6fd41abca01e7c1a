"""What the core sees: situations with counts, people in order, addresses, and history as of any snapshot."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import Select, column, select
from sqlalchemy.dialects import postgresql

from reconciler.errors import StoreError
from reconciler.model.live import Group, GroupMembers, Scope
from reconciler.ports import LiveView
from reconciler.store import Store
from reconciler.store.bulk import _among
from reconciler.store.tables import person
from tests.unit.store.organization import (
    CALLING,
    MEETINGS,
    MESSAGING,
    ORG,
    POOLS,
    carry_out,
    hour,
    license_operation,
    names,
    situation_of,
    someone,
    sync,
)


def test_a_view_is_what_the_core_asks_for(store: Store) -> None:
    """It has every method of the port."""
    sync(store, hour(0), [])
    view: LiveView = store.live(ORG)
    assert view.snapshot().org_id == ORG


def test_people_with_the_same_share_a_situation(store: Store) -> None:
    """Situations are counted, ordered by id, and differ by what the files may make relevant only."""
    people = [someone(f"p{number}", MEETINGS, created=hour(-number), work_phone=str(number)) for number in range(7)]
    sync(store, hour(0), [*people, someone("boss", CALLING)], {"sales": ["p0", "p1"]})
    found = list(store.live(ORG).situations())
    assert sorted(count for _, count in found) == [1, 2, 5]
    assert [situation.id for situation, _ in found] == sorted(situation.id for situation, _ in found)


def test_situations_do_not_depend_on_the_store(store: Store, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same content has the same id in every store, whatever came before."""
    sync(store, hour(0), [someone("zoe", CALLING)])
    sync(store, hour(1), [someone("ann", MEETINGS)])
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('other') / 'store.db'}") as other:
        sync(other, hour(5), [someone("ann", MEETINGS)])
        assert list(other.live(ORG).situations()) == list(store.live(ORG).situations())


def test_people_come_in_order_of_address_then_id(store: Store) -> None:
    """Case does not matter; two people of one address come by id."""
    people = [someone(name, email=email) for name, email in [("3", "B@x"), ("1", "a@x"), ("4", "b@x"), ("2", "A@x")]]
    random.Random(1).shuffle(people)
    sync(store, hour(0), people)
    view = store.live(ORG)
    everybody = [situation.id for situation, _ in view.situations()]
    assert [item.id for item in view.people(everybody)] == ["id-1", "id-2", "id-3", "id-4"]


def test_people_of_some_of_many_situations(store: Store) -> None:
    """Few, many and all situations asked for give exactly their people, on every path."""
    sync(store, hour(0), [someone(f"p{number:04}", f"license-{number}") for number in range(3000)])
    view = store.live(ORG)
    assert list(view.people([])) == []
    held = {situation.id: situation.holdings[0] for situation, _ in view.situations()}
    for share in (1, 700, 2900, 3000):
        wanted = sorted(held)[:share]
        expected = sorted(f"p{int(held[key].rpartition('-')[2]):04}@acme.example" for key in wanted)
        assert [item.email for item in view.people(wanted)] == expected
        assert [item.email for item in store.live(ORG).people(wanted)] == expected
    assert list(view.people([1])) == []


def test_people_are_found_by_any_of_their_addresses(store: Store) -> None:
    """Trimmed and in any case; who has an address as the first one goes before who has it beside it."""
    sync(
        store,
        hour(0),
        [
            someone("ann", email="Ann@Acme.example", other_emails=("ANN.X@acme.example", "bob@acme.example")),
            someone("bob"),
            someone("cem", other_emails=("ann.x@acme.example",)),
        ],
    )
    found = store.live(ORG).find([" ANN@acme.example", "ann.x@ACME.example", "Bob@acme.example", "nobody@acme.example"])
    assert {address: item.id for address, item in found.items()} == {
        "ann@acme.example": "id-ann",
        "ann.x@acme.example": "id-ann",
        "bob@acme.example": "id-bob",
    }
    assert store.live(ORG).find([]) == {}


def test_groups_are_sorted_and_tell_what_was_read(store: Store) -> None:
    """All groups by name; members seen only of those whose members were listed."""
    groups = [Group("2", "Sales", 3), Group("1", "Sales"), Group("3", "All", 9)]
    with store.begin_sync(ORG, "Acme", Scope(groups=("2",)), hour(0)) as writer:
        writer.groups(groups)
        writer.members(GroupMembers(groups[0], ("id-ann",), nested=("3",), seen=3))
        writer.people([someone("ann")])
        writer.commit()
    view = store.live(ORG)
    assert view.groups() == (groups[2], groups[1], groups[0])
    assert view.members_seen() == {"2": (3, 1)}


def test_no_snapshot_means_run_sync(store: Store) -> None:
    """An organization that was never read, and a snapshot that is not there, say what to do."""
    with pytest.raises(StoreError) as caught:
        store.live(ORG)
    assert "sync" in caught.value.hint
    counts = sync(store, hour(0), [])
    for wrong in ("x", "20260601T080000Z-99", counts.snapshot.id.replace("2026", "2025"), "²"):
        with pytest.raises(StoreError, match="no snapshot"):
            store.live(ORG, wrong)
        with pytest.raises(StoreError, match="no snapshot"):
            store.structure(wrong)
    sync(store, hour(1), [], org="org-2")
    with pytest.raises(StoreError, match="another organization"):
        store.live("org-2", counts.snapshot.id)


def test_an_older_snapshot_shows_what_was_then(store: Store) -> None:
    """People, situations, pools and groups of each snapshot stay readable, even when the clock stands still."""
    stages = [
        ([someone("ann"), someone("bob", MEETINGS)], {"sales": ["ann"]}),
        ([someone("bob", CALLING), someone("cem")], {"sales": ["bob"], "support": ["cem"]}),
        ([someone("ann", MESSAGING), someone("cem")], {"support": ["cem", "ann"]}),
    ]
    kept, ids = [], []
    for number, (people, members) in enumerate(stages):
        pools = tuple(msgspec.structs.replace(pool, consumed=number) for pool in POOLS)
        ids.append(sync(store, hour(0), people, members, licenses=pools).snapshot.id)
        view = store.live(ORG)
        kept.append((names(view), list(view.situations()), view.licenses(), view.groups(), view.members_seen()))
    for identity, then in zip(ids, kept, strict=True):
        view = store.live(ORG, identity)
        assert (names(view), list(view.situations()), view.licenses(), view.groups(), view.members_seen()) == then
        structure = store.structure(identity)
        assert (structure.licenses, structure.groups) == (then[2], then[3])
    assert [snapshot.id for snapshot in store.snapshots(ORG)] == ids[::-1]


def test_a_view_does_not_change_under_its_reader(store: Store) -> None:
    """What is written after a view was made shows in the next one only."""
    sync(store, hour(0), [someone("ann"), someone("bob")])
    view = store.live(ORG)
    before = list(view.situations())
    reading = iter(view.people([situation.id for situation, _ in before]))
    assert next(reading).email == "ann@acme.example"
    sync(store, hour(1), [someone("cem", MEETINGS)])
    assert [item.email for item in reading] == ["bob@acme.example"]
    assert (list(view.situations()), names(view)) == (before, ["ann@acme.example", "bob@acme.example"])
    assert set(view.find(["cem@acme.example", "bob@acme.example"])) == {"bob@acme.example"}
    assert names(store.live(ORG)) == ["cem@acme.example"]


def test_newcomers_are_created_or_first_seen_later(store: Store) -> None:
    """The first snapshot makes nobody a newcomer; somebody who comes back is none either."""
    sync(store, hour(0), [someone("ann"), someone("bob"), someone("new", created=hour(5))])
    sync(store, hour(10), [someone("bob"), someone("cem")])
    sync(store, hour(20), [someone("ann"), someone("bob"), someone("cem"), someone("dan", created=hour(-99))])
    view = store.live(ORG)
    assert view.first_seen_after(hour(-1)) == {"id-cem", "id-dan"}
    assert view.first_seen_after(hour(10)) == {"id-dan"}
    assert view.first_seen_after(hour(20)) == frozenset()
    first = store.snapshots(ORG)[-1].id
    assert store.live(ORG, first).first_seen_after(hour(4)) == {"id-new"}


def test_who_joined_a_group_after_a_time(store: Store) -> None:
    """First seen as a member counts: not who was one before, nor who was there when the group was first read."""
    people = [someone("ann"), someone("bob"), someone("cem")]
    sync(store, hour(0), people, {"sales": ["ann", "cem"]})
    sync(store, hour(1), people, {"sales": ["ann", "bob"], "support": ["ann"]})
    sync(
        store,
        hour(2),
        [someone("ann", MEETINGS), *people[1:]],
        {"sales": ["ann", "bob", "cem"], "support": ["ann", "bob"]},
    )
    view = store.live(ORG)
    assert view.joined_after(["sales"], hour(0)) == {"id-bob"}
    assert view.joined_after(["sales"], hour(-1)) == {"id-bob"}
    assert view.joined_after(["sales"], hour(1)) == frozenset()
    assert view.joined_after(["support"], hour(0)) == {"id-bob"}
    assert view.joined_after(["sales", "support"], hour(1)) == {"id-bob"}
    assert view.joined_after(["unknown"], hour(0)) == frozenset()
    assert store.live(ORG, store.snapshots(ORG)[1].id).joined_after(["support"], hour(0)) == frozenset()


def test_who_moved_after_a_time(store: Store) -> None:
    """Only groups read then and now can tell: a group that comes into scope moves nobody."""
    people = [someone("ann"), someone("bob"), someone("cem")]
    sync(store, hour(0), people, {"sales": ["ann", "bob"]})
    sync(store, hour(1), [someone("ann", MEETINGS), *people[1:]], {"sales": ["ann", "cem"], "support": ["ann"]})
    view = store.live(ORG)
    assert view.moved_after(hour(0)) == {"id-bob", "id-cem"}
    assert view.moved_after(hour(1)) == frozenset()
    assert view.moved_after(hour(-1)) == frozenset()
    sync(store, hour(2), people, {"sales": ["ann", "bob"], "support": ["ann"]})
    assert store.live(ORG).moved_after(hour(0)) == frozenset()
    assert store.live(ORG).moved_after(hour(1)) == {"id-bob", "id-cem"}
    assert view.moved_after(hour(0)) == {"id-bob", "id-cem"}


def test_who_came_with_a_paid_license(store: Store) -> None:
    """Only what was held at first sight counts, and only licenses that have a subscription."""
    sync(store, hour(0), [someone("ann", MEETINGS), someone("bob", MESSAGING), someone("cem")])
    sync(store, hour(1), [someone("ann"), someone("bob", CALLING), someone("dan", CALLING)])
    assert store.live(ORG).paid_at_first_sight() == {"id-ann", "id-dan"}


def test_the_newest_view_is_current_after_an_apply(store: Store) -> None:
    """What a run did shows at once, and the snapshot before keeps what was read."""
    old = sync(store, hour(0), [someone("ann")]).snapshot.id
    sync(store, hour(0), [someone("ann")])
    carry_out(store, hour(0), "ann", (license_operation("add", MEETINGS, "sales"), "done"))
    assert situation_of(store.live(ORG), "ann").holdings == (MEETINGS,)
    assert situation_of(store.live(ORG, old), "ann").holdings == ()


def test_times_come_back_in_utc(store: Store) -> None:
    """A time from another zone is the same moment."""
    zone = msgspec.convert("2026-06-01T12:00:00+02:00", type(hour(0)))
    snapshot = sync(store, zone, [someone("ann", created=zone)]).snapshot
    assert (snapshot.taken_at, snapshot.taken_at.utcoffset()) == (zone, timedelta(0))


def test_long_lists_fit_postgresql_too() -> None:
    """There they are one array parameter; the driver is not needed to say so."""
    statement: Select[Any] = select(column("x")).where(_among("postgresql", person.c.situation, {3, 1}))
    compiled = statement.compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]
    assert "= ANY (" in str(compiled)
    assert list(compiled.params.values()) == [[1, 3]]


def test_who_had_an_address_earlier(store: Store) -> None:
    """A renamed person is found by what they were called, first or beside it, as long as they are there."""
    sync(store, hour(0), [someone("ann", other_emails=("a@acme.example",)), someone("bob")])
    asked = ["ANN@acme.example ", "a@acme.example", "bob@acme.example", "nobody@acme.example"]
    assert store.live(ORG).find_former(asked) == {}
    renamed = someone("ann", email="Anna@acme.example")
    sync(store, hour(1), [renamed, someone("bob")])
    view = store.live(ORG)
    found = view.find_former(asked)
    assert {address: item.id for address, item in found.items()} == {
        "a@acme.example": "id-ann",
        "ann@acme.example": "id-ann",
    }
    assert found["ann@acme.example"].email == "Anna@acme.example"
    assert view.find_former([]) == {}
    sync(store, hour(2), [someone("bob")])
    assert store.live(ORG).find_former(asked) == {}
    assert set(view.find_former(asked)) == {"a@acme.example", "ann@acme.example"}
    sync(store, hour(3), [renamed, someone("bob")])
    assert set(store.live(ORG).find_former(asked)) == {"a@acme.example", "ann@acme.example"}
    sync(store, hour(4), [someone("ann"), someone("bob")])
    assert list(store.live(ORG).find_former(["ann@acme.example", "anna@acme.example"])) == ["anna@acme.example"]


def test_the_last_who_had_an_address_is_meant(store: Store) -> None:
    """An address that went from one to another and is nobody's now was last the other's; other organizations do not count."""
    sync(store, hour(0), [someone("ann", email="desk@acme.example"), someone("bob")])
    sync(store, hour(1), [someone("ann"), someone("bob", email="desk@acme.example")])
    sync(store, hour(2), [someone("ann"), someone("bob")])
    assert store.live(ORG).find_former(["desk@acme.example"])["desk@acme.example"].id == "id-bob"
    sync(store, hour(2), [someone("ann")], org="org-2")
    assert store.live("org-2").find_former(["desk@acme.example"]) == {}


def test_who_moved_since_first_seen(store: Store) -> None:
    """Joining or leaving a group is a move for good; a group that begins or ceases to be read moves nobody."""
    people = [someone(name) for name in ("ann", "bob", "cem", "dan")]
    ids = {person.id for person in people}
    sync(store, hour(0), people, {"sales": ["ann", "dan"]})
    sync(store, hour(1), people, {"sales": ["ann", "dan"], "support": ["bob"]})
    carry_out(store, hour(1.5), "ann", (license_operation("add", MEETINGS, "sales"), "done"))
    first = store.live(ORG)
    assert first.moved_since_first_seen(ids) == frozenset()
    sync(store, hour(2), [someone("ann", MEETINGS), *people[1:]], {"sales": ["dan"], "support": ["bob", "cem"]})
    assert store.live(ORG).moved_since_first_seen(ids) == {"id-ann", "id-cem"}
    sync(store, hour(3), [someone("ann", MEETINGS), *people[1:]], {"sales": ["ann", "dan"]})
    sync(store, hour(4), [someone("ann", MEETINGS), *people[1:]], {"sales": ["ann", "dan"], "support": ["dan"]})
    view = store.live(ORG)
    assert view.moved_since_first_seen(ids) == {"id-ann", "id-cem"}
    assert view.moved_since_first_seen(["id-bob", "id-cem"]) == {"id-cem"}
    assert view.moved_since_first_seen([]) == frozenset()
    assert first.moved_since_first_seen(ids) == frozenset()
