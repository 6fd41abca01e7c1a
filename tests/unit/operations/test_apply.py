"""Apply: everything checked before the first call, everything recorded after the last."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from reconciler.errors import (
    ApplyError,
    BlockedPlanError,
    LockedError,
    PlanFileError,
    ReconcilerError,
    StalePlanError,
    StoreError,
    WebexRefusedError,
    WebexServerError,
)
from reconciler.model.desired import Acknowledgement, Reference
from reconciler.model.plan import TIER_REPLACED, Change, GuardResult, Held, Plan
from reconciler.model.result import ApplyResult
from reconciler.operations.apply import Pace, apply, resume
from reconciler.ports import OpenCall
from reconciler.store.values import Run
from tests.unit.execute.bench import outcomes
from tests.unit.execute.fakes import START, Stop, add, change, paid, pool, remove, taken_for
from tests.unit.execute.plans import plan
from tests.unit.operations.fakes import Named, World, desired

FILES = desired(Reference(license="Basic Messaging"))
LEDGER = SimpleNamespace(registry="registry", in_force={"sales": START}, reorigin={}, reorigin_people={}, waiting=())
EMPTY = plan()
BOOK = SimpleNamespace(catalog=SimpleNamespace(pools={}), declared_pools=frozenset())


class Bench:
    """A world, and a planner that answers `fresh` first and `EMPTY` from then on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fresh: Plan, **people: Iterable[str]) -> None:
        self.world = World(**people)
        self.stop = Stop()
        self._plans = iter([fresh])
        monkeypatch.setattr("reconciler.planner.make_plan", self._make_plan, raising=False)
        monkeypatch.setattr("reconciler.operations.apply.objections_to_a_part", self._objections)

    def _make_plan(self, *arguments: Any) -> Any:
        assert self.world.store.syncs[-1].committed, "planned before reading"
        made = next(self._plans, EMPTY)
        workings = SimpleNamespace(book=BOOK, sight=made.guards)
        return SimpleNamespace(plan=made, ledger=LEDGER, workings=workings)

    def _objections(self, sight: Any, changes: Any) -> Any:
        self.asked_about = changes
        return sight

    def apply(self, reviewed: Plan) -> ApplyResult:
        pace = Pace(concurrency=1, sleep=self.world.time.sleep)
        return asyncio.run(apply(FILES, self.world.context, reviewed, stop=self.stop, holder="test", pace=pace))

    def refused(self, reviewed: Plan, error: type[ReconcilerError]) -> ReconcilerError:
        """Expect `error`; whatever it is, nothing was sent and no run was begun."""
        with pytest.raises(error) as raised:
            self.apply(reviewed)
        assert self.world.log == []
        return raised.value


def test_a_plan_is_carried_out_and_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything done: counters are read again, the ledger is recorded, the run is closed, the lease is given back."""
    both = plan(change("ann", add("a")), change("bob", remove("b")))
    bench = Bench(monkeypatch, both, ann=[], bob=["b"])
    result = bench.apply(both)
    store = bench.world.store
    assert [outcomes(person) for person in result.people] == [["done"], ["done"]]
    assert (result.complete, result.sent, result.run, result.plan_digest) == (True, True, "run-1", "sha256:plan")
    assert store.log[0] == "start_run"
    assert store.recorded == [
        {
            "registry": "registry",
            "in_force": {"sales": START},
            "reorigin": {},
            "reorigin_people": {},
            "waiting": (),
            "at": START,
        }
    ]
    assert store.refreshed == [bench.world.reader.pools]
    assert store.finished == [("run-1", True)]
    assert store.the_lease.log == ["acquire org-1", "refresh org-1 7", "release org-1"]
    assert bench.world.reader.asked[-1] == "licenses"


def test_an_empty_plan_is_recorded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """In-force dates begin with the first completed apply, an empty one included."""
    bench = Bench(monkeypatch, EMPTY)
    result = bench.apply(EMPTY)
    assert (result.complete, result.sent, result.people) == (True, False, ())
    assert len(bench.world.store.recorded) == 1


def test_a_plan_of_another_organization(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan's organization is not the one of the files: nothing is read into the store, let alone sent."""
    bench = Bench(monkeypatch, EMPTY)
    bench.world.reader.organization = Named("org-2", "Other")
    error = bench.refused(plan(org="org-1"), PlanFileError)
    assert "org-2" in error.message
    assert bench.world.store.syncs == []


def test_files_that_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The desired digest differs from the plan's: stale, exit 4."""
    error = Bench(monkeypatch, EMPTY).refused(plan(desired_digest="sha256:other"), StalePlanError)
    assert error.exit_code == 4


def test_a_reading_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """guards.maxAge counts from the snapshot of the plan."""
    error = Bench(monkeypatch, EMPTY).refused(plan(taken_at=START - timedelta(hours=25)), StalePlanError)
    assert "25.0 hours" in error.message
    assert Bench(monkeypatch, EMPTY).apply(plan(taken_at=START - timedelta(hours=24))).complete


def test_a_reading_of_the_future(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan by a clock that runs ahead never grows old; more than five minutes are refused."""
    error = Bench(monkeypatch, EMPTY).refused(plan(taken_at=START + timedelta(days=400)), StalePlanError)
    assert "clocks" in error.hint
    Bench(monkeypatch, EMPTY).refused(plan(taken_at=START + timedelta(minutes=5, seconds=1)), StalePlanError)
    assert Bench(monkeypatch, EMPTY).apply(plan(taken_at=START + timedelta(minutes=5))).complete


def test_the_store_learns_which_acknowledgements_are_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their lifetime begins with the first run; those that ended have none."""
    bench = Bench(monkeypatch, EMPTY)
    papers = tuple(
        Acknowledgement(name, "because", (START + timedelta(days=days)).date(), license="Webex Calling", max=1)
        for name, days in (("over", -1), ("last-day", 0), ("fresh", 9))
    )
    monkeypatch.setattr(f"{__name__}.FILES", msgspec.structs.replace(FILES, acknowledgements=papers))
    bench.apply(EMPTY)
    assert bench.world.store.acknowledged == ("last-day", "fresh")


def test_a_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else holds the lease: nothing is read, and their lease is not released."""
    bench = Bench(monkeypatch, EMPTY)
    bench.world.store.the_lease.taken_by = "host-2, process 3"
    error = bench.refused(EMPTY, LockedError)
    assert error.exit_code == 4
    assert bench.world.store.the_lease.log == []


def test_a_lease_that_was_lost_while_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reading outlasted the lease and somebody else took it: nothing is sent."""
    reviewed = plan(change("ann", add("a")))
    bench = Bench(monkeypatch, reviewed, ann=[])
    lease = bench.world.store.the_lease
    asked = bench.world.reader.groups

    async def groups() -> Any:
        lease.taken_by = "host-2, process 3"
        return await asked()

    bench.world.reader.groups = groups  # type: ignore[method-assign]
    bench.refused(reviewed, LockedError)


def test_a_stopping_guard_of_the_fresh_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guards of the file are not trusted: what objects now stops, by name, and the lease is given back."""
    reviewed = plan(change("ann", remove("a")))
    stopping = GuardResult("removals", "stop", "Too many removals.")
    bench = Bench(monkeypatch, msgspec.structs.replace(reviewed, guards=(stopping,)), ann=["a"])
    error = bench.refused(reviewed, BlockedPlanError)
    assert isinstance(error, BlockedPlanError)
    assert "\n  removals: Too many removals." in error.message
    assert [finding.code for finding in error.findings] == ["removals"]
    assert bench.world.store.the_lease.log == ["acquire org-1", "release org-1"]


def test_guards_that_do_not_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """An acknowledged objection and a holding one let the rest pass."""
    guards = (GuardResult("irreversible", "stop", "x", acknowledged=True), GuardResult("protected", "hold", "y"))
    reviewed = plan(change("ann", add("a")))
    bench = Bench(monkeypatch, msgspec.structs.replace(reviewed, guards=guards), ann=[])
    assert bench.apply(reviewed).complete


def test_only_what_both_plans_want(monkeypatch: pytest.MonkeyPatch) -> None:
    """Done already, sent, and skipped stand together in one result per person, in the order of the plan."""
    reviewed = plan(change("ann", add("a"), add("b"), add("c")), change("bob", add("a")))
    bench = Bench(monkeypatch, plan(change("ann", add("b"))), ann=["a"])
    result = bench.apply(reviewed)
    assert [item.licenses[0].license_id for item in bench.asked_about] == ["b"]  # guards look at what is sent
    assert [outcomes(person) for person in result.people] == [["alreadyDone", "done", "skipped"], ["skipped"]]
    assert result.people[0].status == 200
    assert "no longer in the organization" in result.people[1].operations[0].detail
    assert not result.complete
    assert bench.world.store.recorded == []
    assert bench.world.store.finished == [("run-1", False)]


def test_reasons_are_those_of_the_fresh_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan file with other reasons is matched, carried out and told; what is recorded are the reasons of the fresh plan."""
    reviewed, fresh = plan(change("ann", add("a"), add("pro"))), plan(change("ann", paid("pro")))
    bench = Bench(monkeypatch, fresh, ann=["a"])
    (ann,) = bench.apply(reviewed).people
    assert outcomes(ann) == ["alreadyDone", "done"]
    assert ann.operations[1].operation == paid("pro")


def test_held_operations_do_not_count_as_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a guard holds is named and counted, and the apply is complete without it."""
    reviewed = plan(change("ann", add("a"), remove("b")))
    held = Held("ann", "ann@acme.example", remove("b"), "protected")
    bench = Bench(monkeypatch, plan(change("ann", add("a")), held=(held,)), ann=["b"])
    result = bench.apply(reviewed)
    assert [outcomes(person) for person in result.people] == [["done"]]
    assert (result.complete, result.held) == (True, 1)
    assert "Held by protected: remove Name of b for ann@acme.example" in bench.world.progress.notes


def test_a_refusal_leaves_the_ledger_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not everything was done: no in-force dates, but the counters are read again and the run is closed as unfinished."""
    reviewed = plan(change("ann", add("a")), change("bob", add("a")))
    bench = Bench(monkeypatch, reviewed, ann=[], bob=[])
    bench.world.webex.before["ann"] = WebexRefusedError("No", status=400, codes=[400404])
    result = bench.apply(reviewed)
    assert [outcomes(person) for person in result.people] == [["refused"], ["done"]]
    assert bench.world.store.recorded == []
    assert bench.world.store.finished == [("run-1", False)]
    assert len(bench.world.store.refreshed) == 1


def test_units_are_counted_in_the_fresh_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pools that a run watches are those read just now, not those of the file."""
    changes = (change("ann", remove("pro")), change("bob", add("pro")))
    bench = Bench(monkeypatch, plan(*changes, pools=(pool("pro", 0, add=1, remove=1),)), ann=["pro"], bob=[])
    bench.world.webex.before["ann"] = WebexRefusedError("No", status=400, codes=[400404])
    result = bench.apply(plan(*changes, pools=(pool("pro", 5, add=1, remove=1),)))
    assert [outcomes(person) for person in result.people] == [["refused"], ["skipped"]]


def test_interrupted_before_the_first_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while reading: interrupted, and nothing was sent."""
    reviewed = plan(change("ann", add("a")))
    bench = Bench(monkeypatch, reviewed, ann=[])
    bench.stop.on = True
    result = bench.apply(reviewed)
    assert (result.interrupted, result.sent, result.complete) == (True, False, False)
    assert bench.world.store.finished == [("run-1", False)]


def test_interrupted_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C between two people: the first is done, the second was not sent, nothing is recorded as in force."""
    reviewed = plan(change("ann", add("a")), change("bob", add("a")))
    bench = Bench(monkeypatch, reviewed, ann=[], bob=[])
    bench.world.webex.on_patch = lambda person: setattr(bench.stop, "on", True)
    result = bench.apply(reviewed)
    assert [outcomes(person) for person in result.people] == [["done"], ["notSent"]]
    assert (result.interrupted, result.sent, result.complete) == (True, True, False)
    assert bench.world.store.recorded == []


def test_interrupted_too_late_to_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C during the last call: everything was done, so nothing was interrupted."""
    reviewed = plan(change("ann", add("a")))
    bench = Bench(monkeypatch, reviewed, ann=[])
    bench.world.webex.on_patch = lambda person: setattr(bench.stop, "on", True)
    assert bench.apply(reviewed).complete


def test_counters_that_cannot_be_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The closing reading fails: told, but everything was done and is recorded."""
    reviewed = plan(change("ann", add("a")))
    bench = Bench(monkeypatch, reviewed, ann=[])
    down = WebexServerError("Down", status=503)
    bench.world.webex.on_patch = lambda person: bench.world.reader.fail.update(licenses=down)
    assert bench.apply(reviewed).complete
    assert len(bench.world.store.recorded) == 1
    assert any("counters could not be read again" in note for note in bench.world.progress.notes)


def test_a_closing_record_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was sent is told although the store failed afterwards; the run is not complete."""
    reviewed = plan(change("ann", add("a")))
    bench = Bench(monkeypatch, reviewed, ann=[])
    bench.world.store.fail["record_apply"] = StoreError("The disk is full.")
    result = bench.apply(reviewed)
    assert [outcomes(person) for person in result.people] == [["done"]]
    assert "The disk is full." in result.stopped
    assert not result.complete
    assert bench.world.store.finished == [("run-1", False)]


def test_a_run_that_cannot_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The result is not lost because the last write fails."""
    reviewed = plan(change("ann", add("a")))
    bench = Bench(monkeypatch, reviewed, ann=[])
    bench.world.store.fail["finish_run"] = StoreError("The disk is full.")
    assert outcomes(bench.apply(reviewed).people[0]) == ["done"]
    assert bench.world.store.the_lease.log[-1] == "release org-1"


def test_a_reading_that_fails_gives_the_lease_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Webex is down while reading: the error is raised, nothing was sent, the lease is free."""
    bench = Bench(monkeypatch, EMPTY)
    bench.world.reader.fail["groups"] = WebexServerError("Down", status=503)
    bench.refused(EMPTY, WebexServerError)
    assert bench.world.store.the_lease.log == ["acquire org-1", "release org-1"]


def _open_call(bench: Bench, item: Change) -> OpenCall:
    seq = bench.world.store.the_journal.intend("run-0", item, START)
    bench.world.log.clear()
    at = START - timedelta(minutes=10)
    return OpenCall("run-0", seq, "intent", item, at, at)


def test_what_an_earlier_run_left_open_is_finished_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is read or sent: its call is looked at and recorded, dead runs are closed, and the result tells it."""
    bench = Bench(monkeypatch, plan(change("bob", add("a"))), ann=["a"], bob=[])
    bench.world.store.open = (_open_call(bench, change("ann", add("a"))),)
    result = bench.apply(plan(change("bob", add("a"))))
    assert bench.world.log[:3] == ["read ann", "list ann", "settle ann"]
    assert bench.world.store.closed == ["org-1"]
    assert [outcomes(person) for person in result.recovered] == [["done"]]
    assert [outcomes(person) for person in result.people] == [["done"]]
    assert result.complete


def test_who_is_unclear_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """An earlier call did only a part: the person is named and skipped in this run, which is not complete then."""
    wanted = change("ann", add("b"))
    bench = Bench(monkeypatch, plan(wanted), ann=["a"])
    bench.world.store.open = (_open_call(bench, change("ann", add("a"), add("b"))),)
    result = bench.apply(plan(wanted))
    assert [outcomes(person) for person in result.recovered] == [["done", "ignored"]]
    assert [outcomes(person) for person in result.people] == [["skipped"]]
    assert "patch ann" not in bench.world.log
    assert not result.complete


def _resume(bench: Bench) -> ApplyResult | None:
    pace = Pace(concurrency=1, sleep=bench.world.time.sleep)
    return asyncio.run(resume(FILES, bench.world.context, stop=bench.stop, holder="test", pace=pace))


def _interrupted(bench: Bench, reviewed: Plan) -> None:
    store = bench.world.store
    store.interrupted = Run("run-0", "org-1", reviewed.digest, None, "stopped", START, None)
    store.plans["run-0"] = reviewed


def test_nothing_to_resume(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last run completed: nothing is read but the organization, nothing locked."""
    bench = Bench(monkeypatch, EMPTY)
    assert _resume(bench) is None
    assert bench.world.store.the_lease.log == []


def test_resume_goes_on_with_the_plan_of_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """No plan file is needed; the new run knows which one it resumes."""
    reviewed = plan(change("ann", add("a")), change("bob", add("a")))
    bench = Bench(monkeypatch, plan(change("bob", add("a"))), ann=["a"], bob=[])
    _interrupted(bench, reviewed)
    result = _resume(bench)
    assert result is not None
    assert [outcomes(person) for person in result.people] == [["alreadyDone"], ["done"]]
    assert bench.world.store.resumed == "run-0"
    assert result.complete


def test_a_plan_that_is_too_old_is_not_resumed_but_its_calls_are_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is open is looked at and recorded all the same; the rest needs a new plan."""
    bench = Bench(monkeypatch, EMPTY, ann=["a"])
    _interrupted(bench, plan(change("ann", add("a")), taken_at=START - timedelta(hours=25)))
    bench.world.store.open = (_open_call(bench, change("ann", add("a"))),)
    with pytest.raises(StalePlanError):
        _resume(bench)
    assert bench.world.log == ["read ann", "list ann", "settle ann"]
    assert bench.world.store.the_lease.log[-1] == "release org-1"


def test_a_loss_of_an_earlier_run_ends_the_apply(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody lost something that could not be given back: nothing is sent, and the person is named. Exit 5."""
    swap = change("ann", paid("pro"), taken_for(TIER_REPLACED))
    bench = Bench(monkeypatch, plan(change("bob", add("a"))), ann=[], bob=[])
    bench.world.webex.before["ann"] = WebexServerError("Down", status=503)
    bench.world.store.open = (_open_call(bench, swap),)
    with pytest.raises(ApplyError, match=r"ann@acme\.example lost Name of std") as caught:
        bench.apply(plan(change("bob", add("a"))))
    assert caught.value.exit_code == 5
    assert "patch bob" not in bench.world.log
