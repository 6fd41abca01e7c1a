"""Where an explanation points: places, reasons and doubts, complete and only where they belong."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from reconciler.diff.explain import Seen
from reconciler.model.desired import Reference
from reconciler.model.explanation import Step
from reconciler.model.plan import Because
from reconciler.model.provenance import Act, Provenance
from tests.support.desired import attendee, desired, exception, members, organization, plan, ref
from tests.support.live import ALL, NOW, RTT, SALES, SUPPORT, Someone
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
    files = desired(organization(GROUPS), members("Sales", RTT_NAME, "Webex Meetings Suite"))
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
    for name in ("by hand", "protected"):
        files, people, more = story(name)
        (reason,) = line(plan(files, *people, **more), RTT_NAME).because
        assert reason.rule.startswith("retention-decides-the-rest: given by hand"), name
    files, people, more = story("lower tier waits")
    (reason,) = line(plan(files, *people, **more), "Contact center Standard Agent").because
    assert reason.rule == "held-tiers-are-respected: replaced"
