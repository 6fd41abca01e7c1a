"""RULES 1.1, 1.2."""

from __future__ import annotations

from tests.support.desired import changes, codes, desired, everyone, members, organization, plan
from tests.support.live import SALES, SUPPORT, Someone

ANN = Someone("ann@acme.example", groups=(SALES.id,))
BOB = Someone("bob@acme.example")
DOCUMENTS = (everyone("Real-Time Translations"), members("Sales", "Contact Center Premium Agent"))


def test_organization_mode() -> None:
    """In mode `organization` the organization template speaks for everybody and group templates for nobody."""
    found = plan(desired(organization("organization"), *DOCUMENTS), ANN, BOB)
    assert changes(found, ANN.email) == ["+ Real-Time Translations"]
    assert changes(found, BOB.email) == ["+ Real-Time Translations"]


def test_groups_mode() -> None:
    """In mode `groups` the group templates speak for their members and nothing speaks for anybody else."""
    found = plan(desired(organization("groups"), *DOCUMENTS), ANN, BOB)
    assert changes(found) == ["+ Contact Center Premium Agent"]
    assert changes(found, ANN.email) == ["+ Contact Center Premium Agent"]


def test_groups_then_organization_mode() -> None:
    """In mode `groupsThenOrganization` group templates speak for members, the organization template for the rest."""
    found = plan(desired(organization("groupsThenOrganization"), *DOCUMENTS), ANN, BOB)
    assert changes(found, ANN.email) == ["+ Contact Center Premium Agent"]
    assert changes(found, BOB.email) == ["+ Real-Time Translations"]


def test_a_silent_group_template_still_switches_the_organization_template_off() -> None:
    """Membership in a templated group switches the organization template off even where the group template is silent."""
    files = desired(
        organization("groupsThenOrganization"),
        everyone("Real-Time Translations"),
        members("Sales", "Contact Center Premium Agent", existing_users=False),
    )
    assert changes(plan(files, ANN)) == []


def test_every_group_template_of_a_member_speaks() -> None:
    """Somebody in two templated groups gets what both templates grant."""
    both = Someone("cy@acme.example", groups=(SALES.id, SUPPORT.id))
    files = desired(
        organization("groups"),
        members("Sales", "Contact Center Premium Agent"),
        members("Support", "Real-Time Translations"),
    )
    assert changes(plan(files, both)) == ["+ Contact Center Premium Agent", "+ Real-Time Translations"]


def test_one_template_for_several_groups() -> None:
    """A template speaks for the members of each group it lists, once for somebody in both."""
    both = Someone("cy@acme.example", groups=(SALES.id, SUPPORT.id))
    files = desired(organization("groups"), members(["Sales", "Support"], "Real-Time Translations"))
    assert changes(plan(files, ANN, both)) == ["+ Real-Time Translations"] * 2


def test_nested_members_get_nothing_and_a_finding_says_so() -> None:
    """A nested group's members get nothing from the parent's template, and a finding names the group."""
    files = desired(organization("groups"), members("Sales", "Real-Time Translations"))
    found = plan(files, ANN, BOB, seen={SALES.id: (2, 1)})
    assert changes(found, BOB.email) == []
    assert "nested-group" in codes(found)


def test_an_unrelated_group_does_not_silence_the_organization_template() -> None:
    """A group that no template lists changes nothing."""
    person = Someone("dee@acme.example", groups=(SUPPORT.id,))
    files = desired(organization("groupsThenOrganization"), *DOCUMENTS)
    assert changes(plan(files, person)) == ["+ Real-Time Translations"]
