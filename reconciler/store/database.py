"""One database: how it is reached, and the two ways to work with it, reading and writing.

Every write takes SQLite's write lock at its beginning (BEGIN IMMEDIATE): a transaction that reads first and asks for
the lock later can be refused without having waited.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from reconciler.store.tables import org
from reconciler.store.trouble import told_plainly

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy import URL, Connection, Engine

_CACHE_KIB = 32_768
_STAGE_CACHE_KIB = 65_536


class Database:
    """Engine, name for messages, and transactions. `wait` is how long a lock held by others is waited for, in seconds."""

    def __init__(self, url: URL, where: str, wait: float) -> None:
        self.where = where
        self.engine = _engine(url, wait)
        driver = getattr(self.engine.dialect.loaded_dbapi, "Error", SQLAlchemyError)
        self._driver: type[Exception] = driver

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    def told_plainly(self) -> AbstractContextManager[None]:
        """Errors inside become StoreError with the name of this store."""
        return told_plainly(self.where, self._driver)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One transaction that sees one state and writes nothing."""
        with self.told_plainly(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction with the write lock from its beginning; rolled back when anything is raised."""
        with self.told_plainly(), self.engine.connect() as connection, write_on(connection):
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


@contextmanager
def write_on(connection: Connection) -> Iterator[None]:
    """A writing transaction on this connection."""
    connection.execution_options(immediate=True)
    try:
        with connection.begin():
            yield
    finally:
        connection.execution_options(immediate=False)


def find_org(connection: Connection, org_id: str) -> tuple[int, int] | None:
    """Key and last moment of an organization, or None."""
    row = connection.execute(select(org.c.id, org.c.moment).where(org.c.org_id == org_id)).first()
    return None if row is None else (int(row[0]), int(row[1]))


def lock_org(connection: Connection, org_id: str, name: str = "") -> tuple[int, int]:
    """Key and last moment of an organization, which is entered if new; others wait until this transaction ends."""
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
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": wait, "check_same_thread": False})

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
