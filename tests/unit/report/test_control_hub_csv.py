"""The file that Control Hub imports: exact header, plus signs kept, never more rows than it takes, nothing that acts."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import msgspec

from reconciler.model.calling_readiness import Fix
from reconciler.report import calling_readiness as report
from reconciler.report.control_hub_csv import COLUMNS, ROWS, files
from tests.unit.report.test_calling_readiness import _blocked, _readiness


def fix(number: int, **fields: str) -> Fix:
    """One of many fixes."""
    known: dict[str, str] = {"email": f"p{number:05}@acme.example", "location": "Berlin, Mitte"} | fields
    return Fix(f"P{number}", known["email"], f"+1408555{number:05}", None, known["location"], ("no-work-phone",))


def test_the_file_is_what_control_hub_documents() -> None:
    """Names of columns as in help.webex.com afv3q8; a number begins with its plus sign, and commas are in quotes."""
    ((name, data),) = files([fix(1)], Path("out/fixes.csv"))
    assert name == Path("out/fixes.csv")
    assert data == (
        b"User ID/Email (Required),Extension,Phone Number,Location\r\n"
        b'p00001@acme.example,,+140855500001,"Berlin, Mitte"\r\n'
    )


def test_more_than_control_hub_takes_are_several_files() -> None:
    """1,000 rows a file; together they hold everybody once, each with the header."""
    made = files([fix(number) for number in range(2_500)], Path("fixes.csv"))
    assert [name.name for name, _ in made] == ["fixes-1.csv", "fixes-2.csv", "fixes-3.csv"]
    tables = [list(csv.reader(StringIO(data.decode()))) for _, data in made]
    assert [tuple(rows[0]) for rows in tables] == [COLUMNS] * 3
    assert [len(rows) - 1 for rows in tables] == [ROWS, ROWS, 500]
    people = [row[0] for rows in tables for row in rows[1:]]
    assert people == [f"p{number:05}@acme.example" for number in range(2_500)]


def test_nothing_to_write_is_no_file() -> None:
    """An empty import would only confuse."""
    assert files([], Path("fixes.csv")) == []


def test_what_a_spreadsheet_would_run_is_left_out() -> None:
    """Quoting it would change it for Control Hub, so such a row is not written at all."""
    evil = [fix(1, email="=cmd()@acme.example"), fix(2, location="@sum(1)"), fix(3, location="HQ\x1b[2J"), fix(4)]
    ((_, data),) = files(evil, Path("fixes.csv"))
    assert [row[0] for row in csv.reader(StringIO(data.decode()))][1:] == ["p00004@acme.example"]


def test_the_text_says_that_there_is_a_file_to_be_had() -> None:
    """Whoever reads the table learns how many people the import would help, and how."""
    found = _readiness(_blocked())
    assert "control-hub-csv" not in report.render(found)
    text = report.render(msgspec.structs.replace(found, fixes=(fix(1),)), width=120)
    assert "1 person can be helped by Control Hub's CSV import: --format control-hub-csv --out FILE.csv" in text
