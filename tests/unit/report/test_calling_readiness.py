"""Calling readiness for people and programs."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from io import StringIO
from typing import Any, get_args

import msgspec

from reconciler.model.calling_readiness import CallingReadiness, Candidate, Obstacle, Verdict
from reconciler.model.plan import OrganizationRef
from reconciler.operations.calling_candidates import summary
from reconciler.report import calling_readiness as report

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
READY = Candidate(
    "P1", "ann@acme.example", "Ann", "Webex Calling - Professional", "Sub-1", "ready", "HQ", "+14085550100", "0100",
    ("sales",), ("Sales",), ("sales.yaml:7",), "Okta", (), None,
)  # fmt: skip
OWNED = Obstacle(
    "number-in-use", "+14085550101 belongs to a hunt group", "free it in Control Hub", ("controlHub", "directory")
)


def _blocked(number: int = 0, **fields: Any) -> Candidate:
    known: dict[str, Any] = {
        "verdict": "numberUnusable",
        "obstacles": (OWNED,),
        "subscription": None,
        "email": f"b{number:03}@acme.example",
    }
    return msgspec.structs.replace(READY, person_id=f"B{number}", **(known | fields))


def _readiness(*candidates: Candidate) -> CallingReadiness:
    return CallingReadiness(
        "1.0", "CallingReadiness", OrganizationRef("O", "acme"), "s1", NOW, summary(candidates), candidates
    )


def test_text_counts_first_and_fits_a_terminal() -> None:
    """The first lines hold the counts and the time of the reading; no line is wider than the terminal."""
    text = report.render(_readiness(READY, _blocked()), width=80)
    lines = text.splitlines()
    assert lines[0].startswith("Webex Calling in acme: 2 candidates, as of 2026-11-21 20:00 UTC")
    assert "1 ready, 0 provisioned, 0 waiting, 1 blocked." in lines
    assert max(map(len, lines)) <= 80
    assert "    Webex Calling - Professional (Sub-1), +14085550100, extension 0100 at HQ;" in lines
    assert "    -> free it in Control Hub [Control Hub; Okta]" in lines


def test_text_shows_the_first_of_many() -> None:
    """A hundred people with one verdict are not a hundred screens; the rest is counted, with where to see it."""
    text = report.render(_readiness(*(_blocked(number) for number in range(100))), width=100)
    assert text.count("number-in-use:") == report.SAME_VERDICT
    assert "... and 60 more: --format csv" in text


def test_nobody() -> None:
    """Files without Calling say so in one line, in every format that people read."""
    for form in report.FORMATS[::3]:
        text = report.render(_readiness(), form, width=120)
        assert "the files give it to nobody" in text
        assert len(text.strip().splitlines()) == 1


def test_csv_has_its_documented_columns_and_everybody() -> None:
    """One row a candidate, under the documented header; phone numbers as they are, formulas harmless."""
    evil = _blocked(7, display_name='=HYPERLINK("x")')
    rows = list(csv.DictReader(StringIO(report.render(_readiness(READY, evil), "csv"))))
    assert tuple(rows[0]) == report.COLUMNS
    assert rows[0]["Number"] == "+14085550100"
    assert rows[0]["Extension"] == "0100"
    assert rows[1]["Name"] == '\'=HYPERLINK("x")'
    assert rows[1]["Where"] == "Control Hub; Okta"
    assert [row["Snapshot"] for row in rows] == [NOW.isoformat()] * 2


def test_json_is_the_document() -> None:
    """JSON decodes to the very same value."""
    found = _readiness(READY, _blocked())
    text = report.render(found, "json")
    assert msgspec.json.decode(text, type=CallingReadiness) == found
    assert json.loads(text)["summary"]["blocked"] == 1


def test_markdown_is_safe_and_blocked_people_come_first() -> None:
    """Text from outside is no markup; who is blocked stands above who is ready, in case the document is cut."""
    text = report.render(_readiness(READY, _blocked(3, email="b|3@acme.example")), "markdown")
    assert "b\\|3" in text
    assert text.index("b\\|3") < text.index("ann")


def test_every_verdict_has_words() -> None:
    """No verdict is shown as a bare identifier."""
    for verdict in get_args(Verdict):
        text = report.render(_readiness(_blocked(verdict=verdict)))
        heading = next(line for line in text.splitlines() if line.endswith(" (1)"))
        assert heading[0].isupper()
        assert not any(letter.isupper() for letter in heading.removesuffix(" Unified CM (1)")[1:])
