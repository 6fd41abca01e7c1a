"""Writing snapshots: what is counted, what is written, what survives."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from reconciler.errors import StoreError
from reconciler.model import ids
from reconciler.model.catalog import License
from reconciler.model.live import Group, GroupMembers, Holder, Location, Origin, PhoneNumber, Scope
from reconciler.store import Store
from tests.unit.store.organization import (
    CALLING,
    MEETINGS,
    MESSAGING,
    ORG,
    POOLS,
    SITE,
    carry_out,
    hour,
    license_operation,
    names,
    situation_of,
    someone,
    sync,
)

UUID = "f5b36187-c8dd-4727-8b2f-f9c447f29046"


def test_everything_of_a_person_comes_back(store: Store) -> None:
    """What Webex said of somebody is what the view says, to the millisecond."""
    created = hour(-1000) + timedelta(milliseconds=123)
    reading = someone(
        "ann",
        MEETINGS,
        MESSAGING,
        email="Ann@Acme.Example",
        other_emails=("Ann.Example@acme.example", "ann@old.example"),
        created=created,
        attendee_sites=("b.webex.com",),
        site_admin_of=(SITE,),
        state="deactivated",
        work_phone="+1 408 555 0100",
        extension="100",
        location_id="hq",
        provision_source="SCIM",
        calling_unreadable=True,
    )
    sync(store, hour(0), [reading], {"sales": ["ann"]})
    view = store.live(ORG)
    ((situation, count),) = view.situations()
    (person,) = view.people([situation.id])
    assert count == 1
    assert (person.id, person.email, person.name, person.created) == (reading.id, reading.email, reading.name, created)
    assert person.other_emails == reading.other_emails
    assert (person.work_phone, person.extension, person.location_id) == ("+1 408 555 0100", "100", "hq")
    assert (person.provision_source, person.situation) == ("SCIM", situation.id)
    assert (situation.groups, situation.holdings) == (("sales",), (MEETINGS, MESSAGING))
    assert (situation.attendee_sites, situation.site_admin_of) == (("b.webex.com",), (SITE,))
    assert (situation.state, situation.calling_unreadable, situation.origins) == ("deactivated", True, ())


def test_the_counts_of_a_sync(store: Store) -> None:
    """New, changed, gone and unchanged people are told apart."""
    first = sync(store, hour(0), [someone("ann"), someone("bob"), someone("cem")])
    assert (first.added, first.changed, first.gone, first.unchanged) == (3, 0, 0, 0)
    second = sync(store, hour(1), [someone("ann"), someone("bob", MEETINGS), someone("dan")])
    assert (second.added, second.changed, second.gone, second.unchanged) == (1, 1, 1, 1)
    assert (second.snapshot.people, second.snapshot.licenses, second.snapshot.groups) == (3, 3, 0)


def test_a_second_sync_of_the_same_writes_nothing(store: Store) -> None:
    """An unchanged organization costs no row but that of the sync."""
    people = [someone(f"person{number}", MEETINGS) for number in range(50)]
    members = {"sales": ["person1", "person2"], "support": ["person2"]}
    assert sync(store, hour(0), people, members).rows_written > 50
    assert sync(store, hour(1), people, members).rows_written == 0
    assert len(store.snapshots(ORG)) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "ann@new.example"},
        {"name": "Ann Other"},
        {"created": hour(-5)},
        {"other_emails": ("a@b.example",)},
        {"state": "pending"},
        {"work_phone": "1"},
        {"extension": "1"},
        {"location_id": "hq"},
        {"site_admin_of": (SITE,)},
        {"attendee_sites": (SITE,)},
        {"provision_source": "AD"},
        {"calling_unreadable": True},
        {"licenses": (CALLING,)},
    ],
)
def test_every_field_counts_as_a_change(store: Store, fields: dict[str, object]) -> None:
    """No change of a person goes unnoticed."""
    sync(store, hour(0), [someone("ann")])
    assert sync(store, hour(1), [msgspec.structs.replace(someone("ann"), **fields)]).changed == 1


def test_only_changed_pools_are_written(store: Store) -> None:
    """A counter that moved is one row; the pools that stayed are none."""
    sync(store, hour(0), [])
    moved = (POOLS[0], msgspec.structs.replace(POOLS[1], consumed=2), POOLS[2])
    assert sync(store, hour(1), [], licenses=moved).rows_written == 1
    assert store.live(ORG).licenses() == moved


def test_a_sync_that_breaks_off_writes_nothing(store: Store) -> None:
    """Leaving before commit, by an error or not, leaves the store as it was."""

    def break_off() -> None:
        with store.begin_sync(ORG, "Acme", Scope(), hour(1)) as writer:
            writer.people([someone(f"person{number}") for number in range(6000)])
            raise RuntimeError

    sync(store, hour(0), [someone("ann")])
    with pytest.raises(RuntimeError):
        break_off()
    with store.begin_sync(ORG, "Acme", Scope(), hour(2)) as writer:
        writer.people([])
    assert len(store.snapshots(ORG)) == 1
    assert names(store.live(ORG)) == ["ann@acme.example"]


def test_people_who_come_twice_count_once_as_read_last(store: Store) -> None:
    """A person who moved between two pages while they were read is one person."""
    counts = sync(store, hour(0), [someone("ann"), someone("bob"), someone("ann", MEETINGS)])
    assert (counts.added, counts.snapshot.people) == (2, 2)
    assert situation_of(store.live(ORG), "ann").holdings == (MEETINGS,)
    back = sync(store, hour(1), [someone("ann", CALLING), someone("bob"), someone("ann", MEETINGS)])
    assert (back.changed, back.unchanged, back.rows_written) == (0, 2, back.rows_written)
    assert situation_of(store.live(ORG), "ann").holdings == (MEETINGS,)


def test_members_are_found_under_any_spelling_of_an_id(store: Store) -> None:
    """Padded, bare and in upper case: it is the same person."""
    person = someone("ann")
    person = msgspec.structs.replace(person, id=ids.encode("PEOPLE", UUID))
    groups = [Group("a", "A"), Group("b", "B"), Group("c", "C")]
    spellings = (person.id + "==", UUID.upper(), person.id)
    with store.begin_sync(ORG, "Acme", Scope(groups=("a", "b", "c")), hour(0)) as writer:
        for group, spelling in zip(groups, spellings, strict=True):
            writer.members(GroupMembers(group, (spelling, spelling), seen=1))
        writer.people([person])
        writer.commit()
    assert situation_of(store.live(ORG), "ann").groups == ("a", "b", "c")


def test_members_come_before_people(store: Store) -> None:
    """A member list that comes too late would be lost, so it is refused."""
    with store.begin_sync(ORG, "Acme", Scope(), hour(0)) as writer:
        writer.people([someone("ann")])
        with pytest.raises(ValueError, match="before people"):
            writer.members(GroupMembers(Group("a", "A"), ("id-ann",)))


def test_a_sync_can_be_committed_once(store: Store) -> None:
    """After its commit a writer is of no more use, and says so."""
    with store.begin_sync(ORG, "Acme", Scope(), hour(0)) as writer:
        writer.commit()
        with pytest.raises(StoreError, match="over"):
            writer.commit()


def test_calling_data_and_holders_show_in_their_scope(store: Store) -> None:
    """Locations, numbers and holders come back as read, and are hidden from a snapshot that did not read them."""
    locations = [Location("hq", "HQ", True), Location("br", "Branch", False)]
    numbers = [
        PhoneNumber("+14085550100", "hq", "HQ", "ACTIVE"),
        PhoneNumber("+14085550101", "hq", "HQ", "ACTIVE"),
        PhoneNumber("+14085550101", "br", "Branch", "ACTIVE", owner_type="HUNT_GROUP"),
        PhoneNumber(None, "hq", "HQ", "ACTIVE", extension="100"),
        PhoneNumber(None, "hq", "HQ", "ACTIVE", extension="100"),
    ]
    held = [Holder("id-ann", "ann@acme.example", "Ann", True), Holder("x", "x@other.example", "X", False)]
    with store.begin_sync(ORG, "Acme", Scope(calling=True, holders=(MEETINGS,)), hour(0)) as writer:
        writer.locations(locations)
        writer.numbers(numbers)
        writer.holders(MEETINGS, held)
        writer.commit()
    view = store.live(ORG)
    assert sorted(view.locations(), key=str) == sorted(locations, key=str)
    assert sorted(view.numbers(), key=str) == sorted(numbers, key=str)
    assert view.holders(MEETINGS) == tuple(held)
    assert view.holders(CALLING) == ()
    assert [item.number for item in view.numbers(["+14085550100", "+1"])] == ["+14085550100"]
    assert [item.location_id for item in view.numbers(["+14085550101"])] == ["hq", "br"], (
        "a second row is no less a row"
    )
    sync(store, hour(1), [])
    later = store.live(ORG)
    assert (later.locations(), later.numbers(), later.holders(MEETINGS)) == ((), (), ())


def test_origins_outlive_a_change_by_hand_and_an_incomplete_read(store: Store) -> None:
    """What we gave stays ours in the ledger when somebody takes it away, or vanishes from one reading."""
    sync(store, hour(0), [someone("ann"), someone("bob")])
    given = license_operation("add", MEETINGS, "sales")
    carry_out(store, hour(1), "ann", (given, "done"))
    ours = (Origin(MEETINGS, ("template:sales",)),)
    sync(store, hour(2), [someone("ann", CALLING), someone("bob")])
    assert situation_of(store.live(ORG), "ann").origins == ours
    sync(store, hour(3), [someone("bob")])
    assert names(store.live(ORG)) == ["bob@acme.example"]
    assert sync(store, hour(4), [someone("ann"), someone("bob")]).added == 1
    assert situation_of(store.live(ORG), "ann").origins == ours


def test_who_comes_back_gets_their_own_origins_and_nobody_elses(store: Store) -> None:
    """Among several who were away, and others who stayed and changed, everybody keeps exactly what was theirs."""
    people = [someone(name) for name in ("ann", "bob", "cem", "dan", "eve")]
    sync(store, hour(0), people)
    theirs = {}
    for number, name in enumerate(("ann", "bob", "cem", "dan"), 1):
        carry_out(store, hour(number), name, (license_operation("add", MEETINGS, f"template-{name}"), "done"))
        theirs[name] = (Origin(MEETINGS, (f"template:template-{name}",)),)
    sync(store, hour(5), [someone("dan", MEETINGS), someone("eve")])
    sync(store, hour(6), [someone("dan", MEETINGS)])
    back = [someone("ann", CALLING), someone("bob"), someone("cem", MEETINGS), someone("dan", CALLING), someone("eve")]
    counts = sync(store, hour(7), [*back, someone("fay")])
    assert (counts.added, counts.changed, counts.snapshot.people) == (5, 1, 6)
    found = {name: situation_of(store.live(ORG), name).origins for name in ("ann", "bob", "cem", "dan", "eve", "fay")}
    assert found == theirs | {"eve": (), "fay": ()}


@pytest.mark.parametrize("held", [1, 3, 1000])
def test_a_first_sync_is_the_same_whether_people_fit_in_memory_or_not(
    store: Store, monkeypatch: pytest.MonkeyPatch, held: int
) -> None:
    """Beyond so many people they are put aside on the way; who comes twice counts once, as read last, all the same."""
    monkeypatch.setattr("reconciler.store.sync._HELD", held)
    with store.begin_sync(ORG, "Acme", Scope(), hour(0)) as writer:
        for page in (("ann", "bob"), ("cem", "ann"), ("dan",), ("bob",)):
            writer.people([someone(name, MEETINGS) for name in page])
        writer.people([someone("cem", CALLING)])
        counts = writer.commit()
    assert (counts.added, counts.changed, counts.gone, counts.snapshot.people) == (4, 0, 0, 4)
    assert names(store.live(ORG)) == [f"{name}@acme.example" for name in ("ann", "bob", "cem", "dan")]
    assert situation_of(store.live(ORG), "cem").holdings == (CALLING,)
    assert sync(store, hour(1), [someone(name, MEETINGS) for name in ("ann", "bob", "dan")]).changed == 0


def test_two_first_syncs_at_once_make_one_organization(store: Store, url: str) -> None:
    """Who comes second compares with what the first has written in the meantime."""
    with Store.open(url) as other, store.begin_sync(ORG, "Acme", Scope(), hour(1)) as writer:
        writer.people([someone("ann", MEETINGS), someone("bob")])
        sync(other, hour(1), [someone("ann"), someone("bob"), someone("cem")])
        counts = writer.commit()
    assert (counts.added, counts.changed, counts.gone, counts.unchanged) == (0, 1, 1, 1)
    assert names(store.live(ORG)) == ["ann@acme.example", "bob@acme.example"]
    assert situation_of(store.live(ORG), "ann").holdings == (MEETINGS,)


def test_organizations_do_not_mix(store: Store) -> None:
    """Two organizations in one store have people, pools and snapshots of their own."""
    sync(store, hour(0), [someone("ann")])
    sync(store, hour(0), [someone("bob")], org="org-2", licenses=POOLS[:1])
    assert names(store.live(ORG)) == ["ann@acme.example"]
    assert names(store.live("org-2")) == ["bob@acme.example"]
    assert len(store.live("org-2").licenses()) == 1
    assert [key for key, _ in store.organizations()] == ["org-1", "org-2"]


def test_two_syncs_at_once_that_read_the_same_both_succeed(store: Store, url: str) -> None:
    """The second finds that the first has written what it was about to write."""
    sync(store, hour(0), [someone("ann")])
    with Store.open(url) as other, store.begin_sync(ORG, "Acme", Scope(), hour(1)) as writer:
        writer.people([someone("ann", MEETINGS)])
        sync(other, hour(1), [someone("ann", MEETINGS)])
        counts = writer.commit()
    assert (counts.changed, counts.unchanged) == (0, 1)
    assert situation_of(store.live(ORG), "ann").holdings == (MEETINGS,)


def test_a_sync_does_not_undo_what_somebody_else_wrote_meanwhile(store: Store, url: str) -> None:
    """A person taken for unchanged was changed by another sync: this one is refused, and the change stays."""
    sync(store, hour(0), [someone("ann")])
    with Store.open(url) as other, store.begin_sync(ORG, "Acme", Scope(), hour(1)) as writer:
        writer.people([someone("ann")])
        sync(other, hour(1), [someone("ann", MEETINGS)])
        with pytest.raises(StoreError, match="while this sync was reading"):
            writer.commit()
    assert situation_of(store.live(ORG), "ann").holdings == (MEETINGS,)


def test_many_syncs_at_once_wait_for_each_other(tmp_path: Path, store: Store, url: str) -> None:
    """Nobody is refused for a lock that is held a moment."""
    troubles: list[Exception] = []

    def work(org: str) -> None:
        try:
            with Store.open(url) as mine:
                for number in range(3):
                    sync(mine, hour(number), [someone(f"p{index}", f"l{number}") for index in range(200)], org=org)
        except StoreError as error:
            troubles.append(error)

    threads = [threading.Thread(target=work, args=(f"org-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert [len(store.snapshots(f"org-{number}")) for number in range(4)] == [3] * 4


def test_pools_without_counters_come_back_as_they_were(store: Store) -> None:
    """None stays None: Webex did not say, which is not zero."""
    bare = (License("x", "Hybrid"),)
    sync(store, hour(0), [], licenses=bare)
    assert store.live(ORG).licenses() == bare
