"""No policy is dead: for each of docs/policies.md there are two values that make two different plans of one organization.

The organizations are those of `tests/support/policy_stories.py`. Only what would happen counts: operations,
who waits, what is held, guards and costs; never reasons and messages, which cite lines and may differ for nothing.
"""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from reconciler.guard.a_stale_plan_is_not_applied import check
from reconciler.model.desired import Guards, Retention
from reconciler.model.plan import Plan
from reconciler.report.policy_book import policies
from tests.support.desired import applied, changes, desired, everyone, live, members, organization, plan, stops
from tests.support.example import planned_from
from tests.support.live import NOW, RTT, SALES, Someone
from tests.support.policy_stories import ELSEWHERE, ONLY_WORDS, RTTS, STORIES
from tests.support.simulate import World

ROOT = Path(__file__).parents[2]
LISTED = [policy.name for policy in policies() if policy.kind != "TemplateTest"]


def _does(plan: Plan) -> list[Any]:
    """All that would happen by a plan, without reasons."""
    done = [
        [change.email, [_bare(item) for item in change.licenses], [_bare(item) for item in change.attendee_sites]]
        for change in plan.changes
    ]
    held = [[item.email, item.guard, _bare(item.operation)] for item in plan.held]
    waiting = [[item.email, item.license] for item in plan.waiting]
    guards = [[item.code, item.effect, item.acknowledged] for item in plan.guards]
    return [done, held, waiting, guards, plan.summary.monthly_cost]


def _bare(operation: Any) -> Any:
    return msgspec.to_builtins(msgspec.structs.replace(operation, because=()))


def _plan(story: str, value: str) -> Plan:
    planned = planned_from(yaml.load(story.replace("VALUE", value), Loader=yaml.BaseLoader))
    assert not isinstance(planned, list), planned
    return planned.plan


def test_every_policy_is_shown_once() -> None:
    """A new key of a schema needs a story here, or the name of the test that shows what it does."""
    shown = [*STORIES, *ELSEWHERE, *ONLY_WORDS]
    assert sorted(shown) == sorted(LISTED)


@pytest.mark.parametrize("name", STORIES)
def test_two_values_make_two_plans(name: str) -> None:
    """The same organization, the same people, one other value: another plan, and the same value the same plan."""
    story, first, second = STORIES[name]
    assert "VALUE" in story
    one, other = _does(_plan(story, first)), _does(_plan(story, second))
    assert one != other
    assert one == _does(_plan(story, first))


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_is_shown_elsewhere_is_there(name: str) -> None:
    """The tests that this page relies on exist."""
    file, _, test = ELSEWHERE[name].partition("::")
    tree = ast.parse((ROOT / file).read_text())
    assert test in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("adopt", "then"), [(False, []), (True, ["- Real-Time Translations"])])
def test_adopt(adopt: bool, then: list[str]) -> None:
    """`retention.adopt`: what a template grants and somebody held before counts as given by it from the next apply on."""
    stays = Someone("bob@acme.example", groups=(SALES.id,), holds=(RTT.id,))
    world = World([Someone("ann@acme.example", groups=(SALES.id,), holds=(RTT.id,)), stays])
    retention = Retention(adopt=adopt, group_change="remove")
    files = desired(organization("groups", retention=retention), members("Sales", RTTS))
    world.apply(files)
    world.change("ann@acme.example", groups=())
    assert changes(world.plan(files)) == then


@pytest.mark.parametrize(("percent", "lost"), [(20.0, 0), (99.0, 1)])
def test_shrinkage(percent: float, lost: int) -> None:
    """`guards.shrinkage`: nobody loses anything when more people are missing than that."""
    guards = Guards(first_apply="all", shrinkage_percent=percent)
    org = organization(guards=guards, retention=Retention(manual="remove"), deactivated_users="remove")
    files = desired(org, everyone(RTTS))
    person = Someone("ann@acme.example", holds=(RTT.id,), state="deactivated")
    memory = applied(files, live(person), people_before=10)
    found = plan(files, person, memory=memory)
    assert len(changes(found)) == lost
    assert stops(found) == []


@pytest.mark.parametrize(("seconds", "code"), [(3600, "stale-plan"), (86_400, None)])
def test_max_age(seconds: int, code: str | None) -> None:
    """`guards.maxAge`: a plan two hours old is applied or not."""
    files = desired(organization(guards=Guards(max_age_seconds=seconds)), everyone(RTTS))
    finding = check(plan(files, Someone("ann@acme.example")).plan, files, NOW + timedelta(hours=2))
    assert (finding.code if finding else None) == code
