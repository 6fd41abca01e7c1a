"""What the journal tells the guards: everything of a day, and every irreversible removal since an Acknowledgement began."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from reconciler.model.memory import Addition, Loss, Removal
from reconciler.model.plan import TIER_REPLACED, Because
from reconciler.model.result import Outcome
from reconciler.store import Store
from tests.unit.store.organization import (
    CALLING,
    MEETINGS,
    ORG,
    SITE,
    carry_out,
    change,
    hour,
    license_operation,
    plan,
    result,
    role_operation,
    someone,
    sync,
)

TAKE, GIVE = license_operation("remove", MEETINGS), license_operation("add", CALLING)
LOSE = license_operation("remove", CALLING, irreversible=True)


def test_what_was_sent_within_a_day_counts(store: Store) -> None:
    """Removals and additions count from their intent on, per person and holding, for 24 hours; roles given do not."""
    carry_out(store, hour(0), "old", (TAKE, "done"))
    carry_out(store, hour(1), "ann", (TAKE, "done"), (role_operation("remove"), "done"), (GIVE, "refused"))
    carry_out(store, hour(3), "cem", (GIVE, "done"), (role_operation("add"), "done"))
    memory = store.memory(ORG, hour(1) + timedelta(hours=23.5))
    assert memory.removals == (Removal("id-ann", MEETINGS, hour(1)), Removal("id-ann", f"attendee:{SITE}", hour(1)))
    assert memory.additions == (Addition("id-cem", CALLING, hour(3)),)
    other = store.memory("org-2", hour(2))
    assert (other.removals, other.additions) == ((), ())


def test_a_replacement_that_came_through_is_no_removal(store: Store) -> None:
    """What a plan does not count as a removal does not count once it is sent; if nothing came for it, it does."""
    swapped = msgspec.structs.replace(TAKE, because=(Because(TIER_REPLACED),))
    carry_out(store, hour(0), "ann", (swapped, "done"), (GIVE, "done"))
    carry_out(store, hour(1), "bob", (swapped, "done"), (GIVE, "refused"))
    carry_out(store, hour(2), "cem", (swapped, "done"))
    assert [item.person_id for item in store.memory(ORG, hour(3)).removals] == ["id-bob", "id-cem"]


def test_a_replacement_without_effect_is_no_removal(store: Store) -> None:
    """A death between intent and call does not make a loss of a swap, or the guard would stop the rest of the plan."""
    swapped = msgspec.structs.replace(TAKE, because=(Because(TIER_REPLACED),))
    carry_out(store, hour(0), "ann", (swapped, "failed"), (GIVE, "failed"))
    carry_out(store, hour(1), "bob", (swapped, "unknown"), (GIVE, "failed"))
    carry_out(store, hour(2), "cem", (swapped, "failed"))
    carry_out(store, hour(2), "dan", (swapped, "ignored"), (GIVE, "ignored"))
    assert [item.person_id for item in store.memory(ORG, hour(3)).removals] == ["id-bob", "id-cem"]


@pytest.mark.parametrize(
    ("outcome", "counts"),
    [
        ("done", True),
        ("ignored", True),
        ("failed", True),
        ("unknown", True),
        ("refused", False),
        ("skipped", False),
        ("notSent", False),
        ("alreadyDone", False),
    ],
)
def test_only_what_demonstrably_did_not_happen_is_left_out(store: Store, outcome: Outcome, counts: bool) -> None:
    """A call whose effect nobody knows may still have one."""
    carry_out(store, hour(0), "ann", (TAKE, outcome), (GIVE, outcome), (LOSE, outcome))
    memory = store.memory(ORG, hour(1))
    assert [len(memory.removals), len(memory.additions), len(memory.losses)] == ([2, 1, 1] if counts else [0, 0, 0])


def test_an_open_call_counts(store: Store) -> None:
    """A run that was killed left intents without an outcome; what they asked for may have happened."""
    run = store.start_run(ORG, plan(), None, hour(0))
    store.journal(ORG).intend(run, change("ann", TAKE, GIVE, LOSE), hour(0))
    memory = store.memory(ORG, hour(1))
    assert memory.removals == (Removal("id-ann", MEETINGS, hour(0)), Removal("id-ann", CALLING, hour(0)))
    assert memory.additions == (Addition("id-ann", CALLING, hour(0)),)
    assert [loss.certain for loss in memory.losses] == [False]


def test_what_a_call_left_out_of_its_outcome_counts(store: Store) -> None:
    """An outcome that says nothing of an operation does not prove that it did not happen."""
    run, journal = store.start_run(ORG, plan(), None, hour(0)), store.journal(ORG)
    seq = journal.intend(run, change("ann", TAKE, GIVE), hour(0))
    journal.settle(run, seq, result("ann", (GIVE, "refused")), hour(0), None)
    assert store.memory(ORG, hour(1)).removals == (Removal("id-ann", MEETINGS, hour(0)),)


def test_losses_are_remembered_for_good(store: Store) -> None:
    """Irreversible removals are told with the number of their run, however long ago; others are not."""
    carry_out(store, hour(0), "ann", (LOSE, "done"), (TAKE, "done"))
    carry_out(store, hour(1), "bob", (LOSE, "done"))
    losses = store.memory(ORG, hour(24 * 900)).losses
    assert losses == (Loss("id-ann", CALLING, CALLING, 1, True), Loss("id-bob", CALLING, CALLING, 2, True))
    assert store.memory("org-2", hour(2)).losses == ()


def test_an_acknowledgement_lives_from_its_first_run_on(store: Store) -> None:
    """The first run that went by a name counts, also when the name goes and comes back; clocks do not matter."""
    carry_out(store, hour(0), "ann", (LOSE, "done"))
    carry_out(store, hour(9), "bob", (LOSE, "done"), acknowledged=["one"])
    carry_out(store, hour(1), "cem", (LOSE, "done"))
    carry_out(store, hour(2), "dan", (LOSE, "done"), acknowledged=["one", "two"])
    memory = store.memory(ORG, hour(3))
    assert memory.acknowledged == {"one": 2, "two": 4}
    assert [loss.run for loss in memory.losses] == [1, 2, 3, 4]
    assert store.memory("org-2", hour(3)).acknowledged == {}


def test_a_call_without_effect_is_no_certain_loss(store: Store) -> None:
    """As long as every reading shows the license, nobody knows of an effect."""
    sync(store, hour(0), [someone("ann", CALLING)])
    carry_out(store, hour(1), "ann", (LOSE, "failed"))
    sync(store, hour(2), [someone("ann", CALLING, work_phone="+14085550100")])
    assert [loss.certain for loss in store.memory(ORG, hour(3)).losses] == [False]


def test_a_late_effect_is_a_loss_even_if_the_license_came_back(store: Store) -> None:
    """Once a reading after the call shows the person without the license, the number is gone, whatever comes later."""
    sync(store, hour(0), [someone("ann", CALLING)])
    carry_out(store, hour(1), "ann", (LOSE, "unknown"))
    sync(store, hour(2), [someone("ann")])
    assert [loss.certain for loss in store.memory(ORG, hour(3)).losses] == [True]
    sync(store, hour(3), [someone("ann", CALLING)])
    assert [loss.certain for loss in store.memory(ORG, hour(4)).losses] == [True]
