"""What an earlier run left open is told with counts, and by name only whom it still concerns."""

from __future__ import annotations

from datetime import timedelta

from reconciler.model.result import ApplyResult, OperationResult, Outcome, PersonResult
from reconciler.report import apply_result
from tests.support.plans import NOON, SUITE


def _person(number: int, outcome: Outcome, detail: str = "") -> PersonResult:
    return PersonResult(f"P{number}", f"p{number}@acme.example", (OperationResult(SUITE, outcome, detail),))


def _told(recovered: tuple[PersonResult, ...], people: tuple[PersonResult, ...]) -> str:
    result = ApplyResult(
        "1.0", "ApplyResult", "run-1", "sha256:1", "ORG", NOON, NOON + timedelta(seconds=9), people, recovered=recovered
    )
    return apply_result.render(result, width=100)


def test_calls_that_took_effect_and_calls_that_were_sent_again_are_counted() -> None:
    """Nobody is frightened with the name of somebody who has everything now."""
    recovered = (_person(1, "done"), _person(2, "failed", "two readings show no effect"))
    text = _told(recovered, (_person(1, "alreadyDone"), _person(2, "done")))
    assert "Finished from an earlier run (2 calls)" in text
    assert "1 had taken effect, recorded now." in text
    assert "1 had no effect; these people were served now." in text
    assert "@acme.example" not in text


def test_who_is_still_without_or_unclear_is_named() -> None:
    """With what is known of each."""
    recovered = (_person(2, "failed", "no effect seen"), _person(3, "unknown", "neither as before nor as wanted"))
    text = _told(recovered, (_person(2, "refused", "No"),))
    assert "p2@acme.example" in text
    assert "no effect seen" in text
    assert "p3@acme.example" in text
    assert "neither as before nor as wanted" in text
    assert "served now" not in text
