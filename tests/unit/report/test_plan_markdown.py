"""The comment on a pull request: whole counts on top, safe text, never too long."""

from __future__ import annotations

import pytest

from reconciler.model.finding import Finding
from reconciler.model.plan import Waiting
from reconciler.report import plan_markdown
from tests.support.plans import LOSES_CALLING, NOON, SALES, SUITE, change, one_of_everything, plan


def test_verdict_counts_and_names_stand_above_the_folded_details() -> None:
    """A reviewer sees what hurts without opening anything."""
    text = plan_markdown.render(one_of_everything())
    top = text[: text.index("<details>")]
    assert top.startswith("### Plan for acme: 2 people, +2 and -1 license,")
    assert "**Apply would stop before sending anything: 1 guard.**" in top
    assert "| Licenses | 2 | 1 | 1 | 2 | 1 |" in top
    assert "**Cannot be taken back (2):**" in top
    assert "- Webex Calling - Professional (Sub-1), 1 person: p1@acme.example (Person 1)\n" in top
    assert "- Webex Calling - Professional (Sub-1), 1 person, held back by first-apply: p3@acme.example\n" in top
    assert "Webex Calling - Professional (Sub-1), 1 person: p4@acme.example" in top
    assert text.count("<details>") == text.count("</details>") == 5


@pytest.mark.parametrize("people", [40, 5_000])
def test_a_huge_plan_stays_below_the_limit_and_keeps_its_counts(people: int) -> None:
    """GitHub refuses comments above 65,536 characters; what does not fit is counted and said to be in the plan file."""
    many = plan(
        *(change(number, SUITE, *[LOSES_CALLING] * 30) for number in range(people)),
        waiting=tuple(Waiting(f"W{n}", f"{n}@acme.example", f"License {n}", NOON, SALES) for n in range(3_000)),
        findings=tuple(Finding("code", "info", f"{n}@acme.example", "Long message. " * 50) for n in range(3_000)),
    )
    text = plan_markdown.render(many, plan_file="plan.json.gz")
    assert len(text.encode()) <= 60_000
    assert f"{people:,} people, +{people:,} and -{30 * people:,} licenses, {30 * people:,} irreversible" in text
    assert "**Waiting (3,000):**" in text
    assert "<summary>Findings: 3,000</summary>" in text
    assert "in the plan file." in text
    assert text.count("<details>") == text.count("</details>")


def test_text_from_outside_stays_text() -> None:
    """No HTML, no table cell, no mention, no link, no heading out of a display name."""
    evil = change(1, SUITE)
    name = "<img src=x> | @org/team **b** https://evil.example [x](y)\n# h"
    text = plan_markdown.render(plan(type(evil)(evil.person_id, evil.email, name, evil.expects, evil.licenses)))
    assert "<img" not in text
    assert "@org" not in text
    assert "https://" not in text
    assert "\n# h" not in text
    assert "&lt;img src=x&gt; \\| @\u200borg/team \\*\\*b\\*\\*" in text
