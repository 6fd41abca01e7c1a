"""The product against a second opinion: every plan is what tests/support/oracle works out from the rule book's words alone.

Thousands of small organizations with a history, planned by both. Run `python -m tests.support.oracle_run 100000` for a
long run with other seeds, or set ORACLE_EXAMPLES for more of these.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings

from reconciler.model.desired import Desired
from tests.support.generate import Dice, Maker, histories
from tests.support.live import RTT
from tests.support.oracle import Case, predict
from tests.support.oracle.smaller import described, shrunk
from tests.support.oracle_run import case_of, compared, disagreements, product
from tests.support.simulate import World

EXAMPLES = int(os.environ.get("ORACLE_EXAMPLES", "0"))
ORACLE = Path(__file__).parents[1] / "support" / "oracle"
JUDGED = ("book", "resolve", "diff", "guard", "planner")


def _agree(case: Case) -> None:
    """Fail with the smallest case that still shows what this one shows."""
    if disagreements(case):
        small = shrunk(case, lambda other: bool(disagreements(other)))
        raise AssertionError("\n".join([described(small), *disagreements(small)]))


@given(histories())
@settings(
    max_examples=EXAMPLES or 1_000,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # `shrunk` makes the case small, and in words
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
def test_the_plan_is_what_the_oracle_says(made: tuple[World, Desired]) -> None:
    """Operations, who waits, what is held back and which numbers are given: product and oracle agree."""
    _agree(case_of(*made))


def test_thousands_of_organizations() -> None:
    """The same for fixed seeds, without shrinking, which is many times faster; at least a third of them do something."""
    count, busy = EXAMPLES or 3_000, 0
    for seed in range(count):
        case = case_of(*Maker(Dice(seed)).history())
        prediction = predict(case)
        found = compared(case, product(case), prediction)
        if found:
            _agree(case)
        busy += bool(prediction.steps or prediction.waiting or prediction.held)
    assert busy > count / 3


def test_the_organizations_are_of_every_kind() -> None:
    """Among the first seeds are additions, removals, swaps, promotions, demotions, waiting, holds and wrong names."""
    seen: set[str] = set()
    for seed in range(2_000):
        case = case_of(*Maker(Dice(seed)).history())
        found = predict(case)
        seen |= {"unplannable"} if found.unplannable else set()
        seen |= {"waiting"} if found.waiting else set()
        seen |= {f"held: {reason}" for reasons in found.held.values() for reason in reasons}
        seen |= {f"{sign} {'role' if x.startswith('attendee:') else 'license'}" for _, sign, x in found.steps}
        seen |= {f"row {row}" for opinion in found.opinions.values() for row in opinion.removals.values()}
        seen |= {"swap" for o in found.opinions.values() for request in o.requests if request.drops}
        seen |= {"line" for line in found.lines.values() if line.number}
        seen |= {"demotion" for o in found.opinions.values() for after in o.roles.values() if after}
        seen |= {"blocked" for o in found.opinions.values() if o.blocked}
    wanted = {
        "unplannable",
        "waiting",
        "+ role",
        "- role",
        "+ license",
        "- license",
        "swap",
        "line",
        "demotion",
        "blocked",
    }
    wanted |= {f"row {row}" for row in "abcdefgh"}
    wanted |= {f"held: {reason}" for reason in ("protected", "first-apply", "irreversible")}
    assert wanted - seen == set()


def test_the_oracle_sees_a_wrong_plan() -> None:
    """A plan with an addition too few, a removal too many, or another number is told apart from the right one."""
    seed = next(seed for seed in range(100) if len(predict(case_of(*Maker(Dice(seed)).history())).steps) > 2)
    case = case_of(*Maker(Dice(seed)).history())
    prediction, plan = predict(case), product(case)
    assert compared(case, plan, prediction) == []
    missing = sorted(prediction.steps)[0]
    prediction.steps.remove(missing)
    assert [line.split(":")[0] for line in compared(case, plan, prediction)] == ["product does"]
    prediction.steps |= {missing, ("nobody@acme.example", "-", RTT.id)}
    assert [line.split(":")[0] for line in compared(case, plan, prediction)] == ["oracle does"]
    prediction.steps.remove(("nobody@acme.example", "-", RTT.id))
    prediction.waiting.add(("nobody@acme.example", "Real-Time Translations", ""))
    assert [line.split(":")[0] for line in compared(case, plan, prediction)] == ["oracle lets wait"]


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def test_the_oracle_shares_no_code_with_what_it_judges() -> None:
    """It imports the nouns of `model` and the people of tests, and nothing of the rooms that make the plan."""
    files = sorted(ORACLE.glob("*.py"))
    assert len(files) > 5
    for path in (*files, ORACLE.parent / "live.py"):
        for name in _imports(path):
            ours = name.split(".")
            assert ours[0] != "reconciler" or ours[1:2] == ["model"], f"{path.name} imports {name}"
            assert ours[0] != "tests" or name.startswith(("tests.support.oracle", "tests.support.live")), (
                f"{path.name}: {name}"
            )
