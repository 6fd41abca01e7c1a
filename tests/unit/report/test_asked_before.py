"""What Webex was asked before and did not do is told with counts, reasons, times and what to do, however many it concerns."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from reconciler.model.drift import Drift
from reconciler.model.finding import Finding
from reconciler.model.plan import AskedBefore, Held, OrganizationRef, Plan, SetbackState, Summary, Waiting
from reconciler.model.result import ApplyResult, OperationResult, Outcome, PersonResult, State
from reconciler.operations.unmet import unmet
from reconciler.report import apply_result, asked_before, drift, plan_markdown, plan_text, wording
from tests.support.plans import NOON, SALES, SUITE, plan

DETAIL = "code 400404: they exclude each other. No (PATCH /licenses/users, status 400, tracking id T-{})"


def asked(number: int, state: SetbackState = "refused", **fields: object) -> AskedBefore:
    """Somebody whom Webex refused Calling twice, at rest for a week."""
    known: dict[str, object] = {
        "person_id": f"P{number}", "email": f"p{number}@acme.example", "operation": "add",
        "license": "Webex Calling - Professional", "license_id": "L2", "site": None, "state": state, "codes": (400404,),
        "detail": DETAIL.format(number), "times": 2, "since": NOON - timedelta(days=2), "last": NOON - timedelta(days=1),
        "until": NOON + timedelta(days=6),
    }  # fmt: skip
    return AskedBefore(**(known | fields))  # type: ignore[arg-type]


def with_setbacks(*items: AskedBefore) -> Plan:
    """A plan that holds these back."""
    return msgspec.structs.replace(plan(summary=Summary(unchanged=500, held=len(items))), setbacks=items)


TEXT = """\
Asked before and not done (3): 1 pending, 2 refused by Webex
  + Webex Calling - Professional: 2 people, Webex refused it (code 400404: they
    exclude each other. No)
      asked up to 3 times since 2026-11-19 12:00 UTC, the last time on
      2026-11-20 12:00 UTC; it rests until 2026-11-27 12:00 UTC, or until the
      person, the files or what is sold are different
      p1@acme.example, p2@acme.example
      -> correct what Webex names, there or in the files; without that the
         answer stays the same
  + attendee role @ acme.webex.com: 1 person, it waits for the person to accept
    an invitation
      asked once, on 2026-11-20 12:00 UTC; the next apply asks again
      p3@acme.example
      -> have the person accept the invitation, or send it anew in Control Hub
"""


def test_a_plan_tells_reason_times_and_what_to_do() -> None:
    """People who fare alike stand together, whatever the tracking ids of their calls; counts are in the heading."""
    role = asked(3, "pending", license="attendee", license_id=None, site="acme.webex.com", times=1, until=None)
    text = plan_text.render(with_setbacks(asked(1), asked(2, times=3), role), width=80)
    assert TEXT in text
    assert "tracking" not in text


def test_a_pull_request_tells_the_same_in_fewer_lines() -> None:
    """Ten thousand people are one line with the whole count, and the comment stays below the limit."""
    text = plan_markdown.render(with_setbacks(*map(asked, range(10_000))))
    assert "Asked before and not done (10,000): 10,000 refused by Webex" in text
    assert "10,000 people: Webex refused it (code 400404" in text.replace("\\", "")
    assert len(text) <= 60_000


def test_drift_lists_them_beside_the_drift() -> None:
    """What the tool cannot put right now is no drift, and is in the first line all the same."""
    acme = OrganizationRef("O", "acme")
    found = Drift("1.0", "Drift", acme, "7", NOON, NOON, (), setbacks=(asked(1), asked(2, until=None)))
    text = drift.render(found, "text", width=80)
    assert text.startswith("Drift of acme: none, 1 operation at rest\n")
    assert "Asked before and not done (2): 2 refused by Webex" in text
    assert "Asked before and not done (2)" in drift.render(found, "markdown")
    assert not found.drifted


@pytest.mark.parametrize("state", ["failed", "unknown", "outOfUnits", "silentlyIgnored", "pending", "refused"])
def test_every_state_has_words_and_advice(state: SetbackState) -> None:
    """No state is told by its name in the data."""
    (group,) = asked_before.alike([asked(1, state)])
    assert group.to_do
    assert state not in (group.ended, group.to_do)
    assert asked_before.title([asked(1, state)]).startswith("Asked before and not done (1): 1 ")


def test_every_person_is_to_be_found_somewhere() -> None:
    """Where names are left out, the way to all of them is told."""
    flat = " ".join(plan_text.render(with_setbacks(*map(asked, range(13))), width=80).split())
    assert "p11@acme.example and 1 more" in flat
    assert "Every person: --all" in flat


# What an apply says at its end.


def _result(*items: tuple[Outcome, State], of: Plan | None = None) -> ApplyResult:
    operations = tuple(OperationResult(SUITE, outcome, "", state) for outcome, state in items)
    people = (PersonResult("P1", "p1@acme.example", operations, 200),) if items else ()
    return ApplyResult(
        "1.0", "ApplyResult", "R-1", "sha256:x", "O", NOON, NOON, people, unmet=unmet(of) if of is not None else ()
    )


def _lacking() -> Plan:
    findings = tuple(
        Finding("no-work-phone", "warning", f"b{n}@acme.example", "has none", "enter one") for n in range(20)
    )
    away = (Finding("unknown-group", "warning", "org.yaml:3", "no such group", "correct it"),)
    return msgspec.structs.replace(
        plan(),
        waiting=(Waiting("P4", "w@acme.example", "Webex Calling - Professional", NOON, SALES, None, "Sub-1"),),
        held=(Held("P5", "h@acme.example", SUITE, "protected"), Held("P5", "h@acme.example", SUITE, "protected")),
        findings=(*findings, findings[0], *away),
    )


def test_as_planned_does_not_hide_who_lacks_something() -> None:
    """Blocked, held and waiting people are counted, named as far as they fit, and to be found in full."""
    text = apply_result.render(_result(("done", ""), of=_lacking()), width=80)
    assert text.splitlines()[0].startswith("Applied: 1 person, 1 operation: 1 done, 20 people blocked by findings")
    flat = " ".join(text.split())
    assert "Wanted by the files, and not asked for (22 people)" in flat
    assert "waiting for a unit of Webex Calling - Professional (Sub-1): 1 person w@acme.example" in flat
    assert "held back by protected: 1 person h@acme.example" in flat
    assert "blocked by no-work-phone: 20 people b0@acme.example, b1@acme.example," in flat
    assert "and 8 more" in flat
    assert "Every person, with reasons: webex-licenses plan --offline --all" in flat
    elsewhere = apply_result.render(_result(("done", ""), of=_lacking()), width=200, path="acme")
    assert "Every person, with reasons: webex-licenses plan acme --offline --all" in elsewhere


def test_what_an_undo_left_is_not_called_wanted_and_missing() -> None:
    """The files ask for it and the person has it: it was not taken back. A new plan would not tell of it, the file does."""
    stays = Finding("undo-files-ask", "warning", "a@acme.example", "the files still ask for it", "revert it")
    left = _result(("done", ""), of=msgspec.structs.replace(plan(), findings=(stays,)))
    text = apply_result.render(left, width=200, path="acme", plan_file="undo.json")
    assert "Not taken back (1 person)" in text
    assert "Wanted by the files" not in text
    assert "Every person, with reasons: webex-licenses show undo.json --all" in text
    assert "Every person" not in apply_result.render(left, width=200)  # resumed: nobody said where the plan is


def test_nothing_to_send_is_not_every_license_as_planned() -> None:
    """An apply that could ask for nothing does not say that all is well; one that has nothing left to ask does."""
    assert apply_result.verdict(_result(of=_lacking())).startswith(
        "Nothing to apply: nothing to send, 20 people blocked"
    )
    assert apply_result.verdict(_result(of=plan())) == "Nothing to apply: every license is as planned"


def test_pending_and_out_of_units_are_called_so() -> None:
    """What waits for the person, and what no unit was left for, is not told as an effect that is missing without reason."""
    text = " ".join(apply_result.render(_result(("ignored", "pending"), ("ignored", "outOfUnits"))).split())
    assert "1 pending: it waits for the person to accept an invitation, 1 left out by Webex: no unit left" in text
    assert "- Pending: have the person accept the invitation" in text
    assert "- No unit left: buy units" in text
    assert "without effect" not in text


def test_whom_a_finding_blocks_is_the_same_everywhere() -> None:
    """The end of an apply and the first line of a plan count the same people."""
    blocked = {person for item in unmet(_lacking()) if item.kind == "blocked" for person in item.people}
    assert len(blocked) == wording.blocked(_lacking().findings) == 20
