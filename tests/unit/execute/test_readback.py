"""Reading back: everybody is looked at, most of them together, and nothing is taken on trust for long."""

from __future__ import annotations

import pytest

from reconciler.errors import WebexAuthError, WebexServerError
from reconciler.execute.ended import Begun
from reconciler.execute.readback import Trust
from reconciler.ports import PatchAnswer
from tests.unit.execute.bench import Bench, outcomes
from tests.unit.execute.fakes import add, change

PEOPLE = [f"p{number:03}" for number in range(300)]


def _bench(**switches: object) -> Bench:
    bench = Bench(**{person: [] for person in PEOPLE})
    bench.people = len(PEOPLE)
    return bench


def test_a_large_run_costs_hardly_more_calls_than_people() -> None:
    """One PATCH each, and a few pages and single readings for all of them; everybody is settled with a reading."""
    bench = _bench()
    out = bench.run(*(change(person, add("a")) for person in PEOPLE))
    assert all(person.complete for person in out.people)
    assert len(bench.calls("patch")) == 300
    assert len(bench.calls("read")) + len(bench.calls("page")) < 30
    assert all(reading is not None for _, reading in bench.journal.settled.values())
    assert len(bench.journal.settled) == 300


def test_the_first_of_each_kind_is_looked_at_alone() -> None:
    """Before anybody may wait: no page is read until a single reading has shown the license."""
    bench = _bench()
    bench.run(*(change(person, add("a" if place % 2 else "b")) for place, person in enumerate(PEOPLE)))
    first = bench.log.index("page all")
    alone = {entry.split()[1] for entry in bench.log[:first] if entry.startswith("read ")}
    assert {PEOPLE.index(person) % 2 for person in alone} == {0, 1}


def test_a_lie_in_the_middle_is_found() -> None:
    """200, the answer claims it, and nothing happened: the page does not show it, polls do not, and it is told."""
    bench = _bench()
    bench.webex.lie.add("p150")
    out = bench.run(*(change(person, add("a")) for person in PEOPLE))
    wrong = {person.person_id: outcomes(person) for person in out.people if not person.complete}
    assert wrong == {"p150": ["ignored"]}
    assert len([entry for entry in bench.calls("read") if entry == "p150"]) == 5


def test_who_shows_late_is_waited_for() -> None:
    """Webex is asynchronous: what a page does not show yet may show at the next poll."""
    bench = _bench()
    bench.webex.late = dict.fromkeys(PEOPLE[40:60], 5.0)
    out = bench.run(*(change(person, add("a")) for person in PEOPLE))
    assert all(person.complete for person in out.people)


def test_pages_that_fail_are_replaced_by_single_readings() -> None:
    """A list that breaks off proves nothing about anybody."""
    bench = _bench()
    bench.webex.no_list = WebexServerError("Down", status=503)
    out = bench.run(*(change(person, add("a")) for person in PEOPLE))
    assert all(person.complete for person in out.people)
    assert len(bench.calls("read")) == 300


def test_a_list_that_breaks_off_makes_nobody_fresh() -> None:
    """Whoever was not on a page that came is read before the call once the last whole reading is too old."""
    bench = _bench()
    bench.watched = {"z": "Z"}
    bench.webex.no_list = WebexServerError("Down", status=503)

    def pass_time(person: str) -> None:
        bench.time.seconds += 10.0
        if person == "p150":
            bench.webex.licenses["p299"].add("z")

    bench.webex.on_patch = pass_time
    out = bench.run(*(change(person, add("a")) for person in PEOPLE))
    assert outcomes(out.people[299]) == ["skipped"]


def test_a_token_that_ends_while_reading_back_leaves_the_calls_open() -> None:
    """What was answered and not seen is neither done nor lost: it stays in the journal for the next apply."""
    bench = _bench()
    ended = WebexAuthError("The token has ended", hint="Get another")

    def end(person: str) -> None:
        if person == "p040":
            bench.webex.no_list, bench.webex.unreadable = ended, dict.fromkeys(PEOPLE, ended)

    bench.webex.on_patch = end
    out = bench.run(*(change(person, add("a")) for person in PEOPLE))
    assert "The token has ended. Get another" in out.stopped
    unknown = [person.person_id for person in out.people if outcomes(person) == ["unknown"]]
    assert unknown
    assert not set(unknown) & set(bench.journal.settled)


@pytest.mark.parametrize(
    ("answer", "waits"),
    [
        (PatchAnswer(200, ("a",), ()), True),
        (PatchAnswer(206, ("a",), ()), False),
        (PatchAnswer(200, ("b",), ()), False),
        (PatchAnswer(200, ("a",), (), ("a",)), False),
    ],
)
def test_only_an_answer_that_claims_everything_may_wait(answer: PatchAnswer, waits: bool) -> None:
    """Anything else is looked at at once; so is a kind that nobody has seen come out."""
    trust, begun = Trust(5000), Begun(change("ann", add("a")), 1, answer=answer)
    assert not trust.may_wait(begun)
    bench = Bench(ann=[])
    trust.learn(bench.one(change("ann", add("a"))))
    assert trust.may_wait(begun) is waits


def test_trust_grows_and_is_lost() -> None:
    """Twice as many after each good round up to a bound that the size of the organization sets; back after a lie."""
    trust = Trust(3_000)
    sizes = []
    for _ in range(8):
        sizes.append(trust.window)
        trust.widen()
    assert sizes == [8, 16, 32, 64, 128, 150, 150, 150]
    bench = Bench(ann=[])
    bench.webex.lie.add("ann")
    trust.learn(bench.one(change("ann", add("a"))))
    assert trust.window == 8


def test_a_huge_organization_is_read_one_by_one() -> None:
    """Where pages cost more than the people who may wait, nobody waits."""
    trust, bench = Trust(2_000_000), Bench(ann=[])
    trust.learn(bench.one(change("ann", add("a"))))
    assert not trust.may_wait(Begun(change("ann", add("a")), 1, answer=PatchAnswer(200, ("a",), ())))


def test_a_clock_that_goes_back_in_the_middle_disturbs_nobody() -> None:
    """A day back, a day ahead: everybody is sent once and read back."""
    bench = _bench()
    bench.watched = {}

    def jump(person: str) -> None:
        bench.time.seconds += {"p050": -86_400.0, "p100": 172_800.0}.get(person, 0.0)

    bench.webex.on_patch = jump
    out = bench.run(*(change(person, add("a")) for person in PEOPLE))
    assert all(person.complete for person in out.people)
    assert len(bench.calls("patch")) == 300


def test_a_lease_that_is_lost_while_a_call_waits_keeps_it_from_leaving() -> None:
    """The intent is old by then, so the lease is asked for again; nothing is sent, and the run ends."""
    bench = Bench(ann=[])
    bench.webex.wait_before_ready = 30.0
    bench.journal.stolen = True
    out = bench.run(change("ann", add("a")))
    assert outcomes(out.people[0]) == ["notSent"]
    assert "taken over" in out.stopped
    assert bench.log == ["intend ann", "settle ann"]


def test_an_outcome_that_cannot_be_recorded_costs_nobody_else_theirs() -> None:
    """Outcomes are recorded many at once, all or none; then each alone, so that the run says whose is missing, and stops."""
    bench = _bench()
    bench.journal.no_outcome.add("p030")
    out = bench.run(*(change(person, add("a")) for person in PEOPLE))
    called = set(bench.calls("patch"))
    assert "The disk is full." in out.stopped
    assert "p030" in called
    assert bench.journal.settled.keys() == called - {"p030"}
    assert len(called) < len(PEOPLE)
