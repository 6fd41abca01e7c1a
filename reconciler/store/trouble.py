"""What the database driver says, in words that help: which file, what is wrong, what to do. Parameters never get out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from reconciler.errors import StoreError

_OTHER_PLACE = "name another store with WEBEX_LICENSES_STORE"

# SQLite's error names, by their beginning; the first that fits wins.
_KNOWN: tuple[tuple[str, str, str], ...] = (
    ("SQLITE_NOTADB", "is not a SQLite database", f"Move the file away if it is not needed, or {_OTHER_PLACE}."),
    (
        "SQLITE_CORRUPT",
        "is damaged",
        "Keep the file, and restore the copy of the last apply: origins of licenses exist nowhere else. "
        "`sqlite3 FILE .recover` may save what is left.",
    ),
    (
        "SQLITE_READONLY",
        "cannot be written",
        f"Give this user write access to the file and its directory, or {_OTHER_PLACE}.",
    ),
    ("SQLITE_CANTOPEN", "cannot be opened", f"Check that the directory exists and may be written, or {_OTHER_PLACE}."),
    ("SQLITE_PERM", "cannot be opened", f"Give this user access to the file and its directory, or {_OTHER_PLACE}."),
    ("SQLITE_AUTH", "cannot be opened", f"Give this user access to the file and its directory, or {_OTHER_PLACE}."),
    ("SQLITE_FULL", "cannot be written: the disk is full", "Make room and run again; nothing of this step was kept."),
    (
        "SQLITE_BUSY",
        "is in use by another process",
        "Wait until the other run has ended, then run again; nothing was lost.",
    ),
    (
        "SQLITE_LOCKED",
        "is in use by another process",
        "Wait until the other run has ended, then run again; nothing was lost.",
    ),
    ("SQLITE_IOERR", "cannot be read or written: the disk reports an error", "Check the disk, then run again."),
)


def explain(error: BaseException, where: str) -> StoreError:
    """The StoreError for an error of SQLAlchemy or of the driver; `where` names the store without a password."""
    cause = getattr(error, "orig", None) or error
    name = str(getattr(cause, "sqlite_errorname", "") or "")
    for prefix, what, hint in _KNOWN:
        if name.startswith(prefix):
            return StoreError(f"The store {where} {what}.", hint=hint)
    said = str(cause).strip().splitlines()
    return StoreError(
        f"The store {where} cannot be used: {said[0] if said else type(cause).__name__}.",
        hint="Nothing of this step was kept. Check the store, then run again.",
    )


@contextmanager
def told_plainly(where: str, driver: type[Exception] = SQLAlchemyError) -> Iterator[None]:
    """Turn errors of SQLAlchemy and of the `driver` into StoreError."""
    try:
        yield
    except (SQLAlchemyError, driver) as error:
        raise explain(error, where) from error
