"""RULES 1.7, 4.5, 7.2, 7.3, 7.4, 7.6: removals that are kept back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from reconciler.model.desired import Budget, Capacity, Desired, GroupReference, Guards, Retention
from reconciler.model.live import Group, Location, PhoneNumber
from reconciler.model.memory import KnownGroup, Memory
from reconciler.planner import Planned
from tests.support.desired import (
    Document,
    acknowledgement,
    applied,
    changes,
    codes,
    desired,
    everyone,
    exception,
    held,
    managed,
    members,
    organization,
    plan,
    rows,
    stops,
    winners,
)
from tests.support.live import (
    AGENT,
    MSG,
    PREMIUM,
    PRO,
    RTT,
    SALES,
    SITE,
    STANDARD,
    SUITE,
    SUPPORT,
    Someone,
)

ANN = Someone("ann@acme.example", holds=(RTT.id,))
REMOVE = Retention(manual="remove", group_change="remove", template_removal="remove", outside_defaults="remove")
HQ = Location("L-HQ", "HQ", True)
NUMBERS = (PhoneNumber("+14085550100", HQ.id, "HQ", "ACTIVE"),)
GOES = "- Real-Time Translations"


def _losing(guards: Guards | None = None, *documents: Document, **fields: Any) -> Desired:
    """Files under which ANN loses Real-Time Translations, which she has by hand."""
    org = organization(retention=REMOVE, manage=managed("Real-Time Translations"), guards=guards or Guards(), **fields)
    return desired(org, everyone("Contact center Standard Agent"), *documents)


def test_without_a_hold_it_goes() -> None:
    """The removal that the other tests hold back is carried out when nothing holds it."""
    assert GOES in changes(plan(_losing(), ANN))


# 7.4


def test_protected_people_lose_nothing() -> None:
    """A protected person's removal is held and named; what they are to get comes all the same."""
    found = plan(_losing(Guards(protected=("ann@acme.example",))), ANN)
    assert changes(found) == ["+ Contact center Standard Agent"]
    assert held(found) == [(GOES, "protected")]


def test_protection_finds_people_by_every_address() -> None:
    """Protection compares addresses without regard to case, and over all of a person's addresses."""
    person = msgspec.structs.replace(ANN, other_emails=("Boss@Acme.Example",))
    assert held(plan(_losing(Guards(protected=(" BOSS@acme.example",))), person)) == [(GOES, "protected")]


def test_protection_is_personal() -> None:
    """Others lose what the files take from them."""
    assert GOES in changes(plan(_losing(Guards(protected=("boss@acme.example",))), ANN))


def test_protection_beats_deny_and_deactivation() -> None:
    """A protected person keeps what an exception denies, and everything after deactivation."""
    guards = Guards(protected=("ann@acme.example",))
    denied = _losing(guards, exception("x", ANN.email, deny=["Real-Time Translations"]))
    assert GOES not in changes(plan(denied, ANN))
    gone = msgspec.structs.replace(ANN, state="deactivated")
    assert changes(plan(_losing(guards, deactivated_users="remove"), gone)) == []


UPGRADE = everyone("Webex Calling - Professional")
STANDARD_HOLDER = Someone("ann@acme.example", holds=(STANDARD.id,), extension="0100", location_id="L-HQ")


def _calling_swap(guards: Guards, *documents: Document) -> list[tuple[str, str]]:
    org = organization(guards=guards, manage=managed("Webex Calling - Standard"))
    files = desired(org, UPGRADE, *documents)
    found = plan(files, STANDARD_HOLDER, locations=(HQ,), numbers=NUMBERS)
    assert bool(changes(found)) != bool(held(found))
    return held(found)


def test_protected_people_keep_their_calling_license_in_a_swap() -> None:
    """A swap of Calling loses the number, so a protected person's is held; a swap of other products goes through."""
    guards = Guards(protected=("ann@acme.example",))
    assert _calling_swap(guards) == [("- Webex Calling - Standard", "protected")]
    org = organization(guards=guards, manage=managed("Contact center Standard Agent"))
    found = plan(
        desired(org, everyone("Contact Center Premium Agent")), msgspec.structs.replace(ANN, holds=(AGENT.id,))
    )
    assert changes(found) == ["+ Contact Center Premium Agent", "- Contact center Standard Agent"]


def test_an_unknown_protected_address_warns() -> None:
    """A protected address that nobody has protects nobody, and a warning says so."""
    assert "unknown-person" in codes(plan(_losing(Guards(protected=("typo@acme.example",))), ANN))


# 7.6


def test_the_first_apply_only_adds() -> None:
    """Before the first completed apply removals are held, additions are not."""
    found = plan(_losing(), ANN, memory=Memory())
    assert changes(found) == ["+ Contact center Standard Agent"]
    assert held(found) == [(GOES, "first-apply")]


def test_first_apply_all() -> None:
    """`firstApply: all` lets removals through from the start."""
    assert GOES in changes(plan(_losing(Guards(first_apply="all")), ANN, memory=Memory()))


def test_the_first_apply_swaps_and_promotes() -> None:
    """Swaps and promotions are not held on the first apply."""
    org = organization(manage=managed("Contact center Standard Agent"))
    files = desired(org, everyone("Contact Center Premium Agent", "Webex Meetings Suite"))
    found = plan(files, Someone("ann@acme.example", holds=(AGENT.id,), attendee=(SITE,)), memory=Memory())
    assert f"- attendee @ {SITE}" in changes(found)
    assert "- Contact center Standard Agent" in changes(found)


# 1.7

SALES_GIVES = members("Sales", "Real-Time Translations")
BASE = everyone("Contact center Standard Agent")
FILES = desired(organization("groupsThenOrganization", retention=REMOVE), SALES_GIVES, BASE)
KNOWN = (KnownGroup(SALES.id, "Sales", True), KnownGroup(SUPPORT.id, "Support", False))
FORMER = msgspec.structs.replace(ANN, given={RTT.id: ("template:sales",)})


def _lost(files: Desired, person: Someone = FORMER, groups: tuple[Group, ...] = (SUPPORT,)) -> list[tuple[str, str]]:
    memory = applied(FILES, known_groups=KNOWN)
    found = plan(files, person, groups=groups, memory=memory)
    assert bool(held(found)) != (GOES in changes(found))
    return held(found)


def test_a_missing_group_holds_its_former_members_licenses() -> None:
    """A declared group that was seen before and is missing now is a finding, and what it gave is held."""
    assert _lost(FILES) == [(GOES, "group-missing")]
    assert "group-missing" in codes(plan(FILES, FORMER, groups=(SUPPORT,), memory=applied(FILES, known_groups=KNOWN)))


def test_an_emptied_group_holds_its_former_members_licenses() -> None:
    """A declared group that had members before and has none now is a finding, and what it gave is held."""
    assert _lost(FILES, groups=(SALES, SUPPORT)) == [(GOES, "group-missing")]
    assert "group-emptied" in codes(plan(FILES, FORMER, memory=applied(FILES, known_groups=KNOWN)))


def test_a_group_made_anew_under_its_name_is_the_same_group() -> None:
    """A group that was deleted and made anew, still empty, counts as emptied although its id is another."""
    anew = msgspec.structs.replace(SALES, id=SUPPORT.id)
    assert _lost(FILES, groups=(anew,)) == [(GOES, "group-missing")]


def test_what_a_lost_group_may_have_given_by_hand_is_held_as_well() -> None:
    """What a lost group's template grants is held also where the ledger does not know who gave it."""
    org = organization("groupsThenOrganization", retention=REMOVE)
    assert _lost(desired(org, SALES_GIVES, BASE), ANN) == [(GOES, "group-missing")]


def test_a_stranger_in_an_emptied_group_releases_nothing() -> None:
    """What an emptied group gave stays held when one stranger joins it, until an apply has gone by an Acknowledgement."""
    known = (KnownGroup(SALES.id, "Sales", True, datetime(2026, 11, 20, tzinfo=UTC)),)
    stranger = Someone("sam@acme.example", groups=(SALES.id,), holds=(RTT.id,))
    memory = applied(FILES, known_groups=known)
    assert held(plan(FILES, FORMER, stranger, memory=memory)) == [(GOES, "group-missing")]
    acknowledged = desired(FILES.organization, *FILES.templates, acknowledgement(group="Sales"))
    released = plan(acknowledged, FORMER, stranger, memory=memory)
    assert held(released) == []
    after = msgspec.structs.replace(memory, registry=released.ledger.registry)
    assert held(plan(FILES, FORMER, stranger, memory=after)) == []


def test_an_exception_with_the_name_of_a_lost_groups_template() -> None:
    """What an exception gave that is called like the template of a lost group goes: the exception is not in the group."""
    person = msgspec.structs.replace(FORMER, given={RTT.id: ("exception:sales",)})
    found = plan(FILES, person, groups=(SUPPORT,), memory=applied(FILES, known_groups=KNOWN))
    assert (GOES in changes(found), held(found)) == (True, [])


def test_an_acknowledgement_releases_a_lost_group() -> None:
    """An Acknowledgement for the group lets its former members' licenses go, until its date."""
    paper = acknowledgement(group="Sales")
    assert _lost(desired(FILES.organization, *FILES.templates, paper)) == []
    late = msgspec.structs.replace(paper, until=date(2026, 11, 20))
    assert _lost(desired(FILES.organization, *FILES.templates, late)) == [(GOES, "group-missing")]


def test_a_budget_on_a_released_group_does_not_take_the_release_back() -> None:
    """A budget that counts the same missing group does not undo the Acknowledgement."""
    capacity = Capacity(budgets=(Budget("Real-Time Translations", GroupReference("Sales"), 5),))
    org = msgspec.structs.replace(FILES.organization, capacity=capacity)
    assert _lost(desired(org, *FILES.templates, acknowledgement(group="Sales"))) == []


def test_dropping_the_group_from_the_files_releases_it() -> None:
    """A missing group that no file names holds nothing."""
    assert _lost(desired(FILES.organization, BASE)) == []


def test_a_group_that_never_had_members_holds_nothing() -> None:
    """A declared group that was always empty is no finding."""
    known = (KnownGroup(SALES.id, "Sales", False),)
    found = plan(FILES, FORMER, memory=applied(FILES, known_groups=known))
    assert held(found) == []
    assert "group-emptied" not in codes(found)


# 7.3


def test_an_incomplete_license_is_not_removed() -> None:
    """A license of which fewer holders were seen than it counts loses nobody, and a finding says so."""
    short = msgspec.structs.replace(RTT, consumed=5, consumed_by_users=5)
    found = plan(_losing(), ANN, licenses=(short, AGENT))
    assert held(found) == [(GOES, "license-incomplete")]
    assert "license-incomplete" in codes(found)


def test_the_slack_of_counters() -> None:
    """`counterSlack` lets so many percent of the holders be missing."""
    people = [Someone(f"p{n}@acme.example", holds=(AGENT.id, RTT.id)) for n in range(9)]
    short = msgspec.structs.replace(RTT, consumed=10, consumed_by_users=10)
    assert held(plan(_losing(Guards(counter_slack_percent=10.0)), *people, licenses=(short, AGENT))) == []
    assert len(held(plan(_losing(Guards(counter_slack_percent=9.0)), *people, licenses=(short, AGENT)))) == 9


def test_null_counters_are_exempt() -> None:
    """A license whose counter Webex does not give is not incomplete."""
    found = plan(_losing(), ANN, licenses=(msgspec.structs.replace(RTT, consumed_by_users=None), AGENT))
    assert held(found) == []


def test_an_incomplete_license_is_not_swapped_away() -> None:
    """No removal of an incomplete license also means: not as part of a swap."""
    short = msgspec.structs.replace(AGENT, consumed=5, consumed_by_users=5)
    org = organization(manage=managed("Contact center Standard Agent"))
    found = plan(
        desired(org, everyone("Contact Center Premium Agent")),
        Someone("a@x", holds=(AGENT.id,)),
        licenses=(short, PREMIUM),
    )
    assert changes(found) == []
    assert held(found) == [("- Contact center Standard Agent", "license-incomplete")]


def test_an_incomplete_undeclared_license_is_not_taken_by_deny() -> None:
    """A license that only an exception denies is checked for completeness as well."""
    short = msgspec.structs.replace(RTT, consumed=5, consumed_by_users=5)
    files = desired(organization(), BASE, exception("x", ANN.email, deny=["Real-Time Translations"]))
    assert held(plan(files, ANN, licenses=(short, AGENT))) == [(GOES, "license-incomplete")]


def test_an_incomplete_group_releases_nothing_its_templates_grant() -> None:
    """Where fewer members of a group were seen than it has, nobody loses what its templates grant."""
    sales = msgspec.structs.replace(SALES, member_size=4)
    files = desired(
        organization("groups", retention=REMOVE), SALES_GIVES, members("Support", "Contact center Standard Agent")
    )
    found = plan(files, FORMER, groups=(sales, SUPPORT), seen={SALES.id: (3, 0), SUPPORT.id: (1, 0)})
    assert held(found) == [(GOES, "group-incomplete")]
    assert "group-incomplete" in codes(found)
    found = plan(files, FORMER, groups=(sales, SUPPORT), seen={SALES.id: (4, 0), SUPPORT.id: (1, 0)})
    assert held(found) == []


def _short(files: Desired, before: Desired, person: Someone = FORMER, seen: int = 3) -> Planned:
    """A plan while `seen` of the four members of Sales could be read."""
    sales = msgspec.structs.replace(SALES, member_size=4)
    return plan(
        files, person, groups=(sales, SUPPORT), seen={SALES.id: (seen, 0), SUPPORT.id: (1, 0)}, memory=applied(before)
    )


NEUTRAL_SALES = members("Sales", "Webex Meetings Suite")


@pytest.mark.parametrize(("seen", "guards"), [(3, [(GOES, "group-incomplete")]), (4, [])])
def test_an_incomplete_group_holds_what_its_template_gave_earlier(seen: int, guards: list[tuple[str, str]]) -> None:
    """What the template of an incomplete group gave and grants no longer is held as well: who left, nobody can tell."""
    files = desired(FILES.organization, NEUTRAL_SALES, BASE)
    found = _short(files, FILES, seen=seen)
    assert held(found) == guards
    assert (GOES in changes(found)) is not bool(guards)


def test_an_incomplete_group_holds_what_a_template_gave_that_the_files_ended() -> None:
    """The ended template's claim counts too, marked already or not yet: its group tells between rows e and f."""
    files = desired(FILES.organization, members("Sales", "Webex Meetings Suite", name="new"), BASE)
    assert held(_short(files, FILES)) == [(GOES, "group-incomplete")]
    marked = msgspec.structs.replace(FORMER, given={RTT.id: ("dropped:sales",)})
    other_group = desired(FILES.organization, members(("Support", "Sales"), "Webex Meetings Suite", name="sales"), BASE)
    assert held(_short(other_group, other_group, marked)) == [(GOES, "group-incomplete")]


def test_a_template_that_the_files_ended_is_not_taken_for_a_move() -> None:
    """Where the group cannot be trusted, the files are the reason: row f, and the ledger marks it for later plans."""
    org = organization("groupsThenOrganization", retention=Retention(group_change="remove"))
    before = desired(org, SALES_GIVES, BASE)
    after = desired(org, members("Sales", "Webex Meetings Suite", name="new"), BASE)
    lost = plan(after, FORMER, memory=applied(before, known_groups=KNOWN))
    for found in (_short(after, before), lost):
        assert rows(found, FORMER.email)[RTT.id] == "f"
        ((_, origins),) = [item for item in found.ledger.reorigin.items() if item[1]]
        assert [origin.claims for origin in origins] == [("dropped:sales",)]


ALL_OF_IT = Retention(group_change="removeAll")
CARE = members("Support", "Contact center Standard Agent")
BOTH = desired(organization("groups", retention=ALL_OF_IT), SALES_GIVES, CARE)
MOVER = Someone("ann@acme.example", holds=(AGENT.id, RTT.id), given={RTT.id: ("template:sales",)})
MANUAL = "- Contact center Standard Agent"


def test_a_lost_group_makes_no_movers() -> None:
    """With `removeAll`, what the members of an emptied group have by hand is held together with what it gave."""
    memory = applied(BOTH, known_groups=KNOWN)
    for groups in ((SALES, SUPPORT), (SUPPORT,)):
        found = plan(BOTH, MOVER, groups=groups, memory=memory)
        assert held(found) == [(MANUAL, "group-missing"), (GOES, "group-missing")]
        assert changes(found) == []
    released = desired(BOTH.organization, *BOTH.templates, acknowledgement(group="Sales"))
    assert changes(plan(released, MOVER, memory=memory)) == [MANUAL, GOES]


def test_an_incomplete_group_makes_no_movers() -> None:
    """With `removeAll`, nobody loses by hand licenses because a group was read in part."""
    assert held(_short(BOTH, BOTH, MOVER)) == [(MANUAL, "group-incomplete"), (GOES, "group-incomplete")]
    assert changes(_short(BOTH, BOTH, MOVER, seen=4)) == [MANUAL, GOES]


def test_who_surely_moved_is_a_mover_beside_a_lost_group() -> None:
    """Who left a group that can be trusted loses by hand licenses, whatever another group looks like."""
    files = desired(BOTH.organization, SALES_GIVES, members("Support", "Webex Meetings Suite"), *BOTH.templates[2:])
    org = msgspec.structs.replace(files.organization, manage=managed("Contact center Standard Agent"))
    files = msgspec.structs.replace(files, organization=org)
    person = msgspec.structs.replace(
        MOVER, holds=(*MOVER.holds, SUITE.id), given=MOVER.given | {SUITE.id: ("template:support",)}
    )
    found = plan(
        files, person, Someone("bob@acme.example", groups=(SUPPORT.id,)),
        memory=applied(files, known_groups=KNOWN),
    )  # fmt: skip
    assert MANUAL in changes(found)
    assert held(found) == [(GOES, "group-missing")]


def test_by_hand_licenses_that_go_anyway_are_not_held_for_a_mover() -> None:
    """`manual: remove` needs no mover, so no group holds it."""
    org = organization("groups", retention=Retention(group_change="removeAll", manual="remove"))
    found = plan(
        desired(org, SALES_GIVES, CARE), MOVER, memory=applied(desired(org, SALES_GIVES, CARE), known_groups=KNOWN)
    )
    assert held(found) == [(GOES, "group-missing")]
    assert MANUAL in changes(found)


def test_a_shrunken_people_list_removes_nothing_at_all() -> None:
    """When the people list shrank by more than `shrinkage`, not even a swap or a promotion removes anything."""
    memory = applied(_losing(), people_before=100)
    found = plan(_losing(), ANN, memory=memory)
    assert changes(found) == ["+ Contact center Standard Agent"]
    assert held(found) == [(GOES, "people-shrunk")]
    files = desired(
        organization(manage=managed("Contact center Standard Agent")),
        everyone("Contact Center Premium Agent", "Webex Meetings Suite"),
    )
    found = plan(files, Someone("ann@acme.example", holds=(AGENT.id,), attendee=(SITE,)), memory=memory)
    assert [text for text in changes(found) if text.startswith("-")] == []
    assert {guard for _, guard in held(found)} == {"people-shrunk"}


def test_people_who_seem_to_be_missing_stay_the_measure() -> None:
    """An apply that held removals back because people are missing does not make that reading the new measure."""
    assert plan(_losing(), ANN, memory=applied(_losing(), people_before=100)).ledger.registry.people == 100
    assert plan(_losing(), ANN, memory=applied(_losing(), people_before=1)).ledger.registry.people == 1
    assert plan(_losing(), ANN).ledger.registry.people == 1


@pytest.mark.parametrize(("before", "holds"), [(10, False), (11, True)])
def test_the_edge_of_shrinkage(before: int, holds: bool) -> None:
    """Exactly the allowed shrinkage passes; one person more holds."""
    people = [Someone(f"p{n}@acme.example") for n in range(7)]
    found = plan(_losing(Guards(shrinkage_percent=20.0)), ANN, *people, memory=applied(_losing(), people_before=before))
    assert bool(held(found)) is holds


# 4.5, 7.2 with `guards.irreversible: hold`

HOLD = Guards(irreversible="hold")
PRO_HOLDER = Someone("ann@acme.example", holds=(PRO.id,))


def _calling_loss(*documents: Document, people: tuple[Someone, ...] = (PRO_HOLDER,)) -> tuple[int, list[str]]:
    org = organization(retention=REMOVE, manage=managed("Webex Calling - Professional"), guards=HOLD)
    found = plan(desired(org, BASE, *documents), *people)
    return len(held(found)), [code for code in stops(found) if code == "irreversible"]


def test_hold_keeps_unacknowledged_calling_back() -> None:
    """With `irreversible: hold` a Calling removal that nothing acknowledges is held, and the apply is not stopped."""
    assert _calling_loss() == (1, [])


def test_hold_lets_acknowledged_calling_go() -> None:
    """With `irreversible: hold` an Acknowledgement by address or by number lets it go; for another license it does not."""
    assert _calling_loss(acknowledgement("Webex Calling - Professional", users=("ann@acme.example",))) == (0, [])
    assert _calling_loss(acknowledgement("Webex Calling - Professional", max=1)) == (0, [])
    assert _calling_loss(acknowledgement("Webex Calling - Standard", max=1)) == (1, [])
    assert _calling_loss(acknowledgement("Webex Calling - Professional", users=("bob@acme.example",))) == (1, [])


def test_hold_keeps_everybody_beyond_the_acknowledged_number() -> None:
    """More removals than `max` are all held: which of them were meant, nobody can tell."""
    people = (PRO_HOLDER, Someone("bob@acme.example", holds=(PRO.id,)))
    assert _calling_loss(acknowledgement("Webex Calling - Professional", max=1), people=people) == (2, [])


def test_hold_keeps_unacknowledged_calling_swaps_back() -> None:
    """With `irreversible: hold` a swap that would take a Calling license is held as a whole, unless acknowledged."""
    assert _calling_swap(HOLD) == [("- Webex Calling - Standard", "irreversible")]
    paper = acknowledgement("Webex Calling - Standard", users=("ann@acme.example",))
    assert _calling_swap(HOLD, paper) == []


# what holds mean for others


def test_a_held_removal_frees_no_unit() -> None:
    """The unit of a held removal is not given to somebody else."""
    one = msgspec.structs.replace(RTT, total=1, consumed=1, consumed_by_users=1)
    new = Someone("new@acme.example", groups=(SALES.id,))
    org = organization("groups", retention=REMOVE, guards=Guards(protected=("ann@acme.example",)))
    found = plan(desired(org, SALES_GIVES), ANN, new, licenses=(one,))
    assert winners(found, "Real-Time Translations") == []
    free = plan(desired(organization("groups", retention=REMOVE), SALES_GIVES), ANN, new, licenses=(one,))
    assert winners(free, "Real-Time Translations") == ["new@acme.example"]


def test_holds_are_named_as_guards() -> None:
    """Every guard that holds something back is listed with its effect and its count."""
    found = plan(_losing(), ANN, memory=Memory())
    assert [(g.code, g.effect) for g in found.plan.guards] == [("first-apply", "hold")]
    assert found.plan.summary.held == 1


def test_what_a_kept_license_needs_is_kept_with_it() -> None:
    """Where a guard keeps a license back, the free license it needs stays as well, and the guard says so of both."""
    org = organization(retention=Retention(manual="remove"), manage=managed(SUITE.name, MSG.name))
    host = Someone("ann@acme.example", holds=(MSG.id, SUITE.id))
    miscounted = msgspec.structs.replace(SUITE, consumed=9, consumed_by_users=9)
    files = desired(org, everyone("Real-Time Translations"))
    assert changes(plan(files, host, licenses=(MSG, SUITE, RTT))) == [
        "+ Real-Time Translations",
        f"- Webex Meetings Suite @ {SITE}",
    ]
    found = plan(files, host, licenses=(MSG, miscounted, RTT))
    assert held(found) == [
        ("- Basic Messaging", "license-incomplete"),
        (f"- {SUITE.name} @ {SITE}", "license-incomplete"),
    ]
    assert [op.license for change in found.plan.changes for op in change.licenses] == ["Real-Time Translations"]
