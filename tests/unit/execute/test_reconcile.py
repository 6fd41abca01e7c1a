"""What of a reviewed plan is still sent after a fresh reading (RULES 7.5)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import pytest

from reconciler.execute import Holdings, Reconciled, holdings, reconcile_with_live
from reconciler.execute.operation import AnyOperation, Key, key, operations_of
from reconciler.execute.reconcile import GONE, MORE, NO_LONGER, NO_UNIT, OPPOSITE, OTHER_CALLING, OTHER_POOL
from reconciler.model.plan import (
    TIER_REPLACED,
    Because,
    CallingProperties,
    Expects,
    Held,
    LicenseOperation,
    Plan,
    Waiting,
)
from tests.unit.execute.fakes import START, add, change, paid, remove, role, taken_for
from tests.unit.execute.plans import plan

SITE = "acme.webex.com"
NUMBER = CallingProperties("+14085550100")
OTHER_NUMBER = CallingProperties("+14085550101")


def renamed(operation: LicenseOperation, license_id: str) -> LicenseOperation:
    """The same product from another pool."""
    return msgspec.structs.replace(operation, license_id=license_id)


def told(operations: Iterable[AnyOperation], split: Reconciled) -> list[str]:
    """For each operation what became of it: `sent`, `held`, `done`, or the reason why it is skipped."""
    words: dict[Key, str] = {}
    for person in split.to_send:
        words |= {key("", item): "sent" for item in operations_of(person)}
    words |= {key("", item.operation): "held" for item in split.held}
    words |= {key("", item.operation): "done" for person in split.already_done for item in person.operations}
    words |= {key("", item.operation): item.detail for person in split.skipped for item in person.operations}
    return [words[key("", item)] for item in operations]


def split_of(planned: Plan, fresh: Plan, **live: Holdings) -> Reconciled:
    """The split, where `live` says what people have now."""
    return reconcile_with_live(planned, fresh, live.get)


NOBODY = holdings((), ())

CASES: dict[str, tuple[list[AnyOperation], list[AnyOperation], Holdings | None, list[str]]] = {
    "both plans agree": ([add("a"), remove("b")], [add("a"), remove("b")], None, ["sent", "sent"]),
    "reasons may differ": (
        [add("a")],
        [msgspec.structs.replace(add("a"), cause="drift", because=(Because("another"),))],
        None,
        ["sent"],
    ),
    "fresh does less": ([add("a"), add("b")], [add("a")], NOBODY, ["sent", NO_LONGER]),
    "fresh only adds more": ([add("a")], [add("a"), add("b")], None, ["sent"]),
    "fresh only removes more": ([remove("a")], [remove("a"), remove("b")], None, ["sent"]),
    "already added": ([add("a")], [], holdings(["a"], []), ["done"]),
    "already added, padded id": ([add("a==")], [], holdings(["a"], []), ["done"]),
    "already removed": ([remove("a")], [], NOBODY, ["done"]),
    "not there and not wanted": ([add("a")], [], NOBODY, [NO_LONGER]),
    "still there and kept now": ([remove("a")], [], holdings(["a"], []), [NO_LONGER]),
    "person gone": ([add("a"), remove("b")], [], None, [GONE, GONE]),
    "role already given": ([role("add", SITE.upper())], [], holdings([], [SITE]), ["done"]),
    "role already taken": ([role("remove", SITE)], [], NOBODY, ["done"]),
    "role in both": ([role("add", SITE)], [role("add", SITE.upper())], None, ["sent"]),
    "role turned round": ([role("add", SITE)], [role("remove", SITE)], NOBODY, [OPPOSITE]),
    "turned round": ([remove("a")], [add("a")], holdings(["a"], []), [OPPOSITE]),
    "another number": ([add("a", NUMBER)], [add("a", OTHER_NUMBER)], NOBODY, [OTHER_CALLING]),
    "the same number": ([add("a", NUMBER)], [add("a", NUMBER)], NOBODY, ["sent"]),
    "another subscription": ([add("a")], [renamed(add("a"), "b")], NOBODY, [OTHER_POOL]),
    "half of a replacement": ([remove("a")], [remove("a"), add("b")], holdings(["a"], []), [MORE]),
    "an addition that would now replace": ([add("a")], [add("a"), remove("b")], holdings(["b"], []), [MORE]),
    "a whole replacement with something new beside it": (
        [add("a"), remove("b")],
        [add("a"), remove("b"), add("c")],
        holdings(["b"], []),
        [MORE, MORE],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_one_person(case: str) -> None:
    """Only what both plans want is sent; the rest is already done, or skipped with a reason that names the cause."""
    reviewed, fresh, live, expected = CASES[case]
    people = {} if live is None else {"ann": live}
    split = split_of(plan(change("ann", *reviewed)), plan(change("ann", *fresh)), **people)
    assert told(reviewed, split) == expected


def test_what_a_guard_holds_now_is_held_and_not_skipped() -> None:
    """A held operation does not count as undone; its partner in the same call still goes."""
    held = Held("ann", "ann@acme.example", remove("b"), "7.3")
    split = split_of(plan(change("ann", add("a"), remove("b"))), plan(change("ann", add("a")), held=(held,)))
    assert told([add("a"), remove("b")], split) == ["sent", "held"]
    assert split.held == (held,)
    assert split.skipped == ()


def test_who_waits_now_is_told_so() -> None:
    """The last unit went to somebody else: the reason is the pool, not a riddle."""
    waiting = Waiting("ann", "ann@acme.example", "Name of a", START, ())
    split = split_of(plan(change("ann", add("a"))), plan(waiting=(waiting,)), ann=NOBODY)
    assert told([add("a")], split) == [NO_UNIT]


def test_people_only_in_the_fresh_plan_are_left_alone() -> None:
    """Nobody is touched whom the reviewed plan does not name."""
    split = split_of(plan(change("ann", add("a"))), plan(change("ann", add("a")), change("bob", add("a"))))
    assert [person.person_id for person in split.to_send] == ["ann"]


def test_the_same_operation_of_another_person_does_not_count() -> None:
    """Operations match by person."""
    split = split_of(plan(change("ann", add("a"))), plan(change("bob", add("a"))), ann=NOBODY)
    assert split.to_send == ()
    assert told([add("a")], split) == [NO_LONGER]


def test_what_is_sent_expects_what_was_just_read() -> None:
    """The change that goes out carries the fresh address and expectation, and only reviewed operations."""
    fresh = msgspec.structs.replace(
        change("ann", add("a"), add("b")), email="new@acme.example", expects=Expects(("x",))
    )
    (sent,) = split_of(plan(change("ann", add("b"))), plan(fresh)).to_send
    assert (sent.email, sent.expects, sent.licenses) == ("new@acme.example", Expects(("x",)), (add("b"),))


def test_nobody_is_looked_up_when_both_plans_agree() -> None:
    """The usual apply asks nothing of live beyond the fresh plan."""

    def refuse(person_id: str) -> Holdings | None:
        raise AssertionError(person_id)

    same = plan(change("ann", add("a")), change("bob", remove("b")))
    assert len(reconcile_with_live(same, same, refuse).to_send) == 2


def test_the_reasons_sent_are_those_of_the_fresh_plan() -> None:
    """A plan file cannot hide that a removal is one half of a replacement, nor say who gave what."""
    honest, hidden = taken_for(TIER_REPLACED), remove("std")
    split = split_of(plan(change("ann", add("pro"), hidden)), plan(change("ann", paid("pro"), honest)))
    assert split.to_send[0].licenses == (paid("pro"), honest)
