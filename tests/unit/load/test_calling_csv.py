"""The CSV file of a CallingAssignments document: same rules as rows in YAML, errors with the file's own line."""

# ruff: noqa: E501  (one case a line: the tables are the tests)

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.load import load_desired
from reconciler.model.desired import CallingAssignment, Source
from tests.unit.load.directory import ORGANIZATION, TEMPLATE, document, load, told

HEADER = "email,location,number,extension\n"
BASE = {"o.yaml": ORGANIZATION, "t.yaml": TEMPLATE}


def _files(text: str, file: str = "rows.csv") -> dict[str, str]:
    return BASE | {"calling/x.yaml": document("CallingAssignments", f"  file: {file}\n"), "calling/rows.csv": text}


def test_a_file_as_a_spreadsheet_saves_it(tmp_path: Path) -> None:
    """Byte order mark, Windows line ends, quotes, empty lines and columns in any order are all right."""
    text = '\ufeffextension,email,number,location\r\n1234, Bob@acme.example ,+493055501234,"Berlin, Mitte"\r\n,,,\r\n\r\n1235,eve@acme.example,,HQ\r\n'
    loaded = load(tmp_path, _files(text))

    assert loaded.findings == ()
    assert loaded.desired is not None
    assert (
        CallingAssignment(
            "bob@acme.example", "Berlin, Mitte", "+493055501234", "1234", "x", Source("calling/rows.csv", 2)
        ),
        CallingAssignment("eve@acme.example", "HQ", None, "1235", "x", Source("calling/rows.csv", 5)),
    ) == loaded.desired.calling_assignments


ROWS = [
    ("ann,HQ,+14085550100,\n", "csv-row", 2, "`email` must be an e-mail address, not `ann`", "write one address such as ann@acme.example"),
    ("a@b.example,HQ,14085550100,\n", "csv-row", 2, "`number` must be a phone number in E.164, not `14085550100`", "write +14085550100 if that is the country code (spreadsheets drop a leading +)"),
    ("a@b.example,HQ,1.40856E+10,\n", "csv-row", 2, "`number` must be a phone number in E.164, not `1.40856E+10`", "write + and the country code, digits only, for example +14085550100"),
    ("a@b.example,HQ,,x\n", "csv-row", 2, "`extension` must be two to ten digits, not `x`", "write the digits in quotes, for example 1234"),
    ("a@b.example,HQ,,\n", "csv-row", 2, "a row needs a `number` or an `extension`", ""),
    ("a@b.example,,,1234\n", "csv-row", 2, "a row without a `number` needs a `location`", ""),
    (",HQ,+14085550100,\n", "csv-row", 2, "a row without `email`", ""),
    ('\n"a@b.example","H\nQ",+14085550100,\nx,y\n', "csv-row", 5, "2 cells, but 4 columns", "put text with a comma in quotes"),
    ('a@b.example,"HQ,+1,\n', "csv-syntax", 2, "not valid CSV: unexpected end of data", "look for an unclosed quote"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "line", "message", "hint"), ROWS)
def test_a_bad_row_is_named_by_its_line(
    tmp_path: Path, text: str, code: str, line: int, message: str, hint: str
) -> None:
    """The line of the CSV file, not of the YAML that names it."""
    assert (code, f"calling/rows.csv:{line}", message, hint) in told(load(tmp_path, _files(HEADER + text)))


HEADERS = [
    ("", "the CSV file is empty", "begin it with the line email,location,number,extension"),
    ("mail,location,number,extension\n", "unknown column `mail`; did you mean `email`?", "begin the file with the line email,location,number,extension"),
    ("email;location;number;extension\n", "unknown column `email;location;number;extension`", "separate the columns with commas: email,location,number,extension"),
    ("email,number,number\n", "a column stands twice", "begin the file with the line email,location,number,extension"),
    ("email,location\n", "the header needs `email`, and `number` or `extension`", "begin the file with the line email,location,number,extension"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "hint"), HEADERS)
def test_a_bad_header(tmp_path: Path, text: str, message: str, hint: str) -> None:
    """Told once, not for every row."""
    assert [("csv-header", "calling/rows.csv:1", message, hint)] == told(load(tmp_path, _files(text)))


@pytest.mark.parametrize("file", ["../../rows.csv", "/etc/passwd", "../../../etc/passwd", "link.csv"])
def test_a_file_outside_the_directory_is_refused(tmp_path: Path, file: str) -> None:
    """Neither a path nor a link leads out of what the repository holds."""
    root = tmp_path / "acme"
    (tmp_path / "rows.csv").write_text(HEADER)
    load(root, _files(HEADER, file))
    (root / "calling" / "link.csv").symlink_to(tmp_path / "rows.csv")

    assert [item[:2] for item in told(load_desired(root))] == [("csv-outside", "calling/x.yaml:5:9")]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """Told where the YAML names it."""
    loaded = load(tmp_path, _files(HEADER, "none.csv"))

    assert [item[:3] for item in told(loaded)] == [("unreadable-file", "calling/x.yaml:5:9", "the CSV file `none.csv` cannot be read: No such file or directory")]  # fmt: skip


def test_a_token_in_a_csv_file_is_found(tmp_path: Path) -> None:
    """And not shown."""
    token = (
        "NDcyNmQ0Y2ItNTg3Zi00ZDQ0LWJmMWItOTg3YjJkN2E0M2M5YTU5ODc2" + "_PF84_" + "1eb65fdf-9643-417f-9974-ad72cae0e10f"
    )
    loaded = load(tmp_path, _files(f"{HEADER}{token},HQ,+14085550100,\n"))

    assert ("secret-in-yaml", "calling/rows.csv:2") in [item[:2] for item in told(loaded)]
    assert not any(token[:20] in text for item in told(loaded) for text in item)
