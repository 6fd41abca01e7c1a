"""The answer to a what-if: its words, and that nothing takes it for a plan."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from reconciler.errors import PlanFileError
from reconciler.model.plan import OrganizationRef, stamp
from reconciler.model.what_if import Outcome, Supposed, WhatIf, WouldWait
from reconciler.report import plan_json
from reconciler.report.markdown import LIMIT
from reconciler.report.what_if import render, sentences
from tests.support.plans import one_of_everything

WHEN = datetime(2026, 11, 21, 12, tzinfo=UTC)
PRO = Supposed("L1", "Webex Calling - Professional", "Sub-1", None, 5, 20)
SUITE = Supposed("L2", "Webex Meetings Suite", "Sub-1", "acme.webex.com", 5, -1)
NOBODY = Outcome("Webex Calling - Professional", None, 0, (), (), (), (), None)
LEFT = "no unit left in Sub-1"


def _answer(*outcomes: Outcome, supposed: tuple[Supposed, ...] = (PRO,)) -> WhatIf:
    plan = msgspec.structs.replace(one_of_everything(), digest="")
    return WhatIf("1.0", "WhatIf", OrganizationRef("o", "acme"), "1", WHEN, supposed, outcomes, plan)


def _people(number: int, why: str = LEFT) -> tuple[WouldWait, ...]:
    return tuple(WouldWait(f"w{n}@acme.example", why) for n in range(number))


PRO_20 = "With 20 more units of Webex Calling - Professional (Sub-1)"


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (
            msgspec.structs.replace(NOBODY, waiting=17, served=("a",) * 12, still_waiting=_people(5), available=0),
            f"{PRO_20}, 12 of 17 waiting people would be served; 5 would still wait: {LEFT}.",
        ),
        (
            msgspec.structs.replace(NOBODY, waiting=1, served=("a",), available=19),
            f"{PRO_20}, 1 of 1 waiting person would be served; 19 units would be left.",
        ),
        (
            msgspec.structs.replace(NOBODY, waiting=2, blocked=("a", "b")),
            f"{PRO_20}, 0 of 2 waiting people would be served; 2 would be blocked by findings.",
        ),
        (
            msgspec.structs.replace(NOBODY, newly_waiting=_people(1)),
            f"{PRO_20}, 1 person who can be served today would wait: {LEFT}.",
        ),
        (NOBODY, f"{PRO_20}, nothing would change for anybody: nobody waits for Webex Calling - Professional."),
    ],
)
def test_the_answer_in_words(outcome: Outcome, words: str) -> None:
    """Served of how many, who still waits and for what, what would be left: one sentence."""
    assert list(sentences(_answer(outcome))) == [words]


def test_several_pools_and_side_effects() -> None:
    """Every license whose list changes has a sentence that names it; different reasons stand beside each other."""
    other = Outcome("Webex Meetings Suite", "acme.webex.com", 2, (), (*_people(1), *_people(1, "no place")), (), (), 0)
    first = msgspec.structs.replace(NOBODY, waiting=1, served=("a",))
    assert list(sentences(_answer(first, other, supposed=(PRO, SUITE)))) == [
        f"{PRO_20} and 1 fewer unit of Webex Meetings Suite @ acme.webex.com (Sub-1), 1 of 1 waiting person for Webex Calling "
        "- Professional would be served.",
        "And 0 of 2 waiting people for Webex Meetings Suite @ acme.webex.com would be served; 2 would still wait: "
        f"{LEFT}, no place.",
    ]


def test_text_and_markdown_lead_with_the_answer() -> None:
    """The sentence comes first, the names next, then that it is for reading only, then the plan; nothing says how to apply."""
    answer = _answer(msgspec.structs.replace(NOBODY, waiting=1, served=("ann@acme.example",)))
    for format_ in ("text", "markdown"):
        text = str(render(answer, format_, width=200))
        places = [text.index(part) for part in (PRO_20, "ann@acme.example", "cannot be applied", "Plan for acme")]
        assert places == sorted(places)
        assert "--plan" not in text
        assert "--out" not in text


def test_markdown_stays_within_its_limit() -> None:
    """Thousands of waiting people do not make the comment longer than a comment may be."""
    many = msgspec.structs.replace(NOBODY, waiting=9000, still_waiting=_people(9000))
    assert len(str(render(_answer(*[many] * 40), "markdown"))) <= LIMIT


def test_no_answer_is_read_as_a_plan() -> None:
    """Neither the document nor the plan cut out of it is a plan file, though that plan was a whole one."""
    answer = _answer(NOBODY)
    with pytest.raises(PlanFileError, match="cannot be applied"):
        plan_json.parse(bytes(render(answer, "json")))  # type: ignore[arg-type]
    with pytest.raises(PlanFileError, match="digest"):
        plan_json.parse(plan_json.render(answer.plan))
    assert plan_json.parse(plan_json.render(stamp(answer.plan))).digest
