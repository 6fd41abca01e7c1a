"""Nobody ends with less than before because Webex took the old license and did not give the new one."""

from __future__ import annotations

import pytest

from reconciler.errors import WebexAuthError, WebexServerError, WebexUnreachableError
from reconciler.model.plan import HOST_REPLACED, SUBSCRIPTION_REPLACED, TIER_REPLACED
from reconciler.store.ledger import Holdings, after
from tests.unit.execute.bench import Bench, outcomes
from tests.unit.execute.fakes import add, change, paid, promoted, remove, taken_for

SITE = "acme.webex.com"
SWAP = (paid("pro"), taken_for(TIER_REPLACED))


@pytest.mark.parametrize("status", [200, 206])
def test_a_tier_that_was_not_given_is_put_back(status: int) -> None:
    """200 or 206, old taken and new not given: one more call gives the old one back, journalled and read like any other."""
    bench = Bench(ann=["std"])
    bench.webex.drop["ann"] = {"pro"}
    bench.webex.status["ann"] = status
    out = bench.run(change("ann", *SWAP))
    assert bench.webex.licenses["ann"] == {"std"}
    assert outcomes(out.people[0]) == ["ignored", "skipped"]
    assert out.people[0].operations[1].detail == "It was put back, because Webex did not give Name of pro."
    assert [entry for entry in bench.log if not entry.startswith("read")] == [
        "intend ann", "patch ann", "owed ann", "intend ann", "patch ann", "settle ann", "settle ann",
    ]  # fmt: skip
    assert out.stopped == ""


def test_the_ledger_neither_forgets_nor_learns_a_giver() -> None:
    """The removal is never recorded as done, and the call that puts back claims no template and no new gift."""
    bench = Bench(ann=["std"])
    bench.webex.drop["ann"] = {"pro"}
    bench.one(change("ann", *SWAP))
    (_, first, _), (call, second, _), (_, last, _) = bench.journal.entries
    assert outcomes(first) == ["ignored", "unknown"]
    assert outcomes(last) == ["ignored", "skipped"]
    assert [(item.operation, item.license_id, item.because) for item in call.licenses] == [("add", "std", ())]
    assert outcomes(second) == ["alreadyDone"]
    ledger = Holdings(frozenset({"std"}), frozenset(), {"std": ("template:agents",)})
    for _, result, reading in bench.journal.entries:
        ledger = after(ledger, result, reading)
    assert ledger == Holdings(frozenset({"std"}), frozenset(), {"std": ("template:agents",)})


def test_a_role_comes_back_when_the_host_license_did_not_come() -> None:
    """A promotion that gave no host license leaves the attendee role where it was."""
    bench = Bench(ann=[])
    bench.webex.roles["ann"] = {SITE}
    bench.webex.drop["ann"] = {"suite"}
    result = bench.one(change("ann", paid("suite", SITE), promoted(SITE)))
    assert outcomes(result) == ["ignored", "skipped"]
    assert bench.webex.roles["ann"] == {SITE}
    assert "Name of suite @ acme.webex.com" in result.operations[1].detail


@pytest.mark.parametrize(
    ("come", "go"),
    [
        (paid("new", name="Suite"), taken_for(SUBSCRIPTION_REPLACED, license_id="old", name="Suite")),
        (paid("new", SITE), taken_for(HOST_REPLACED, license_id="old", site=SITE)),
        (paid("new", SITE), taken_for("retention.groupChange remove", HOST_REPLACED, license_id="old", site=SITE)),
    ],
)
def test_every_kind_of_replacement_is_put_back(come: object, go: object) -> None:
    """Another subscription, another host license of the site, also where retention wanted the old one to go."""
    bench = Bench(ann=["old"])
    bench.webex.drop["ann"] = {"new"}
    assert outcomes(bench.one(change("ann", come, go))) == ["ignored", "skipped"]  # type: ignore[arg-type]
    assert bench.webex.licenses["ann"] == {"old"}


def test_only_what_its_own_addition_failed_for_is_put_back() -> None:
    """A swap that came out whole stays, and so does a plain removal, whatever else of the call was left out."""
    bench = Bench(ann=["std", "old"])
    bench.webex.drop["ann"] = {"suite", "msg"}
    result = bench.one(change("ann", *SWAP, paid("suite", SITE), add("msg"), remove("old")))
    assert outcomes(result) == ["done", "done", "ignored", "ignored", "done"]
    assert bench.webex.licenses["ann"] == {"pro"}
    assert bench.calls("patch") == ["ann"]


def test_nothing_taken_nothing_put_back() -> None:
    """A call without any effect, or a removal that Webex left out, costs no second call."""
    bench = Bench(ann=["std"], bob=["std"])
    bench.webex.drop["ann"] = {"pro", "std"}
    bench.webex.before["bob"] = WebexServerError("Down", status=503)
    bench.run(change("ann", *SWAP), concurrency=1)
    bench.run(change("bob", *SWAP), concurrency=1)
    assert bench.calls("patch") == ["ann", "bob"]


def test_half_an_effect_behind_a_lost_answer_is_put_back_too() -> None:
    """No answer, but the reading shows that only the removal took effect; the call that puts back may lose its answer too."""
    bench = Bench(ann=["std"])
    bench.webex.drop["ann"] = {"pro"}
    bench.webex.after["ann"] = WebexUnreachableError("No answer")
    out = bench.run(change("ann", *SWAP))
    assert bench.webex.licenses["ann"] == {"std"}
    assert outcomes(out.people[0]) == ["unknown", "skipped"]
    assert out.stopped == ""


def test_what_cannot_be_put_back_is_named_and_ends_the_run() -> None:
    """The second call fails: the removal stays done and says LOST, the ledger learns it, and nobody else is touched."""
    bench = Bench(ann=["std"], bob=[])
    bench.webex.drop["ann"] = {"pro"}
    calls: list[str] = []

    def fail_the_second(person: str) -> None:
        calls.append(person)
        if len(calls) == 2:
            bench.webex.before["ann"] = WebexServerError("Down", status=503)

    bench.webex.on_patch = fail_the_second
    out = bench.run(change("ann", *SWAP), change("bob", add("a")), concurrency=1)
    ann, bob = out.people
    assert outcomes(ann) == ["ignored", "done"]
    assert ann.operations[1].lost
    assert ann.operations[1].detail == (
        "LOST: Webex took it and did not give Name of pro; putting it back failed: No effect: Down (status 503)"
    )
    assert outcomes(bob) == ["notSent"]
    assert out.stopped.startswith("ann@acme.example lost Name of std and did not get what was to come in its place.")
    (_, again, _), (_, last, _) = bench.journal.entries[-2:]
    assert [(item.operation.operation, item.outcome) for item in again.operations] == [("add", "failed")]
    assert [(item.operation.operation, item.outcome) for item in last.operations] == [
        ("add", "ignored"),
        ("remove", "done"),
    ]


def test_a_calling_license_is_never_put_back_by_itself() -> None:
    """Its number may be gone, so nothing is sent: the person is named and the run ends."""
    bench = Bench(ann=["std"], bob=["std"])
    bench.webex.drop["ann"] = {"pro"}
    swap = (paid("pro"), taken_for(TIER_REPLACED, calling=True))
    out = bench.run(change("ann", *swap), change("bob", *swap))
    assert bench.calls("patch") == ["ann"]
    assert out.people[0].operations[1].lost
    assert "Calling license is not put back" in out.people[0].operations[1].detail
    assert outcomes(out.people[1]) == ["notSent", "notSent"]
    assert "ann@acme.example lost Name of std" in out.stopped


def test_without_an_intent_nothing_is_put_back_either() -> None:
    """A store that fails in between: no call without an intent, and the loss is told."""
    bench = Bench(ann=["std"])
    bench.webex.drop["ann"] = {"pro"}
    bench.webex.on_patch = bench.journal.no_intent.add
    out = bench.run(change("ann", *SWAP))
    assert bench.calls("patch") == ["ann"]
    assert out.people[0].operations[1].lost
    assert "lost Name of std" in out.stopped
    assert "disk is full" in out.stopped
    assert [entry for entry in bench.log if not entry.startswith("read")] == ["intend ann", "patch ann", "owed ann"]


def test_a_lease_lost_in_between_leaves_it_owed() -> None:
    """Whoever holds the lease next puts it back: nothing went wrong in Webex, the call only did not leave."""
    bench = Bench(ann=["std"])
    bench.webex.drop["ann"] = {"pro"}
    bench.webex.wait_before_ready = 10.0

    def steal(person: str) -> None:
        bench.journal.stolen = True

    bench.webex.on_patch = steal
    out = bench.run(change("ann", *SWAP))
    assert "taken over by somebody else" in out.stopped
    assert bench.log.count("owed ann") == 1
    (last_call, _, _) = bench.journal.entries[-1]
    assert [item.operation for item in last_call.licenses] == ["add"]


def test_a_token_that_ends_in_between_leaves_it_owed() -> None:
    """The call was turned away at the door, so the next apply tries again."""
    bench = Bench(ann=["std"])
    bench.webex.drop["ann"] = {"pro"}
    calls: list[str] = []

    def end_with_the_second(person: str) -> None:
        calls.append(person)
        if len(calls) == 2:
            bench.webex.before["ann"] = WebexAuthError("The token has ended", status=401)

    bench.webex.on_patch = end_with_the_second
    out = bench.run(change("ann", *SWAP))
    assert "lost Name of std" in out.stopped
    assert "The token has ended" in out.stopped
    (last_call, _, _) = bench.journal.entries[-1]
    assert [item.operation for item in last_call.licenses] == ["add"]


def test_a_person_who_is_gone_gets_nothing_back() -> None:
    """Somebody deleted between the call and the reading is told as before, not put back."""
    bench = Bench(ann=["std"])
    bench.webex.drop["ann"] = {"pro"}
    wait = bench.time.sleep

    async def leave(seconds: float) -> None:
        bench.webex.licenses.pop("ann", None)
        await wait(seconds)

    bench.time.sleep = leave  # type: ignore[method-assign]
    out = bench.run(change("ann", *SWAP))
    assert outcomes(out.people[0]) == ["unknown", "done"]
    assert bench.calls("patch") == ["ann"]
    assert out.stopped == ""


def test_each_one_put_back_counts_as_an_unexpected_error() -> None:
    """Webex takes without giving, kind after kind: after so many in a row the run stops."""
    people = [f"p{number}" for number in range(5)]
    bench = Bench(**{person: ["std"] for person in people})
    bench.webex.drop = {person: {f"pro-{person}"} for person in people}
    changes = [change(person, paid(f"pro-{person}"), taken_for(TIER_REPLACED)) for person in people]
    out = bench.run(*changes, concurrency=1, stop_after_errors=3)
    assert "3 unexpected errors in a row" in out.stopped
    assert "did not give Name of pro-p2, but took Name of std" in out.stopped
    assert all(held == {"std"} for held in bench.webex.licenses.values())
    assert bench.calls("patch") == ["p0", "p0", "p1", "p1", "p2", "p2"]
