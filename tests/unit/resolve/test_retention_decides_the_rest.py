"""RULES 4.1, 4.2: each row of the retention table, under each policy that changes the answer, with a history."""

from __future__ import annotations

from typing import Literal

import msgspec
import pytest

from reconciler.model.desired import Desired, Keep, Managed, Retention
from reconciler.model.memory import Memory
from tests.support.desired import (
    Document,
    applied,
    attendee,
    changes,
    desired,
    everyone,
    exception,
    managed,
    members,
    organization,
    plan,
    ref,
    rows,
)
from tests.support.live import AGENT, RTT, SALES, SITE, SUITE, SUITE2, SUPPORT, Someone, license_id
from tests.support.simulate import World

ANN = Someone("ann@acme.example", groups=(SALES.id,))
KEEP_OR_GO: list[tuple[Keep, bool]] = [("preserve", False), ("remove", True)]
GROUP_CHANGE: list[tuple[Literal["preserve", "remove", "removeAll"], bool]] = [
    ("preserve", False), ("remove", True), ("removeAll", True),
]  # fmt: skip
GOES = ["- Real-Time Translations"]
NEUTRAL = everyone("Contact center Standard Agent", name="neutral")


def _ours(person: Someone = ANN, *claims: str) -> Someone:
    return msgspec.structs.replace(
        person, holds=(*person.holds, RTT.id), given=person.given | {RTT.id: claims or ("template:sales",)}
    )


def _files(*documents: Document, mode: str = "groupsThenOrganization", retention: Retention | None = None) -> Desired:
    return desired(organization(mode, retention=retention or Retention()), *documents)


def _check(before: Desired, after: Desired, person: Someone, row: str, goes: bool) -> None:
    found = plan(after, person, memory=applied(before))
    assert [text for text in changes(found) if text.startswith("-")] == (GOES if goes else [])
    assert rows(found, person.email)[RTT.id] == row


def test_undeclared_products_are_hands_off() -> None:
    """What no file declares stays, whatever the policies say."""
    strict = Retention("remove", "removeAll", "remove", "remove", "remove")
    person = Someone("ann@acme.example", holds=(SUITE.id, RTT.id), attendee=(SITE,))
    assert changes(plan(_files(NEUTRAL, retention=strict), person)) == ["+ Contact center Standard Agent"]


def test_what_the_tool_gave_is_declared_for_that_person_only() -> None:
    """A product that no file names any more is declared for those whom this tool gave it, and for nobody else."""
    by_hand = Someone("bob@acme.example", groups=(SALES.id,), holds=(RTT.id,))
    before = _files(members("Sales", "Real-Time Translations"))
    after = _files(
        members("Sales", "Contact Center Premium Agent", preserve_licenses=False), retention=Retention(manual="remove")
    )
    found = plan(after, _ours(), by_hand, memory=applied(before))
    assert changes(found, ANN.email) == ["+ Contact Center Premium Agent", *GOES]
    assert changes(found, by_hand.email) == ["+ Contact Center Premium Agent"]


def test_manage_declares_a_name_on_all_sites() -> None:
    """A bare name under `manage` means the product on all its sites."""
    org = organization(
        manage=managed("Webex Meetings Suite"), retention=Retention(manual="remove", outside_defaults="remove")
    )
    elsewhere = msgspec.structs.replace(
        SUITE, id=license_id("EE", 70, "emea.acme.webex.com"), site="emea.acme.webex.com"
    )
    person = Someone("ann@acme.example", holds=(SUITE.id, elsewhere.id))
    found = plan(desired(org, NEUTRAL), person, licenses=(SUITE, elsewhere, AGENT))
    assert len([text for text in changes(found) if text.startswith("- Webex Meetings Suite")]) == 2


def test_manage_by_reference_declares_one_site() -> None:
    """A reference with a site under `manage` leaves the same name on other sites alone."""
    elsewhere = msgspec.structs.replace(
        SUITE, id=license_id("EE", 70, "emea.acme.webex.com"), site="emea.acme.webex.com"
    )
    entry = Managed(reference=ref("Webex Meetings Suite", site=SITE))
    org = organization(manage=(entry,), retention=Retention(manual="remove", outside_defaults="remove"))
    person = Someone("ann@acme.example", holds=(SUITE.id, elsewhere.id))
    found = plan(desired(org, NEUTRAL), person, licenses=(SUITE, elsewhere, AGENT))
    assert [text for text in changes(found) if text.startswith("-")] == [f"- Webex Meetings Suite @ {SITE}"]


def test_row_a_denied() -> None:
    """Row a: what an exception denies goes, although every policy preserves."""
    files = _files(
        members("Sales", "Real-Time Translations"), exception("x", ANN.email, deny=["Real-Time Translations"])
    )
    _check(files, files, _ours(), "a", goes=True)


@pytest.mark.parametrize(("policy", "goes"), KEEP_OR_GO)
def test_row_b_deactivated(policy: Keep, goes: bool) -> None:
    """Row b: `deactivatedUsers` decides for deactivated people, whatever gave the license and whoever speaks."""
    org = organization("groups", deactivated_users="remove" if goes else "keep")
    files = desired(org, members("Sales", "Real-Time Translations"))
    for person in (_ours(), msgspec.structs.replace(ANN, holds=(RTT.id,))):
        _check(files, files, msgspec.structs.replace(person, state="deactivated"), "b", goes)


@pytest.mark.parametrize(("policy", "goes"), KEEP_OR_GO)
def test_row_c_outside_the_default_subscription(policy: Keep, goes: bool) -> None:
    """Row c: a declared license in another subscription than the default follows `retention.outsideDefaults`."""
    org = organization(retention=Retention(outside_defaults=policy), manage=managed("Webex Meetings Suite"))
    found = plan(desired(org, NEUTRAL), Someone("ann@acme.example", holds=(SUITE2.id,)))
    assert rows(found, "ann@acme.example")[SUITE2.id] == "c"
    assert ("- Webex Meetings Suite @ acme.webex.com" in changes(found)) is goes


@pytest.mark.parametrize(("preserve", "goes"), [(True, False), (False, True)])
def test_row_d_the_template_dropped_it(preserve: bool, goes: bool) -> None:
    """Row d: a license that its template, still speaking, no longer grants follows the template's `preserveLicenses`."""
    before = _files(members("Sales", "Real-Time Translations", "Contact Center Premium Agent"))
    after = _files(members("Sales", "Contact Center Premium Agent", preserve_licenses=preserve))
    _check(before, after, _ours(), "d", goes)


@pytest.mark.parametrize(("policy", "goes"), GROUP_CHANGE)
def test_row_e_left_the_group(policy: Literal["preserve", "remove", "removeAll"], goes: bool) -> None:
    """Row e: what the template of a group gave to somebody who left the group follows `retention.groupChange`."""
    files = _files(members("Sales", "Real-Time Translations"), NEUTRAL, retention=Retention(group_change=policy))
    _check(files, files, _ours(Someone("ann@acme.example"), "template:sales"), "e", goes)


@pytest.mark.parametrize(("policy", "goes"), GROUP_CHANGE)
def test_row_e_a_group_template_took_over(policy: Literal["preserve", "remove", "removeAll"], goes: bool) -> None:
    """Row e: what the organization template gave to somebody who joined a templated group follows `groupChange`."""
    files = _files(
        everyone("Real-Time Translations"),
        members("Sales", "Contact Center Premium Agent"),
        retention=Retention(group_change=policy),
    )
    _check(files, files, _ours(ANN, "template:everyone"), "e", goes)


@pytest.mark.parametrize(("policy", "goes"), [("preserve", False), ("remove", False), ("removeAll", True)])
def test_remove_all_takes_the_movers_manual_licenses(
    policy: Literal["preserve", "remove", "removeAll"], goes: bool
) -> None:
    """`removeAll` takes declared licenses given by hand from somebody who moved; the other two leave them."""
    org = organization(
        "groups", retention=Retention(group_change=policy), manage=managed("Contact Center Premium Agent")
    )
    files = desired(
        org, members("Sales", "Real-Time Translations"), members("Support", "Contact center Standard Agent")
    )
    mover = _ours(Someone("ann@acme.example", groups=(SUPPORT.id,), holds=(SUITE.id,)))
    org_files = desired(msgspec.structs.replace(org, manage=managed("Webex Meetings Suite")), *files.templates)
    found = plan(org_files, mover, memory=applied(org_files))
    assert ("- Webex Meetings Suite @ acme.webex.com" in changes(found)) is goes


def test_remove_all_spares_those_who_did_not_move() -> None:
    """`removeAll` takes nothing by hand from somebody who stays in the group."""
    org = organization("groups", retention=Retention(group_change="removeAll"), manage=managed("Webex Meetings Suite"))
    files = desired(org, members("Sales", "Real-Time Translations"))
    stayer = _ours(msgspec.structs.replace(ANN, holds=(SUITE.id,)))
    assert changes(plan(files, stayer)) == []


DROPPED = {
    "deleted": (_files(members("Sales", "Real-Time Translations"), NEUTRAL), (NEUTRAL,), "groupsThenOrganization"),
    "group taken out": (
        _files(members(["Sales", "Support"], "Real-Time Translations", name="sales"), NEUTRAL),
        (members("Support", "Real-Time Translations", name="sales"), NEUTRAL),
        "groupsThenOrganization",
    ),
    "mode": (
        _files(members("Sales", "Real-Time Translations"), mode="groups"),
        (members("Sales", "Real-Time Translations"), NEUTRAL),
        "organization",
    ),
}


@pytest.mark.parametrize(("policy", "goes"), KEEP_OR_GO)
@pytest.mark.parametrize("how", DROPPED)
def test_row_f_the_files_dropped_the_template(how: str, policy: Keep, goes: bool) -> None:
    """Row f: when files end what a template says to somebody, `templateRemoval` decides, and `groupChange` does not."""
    before, documents, mode = DROPPED[how]
    opposite: Literal["preserve", "remove"] = "preserve" if goes else "remove"
    policies = Retention(template_removal=policy, group_change=opposite)
    _check(before, _files(*documents, mode=mode, retention=policies), _ours(), "f", goes)


@pytest.mark.parametrize("how", DROPPED)
def test_row_f_holds_after_the_next_apply(how: str) -> None:
    """What `templateRemoval: preserve` kept stays kept after the change was applied; it does not turn into row e."""
    before, documents, mode = DROPPED[how]
    after = _files(*documents, mode=mode, retention=Retention(template_removal="preserve", group_change="removeAll"))
    world = World([msgspec.structs.replace(ANN)])
    world.apply(before)
    assert RTT.id in world.person(ANN.email).holds
    world.apply(after)
    found = world.plan(after)
    assert changes(found) == []
    assert rows(found, ANN.email)[RTT.id] == "f"


@pytest.mark.parametrize("how", DROPPED)
def test_row_f_removes_later_when_the_policy_changes(how: str) -> None:
    """What was preserved under row f goes once `templateRemoval` says so."""
    before, documents, mode = DROPPED[how]
    world = World([msgspec.structs.replace(ANN)])
    world.apply(before)
    world.apply(_files(*documents, mode=mode))
    found = world.plan(_files(*documents, mode=mode, retention=Retention(template_removal="remove")))
    assert changes(found) == GOES


def test_row_e_after_the_template_came_back() -> None:
    """Files that drop a group and list it again leave no trace: leaving the group afterwards is row e."""
    before, documents, mode = DROPPED["group taken out"]
    world = World([msgspec.structs.replace(ANN)])
    for files in (before, _files(*documents, mode=mode), before):
        world.apply(files)
    world.change(ANN.email, groups=())
    assert rows(world.plan(before), ANN.email)[RTT.id] == "e"


@pytest.mark.parametrize(("policy", "goes"), KEEP_OR_GO)
def test_row_g_the_exception_ended(policy: Keep, goes: bool) -> None:
    """Row g: what an exception gave goes or stays by `retention.exceptionEnd` once the exception is gone."""
    add = exception("x", ANN.email, add=["Real-Time Translations"])
    after = _files(NEUTRAL, retention=Retention(exception_end=policy))
    _check(_files(NEUTRAL, add), after, _ours(ANN, "exception:x"), "g", goes)


def test_row_g_default_is_remove() -> None:
    """What an exception gave goes by default when it ends."""
    found = plan(_files(NEUTRAL), _ours(ANN, "exception:x"))
    assert changes(found) == ["+ Contact center Standard Agent", *GOES]


@pytest.mark.parametrize(("policy", "goes"), KEEP_OR_GO)
def test_row_h_by_hand(policy: Keep, goes: bool) -> None:
    """Row h: a declared license that nothing is known of follows `retention.manual`."""
    org = organization("groups", retention=Retention(manual=policy), manage=managed("Real-Time Translations"))
    files = desired(org, members("Support", "Contact center Standard Agent"))
    _check(files, files, msgspec.structs.replace(ANN, holds=(RTT.id,)), "h", goes)


def test_several_claims_one_preserves() -> None:
    """A license that two templates gave is kept if the row of either preserves it."""
    before = _files(
        members("Sales", "Real-Time Translations"), members("Support", "Real-Time Translations"), mode="groups"
    )
    after = _files(
        members("Sales", "Contact center Standard Agent", preserve_licenses=False),
        members("Support", "Real-Time Translations"),
        mode="groups",
        retention=Retention(group_change="preserve"),
    )
    both = _ours(ANN, "template:sales", "template:support")
    assert GOES[0] not in changes(plan(after, both, memory=applied(before)))
    harsh = msgspec.structs.replace(
        after, organization=organization("groups", retention=Retention(group_change="remove"))
    )
    assert GOES[0] in changes(plan(harsh, both, memory=applied(before)))


def test_what_another_template_still_grants_is_kept() -> None:
    """A license that its template dropped and another one grants is expected: no row decides."""
    before = _files(members("Sales", "Real-Time Translations"))
    after = _files(
        members("Sales", "Contact center Standard Agent", preserve_licenses=False),
        members("Sales", "Real-Time Translations", name="other"),
    )
    assert changes(plan(after, _ours(), memory=applied(before))) == ["+ Contact center Standard Agent"]


def test_renaming_a_template_takes_nothing() -> None:
    """After an apply under the new name, dropping the license is row d of the new template, not row f of the old."""
    world = World([msgspec.structs.replace(ANN)])
    world.apply(_files(members("Sales", "Real-Time Translations", name="old")))
    world.apply(_files(members("Sales", "Real-Time Translations", name="new")))
    assert world.person(ANN.email).given[RTT.id] == ("template:new",)
    found = world.plan(_files(members("Sales", "Contact center Standard Agent", name="new", preserve_licenses=False)))
    assert GOES[0] in changes(found)
    assert rows(found, ANN.email)[RTT.id] == "d"


@pytest.mark.parametrize(("adopt", "goes"), [(False, False), (True, True)])
def test_adopt_records_what_was_there(adopt: bool, goes: bool) -> None:
    """With `adopt`, a held license that a template grants counts as given by it from the first apply on; else by hand."""
    policy = Retention(adopt=adopt)
    world = World([msgspec.structs.replace(ANN, holds=(RTT.id,))])
    world.apply(_files(members("Sales", "Real-Time Translations"), retention=policy))
    after = _files(members("Sales", "Contact center Standard Agent", preserve_licenses=False), retention=policy)
    assert (GOES[0] in changes(world.plan(after))) is goes


def test_declared_state_wins() -> None:
    """What the tool gave and somebody took is granted again."""
    world = World([msgspec.structs.replace(ANN)])
    files = _files(members("Sales", "Real-Time Translations"))
    world.apply(files)
    world.change(ANN.email, holds=())
    assert changes(world.plan(files)) == ["+ Real-Time Translations"]


def test_what_somebody_put_back_is_by_hand() -> None:
    """What the tool removed and somebody put back is by hand: kept under `manual: preserve`."""
    world = World([msgspec.structs.replace(ANN)])
    after = _files(members("Sales", "Contact center Standard Agent", preserve_licenses=False))
    world.apply(_files(members("Sales", "Real-Time Translations")))
    world.apply(after)
    held = world.person(ANN.email).holds
    assert RTT.id not in held
    world.change(ANN.email, holds=(*held, RTT.id))
    assert changes(world.plan(after)) == []


def test_attendee_roles_follow_the_same_table() -> None:
    """An attendee role that its template dropped follows `preserveLicenses`, as a license does."""
    role = msgspec.structs.replace(ANN, attendee=(SITE,), given={f"attendee:{SITE}": ("template:sales",)})
    before = _files(members("Sales", attendee()))
    for preserve, expected in ((True, []), (False, [f"- attendee @ {SITE}"])):
        after = _files(members("Sales", "Contact center Standard Agent", preserve_licenses=preserve))
        found = plan(after, role, memory=applied(before))
        assert [text for text in changes(found) if text.startswith("-")] == expected


def test_every_removal_names_its_policy() -> None:
    """A removal says which policy decided and where it stands in the files."""
    before = _files(members("Sales", "Real-Time Translations"), NEUTRAL)
    found = plan(_files(NEUTRAL, retention=Retention(template_removal="remove")), _ours(), memory=applied(before))
    (removal,) = [op for op in found.plan.changes[0].licenses if op.operation == "remove"]
    assert "templateRemoval remove" in removal.because[0].rule
    assert removal.because[0].source == "org.yaml:1"


def test_first_memory_is_empty() -> None:
    """Without any earlier apply every holding is by hand."""
    org = organization("groups", manage=managed("Real-Time Translations"))
    found = plan(
        desired(org, NEUTRAL, members("Sales", "Contact center Standard Agent")),
        msgspec.structs.replace(ANN, holds=(RTT.id,)),
        memory=Memory(),
    )
    assert rows(found, ANN.email)[RTT.id] == "h"


def test_a_license_that_webex_sells_no_more_is_left_alone() -> None:
    """What this tool gave and the organization's list of licenses shows no more stays as it is, and breaks nothing."""
    gone = license_id("RTT", 99)
    person = msgspec.structs.replace(ANN, holds=(gone, RTT.id), given={gone: ("template:sales",)})
    found = plan(_files(members("Sales", "Real-Time Translations"), retention=Retention(manual="remove")), person)
    assert changes(found) == []
