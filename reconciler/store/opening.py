"""From a URL to a database that is ready: the file made for its owner alone, the tables current, or a StoreError."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from reconciler.errors import StoreError
from reconciler.store.database import Database
from reconciler.store.schema import ensure, nothing_there
from reconciler.store.trouble import damaged

OLDEST_SERVER = (13,)
"""The oldest PostgreSQL that is good for a store; older ones get no repairs any more."""
_DRIVER = "psycopg"
# Bytes; the whole check takes some 7 ms for a megabyte, the quick one 3.
_WHOLLY_CHECKED, _QUICKLY_CHECKED = 32_000_000, 256_000_000
_SECRETS = ("password", "sslpassword", "passfile")
_SHAPE = "A store is named like sqlite:///.webex-licenses/store.db or postgresql+psycopg://user:password@host/database."


def open_database(url: str, *, create: bool, wait: float) -> Database:
    """The database at `url`. `create`: make it if it is not there; `wait`: seconds to wait for a lock.

    Raises StoreError, with the place and what to do, for whatever stands in the way.
    """
    parsed = _parse(url)
    where = _shown(parsed)
    if parsed.get_backend_name() == "sqlite":
        path = Path(parsed.database or "")
        where = str(path)
        _prepare(path, create=create)
    try:
        database = Database(parsed, where, wait)
    except (ImportError, NoSuchModuleError) as error:
        raise StoreError(
            f"The driver for the store {where} is not installed.",
            hint="Install it: pip install 'webex-license-reconciler[postgresql]'.",
        ) from error
    try:
        if parsed.get_backend_name() == "postgresql":
            _check_server(database)
        else:
            _check_file(database, Path(parsed.database or ""))
        ensure(database, create=create)
    except BaseException:
        database.close()
        raise
    return database


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        # What was given may hold a password, so it is not repeated.
        raise StoreError("The name of the store is not a database URL.", hint=_SHAPE) from error
    kind = parsed.get_backend_name()
    if kind not in ("sqlite", "postgresql"):
        raise StoreError(f"A store of kind {kind} is not supported.", hint=_SHAPE)
    if kind == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise StoreError("A store must be kept in a file: what a run did must outlive it.", hint=_SHAPE)
    if kind == "postgresql":
        _, _, driver = parsed.drivername.partition("+")
        if driver not in ("", _DRIVER):
            raise StoreError(f"A store cannot be reached through the driver {driver}.", hint=_SHAPE)
        parsed = parsed.set(drivername=f"postgresql+{_DRIVER}")
    return parsed


def _shown(url: URL) -> str:
    """The name of a store for messages, without any secret."""
    return url.difference_update_query(_SECRETS).render_as_string(hide_password=True)


def _check_file(database: Database, path: Path) -> None:
    """Refuse a damaged file before anything is planned from it, as far as looking for damage takes no second."""
    size = path.stat().st_size
    if size > _QUICKLY_CHECKED:
        return
    check = "integrity_check" if size <= _WHOLLY_CHECKED else "quick_check"
    with database.read() as connection:
        found = str(connection.exec_driver_sql(f"PRAGMA {check}(1)").scalar())
    if found != "ok":
        raise damaged(database.where, found)


def _check_server(database: Database) -> None:
    with database.read() as connection:
        version = connection.dialect.server_version_info or ()
        encoding = str(connection.execute(text("SHOW server_encoding")).scalar())
    if version < OLDEST_SERVER:
        raise StoreError(
            f"The store {database.where} is on PostgreSQL {'.'.join(map(str, version))}.",
            hint=f"PostgreSQL {OLDEST_SERVER[0]} or newer is needed.",
        )
    if encoding != "UTF8":
        raise StoreError(
            f"The store {database.where} is a database of the encoding {encoding}, which lacks letters that names have.",
            hint="Make one with CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0.",
        )


def _prepare(path: Path, *, create: bool) -> None:
    """Make the file, readable for its owner alone: it names every person of the organization."""
    try:
        if path.exists():
            if path.is_dir():
                raise StoreError(f"The store {path} is a directory.", hint="Name a file with WEBEX_LICENSES_STORE.")
            return
        if not create:
            raise nothing_there(str(path))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as error:
        raise StoreError(
            f"The store {path} cannot be made: {error.strerror or error}.",
            hint="Check that its directory may be written, or name another store with WEBEX_LICENSES_STORE.",
        ) from error
