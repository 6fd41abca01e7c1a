"""A long run of the oracle against the product: `python -m tests.support.oracle_run [COUNT] [FIRST SEED]`.

Prints how many organizations were planned, how many of them did anything, and every disagreement as small as it can be
made. Ends 1 when there was one.
"""

from __future__ import annotations

import sys
import time

from reconciler.errors import UnknownNameError
from reconciler.model.desired import Desired
from reconciler.model.plan import Plan
from reconciler.planner import make_plan
from tests.support.generate import Dice, Maker
from tests.support.live import FakeLive
from tests.support.oracle import Case, Prediction, predict
from tests.support.oracle.compare import differences, impossible
from tests.support.oracle.smaller import described, names, shrunk
from tests.support.oracle.words import Words
from tests.support.simulate import World


def case_of(world: World, files: Desired) -> Case:
    """What the plan of this moment is made from."""
    return Case(
        files, list(world.people.values()), world.licenses, world.groups, world.memory, world.now, world.locations,
        tuple(world.numbers),
    )  # fmt: skip


def product(case: Case) -> Plan | None:
    """The product's plan, or None where it says that the files name what is not there."""
    live = FakeLive(
        case.licenses, case.people, case.groups, locations=case.locations, numbers=case.numbers, seen=case.seen,
        taken_at=case.now,
    )  # fmt: skip
    try:
        return make_plan(case.files, live, case.memory, case.now, "0").plan
    except UnknownNameError:
        return None


def disagreements(case: Case) -> list[str]:
    """Where product and oracle part on this case, in words."""
    return compared(case, product(case), predict(case))


def compared(case: Case, plan: Plan | None, prediction: Prediction) -> list[str]:
    """The same for a plan and a prediction that are at hand."""
    if plan is None or prediction.unplannable:
        both = plan is None and prediction.unplannable
        return [] if both else [f"only the {'product' if plan is None else 'oracle'} says that names are wrong"]
    words = Words(case.files.organization, case.licenses)
    return [*differences(plan, prediction, names(case)), *impossible(case.people, plan, words)]


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def main(count: int, first: int) -> int:
    """Run `count` cases; 1 when product and oracle disagreed on any."""
    started, busy, bad = time.monotonic(), 0, 0
    for seed in range(first, first + count):
        case = case_of(*Maker(Dice(seed)).history())
        plan, prediction = product(case), predict(case)
        busy += bool(prediction.steps or prediction.waiting or prediction.held)
        found = compared(case, plan, prediction)
        if not found:
            continue
        bad += 1
        if bad <= 12:
            small = shrunk(case, lambda other: bool(disagreements(other)))
            _say(f"seed {seed}\n{described(small)}")
            _say("".join(f"  * {line}\n" for line in disagreements(small)))
    took = time.monotonic() - started
    _say(f"{count} cases in {took:.0f} s, {busy} of them with something to do; {bad} disagreements")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in (sys.argv[1:] + ["2000", "0"][len(sys.argv) - 1 :]))))
