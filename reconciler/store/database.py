"""One database: how it is reached, and the two ways to work with it, reading and writing.

Reading sees one state, however long it takes. A write has its lock from its beginning, because a transaction that reads
first and asks for the lock later can be refused without having waited: in SQLite the only one there is (BEGIN IMMEDIATE), in
PostgreSQL one for each organization, so that one writer a time works on an organization and nobody waits for another one.
What organizations share there (sets and situations) is entered by `bulk.intern`, once a transaction and in one order, so
that writers cannot wait for each other in a circle.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, bindparam, create_engine, event, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from reconciler.errors import StoreError
from reconciler.store.packing import digest64, storable
from reconciler.store.tables import org
from reconciler.store.trouble import told_plainly

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy import URL, Connection, Engine

_CACHE_KIB = 32_768
_STAGE_CACHE_KIB = 65_536
# A server that does not answer is noticed within a minute or so, not after the two hours of a system's defaults.
_PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}

_LOCK = select(func.pg_advisory_xact_lock(bindparam("number", type_=BigInteger())))


class Database:
    """Engine, name for messages, and transactions. `wait` is how long a lock held by others is waited for, in seconds."""

    def __init__(self, url: URL, where: str, wait: float) -> None:
        self.where = where
        self.engine = _engine(url, wait)
        driver = getattr(self.engine.dialect.loaded_dbapi, "Error", SQLAlchemyError)
        self._driver: type[Exception] = driver
        self._file = None if url.get_backend_name() != "sqlite" else _identity(url.database or "")
        self._path = url.database or ""
        self._reading: dict[str, Any] = {}
        if url.get_backend_name() == "postgresql":
            self._reading = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    def demand_file(self) -> None:
        """StoreError when the file was moved, removed or replaced: what is written to it would be found by nobody."""
        if self._file is not None and _identity(self._path) != self._file:
            raise StoreError(
                f"The store {self.where} is gone: its file was moved, removed or replaced while it was in use.",
                hint="Put it back, then run again; nothing of this step was kept.",
            )

    def told_plainly(self) -> AbstractContextManager[None]:
        """Errors inside become StoreError with the name of this store."""
        return told_plainly(self.where, self._driver)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One transaction that sees one state and writes nothing."""
        with (
            self.told_plainly(),
            self.engine.connect().execution_options(**self._reading) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def write(self, whose: str = "") -> Iterator[Connection]:
        """One transaction with the write lock from its beginning; rolled back when anything is raised.

        `whose`: the organization (or whatever else) whose rows are written; nobody else writes those meanwhile.
        """
        self.demand_file()
        with self.told_plainly(), self.engine.connect() as connection, write_on(connection, whose):
            yield connection

    def own_connection(self) -> Connection:
        """A connection outside the pool, for temporary tables; closing it really closes it."""
        connection = self.engine.connect()
        connection.detach()
        if connection.dialect.name == "sqlite":
            cursor = connection.connection.cursor()
            # A rollback of temporary tables is not worth a file; they vanish with the connection.
            cursor.execute("PRAGMA temp.journal_mode = MEMORY")
            cursor.execute(f"PRAGMA temp.cache_size = -{_STAGE_CACHE_KIB}")
            cursor.close()
        return connection


def _identity(path: str) -> tuple[int, int] | None:
    """Which file this is, whatever it is called; None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def write_on(connection: Connection, whose: str = "") -> Iterator[None]:
    """A writing transaction on this connection; see `Database.write`."""
    connection.execution_options(immediate=True)
    try:
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(_LOCK, {"number": digest64(f"webex-licenses {whose}".encode())})
            yield
    finally:
        connection.execution_options(immediate=False)


def find_org(connection: Connection, org_id: str) -> tuple[int, int] | None:
    """Key and last moment of an organization, or None."""
    row = connection.execute(select(org.c.id, org.c.moment).where(org.c.org_id == org_id)).first()
    return None if row is None else (int(row[0]), int(row[1]))


def lock_org(connection: Connection, org_id: str, name: str = "") -> tuple[int, int]:
    """Key and last moment of an organization, which is entered if new; others wait until this transaction ends."""
    name = storable(name)
    statement = select(org.c.id, org.c.moment, org.c.name).where(org.c.org_id == org_id).with_for_update()
    row = connection.execute(statement).first()
    if row is None:
        connection.execute(insert(org).values(org_id=org_id, name=name, moment=0))
        row = connection.execute(statement).one()
    elif name and row[2] != name:
        connection.execute(update(org).where(org.c.id == row[0]).values(name=name))
    return int(row[0]), int(row[1])


def next_moment(connection: Connection, key: int, last: int, at: int) -> int:
    """A moment for what this transaction writes: the time, or just after the last one if the clock has not moved on."""
    moment = max(at, last + 1)
    connection.execute(update(org).where(org.c.id == key).values(moment=moment))
    return moment


def _engine(url: URL, wait: float) -> Engine:
    return _sqlite(url, wait) if url.get_backend_name() == "sqlite" else _postgresql(url, wait)


def _sqlite(url: URL, wait: float) -> Engine:
    patience = {} if "timeout" in url.query else {"timeout": wait}
    engine = create_engine(url, connect_args={"check_same_thread": False, **patience})

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        # We say BEGIN ourselves; sqlite3 would not say it before reads.
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def _postgresql(url: URL, wait: float) -> Engine:
    patience = {name: value for name, value in _PATIENCE.items() if name not in url.query}
    # Named, because a server may have another default.
    engine = create_engine(
        url,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        connect_args=patience,
        # How many rows an INSERT ... SELECT made is asked for after the driver has forgotten it.
        execution_options={"preserve_rowcount": True},
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", (f"{max(1, int(wait * 1000))}ms",))
            # What is in the journal must be on the disk, also where the server was told to be quick about it.
            cursor.execute(
                "SELECT set_config('synchronous_commit', 'on', false)"
                " WHERE current_setting('synchronous_commit') IN ('off', 'local')"
            )
        connection.commit()

    return engine
