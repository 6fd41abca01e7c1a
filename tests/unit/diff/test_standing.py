"""Where everybody stands: one state each, counts that add up, and the same whether people are counted or looked at."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from reconciler.diff.standing import Survey
from reconciler.model.coverage import PersonStanding, Standing
from reconciler.model.desired import Desired, Guards, Retention
from reconciler.model.memory import Memory, Setback
from reconciler.planner import Planned
from tests.support.desired import applied, desired, everyone, exception, managed, members, organization, plan
from tests.support.live import AGENT, ALL, MSG, NOW, PREMIUM, RTT, SALES, SUPPORT, Someone

NAME = RTT.name
ANN = "ann@acme.example"


def survey(found: Planned) -> Survey:
    """The survey of a plan."""
    work = found.workings
    return Survey(found.plan, work.book, work.population, work.answers, work.allocation, work.hands_off)


def people(found: Planned) -> dict[str, PersonStanding]:
    """Address before the `@` -> standing."""
    return {item.email.split("@")[0]: item for item in survey(found).people(lambda _: True)}


def told(row: Standing) -> dict[str, int]:
    """The states of a row that somebody is in."""
    states = msgspec.to_builtins(row.states)
    assert sum(states.values()) == row.people, "the states of a row add up"
    return {state: number for state, number in states.items() if number}


SALESPEOPLE = desired(organization("groups", guards=Guards(first_apply="all")), members("Sales", NAME))
HAS = Someone(ANN, (SALES.id,), (RTT.id,))
LACKS = Someone(ANN, (SALES.id,))
ORG = organization("groups")
STRICT = organization("groups", retention=Retention(manual="remove"), guards=Guards(protected=(ANN,)))
NO_UNITS = tuple(msgspec.structs.replace(pool, total=0) if pool is RTT else pool for pool in ALL)
REFUSED = Setback(LACKS.id, RTT.id, "add", "refused", 1, NOW - timedelta(hours=1), NOW - timedelta(hours=1), (400000,))


def with_setback(files: Desired) -> Memory:
    """Webex refused Ann's license an hour ago, for good."""
    return applied(files, setbacks=(REFUSED,))


STATES: list[tuple[str, bool, tuple[str, ...], Planned]] = [
    ("asWanted", True, (), plan(SALESPEOPLE, HAS)),
    ("toChange", False, (), plan(SALESPEOPLE, LACKS)),
    ("pending", True, (), plan(SALESPEOPLE, msgspec.structs.replace(HAS, state="pending"))),
    ("waiting", False, (), plan(SALESPEOPLE, LACKS, licenses=NO_UNITS)),
    ("blocked", False, ("lower-tier-not-managed",),
     plan(desired(organization("groups"), members("Sales", PREMIUM.name)), msgspec.structs.replace(LACKS, holds=(AGENT.id,)))),
    ("heldByGuard", True, ("protected",),
     plan(desired(STRICT, members("Sales", NAME), exception("x", "b@x", add=[PREMIUM.name])),
          msgspec.structs.replace(HAS, holds=(RTT.id, PREMIUM.id)))),
    ("askedBefore", False, ("asked-before",), plan(SALESPEOPLE, LACKS, memory=with_setback(SALESPEOPLE))),
    ("exempt", False, (), plan(desired(ORG, members("Sales", NAME), exception("leave", ANN, exempt=True)), HAS)),
    ("deactivated", False, (), plan(SALESPEOPLE, msgspec.structs.replace(HAS, state="deactivated"))),
    ("unmanaged", False, (), plan(SALESPEOPLE, Someone(ANN, (SUPPORT.id,), (RTT.id,)))),
    ("unmanaged", False, (), plan(SALESPEOPLE, msgspec.structs.replace(HAS, state="machine"))),
    ("asWanted", True, (), plan(
        desired(organization("groups"), members("Sales", NAME), exception("course", ANN, add=[PREMIUM.name])),
        Someone(ANN, holds=(PREMIUM.id,)))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "licensed", "codes", "found"), STATES, ids=[f"{row[0]}-{at}" for at, row in enumerate(STATES)]
)
def test_each_state(state: str, licensed: bool, codes: tuple[str, ...], found: Planned) -> None:
    """A person has one state, and the codes that are behind it; everybody's row says the same as the person's."""
    ann = people(found)["ann"]
    assert (ann.state, ann.licensed, ann.codes) == (state, licensed, codes)
    row = survey(found).everybody()
    assert told(row) == {state: 1}
    assert row.licensed == licensed
    assert row.codes == tuple(msgspec.convert({"code": code, "people": 1}, type(row.codes[0])) for code in codes)
    assert row.waiting == (state == "waiting")
    assert row.errors == (state == "blocked")


def test_what_needs_somebody_most_is_the_state() -> None:
    """Who is blocked at one license and waits for another is blocked, and counts as waiting all the same."""
    files = desired(organization("groups"), members("Sales", NAME, PREMIUM.name))
    found = plan(files, msgspec.structs.replace(LACKS, holds=(AGENT.id,)), licenses=NO_UNITS)
    row = survey(found).everybody()
    assert told(row) == {"blocked": 1}
    assert (row.waiting, row.errors) == (1, 1)
    ann = people(found)["ann"]
    assert [text.split(":")[0].split(" since")[0] for text in ann.details] == [PREMIUM.name, f"waits for {NAME}"]


def _crowd() -> Planned:
    files = desired(
        organization(manage=managed(PREMIUM.name), assignment="groupsThenOrganization"),
        everyone(MSG.name),
        members("Sales", NAME, name="sales"),
        members(["Sales", "Support"], PREMIUM.name, name="premium"),
    )
    crowd = [
        Someone("both@x", (SALES.id, SUPPORT.id), (RTT.id, PREMIUM.id)),
        Someone("half@x", (SALES.id,), (RTT.id,)),
        Someone("support@x", (SUPPORT.id,), (PREMIUM.id,)),
        Someone("off@x", (SUPPORT.id,), (), state="deactivated"),
        Someone("one@x", (), (MSG.id,)),
        Someone("two@x", (), (MSG.id,)),
        Someone("bot@x", (), (), state="machine"),
    ]
    return plan(files, *crowd)


def test_groups_and_templates() -> None:
    """A group has all its direct members; a template those for whom it speaks, licensed by what that template grants."""
    found = survey(_crowd())
    groups = {row.name: row for row in found.groups()}
    assert [(name, row.people, row.licensed) for name, row in groups.items()] == [
        ("Sales", 2, 1), ("Support", 3, 2), ("in no group of a template", 3, 2),
    ]  # fmt: skip
    assert groups["Sales"].related == ("premium", "sales")
    assert groups["Sales"].id == SALES.id
    assert told(groups["Sales"]) == {"asWanted": 1, "toChange": 1}
    assert told(groups["Support"]) == {"asWanted": 2, "deactivated": 1}
    assert told(groups["in no group of a template"]) == {"asWanted": 2, "unmanaged": 1}
    templates = {row.name: row for row in found.templates()}
    assert [(name, row.people, row.licensed) for name, row in templates.items()] == [
        ("everyone", 2, 2), ("premium", 3, 2), ("sales", 2, 2), ("no template speaks", 2, 0),
    ]  # fmt: skip
    assert templates["premium"].related == ("Sales", "Support")
    assert templates["premium"].source == "premium.yaml:1"
    assert (found.everybody().people, found.everybody().licensed) == (7, 4)


def test_counting_is_looking() -> None:
    """What is counted by situation is what looking at everybody finds."""
    made = _crowd()
    listed = list(survey(made).people(lambda _: True))
    assert [item.email for item in listed] == sorted(item.email for item in listed)
    for row in survey(made).groups():
        mine = [item for item in listed if (row.name in item.groups if row.kind == "group" else not item.groups)]
        assert (len(mine), sum(item.licensed for item in mine)) == (row.people, row.licensed)
        assert told(row) == {state: sum(p.state == state for p in mine) for state in {p.state for p in mine}}


def test_one_person_alone() -> None:
    """Only the person asked for is told, with their groups and templates."""
    made = _crowd()
    half = people(made)["half"]
    (found,) = survey(made).people(lambda _: True, half.person_id)
    assert found == half
    assert (found.groups, found.templates, found.details) == (("Sales",), ("premium", "sales"), (f"+ {PREMIUM.name}",))
