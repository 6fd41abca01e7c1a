"""What the database driver says, in words that help: which store, what is wrong, what to do. Parameters never get out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from reconciler.errors import StoreError

_OTHER_PLACE = "name another store with WEBEX_LICENSES_STORE"
_ACCESS = f"Give this user access to the file and its directory, or {_OTHER_PLACE}."
_WAIT = ("is in use by another process", "Wait until the other run has ended, then run again; nothing was lost.")
_RESTORE = (
    "Keep it, and restore the copy of the last apply: origins of licenses exist nowhere else. "
    "docs/store.md says what may be saved without one."
)
_GONE = (
    "is out of reach: its server ended the connection",
    "Run again when the server is there. Each step is recorded whole or not at all.",
)
_LOGIN = "Check user, password and database in WEBEX_LICENSES_STORE, and what the server lets in (pg_hba.conf)."

# Names of SQLite's errors and numbers of PostgreSQL's (SQLSTATE), by their beginning; the first that fits wins.
_KNOWN: tuple[tuple[str, str, str], ...] = (
    ("SQLITE_NOTADB", "is not a SQLite database", f"Move the file away if it is not needed, or {_OTHER_PLACE}."),
    ("SQLITE_CORRUPT", "is damaged", _RESTORE),
    (
        "SQLITE_READONLY",
        "cannot be written",
        f"Give this user write access to the file and its directory, or {_OTHER_PLACE}.",
    ),
    ("SQLITE_CANTOPEN", "cannot be opened", f"Check that the directory exists and may be written, or {_OTHER_PLACE}."),
    ("SQLITE_PERM", "cannot be opened", _ACCESS),
    ("SQLITE_AUTH", "cannot be opened", _ACCESS),
    ("SQLITE_FULL", "cannot be written: the disk is full", "Make room and run again; nothing of this step was kept."),
    ("SQLITE_BUSY", *_WAIT),
    ("SQLITE_LOCKED", *_WAIT),
    ("SQLITE_IOERR", "cannot be read or written: the disk reports an error", "Check the disk, then run again."),
    ("25006", "cannot be written: its server is a copy that only reads", f"Name its primary, or {_OTHER_PLACE}."),
    ("28", "cannot be opened: the server refuses this user", _LOGIN),
    ("3D000", "cannot be opened: there is no such database", "Make it (CREATE DATABASE ...), or check the name."),
    ("40001", *_WAIT),
    ("40P01", *_WAIT),
    (
        "42501",
        "cannot be used: this user lacks a right there",
        "Make this user the owner of the database, so that it may make tables and temporary tables in it.",
    ),
    ("53100", "cannot be written: its disk is full", "Make room and run again; nothing of this step was kept."),
    ("53300", "is out of reach: its server has no connection free", "Raise max_connections, or run again later."),
    ("55P03", *_WAIT),
    ("57P", *_GONE),
    ("08", *_GONE),
    ("XX001", "is damaged", _RESTORE),
    ("XX002", "is damaged", _RESTORE),
)
# A connection that fails has no number, only words.
_WORDS: tuple[tuple[str, str, str], ...] = (
    ("password authentication failed", "cannot be opened: the server refuses this password", _LOGIN),
    ("no password supplied", "cannot be opened: the server asks for a password", _LOGIN),
    ("pg_hba.conf", "cannot be opened: the server lets this user in from here by no rule", _LOGIN),
    ("does not exist", "cannot be opened: its server has no such database or user", _LOGIN),
    (
        "too many clients",
        "is out of reach: its server has no connection free",
        "Raise max_connections, or run again later.",
    ),
    ("remaining connection slots", "is out of reach: its server has no connection free", "Raise max_connections."),
    (
        "the database system is",
        "is out of reach: its server is starting or stopping",
        "Run again when the server is there.",
    ),
    ("failed to resolve host", "is out of reach: nobody knows that host", "Check the host in WEBEX_LICENSES_STORE."),
    ("connection is bad", "is out of reach: no server answers there", "Start it, or check host and port."),
    ("connection failed", "is out of reach: no server answers there", "Start it, or check host and port."),
    ("timeout", "is out of reach: no server answers there in time", "Check host, port and firewalls."),
    ("server closed the connection", *_GONE),
    ("connection is closed", *_GONE),
    ("connection is lost", *_GONE),
)


def damaged(where: str, found: str) -> StoreError:
    """The error for a file in which SQLite's own check found something, which it says in one line."""
    return StoreError(f"The store {where} is damaged ({' '.join(found.split())}).", hint=_RESTORE)


def explain(error: BaseException, where: str) -> StoreError:
    """The StoreError for an error of SQLAlchemy or of the driver; `where` names the store without a password."""
    cause = getattr(error, "orig", None) or error
    name = str(getattr(cause, "sqlite_errorname", "") or getattr(cause, "sqlstate", "") or "")
    for prefix, what, hint in _KNOWN:
        if name.startswith(prefix):
            return StoreError(f"The store {where} {what}.", hint=hint)
    said = str(cause).strip()
    if not name:
        for words, what, hint in _WORDS:
            if words in said:
                return StoreError(f"The store {where} {what}.", hint=hint)
    return StoreError(
        f"The store {where} cannot be used: {said.splitlines()[0] if said else type(cause).__name__}.",
        hint="Nothing of this step was kept. Check the store, then run again.",
    )


@contextmanager
def told_plainly(where: str, driver: type[Exception] = SQLAlchemyError) -> Iterator[None]:
    """Turn errors of SQLAlchemy and of the `driver` into StoreError."""
    try:
        yield
    except (SQLAlchemyError, driver) as error:
        raise explain(error, where) from error
