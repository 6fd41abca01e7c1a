"""No plan contains a call that Webex documents as refused: every one is sent to a sandbox that refuses what Webex refuses.

Organizations and files are drawn at random, read by a real sync into a real store, planned by the real planner and sent by
the real client. What Webex does not document (units, numbers and extensions that are gone) must not be met either.

REFUSALS=5000 draws so many organizations instead of the few of every run, with another seed each time.
"""

from __future__ import annotations

import os
import random
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.execute.operation import in_words, operations_of
from reconciler.model.plan import Plan
from reconciler.report import rule_book
from tests.support.organizations import files, shape
from tests.support.sandbox_rooms import Rooms

LONG = int(os.environ.get("REFUSALS", "0"))
MANY = settings(max_examples=LONG or 60, derandomize=not LONG, deadline=None, database=None)
CLAIMS = {claim for part in rule_book.PARTS for claim, _, _ in part.entries}
ROUNDS = 3
"""Plans until nothing is left: what a first apply only adds to goes in the second, and Attendant Console follows Professional."""


@given(st.integers(0, 2**64))
@MANY
def test_no_plan_meets_a_refusal(seed: int) -> None:
    """Every call of every plan is answered with 200; soon the same files plan nothing more; every reason is a listed rule."""
    chance = random.Random(seed)
    made = shape(chance)
    with tempfile.TemporaryDirectory(dir=_fast()) as folder, Rooms(made, Path(folder)) as rooms:
        for desired in [files(chance, made) for _ in range(chance.randint(1, 2))]:
            plan = rooms.plan(desired)
            assert reasons(plan) <= CLAIMS
            for _ in range(ROUNDS):
                assert rooms.send(plan, desired) == []
                plan = rooms.plan(desired)
            assert operations(plan) == []


def reasons(plan: Plan) -> set[str]:
    """The claims that a plan cites."""
    changed = [operation for change in plan.changes for operation in operations_of(change)]
    cited = [*(item.because for item in (*changed, *(held.operation for held in plan.held), *plan.waiting))]
    return {reason.rule.partition(": ")[0] for because in cited for reason in because}


def operations(plan: Plan) -> list[str]:
    """The operations of a plan, with their reasons."""
    return [
        f"{change.email}: {in_words(operation)} {[reason.rule for reason in operation.because]}"
        for change in plan.changes
        for operation in operations_of(change)
    ]


def _fast() -> str | None:
    return "/dev/shm" if os.path.isdir("/dev/shm") else None
