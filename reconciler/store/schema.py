"""Which version of the tables a database has, and bringing an older one up to date.

The version is read with plain SQL; Alembic is loaded (half a second) only when there is something to change.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from reconciler.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alembic.runtime.migration import MigrationContext, MigrationStep
    from sqlalchemy import Connection

    from reconciler.store.database import Database

REVISIONS = ("0001", "0002")
"""Every revision this version knows, oldest first; the last is the current one."""

_MIGRATIONS = Path(__file__).parent / "migrations"


def ensure(database: Database, *, create: bool) -> None:
    """Make the tables what this version needs.

    Raises StoreError for tables of a newer version, for a database that is not ours, and, unless `create`, for an empty one.
    """
    with database.read() as connection:
        revision = _revision(connection, database.where)
    if revision == REVISIONS[-1]:
        return
    if revision is None and not create:
        raise nothing_there(database.where)
    _keep_log(database)
    with database.write("the tables") as connection:
        # Another process may have been quicker. What it made is seen, for each statement reads anew here.
        if _revision(connection, database.where) != REVISIONS[-1]:
            upgrade(connection)


def nothing_there(where: str) -> StoreError:
    """The error for a store that has never been written."""
    return StoreError(
        f"There is no store at {where}.", hint="Run `webex-licenses sync`, or name the store with WEBEX_LICENSES_STORE."
    )


def _revision(connection: Connection, where: str) -> str | None:
    """The revision, None for an empty database; StoreError for one that this version must not touch."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" not in tables:
        if tables:
            raise StoreError(
                f"{where} is a database of something else (it has a table {sorted(tables)[0]}).",
                hint="Name a database of its own with WEBEX_LICENSES_STORE.",
            )
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found is not None and found not in REVISIONS:
        raise StoreError(
            f"The store {where} was written by a newer version of webex-licenses "
            f"(tables of revision {found}; this version knows {REVISIONS[-1]}).",
            hint="Upgrade webex-licenses. The store was not changed.",
        )
    return None if found is None else str(found)


def _keep_log(database: Database) -> None:
    """Let readers go on while somebody writes. SQLite remembers it in the file; it cannot be said inside a transaction."""
    if database.engine.dialect.name != "sqlite":
        return
    with database.told_plainly():
        raw = database.engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA journal_mode = WAL")
        finally:
            raw.close()


def upgrade(connection: Connection, to: str = REVISIONS[-1]) -> None:
    """Bring the tables up to a revision, in the transaction of this connection."""
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(_MIGRATIONS))

    def steps(revision: object, _context: MigrationContext) -> Sequence[MigrationStep]:
        # What `alembic upgrade head` itself calls; without an env.py there is no public way to it.
        return scripts._upgrade_revs(to, revision)  # type: ignore[arg-type]

    with EnvironmentContext(Config(), scripts, fn=steps) as environment:
        environment.configure(connection=connection, transactional_ddl=True)
        environment.run_migrations()
