"""Situations of one person, Ann, and short ways to her explanation."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from reconciler.diff.explain import Question, Seen, explain_person, products_named
from reconciler.model.desired import (
    Budget,
    Capacity,
    Desired,
    GroupReference,
    Guards,
    Retention,
)
from reconciler.model.explanation import ExplainedLicense, Explanation
from reconciler.model.live import Location
from reconciler.model.memory import Memory
from reconciler.planner import Planned
from tests.support.desired import (
    attendee,
    desired,
    everyone,
    exception,
    members,
    organization,
)
from tests.support.live import (
    AGENT,
    ALL,
    PREMIUM,
    PRO,
    RTT,
    SALES,
    SITE,
    SUITE,
    SUITE2,
    Someone,
)

ANN = "ann@acme.example"
RTT_NAME, PRO_NAME = "Real-Time Translations", "Webex Calling - Professional"
HQ = Location("loc-1", "HQ", True)
GROUPS = "groups"


MEETINGS = f"Webex Meetings Suite @ {SITE}"
ROLE = f"attendee @ {SITE}"


def explained(found: Planned, email: str = ANN, name: str | None = None, seen: Seen | None = None) -> Explanation:
    """The explanation of one person, whole or of one license."""
    work = found.workings
    person = next(p for p, _ in work.population.fetch(work.population.counts) if p.email == email)
    question = Question(name, products_named(work.book.catalog, name)) if name is not None else None
    return explain_person(
        found.plan, work.book, work.population, work.answers, work.allocation, work.hands_off, person,
        seen=seen, question=question,
    )  # fmt: skip


def line(found: Planned, product: str, email: str = ANN, seen: Seen | None = None) -> ExplainedLicense:
    """The one line of a product."""
    (only,) = [item for item in explained(found, email, seen=seen).licenses if item.product == product]
    return only


def pools(**totals: int) -> tuple[Any, ...]:
    """`ALL` with other totals by name of the constant."""
    named = {"RTT": RTT, "SUITE": SUITE, "PREMIUM": PREMIUM, "AGENT": AGENT, "PRO": PRO}
    changed = {named[name].id: total for name, total in totals.items()}
    return tuple(msgspec.structs.replace(pool, total=changed.get(pool.id, pool.total)) for pool in ALL)


def story(name: str) -> tuple[Desired, list[Someone], dict[str, Any]]:
    """The files, the people and what else a situation needs."""
    sales, held_rtt = members("Sales", RTT_NAME), (RTT.id,)
    given: dict[str, tuple[str, ...]] = {RTT.id: ("template:sales",)}
    org, in_sales = organization(GROUPS), (SALES.id,)
    stories: dict[str, tuple[Desired, list[Someone], dict[str, Any]]] = {
        "as wanted": (desired(org, sales), [Someone(ANN, in_sales, held_rtt)], {}),
        "to be given": (desired(org, sales), [Someone(ANN, in_sales)], {}),
        "not a member": (desired(org, sales), [Someone(ANN)], {}),
        "nested": (desired(org, sales), [Someone(ANN), Someone("b@x", in_sales)], {"seen": {SALES.id: (2, 1)}}),
        "two templates": (desired(org, sales, members("Support", RTT_NAME)), [Someone(ANN)], {}),
        "other template": (
            desired(organization("groupsThenOrganization"), everyone(RTT_NAME), members("Sales", "Webex Meetings Suite")),
            [Someone(ANN, in_sales)],
            {},
        ),
        "unused mode": (desired(organization(), everyone("Basic Messaging"), sales), [Someone(ANN, in_sales)], {}),
        "newcomers only": (
            desired(org, members("Sales", RTT_NAME, existing_users=False)), [Someone(ANN, in_sales)], {},
        ),
        "newcomers, held": (
            desired(org, members("Sales", RTT_NAME, existing_users=False)), [Someone(ANN, in_sales, held_rtt)], {},
        ),
        "deactivated": (desired(org, sales), [Someone(ANN, in_sales, state="deactivated")], {}),
        "deactivated, held": (desired(org, sales), [Someone(ANN, in_sales, held_rtt, state="deactivated")], {}),
        "exempt": (desired(org, sales, exception("leave", ANN, exempt=True)), [Someone(ANN, in_sales)], {}),
        "external": (desired(org, sales), [Someone(ANN, in_sales, held_rtt, state="external")], {}),
        "denied": (desired(org, sales, exception("no", ANN, deny=[RTT_NAME])), [Someone(ANN, in_sales)], {}),
        "denied, not granted": (desired(org, sales, exception("no", ANN, deny=[RTT_NAME])), [Someone(ANN)], {}),
        "denied, held": (desired(org, sales, exception("no", ANN, deny=[RTT_NAME])), [Someone(ANN, (), held_rtt)], {}),
        "exception adds": (desired(org, sales, exception("yes", ANN, add=[RTT_NAME])), [Someone(ANN)], {}),
        "exception of others": (
            desired(org, everyone("Basic Messaging"), exception("yes", "b@x", add=[RTT_NAME])),
            [Someone(ANN), Someone("b@x")],
            {},
        ),
        "exception over": (
            desired(org, sales, exception("old", ANN, add=[RTT_NAME], until=date(2026, 8, 31))), [Someone(ANN)], {},
        ),
        "left the group": (desired(org, sales), [Someone(ANN, (), held_rtt, given=given)], {}),
        "left, removed": (
            desired(organization(GROUPS, retention=Retention(group_change="remove")), sales),
            [Someone(ANN, (), held_rtt, given=given)],
            {},
        ),
        "by hand": (desired(org, sales), [Someone(ANN, (), held_rtt)], {}),
        "protected": (
            desired(organization(GROUPS, retention=Retention(manual="remove"), guards=Guards(protected=(ANN,))), sales),
            [Someone(ANN, (), held_rtt)],
            {},
        ),
        "first apply": (
            desired(organization(GROUPS, retention=Retention(manual="remove")), sales),
            [Someone(ANN, (), held_rtt)],
            {"memory": Memory()},
        ),
        "not managed": (desired(org, members("Sales", "Webex Meetings Suite")), [Someone(ANN, (), held_rtt)], {}),
        "waits": (
            desired(org, sales),
            [Someone(ANN, in_sales), Someone("a@x", in_sales), Someone("b@x", in_sales)],
            {"licenses": pools(RTT=1)},
        ),
        "overdrawn": (
            desired(org, sales), [Someone(ANN, in_sales)],
            {"licenses": tuple(msgspec.structs.replace(p, consumed=13) if p is RTT else p for p in ALL)},
        ),
        "budget": (
            desired(
                organization(GROUPS, capacity=Capacity(budgets=(Budget(RTT_NAME, GroupReference("Sales"), 1),))), sales,
            ),
            [Someone(ANN, in_sales), Someone("a@x", in_sales)],
            {},
        ),
        "higher tier": (
            desired(org, members("Sales", "Contact Center Premium Agent", "Contact center Standard Agent")),
            [Someone(ANN, in_sales)],
            {},
        ),
        "higher tier held": (
            desired(org, members("Sales", "Contact center Standard Agent"), members("Support", "Contact Center Premium Agent")),
            [Someone(ANN, in_sales, (PREMIUM.id,))],
            {},
        ),
        "lower tier waits": (
            desired(org, members("Sales", "Contact Center Premium Agent"), members("Support", "Contact center Standard Agent")),
            [Someone(ANN, in_sales, (AGENT.id,))],
            {"licenses": pools(PREMIUM=0)},
        ),
        "lower tier replaced": (
            desired(org, members("Sales", "Contact Center Premium Agent"), members("Support", "Contact center Standard Agent")),
            [Someone(ANN, in_sales, (AGENT.id,))],
            {},
        ),
        "prerequisite": (desired(org, members("Sales", "Webex Meetings Suite")), [Someone(ANN, in_sales)], {}),
        "host waits": (
            desired(org, members("Sales", "Webex Meetings Suite", attendee())), [Someone(ANN, in_sales)],
            {"licenses": pools(SUITE=0)},
        ),
        "outside the defaults": (
            desired(org, members("Sales", "Webex Meetings Suite")), [Someone(ANN, in_sales, (SUITE2.id,))], {},
        ),
        "moved to the default": (
            desired(
                organization(GROUPS, retention=Retention(outside_defaults="remove")), members("Sales", "Webex Meetings Suite")
            ),
            [Someone(ANN, in_sales, (SUITE2.id,))],
            {},
        ),
        "site administrator": (desired(org, members("Sales", attendee())), [Someone(ANN, in_sales, admin_of=(SITE,))], {}),
        "no license of people": (desired(org, sales), [Someone(ANN)], {}),
    }  # fmt: skip
    return stories[name]
