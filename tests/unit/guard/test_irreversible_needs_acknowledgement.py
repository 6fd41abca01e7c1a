"""RULES 4.5, 7.2."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from reconciler.model.desired import Guards, Retention
from reconciler.model.live import Location, PhoneNumber
from reconciler.model.memory import Loss
from tests.support.desired import (
    Document,
    acknowledgement,
    applied,
    codes,
    desired,
    everyone,
    held,
    managed,
    organization,
    plan,
)
from tests.support.live import PRO, RTT, STANDARD, Someone

NAME = "Webex Calling - Professional"
ANN, BOB = (Someone(f"{name}@acme.example", holds=(PRO.id,)) for name in ("ann", "bob"))
CY = Someone("cy@acme.example")
ORG = organization(retention=Retention(manual="remove"), manage=managed(NAME, "Real-Time Translations"))


def _guard(*documents: Document, people: tuple[Someone, ...] = (ANN, CY)) -> list[tuple[bool, str]]:
    found = plan(desired(ORG, everyone("Contact center Standard Agent"), *documents), *people)
    return [(g.acknowledged, g.message) for g in found.plan.guards if g.code == "irreversible"]


def test_an_unacknowledged_calling_removal_stops() -> None:
    """A plan that would take a Calling license stops the apply, marks the operation and names the people."""
    ((acknowledged, message),) = _guard()
    assert not acknowledged
    assert ANN.email in message
    found = plan(desired(ORG, everyone("Contact center Standard Agent")), ANN).plan
    assert [op.irreversible for op in found.changes[0].licenses] == [False, True]
    assert found.summary.irreversible == 1


def test_other_licenses_are_not_irreversible() -> None:
    """Taking any other license needs no acknowledgement."""
    assert _guard(people=(msgspec.structs.replace(ANN, holds=(RTT.id,)),)) == []


def test_users_cover_exactly_those() -> None:
    """An Acknowledgement that names people covers those, by any address and in any spelling, and nobody else."""
    assert [a for a, _ in _guard(acknowledgement(NAME, users=("ANN@acme.example ",)))] == [True]
    alias = msgspec.structs.replace(ANN, other_emails=("Ann.B@acme.example",))
    assert [a for a, _ in _guard(acknowledgement(NAME, users=("ann.b@acme.example",)), people=(alias,))] == [True]
    ((acknowledged, message),) = _guard(acknowledgement(NAME, users=(ANN.email,)), people=(ANN, BOB))
    assert not acknowledged
    assert BOB.email in message
    assert ANN.email not in message


def test_max_covers_so_many() -> None:
    """An Acknowledgement with `max` covers that many removals of the license and not one more."""
    assert [a for a, _ in _guard(acknowledgement(NAME, max=2), people=(ANN, BOB))] == [True]
    assert [a for a, _ in _guard(acknowledgement(NAME, max=1), people=(ANN, BOB))] == [False]


def _loss(person: Someone, run: int = 2, *, certain: bool = True, holding: str = PRO.id, name: str = NAME) -> Loss:
    return Loss(person.id, holding, name, run, certain)


DAN, EVE = Someone("dan@acme.example"), Someone("eve@acme.example")


@pytest.mark.parametrize(
    ("before", "covered"),
    [
        ((), True),
        ((_loss(DAN),), True),
        ((_loss(DAN), _loss(EVE)), False),
        ((_loss(DAN), _loss(DAN)), False),
        ((_loss(DAN), _loss(EVE, 1)), True),
        ((_loss(EVE, 1), _loss(DAN), _loss(EVE)), False),
        ((_loss(DAN), _loss(EVE, name="Webex Calling - Standard")), True),
        ((_loss(DAN), _loss(EVE, certain=False)), False),
        ((_loss(DAN), _loss(DAN, certain=False)), False),
        ((_loss(DAN, certain=False), _loss(DAN)), True),
        ((_loss(DAN), _loss(ANN, certain=False)), True),
        ((_loss(DAN), _loss(ANN, certain=False, holding="other")), False),
        ((_loss(DAN), _loss(ANN)), False),
    ],
)
@pytest.mark.parametrize("hold", [False, True])
def test_max_counts_over_the_lifetime(before: tuple[Loss, ...], covered: bool, hold: bool) -> None:
    """What was lost in earlier applies uses `max` up; a try that nobody saw take effect and that is made again does not."""
    org = msgspec.structs.replace(ORG, guards=Guards(irreversible="hold" if hold else "stop"))
    files = desired(org, everyone("Contact center Standard Agent"), acknowledgement(NAME, max=2))
    found = plan(files, ANN, CY, memory=applied(files, losses=before, acknowledged={"paper": 2}))
    stopped = [g for g in found.plan.guards if g.code == "irreversible" and g.effect == "stop" and not g.acknowledged]
    assert (not held(found) if hold else not stopped) is covered
    if stopped:
        assert "2 before, 1 now, max 2" in stopped[0].message


def test_before_its_first_run_nothing_counts_against_it() -> None:
    """An Acknowledgement that no apply went by yet has its `max` before it."""
    files = desired(ORG, everyone("Contact center Standard Agent"), acknowledgement(NAME, max=1))
    memory = applied(files, losses=(_loss(DAN), _loss(EVE)), acknowledged={"another": 1})
    found = plan(files, ANN, memory=memory)
    assert [g.acknowledged for g in found.plan.guards if g.code == "irreversible"] == [True]


def test_who_is_named_uses_up_no_max() -> None:
    """Losses of people whom `users` names are covered by that, not by the `max` of another Acknowledgement."""
    named = msgspec.structs.replace(acknowledgement(NAME, users=(DAN.email,)), name="named")
    files = desired(ORG, everyone("Contact center Standard Agent"), acknowledgement(NAME, max=1), named)
    for losses, covered in (((_loss(DAN),), True), ((_loss(EVE),), False)):
        memory = applied(files, losses=losses, acknowledged={"paper": 1, "named": 1})
        found = plan(files, ANN, DAN, EVE, memory=memory)
        assert [g.acknowledged for g in found.plan.guards if g.code == "irreversible"] == [covered]


def test_until_is_inclusive() -> None:
    """An Acknowledgement holds on its last day and not on the day after."""
    paper = acknowledgement(NAME, users=(ANN.email,), until=date(2026, 11, 21))
    assert [a for a, _ in _guard(paper)] == [True]
    assert [a for a, _ in _guard(msgspec.structs.replace(paper, until=date(2026, 11, 20)))] == [False]


def test_an_acknowledgement_causes_nothing() -> None:
    """An Acknowledgement permits a removal; it does not take anything from anybody, and unused it warns."""
    files = desired(organization(), everyone("Real-Time Translations"), acknowledgement(NAME, users=(ANN.email,)))
    found = plan(files, msgspec.structs.replace(ANN, holds=(PRO.id, RTT.id)))
    assert found.plan.changes == ()
    assert codes(found) == ["acknowledgement-unused"]


def test_a_used_acknowledgement_does_not_warn() -> None:
    """An Acknowledgement whose license goes from somebody in the plan is used."""
    found = plan(
        desired(ORG, everyone("Contact center Standard Agent"), acknowledgement(NAME, users=(ANN.email,))), ANN
    )
    assert "acknowledgement-unused" not in codes(found)


def test_a_swap_is_irreversible_too() -> None:
    """Replacing Calling Standard by Professional needs an Acknowledgement for Standard."""
    hq = Location("L-HQ", "HQ", True)
    org = organization(manage=managed("Webex Calling - Standard"))
    person = Someone("ann@acme.example", holds=(STANDARD.id,), location_id=hq.id)
    number = PhoneNumber("+14085550100", hq.id, "HQ", "ACTIVE", owner_type="PEOPLE", owner_id=person.id)
    for papers, expected in (((), [False]), ((acknowledgement("Webex Calling - Standard", max=1),), [True])):
        found = plan(
            desired(org, everyone(NAME), *papers), person,
            locations=(hq,), numbers=(number,), licenses=(PRO, STANDARD),
        )  # fmt: skip
        assert [g.acknowledged for g in found.plan.guards if g.code == "irreversible"] == expected


def test_of_several_papers_the_one_with_most_left_counts() -> None:
    """Papers are not added up and need no order: one that covers everybody is enough, whatever the others are."""
    papers = [msgspec.structs.replace(acknowledgement(NAME, max=most), name=f"paper{most}") for most in (1, 3, 2)]
    assert _guard(*papers, people=(ANN, BOB)) == [(True, f"2 removals of {NAME}")]
    same = [msgspec.structs.replace(acknowledgement(NAME, max=2), name=name) for name in ("one", "two")]
    assert _guard(*same, people=(ANN, BOB)) == [(True, f"2 removals of {NAME}")]


def test_a_paper_that_is_used_up_gives_way_to_one_that_is_not() -> None:
    """What is left counts, not what a paper began with or has behind it."""
    old, new = (msgspec.structs.replace(acknowledgement(NAME, max=n), name=f"p{n}") for n in (3, 1))
    files = desired(ORG, everyone("Contact center Standard Agent"), old, new)
    memory = applied(files, losses=(_loss(DAN), _loss(EVE), _loss(CY)), acknowledged={"p3": 1})
    found = plan(files, ANN, memory=memory)
    assert [(g.acknowledged, g.message) for g in found.plan.guards if g.code == "irreversible"] == [
        (True, f"1 removal of {NAME}")
    ]


@pytest.mark.parametrize(("number", "more"), [(9, ""), (10, ""), (11, " and 1 more"), (12, " and 2 more")])
def test_ten_people_are_named(number: int, more: str) -> None:
    """The message names ten people and counts the rest."""
    people = tuple(Someone(f"p{n:02}@acme.example", holds=(PRO.id,)) for n in range(number))
    ((_, message),) = _guard(people=people)
    named = ", ".join(person.email for person in people[:10])
    assert (
        f"{number} removals of {NAME} would lose number, voicemail and settings for good: {named}{more}. If" in message
    )
