"""The whole story in under a minute: an organization, its files, sync, plan, apply, an empty plan, a click, drift.

Everything is real but the network: the sandbox answers in this process through httpx's ASGI transport, the store is
SQLite in a temporary directory, and every number shown is read from them.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from reconciler import __version__
from reconciler.errors import ReconcilerError
from reconciler.model.desired import Desired
from reconciler.model.plan import Plan
from reconciler.operations import loop
from reconciler.operations.apply import apply
from reconciler.operations.context import Connection, Context
from reconciler.operations.demo_files import FILES
from reconciler.operations.drift import drift
from reconciler.operations.plan import plan_from_store
from reconciler.operations.sync import sync
from reconciler.ports import Progress
from reconciler.sandbox import State, create_app

Write = Callable[[str], None]
PEOPLE, GROUPS, SEED = 500, 10, 7


def demo(write: Write, progress: Progress, *, width: int = 80, colour: bool = False, people: int = PEOPLE) -> None:
    """Tell the story through `write`. Needs no account, no token and no network; leaves nothing behind."""
    with tempfile.TemporaryDirectory(prefix="webex-licenses-demo-") as directory:
        _Story(write, progress, Path(directory), width, colour).tell(people)


class _WithoutNotes:
    """Progress that keeps its bars and drops its notes: the story tells the same figures itself."""

    def __init__(self, inner: Progress) -> None:
        self.start, self.advance, self.finish = inner.start, inner.advance, inner.finish

    def note(self, text: str) -> None:
        """Nothing."""


class _Story:
    """One telling: the sandbox, the files, and the context that connects them."""

    def __init__(self, write: Write, progress: Progress, directory: Path, width: int, colour: bool) -> None:
        from reconciler.store import Store

        self._write, self._width, self._colour = write, width, colour
        self._files = directory / "desired-state"
        self._store = Store.open(f"sqlite:///{directory}/store.db")
        self._context = Context(
            lambda: self._store, self._connect, _WithoutNotes(progress), lambda: datetime.now(UTC), __version__
        )

    def tell(self, people: int) -> None:
        """From the first file to the drift report."""
        try:
            self._organization(people)
            desired = self._write_files()
            self._sync(desired)
            plan = self._plan(desired, "3. What would change? `webex-licenses plan` only reads.")
            self._apply(desired, plan)
            again = self._plan(desired, "5. Plan again. What was applied must not come up a second time.")
            if again.changes:
                raise ReconcilerError(
                    "the second plan is not empty", hint="this is a defect of webex-licenses: report it"
                )
            self._clicks(desired, plan)
            self._end()
        finally:
            self._store.close()

    def _organization(self, people: int) -> None:
        self._state = State.generate(people=people, groups=GROUPS, seed=SEED)
        self._app = create_app(self._state)
        self._say(
            "webex-licenses keeps the licenses of a Webex organization equal to YAML files in git.",
            "",
            f"This demo runs against a made-up Webex inside this process: {len(self._state.people):,} people,",
            f"{len(self._state.groups)} groups, {len(self._state.licenses)} license pools. Nothing leaves this machine.",
        )

    def _write_files(self) -> Desired:
        from reconciler.load import load_desired

        self._title("1. Somebody writes down who should hold what. Two files:")
        self._files.mkdir()
        for name, text in FILES.items():
            (self._files / name).write_text(text, encoding="utf-8")
            self._write(f"\n  --- {name}\n" + "".join(f"  {line}\n" for line in text.splitlines()))
        loaded = load_desired(self._files)
        if loaded.desired is None:
            raise ReconcilerError(
                "the demo's own files are not valid", hint="this is a defect of webex-licenses: report it"
            )
        return loaded.desired

    def _sync(self, desired: Desired) -> None:
        self._title("2. Read Webex once: `webex-licenses sync`.")
        outcome = loop.run(sync(desired, self._context))
        snapshot = outcome.snapshot
        self._say(
            f"  {snapshot.people:,} people, {snapshot.licenses} licenses and {snapshot.groups} groups "
            f"in {outcome.calls} calls and {outcome.seconds:.1f} seconds.",
            "  Members were read of the groups that the files name, and the directory, because",
            "  a site administrator cannot be an attendee and only the directory knows those.",
        )

    def _plan(self, desired: Desired, title: str) -> Plan:
        from reconciler.report import plan_text

        self._title(title)
        plan = plan_from_store(desired, self._context, self._state.org_id).plan
        self._write(plan_text.render(plan, width=self._width, colour=self._colour))
        return plan

    def _apply(self, desired: Desired, plan: Plan) -> None:
        from reconciler.report import apply_result

        self._title("4. After review: `webex-licenses apply`. One call a person, each one read back.")
        result = loop.run(apply(desired, self._context, plan, stop=asyncio.Event()))
        self._write(apply_result.render(result, "text", width=self._width, colour=self._colour))

    def _clicks(self, desired: Desired, plan: Plan) -> None:
        from reconciler.report import drift as report

        loser, winner = self._two_people(plan)
        self._title("6. A day later somebody clicks in Control Hub:")
        self._say(
            f"  - takes Advanced Messaging away from {loser} (who is in Sales)",
            f"  - makes {winner} (in neither group) a host",
            "  - hires Nora Newcomer into Sales",
        )
        loop.run(self._click(loser, winner))
        self._title("7. The nightly `webex-licenses drift` tells what happened:")
        loop.run(sync(desired, self._context))
        found = drift(desired, self._context, offline=True)
        self._write(report.render(found, "text", width=self._width, colour=self._colour))

    def _two_people(self, plan: Plan) -> tuple[str, str]:
        """Somebody in Sales who was given a license, and somebody outside the templated groups who is an attendee."""
        sellers = [
            change.email
            for change in plan.changes
            if any(op.license == "Advanced Messaging" and op.operation == "add" for op in change.licenses)
        ]
        others = [
            change.email
            for change in plan.changes
            if not change.licenses and any(op.operation == "add" for op in change.attendee_sites)
        ]
        return sellers[0], others[0]

    async def _click(self, loser: str, winner: str) -> None:
        import httpx

        transport = httpx.ASGITransport(app=self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as hub:
            site = "acme.webex.com"
            for path, body in (
                ("/sandbox/assign", {"email": loser, "remove": ["advanced-messaging"]}),
                ("/sandbox/assign", {"email": winner, "removeAttendee": [site], "add": ["suite-main-new"]}),
                ("/sandbox/people", {"email": "nora.newcomer@acme.example", "name": "Nora Newcomer"}),
                ("/sandbox/groups/Sales/members", {"add": ["nora.newcomer@acme.example"]}),
            ):
                answer = await hub.post(path, json=body)
                if answer.is_error:
                    raise ReconcilerError(f"the sandbox refused {path}: {answer.text}")

    def _end(self) -> None:
        self._title("That is all. Next:")
        self._say(
            "  webex-licenses init my-organization     start your own desired state",
            "  webex-licenses sandbox                  a Webex to rehearse on; see the README's tutorial",
        )

    @asynccontextmanager
    async def _connect(self) -> AsyncIterator[Connection]:
        import httpx

        from reconciler.webex import Reader, Session, Writer

        transport = httpx.ASGITransport(app=self._app)
        async with Session("demo-token", "http://127.0.0.1/v1", transport=transport) as session:
            yield Connection(Reader(session), Writer(session), lambda: session.calls)

    def _title(self, text: str) -> None:
        self._write(f"\n\n{text}\n{'-' * min(len(text), self._width)}\n")

    def _say(self, *lines: str) -> None:
        self._write("".join(f"{line}\n" for line in lines))
