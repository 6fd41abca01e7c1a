"""Being told: off by default, counts only, once for the same content, and never worth a run."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from reconciler import wiring
from reconciler.errors import InputError, ReconcilerError, WebexAuthError
from reconciler.load.formats import webhook
from reconciler.model.catalog import License
from reconciler.model.desired import Desired, Notifications, Organization
from reconciler.model.drift import Drift, DriftItem
from reconciler.model.finding import Finding
from reconciler.model.live import Scope
from reconciler.model.notice import Matter, Notice
from reconciler.model.plan import LicenseOperation, OrganizationRef, Waiting
from reconciler.model.result import ApplyResult, OperationResult, PersonResult, Unmet
from reconciler.operations import notify
from reconciler.operations.context import Context
from reconciler.store import Store
from tests.unit.execute.fakes import Quiet

NOW = datetime(2026, 11, 21, 20, tzinfo=UTC)
ACME = OrganizationRef("org-1", "acme")
SUITE = License("L1", "Webex Meetings Suite", 100, 96, subscription="Sub-1", site="acme.webex.com")
ROOMY = License("L2", "Webex Calling - Professional", 100, 94, subscription="Sub-1")
FREE = License("L3", "Basic Messaging", 4, 4)


class Recorder:
    """A way of telling that remembers, or fails."""

    channel, shown = "test:1", "the recorder"

    def __init__(self, error: Exception | None = None) -> None:
        self.sent: list[tuple[dict[str, Any], str]] = []
        self.error = error

    async def send(self, body: bytes, markdown: str, digest: str) -> None:
        if self.error is not None:
            raise self.error
        self.sent.append((msgspec.json.decode(body), markdown))


class Rooms:
    """A real store with one snapshot, and a context around it."""

    def __init__(self, folder: Path) -> None:
        self.store = Store.open(f"sqlite:///{folder / 'store.db'}")
        with self.store.begin_sync(ACME.id, "Acme", Scope(), NOW) as writer:
            writer.licenses((SUITE, ROOMY, FREE))
            writer.commit()
        self.progress = Quiet()
        self.context = Context(lambda: self.store, None, self.progress, lambda: NOW, "0")  # type: ignore[arg-type]

    def tell(self, notice: Notice, sender: Recorder) -> None:
        asyncio.run(notify.tell(notice, [sender], self.context))


@pytest.fixture
def rooms(tmp_path: Path) -> Rooms:
    """A store on disk."""
    return Rooms(tmp_path)


def files(**fields: Any) -> Desired:
    """A directory with these notifications."""
    return Desired(Organization("acme", "organization", notifications=Notifications(**fields)), ())


def waiting(*names: str) -> tuple[Waiting, ...]:
    """People who wait for the same license."""
    return tuple(Waiting(n, f"{n}@acme.example", SUITE.name, NOW, (), SUITE.site, "Sub-1") for n in names)


def drift(*items: DriftItem, **fields: Any) -> Drift:
    """A report with these differences."""
    return Drift("1.0", "Drift", ACME, "1", NOW, None, items, **fields)


def item(name: str, direction: Any = "extra", cause: Any = "addedByHand") -> DriftItem:
    """One difference of somebody."""
    return DriftItem(name, f"{name}@acme.example", direction, SUITE.name, "L1", None, cause, ())


FOUND = drift(
    item("ann"), item("ann", "missing", "removedByHand"), item("bob"), item("cy", "preserved"),
    waiting=waiting("dan", "eve"),
    findings=(Finding("no-number", "warning", "fay@acme.example", "m"), Finding("first-run", "info", "", "m")),
)  # fmt: skip


def test_counts_are_told_and_no_people(rooms: Rooms) -> None:
    """What drift found as counts, most people first; what a policy keeps is none, and a hint is no block."""
    notice = notify.of_drift(files(), rooms.context, FOUND)
    assert notice.summary == "Drift of acme: 3 differences of 2 people"
    assert notice.waiting == (Matter("Webex Meetings Suite @ acme.webex.com (Sub-1)", 2),)
    assert notice.blocked == (Matter("no-number", 1),)
    assert notice.drift == (Matter("extra: addedByHand", 2), Matter("missing: removedByHand", 1))
    assert [(pool.license, pool.consumed, pool.available) for pool in notice.pools] == [(SUITE.name, 96, 4)]
    recorder = Recorder()
    rooms.tell(notice, recorder)
    assert "@acme.example" not in str(recorder.sent)


def test_nobody_is_named_unless_the_files_say(rooms: Rooms) -> None:
    """With `details: true` the addresses are there, sorted, each once."""
    notice = notify.of_drift(files(details=True), rooms.context, FOUND)
    assert notice.drift[0].names == ("ann@acme.example", "bob@acme.example")
    assert notice.waiting[0].names == ("dan@acme.example", "eve@acme.example")


@pytest.mark.parametrize("only", ["waiting", "blocked", "drift", "pools"])
def test_what_is_told_is_what_the_files_say(rooms: Rooms, only: str) -> None:
    """`about` leaves the others out."""
    notice = notify.of_drift(files(about=(only,)), rooms.context, FOUND)
    filled = [name for name in ("waiting", "blocked", "drift", "pools") if getattr(notice, name)]
    assert filled == [only]


def test_pools_that_run_dry() -> None:
    """At most so many percent left, over-assigned ones first; free licenses and unknown counts never run dry."""
    over = License("L4", "Over", 10, 12, subscription="Sub-1")
    unknown = License("L5", "Unknown", 10, None, subscription="Sub-1")
    pools = (SUITE, ROOMY, FREE, over, unknown)
    assert [pool.license for pool in notify.dry_pools(pools, 5)] == ["Over", SUITE.name]
    assert [pool.license for pool in notify.dry_pools(pools, 6)] == ["Over", SUITE.name, ROOMY.name]
    assert [pool.license for pool in notify.dry_pools(pools, 0)] == ["Over"]


def test_an_apply_tells_what_was_not_done(rooms: Rooms) -> None:
    """Refused operations are blocked people, beside what could not even be asked for; held ones are meant so."""
    operation = LicenseOperation("add", "L1", SUITE.name, "Sub-1", None, "config", False, ())
    people = (
        PersonResult("a", "ann@acme.example", (OperationResult(operation, "done"),), 200),
        PersonResult("b", "bob@acme.example", (OperationResult(operation, "refused"),), 400),
    )
    unmet = (
        Unmet("waiting", SUITE.name, ("cy@acme.example",)),
        Unmet("held", "removals", ("dan@acme.example",)),
        Unmet("blocked", "no-number", ("eve@acme.example",)),
    )
    result = ApplyResult("1.0", "ApplyResult", "run-1", "d", ACME.id, NOW, NOW, people, unmet=unmet)
    notice = notify.of_apply(files(), rooms.context, result)
    assert notice.summary == "Apply of acme incomplete: 1 operation done"
    assert notice.waiting == (Matter(SUITE.name, 1),)
    assert notice.blocked == (Matter("apply: refused", 1), Matter("no-number", 1))


def test_an_apply_that_a_guard_stops_is_told(rooms: Rooms) -> None:
    """Nothing was sent, and somebody should know which guard it was."""
    findings = [Finding("removals", "error", "", "too many"), Finding("irreversible", "error", "", "lost")]
    notice = notify.of_stop(files(about=("blocked",)), rooms.context, findings)
    assert notice.summary == "Apply of acme stopped by irreversible and removals; nothing was sent"
    assert notice.blocked == (Matter("guard: irreversible", 0), Matter("guard: removals", 0))
    recorder = Recorder()
    rooms.tell(notice, recorder)
    assert recorder.sent[0][1].endswith("- guard: irreversible\n- guard: removals")


def test_the_same_is_not_told_twice_in_a_row(rooms: Rooms) -> None:
    """The same content at another time is no news; other content is; and so is that it is over, once."""
    recorder = Recorder()
    quiet = notify.of_drift(files(about=("drift",)), rooms.context, drift())
    rooms.tell(quiet, recorder)
    assert recorder.sent == [], "nothing to tell, and nothing was told before"
    first = notify.of_drift(files(about=("drift",)), rooms.context, drift(item("ann")))
    for notice in (first, msgspec.structs.replace(first, at=datetime(2027, 1, 1, tzinfo=UTC), summary="other words")):
        rooms.tell(notice, recorder)
    assert len(recorder.sent) == 1
    rooms.tell(notify.of_drift(files(about=("drift",)), rooms.context, drift(item("ann"), item("bob"))), recorder)
    for _ in range(2):
        rooms.tell(quiet, recorder)
    assert len(recorder.sent) == 3
    assert "What was told before is over." in recorder.sent[-1][1]


@pytest.mark.parametrize("error", [ReconcilerError("it is down."), RuntimeError("https://secret.example/token")])
def test_a_failed_message_is_told_and_fails_nothing(rooms: Rooms, error: Exception) -> None:
    """A note says so without the address, the next way is tried all the same, and it is news again the next time."""
    notice = notify.of_drift(files(), rooms.context, FOUND)
    good = Recorder()
    good.channel = "test:2"
    asyncio.run(notify.tell(notice, [Recorder(error), good], rooms.context))
    assert len(good.sent) == 1
    assert any("Could not tell the recorder" in note for note in rooms.progress.notes)
    assert "secret.example" not in str(rooms.progress.notes)
    again = Recorder()
    rooms.tell(notice, again)
    assert len(again.sent) == 1


def test_nobody_is_told_unless_the_files_say() -> None:
    """Off by default; with a destination after apply and drift; the command line decides for one call."""
    configured = files(webhook="https://a.example")
    assert [notify.wanted(files(), command, None) for command in ("plan", "apply", "drift")] == [False] * 3
    assert [notify.wanted(configured, command, None) for command in ("plan", "apply", "drift")] == [False, True, True]
    assert notify.wanted(files(space="R", on=("plan",)), "plan", None)
    assert not notify.wanted(files(space="R", on=("plan",)), "apply", None)
    assert notify.wanted(configured, "plan", True)
    assert not notify.wanted(configured, "apply", False)


def test_the_environment_beats_the_files(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret address or another space comes from the environment; without a token a space cannot be told."""
    for name in ("WEBEX_ACCESS_TOKEN", *wiring.SERVICE_APP):
        monkeypatch.delenv(name, raising=False)
    assert wiring.destinations(files()) is None
    both = files(webhook="https://a.example/x", space="R1")
    assert wiring.destinations(both) == ("https://a.example/x", "R1")
    monkeypatch.setenv("WEBEX_LICENSES_WEBHOOK_URL", "https://b.example/y")
    monkeypatch.setenv("WEBEX_LICENSES_SPACE", "R2")
    assert wiring.destinations(both) == ("https://b.example/y", "R2")
    with pytest.raises(WebexAuthError):
        wiring.senders(both, rooms.context)
    monkeypatch.setenv("WEBEX_LICENSES_BOT_TOKEN", "bot-token")
    assert [sender.shown for sender in wiring.senders(both, rooms.context)] == [
        "the webhook at b.example",
        "the Webex space",
    ]
    monkeypatch.setenv("WEBEX_LICENSES_WEBHOOK_URL", "http://b.example/top-secret")
    with pytest.raises(InputError) as caught:
        wiring.senders(both, rooms.context)
    assert "top-secret" not in caught.value.message


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("https://hooks.example.com/a?b=c", True), ("http://127.0.0.1:8080/x", True), ("http://localhost/", True),
        ("http://hooks.example.com", False), ("ftp://a.example", False), ("https://u:p@a.example", False), ("hooks", False),
        ("https://", False), ("https://[", False),
    ],
)  # fmt: skip
def test_addresses(text: str, good: bool) -> None:
    """https, or http on this machine; never a user and password."""
    assert (webhook(text) is None) == good
