"""Where an explanation points: places, reasons and doubts, complete and only where they belong."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from reconciler.diff.explain import Question, Seen, explain_person, nearest
from reconciler.model.catalog import License
from reconciler.model.desired import Reference, Retention
from reconciler.model.explanation import FilesUsed, SpeakingTemplate, Step
from reconciler.model.memory import Repeat
from reconciler.model.plan import Because
from reconciler.model.provenance import Act, Provenance
from tests.support.desired import applied, attendee, desired, exception, managed, members, organization, plan, ref
from tests.support.live import AGENT, ALL, MSG, NOW, RTT, SALES, SITE, SUITE, SUITE2, SUPPORT, Someone
from tests.support.live import license_id as license_id_of
from tests.unit.diff.situations import ANN, GROUPS, MEETINGS, PRO_NAME, ROLE, RTT_NAME, explained, line, story

EXPIRED = date(2026, 8, 31)


@pytest.mark.parametrize(
    ("reference", "told", "silent"),
    [
        (ref(RTT_NAME), RTT_NAME, PRO_NAME),
        (Reference(id=RTT.id), RTT_NAME, PRO_NAME),
        (attendee(), ROLE, MEETINGS),
        (ref("Webex Meetings Suite"), MEETINGS, ROLE),
        (ref("Webex Meetings Suite", site="other.webex.com"), None, MEETINGS),
    ],
)
def test_what_an_exception_gave_that_is_over(reference: Reference, told: str | None, silent: str) -> None:
    """It is named for the very license or role that it added, however the files named it, and for nothing else."""
    files = desired(
        organization(GROUPS), members("Sales", RTT_NAME, PRO_NAME), members("Support", "Webex Meetings Suite", attendee()),
        exception("old", ANN, add=[reference], until=EXPIRED), exception("bob's", "b@x", add=[reference], until=EXPIRED),
    )  # fmt: skip
    found = plan(files, Someone(ANN), Someone("b@x"))
    said = Step("exception", "exception old added it until 2026-08-31", None, "exception:old", "old.yaml:1")
    if told is not None:
        assert [step for step in line(found, told).chain if step.kind == "exception"] == [said]
    assert [step for step in line(found, silent).chain if step.kind == "exception"] == []


def test_an_exception_of_today_is_not_over() -> None:
    """`until` is inclusive: on its last day an exception adds, and nothing says that it did."""
    files = desired(
        organization(GROUPS), members("Sales", RTT_NAME), exception("x", ANN, add=[RTT_NAME], until=NOW.date())
    )
    found = line(plan(files, Someone(ANN)), RTT_NAME)
    assert found.status == "toAdd"
    assert "exception x added it" not in " ".join(step.text for step in found.chain)


def test_exceptions_of_others_stand_with_their_place() -> None:
    """Who reads that an exception adds it for others finds that exception."""
    files, people, more = story("exception of others")
    (found,) = explained(plan(files, *people, **more), name=RTT_NAME).licenses
    assert found.chain == (
        Step("exception", "exception yes adds it for other people", None, "exception:yes", "yes.yaml:1"),
    )


@pytest.mark.parametrize(
    ("act", "text"),
    [
        (Act("run-1", None, NOW), "given by template sales on 2026-11-21 12:00 UTC in run-1"),
        (
            Act("run-1", "c0ffee" * 7, NOW),
            "given by template sales on 2026-11-21 12:00 UTC in run-1, from commit c0ffeec0ffee",
        ),
    ],
)
def test_files_that_were_no_commit_are_not_named(act: Act, text: str) -> None:
    """The run is told with its commit if its files were one."""
    files, _, _ = story("as wanted")
    seen = Seen({}, (Provenance(RTT.id, ("template:sales",), NOW, act),), NOW)
    person = Someone(ANN, (SALES.id,), (RTT.id,), given={RTT.id: ("template:sales",)})
    assert line(plan(files, person), RTT_NAME, seen=seen).chain[0].text == text


def test_why_a_group_is_doubted() -> None:
    """Everything that may make membership look other than people think, one after the other."""
    files, people, _ = story("not a member")
    group = msgspec.structs.replace(SALES, member_size=3)
    several = plan(files, *people, groups=(group, SUPPORT), seen={SALES.id: (1, 2)})
    said = "Sales was read only in part; Sales contains 2 nested groups; who is only in there is not a direct member"
    assert line(several, RTT_NAME, seen=Seen({SALES.id: (1, 2)})).text.endswith(
        f"not a direct member of Sales ({said})."
    )
    one = line(plan(files, *people), RTT_NAME, seen=Seen({SALES.id: (1, 1)}))
    assert one.text.endswith("(Sales contains a nested group; who is only in there is not a direct member).")
    off = plan(files, msgspec.structs.replace(people[0], state="deactivated"))
    assert line(off, RTT_NAME, seen=Seen({SALES.id: (1, 1)})).text.endswith(
        "for this person: the person is deactivated."
    )


def test_reasons_of_an_ungranted_license() -> None:
    """Its reasons are the grants that reach others, and no other grants of the same templates."""
    files = desired(organization(GROUPS), members("Sales", RTT_NAME, "Webex Meetings Suite", PRO_NAME))
    found = line(plan(files, Someone(ANN)), RTT_NAME)
    assert found.because == (Because("grants-are-united", "sales", "templates.yaml:5"),)


def test_of_an_unknown_total_no_number_is_told() -> None:
    """Without a total nobody can say how many units are missing."""
    files = desired(organization(GROUPS), members("Sales", RTT_NAME))
    unknown = tuple(msgspec.structs.replace(p, total=None) if p is RTT else p for p in ALL)
    text = line(plan(files, Someone(ANN, (SALES.id,)), licenses=unknown), RTT_NAME).text
    assert text.endswith("no unit is left in Sub-1, next in line.")


def test_reasons_stand_with_every_line() -> None:
    """Each line carries the reasons of what it tells, for whoever reads the explanation as data."""
    grant = Because("grants-are-united", "sales", "templates.yaml:5")
    for name, product, expected in (
        ("as wanted", RTT_NAME, (grant,)),
        ("higher tier", "Contact center Standard Agent", (grant,)),
        ("site administrator", ROLE, (grant,)),
        ("denied", RTT_NAME, (Because("exceptions-add-and-deny", "exception:no", "no.yaml:1"), grant)),
        ("denied, not granted", RTT_NAME, (Because("exceptions-add-and-deny", "exception:no", "no.yaml:1"),)),
    ):
        files, people, more = story(name)
        assert line(plan(files, *people, **more), product).because == expected, name
    for name in ("by hand", "protected", "first apply"):
        files, people, more = story(name)
        (reason,) = line(plan(files, *people, **more), RTT_NAME).because
        assert reason.rule.startswith("retention-decides-the-rest: given by hand"), name
    files, people, more = story("left, removed")
    (reason,) = line(plan(files, *people, **more), RTT_NAME).because
    assert reason.rule == "retention-decides-the-rest: its template no longer speaks, retention.groupChange remove"
    files, people, more = story("waits")
    assert [reason.rule for reason in line(plan(files, *people, **more), RTT_NAME).because] == [
        "grants-are-united",
        "the-smallest-priority-is-served-first: no unit left in Sub-1",
    ]
    files, people, more = story("higher tier held")
    assert line(plan(files, *people, **more), "Contact center Standard Agent").because == (grant,)
    files, people, more = story("to be given")
    assert line(plan(files, *people, **more), RTT_NAME).because == (grant,)
    files, people, more = story("lower tier waits")
    (reason,) = line(plan(files, *people, **more), "Contact center Standard Agent").because
    assert reason.rule == "held-tiers-are-respected: replaced"


POOLS = [
    ("as wanted", RTT_NAME, RTT.id, "Sub-1"), ("to be given", RTT_NAME, RTT.id, "Sub-1"), ("waits", RTT_NAME, RTT.id, "Sub-1"),
    ("outside the defaults", MEETINGS, SUITE2.id, "Sub-2"), ("prerequisite", "Basic Messaging", MSG.id, None),
    ("host waits", ROLE, None, None), ("not a member", RTT_NAME, None, None), ("denied", RTT_NAME, None, None),
    ("by hand", RTT_NAME, RTT.id, "Sub-1"), ("left, removed", RTT_NAME, RTT.id, "Sub-1"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "product", "license_id", "subscription"), POOLS, ids=[row[0] for row in POOLS])
def test_a_line_names_the_license_it_is_about(
    name: str, product: str, license_id: str | None, subscription: str | None
) -> None:
    """The license held, given or waited for; a role has none, and neither has what nobody gives."""
    files, people, more = story(name)
    found = line(plan(files, *people, **more), product)
    assert (found.license_id, found.subscription) == (license_id, subscription)


def test_a_held_role_is_no_license() -> None:
    """It has no id, and nothing is told of where it came from when nothing is known."""
    files = desired(organization(GROUPS), members("Sales", attendee()))
    found = line(plan(files, Someone(ANN, (SALES.id,), attendee=(SITE,))), ROLE)
    assert (found.status, found.license_id, found.subscription, found.given) == ("asWanted", None, None, None)


def test_a_license_without_a_name_is_told_as_it_is() -> None:
    """Its id stands for it, and it is said why nothing happens."""
    files, people, _ = story("by hand")
    found = line(plan(files, msgspec.structs.replace(people[0], holds=("L-gone",))), "L-gone")
    assert found.text == "Webex lists no license with this id any more, so it is left alone."


def test_a_failed_check_is_a_finding_about_the_person() -> None:
    """The very finding that the plan tells, without the name of the license it stands with."""
    files, people, more = story("site administrator")
    found = plan(files, *people, **more)
    (check,) = line(found, ROLE).checks
    (told,) = (item for item in found.plan.findings if item.code == "site-admin")
    assert msgspec.structs.replace(told, message=check.message) == check
    assert told.message == f"{ROLE}: {check.message}"


def test_who_puts_back_what_we_take_is_told_with_the_license() -> None:
    """Another writer is a check of the license that is about to go once more."""
    files, people, _ = story("left, removed")
    repeat = Repeat(people[0].id, RTT.id, "remove", (NOW - timedelta(days=2), NOW - timedelta(days=1)))
    found = line(plan(files, *people, memory=applied(files, repeats=(repeat,))), RTT_NAME)
    assert (found.status, [check.code for check in found.checks]) == ("toRemove", ["another-writer"])


def test_what_would_reach_somebody_who_is_left_alone() -> None:
    """Out of every exception that exempts them; nothing in the files reaches people of another organization."""
    files, people, _ = story("exempt")
    twice = desired(files.organization, *files.templates, *files.exceptions, exception("too", ANN, exempt=True))
    (found,) = explained(plan(twice, *people), name=RTT_NAME).licenses
    assert found.to_do == ("take the person out of exception leave (leave.yaml:1), exception too (too.yaml:1)",)
    files, people, _ = story("external")
    (found,) = explained(plan(files, msgspec.structs.replace(people[0], holds=())), name=RTT_NAME).licenses
    assert (found.status, found.to_do) == ("notGranted", ())


def test_a_move_waits_for_any_of_several_subscriptions() -> None:
    """All that are drawn on are named."""
    third = msgspec.structs.replace(SUITE, id=license_id_of("EE", 40, SITE), subscription="Sub-3", total=5)
    none_left = tuple(msgspec.structs.replace(p, total=0) if p.name == SUITE.name else p for p in ALL)
    org = organization(
        GROUPS, subscription_policy="oldestFirst", subscription_order=("Sub-1", "Sub-2"),
        retention=Retention(outside_defaults="remove"),
    )  # fmt: skip
    found = plan(
        desired(org, members("Sales", "Webex Meetings Suite")), Someone(ANN, (SALES.id,), (third.id, MSG.id)),
        licenses=(*none_left, third),
    )  # fmt: skip
    (kept,) = (item for item in explained(found).licenses if item.license_id == third.id)
    assert kept.text == "Stays until a unit of Sub-1 or Sub-2 can be given, which takes its place in the same call."


def test_a_swap_of_several_names_them_all() -> None:
    """What is given may take the place of more than one license."""
    lower = License(license_id_of("ZZ", 41), "Starter Agent", 5, 0, 0, 0, "Sub-1")
    premium, standard = "Contact Center Premium Agent", "Contact center Standard Agent"
    org = organization(GROUPS, tiers=((premium, standard), (premium, lower.name)), manage=managed(standard, lower.name))
    person = Someone(ANN, (SALES.id,), (AGENT.id, lower.id))
    found = line(plan(desired(org, members("Sales", premium)), person, licenses=(*ALL, lower)), premium)
    assert found.text == (
        f"Will be given: granted by sales (templates.yaml:5), and takes the place of {standard}, {lower.name}."
    )


def test_the_nearest_name_of_something_on_a_site() -> None:
    """The site that was asked for does not make a name look different."""
    files, people, _ = story("as wanted")
    catalog = plan(files, *people).workings.book.catalog
    assert "Webex Meetings Suite" in nearest(catalog, f"Web Meet Suite @ {'x' * 60}.webex.com")
    assert nearest(catalog, "Attedee") == ("attendee",)


def test_the_head_of_an_explanation() -> None:
    """Who is meant, in which organization and reading, by which files, and what was asked."""
    files, _, _ = story("as wanted")
    files = msgspec.structs.replace(files, digest="sha256:f", commit="c0ffee")
    found = plan(files, Someone(ANN, (SUPPORT.id, SALES.id), state="pending"))
    now = explained(found)
    assert (now.format_version, now.kind, now.organization) == ("1.0", "Explanation", found.plan.organization)
    assert (now.snapshot, now.taken_at) == ("s1", NOW)
    assert (now.person_id, now.email, now.display_name, now.state) == (Someone(ANN).id, ANN, "Ann", "pending")
    assert (now.groups, now.files) == (("Sales", "Support"), FilesUsed("sha256:f", "c0ffee"))
    assert now.templates == (SpeakingTemplate("sales", "sales.yaml:1", True, "direct member of Sales"),)
    assert (now.asked, now.as_of, now.notes) == (None, None, ())
    work = found.workings
    person = next(p for p, _ in work.population.fetch(work.population.counts))
    then = explain_person(
        found.plan, work.book, work.population, work.answers, work.allocation, work.hands_off, person,
        question=Question(as_of=NOW, files_note="as they are today", notes=("known by an earlier address",)),
    )  # fmt: skip
    assert (then.as_of, then.notes) == (NOW, ("known by an earlier address",))
    assert then.files == FilesUsed("sha256:f", "c0ffee", "as they are today")


@pytest.mark.parametrize(("undone", "other"), [(RTT_NAME, ROLE), (ROLE, RTT_NAME)])
def test_what_somebody_undoes_stands_with_that_alone(undone: str, other: str) -> None:
    """A license and a role are given in one change; another writer is told with the one that keeps coming back."""
    files = desired(organization(GROUPS), members("Sales", RTT_NAME, attendee()))
    person = Someone(ANN, (SALES.id,))
    holding = RTT.id if undone == RTT_NAME else f"attendee:{SITE}"
    repeat = Repeat(person.id, holding, "add", (NOW - timedelta(days=2), NOW - timedelta(days=1)))
    found = plan(files, person, memory=applied(files, repeats=(repeat,)))
    assert [check.code for check in line(found, undone).checks] == ["another-writer"]
    assert line(found, other).checks == ()


def test_a_license_that_waits_has_its_own_reasons() -> None:
    """Of several who wait, and of one license on two sites, each line tells why it is wanted and why it is not given."""
    emea = License(
        license_id_of("EE", 42, "emea.webex.com"), SUITE.name, 0, 0, 0, 0, "Sub-1", "emea.webex.com", SUITE.site_type
    )
    files = desired(
        organization(GROUPS), members("Sales", "Webex Meetings Suite"),
        members("Sales", ref(SUITE.name, site="emea.webex.com"), name="abroad"),
        members("Support", "Webex Meetings Suite"),
    )  # fmt: skip
    none_left = tuple(msgspec.structs.replace(p, total=0) if p.name == SUITE.name else p for p in ALL)
    found = plan(files, Someone("a@x", (SUPPORT.id,)), Someone(ANN, (SALES.id,)), licenses=(*none_left, emea))
    waits = {(item.email, f"{item.license} @ {item.site}"): item.because for item in found.plan.waiting}
    assert sorted(because[0].template or "" for because in waits.values()) == ["abroad", "sales", "support"]
    for (email, product), because in waits.items():
        assert line(found, product, email).because == because
