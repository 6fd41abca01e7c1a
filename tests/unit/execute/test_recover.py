"""Recovery: what an earlier run left open is looked at, recorded, and hardly ever sent again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from typing import Literal

import msgspec
import pytest

from reconciler.errors import WebexError, WebexNotFoundError, WebexServerError
from reconciler.execute import Delays, Recovered, recover
from reconciler.model.live import PersonReading
from reconciler.model.plan import HOST_REPLACED, TIER_REPLACED, CallingProperties, Change, Expects
from reconciler.model.result import LOST, OperationResult, PersonResult
from reconciler.ports import OpenCall, PatchAnswer
from tests.unit.execute.bench import outcomes
from tests.unit.execute.fakes import START, Journal, Quiet, Time, Webex, add, change, paid, remove, taken_for

SWAP = (paid("pro"), taken_for(TIER_REPLACED))
State = Literal["intent", "answered", "owed"]


class Scene:
    """A Webex as a dead run left it, and a journal with its open calls."""

    def __init__(self, **people: Iterable[str]) -> None:
        self.log: list[str] = []
        self.time = Time()
        self.webex = Webex(self.time, self.log, **people)
        self.journal = Journal(self.log)
        self.progress = Quiet()
        self.calls: list[OpenCall] = []

    def open(
        self,
        change: Change,
        state: State = "intent",
        *,
        cleared: float = 0.0,
        answer: PatchAnswer | None = None,
        outcome: PersonResult | None = None,
    ) -> None:
        """A call that was cleared `cleared` seconds before now."""
        seq = self.journal.intend("run-1", change, START)
        at = START - timedelta(seconds=cleared)
        self.calls.append(OpenCall("run-1", seq, state, change, at, at, answer, outcome))
        self.log.clear()

    def recover(self, people: int = 3) -> Recovered:
        """Finish them."""
        return asyncio.run(
            recover(
                self.calls,
                self.webex,
                self.journal,
                self.progress,
                self.time,
                people=people,
                sleep=self.time.sleep,
                delays=Delays(),
            )
        )


def test_nothing_open_costs_nothing() -> None:
    """No call, no waiting, no note."""
    scene = Scene(ann=[])
    assert scene.recover() == Recovered()
    assert (scene.log, scene.time.seconds, scene.progress.notes) == ([], 0.0, [])


def test_a_call_that_took_effect_is_recorded_and_not_sent() -> None:
    """Two endpoints show it, after any call in flight has landed, and the ledger learns who gave it."""
    scene = Scene(ann=["a"])
    scene.open(change("ann", add("a")), cleared=20.0)
    done = scene.recover()
    assert scene.time.seconds == 100.0
    assert "waiting 100 s" in scene.progress.notes[0]
    assert scene.log == ["read ann", "list ann", "settle ann"]
    assert [outcomes(person) for person in done.people] == [["done"]]
    assert (done.unclear, done.fatal) == (frozenset(), "")
    assert scene.journal.settled["ann"][1] is not None


def test_a_call_without_effect_may_be_asked_for_again() -> None:
    """Both readings show the state of before: recorded as failed, and this run may send it."""
    scene = Scene(ann=["x"])
    scene.open(change("ann", add("a"), remove("x")))
    done = scene.recover()
    assert [outcomes(person) for person in done.people] == [["failed", "failed"]]
    assert "two readings show no effect" in done.people[0].operations[0].detail
    assert done.unclear == frozenset()
    assert "patch ann" not in scene.log


def test_a_clock_that_went_back_makes_nobody_wait_longer() -> None:
    """An intent from the future is waited for no longer than one of now."""
    scene = Scene(ann=["a"])
    scene.open(change("ann", add("a")), cleared=-100_000.0)
    scene.recover()
    assert scene.time.seconds == 120.0


def test_a_part_is_named_and_the_person_left_alone() -> None:
    """Neither as before nor as wanted, in both readings and for as long as one polls."""
    scene = Scene(ann=["a"])
    scene.open(change("ann", add("a"), add("b")), cleared=500.0)
    done = scene.recover()
    assert [outcomes(person) for person in done.people] == [["done", "ignored"]]
    assert done.unclear == {"ann"}
    assert scene.time.seconds == 30.0
    assert "patch ann" not in scene.log


def test_two_witnesses_who_disagree_prove_nothing() -> None:
    """The record of the person shows the license, the list does not: unknown."""

    class Torn(Webex):
        async def read_listed(self, person_id: str, email: str, *, calling: bool = False) -> PersonReading | None:
            return PersonReading(person_id, email, person_id, (), ())

    scene = Scene(ann=["a"])
    scene.webex = Torn(scene.time, scene.log, ann=["a"])
    scene.open(change("ann", add("a")), cleared=500.0)
    done = scene.recover()
    assert [outcomes(person) for person in done.people] == [["unknown"]]
    assert done.unclear == {"ann"}


def test_what_cannot_be_read_stays_open() -> None:
    """For the next one who tries; the person is not touched in this run."""
    scene = Scene(ann=["a"], bob=["a"])
    scene.open(change("ann", add("a")), cleared=500.0)
    scene.open(change("bob", add("a")), cleared=500.0)
    scene.webex.unreadable["ann"] = WebexServerError("Down", status=503)
    done = scene.recover()
    assert [outcomes(person) for person in done.people] == [["unknown"], ["done"]]
    assert "cannot be read: Down" in done.people[0].operations[0].detail
    assert done.unclear == {"ann"}
    assert list(scene.journal.settled) == ["bob"]


def test_a_person_who_is_gone_is_closed() -> None:
    """Nobody can tell any more."""
    scene = Scene()
    scene.open(change("ann", add("a")), cleared=500.0)
    done = scene.recover()
    assert [outcomes(person) for person in done.people] == [["unknown"]]
    assert "gone" in done.people[0].operations[0].detail
    assert list(scene.journal.settled) == ["ann"]


def test_an_answer_needs_no_waiting() -> None:
    """Webex answered before the run died: what is missing is a look."""
    scene = Scene(ann=["a"], bob=[])
    scene.open(change("ann", add("a")), "answered", answer=PatchAnswer(200, ("a",), ()))
    scene.open(change("bob", add("a")), "answered", answer=PatchAnswer(206, (), ()))
    done = scene.recover()
    assert [outcomes(person) for person in done.people] == [["done"], ["ignored"]]
    assert scene.time.seconds == 30.0  # bob's polls, nothing before
    assert scene.progress.notes == []


def test_many_answers_are_looked_at_together() -> None:
    """Pages of the list, where they cost less."""
    people = [f"p{number:02}" for number in range(40)]
    scene = Scene(**{person: ["a"] for person in people})
    for person in people:
        scene.open(change(person, add("a")), "answered", answer=PatchAnswer(200, ("a",), ()))
    done = scene.recover(people=40)
    assert all(outcomes(person) == ["done"] for person in done.people)
    assert [entry for entry in scene.log if not entry.startswith("settle")] == ["page all"]


@pytest.mark.parametrize("state", ["intent", "answered"])
def test_a_replacement_that_webex_did_by_half_is_put_back(state: State) -> None:
    """The old license went, the new one did not come, and the run died before it could give the old one back."""
    scene = Scene(ann=[])
    scene.open(change("ann", *SWAP), state, cleared=500.0, answer=PatchAnswer(206, (), ()))
    done = scene.recover()
    assert scene.webex.licenses["ann"] == {"std"}
    assert [outcomes(person) for person in done.people] == [["ignored", "skipped"]]
    assert done.unclear == {"ann"}
    assert done.fatal == ""
    assert scene.log.count("patch ann") == 1


def _owing() -> PersonResult:
    goes = OperationResult(SWAP[1], "unknown", "Webex took it and did not give pro; the next call puts it back.")
    return PersonResult("ann", "ann@acme.example", (OperationResult(SWAP[0], "ignored"), goes), 206)


def test_what_is_owed_is_given_back() -> None:
    """The run died between the call that took and the call that was to give back."""
    scene = Scene(ann=[])
    scene.open(change("ann", *SWAP), "owed", outcome=_owing())
    done = scene.recover()
    assert scene.webex.licenses["ann"] == {"std"}
    assert outcomes(done.people[0]) == ["ignored", "skipped"]
    assert [entry for entry in scene.log if not entry.startswith("read")] == [
        "intend ann", "patch ann", "settle ann", "settle ann",
    ]  # fmt: skip


def test_what_was_given_back_is_not_given_twice() -> None:
    """The run died after giving back, before it could record that."""
    scene = Scene(ann=["std"])
    scene.open(change("ann", *SWAP), "owed", outcome=_owing())
    done = scene.recover()
    assert outcomes(done.people[0]) == ["ignored", "skipped"]
    assert scene.log == ["read ann", "settle ann"]


@pytest.mark.parametrize("state", ["intent", "answered"])
def test_a_call_that_gave_back_gave_nothing_new(state: State) -> None:
    """The run died before it could record that: an undo of it must not take what the person had before it."""
    scene = Scene(ann=["std"])
    scene.open(change("ann", *SWAP), "owed", outcome=_owing())
    scene.open(change("ann", add("std")), state, cleared=500.0, answer=PatchAnswer(200, ("std",), ()))
    done = scene.recover()
    assert [outcomes(person) for person in done.people] == [["alreadyDone"], ["ignored", "skipped"]]
    assert [outcomes(result) for _, result, _ in scene.journal.entries] == [["alreadyDone"], ["ignored", "skipped"]]


def test_a_loss_that_cannot_be_mended_ends_everything() -> None:
    """Giving back fails: named, and nothing else is sent."""
    scene = Scene(ann=[])
    scene.webex.before["ann"] = WebexServerError("Down", status=503)
    scene.open(change("ann", *SWAP), "owed", outcome=_owing())
    done = scene.recover()
    assert "ann@acme.example" in done.fatal
    assert "LOST" in done.fatal
    assert done.people[0].operations[1].lost


def test_nothing_is_owed_to_somebody_who_is_gone() -> None:
    """Otherwise every apply to come would look for them and end incomplete."""
    scene = Scene()
    scene.open(change("ann", *SWAP), "owed", outcome=_owing())
    done = scene.recover()
    assert outcomes(done.people[0]) == ["ignored", "unknown"]
    assert "gone" in done.people[0].operations[1].detail
    assert list(scene.journal.settled) == ["ann"]


def test_a_calling_license_that_is_lost_is_not_owed() -> None:
    """Of two replacements that went wrong, only the one that stands as unknown is put back."""
    comes, goes = paid("new", "acme.webex.com"), taken_for(HOST_REPLACED, license_id="old", site="acme.webex.com")
    calling = taken_for(TIER_REPLACED, calling=True)
    call = change("ann", SWAP[0], calling, comes, goes)
    ended = (
        OperationResult(SWAP[0], "ignored"),
        OperationResult(calling, "done", f"{LOST}a Calling license is not put back by itself"),
        OperationResult(comes, "ignored"),
        OperationResult(goes, "unknown"),
    )
    scene = Scene(ann=[])
    scene.open(call, "owed", outcome=PersonResult("ann", "ann@acme.example", ended, 206))
    done = scene.recover()
    assert scene.webex.licenses["ann"] == {"old"}
    assert outcomes(done.people[0]) == ["ignored", "done", "ignored", "skipped"]
    assert done.people[0].operations[1].lost


def _calling(person: str, *, number: bool) -> Change:
    properties = CallingProperties(phone_number="+14085550100", location_id="hq")
    return Change(person, f"{person}@acme.example", person, Expects(), (add("pro", properties),), ())


@pytest.mark.parametrize(
    ("location", "extension", "unreadable", "outcome"),
    [
        (None, None, False, "failed"),
        ("hq", None, False, "unknown"),
        (None, "100", False, "unknown"),
        (None, None, True, "unknown"),
    ],
)
def test_calling_is_asked_for_again_only_when_the_number_reads_as_before(
    location: str | None, extension: str | None, unreadable: bool, outcome: str
) -> None:
    """The license is not there, but where a location or an extension is, or cannot be seen, the call may have begun to act."""

    class Phones(Webex):
        def _shown(self, person_id: str) -> PersonReading:
            return PersonReading(
                person_id, f"{person_id}@acme.example", person_id, (), (),
                location_id=location, extension=extension, calling_unreadable=unreadable,
            )  # fmt: skip

    scene = Scene(ann=[])
    scene.webex = Phones(scene.time, scene.log, ann=[])
    scene.open(_calling("ann", number=True), cleared=500.0)
    done = scene.recover()
    assert outcomes(done.people[0]) == [outcome]
    assert done.unclear == (frozenset() if outcome == "failed" else {"ann"})


@pytest.mark.parametrize(("location", "alone"), [(None, False), ("hq", True)])
def test_calling_that_was_answered_is_asked_for_again_only_when_the_number_reads_as_before(
    location: str | None, alone: bool
) -> None:
    """Webex answered, and the license does not show: with a location the call may still be acting."""

    class Phones(Webex):
        def _shown(self, person_id: str) -> PersonReading:
            return PersonReading(person_id, f"{person_id}@acme.example", person_id, (), (), location_id=location)

    scene = Scene()
    scene.webex = Phones(scene.time, scene.log, ann=[])
    scene.open(_calling("ann", number=True), "answered", answer=PatchAnswer(200, ("pro",), ()))
    done = scene.recover()
    assert outcomes(done.people[0]) == ["ignored"]
    assert done.unclear == ({"ann"} if alone else frozenset())


def test_the_problem_is_told_in_words() -> None:
    """An error of Webex reaches the reader without its type."""
    scene = Scene(ann=["a"])
    scene.open(change("ann", add("a")), cleared=500.0)
    error: WebexError = WebexServerError("Webex failed to answer the call", status=502)
    scene.webex.unreadable["ann"] = error
    assert "Webex failed to answer the call" in scene.recover().people[0].operations[0].detail


@pytest.mark.parametrize("held", [("a", "b"), ("a",)])
def test_a_record_without_any_list_proves_a_removal_only_where_nothing_else_was_held(held: tuple[str, ...]) -> None:
    """Otherwise nobody knows, and the ledger keeps who gave the license."""

    class Bare(Webex):
        def _shown(self, person_id: str) -> PersonReading:
            return msgspec.structs.replace(super()._shown(person_id), licenses=(), licenses_absent=True)

    scene = Scene()
    scene.webex = Bare(scene.time, scene.log, ann=held)
    scene.open(msgspec.structs.replace(change("ann", remove("a")), expects=Expects(held)), cleared=500.0)
    done = scene.recover()
    assert outcomes(done.people[0]) == (["unknown"] if len(held) > 1 else ["done"])
    assert (scene.journal.settled["ann"][1] is None) == (len(held) > 1)


def test_who_is_listed_and_not_found_stays_open() -> None:
    """One witness is not enough to judge by, and a person who is listed is not gone."""

    class Forgetful(Webex):
        async def read(self, person_id: str, *, calling: bool = False) -> PersonReading:
            raise WebexNotFoundError("No such person.", status=404)

    scene = Scene(ann=["a"])
    scene.webex = Forgetful(scene.time, scene.log, ann=["a"])
    scene.open(change("ann", add("a")), cleared=500.0)
    done = scene.recover()
    assert [outcomes(person) for person in done.people] == [["unknown"]]
    assert done.unclear == {"ann"}
    assert scene.journal.settled == {}
