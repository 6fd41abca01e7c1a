"""Apply result and sync summary, each as people and as programs read it."""

from __future__ import annotations

import json
from datetime import timedelta

import msgspec

from reconciler.model.live import Scope, Snapshot
from reconciler.model.plan import OrganizationRef
from reconciler.model.result import LOST, ApplyResult, OperationResult, PersonResult
from reconciler.report import apply_result, sync_summary
from tests.support.plans import LOSES_CALLING, NOON, ROLE_GOES, SUITE

ACME = OrganizationRef("O", "acme")


def result(*outcomes: str, **other: object) -> ApplyResult:
    """A run in which person 1 had these outcomes and person 2 is as planned."""
    operations = tuple(OperationResult(SUITE, outcome, "400404 no unit") for outcome in outcomes)  # type: ignore[arg-type]
    done = PersonResult("P2", "p2@acme.example", (OperationResult(ROLE_GOES, "done"),), 200)
    people = (PersonResult("P1", "p1@acme.example", operations, 400, "T-1"), done) if outcomes else ()
    fields = ("1.0", "ApplyResult", "R-1", "sha256:x", "O", NOON, NOON + timedelta(seconds=12.5), people)
    return msgspec.structs.replace(ApplyResult(*fields), **other)  # type: ignore[arg-type]


def test_a_complete_apply_is_two_lines() -> None:
    """Nothing went wrong, nothing more to read."""
    text = apply_result.render(result("done", "alreadyDone"))
    assert text == (
        "Applied: 2 people, 3 operations: 2 done, 1 done before\n"
        "Run R-1, ended 2026-11-21 12:00 UTC after 12.5 s.\n"
    )  # fmt: skip


def test_operations_not_done_are_named_with_reason_and_next_step() -> None:
    """Everybody who is not as planned is there, with Webex's words and tracking id."""
    text = apply_result.render(
        result("refused", "notSent", interrupted=True, stopped="10 errors in a row", held=3, waiting=1)
    )
    flat = " ".join(text.split())
    assert flat.startswith(
        "Applied in part: 2 people, 3 operations: 1 done, 1 refused by Webex, 1 not sent, 3 held back, 1 waiting"
    )
    assert "Interrupted: calls in flight were finished" in text
    assert "Stopped: 10 errors in a row" in text
    assert "Not as planned (1 person)\n  p1@acme.example (tracking id T-1)\n" in text
    assert "+ Webex Meetings Suite @ acme.webex.com (Sub-1): refused by Webex: 400404 no unit" in flat
    assert "- Refused: " in text
    assert "- Not sent: " in text
    assert max(map(len, text.splitlines())) <= 80


def test_an_empty_apply_says_so() -> None:
    """Nothing to send is a good end."""
    assert apply_result.render(result()).startswith("Nothing to apply: every license is as planned\n")


def test_who_lost_something_stands_first() -> None:
    """A loss without replacement is done, and still the first thing to read and to act on; JSON says it in the detail."""
    detail = f"{LOST}Webex took it and did not give Webex Meetings Suite."
    person = PersonResult(
        "P1", "p1@acme.example", (OperationResult(SUITE, "ignored", "206"), OperationResult(ROLE_GOES, "done", detail))
    )
    told = result("done", people=(person,), stopped="p1@acme.example lost it.")
    text = apply_result.render(told)
    flat = " ".join(text.split())
    assert "Lost without a replacement (1 person) p1@acme.example - attendee role @ acme.webex.com: LOST:" in flat
    assert text.index("Lost without") < text.index("Not as planned") < text.index("What next") < text.index("- Lost:")
    assert json.loads(apply_result.render(told, "json"))["people"][0]["operations"][1]["detail"] == detail


def test_an_apply_result_is_one_json_document() -> None:
    """Programs read the whole run."""
    loss = PersonResult("P1", "p1@acme.example", (OperationResult(LOSES_CALLING, "unknown"),))
    document = json.loads(apply_result.render(result("done", people=(loss,)), "json"))
    assert document["people"][0]["operations"][0]["operation"]["irreversible"] is True


def test_a_sync_is_told_in_two_lines() -> None:
    """What was read, when, at which cost, and what moved since."""
    snapshot = Snapshot("7", "O", "Acme", NOON, Scope(), 500, 12, 20)
    text = sync_summary.render(snapshot, added=1, changed=2, gone=3, unchanged=496, calls=14, seconds=3.21)
    assert text == (
        "Read Acme as of 2026-11-21 12:00 UTC: 500 people, 12 licenses, 20 groups; 14 calls, 3.2 s.\n"
        "Since the snapshot before: 1 new, 2 changed, 3 gone, 496 unchanged people.\n"
    )
