"""One person: what Webex does, and what is said of it."""

from __future__ import annotations

import pytest

from reconciler.errors import (
    WebexAuthError,
    WebexConflictError,
    WebexError,
    WebexForbiddenError,
    WebexNotFoundError,
    WebexRefusedError,
    WebexServerError,
    WebexShapeError,
    WebexThrottledError,
    WebexUnreachableError,
)
from reconciler.model.live import PersonReading
from tests.unit.execute.bench import Bench, outcomes
from tests.unit.execute.fakes import Webex, add, change, remove, role


def test_done_means_read_back() -> None:
    """The intent is written before the call, the outcome after the reading, and the reading goes with it."""
    bench = Bench(ann=["old"])
    result = bench.one(change("ann", add("new"), remove("old"), role("add", "acme.webex.com")))
    assert outcomes(result) == ["done", "done", "done"]
    assert bench.log == ["intend ann", "patch ann", "read ann", "settle ann"]
    settled, reading = bench.journal.settled["ann"]
    assert settled == result
    assert reading is not None
    assert reading.licenses == ("new",)
    assert (result.status, result.tracking_id) == (200, "T-ann")


def test_padding_of_ids_does_not_matter() -> None:
    """Webex spells one id with and without padding; both are the same license."""
    bench = Bench(ann=[])
    bench.webex.licenses["ann"] = {"bmV3"}
    bench.webex.lie.add("ann")
    assert outcomes(bench.one(change("ann", add("bmV3==")))) == ["done"]


def test_partly_done_206() -> None:
    """Of a 206, what was left out is `ignored`, and only after the last of the polls at 1, 3, 10 and 30 seconds."""
    bench = Bench(ann=[])
    bench.webex.drop["ann"] = {"b"}
    bench.webex.status["ann"] = 206
    result = bench.one(change("ann", add("a"), add("b")))
    assert outcomes(result) == ["done", "ignored"]
    assert "206" in result.operations[1].detail
    assert bench.time.seconds == 30.0
    assert bench.calls("read") == ["ann"] * 5
    assert bench.calls("patch") == ["ann"]


def test_a_200_that_did_nothing_is_ignored() -> None:
    """An answer is no proof: wxc_sdk issue 9 saw 200 for a removal that never came."""
    bench = Bench(ann=["a"])
    bench.webex.drop["ann"] = {"a"}
    result = bench.one(change("ann", remove("a")))
    assert outcomes(result) == ["ignored"]
    assert "200" in result.operations[0].detail


def test_an_answer_that_claims_more_than_is_so() -> None:
    """Webex confirms, the person read back is as before: ignored, and the detail says that Webex had confirmed it."""
    bench = Bench(ann=[])
    bench.webex.lie.add("ann")
    result = bench.one(change("ann", add("a")))
    assert outcomes(result) == ["ignored"]
    assert "confirmed" in result.operations[0].detail


def test_pending_invitation() -> None:
    """A license that waits for an invitation to be accepted is not done, and the detail says so."""
    bench = Bench(ann=[])
    bench.webex.drop["ann"] = {"a"}
    bench.webex.pending["ann"] = ("a",)
    result = bench.one(change("ann", add("a")))
    assert outcomes(result) == ["ignored"]
    assert "invitation" in result.operations[0].detail


def test_a_late_effect_is_waited_for_no_longer_than_needed() -> None:
    """An effect that shows after two seconds is found by the poll at three."""
    bench = Bench(ann=[])
    bench.webex.late["ann"] = 2.0
    assert outcomes(bench.one(change("ann", add("a")))) == ["done"]
    assert bench.time.seconds == 3.0


def test_a_refusal_is_told_in_words() -> None:
    """A documented code comes with its meaning, and concerns everything in the call."""
    bench = Bench(ann=["std"])
    bench.webex.before["ann"] = WebexRefusedError("License conflict", status=400, tracking_id="NA_1", codes=[400404])
    result = bench.one(change("ann", add("pro"), role("add", "acme.webex.com")))
    assert outcomes(result) == ["refused", "refused"]
    assert "code 400404: Calling Professional and Calling Standard exclude each other" in result.operations[0].detail
    assert (result.status, result.tracking_id) == (400, "NA_1")
    assert bench.journal.settled["ann"][1] is not None


def test_what_is_so_in_spite_of_a_refusal_is_done() -> None:
    """Who has the license anyway after a refused call is not reported as refused."""
    bench = Bench(ann=["a"])
    bench.webex.before["ann"] = WebexRefusedError("No", status=400, codes=[400000])
    assert outcomes(bench.one(change("ann", add("a"), add("b")))) == ["done", "refused"]


@pytest.mark.parametrize(
    "error",
    [WebexServerError("Down", status=503), WebexShapeError("Not JSON", status=200), WebexUnreachableError("No answer")],
)
def test_an_error_before_the_effect(error: WebexError) -> None:
    """A call without effect is `failed` and is not sent again in this run."""
    bench = Bench(ann=[])
    bench.webex.before["ann"] = error
    result = bench.one(change("ann", add("a")))
    assert outcomes(result) == ["failed"]
    assert error.message in result.operations[0].detail
    assert bench.calls("patch") == ["ann"]


@pytest.mark.parametrize("error", [WebexServerError("Down", status=502), WebexUnreachableError("No answer")])
def test_an_error_after_the_effect(error: WebexError) -> None:
    """A call that took effect is `done` whatever was answered, and nothing is sent twice."""
    bench = Bench(ann=[])
    bench.webex.after["ann"] = error
    assert outcomes(bench.one(change("ann", add("a")))) == ["done"]
    assert bench.calls("patch") == ["ann"]
    assert bench.time.seconds == 0.0


def test_a_call_without_answer_may_still_be_on_its_way() -> None:
    """No answer at all: read again after the grace, when no call can be in flight any more."""
    bench = Bench(ann=[])
    bench.webex.late["ann"] = 40.0
    bench.webex.after["ann"] = WebexUnreachableError("No answer in 60 seconds")
    assert outcomes(bench.one(change("ann", add("a")))) == ["done"]
    assert bench.time.seconds == 90.0


def test_effect_unknown_and_unreadable() -> None:
    """Neither an answer nor a reading: nobody can tell, that is what is said, and the call stays open for the next apply."""
    bench = Bench(ann=[])
    bench.webex.after["ann"] = WebexServerError("Down", status=500)
    bench.webex.unreadable["ann"] = WebexServerError("Still down", status=500)
    result = bench.one(change("ann", add("a")))
    assert outcomes(result) == ["unknown"]
    assert "Still down" in result.operations[0].detail
    assert "The next apply looks again." in result.operations[0].detail
    assert bench.journal.settled == {}


def test_half_an_effect_after_an_error() -> None:
    """What can be seen is done; the rest may still come, so it is unknown and not failed."""
    bench = Bench(ann=["b"])
    bench.webex.drop["ann"] = {"b"}
    bench.webex.after["ann"] = WebexServerError("Down", status=500)
    assert outcomes(bench.one(change("ann", add("a"), remove("b")))) == ["done", "unknown"]


def test_an_answer_that_cannot_be_read_back_is_unknown() -> None:
    """A 200 without a reading is not called done."""
    bench = Bench(ann=[])
    bench.webex.unreadable["ann"] = WebexServerError("Down", status=500)
    assert outcomes(bench.one(change("ann", add("a")))) == ["unknown"]


def test_the_person_is_gone() -> None:
    """404 on the call and on the reading: refused, because the person is gone."""
    result = Bench().one(change("ann", add("a")))
    assert outcomes(result) == ["refused"]
    assert "The person is gone" in result.operations[0].detail


def test_gone_between_answer_and_reading() -> None:
    """A removal is not called done because nobody is there to hold the license."""
    bench = Bench(ann=["a"])
    bench.webex.unreadable["ann"] = WebexNotFoundError("No such person.", status=404)
    assert outcomes(bench.one(change("ann", remove("a")))) == ["unknown"]


def test_a_conflict_is_refused() -> None:
    """409, 410 and 428 are answers: nothing was done."""
    bench = Bench(ann=[])
    bench.webex.before["ann"] = WebexConflictError("Being edited", status=409)
    assert outcomes(bench.one(change("ann", add("a")))) == ["refused"]


def test_throttled_for_too_long() -> None:
    """429 means that Webex did nothing: failed, without more calls to a server that asked for fewer."""
    bench = Bench(ann=[])
    bench.webex.before["ann"] = WebexThrottledError("Too many requests", status=429)
    assert outcomes(bench.one(change("ann", add("a")))) == ["failed"]
    assert bench.calls("read") == []


@pytest.mark.parametrize("error", [WebexAuthError("Expired", status=401), WebexForbiddenError("No scope", status=403)])
def test_a_token_that_is_not_accepted_ends_the_run(error: WebexError) -> None:
    """401 and 403 concern everybody: the first one ends the run with the reason, and the outcome is still recorded."""
    bench = Bench(ann=[], bob=[])
    bench.webex.before["ann"] = error
    out = bench.run(change("ann", add("a")), change("bob", add("a")), concurrency=1)
    assert [outcomes(person) for person in out.people] == [["failed"], ["notSent"]]
    assert error.message in out.stopped
    assert bench.calls("settle") == ["ann"]


def test_a_token_that_expires_before_the_reading() -> None:
    """The call was answered, the reading was not allowed: unknown, and the run ends."""
    bench = Bench(ann=[], bob=[])
    bench.webex.unreadable["ann"] = WebexAuthError("Expired", status=401)
    out = bench.run(change("ann", add("a")), change("bob", add("a")), concurrency=1)
    assert [outcomes(person) for person in out.people] == [["unknown"], ["notSent"]]
    assert "Expired" in out.stopped
    assert bench.time.seconds == 0.0


def test_who_is_not_found_once_is_looked_for_in_the_list() -> None:
    """A single 404 does not make anybody gone: the list of people still shows them, with what the call gave."""

    class Forgetful(Webex):
        async def read(self, person_id: str, *, calling: bool = False) -> PersonReading:
            self.log.append(f"read {person_id}")
            raise WebexNotFoundError("No such person.", status=404)

    bench = Bench(ann=[])
    bench.webex = Forgetful(bench.time, bench.log, ann=[])
    result = bench.one(change("ann", add("a")))
    assert outcomes(result) == ["done"]
    assert bench.log == ["intend ann", "patch ann", "read ann", "list ann", "settle ann"]
