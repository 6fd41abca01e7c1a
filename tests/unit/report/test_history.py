"""The change log as people read it: folded where the same happened to many, honest about what nobody knows."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import msgspec

from reconciler.model.changelog import Changelog, Entry, RunLine, RunList
from reconciler.model.plan import Because, OrganizationRef
from reconciler.report import history, run_list

NOW = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
WHY = (Because("grants-are-united", "sales", "sales.yaml:7"),)
GOT = Entry(
    NOW, "got", "p", "ann@acme.example", "Ann", "run", "L", "Suite", "run-1", "c0ffee0123456789", "done", "", WHY
)


def log(*entries: Entry, person: str = "", more: bool = False) -> Changelog:
    """A change log with these entries."""
    return Changelog("1.0", "History", OrganizationRef("o", "acme"), person, NOW, NOW, more, entries)


def test_people_whom_the_same_happened_to_share_a_line() -> None:
    """One run at a stretch is one heading, from its first to its last call; who is many is counted."""
    entries = [
        msgspec.structs.replace(GOT, email=f"p{n}@acme.example", at=NOW + timedelta(minutes=9 - n)) for n in range(9)
    ]
    text = history.render(log(*entries, more=True), width=200)
    assert "2026-11-21 16:01 UTC to 2026-11-21 16:09 UTC  run-1, commit c0ffee012345\n" in text
    assert (
        "+ Suite: 9 people: p0@acme.example, p1@acme.example, p2@acme.example, p3@acme.example, p4@acme.example and 4 more"
        in text
    )
    assert "(sales, sales.yaml:7)" in text
    assert "There is more" in text


def test_what_nobody_knows_and_what_was_by_hand_is_said() -> None:
    """An open call, one whose effect was seen, a refusal, and a click between two readings."""
    opened = msgspec.structs.replace(GOT, outcome="open")
    seen = msgspec.structs.replace(opened, label="Seen", seen=NOW)
    refused = msgspec.structs.replace(GOT, label="Refused", outcome="refused", detail="400112 no")
    hand = Entry(NOW, "lost", "p", "ann@acme.example", "Ann", "hand", "L", "Suite", after=NOW - timedelta(hours=4))
    text = history.render(log(opened, seen, refused, hand, person="ann@acme.example"), width=200)
    assert "? Suite (not closed: outcome unknown so far; sales, sales.yaml:7)" in text
    assert "+ Seen (not closed: outcome unknown so far; its effect was seen at 2026-11-21 16:00 UTC" in text
    assert "! Refused (refused by Webex; 400112 no; sales, sales.yaml:7)" in text
    assert "by no run of ours, seen at the sync of 2026-11-21 16:00 UTC; between 2026-11-21 12:00 UTC and then" in text
    assert "- Suite\n" in text


def test_a_spreadsheet_gets_one_row_for_each_entry_and_no_formulas() -> None:
    """CSV is not folded; text from outside never begins a formula."""
    rows = list(csv.reader(io.StringIO(history.render(log(msgspec.structs.replace(GOT, display_name="=1+1")), "csv"))))
    assert rows[0] == list(history.COLUMNS)
    assert dict(zip(*rows, strict=True))["Name"] == "'=1+1"
    assert dict(zip(*rows, strict=True))["Source"] == "sales.yaml:7"


def test_markdown_cannot_be_broken_by_a_name() -> None:
    """Names from outside are escaped."""
    text = history.render(log(msgspec.structs.replace(GOT, label="a|b")), "markdown")
    assert "a\\|b" in text


def test_runs_tell_their_end() -> None:
    """State, counts, what was resumed and what was taken back."""
    lines = (
        RunLine("run-2", "interrupted", NOW, None, None, 5, 2, {"refused": 1}, 2, resumes="run-1"),
        RunLine("run-3", "completed", NOW, NOW, "c0ffee0123456789", 1, 1, {}, 0, undoes="run-1"),
    )
    found = RunList("1.0", "Runs", OrganizationRef("o", "acme"), True, lines)
    text = run_list.render(found)
    assert "run-2  interrupted\n" in text
    assert "5 operations planned, 2 done, 1 refused, 2 not closed" in text
    assert "resumes run-1" in text
    assert "takes back run-1" in text
    assert run_list.render(found, "csv").splitlines()[1].endswith(",5,2,1,2")
    assert "interrupted" in run_list.render(found, "markdown")
