"""Fresh: nobody is sent who is not what the plan expects any more, and what somebody else did meanwhile is named."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.errors import WebexServerError
from reconciler.execute.fresh import changed, noticed
from reconciler.execute.operation import Holdings, holdings
from reconciler.model.plan import CallingProperties, Change, Expects
from reconciler.ports import PatchAnswer
from tests.unit.execute.bench import Bench, outcomes
from tests.unit.execute.fakes import add, change, remove, role

WATCHED = {"suite": "Webex Meetings Suite", "pro": "Webex Calling - Professional", "old": "Old"}
SITE = "acme.webex.com"


def _expecting(item: Change, *licenses: str, sites: tuple[str, ...] = ()) -> Change:
    return msgspec.structs.replace(item, expects=Expects(licenses, sites))


def _now(*licenses: str, sites: tuple[str, ...] = ()) -> Holdings:
    return holdings(licenses, sites)


@pytest.mark.parametrize(
    ("now", "outcome"),
    [
        (_now("old"), ""),
        (_now("old", "free"), ""),
        (_now("old=="), ""),
        (_now("old", "suite"), "skipped"),
        (_now(), "skipped"),
        (_now("pro", "old"), "skipped"),
        (_now("suite"), "alreadyDone"),
    ],
)
def test_who_differs_is_skipped_and_who_has_it_is_done(now: Holdings, outcome: str) -> None:
    """Declared licenses that cost a unit count, in either spelling of an id; free ones come and go."""
    wanted = _expecting(change("ann", add("suite"), remove("old")), "old")
    found = {item.outcome for item in changed(wanted, now, WATCHED)}
    assert found == ({outcome} if outcome else set())


def test_the_difference_is_told_by_name() -> None:
    """What is more and what is less, in the words of the organization."""
    wanted = _expecting(change("ann", add("suite")), "old")
    (item,) = changed(wanted, _now("pro"), WATCHED)
    assert item.detail == (
        "Somebody changed this person since: has Webex Calling - Professional now and has no Old any more. Plan again."
    )


@pytest.mark.parametrize(
    ("held", "skipped"), [((), False), ((SITE.upper(),), True), (("other.webex.com",), False), ((SITE, "x.y"), True)]
)
def test_roles_count_on_the_sites_of_the_change(held: tuple[str, ...], skipped: bool) -> None:
    """A role that came or went on a site of the change is a difference; other sites are none of its business."""
    wanted = _expecting(change("ann", add("suite"), role("add", SITE)))
    assert bool(changed(wanted, _now(sites=held), WATCHED)) is skipped


def test_the_answer_shows_what_somebody_else_did() -> None:
    """Beside the operations of the call itself, which are judged on their own."""
    wanted = _expecting(change("ann", add("suite"), remove("old")), "old")
    assert noticed(wanted, PatchAnswer(200, ("suite",), ()), WATCHED) == ""
    assert noticed(wanted, PatchAnswer(200, ("suite", "free"), ()), WATCHED) == ""
    assert noticed(wanted, PatchAnswer(206, ("old",), ()), WATCHED) == ""
    assert noticed(wanted, PatchAnswer(200, ("suite", "pro"), ()), WATCHED) == (
        "Somebody else changed this person at the same time: has Webex Calling - Professional now."
    )


def test_somebody_else_in_the_same_moment_makes_the_run_incomplete() -> None:
    """The operation is done, the person is named."""
    bench = Bench(ann=["pro"])
    bench.watched = WATCHED
    result = bench.one(change("ann", add("suite")))
    assert outcomes(result) == ["done"]
    assert "Professional" in result.noticed
    assert not result.complete


def test_a_person_is_read_again_after_a_quarter_of_an_hour() -> None:
    """The plan's reading is young at first; the one who is sent late was changed meanwhile and is skipped unsent."""
    bench = Bench(ann=[], bob=[], cem=["old"])
    bench.watched = WATCHED

    def wait(person: str) -> None:
        bench.time.seconds += 16 * 60

    bench.webex.on_patch = wait
    out = bench.run(
        change("ann", add("suite")), change("bob", add("suite")), change("cem", add("suite")), concurrency=1
    )
    assert [outcomes(person) for person in out.people] == [["done"], ["done"], ["skipped"]]
    assert bench.calls("patch") == ["ann", "bob"]
    assert bench.log.index("read bob") < bench.log.index("intend bob")
    assert "read ann" not in bench.log[: bench.log.index("intend ann")]


def test_calling_is_not_sent_unseen() -> None:
    """Who cannot be read right before is skipped and named, and counts for the breaker; others are sent all the same."""
    people = ["ann", "bob", "cem"]
    bench = Bench(**{person: [] for person in people})
    bench.watched = WATCHED
    bench.webex.unreadable = dict.fromkeys(people, WebexServerError("Down", status=503))
    calling = CallingProperties(phone_number="+14085550100", location_id="hq")
    out = bench.run(*(change(person, add("pro", calling)) for person in people), stop_after_errors=2)
    assert [outcomes(person) for person in out.people] == [["skipped"], ["skipped"], ["notSent"]]
    assert "Down" in out.people[0].operations[0].detail
    assert bench.calls("patch") == []
    assert "2 unexpected errors in a row" in out.stopped


def test_calling_is_looked_at_right_before() -> None:
    """However young the plan's reading is."""
    bench = Bench(ann=["old"])
    bench.watched = WATCHED
    result = bench.one(change("ann", add("pro", CallingProperties(phone_number="+14085550100"))))
    assert outcomes(result) == ["skipped"]
    assert bench.log == ["read ann"]
