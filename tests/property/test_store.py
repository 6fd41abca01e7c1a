"""Whatever an organization looks like and however it is read: the store gives back exactly that, now and later."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model import canonical
from reconciler.model.catalog import License
from reconciler.model.live import Group, GroupMembers, PersonReading, Scope, Situation
from reconciler.store import Store, SyncCounts
from reconciler.store.view import View
from tests.support.postgres import Server, database_of

ORG, START = "org-1", datetime(2026, 6, 1, tzinfo=UTC)
GROUPS = [Group(f"g{number}", f"Group {number}") for number in range(3)]
SCOPE = Scope(groups=tuple(group.id for group in GROUPS))
few = settings(max_examples=25, deadline=None, derandomize=True)

sets = st.sets(st.sampled_from(["l1", "l2", "l3"])).map(lambda items: tuple(sorted(items)))
texts = st.text(st.characters(codec="utf-8", exclude_characters="\n\0"), max_size=6)
times = st.none() | st.integers(0, 10**6).map(lambda minutes: START - timedelta(minutes=minutes))
readings = st.builds(
    PersonReading,
    id=st.sampled_from([f"p{number}" for number in range(6)]),
    email=texts,
    name=texts,
    licenses=sets,
    attendee_sites=sets,
    created=times,
    other_emails=st.lists(texts.filter(bool), max_size=2).map(tuple),
    state=st.sampled_from(["active", "pending", "deactivated"]),
    work_phone=st.none() | texts,
    site_admin_of=sets,
    calling_unreadable=st.booleans(),
)
memberships = st.fixed_dictionaries(
    {group.id: st.sets(st.sampled_from([f"p{n}" for n in range(6)])) for group in GROUPS}
)


class Organization(msgspec.Struct):
    """Everything one sync reads."""

    people: list[PersonReading]
    members: dict[str, set[str]]
    licenses: list[License]


pools = st.lists(st.builds(License, st.sampled_from(["l1", "l2", "l3"]), texts), unique_by=lambda item: item.id)
organizations = st.builds(Organization, st.lists(readings, unique_by=lambda item: item.id), memberships, pools)


NewStore = Callable[[], AbstractContextManager[Store]]


@contextmanager
def in_sqlite() -> Iterator[Store]:
    """An empty store in a file of its own."""
    with tempfile.TemporaryDirectory() as directory, Store.open(f"sqlite:///{Path(directory) / 'store.db'}") as store:
        yield store


class InPostgres:
    """Empty stores on one server."""

    def __init__(self, server: Server) -> None:
        self._server = server

    @contextmanager
    def __call__(self) -> Iterator[Store]:
        """An empty store."""
        with database_of(self._server) as url, Store.open(url) as store:
            yield store


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def new_store(request: pytest.FixtureRequest) -> Iterator[NewStore]:
    """What makes an empty store for one example: every property holds in both kinds of database."""
    if request.param == "sqlite":
        yield in_sqlite
        return
    server: Server = request.getfixturevalue("postgres")
    yield InPostgres(server)


# What they ask is asked of both by unit tests; here it would take PostgreSQL longer than all the rest.
in_sqlite_only = pytest.mark.parametrize("new_store", ["sqlite"], indirect=True)


def sync(
    store: Store, organization: Organization, pages: Sequence[Sequence[PersonReading]], at: datetime
) -> SyncCounts:
    """Write one snapshot, the people on these pages."""
    with store.begin_sync(ORG, "Acme", SCOPE, at) as writer:
        writer.licenses(organization.licenses)
        writer.groups(GROUPS)
        for group in GROUPS:
            writer.members(GroupMembers(group, tuple(sorted(organization.members[group.id]))))
        for page in pages:
            writer.people(page)
        return writer.commit()


def seen(view: View) -> dict[str, Any]:
    """Everything a view tells, situations by content."""
    situations = {situation.id: (situation, count) for situation, count in view.situations()}
    people = {}
    order = []
    for person in view.people(list(situations)):
        order.append((canonical.email(person.email), person.id))
        people[person.id] = (msgspec.structs.replace(person, situation=0), plain(situations[person.situation][0]))
    assert order == sorted(order)
    assert sum(count for _, count in situations.values()) == len(people)
    return {"people": people, "licenses": view.licenses(), "groups": view.groups()}


def plain(situation: Situation) -> Situation:
    """A situation without its number."""
    return msgspec.structs.replace(situation, id=0)


def expected(organization: Organization) -> dict[str, Any]:
    """The same from the readings, in the simplest way."""
    people = {}
    for reading in organization.people:
        groups = tuple(sorted(group for group, who in organization.members.items() if reading.id in who))
        fields = (
            "email",
            "name",
            "created",
            "other_emails",
            "work_phone",
            "extension",
            "location_id",
            "provision_source",
        )
        person = {name: getattr(reading, name) for name in fields} | {"id": reading.id, "situation": 0}
        situation = Situation(
            0,
            groups,
            reading.licenses,
            reading.attendee_sites,
            reading.site_admin_of,
            (),
            reading.state,
            reading.calling_unreadable,
        )
        people[reading.id] = (person, situation)
    return {"people": people, "licenses": tuple(organization.licenses), "groups": tuple(GROUPS)}


def same(view: View, organization: Organization) -> None:
    """Hold a view against the readings."""
    found = seen(view)
    found["people"] = {
        key: (msgspec.structs.asdict(person), situation) for key, (person, situation) in found["people"].items()
    }
    assert found == expected(organization)


@in_sqlite_only
@few
@given(organization=organizations, chance=st.randoms(use_true_random=False), size=st.integers(1, 4))
def test_pages_and_order_do_not_matter(new_store: NewStore, organization: Organization, chance: Any, size: int) -> None:
    """However the people are cut into pages and shuffled, the view is the same, and so are the situation ids."""
    shuffled = list(organization.people)
    chance.shuffle(shuffled)
    pages = [shuffled[start : start + size] for start in range(0, len(shuffled), size)]
    with new_store() as one, new_store() as other:
        sync(one, organization, [organization.people], START)
        sync(other, organization, [[], *pages], START)
        same(one.live(ORG), organization)
        assert seen(one.live(ORG)) == seen(other.live(ORG))
        assert list(one.live(ORG).situations()) == list(other.live(ORG).situations())


@few
@given(organization=organizations)
def test_a_second_sync_writes_nothing(new_store: NewStore, organization: Organization) -> None:
    """Reading the same again costs no row, even when everybody comes twice."""
    with new_store() as store:
        sync(store, organization, [organization.people], START)
        counts = sync(store, organization, [organization.people, organization.people], START)
        assert (counts.rows_written, counts.added, counts.changed, counts.gone) == (0, 0, 0, 0)
        same(store.live(ORG), organization)


@few
@given(
    history=st.lists(organizations, min_size=1, max_size=5),
    hours=st.lists(st.integers(-2, 3), min_size=5, max_size=5),
)
def test_every_snapshot_of_a_history_stays_as_it_was(
    new_store: NewStore, history: list[Organization], hours: list[int]
) -> None:
    """After any number of syncs each snapshot still shows what was read then, under clocks that stand or go back."""
    with new_store() as store:
        at, snapshots, views = START, [], []
        for organization, step in zip(history, hours, strict=False):
            at += timedelta(hours=step)
            snapshots.append(sync(store, organization, [organization.people], at).snapshot.id)
            views.append(store.live(ORG))
        for organization, snapshot, view in zip(history, snapshots, views, strict=True):
            same(store.live(ORG, snapshot), organization)
            same(view, organization)
            assert store.structure(snapshot).licenses == tuple(organization.licenses)
        same(store.live(ORG), history[-1])


@in_sqlite_only
@few
@given(history=st.lists(organizations, min_size=2, max_size=5))
def test_newcomers_and_movers_agree_with_a_plain_account(new_store: NewStore, history: list[Organization]) -> None:
    """Who joined, moved or came is what follows from writing down every reading and looking back."""
    with new_store() as store:
        for number, organization in enumerate(history):
            sync(store, organization, [organization.people], START + timedelta(hours=number))
        view, present = store.live(ORG), {person.id for person in history[-1].people}

        def groups(number: int, who: str) -> set[str] | None:
            organization = history[number]
            if all(person.id != who for person in organization.people):
                return None
            return {group for group, members in organization.members.items() if who in members}

        for cut in range(len(history)):
            when = START + timedelta(hours=cut)
            joined, moved, came = set(), set(), set()
            for who in present:
                past = [groups(number, who) for number in range(len(history))]
                first = next(number for number, then in enumerate(past) if then is not None)
                member = [number for number, then in enumerate(past) if then and "g0" in then]
                if past[-1] and "g0" in past[-1] and member[0] > cut:
                    joined.add(who)
                if past[cut] is not None and past[cut] != past[-1]:
                    moved.add(who)
                created = next(person.created for person in history[-1].people if person.id == who)
                if (first > cut and first > 0) or (created is not None and created > when):
                    came.add(who)
            assert view.joined_after(["g0"], when) == joined
            assert view.moved_after(when) == moved
            assert view.first_seen_after(when) == came
