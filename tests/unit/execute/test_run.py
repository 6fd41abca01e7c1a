"""A whole run: order, concurrency, stopping, contested units."""

from __future__ import annotations

import pytest

from reconciler.errors import WebexRefusedError, WebexServerError
from tests.unit.execute.bench import Bench, outcomes
from tests.unit.execute.fakes import add, change, pool, remove

REFUSED = WebexRefusedError("No", status=400, codes=[400404])


def test_nothing_to_do() -> None:
    """No changes, no results, no trouble."""
    out = Bench().run()
    assert (out.people, out.stopped) == ((), "")


def test_results_come_in_the_order_of_the_plan() -> None:
    """Whoever is served first, results stand where the plan has the person."""
    bench = Bench(ann=[], bob=["x"], cem=[])
    out = bench.run(change("ann", add("a")), change("bob", remove("x")), change("cem", add("a")))
    assert [person.person_id for person in out.people] == ["ann", "bob", "cem"]
    assert all(person.complete for person in out.people)
    assert bench.progress.phases == [("Applying", 3)]
    assert bench.progress.steps == 3


def test_removals_go_first() -> None:
    """Every license removal is over before the first call that only adds."""
    bench = Bench(ann=[], bob=["x"], cem=[], dan=["x"])
    bench.run(
        change("ann", add("a")),
        change("bob", remove("x")),
        change("cem", add("a")),
        change("dan", add("a"), remove("x")),
    )
    assert bench.calls("patch") == ["bob", "dan", "ann", "cem"]
    assert max(bench.log.index(f"settle {who}") for who in ("bob", "dan")) < bench.log.index("intend ann")


@pytest.mark.parametrize("concurrency", [1, 3, 8])
def test_concurrency_is_bounded_and_used(concurrency: int) -> None:
    """As many calls at once as allowed, never more."""
    people = [f"p{number}" for number in range(20)]
    bench = Bench(**{person: [] for person in people})
    bench.run(*(change(person, add("a")) for person in people), concurrency=concurrency)
    assert bench.webex.most_flying == concurrency
    assert len(bench.calls("patch")) == 20


def test_stopped_before_the_start() -> None:
    """A stop signal that is on already: nothing is sent, nothing is journalled."""
    bench = Bench(ann=[])
    bench.stop.on = True
    out = bench.run(change("ann", add("a")))
    assert outcomes(out.people[0]) == ["notSent"]
    assert bench.log == []


def test_calls_in_flight_are_finished() -> None:
    """Ctrl-C: who was begun is read back and recorded, who was not is `notSent`."""
    bench = Bench(**{person: [] for person in ("p0", "p1", "p2", "p3", "p4")})

    def interrupt(person: str) -> None:
        bench.stop.on = person == "p1"

    bench.webex.on_patch = interrupt
    out = bench.run(*(change(f"p{number}", add("a")) for number in range(5)), concurrency=2)
    assert [outcomes(person) for person in out.people] == [["done"], ["done"], ["notSent"], ["notSent"], ["notSent"]]
    assert bench.calls("settle") == ["p0", "p1"]
    assert out.stopped == ""


def test_errors_in_a_row_stop_the_run() -> None:
    """RULES 7.8: after so many unexpected errors in a row nothing more is sent, and the reason is told."""
    people = [f"p{number}" for number in range(6)]
    bench = Bench(**{person: [] for person in people})
    bench.webex.before = {person: WebexServerError("Down", status=503) for person in people}
    out = bench.run(*(change(person, add("a")) for person in people), concurrency=1, stop_after_errors=3)
    assert [outcomes(person) for person in out.people] == [["failed"]] * 3 + [["notSent"]] * 3
    assert "3 unexpected errors in a row" in out.stopped
    assert "Down" in out.stopped


def test_refusals_and_successes_are_no_errors_in_a_row() -> None:
    """A documented refusal is an ordinary answer, and one success starts the count again."""
    people = [f"p{number}" for number in range(7)]
    bench = Bench(**{person: [] for person in people})
    down = WebexServerError("Down", status=503)
    bench.webex.before = {"p0": down, "p1": down, "p3": down, "p4": down, "p5": REFUSED, "p6": down}
    out = bench.run(*(change(person, add("a")) for person in people), concurrency=1, stop_after_errors=3)
    assert out.stopped == ""
    assert [outcomes(person)[0] for person in out.people][2] == "done"
    assert len(bench.calls("patch")) == 7


def test_no_intent_no_call() -> None:
    """A store that cannot take the intent ends the run before the call."""
    bench = Bench(ann=[], bob=[])
    bench.journal.no_intent.add("ann")
    out = bench.run(change("ann", add("a")), change("bob", add("a")), concurrency=1)
    assert [outcomes(person) for person in out.people] == [["notSent"], ["notSent"]]
    assert bench.calls("patch") == []
    assert "disk is full" in out.stopped


def test_an_outcome_that_cannot_be_recorded_ends_the_run() -> None:
    """What was done is still told; nothing more is sent."""
    bench = Bench(ann=[], bob=[])
    bench.journal.no_outcome.add("ann")
    out = bench.run(change("ann", add("a")), change("bob", add("a")), concurrency=1)
    assert [outcomes(person) for person in out.people] == [["done"], ["notSent"]]
    assert "outcome could not be recorded" in out.stopped


def test_a_programming_error_is_raised_after_the_calls_in_flight() -> None:
    """A bug is not swallowed, but the other calls in flight are recorded and nothing new is begun."""
    bench = Bench(ann=[], bob=[], cem=[])
    bench.webex.before["ann"] = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        bench.run(*(change(person, add("a")) for person in ("ann", "bob", "cem")), concurrency=2)
    assert bench.calls("settle") == ["bob"]
    assert bench.calls("patch") == ["ann", "bob"]


def test_a_unit_that_did_not_come_free() -> None:
    """The removal failed and the pool is empty: the addition is skipped by name, other additions of the person go."""
    bench = Bench(ann=["pro"], bob=[])
    bench.webex.before["ann"] = REFUSED
    out = bench.run(
        change("ann", remove("pro")), change("bob", add("pro"), add("msg")), pools=[pool("pro", 0, add=1, remove=1)]
    )
    assert [outcomes(person) for person in out.people] == [["refused"], ["skipped", "done"]]
    assert "no other unit" in out.people[1].operations[0].detail
    assert bench.webex.licenses["bob"] == {"msg"}
    assert bench.progress.steps == 2


def test_another_unit_serves_as_well() -> None:
    """The removal failed but the pool had a unit left: the addition is sent."""
    bench = Bench(ann=["pro"], bob=[])
    bench.webex.before["ann"] = REFUSED
    out = bench.run(change("ann", remove("pro")), change("bob", add("pro")), pools=[pool("pro", 1, add=1, remove=1)])
    assert outcomes(out.people[1]) == ["done"]


def test_only_as_many_additions_as_units_came_free() -> None:
    """One of two removals failed: the first in the plan's order gets the unit, the second does not."""
    bench = Bench(ann=["pro"], bob=["pro"], cem=[], dan=[])
    bench.webex.before["ann"] = REFUSED
    out = bench.run(
        change("ann", remove("pro")),
        change("bob", remove("pro")),
        change("cem", add("pro")),
        change("dan", add("pro")),
        pools=[pool("pro", 0, add=2, remove=2)],
    )
    assert [outcomes(person)[0] for person in out.people] == ["refused", "done", "done", "skipped"]


def test_a_refused_addition_leaves_its_unit_to_the_next() -> None:
    """What Webex refused to add was never used."""
    bench = Bench(ann=["pro"], bob=[], cem=[])
    bench.webex.before["bob"] = REFUSED
    out = bench.run(
        change("ann", remove("pro")),
        change("bob", add("pro")),
        change("cem", add("pro")),
        pools=[pool("pro", 0, add=2, remove=1)],
        concurrency=1,
    )
    assert [outcomes(person)[0] for person in out.people] == ["done", "refused", "done"]


def test_a_swap_waits_for_the_unit_of_another_swap() -> None:
    """Ann swaps into what Bob swaps out of: Bob goes first although Ann stands first in the plan."""
    bench = Bench(ann=["std"], bob=["pro"])
    out = bench.run(
        change("ann", add("pro"), remove("std")),
        change("bob", add("ucm"), remove("pro")),
        pools=[pool("pro", 0, add=1, remove=1), pool("std", 0, add=0, remove=1)],
    )
    assert all(person.complete for person in out.people)
    assert bench.calls("patch") == ["bob", "ann"]


def test_half_a_swap_is_never_sent() -> None:
    """Without a unit to give nothing is taken either; what has nothing to do with taking still goes."""
    bench = Bench(ann=["std"], bob=["pro"])
    bench.webex.before["bob"] = REFUSED
    out = bench.run(
        change("ann", add("pro"), add("msg"), remove("std")),
        change("bob", remove("pro")),
        pools=[pool("pro", 0, add=1, remove=1)],
    )
    assert outcomes(out.people[0]) == ["skipped", "done", "skipped"]
    assert bench.webex.licenses["ann"] == {"std", "msg"}


def test_swaps_that_wait_for_each_other_do_not_hang() -> None:
    """Two swaps in a circle without a spare unit: both are skipped, nothing is sent."""
    bench = Bench(ann=["a"], bob=["b"])
    out = bench.run(
        change("ann", add("b"), remove("a")),
        change("bob", add("a"), remove("b")),
        pools=[pool("a", 0, add=1, remove=1), pool("b", 0, add=1, remove=1)],
    )
    assert [outcomes(person) for person in out.people] == [["skipped", "skipped"], ["skipped", "skipped"]]
    assert bench.log == []
    assert bench.progress.steps == 2


def test_an_overage_that_the_plan_permits_is_permitted() -> None:
    """A pool that the plan takes below zero is not stopped at zero, only where the plan would have ended."""
    bench = Bench(ann=["pro"], bob=[], cem=[])
    changes = [change("ann", remove("pro")), change("bob", add("pro")), change("cem", add("pro"))]
    out = bench.run(*changes, pools=[pool("pro", 0, add=2, remove=1)])
    assert all(person.complete for person in out.people)

    bench = Bench(ann=["pro"], bob=[], cem=[])
    bench.webex.before["ann"] = REFUSED
    out = bench.run(*changes, pools=[pool("pro", 0, add=2, remove=1)])
    assert [outcomes(person)[0] for person in out.people] == ["refused", "done", "skipped"]


def test_pools_that_nothing_is_removed_from_are_not_watched() -> None:
    """Capacity is the plan's business; a run only looks after units that it frees itself."""
    bench = Bench(ann=[])
    assert bench.run(change("ann", add("pro")), pools=[pool("pro", 0, add=1, remove=0)]).people[0].complete
    bench = Bench(ann=[])
    assert bench.run(change("ann", add("pro")), pools=[pool("pro", None, add=1, remove=1)]).people[0].complete
