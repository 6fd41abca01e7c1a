"""People whom a finding blocks are not told as if all were well."""

from __future__ import annotations

from typing import Literal

import pytest

from reconciler.model.drift import Drift
from reconciler.model.finding import Finding
from reconciler.model.plan import OrganizationRef, Plan, Summary
from reconciler.report import drift, plan_markdown, plan_text, wording
from tests.support.plans import NOON, SUITE, change, plan


def _finding(
    where: str, code: str = "lower-tier-not-managed", severity: Literal["warning", "info"] = "warning"
) -> Finding:
    return Finding(code, severity, where, "holds the lower one", "add it to `manage`")


BLOCKED = (
    _finding("a@acme.example"),
    _finding("a@acme.example", "number-unknown"),
    _finding("b@acme.example"),
)
WELL = (
    _finding("templates/x@y.yaml:3:4"),
    _finding(""),
    _finding("c@acme.example", severity="info"),
    _finding("d@acme.example", "another-writer"),
)


def _quiet(*findings: Finding) -> Plan:
    return plan(summary=Summary(unchanged=500), findings=findings)


def test_nothing_to_send_is_not_all_is_well() -> None:
    """A plan without changes says how many people findings block, each once, in the first line and in the last."""
    text = plan_text.render(_quiet(*BLOCKED, *WELL), width=100)
    assert text.startswith("Plan for acme: nothing to send, 2 people blocked by findings\n")
    assert "Nothing to send; 2 people are blocked by findings" in text
    assert "as the files want it" not in text
    assert plan_markdown.render(_quiet(*BLOCKED[:2])).startswith(
        "### Plan for acme: nothing to send, 1 person blocked by findings\n"
    )
    assert "Nothing to send; 1 person is blocked by findings" in plan_text.render(_quiet(*BLOCKED[:2]), width=100)


def test_findings_about_other_things_block_nobody() -> None:
    """Findings of files, of the whole organization, for information, or beside a change are no block."""
    text = plan_text.render(_quiet(*WELL))
    assert text.startswith("Plan for acme: nothing to change\n")
    assert "Nothing: the organization is as the files want it." in text


def test_a_plan_with_changes_keeps_its_verdict() -> None:
    """What is to be sent stays the first thing said, as after the apply; who is blocked is not kept quiet until then."""
    verdict = wording.verdict(plan(change(1, SUITE), findings=BLOCKED))
    assert verdict == "Plan for acme: 1 person, +1 license, 2 people blocked by findings"


@pytest.mark.parametrize(
    ("findings", "first"),
    [(BLOCKED, "Drift of acme: none, 2 people blocked by findings"), (WELL, "Drift of acme: none")],
)
def test_no_drift_beside_blocked_people(findings: tuple[Finding, ...], first: str) -> None:
    """No drift while people are blocked says so in the same line."""
    found = Drift("1.0", "Drift", OrganizationRef("O", "acme"), "7", NOON, NOON, (), findings=findings)
    assert drift.verdict(found) == first
