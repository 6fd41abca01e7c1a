"""The text of a plan: verdict first, nothing cut, everything with its reason."""

from __future__ import annotations

import time

import pytest

from reconciler.model.finding import Finding
from reconciler.model.plan import AskedBefore, Held, PoolLine, Summary, Waiting
from reconciler.report import plan_text
from tests.support.plans import LOSES_CALLING, NOON, SALES, SUITE, change, one_of_everything, plan

EVERYTHING = """\
Plan for acme: 2 people, +2 and -1 license, -1 attendee role, 1 irreversible, 2
held back, 1 waiting, 1 person blocked by findings
Apply would stop before sending anything: 1 guard.
  ! irreversible: 1 Calling license would go without an Acknowledgement.
Made 2026-11-21 12:00 UTC from the reading of 2026-11-21 12:00 UTC (500 people,
12 licenses, 20 groups), files at commit 0123456789ab. 488 other people
unchanged.

Cannot be taken back (2): number, voicemail and settings may be lost for good
  - Webex Calling - Professional (Sub-1): 1 person
      group membership changed: sales, templates/sales.yaml:7 [granted]
      p1@acme.example (Person 1)
  - Webex Calling - Professional (Sub-1): 1 person, held back by first-apply
      group membership changed: sales, templates/sales.yaml:7 [granted]
      p3@acme.example

Waiting (1): no unit left for them
  Webex Calling - Professional (Sub-1): 1 person
      since 2026-11-21 12:00 UTC: sales, templates/sales.yaml:7 [granted]
      p4@acme.example

Capacity of the licenses that change or are short
                                                                            Left
  License                              Total  Consumed  Available  Change  after
  Webex Meetings Suite @           1,000,000   999,990         10      +1      9
  acme.webex.com (Sub-1)
  Webex Calling - Professional             5         5          0   +1/-1      0
  (Sub-1)

Changes (2 people)
  p1@acme.example (Person 1)
    + Webex Meetings Suite @ acme.webex.com (Sub-1)
        the files say so: sales, templates/sales.yaml:7 [granted]
    - Webex Calling - Professional (Sub-1) (cannot be taken back)
        group membership changed: sales, templates/sales.yaml:7 [granted]
  p2@acme.example (Person 2)
    + Webex Calling - Professional (Sub-1), number +14085550100, extension 12
        new here: sales, templates/sales.yaml:7 [granted]
    - attendee role @ acme.webex.com
        waited, and a unit is free now: sales, templates/sales.yaml:7 [granted]

Held back (2): planned, but not sent
  first-apply: 2 operations
    - Webex Calling - Professional (Sub-1): p3@acme.example
    - attendee role @ acme.webex.com: p3@acme.example

Findings (1)
  warning number-unknown
    p5@acme.example: No such number.
    -> Order the number first.

Guards (1)
  first-apply, holds back: 2 removals are held back.

What next
  - Settle what stops apply: change the files, or permit it in an
    Acknowledgement (a reviewed file).
  - People wait until units are free: buy more, take unused ones back, or change
    priorities.
  - What is held back is not sent: the findings and guards say why, and what
    would release it.
"""


def test_everything_a_plan_can_hold_is_shown_with_its_reason() -> None:
    """Verdict, stops, irreversible removals, waiting people, capacity, changes, holds, findings, guards, next step."""
    assert plan_text.render(one_of_everything(), width=80) == EVERYTHING


@pytest.mark.parametrize("width", [80, 100, 160])
def test_no_line_is_wider_than_asked(width: int) -> None:
    """Long names fold; they are neither cut nor allowed to run over the edge."""
    name = "License" * 40
    crowded = plan(
        *(change(number, SUITE) for number in range(3)),
        pools=(PoolLine("L", name, "Sub-" + "9" * 90, "x" * 120 + ".example", 1_234_567, 1_234_567, 0, 9, 8, -1),),
        waiting=(Waiting("P", f"{'ß' * 100}@acme.example", name, NOON, SALES),),
    )
    text = plan_text.render(crowded, width=width)
    assert max(map(len, text.splitlines())) <= width
    assert "1,234,567" in text
    assert text.count("ß") == 100
    assert "…" not in text


def test_a_large_plan_is_grouped_and_its_counts_stay_whole() -> None:
    """Above fifty people the same change for the same reason is one entry with its number and the first names."""
    text = plan_text.render(plan(*(change(number, SUITE) for number in range(1200))), width=100)
    assert "Plan for acme: 1,200 people, +1,200 licenses" in text
    assert "+ Webex Meetings Suite @ acme.webex.com (Sub-1): 1,200 people" in text
    assert "p0@acme.example, p1@acme.example, p2@acme.example and 1,197 more" in text
    assert "  Every person: --all\n" in text
    assert "p700@" not in text


def test_all_folds_nothing() -> None:
    """`--all` names everybody in every section, one by one, and says no more where the others are."""
    people = [change(number, SUITE, LOSES_CALLING) for number in range(120)]
    crowded = plan(
        *people,
        held=tuple(Held(f"H{n}", f"h{n}@acme.example", LOSES_CALLING, "first-apply") for n in range(120)),
        waiting=tuple(Waiting(f"W{n}", f"w{n}@acme.example", "Webex Calling", NOON, SALES) for n in range(120)),
        findings=tuple(Finding("code", "info", f"f{n}@acme.example", "message") for n in range(120)),
        setbacks=tuple(
            AskedBefore("P", f"s{n}@acme.example", "add", "L", None, None, "refused", (), "", 2, NOON, NOON, None)
            for n in range(120)
        ),
    )
    folded = plan_text.render(crowded, plan_file="plans/plan.json")
    text = plan_text.render(crowded, plan_file="plans/plan.json", everything=True)
    for kind in "hpwfs":
        assert f"{kind}119@acme.example" not in folded
        assert all(f"{kind}{number}@acme.example" in text for number in range(120))
    assert " more" not in text.replace("buy more", "")
    assert "--all" not in text
    assert folded.count("webex-licenses show plans/plan.json --all") == 6


def test_everybody_of_a_large_organization_is_named_quickly() -> None:
    """A hundred thousand people do not make anybody wait for `--all`."""
    many = plan(*(change(number, SUITE) for number in range(100_000)))
    began = time.process_time()
    text = plan_text.render(many, width=100, everything=True)
    assert time.process_time() - began < 15
    assert text.count("+ Webex Meetings Suite") == 100_000


def test_an_empty_plan_says_that_nothing_is_to_do() -> None:
    """A stranger sees at once that all is well."""
    text = plan_text.render(plan(summary=Summary(unchanged=500)))
    assert text.startswith("Plan for acme: nothing to change\n")
    assert "Nothing: the organization is as the files want it." in text


def test_the_saved_file_is_named_in_the_next_step() -> None:
    """Whoever saved the plan can copy the command that carries it out."""
    assert "webex-licenses apply --plan out/plan.json" in plan_text.render(
        plan(change(1, SUITE)), plan_file="out/plan.json"
    )


def test_colour_only_when_asked() -> None:
    """Without colour there is no escape sequence; with colour the words stay the same."""
    plain = plan_text.render(one_of_everything(), width=80)
    coloured = plan_text.render(one_of_everything(), width=80, colour=True)
    assert "\x1b" not in plain
    assert "\x1b[" in coloured


def test_a_display_name_cannot_steer_the_terminal() -> None:
    """Escape sequences and line breaks in names from Webex are taken out."""
    evil = change(1, SUITE)
    evil = type(evil)(evil.person_id, evil.email, "Eve\x1b[2J\nFAKE LINE\u202e", evil.expects, evil.licenses)
    text = plan_text.render(plan(evil))
    assert "p1@acme.example (Eve[2J FAKE LINE)" in text
    assert "\x1b" not in text
