"""The real rooms for one piece of work: client, store, operations, with a transport and a time that are handed in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import TracebackType

import httpx

from reconciler.errors import ReconcilerError
from reconciler.model.desired import Desired
from reconciler.model.plan import Plan
from reconciler.model.result import ApplyResult
from reconciler.operations.apply import Pace, apply, resume
from reconciler.operations.context import Connection, Context
from reconciler.operations.plan import plan_from_store
from reconciler.operations.sync import sync
from reconciler.store import Store
from reconciler.webex import Reader, Session, Writer
from reconciler.webex.tokens import Tokens
from tests.support.crash_time import Time, run
from tests.unit.execute.fakes import Quiet, Stop

AT_ONCE = 3


class Rooms:
    """A context manager; the store at `url` is opened at the first use. `token` makes what renews tokens."""

    def __init__(
        self, url: str, transport: httpx.AsyncBaseTransport, time: Time, token: Callable[[Time], Tokens] | None = None
    ) -> None:
        self._url, self._transport, self.time = url, transport, time
        self._token = token(time) if token else None
        self._opened: list[Store] = []
        self.context = Context(self._store, self._connect, Quiet(), time.now, tool_version="0")

    def __enter__(self) -> Rooms:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for store in self._opened:
            store.close()

    @property
    def store(self) -> Store:
        """The store."""
        return self._store()

    def _store(self) -> Store:
        if not self._opened:
            self._opened.append(Store.open(self._url))
        return self._opened[0]

    @asynccontextmanager
    async def _connect(self) -> AsyncIterator[Connection]:
        async with Session(
            self._token or "token",
            "http://127.0.0.1/v1",
            transport=self._transport,
            clock=self.time.now,
            ticks=self.time.monotonic,
        ) as session:
            yield Connection(Reader(session), Writer(session), lambda: session.calls)

    def plan(self, desired: Desired) -> Plan:
        """Read the organization and plan."""
        run(self.time, sync(desired, self.context))
        ((org_id, _),) = self.store.organizations()
        return plan_from_store(desired, self.context, org_id).plan

    def apply(self, desired: Desired, plan: Plan) -> ApplyResult:
        """Carry out a plan."""
        return run(self.time, apply(desired, self.context, plan, stop=Stop(), pace=Pace(concurrency=AT_ONCE)))

    def tried(self, desired: Desired, plan: Plan) -> ApplyResult | ReconcilerError:
        """The same; a clear stop is a value."""
        try:
            return self.apply(desired, plan)
        except ReconcilerError as error:
            return error

    def resume(self, desired: Desired) -> ApplyResult | None:
        """Finish what was interrupted; None when nothing was."""
        work = resume(desired, self.context, stop=Stop(), pace=Pace(concurrency=AT_ONCE))
        return run(self.time, work)

    def unlock(self) -> None:
        """What an administrator does who knows that the other process is dead."""
        for org_id, _ in self.store.organizations():
            self.store.unlock(org_id)
