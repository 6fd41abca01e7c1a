"""Opening a store: made for its owner alone, brought up to date, and plain words for whatever is in the way."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, event

from reconciler.errors import StoreError
from reconciler.model.live import Scope
from reconciler.store import Store
from reconciler.store.schema import REVISIONS
from reconciler.store.tables import metadata
from reconciler.store.trouble import explain
from tests.unit.store.organization import ORG, hour, someone, sync


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A file: what is told here of is SQLite's; see test_postgres and test_migrations for the other."""
    return f"sqlite:///{tmp_path / 'store.db'}"


def opening(url: str, **options: bool) -> StoreError:
    """The error that opening this store ends with."""
    with pytest.raises(StoreError) as caught:
        Store.open(url, **options)
    assert caught.value.hint
    return caught.value


def python(code: str, *arguments: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True).stdout


def test_a_new_store_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Directory and file are made; nobody else can read who holds what."""
    path = tmp_path / "deep" / "down" / "store.db"
    Store.open(f"sqlite:///{path}").close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0


def test_the_write_ahead_log_is_on(tmp_path: Path, store: Store) -> None:
    """Readers do not wait for writers, and a journal entry is on the disk when it is written."""
    with sqlite3.connect(tmp_path / "store.db") as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    with store._database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_migrations_make_the_tables_that_statements_expect(tmp_path: Path, store: Store) -> None:
    """The revisions, one after the other, give exactly what `tables` says."""
    engine = create_engine(f"sqlite:///{tmp_path / 'store.db'}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == REVISIONS[-1]
    engine.dispose()


def test_importing_the_store_loads_no_database_code() -> None:
    """Commands without a store start fast."""
    code = "import sys, reconciler.store; print([m for m in ('sqlalchemy', 'alembic', 'sqlite3') if m in sys.modules])"
    assert python(code) == "[]\n"


def test_opening_a_current_store_does_not_load_alembic(store: Store, url: str) -> None:
    """Half a second is paid only when there is something to change."""
    code = "import sys; from reconciler.store import Store; Store.open(sys.argv[1]); print('alembic' in sys.modules)"
    assert python(code, url) == "False\n"


def test_what_was_written_is_there_after_opening_again(store: Store, url: str) -> None:
    """A store outlives the process."""
    sync(store, hour(0), [someone("ann")])
    store.close()
    with Store.open(url, create=False) as again:
        assert again.organizations() == ((ORG, "Acme"),)
        assert again.live(ORG).snapshot().people == 1


def test_a_store_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path, store: Store, url: str) -> None:
    """The message says that the tool is too old, and the file stays as it is."""
    store.close()
    with sqlite3.connect(tmp_path / "store.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    before = (tmp_path / "store.db").read_bytes()
    error = opening(url)
    assert "newer version" in error.message
    assert "9999" in error.message
    assert "Upgrade" in error.hint
    assert (tmp_path / "store.db").read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, url: str) -> None:
    """Whatever somebody keeps in that file stays there."""
    (tmp_path / "store.db").write_text("my diary\n" * 1000)
    error = opening(url)
    assert "is not a SQLite database" in error.message
    assert str(tmp_path / "store.db") in error.message
    assert (tmp_path / "store.db").read_text() == "my diary\n" * 1000


def test_a_database_of_something_else_is_refused(tmp_path: Path, url: str) -> None:
    """Our tables do not go among those of others."""
    with sqlite3.connect(tmp_path / "store.db") as raw:
        raw.execute("CREATE TABLE diary (day TEXT)")
    assert "diary" in opening(url).message
    with sqlite3.connect(tmp_path / "store.db") as raw:
        assert raw.execute("SELECT name FROM sqlite_master").fetchall() == [("diary",)]


def test_a_damaged_file_is_named(tmp_path: Path, store: Store, url: str) -> None:
    """Pages that make no sense end in the path and in what to do."""
    sync(store, hour(0), [someone(f"person{number}") for number in range(500)])
    store.close()
    path = tmp_path / "store.db"
    content = path.read_bytes()
    path.write_bytes(content[:4096] + os.urandom(len(content) - 4096))
    with pytest.raises(StoreError) as caught:
        Store.open(url).live(ORG).situations()
    assert str(path) in caught.value.message
    assert "damaged" in caught.value.message
    assert "Keep it" in caught.value.hint


def test_a_store_that_is_not_there_is_made_only_when_asked(tmp_path: Path, url: str) -> None:
    """Reading commands make no empty store."""
    assert "There is no store" in opening(url, create=False).message
    assert not (tmp_path / "store.db").exists()
    (tmp_path / "store.db").touch()
    assert "There is no store" in opening(url, create=False).message


def test_a_directory_in_place_of_the_file(tmp_path: Path) -> None:
    """The message says what stands there."""
    assert "is a directory" in opening(f"sqlite:///{tmp_path}").message


def test_a_place_where_nothing_can_be_made(tmp_path: Path) -> None:
    """The message says which file, and why."""
    (tmp_path / "file").touch()
    error = opening(f"sqlite:///{tmp_path / 'file' / 'store.db'}")
    assert str(tmp_path / "file" / "store.db") in error.message


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_directory_that_may_not_be_written(tmp_path: Path) -> None:
    """A file in it cannot be made."""
    tmp_path.chmod(0o500)
    assert "cannot be made" in opening(f"sqlite:///{tmp_path / 'store.db'}").message
    tmp_path.chmod(0o700)


@pytest.mark.parametrize(
    "url", ["", "store.db", "sqlite://", "sqlite:///:memory:", "mysql://user:secret@host/db", "secret:::"]
)
def test_a_name_that_is_no_store(url: str) -> None:
    """The hint shows the shape; a password in the name is not repeated."""
    error = opening(url)
    assert "sqlite:///" in error.hint
    assert "secret" not in error.message + error.hint


def test_a_missing_driver_is_named_without_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL needs a driver that is installed apart."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    error = opening("postgresql+psycopg://user:secret@host/db")
    assert "[postgresql]" in error.hint
    assert "secret" not in error.message


def test_a_read_only_file(tmp_path: Path, store: Store) -> None:
    """SQLite's refusal becomes a sentence with the path."""
    raw = sqlite3.connect(f"file:{tmp_path / 'store.db'}?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError) as caught:
        raw.execute("DELETE FROM org")
    raw.close()
    error = explain(caught.value, "store.db")
    assert error.message == "The store store.db cannot be written."
    assert "write access" in error.hint


def test_a_file_that_is_moved_or_replaced_while_it_is_in_use(tmp_path: Path, store: Store, url: str) -> None:
    """What is written to it would be found by nobody: writing stops, and goes on when it is back."""
    sync(store, hour(0), [someone("ann")])
    with store.begin_sync(ORG, "Acme", Scope(), hour(1)) as writer:
        (tmp_path / "store.db").rename(tmp_path / "away.db")
        for _ in range(2):
            with pytest.raises(StoreError, match="is gone"):
                writer.commit()
            with pytest.raises(StoreError, match="is gone"):
                store.lease().acquire(ORG, "a", hour(1))
            (tmp_path / "store.db").write_bytes(b"")
        (tmp_path / "away.db").rename(tmp_path / "store.db")
        writer.commit()
    assert len(store.snapshots(ORG)) == 2


def test_a_full_disk_loses_nothing(tmp_path: Path, store: Store) -> None:
    """The sync ends in a StoreError, and the snapshot before is as it was."""
    sync(store, hour(0), [someone("ann")])
    with store._database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()

    @event.listens_for(store._database.engine, "connect")
    def no_room(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    store._database.engine.dispose()
    with pytest.raises(StoreError, match="the disk is full"):
        sync(store, hour(1), [someone(f"person{number}", "license") for number in range(3000)])
    assert len(store.snapshots(ORG)) == 1
    assert [person.name for person in store.live(ORG).find(["ann@acme.example"]).values()] == ["Ann"]


def test_a_store_in_use_by_somebody_else(tmp_path: Path, store: Store, url: str) -> None:
    """After waiting, the message says so, and nothing was written."""
    other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Store.open(url, wait=0.05) as impatient, pytest.raises(StoreError, match="in use by another process"):
        sync(impatient, hour(0), [someone("ann")])
    other.execute("ROLLBACK")
    other.close()
    assert store.snapshots(ORG) == ()


@pytest.mark.parametrize(
    ("table", "spoil"),
    [
        ("member_set", "UPDATE member_set SET packed = 'x'"),
        ("member_set", "DELETE FROM member_set"),
        ("situation", "UPDATE situation SET groups = 'x'"),
        ("situation", "UPDATE situation SET state = 'asleep'"),
        ("person", "DELETE FROM situation"),
        ("person", "UPDATE person SET created = 'yesterday'"),
        ("person", "UPDATE person SET created = 9223372036854775807"),
        ("person", "UPDATE person SET name = x'00ff'"),
        ("pool_reading", "UPDATE pool_reading SET body = '{}'"),
        ("pool_reading", "UPDATE pool_reading SET body = 7"),
        ("grp", "UPDATE grp SET body = '[1'"),
        ("sync", "UPDATE sync SET scope = 'x'"),
        ("sync", "UPDATE sync SET taken_at = 'x'"),
    ],
)
def test_a_row_that_makes_no_sense_names_its_table(tmp_path: Path, store: Store, table: str, spoil: str) -> None:
    """Somebody edited the database: the error says where to look, and nothing wrong is planned from it."""
    sync(store, hour(0), [someone("ann", "license")], {"sales": ["ann"]})
    with sqlite3.connect(tmp_path / "store.db") as raw:
        raw.execute(spoil)
    raw.close()
    with pytest.raises(StoreError, match=f"table {table} "):
        _read_everything(store)


def _read_everything(store: Store) -> None:
    view = store.live(ORG)
    view.licenses()
    view.groups()
    list(view.situations())
    view.find(["ann@acme.example"])
