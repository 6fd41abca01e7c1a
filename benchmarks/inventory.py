"""How long each view of the inventory takes on a store with many people, and what reading activity costs a sync.

Run as `python -m benchmarks.inventory [PEOPLE]` (100,000). A generated organization is read once with activity, then twice
without and twice with, over the sandbox in this process; then every view is made and written as JSON from the store. Prints one
line a figure, wall time in seconds beside the time of this process's processor.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec

from reconciler.cli.progress import Silent
from reconciler.load import load_desired
from reconciler.operations import inventory_views as views
from reconciler.operations import loop
from reconciler.operations.context import Connection, Context
from reconciler.operations.inventory import inventory
from reconciler.operations.reclaim import reclaimable
from reconciler.operations.sync import sync
from reconciler.report.inventory_views import render
from reconciler.sandbox import State, create_app
from reconciler.store import Store
from reconciler.webex import Reader, Session, Writer

FILES = """apiVersion: webex-licenses/v1
kind: Organization
metadata: {name: acme}
spec:
  assignment: groupsThenOrganization
  defaults: {subscription: Sub-100001, siteUrl: acme.webex.com}
  manage: [Webex Meetings Suite, Advanced Messaging]
  prices: {Webex Meetings Suite: {amount: 12.5, currency: USD, per: month}}
---
apiVersion: webex-licenses/v1
kind: GroupTemplate
metadata: {name: sales}
spec:
  groups: [Sales, Support, Engineering]
  licenses: [{license: Webex Calling - Professional, calling: {number: workPhone}}]
"""


def timed(name: str, work: Callable[[], object]) -> None:
    """Do it, and print how long it took."""
    wall, processor = time.perf_counter(), time.process_time()
    found = work()
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    size = f", {len(msgspec.json.encode(found)):,} bytes" if isinstance(found, msgspec.Struct) else ""
    print(f"{name}: {wall:.2f} s ({processor:.2f} s of the processor){size}", flush=True)


def main(arguments: list[str]) -> None:
    """Measure."""
    people = int(arguments[0]) if arguments else 100_000
    app = create_app(State.generate(people=people, groups=40, seed=1))

    @asynccontextmanager
    async def connect() -> AsyncIterator[Connection]:
        async with Session("bench", "http://127.0.0.1/v1", transport=httpx.ASGITransport(app=app)) as session:
            yield Connection(Reader(session), Writer(session), lambda: session.calls)

    with tempfile.TemporaryDirectory() as directory, Store.open(f"sqlite:///{directory}/store.db") as store:
        (Path(directory) / "acme.yaml").write_text(FILES)
        desired = load_desired(Path(directory)).desired
        assert desired is not None
        context = Context(lambda: store, connect, Silent(), lambda: datetime.now(UTC), "bench")
        timed("first sync, with activity", lambda: loop.run(sync(desired, context, activity=True)))
        for _ in range(2):
            timed("sync", lambda: loop.run(sync(desired, context)))
            timed("sync with activity", lambda: loop.run(sync(desired, context, activity=True)))
        timed("inventory", lambda: inventory(desired, context, sync=False))
        for by in ("subscription", "site", "location", "group"):
            timed(f"by {by}", lambda by=by: views.inventory_by(desired, context, by, sync=False))  # type: ignore[misc]
        timed("administrators", lambda: views.administrators(desired, context, sync=False))
        timed("reclaimable", lambda: reclaimable(desired, context))
        for name in ("Webex Calling - Professional", "Advanced Messaging"):
            timed(f"holders of {name}", lambda name=name: views.license_holders(desired, context, name, sync=False))  # type: ignore[misc]
        holders = views.license_holders(desired, context, "Advanced Messaging", sync=False)
        timed(f"{len(holders.holders):,} holders as CSV", lambda: render(holders, "csv"))
        timed("the same as a table", lambda: render(holders))


if __name__ == "__main__":
    main(sys.argv[1:])
