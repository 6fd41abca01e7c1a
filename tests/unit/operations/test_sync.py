"""Reading an organization into the store: what is asked, in which order, and all or nothing."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from reconciler.errors import InputError, WebexServerError, WebexShapeError
from reconciler.model import ids
from reconciler.model.catalog import License
from reconciler.model.desired import Calling, Desired, Reference
from reconciler.model.live import DirectoryReading, PersonReading, Scope, Snapshot
from reconciler.operations.sync import SyncOutcome, sync
from tests.unit.execute.fakes import START
from tests.unit.operations.fakes import Named, World, desired

UUID = "f5b36187-c8dd-4727-8b2f-f9c447f2904{}"
ANN, BOB, CEM = (
    PersonReading(ids.encode("PEOPLE", UUID.format(number)), f"p{number}@acme.example", "P", ("l-msg",), ())
    for number in range(3)
)
PLAIN = desired(Reference(license="Basic Messaging"))
ATTENDEE = desired(Reference(license="Basic Messaging", site="acme.webex.com", account_type="attendee"))


def run(world: World, files: Desired = PLAIN) -> SyncOutcome:
    """One sync."""
    return asyncio.run(sync(files, world.context))


def world_of(*pages: list[PersonReading]) -> World:
    """A world whose people come in these pages."""
    world = World()
    world.reader.pages = list(pages)
    return world


def test_only_what_the_files_need_is_read() -> None:
    """Members of the named group alone; no directory, no numbers, no locations, no Calling data."""
    world = world_of([ANN])
    run(world)
    assert sorted(world.reader.asked) == [
        "groups",
        "licenses",
        "members Sales",
        "organizations",
        "people calling=False",
    ]


def test_everything_reaches_the_store_and_people_come_after_members() -> None:
    """The store is told scope, licenses, groups and members before the first page, and commits after the last."""
    world = world_of([ANN, BOB], [CEM])
    outcome = run(world)
    (writing,) = world.store.syncs
    assert writing.committed
    assert [what for what, _ in writing.given][:5] == ["licenses", "groups", "members", "people", "people"]
    assert writing.of("people") == [[ANN, BOB], [CEM]]
    assert writing.snapshot.scope == Scope(groups=("g-sales",))
    assert writing.snapshot.taken_at == START
    assert (outcome.added, outcome.calls, outcome.snapshot.people) == (3, 6, 3)
    assert world.reader.used == "org-1"


def test_an_organization_does_not_lose_all_its_people() -> None:
    """No people at all, where there were some: an error, and nothing is written. A new organization may be empty."""
    world = world_of([])
    world.store.before = (Snapshot("1", "org-1", "Acme", START, Scope(), 40, 1, 0),)
    with pytest.raises(WebexShapeError, match="no people at all, and 40 people the time before") as raised:
        run(world)
    assert (raised.value.exit_code, [item.committed for item in world.store.syncs]) == (1, [False])
    empty = world_of([])
    empty.reader.pools = ()
    run(empty, desired())
    assert empty.store.syncs[0].committed


def test_pages_are_handed_on_untouched() -> None:
    """Without a directory no work is done per person: the very same page object reaches the store."""
    page = [ANN]
    world = world_of(page)
    run(world)
    assert world.store.syncs[0].of("people")[0] is page


def test_the_directory_completes_people() -> None:
    """SCIM tells who is deactivated, work phones, site administrators and where the person was made."""
    world = world_of([ANN, BOB, CEM])
    world.reader.scim = [
        DirectoryReading(UUID.format(0), False, "+1 408 555 0100", ("acme.webex.com",), "ldap"),
        DirectoryReading(UUID.format(1), True),
    ]
    run(world, ATTENDEE)
    ann, bob, cem = world.store.syncs[0].of("people")[0]
    assert ann == msgspec.structs.replace(
        ANN,
        state="deactivated",
        work_phone="+1 408 555 0100",
        site_admin_of=("acme.webex.com",),
        provision_source="ldap",
    )
    assert bob is BOB
    assert cem is CEM


def test_calling_brings_numbers_and_locations() -> None:
    """A Calling grant needs people with Calling data, locations, numbers and the directory."""
    world = world_of([ANN])
    pool = License("l-pro", "Webex Calling - Professional", 5, 0)
    world.reader.pools = (pool,)
    run(world, desired(Reference(license="Webex Calling - Professional", calling=Calling())))
    assert {"locations", "numbers", "directory", "people calling=True"} <= set(world.reader.asked)
    assert len(world.store.syncs[0].of("numbers")[0]) == 1


@pytest.mark.parametrize("what", ["licenses", "groups", "members", "directory", "people"])
def test_a_failure_writes_nothing_and_is_raised_as_itself(what: str) -> None:
    """Whichever reading fails: no commit, and the error is the bare WebexError, not a group of them."""
    world = world_of([ANN], [BOB])
    world.reader.fail[what] = WebexServerError("Down", status=503)
    with pytest.raises(WebexServerError, match="Down"):
        run(world, ATTENDEE)
    assert not any(writing.committed for writing in world.store.syncs)


def test_the_wrong_organization_is_not_read() -> None:
    """The token sees another organization than the files name: nothing is read beyond that."""
    world = world_of([ANN])
    world.reader.organization = Named("org-2", "Other")
    with pytest.raises(InputError):
        run(world, desired(org_id="org-1"))
    assert world.reader.asked == ["organizations"]


def test_progress_counts_people_against_the_last_snapshot() -> None:
    """The number of people is an estimate from last time; the closing line gives true counts."""
    world = world_of([ANN, BOB], [CEM])
    world.store.before = (Snapshot("1", "org-1", "Acme", START, Scope(), 1234, 1, 1),)
    run(world)
    assert ("Reading people", 1234) in world.progress.phases
    assert world.progress.steps == 3
    assert world.progress.notes[-1].startswith("Read 3 people, 1 license and 2 groups in 6 calls")


def test_a_long_reading_is_announced() -> None:
    """Thousands of calls are told beforehand, with minutes."""
    world = world_of([ANN])
    world.store.before = (Snapshot("1", "org-1", "Acme", START, Scope(), 1_000_000, 1, 1),)
    run(world)
    assert "some 1,001 calls" in world.progress.notes[0]
    assert "3 to 10 minutes" in world.progress.notes[0]


def test_groups_are_read_at_once_but_not_without_bound() -> None:
    """Readings before the people run side by side, at most eight groups at a time."""
    world = world_of([ANN])
    run(world, desired(Reference(license="Basic Messaging"), groups=("Sales", "Others")))
    assert 2 <= world.reader.most_flying <= 8
