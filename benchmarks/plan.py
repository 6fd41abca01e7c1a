"""`plan --offline` as a whole process: wall time and peak memory, for an organization that is mostly as wanted.

Run as `python -m benchmarks.plan [PEOPLE] [RUNS]`. A generated organization is read into a store first (not measured).
Three states: `kept` (a few people in a hundred change, no pool is short), `first` (a first plan: many change and thousands
compete for the last units) and `applied` (that plan was carried out and recorded: thousands wait, hardly anybody changes).
Every run is a new process, imports and output included; `python -c pass` is
measured beside it, because on a busy machine only the difference and the ratio mean something.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.operations.demo_files import FILES

if TYPE_CHECKING:
    from reconciler.model.desired import Desired
    from reconciler.operations.context import Context
    from reconciler.sandbox import State

HEAD = "apiVersion: webex-licenses/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n"
KEPT = (
    HEAD.format(kind="Organization", name="bench")
    + "  assignment: groupsThenOrganization\n---\n"
    + HEAD.format(kind="OrganizationTemplate", name="everyone")
    + "  licenses: [{license: Basic Messaging}]\n---\n"
    + HEAD.format(kind="GroupTemplate", name="sales")
    + "  groups: [Sales]\n  licenses: [{license: Basic Messaging}, {license: Advanced Messaging}]\n"
)
CASES = {"kept": {"organization.yaml": KEPT}, "first": FILES, "applied": FILES}


def prepare(people: int, directory: Path) -> None:
    """One store and one directory of files per case."""
    import httpx

    from reconciler.cli.progress import Silent
    from reconciler.load import load_desired
    from reconciler.operations.context import Connection, Context
    from reconciler.operations.sync import sync
    from reconciler.sandbox import State, create_app
    from reconciler.store import Store
    from reconciler.webex import Reader, Session, Writer

    state = State.generate(people=people, groups=20, seed=1)
    app = create_app(state)

    @asynccontextmanager
    async def connect() -> AsyncIterator[Connection]:
        async with Session("bench", "http://127.0.0.1/v1", transport=httpx.ASGITransport(app=app)) as session:
            yield Connection(Reader(session), Writer(session), lambda: session.calls)

    for case, files in CASES.items():
        folder = directory / case
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        loaded = load_desired(folder)
        assert loaded.desired is not None, loaded.findings
        with Store.open(f"sqlite:///{directory}/{case}.db") as store:
            context = Context(lambda store=store: store, connect, Silent(), lambda: datetime.now(UTC), "bench")  # type: ignore[misc]
            asyncio.run(sync(loaded.desired, context))
            if case == "applied":
                carry_out(state, loaded.desired, context)


def carry_out(state: State, desired: Desired, context: Context) -> None:
    """The plan of the newest reading done in the sandbox without its calls, read again, and recorded as an apply records."""
    from reconciler.operations.plan import plan
    from reconciler.operations.sync import sync

    first = plan(desired, context, offline=True).plan
    for change in first.changes:
        person = state.person(change.person_id)
        assert person is not None
        for operation in change.licenses:
            license = state.license(operation.license_id)
            assert license is not None
            (state.hold if operation.operation == "add" else state.release)(person, license)
        sites = set(person.attendee_sites) ^ {role.site_url for role in change.attendee_sites}
        state.set_attendee(person, sorted(sites))
    state.warm()
    asyncio.run(sync(desired, context))
    made, store, now = plan(desired, context, offline=True), context.store(), datetime.now(UTC)
    org_id, ledger = made.plan.organization.id, made.ledger
    run = store.start_run(org_id, made.plan, None, now)
    store.record_apply(
        org_id,
        run,
        registry=ledger.registry,
        in_force=ledger.in_force,
        reorigin=ledger.reorigin,
        reorigin_people=ledger.reorigin_people,
        waiting=ledger.waiting,
        at=now,
    )
    store.finish_run(run, completed=True, at=now)
    asyncio.run(sync(desired, context))


def run(command: list[str]) -> tuple[float, float, bytes]:
    """Wall seconds, peak memory in MB, and what was printed."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return time.perf_counter() - start, used.ru_maxrss / 1024, printed


def main(people: int = 100_000, runs: int = 5) -> None:
    """Prepare, then measure every case `runs` times, in turn with a bare interpreter."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        # In a process of its own: a child's peak memory counts from its parent's size on Linux.
        subprocess.run([sys.executable, "-m", "benchmarks.plan", "--prepare", str(people), name], check=True)
        for case in CASES:
            store = f"sqlite:///{directory}/{case}.db"
            command = [sys.executable, "-m", "reconciler", "--store", store, "plan", str(directory / case), "--offline"]
            run(command)
            bare, walls, peaks = [], [], []
            for _ in range(runs):
                bare.append(run([sys.executable, "-c", "pass"])[0])
                wall, peak, printed = run(command)
                walls.append(wall)
                peaks.append(peak)
            print(printed.decode().splitlines()[0])
            print(
                f"{case}: {statistics.median(walls):.2f} s ({min(walls):.2f} to {max(walls):.2f}), "
                f"peak {max(peaks):.0f} MB, {people:,} people; a bare interpreter {statistics.median(bare):.3f} s"
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--prepare"]:
        prepare(int(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(*(int(text) for text in sys.argv[1:]))
