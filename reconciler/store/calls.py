"""The journal, operation by operation, decoded no further than the change log shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from sqlalchemy import select

from reconciler.model.changelog import End
from reconciler.model.plan import Because, Operation
from reconciler.model.result import Outcome
from reconciler.store import bulk
from reconciler.store.everybody import label, role_label
from reconciler.store.packing import decode
from reconciler.store.tables import journal, run

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection


class _Operation(msgspec.Struct, rename="camel"):
    operation: Operation
    because: tuple[Because, ...] = ()
    license_id: str = ""
    license: str = ""
    subscription: str | None = None
    site: str | None = None
    site_url: str = ""
    irreversible: bool = False

    @property
    def holding(self) -> str:
        return self.license_id or f"attendee:{self.site_url}"

    @property
    def label(self) -> str:
        return label(self.license, self.site, self.subscription) if self.license_id else role_label(self.site_url)


class _Intent(msgspec.Struct, rename="camel"):
    email: str
    display_name: str
    licenses: tuple[_Operation, ...] = ()
    attendee_sites: tuple[_Operation, ...] = ()


class _Ended(msgspec.Struct):
    operation: _Operation
    outcome: Outcome
    detail: str = ""


class _Outcome(msgspec.Struct):
    operations: tuple[_Ended, ...]


class Call(NamedTuple):
    """One operation of one call."""

    run: int
    seq: int
    started: int
    commit: str | None
    person_id: str
    email: str
    name: str
    at: int
    operation: _Operation
    outcome: End
    detail: str

    @property
    def key(self) -> tuple[int, int, str, str]:
        """What tells it from every other one."""
        return self.run, self.seq, self.operation.operation, self.operation.holding


def calls(connection: Connection, which: ColumnElement[bool]) -> Iterator[Call]:
    """Every operation of the calls `which`, in no order."""
    names = ("run", "seq", "person_id", "intended", "state", "intent", "outcome")
    rows = select(*[journal.c[name] for name in names], run.c.started, run.c.commit_id).where(
        which, run.c.id == journal.c.run
    )
    for number, seq, who, at, state, intent, outcome, started, commit in bulk.rows(connection, rows):
        meant = decode("journal", intent, _Intent)
        ended = () if outcome is None else decode("journal", outcome, _Outcome).operations
        ends = {(item.operation.operation, item.operation.holding): item for item in ended}
        nothing: End = "unknown" if state == "settled" else "open"
        for operation in (*meant.licenses, *meant.attendee_sites):
            end = ends.get((operation.operation, operation.holding))
            told = (end.outcome, end.detail) if end else (nothing, "")
            yield Call(number, seq, started, commit, who, meant.email, meant.display_name, at, operation, *told)
