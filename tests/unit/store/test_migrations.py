"""From released revisions to the current one, in both kinds of database: nothing is lost, nothing is half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, event, text

from reconciler.errors import StoreError
from reconciler.store import Store
from reconciler.store.schema import REVISIONS
from reconciler.store.tables import metadata
from tests.support import stores
from tests.support.postgres import Server, own_database
from tests.unit.store.organization import (
    CALLING,
    MEETINGS,
    MESSAGING,
    ORG,
    SITE,
    carry_out,
    hour,
    license_operation,
    names,
    situation_of,
    someone,
    sync,
)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
        return
    server: Server = request.getfixturevalue("postgres")
    with own_database(server, empty=True) as made:
        yield made


@pytest.fixture
def old(url: str) -> str:
    """A store of revision 0001, with the story in it."""
    stores.put("0001", url)
    return url


def test_everything_of_revision_0001_is_readable(old: str) -> None:
    """Readings, history, ledger, runs, journal, memory and lease are what they were before."""
    with Store.open(old, create=False) as store:
        view = store.live(ORG)
        assert [item.taken_at for item in store.snapshots(ORG)] == [hour(5), hour(0)]
        assert names(view) == [f"{who}@acme.example" for who in ("ann.new", "bob", "cem", "dan")]
        first = store.live(ORG, store.snapshots(ORG)[1].id)
        assert first.find(["ann@acme.example"])["ann@acme.example"].other_emails == ("ann.old@acme.example",)
        assert situation_of(first, "ann").site_admin_of == (SITE,)
        assert [origin.claims for origin in situation_of(view, "dan").origins] == [("template:everyone",)]
        assert situation_of(view, "cem").holdings == (MEETINGS,)
        assert [item.number for item in view.numbers()] == ["+14085550100"]
        assert [item.name for item in view.locations()] == ["Headquarters"]
        memory = store.memory(ORG, hour(8))
        assert memory.registry is not None
        assert memory.registry.desired_digest == "sha256:1"
        assert [(loss.person_id, loss.holding, loss.certain) for loss in memory.losses] == [("id-bob", CALLING, True)]
        assert memory.in_force == {"sales": hour(1.5)}
        assert memory.waiting == {("id-cem", "Webex Calling - Professional"): hour(1.5)}
        assert memory.acknowledged == {"paper": 1}
        assert [(run.state, run.commit) for run in store.runs(ORG)] == [
            ("running", None),
            ("running", None),
            ("completed", "c0ffee"),
        ]
        assert store.run_plan(store.runs(ORG)[2].id).organization.name == "Acme"
        done = store.journal_entries(store.runs(ORG)[2].id)
        assert [(entry.change.email, entry.outcome is not None) for entry in done] == [
            ("cem@acme.example", True),
            ("bob@acme.example", True),
        ]
        assert store.lease().holder(ORG) == ("host-b 4", hour(6), datetime(2026, 6, 1, 15, 10, tzinfo=UTC))


def test_who_had_two_open_calls_has_the_newer_one(old: str) -> None:
    """One open call a person is the rule since revision 0002; the older one is closed, and its run is still told."""
    with Store.open(old) as store, store._database.read() as connection:
        rows = connection.execute(
            text("SELECT person_id, run, seq FROM journal WHERE state = 'intent' ORDER BY run, seq")
        )
        assert [tuple(row) for row in rows] == [("id-ann", 2, 1), ("id-dan", 3, 1)]


def test_a_migrated_store_goes_on(old: str) -> None:
    """The next readings and applies write to it as to a new one."""
    with Store.open(old) as store:
        assert sync(store, hour(9), [someone("ann", MESSAGING), someone("eve")]).gone == 3
        carry_out(store, hour(10), "eve", (license_operation("add", MEETINGS, "sales"), "done"))
        assert situation_of(store.live(ORG), "eve").holdings == (MEETINGS,)
        assert len(store.runs(ORG)) == 4


def test_migrations_make_the_tables_that_statements_expect(old: str) -> None:
    """The revisions, one after the other, give exactly what `tables` says, and text compares by character."""
    Store.open(old).close()
    engine = create_engine(old)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        if engine.dialect.name == "postgresql":
            other = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            other += " AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'"
            assert connection.execute(text(other)).all() == []
    engine.dispose()


def test_a_newer_store_is_not_touched(url: str) -> None:
    """It is refused with what to do, and every row and index stays as it is."""
    with Store.open(url) as store:
        sync(store, hour(0), [someone("ann")])
        with store._database.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = stores.everything(url)
    for create in (True, False):
        with pytest.raises(StoreError, match="newer version") as caught:
            Store.open(url, create=create)
        assert "Upgrade" in caught.value.hint
    assert stores.everything(url) == before


def test_several_processes_that_migrate_at_once(old: str) -> None:
    """One does it, the others wait and go on: nobody is sent away, nothing is done twice."""
    code = "import sys, time; from reconciler.store import Store; time.sleep(max(0, float(sys.argv[2]) - time.time()));"
    code += " store = Store.open(sys.argv[1]); print(len(store.runs('org-1')))"
    start = str(time.time() + 1)
    several = [
        subprocess.Popen(
            [sys.executable, "-c", code, old, start], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    assert [process.communicate(timeout=60) for process in several] == [("3\n", "")] * 3


class Watch:
    """Counts the statements of a migration, and does something at one of them, or at its commit."""

    def __init__(self, act: Callable[[], None], at: int | None = None) -> None:
        self.count, self._act, self._at, self._noted = 0, act, at, False
        event.listen(Engine, "before_cursor_execute", self._statement)
        event.listen(Engine, "commit", self._commit)

    def _statement(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.count += 1
        self._noted |= statement.startswith("UPDATE alembic_version")
        if self.count == self._at:
            self._act()

    def _commit(self, _: Any) -> None:
        if self._noted:
            self._act()

    def end(self) -> None:
        """Watch no more."""
        event.remove(Engine, "before_cursor_execute", self._statement)
        event.remove(Engine, "commit", self._commit)


def statements(url: str) -> int:
    """How many statements opening the store takes; they are taken back."""

    def stop() -> None:
        raise RuntimeError("only counting")

    watch = Watch(stop)
    try:
        with pytest.raises(RuntimeError, match="only counting"):
            Store.open(url)
    finally:
        watch.end()
    return watch.count


def killed(url: str, at: int) -> None:
    """Open the store in a child that is killed before statement `at`, or at its commit."""
    child = os.fork()
    if child:
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        return
    try:
        Watch(lambda: os.kill(os.getpid(), signal.SIGKILL), at)
        Store.open(url)
    finally:
        os._exit(1)


def test_a_migration_that_is_killed_leaves_the_old_version(old: str) -> None:
    """Wherever it dies, the last moment before the commit included: everything is as before, and the next one does it."""
    before, total = stores.everything(old), statements(old)
    assert total > 12
    assert stores.everything(old) == before
    for at in sorted({3, total // 4, total // 2, 3 * total // 4, total - 1, total, total + 1}):
        killed(old, at)
        assert stores.everything(old) == before, at
    with Store.open(old) as store, store._database.read() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == REVISIONS[-1]
