"""RULES 4.2: what the store is to remember after an apply."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.model.desired import Retention
from reconciler.model.live import Origin
from reconciler.model.memory import KnownGroup, Memory
from tests.support.desired import applied, attendee, desired, everyone, exception, members, organization, plan, rows
from tests.support.live import MSG, NOW, PREMIUM, PRO, RTT, SALES, SITE, SUITE, SUPPORT, Someone

NAME = "Real-Time Translations"
FILES = desired(organization("groups"), members("Sales", NAME))
HOLDER = Someone("ann@acme.example", groups=(SALES.id,), holds=(RTT.id,))


def test_the_register_says_what_files_and_mode_were() -> None:
    """The register keeps mode, groups and grants of every template, and when."""
    registry = plan(FILES, HOLDER).ledger.registry
    (template,) = registry.templates
    assert (registry.assignment, registry.applied_at) == ("groups", NOW)
    assert (template.name, template.kind, template.groups, template.grants) == ("sales", "group", (SALES.id,), (NAME,))


def test_in_force_keeps_its_first_date() -> None:
    """A template comes into force with its first completed apply and keeps that date."""
    since = NOW.replace(year=2025)
    memory = Memory(registry=applied(FILES).registry, in_force={"sales": since})
    assert plan(FILES, HOLDER, memory=memory).ledger.in_force == {"sales": since}
    assert plan(FILES, HOLDER, memory=Memory()).ledger.in_force == {"sales": NOW}


@pytest.mark.parametrize(("adopt", "expected"), [(False, []), (True, [(Origin(RTT.id, ("template:sales",)),)])])
def test_adopt(adopt: bool, expected: list[tuple[Origin, ...]]) -> None:
    """What is held by hand and granted is adopted only if the files say so."""
    files = desired(organization("groups", retention=Retention(adopt=adopt)), *FILES.templates)
    assert list(plan(files, HOLDER).ledger.reorigin.values()) == expected


def test_adopt_leaves_alone_what_nothing_grants() -> None:
    """With `adopt`, what no template grants stays by hand; so does the higher tier that makes a grant needless."""
    files = desired(
        organization("groups", retention=Retention(adopt=True)), members("Sales", "Contact center Standard Agent")
    )
    person = Someone("ann@acme.example", groups=(SALES.id,), holds=(PREMIUM.id, SUITE.id, MSG.id))
    assert plan(files, person).ledger.reorigin == {}


def test_nothing_changes_where_the_ledger_is_right() -> None:
    """Origins that are as they should be are not written again."""
    person = Someone("ann@acme.example", groups=(SALES.id,), holds=(RTT.id,), given={RTT.id: ("template:sales",)})
    found = plan(FILES, person).ledger
    assert (found.reorigin, found.reorigin_people) == ({}, {})


def test_people_whom_files_single_out_have_origins_of_their_own() -> None:
    """Of two people in one situation, the one with an exception keeps an origin of their own."""
    given: dict[str, tuple[str, ...]] = {RTT.id: ("template:old",)}
    ann, bob = (
        Someone(f"{name}@acme.example", groups=(SALES.id,), holds=(RTT.id,), given=given) for name in ("ann", "bob")
    )
    files = desired(FILES.organization, *FILES.templates, exception("x", ann.email, add=[NAME]))
    ledger = plan(files, ann, bob).ledger
    assert list(ledger.reorigin.values()) == [(Origin(RTT.id, ("template:sales",)),)]
    assert ledger.reorigin_people == {ann.id: (Origin(RTT.id, ("exception:x", "template:sales")),)}


def test_an_exempt_person_keeps_their_origins() -> None:
    """Nothing is re-recorded for somebody the tool does not touch, though others in the situation change."""
    given: dict[str, tuple[str, ...]] = {RTT.id: ("exception:old",)}
    ann, bob = (
        Someone(f"{name}@acme.example", groups=(SALES.id,), holds=(RTT.id,), given=given) for name in ("ann", "bob")
    )
    files = desired(FILES.organization, *FILES.templates, exception("x", ann.email, exempt=True))
    assert plan(files, ann, bob).ledger.reorigin_people == {ann.id: (Origin(RTT.id, ("exception:old",)),)}


def test_files_that_end_a_template_leave_a_mark() -> None:
    """What a template gave before the files ended it is marked, so that the next plan can still tell row f from row e."""
    person = Someone("ann@acme.example", groups=(SALES.id,), holds=(RTT.id,), given={RTT.id: ("template:sales",)})
    after = desired(FILES.organization, members("Support", "Contact center Standard Agent"))
    found = plan(after, person, memory=applied(FILES)).ledger
    assert list(found.reorigin.values()) == [(Origin(RTT.id, ("dropped:sales",)),)]


def test_organization_templates_claim_by_name() -> None:
    """A claim names kind and template or exception."""
    found = plan(
        desired(organization(retention=Retention(adopt=True)), everyone(NAME)), Someone("a@x", holds=(RTT.id,))
    )
    assert list(found.ledger.reorigin.values()) == [(Origin(RTT.id, ("template:everyone",)),)]


def test_what_an_exception_adds_is_not_adopted() -> None:
    """With `adopt`, a template that grants what was held by hand is recorded; an exception that adds it is not."""
    org = organization("groups", retention=Retention(adopt=True))
    add = exception("x", HOLDER.email, add=[NAME])
    alone = plan(desired(org, members("Support", NAME), add), HOLDER).ledger
    assert alone.reorigin_people == {}
    both = plan(desired(org, *FILES.templates, add), HOLDER).ledger
    assert both.reorigin_people == {HOLDER.id: (Origin(RTT.id, ("template:sales",)),)}


OURS = Someone("ann@acme.example", holds=(RTT.id,), given={RTT.id: ("template:sales",)})


def test_who_left_is_marked_and_marked_again_on_coming_back() -> None:
    """At the end of an apply the claim of a template that the holder left says so; once it speaks again it is as before."""
    assert list(plan(FILES, OURS).ledger.reorigin.values()) == [(Origin(RTT.id, ("left:sales",)),)]
    less = desired(FILES.organization, members("Sales", "Contact center Standard Agent"))
    back = msgspec.structs.replace(OURS, groups=(SALES.id,), given={RTT.id: ("left:sales",)})
    assert list(plan(less, back).ledger.reorigin.values()) == [(Origin(RTT.id, ("template:sales",)),)]


def test_nobody_is_marked_by_a_group_that_was_read_only_in_part() -> None:
    """Who seems to have left a group that is incomplete or emptied has not left for sure: the claim stays as it was."""
    for group, members_before in ((msgspec.structs.replace(SALES, member_size=9), False), (SALES, True)):
        known = (KnownGroup(SALES.id, "Sales", members_before),)
        found = plan(FILES, OURS, groups=(group, SUPPORT), memory=applied(FILES, known_groups=known))
        assert found.ledger.reorigin == {}


def test_what_is_held_no_more_is_not_ours_any_more() -> None:
    """The claim of something that was taken ends with the apply, unless the reading may have missed it."""
    taken = msgspec.structs.replace(OURS, holds=())
    assert list(plan(FILES, taken).ledger.reorigin.values()) == [()]
    unseen = msgspec.structs.replace(RTT, consumed_by_users=5)
    assert () not in plan(FILES, taken, licenses=(MSG, unseen)).ledger.reorigin.values()


def test_calling_that_could_not_be_read_stays_ours() -> None:
    """Of somebody whose Calling data could not be read, the claim of a Calling license stays."""
    person = Someone("ann@acme.example", given={PRO.id: ("template:sales",)}, calling_unreadable=True)
    assert () not in plan(FILES, person).ledger.reorigin.values()


def test_claims_follow_a_renamed_template() -> None:
    """A template with a new name and the same groups and grants is the same: what it had dropped is still its own."""
    person = Someone("ann@acme.example", groups=(SALES.id,), holds=(SUITE.id,), given={SUITE.id: ("template:sales",)})
    renamed = desired(FILES.organization, members("Sales", NAME, name="vertrieb"))
    found = plan(renamed, person, memory=applied(FILES))
    assert rows(found, person.email) == {SUITE.id: "d"}
    assert list(found.ledger.reorigin.values()) == [(Origin(SUITE.id, ("template:vertrieb",)),)]


def test_a_rename_is_only_what_is_alike_and_alone() -> None:
    """Other grants, or two that might be meant, make a template a new one; then the old one was deleted."""
    person = Someone("ann@acme.example", groups=(SALES.id,), holds=(SUITE.id,), given={SUITE.id: ("template:sales",)})
    other = members("Sales", "Contact center Standard Agent", name="vertrieb")
    twins = [members("Sales", NAME, name=name) for name in ("one", "two")]
    for templates in ([other], twins):
        found = plan(desired(FILES.organization, *templates), person, memory=applied(FILES))
        assert rows(found, person.email) == {SUITE.id: "f"}


def test_of_an_unreadable_person_only_calling_may_be_there_unseen() -> None:
    """What is no Calling license was read, and is not ours any more once it is gone."""
    given: dict[str, tuple[str, ...]] = {PRO.id: ("template:sales",), RTT.id: ("template:sales",)}
    person = Someone("ann@acme.example", given=given, calling_unreadable=True)
    (after,) = plan(FILES, person).ledger.reorigin.values()
    assert [origin.holding for origin in after] == [PRO.id]


def test_an_exception_is_no_template_of_its_name() -> None:
    """A claim of an exception that ended stays one, though a template is called alike, and though that was renamed."""
    org = organization("groups", retention=Retention(exception_end="preserve"))
    files = desired(org, members("Sales", "Contact center Standard Agent"))
    person = Someone("ann@acme.example", groups=(SALES.id,), holds=(RTT.id,), given={RTT.id: ("exception:sales",)})
    assert plan(files, person).ledger.reorigin == {}
    renamed = desired(org, members("Sales", "Contact center Standard Agent", name="vertrieb"))
    assert plan(renamed, person, memory=applied(files)).ledger.reorigin == {}


def test_everything_that_is_granted_takes_its_origin() -> None:
    """A role as well as a license, and also behind a grant that a higher tier makes needless."""
    given: dict[str, tuple[str, ...]] = {f"attendee:{SITE}": ("template:old",), RTT.id: ("template:old",)}
    person = Someone("ann@acme.example", (SALES.id,), (PREMIUM.id, RTT.id), (SITE,), given=given)
    files = desired(FILES.organization, members("Sales", "Contact center Standard Agent", NAME, attendee()))
    (after,) = plan(files, person).ledger.reorigin.values()
    assert set(after) == {Origin(f"attendee:{SITE}", ("template:sales",)), Origin(RTT.id, ("template:sales",))}
