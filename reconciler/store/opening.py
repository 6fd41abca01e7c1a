"""From a URL to a database that is ready: the file made for its owner alone, the tables current, or a StoreError."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from reconciler.errors import StoreError
from reconciler.store.database import Database
from reconciler.store.schema import ensure, nothing_there

_SHAPE = "A store is named like sqlite:///.webex-licenses/store.db or postgresql+psycopg://user:password@host/database."


def open_database(url: str, *, create: bool, wait: float) -> Database:
    """The database at `url`. `create`: make it if it is not there; `wait`: seconds to wait for a lock.

    Raises StoreError, with the place and what to do, for whatever stands in the way.
    """
    parsed = _parse(url)
    where = parsed.render_as_string(hide_password=True)
    if parsed.get_backend_name() == "sqlite":
        path = Path(parsed.database or "")
        where = str(path)
        _prepare(path, create=create)
    try:
        database = Database(parsed, where, wait)
    except (ImportError, NoSuchModuleError) as error:
        raise StoreError(
            f"The driver for the store {where} is not installed.", hint="Install it: pip install 'psycopg[binary]'."
        ) from error
    try:
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
    return parsed


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
