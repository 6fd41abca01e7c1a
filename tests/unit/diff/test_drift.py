"""Drift is read off the plan: what is missing, what is extra, what a policy keeps, each with its cause and reasons."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from reconciler.diff.drift import drift_items, marked_new
from reconciler.model.desired import Desired, Guards, Managed, Retention
from reconciler.model.drift import DriftItem
from reconciler.model.memory import Memory
from reconciler.planner import Planned
from tests.support.desired import (
    applied,
    attendee,
    desired,
    everyone,
    exception,
    live,
    managed,
    members,
    organization,
    plan,
)
from tests.support.live import MSG, NOW, PREMIUM, PRO, RTT, SALES, SITE, STANDARD, SUITE, SUITE2, Someone, license_id

ANN = "ann@acme.example"
NAME, SUITE_NAME = "Real-Time Translations", "Webex Meetings Suite"
ALL = Guards(first_apply="all")
LATER = NOW + timedelta(minutes=1)
TOLD = {"template:sales"}


def _items(found: Planned) -> tuple[DriftItem, ...]:
    work = found.workings
    return drift_items(found.plan, work.book, work.population, work.answers)


def _short(items: tuple[DriftItem, ...]) -> list[str]:
    return [f"{item.direction} {item.license}{f' @ {item.site}' if item.site else ''} {item.cause}" for item in items]


def _given(holding: str, *claims: str) -> dict[str, tuple[str, ...]]:
    return {holding: claims}


SALESPEOPLE = desired(organization("groups"), members("Sales", NAME))
IN, OUT = Someone(ANN, (SALES.id,)), Someone(ANN)
MISSING: list[tuple[str, Desired, Someone, Memory | None]] = [
    ("removedByHand", SALESPEOPLE, IN, None),
    ("neverApplied", SALESPEOPLE, IN, Memory()),
    ("newcomer", SALESPEOPLE, msgspec.structs.replace(IN, first_seen=LATER), None),
    ("joinedGroup", SALESPEOPLE, msgspec.structs.replace(IN, moved=LATER), None),
    ("capacityFreed", SALESPEOPLE, IN, applied(SALESPEOPLE, waiting={(IN.id, NAME): NOW})),
    ("filesChanged", SALESPEOPLE, IN, applied(desired(organization("groups"), members("Sales", PREMIUM.name)))),
    (
        "exception",
        desired(organization("groups"), members("Sales", MSG.name), exception("x", ANN, add=[NAME])),
        OUT,
        None,
    ),
]


@pytest.mark.parametrize(("cause", "files", "person", "memory"), MISSING, ids=[row[0] for row in MISSING])
def test_what_is_missing_has_a_cause(cause: str, files: Desired, person: Someone, memory: Memory | None) -> None:
    """What a plan would give is missing, by hand, because somebody moved or came, because the files or units changed."""
    found = [item for item in _items(plan(files, person, memory=memory)) if item.license == NAME]
    assert _short(tuple(found)) == [f"missing {NAME} {cause}"]


HAS = Someone(ANN, holds=(RTT.id,))
OURS = msgspec.structs.replace(HAS, given=_given(RTT.id, "template:sales"))


def _policy(*documents: object, **retention: object) -> Desired:
    org = organization("groups", guards=ALL, retention=Retention(**retention), manage=managed(NAME))  # type: ignore[arg-type]
    return desired(org, members("Sales", NAME), *documents)  # type: ignore[arg-type]


GONE = {"guards": ALL, "manage": managed(NAME)}
DROPPED = desired(organization("groups", **GONE), members("Sales", MSG.name, preserve_licenses=False))
ENDED = desired(
    organization("groups", retention=Retention(template_removal="remove"), **GONE), members("Sales", MSG.name, name="x")
)
EXTRA: list[tuple[str, Desired, Someone, Memory | None]] = [
    ("addedByHand", _policy(manual="remove"), HAS, None),
    ("neverApplied", _policy(manual="remove"), HAS, Memory()),
    ("leftGroup", _policy(group_change="remove"), OURS, None),
    ("exception", _policy(exception("no", ANN, deny=[NAME])), HAS, None),
    ("deactivated", desired(organization("groups", deactivated_users="remove"), members("Sales", NAME)),
     msgspec.structs.replace(HAS, state="deactivated"), None),
    ("filesChanged", DROPPED, msgspec.structs.replace(OURS, groups=(SALES.id,)), applied(SALESPEOPLE)),
    ("filesChanged", ENDED, msgspec.structs.replace(OURS, groups=(SALES.id,)), applied(SALESPEOPLE)),
]  # fmt: skip


@pytest.mark.parametrize(("cause", "files", "person", "memory"), EXTRA, ids=range(len(EXTRA)))
def test_what_is_extra_has_a_cause(cause: str, files: Desired, person: Someone, memory: Memory | None) -> None:
    """What a plan would take is extra: given by hand, left over from a group, denied, or ended by the files."""
    found = [item for item in _items(plan(files, person, memory=memory)) if item.license == NAME]
    assert _short(tuple(found)) == [f"extra {NAME} {cause}"]


KEPT: list[tuple[str, Desired, Someone, Memory | None]] = [
    ("addedByHand", _policy(), HAS, None),
    ("leftGroup", _policy(), OURS, None),
    ("exception", _policy(exception_end="preserve"), msgspec.structs.replace(HAS, given=_given(RTT.id, "exception:x")), None),
    ("deactivated", SALESPEOPLE, msgspec.structs.replace(HAS, state="deactivated"), None),
    ("filesChanged", desired(organization("groups"), members("Sales", MSG.name)),
     msgspec.structs.replace(OURS, groups=(SALES.id,)), applied(SALESPEOPLE)),
    ("filesChanged", desired(organization("groups"), members("Support", MSG.name)),
     msgspec.structs.replace(OURS, groups=(SALES.id,)), applied(SALESPEOPLE)),
]  # fmt: skip


@pytest.mark.parametrize(("cause", "files", "person", "memory"), KEPT, ids=range(len(KEPT)))
def test_what_a_policy_keeps_is_listed_and_no_drift(
    cause: str, files: Desired, person: Someone, memory: Memory | None
) -> None:
    """The same rows, preserved; the reasons are those for which it is kept."""
    found = plan(files, person, memory=memory)
    (item,) = (item for item in _items(found) if item.license == NAME)
    assert _short((item,)) == [f"preserved {NAME} {cause}"]
    assert (item.person_id, item.email, item.license_id) == (person.id, ANN, RTT.id)
    (kept,) = (kept for answer in found.workings.answers.values() for kept in answer.kept if kept.holding == RTT.id)
    assert item.because == kept.because != ()


def test_what_nobody_decides_about_is_no_difference() -> None:
    """What no file names, and what is kept because something else needs it, is not listed."""
    files = desired(organization(retention=Retention(manual="remove"), guards=ALL), everyone(SUITE_NAME))
    assert _items(plan(files, Someone(ANN, holds=(SUITE.id, MSG.id, PREMIUM.id)))) == ()


def test_what_webex_would_refuse_to_change_is_no_difference() -> None:
    """A higher tier that stays because Webex refuses the lower one is as wanted as it can be; the rest is listed."""
    files = desired(organization(manage=managed(PREMIUM.name)), everyone(STANDARD.name, preserve_licenses=False))
    person = Someone(ANN, holds=(PRO.id, PREMIUM.id), given=_given(PRO.id, "template:everyone"))
    assert _short(_items(plan(files, person))) == [f"preserved {PREMIUM.name} addedByHand"]


def test_outside_the_defaults_is_preserved() -> None:
    """A license in another subscription than the default one is an extra that a policy keeps, unless it is what is granted."""
    org = organization("groups")
    files = desired(org, members("Sales", NAME), exception("no", "bob@acme.example", add=[SUITE_NAME]))
    assert _short(_items(plan(files, Someone(ANN, holds=(SUITE2.id,))))) == [
        f"preserved {SUITE_NAME} @ {SITE} filesChanged"
    ]


def test_roles_are_told_by_their_site() -> None:
    """A role has no license id; its site tells it apart, missing, extra and preserved."""
    org = organization("groups", guards=ALL, manage=managed())
    files = desired(org, members("Sales", attendee()))
    (missing,) = _items(plan(files, IN))
    assert (missing.license, missing.license_id, missing.site, missing.cause) == (
        "attendee",
        None,
        SITE,
        "removedByHand",
    )
    assert (missing.direction, missing.person_id, missing.email) == ("missing", IN.id, ANN)
    assert [reason.template for reason in missing.because] == ["sales"]
    assert _short(_items(plan(files, Someone(ANN, attendee=(SITE,))))) == [f"preserved attendee @ {SITE} addedByHand"]
    strict = desired(msgspec.structs.replace(org, retention=Retention(manual="remove")), *files.templates)
    assert _short(_items(plan(strict, Someone(ANN, attendee=(SITE,))))) == [f"extra attendee @ {SITE} addedByHand"]


def test_what_a_guard_holds_back_is_preserved() -> None:
    """It stays for now, and the guard is the last of its reasons."""
    org = organization("groups", retention=Retention(manual="remove"), guards=Guards(protected=(ANN,)))
    (item,) = _items(plan(desired(org, members("Sales", NAME)), HAS))
    assert _short((item,)) == [f"preserved {NAME} addedByHand"]
    assert (item.person_id, item.license_id) == (HAS.id, RTT.id)
    assert item.because[-1].rule == "held back by the guard protected"
    assert len(item.because) == 2


def test_what_would_come_with_something_held_is_not_listed() -> None:
    """While a host license may not go, the attendee role that would replace it is neither held nor missing."""
    org = organization(
        retention=Retention(manual="remove"), manage=managed(SUITE_NAME), guards=Guards(protected=(ANN,))
    )
    found = plan(desired(org, everyone(attendee())), Someone(ANN, holds=(SUITE.id,)))
    assert {item.operation.operation for item in found.plan.held} == {"add", "remove"}
    assert _short(_items(found)) == [f"preserved {SUITE_NAME} @ {SITE} addedByHand"]


def test_the_order_is_that_of_addresses() -> None:
    """By address whatever its case, then missing before what is kept, then by license and site."""
    org = organization("groupsThenOrganization", guards=ALL, manage=managed("Contact Center Premium Agent"))
    files = desired(org, everyone(SUITE_NAME, NAME))
    crowd = [
        Someone("Zoe@x"),
        Someone("ann@x", holds=(PREMIUM.id,)),
        Someone("Bob@x", holds=(SUITE.id, MSG.id, PREMIUM.id)),
    ]
    listed = [(item.email, item.direction, item.license) for item in _items(plan(files, *crowd))]
    assert listed == [
        ("ann@x", "missing", "Basic Messaging"),
        ("ann@x", "missing", NAME),
        ("ann@x", "missing", SUITE_NAME),
        ("ann@x", "preserved", "Contact Center Premium Agent"),
        ("Bob@x", "missing", NAME),
        ("Bob@x", "preserved", "Contact Center Premium Agent"),
        ("Zoe@x", "missing", "Basic Messaging"),
        ("Zoe@x", "missing", NAME),
        ("Zoe@x", "missing", SUITE_NAME),
    ]


def test_one_license_in_two_places_comes_in_their_order() -> None:
    """By site, then by id, whatever the order of holdings; a role has its place by its site."""
    emea = "emea.webex.com"
    pools = tuple(
        msgspec.structs.replace(SUITE, id=license_id("EE", number, site), site=site)
        for number, site in ((9, SITE), (8, emea))
    )
    org = organization("groups", manage=(*managed(SUITE_NAME), *(Managed(attendee_site=site) for site in (SITE, emea))))
    files = desired(org, members("Sales", NAME))
    person = Someone(ANN, holds=(SUITE.id, SUITE2.id, *(pool.id for pool in pools)), attendee=(emea,))
    found = _items(plan(files, person, licenses=(MSG, RTT, SUITE, SUITE2, *pools)))
    here = sorted((SUITE.id, SUITE2.id, pools[0].id))
    assert [(item.site, item.license_id) for item in found if item.license_id] == [
        *((SITE, one) for one in here),
        (emea, pools[1].id),
    ]
    roles = _items(plan(files, Someone(ANN, attendee=(emea, SITE)), licenses=(MSG, RTT, SUITE, *pools)))
    assert [(item.license, item.site) for item in roles] == [("attendee", SITE), ("attendee", emea)]


def test_who_was_not_there_then_is_new() -> None:
    """Whatever the people of then had: nothing of it was this person's."""
    items = _items(plan(SALESPEOPLE, IN))
    assert [item.since_apply for item in marked_new(items, live(Someone("else@x")))] == [True]


def _new(now: Someone, before: Someone | None) -> list[bool]:
    org = organization(
        "groups", guards=ALL, retention=Retention(manual="remove"), manage=managed("Contact Center Premium Agent")
    )
    files = desired(org, members("Sales", NAME, attendee()))
    items = _items(plan(files, now))
    earlier = live(*([before] if before else []), Someone("else@x", holds=(RTT.id, PREMIUM.id), attendee=(SITE,)))
    marked = marked_new(items, earlier)
    assert [msgspec.structs.replace(item, since_apply=False) for item in marked] == list(items)
    return [item.since_apply for item in marked]


def test_what_is_new_since_the_last_apply() -> None:
    """New is what was otherwise in the reading of the last apply, for each person by what they held then."""
    full = msgspec.structs.replace(IN, holds=(RTT.id,), attendee=(SITE,))
    extra = msgspec.structs.replace(full, holds=(RTT.id, PREMIUM.id))
    assert _new(IN, full) == [True, True], "lost since: the license and the role"
    assert _new(IN, IN) == [False, False], "missing already then"
    assert _new(IN, msgspec.structs.replace(IN, attendee=(SITE,))) == [False, True], "the role alone was lost since"
    assert _new(extra, full) == [True], "got since"
    assert _new(extra, extra) == [False], "extra already then"
    assert _new(IN, None) == [True, True], "who was not there then"
