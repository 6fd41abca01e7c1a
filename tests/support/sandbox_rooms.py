"""The real rooms around one sandbox: real client, sync, store and planner in one process, without guards and without waiting.

What an apply refuses to send (stopping guards) is sent here as well: whether Webex would take it is what is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import httpx

from reconciler.errors import WebexRefusedError
from reconciler.execute.operation import in_words, operations_of
from reconciler.model.desired import Desired
from reconciler.model.plan import Change, Plan
from reconciler.model.result import OperationResult, Outcome, PersonResult
from reconciler.operations.context import Connection, Context
from reconciler.operations.plan import plan_from_store
from reconciler.operations.sync import sync
from reconciler.sandbox import State, create_app, order, rules
from reconciler.store import Store
from reconciler.webex import Reader, Session, Writer
from reconciler.webex.writer import request
from tests.support.live import NOW
from tests.unit.execute.fakes import Quiet

T = TypeVar("T")


class Rooms:
    """One organization, one store, one event loop. `planned` counts the plans made, `sent` the calls."""

    def __init__(self, shape: dict[str, Any], folder: Path, **faults: Any) -> None:
        self.state = State.from_shape(shape)
        self.faults = faults
        self.app = create_app(self.state, faults=faults)
        self.store = Store.open(f"sqlite:///{folder / 'store.db'}")
        self.now = NOW
        self.context = Context(lambda: self.store, self._connect, Quiet(), self._clock, tool_version="0")
        self.planned = self.sent = 0
        self._loop = asyncio.new_event_loop()

    def __enter__(self) -> Rooms:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.store.close()
        self._loop.close()

    def _clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(work)

    @asynccontextmanager
    async def _connect(self) -> AsyncIterator[Connection]:
        transport = httpx.ASGITransport(app=self.app)
        async with Session("token", "http://127.0.0.1/v1", transport=transport) as session:
            yield Connection(Reader(session), Writer(session), lambda: session.calls)

    def plan(self, desired: Desired) -> Plan:
        """Read the organization and plan."""
        self._run(sync(desired, self.context))
        self.planned += 1
        return plan_from_store(desired, self.context, self.state.org_id).plan

    def send(self, plan: Plan, desired: Desired) -> list[str]:
        """Send every change and record the apply; what was not answered with 200, in words."""
        run = self.store.start_run(self.state.org_id, plan, None, self._clock(), ())
        met = self._run(self._send_all(run, plan))
        if not met:
            ledger = plan_from_store(desired, self.context, self.state.org_id).ledger
            self.store.record_apply(
                self.state.org_id, run, registry=ledger.registry, in_force=ledger.in_force, reorigin=ledger.reorigin,
                reorigin_people=ledger.reorigin_people, waiting=ledger.waiting, at=self._clock(),
            )  # fmt: skip
        self.store.finish_run(run, completed=not met, at=self._clock())
        return met

    async def _send_all(self, run: str, plan: Plan) -> list[str]:
        met: list[str] = []
        async with self._connect() as connection:
            open_changes = list(plan.changes)
            while open_changes:
                change = next(filter(self._has_units, open_changes), open_changes[0])
                met += await self._send(connection, run, change)
                open_changes.remove(change)
        return met

    def _foreseen(self, change: Change) -> list[str]:
        """The sandbox's own reasons, which the answer 206 does not carry."""
        person = self.state.person(change.person_id)
        assert person is not None
        asked = order.read(request(change, self.state.org_id))
        over = self.faults.get("over_allocation", False)
        found = rules.refusals(self.state, person, asked, over_allocation=over)
        return sorted({f"{item.code}: {item.description.partition(' Not applied:')[0]}" for item in found})

    def _has_units(self, change: Change) -> bool:
        """Whether this can go now: an apply sends what takes a freed unit after what frees it."""
        for operation in change.licenses:
            license = self.state.license(operation.license_id)
            assert license is not None
            if operation.operation == "add" and operation.subscription and license.consumed >= license.total:
                return False
        return True

    async def _send(self, connection: Connection, run: str, change: Change) -> list[str]:
        journal = self.store.journal(self.state.org_id)
        number = journal.intend(run, change, self._clock())
        why = self._foreseen(change)
        met: list[str] = []
        try:
            status = (await connection.writer.patch(change)).status
            if status != 200:
                met = [f"{status} {why} {_words(change)}"]
        except WebexRefusedError:
            status, met = 400, [f"400 {why} {_words(change)}"]
        self.sent += 1
        outcome: Outcome = "refused" if met else "done"
        operations = tuple(OperationResult(item, outcome) for item in operations_of(change))
        reading = await connection.writer.read(change.person_id)
        ended = PersonResult(change.person_id, change.email, operations, status)
        journal.settle(run, number, ended, self._clock(), reading)
        return met


def _words(change: Change) -> str:
    return f"{change.email}: {', '.join(map(in_words, operations_of(change)))}"
