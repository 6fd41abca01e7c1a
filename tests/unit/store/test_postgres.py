"""What only PostgreSQL can do wrong: logins, servers that are away, old, or of another encoding, and text it refuses."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import make_url, text

from reconciler.errors import LockedError, StoreError
from reconciler.model.live import PersonReading, Scope
from reconciler.store import Store, opening
from tests.support.postgres import GUARDED, PASSWORD, Server, database_of, own_database
from tests.unit.store.organization import (
    MEETINGS,
    ORG,
    carry_out,
    change,
    hour,
    license_operation,
    names,
    plan,
    someone,
    sync,
)


@pytest.fixture
def url(postgres: Server) -> Iterator[str]:
    """A database with the current tables."""
    with database_of(postgres) as made:
        yield made


@pytest.fixture
def login(postgres: Server, url: str) -> str:
    """The name of that database; somebody may use it who needs a password."""
    name = make_url(url).database or ""
    if not postgres.execute(f"SELECT 1 FROM pg_roles WHERE rolname = '{GUARDED}'"):
        postgres.execute(f"CREATE ROLE {GUARDED} LOGIN PASSWORD '{PASSWORD}'")
    return name


def refused(url: str) -> StoreError:
    """The error that opening this store ends with; it has a hint and no secret."""
    with pytest.raises(StoreError) as caught:
        Store.open(url)
    assert caught.value.hint
    said = caught.value.message + caught.value.hint
    assert "secret" not in said
    assert PASSWORD not in said
    return caught.value


def test_the_plain_name_of_the_kind_is_enough(url: str) -> None:
    """`postgresql://` finds our driver; no other one is good."""
    with Store.open(url.replace("+psycopg", "")) as store:
        assert store.organizations() == ()
    assert "driver asyncpg" in refused(url.replace("+psycopg", "+asyncpg")).message


def test_a_wrong_password(postgres: Server, login: str) -> None:
    """The message says so, and shows neither this password nor another one given beside the URL."""
    error = refused(postgres.url(login, GUARDED, "secret"))
    assert "refuses this password" in error.message
    assert f"{GUARDED}:***@/{login}" in error.message
    assert "refuses this password" in refused(postgres.url(login, GUARDED) + "&password=secret").message
    assert "asks for a password" in refused(postgres.url(login, GUARDED)).message


def test_a_user_without_rights(postgres: Server, login: str) -> None:
    """Whoever may log in but not make tables is told what the user must be."""
    name = postgres.empty()
    try:
        error = refused(postgres.url(name, GUARDED, PASSWORD))
        assert "lacks a right" in error.message
        assert "owner" in error.hint
        assert "lacks a right" in refused(postgres.url(login, GUARDED, PASSWORD)).message
    finally:
        postgres.drop(name)


def test_no_such_database_or_user(postgres: Server) -> None:
    """Each is named by the store's URL."""
    assert "no such database or user" in refused(postgres.url("nowhere")).message
    assert "by no rule" in refused(postgres.url("postgres", "stranger", "secret")).message


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("u:secret@127.0.0.1:1/store", "no server answers there"),
        ("u:secret@no.such.host.invalid/store", "nobody knows that host"),
        ("u:secret@/store?host=/nowhere", "no server answers there"),
    ],
)
def test_a_server_that_is_not_there(place: str, said: str) -> None:
    """Nobody answers, or the name leads nowhere."""
    pytest.importorskip("psycopg")
    assert said in refused(f"postgresql+psycopg://{place}").message


def test_an_option_that_the_driver_does_not_know(url: str) -> None:
    """It is named."""
    assert 'invalid connection option "colour"' in refused(url + "&colour=blue").message


def test_a_server_that_is_too_old(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused before anything is made there."""
    monkeypatch.setattr(opening, "OLDEST_SERVER", (99,))
    error = refused(url)
    assert "is on PostgreSQL 1" in error.message
    assert "PostgreSQL 99 or newer" in error.hint


def test_a_database_of_another_encoding(postgres: Server) -> None:
    """Names with letters that it lacks could not be stored, so it is refused at once."""
    postgres.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    try:
        error = refused(postgres.url("latin"))
        assert "LATIN1" in error.message
        assert "UTF8" in error.hint
    finally:
        postgres.drop("latin")


def test_a_database_of_something_else(postgres: Server) -> None:
    """Our tables do not go among those of others."""
    with own_database(postgres, empty=True) as url:
        name = make_url(url).database or ""
        postgres.execute("CREATE TABLE diary (day TEXT)", name)
        assert "diary" in refused(url).message
        assert postgres.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", name) == [("diary",)]


def test_reading_cannot_write(url: str) -> None:
    """A transaction that reads sees one state, and the server holds it to that."""
    with Store.open(url) as store, Store.open(url) as other:
        with store._database.read() as connection:
            count = text("SELECT count(*) FROM sync")
            assert connection.execute(count).scalar() == 0
            sync(other, hour(0), [someone("ann")])
            assert connection.execute(count).scalar() == 0
        assert len(store.snapshots(ORG)) == 1
        with pytest.raises(StoreError, match="only reads"), store._database.read() as connection:
            connection.execute(text("DELETE FROM org"))


def test_the_journal_is_on_the_disk_even_where_the_server_is_told_to_hurry(postgres: Server) -> None:
    """A database with synchronous_commit off would lose the last intents in a crash; ours are written at once."""
    with own_database(postgres) as own:
        name = make_url(own).database
        for given, kept in (("off", "on"), ("local", "on"), ("remote_apply", "remote_apply")):
            postgres.execute(f"ALTER DATABASE {name} SET synchronous_commit = {given}")
            with Store.open(own) as store, store._database.write() as connection:
                assert connection.execute(text("SHOW synchronous_commit")).scalar() == kept


def test_waiting_for_another_writer_ends(url: str) -> None:
    """One writer an organization; whoever waits too long is told, and other organizations are not in the way."""
    with Store.open(url) as store, Store.open(url, wait=0.05) as impatient, store._database.write(ORG):
        with pytest.raises(StoreError, match="in use by another process"):
            sync(impatient, hour(0), [someone("ann")])
        sync(impatient, hour(0), [someone("bob")], org="org-2")
    assert store.snapshots(ORG) == ()


def test_two_organizations_that_share_every_set_do_not_wait_in_a_circle(url: str) -> None:
    """Many people with the same situations, written at the same time, again and again: nobody is sent away."""
    people = [someone(f"p{number}", *(f"l{number >> bit & 1}{bit}" for bit in range(6))) for number in range(64)]
    failed: list[StoreError] = []

    def write(org: str, turn: int) -> None:
        try:
            with Store.open(url) as store:
                for hours in range(4):
                    mine = [someone(p.name.lower(), *p.licenses, f"round{hours}") for p in people[:: 1 - 2 * turn]]
                    sync(store, hour(hours), mine, org=org)
        except StoreError as error:
            failed.append(error)

    writers = [threading.Thread(target=write, args=(f"org-{turn}", turn)) for turn in (0, 1)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failed == []


def test_two_who_take_the_first_lease_at_once(url: str) -> None:
    """One has it, and the other is told who: never an error of the database."""
    for number in range(5):
        ends: list[object] = []
        start = threading.Barrier(2)

        def take(who: str, org: str, ends: list[object] = ends, start: threading.Barrier = start) -> None:
            with Store.open(url) as store:
                start.wait()
                try:
                    ends.append(store.lease().acquire(org, who, hour(0)))
                except LockedError as error:
                    ends.append(error)

        takers = [threading.Thread(target=take, args=(who, f"org-{number}")) for who in "ab"]
        for taker in takers:
            taker.start()
        for taker in takers:
            taker.join()
        assert sorted(type(end).__name__ for end in ends) == ["LockedError", "int"]


def test_nothing_is_intended_once_the_lease_is_stolen_even_meanwhile(url: str) -> None:
    """Whoever takes the lease waits for an intent that is being written, and sees it; a later one is refused."""
    with Store.open(url) as store, Store.open(url) as thief:
        fence = store.lease().acquire(ORG, "a", hour(0))
        run = store.start_run(ORG, plan(), None, hour(0), fence=fence)
        done = threading.Event()

        def steal() -> None:
            thief.lease().acquire(ORG, "b", hour(0) + timedelta(days=1))
            done.set()

        with store._database.write(ORG):
            robber = threading.Thread(target=steal)
            robber.start()
            assert not done.wait(0.2)
        robber.join()
        with pytest.raises(LockedError):
            store.journal(ORG).intend(run, change("ann", license_operation("add", MEETINGS, "t")), hour(0))
        assert store.journal_entries(run) == ()


def test_a_connection_that_is_cut(postgres: Server, url: str) -> None:
    """In the middle of a sync: it says so and keeps nothing of it; the next one goes on as if nothing had been."""
    name = make_url(url).database or ""
    with Store.open(url) as store:
        sync(store, hour(0), [someone("ann", MEETINGS)])
        with store.begin_sync(ORG, "Acme", Scope(), hour(1)) as writer:
            writer.people([someone("bob")])
            postgres.cut(name)
            with pytest.raises(StoreError, match="ended the connection"):
                writer.commit()
        assert names(store.live(ORG)) == ["ann@acme.example"]
        sync(store, hour(2), [someone("bob")])
        assert names(store.live(ORG)) == ["bob@acme.example"]


def test_a_server_that_dies_and_comes_back(postgres: Server, url: str) -> None:
    """An intent that was recorded is there afterwards, and the same store object goes on without being opened again."""
    with Store.open(url) as store:
        sync(store, hour(0), [someone("ann", MEETINGS)])
        run = store.start_run(ORG, plan(), None, hour(1))
        store.journal(ORG).intend(run, change("ann", license_operation("remove", MEETINGS)), hour(1))
        postgres.kill()
        try:
            with pytest.raises(StoreError, match="out of reach"):
                store.journal_entries(run)
        finally:
            postgres.start()
        (entry,) = store.journal_entries(run)
        assert entry.outcome is None
        carry_out(store, hour(2), "bob", (license_operation("add", MEETINGS, "t"), "done"))


def test_text_that_only_postgresql_refuses(url: str) -> None:
    """A NUL character in a name is kept as the sign for an unknown character, and is no change at the next sync."""
    with Store.open(url) as store:
        odd = PersonReading("id-ann", "ann@acme.example", "A\0nn", (), (), other_emails=("x\0@a",), work_phone="\0")
        sync(store, hour(0), [odd])
        counts = sync(store, hour(1), [odd])
        assert (counts.changed, counts.unchanged) == (0, 1)
        (person,) = store.live(ORG).find(["ann@acme.example"]).values()
        assert (person.name, person.work_phone, person.other_emails) == ("A\ufffdnn", "\ufffd", ("x\ufffd@a",))
        assert store.live(ORG).find(["nobody\0@acme.example"]) == {}


def test_order_is_by_character_whatever_the_language_of_the_database(url: str) -> None:
    """The server of these tests sorts as English does, where a is before B and an underscore is nothing."""
    with Store.open(url) as store:
        found = ["_z", "a_b", "ab", "a-c", "z", "é"]
        sync(store, hour(0), [someone(name) for name in reversed(found)])
        assert names(store.live(ORG)) == sorted(f"{name}@acme.example" for name in found)
