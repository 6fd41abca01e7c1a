"""Sync, apply and inventory with the real client, store and planner against the sandbox, in one process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.execute import Delays
from reconciler.model.desired import Desired, GroupReference, Organization, Reference, Template
from reconciler.model.plan import Plan
from reconciler.model.result import ApplyResult
from reconciler.operations.apply import Pace, apply
from reconciler.operations.context import Connection, Context
from reconciler.operations.inventory import inventory
from reconciler.operations.sync import SyncOutcome, sync
from reconciler.planner import make_plan
from reconciler.sandbox import State, create_app
from reconciler.store import Store
from reconciler.webex import Reader, Session, Writer
from tests.unit.execute.bench import outcomes
from tests.unit.execute.fakes import Quiet, Stop

SITE = "acme.webex.com"
FILE: dict[str, Any] = {
    "organization": {"name": "Acme"},
    "licenses": [
        {"key": "msg", "name": "Basic Messaging", "type": "FMS", "total": 44},
        {
            "key": "host",
            "name": "Webex Meetings Suite",
            "type": "EE",
            "total": 1,
            "subscription": "Sub-1",
            "site": SITE,
            "siteType": "Control Hub managed site",
        },
    ],
    "groups": [{"name": "Sales", "members": ["ann@acme.example", "bob@acme.example"]}],
    "people": [
        {"email": "ann@acme.example", "name": "Ann", "licenses": ["msg"], "created": "2025-01-01T00:00:00Z"},
        {"email": "bob@acme.example", "name": "Bob", "licenses": [], "created": "2025-01-02T00:00:00Z"},
        {"email": "cem@acme.example", "name": "Cem", "licenses": ["msg"], "attendeeSites": [SITE]},
    ],
}
FILES = Desired(
    organization=Organization("acme", "groups", default_subscription="Sub-1", default_site=SITE),
    templates=(
        Template(
            "sales",
            "group",
            (Reference(license="Basic Messaging"), Reference(license="Webex Meetings Suite")),
            (GroupReference(name="Sales"),),
        ),
    ),
    digest="sha256:files",
)


class Rooms:
    """The real rooms around one sandbox and one store."""

    def __init__(self, folder: Path) -> None:
        self.state = State.from_shape(FILE)
        self.app = create_app(self.state)
        self.store = Store.open(f"sqlite:///{folder / 'store.db'}")
        self.progress = Quiet()
        self.context = Context(
            lambda: self.store, self._connect, self.progress, lambda: datetime.now(UTC), tool_version="0"
        )

    @asynccontextmanager
    async def _connect(self) -> AsyncIterator[Connection]:
        transport = httpx.ASGITransport(app=self.app)
        async with Session("token", "http://127.0.0.1/v1", transport=transport) as session:
            yield Connection(Reader(session), Writer(session), lambda: session.calls)

    def sync(self) -> SyncOutcome:
        return asyncio.run(sync(FILES, self.context))

    def plan(self) -> Plan:
        org_id, now = self.sync().snapshot.org_id, datetime.now(UTC)
        return make_plan(FILES, self.store.live(org_id), self.store.memory(org_id, now), now, "0").plan

    def apply(self, reviewed: Plan) -> ApplyResult:
        pace = Pace(delays=Delays(polls=(0.01, 0.02), grace=0.0))
        return asyncio.run(apply(FILES, self.context, reviewed, stop=Stop(), pace=pace))

    def click(self, path: str, body: dict[str, Any]) -> None:
        """Somebody does something in Control Hub."""

        async def send() -> None:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                (await client.post(path, json=body)).raise_for_status()

        asyncio.run(send())


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[Rooms]:
    """The real rooms, with a store in a folder of its own."""
    made = Rooms(tmp_path)
    yield made
    made.store.close()


def test_apply_and_plan_again(rooms: Rooms) -> None:
    """Apply what was planned, then plan again: nothing is left to do, and who waits is remembered since then."""
    reviewed = rooms.plan()
    result = rooms.apply(reviewed)
    assert result.complete, result
    assert {outcome for person in result.people for outcome in outcomes(person)} == {"done"}
    again = rooms.plan()
    assert again.changes == ()
    assert [(item.email, item.license) for item in again.waiting] == [("bob@acme.example", "Webex Meetings Suite")]
    (run,) = rooms.store.runs(result.organization_id)
    assert (run.state, run.plan_digest) == ("completed", reviewed.digest)


def test_counters_after_an_apply_need_no_sync(rooms: Rooms) -> None:
    """An apply ends by reading the counters: the inventory shows the unit that was just given."""
    rooms.apply(rooms.plan())
    found = inventory(FILES, rooms.context, sync=False)
    assert [(row.name, row.total, row.consumed, row.available) for row in found.rows] == [
        ("Basic Messaging", 44, 3, 41),
        ("Webex Meetings Suite", 1, 1, 0),
    ]


def test_control_hub_was_quicker(rooms: Rooms) -> None:
    """What somebody did by hand since the review is already done, the rest is sent, and the apply is complete."""
    reviewed = rooms.plan()
    rooms.click("/sandbox/assign", {"email": "bob@acme.example", "add": ["msg"]})
    result = rooms.apply(reviewed)
    found = {outcome for person in result.people for outcome in outcomes(person)}
    assert found == {"done", "alreadyDone"}
    assert result.complete


def test_a_second_sync_of_the_same(rooms: Rooms) -> None:
    """Nobody changed: all unchanged, and calls and people are counted."""
    first, second = rooms.sync(), rooms.sync()
    assert (first.added, second.added, second.changed, second.gone, second.unchanged) == (3, 0, 0, 0, 3)
    assert second.calls >= 4
    assert second.snapshot.people == 3


PATCH = {"method": "PATCH", "person": "ann@acme.example"}
REFUSAL = {"message": "No", "errors": [{"errorCode": 400404, "description": "License conflict"}], "trackingId": "NA_1"}


@pytest.mark.parametrize(
    ("faults", "outcome", "word"),
    [
        ({"rules": [{"match": PATCH, "then": {"status": 503, "effect": "before"}}]}, "done", "took effect"),
        ({"rules": [{"match": PATCH, "then": {"status": 503}}]}, "failed", "No effect"),
        ({"rules": [{"match": PATCH, "then": {"status": 400, "body": REFUSAL}}]}, "refused", "code 400404"),
        ({"rules": [{"match": PATCH, "then": {"status": 200, "body": "<html>"}}]}, "failed", "No effect"),
        ({"ignorePatch": ["host"]}, "ignored", "left this out"),
    ],
)
def test_trouble_on_the_wire(rooms: Rooms, faults: dict[str, Any], outcome: str, word: str) -> None:
    """Whatever the answer, the outcome is what the person has afterwards; nothing is sent twice, the next plan goes on."""
    reviewed = rooms.plan()
    rooms.click("/sandbox/faults", faults)
    result = rooms.apply(reviewed)
    (ann,) = (person for person in result.people if person.email == "ann@acme.example")
    assert outcomes(ann) == [outcome]
    assert word in ann.operations[0].detail
    assert result.complete == (outcome == "done")
    rooms.click("/sandbox/faults", {})
    assert (rooms.plan().changes == ()) == (outcome == "done")
    assert rooms.apply(rooms.plan()).complete
    assert rooms.plan().changes == ()
