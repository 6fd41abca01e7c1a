"""Status as people and as programs read it: counts whole, rows that need somebody first, nothing wider than the terminal."""

from __future__ import annotations

import csv
import io
import json

import msgspec

from reconciler.model.coverage import (
    STATES,
    CodeCount,
    Coverage,
    PeopleCoverage,
    PersonStanding,
    Standing,
    State,
    StateCounts,
    Status,
    UnitCoverage,
)
from reconciler.model.plan import OrganizationRef
from reconciler.report import markdown, status
from tests.support.plans import NOON


def row(name: str, people: int, errors: int = 0, waiting: int = 0, **other: object) -> Standing:
    """A group of so many people, of whom the others are as wanted."""
    well = people - errors - waiting
    states = StateCounts(well, waiting=waiting, blocked=errors)
    found = Standing("group", name, people, well, waiting, errors, states)
    return msgspec.structs.replace(found, **other)


EVERYBODY = row("everybody", 12, 1, 2, kind="everybody", codes=(CodeCount("number-not-e164", 1),))
STATUS = Status(
    "1.0", "Status", OrganizationRef("O", "acme"), "7", NOON, "groups", EVERYBODY,
    (row("Sales", 5, 1, id="G1", related=("sales",)), row("Support", 6, 0, 2), row("in no group", 1, kind="nobody")),
    (row("sales", 5, 1, kind="template", source="sales.yaml:3", related=("Sales",)),),
    Coverage(PeopleCoverage(12, 10, 1, 1), UnitCoverage(40, 30, 20, 12, 8)),
)  # fmt: skip
TEXT = """\
Status of acme: 12 people: 9 as wanted, 2 waiting, 1 blocked
Reading of 2026-11-21 12:00 UTC (snapshot 7) against the files; assignment:
groups.
Covered by a template: 10 of 12 people (83 %); 1 by an exception alone, 1
exempt.
Under management: 30 of 40 units of paid licenses that people hold (75 %): 20
given by us, 12 given by hand, 8 there before we first looked.
What stands in the way: number-not-e164 (1 person).

Groups (2)
  Group          People  Licensed  As wanted  Change  Waiting  Errors
  Sales               5         4          4       0        0       1
  Support             6         4          4       0        2       0
  (in no group)       1         1          1       0        0       0

Templates (1)
  Template  People  Licensed  As wanted  Change  Waiting  Errors
  sales          5         4          4       0        0       1
"""


def someone(number: int, state: State, **other: object) -> PersonStanding:
    """Person `number` in this state."""
    found = PersonStanding(f"P{number}", f"p{number}@acme.example", f"Person {number}", state, False)
    return msgspec.structs.replace(found, **other)


def people(*found: PersonStanding) -> Status:
    """The same status with these people."""
    return msgspec.structs.replace(STATUS, people=found)


def test_the_table() -> None:
    """Everybody in one line, coverage, then every group and template with its counts."""
    assert status.render(STATUS, width=80) == TEXT
    assert "Templates" not in status.render(STATUS, by="group", width=80)
    assert "Groups" not in status.render(STATUS, by="template", width=80)


def test_nothing_is_wider_than_the_terminal() -> None:
    """Eighty columns hold long names and large numbers; a wide terminal shows every state."""
    large = row("A group with a name as long as some directories make them, and then some", 1_000_000, 999_999)
    found = msgspec.structs.replace(STATUS, groups=(large,))
    narrow = status.render(found, width=80)
    assert max(map(len, narrow.splitlines())) <= 80
    assert "999,999" in narrow
    wide = status.render(found, width=160)
    assert max(map(len, wide.splitlines())) <= 160
    assert "Unmanaged" in wide


def test_many_groups_are_folded_and_the_urgent_ones_shown() -> None:
    """Of 100 groups those with blocked, then waiting people are shown, and how to see the others; the heading counts all."""
    rows = [row(f"g{number:03}", 10) for number in range(98)] + [row("x-waits", 10, 0, 1), row("y-fails", 10, 1)]
    found = msgspec.structs.replace(STATUS, groups=tuple(rows))
    text = status.render(found, by="group", width=100)
    assert "Groups (100)" in text
    assert "x-waits" in text
    assert "y-fails" in text
    assert text.count("  g0") == status.ROWS - 2
    assert "... and 60 more: --all, or --format csv has every one" in text
    assert status.render(found, by="group", everything=True, width=100).count("  g0") == 98


def test_people_stand_by_state_the_urgent_first() -> None:
    """Who is blocked comes before who waits, and who is as wanted last; what it is about stands below the name."""
    found = people(
        someone(1, "asWanted", templates=("sales",)),
        someone(2, "waiting", details=("waits for X since 2026-11-01",)),
        someone(3, "blocked", details=("no \x1b[31mnumber",)),
    )
    lines = status.render(found, width=80).split("\n\n", 1)[1].splitlines()
    assert [line for line in lines if line] == [
        "Blocked (1)", "  p3@acme.example (Person 3)", "    no [31mnumber",
        "Waiting (1)", "  p2@acme.example (Person 2)", "    waits for X since 2026-11-01",
        "As wanted (1)", "  p1@acme.example (Person 1), sales",
    ]  # fmt: skip
    assert status.render(people(), width=80).endswith("\nNobody is so.\n")


def test_many_people_are_folded_with_a_count() -> None:
    """Thousands of people in one state are the first of them and a number."""
    found = people(*(someone(number, "waiting") for number in range(1_234)))
    text = status.render(found, width=80)
    assert "Waiting (1,234)" in text
    assert text.rstrip().endswith("... and 1,194 more: --all, or --format csv has every one")
    assert "p1233@" in status.render(found, everything=True, width=80)


def test_csv_has_every_row_and_every_state() -> None:
    """One line for everybody, each group and each template; the states of a line add up; no cell is a formula."""
    found = msgspec.structs.replace(STATUS, groups=(row("=cmd()", 3, 1), *STATUS.groups))
    rows = list(csv.DictReader(io.StringIO(status.render(found, "csv"))))
    assert list(rows[0]) == list(status.ROW_COLUMNS)
    assert [item["Name"] for item in rows] == ["everybody", "'=cmd()", "Sales", "Support", "in no group", "sales"]
    for item in rows:
        assert sum(int(item[f"State: {state}"]) for state in STATES) == int(item["People"])
    assert rows[0]["Codes"] == "number-not-e164: 1"
    assert rows[5]["Source"] == "sales.yaml:3"
    assert {item["Snapshot"] for item in rows} == {"2026-11-21T12:00:00+00:00"}


def test_csv_of_people() -> None:
    """Everybody, one line each, with the state and its codes."""
    found = people(*(someone(number, "blocked", codes=("a", "b"), groups=("Sales",)) for number in range(100)))
    rows = list(csv.DictReader(io.StringIO(status.render(found, "csv"))))
    assert len(rows) == 100
    assert list(rows[0]) == list(status.PERSON_COLUMNS)
    assert (rows[7]["Email"], rows[7]["State"], rows[7]["Codes"], rows[7]["Licensed"]) == (
        "p7@acme.example", "blocked", "a; b", "no",
    )  # fmt: skip


def test_json_is_whole() -> None:
    """People are there when they were asked for, and null when not."""
    assert json.loads(status.render(STATUS, "json"))["people"] is None
    found = json.loads(status.render(people(*(someone(n, "waiting") for n in range(500))), "json"))
    assert len(found["people"]) == 500
    assert found["everybody"]["states"]["asWanted"] == 9


def test_markdown_fits_a_comment_and_its_counts_are_whole() -> None:
    """Ten thousand people and groups do not pass GitHub's limit, and every heading has the whole count."""
    many = people(*(someone(number, "blocked", details=("x" * 300,)) for number in range(10_000)))
    text = status.render(many, "markdown")
    assert len(text) < markdown.LIMIT
    assert text.startswith("### Status of acme: 12 people: 9 as wanted, 2 waiting, 1 blocked\n")
    assert "<summary>blocked (10,000)</summary>" in text
    groups = msgspec.structs.replace(STATUS, groups=tuple(row(f"<b>{n}</b> @all", 3) for n in range(5_000)))
    text = status.render(groups, "markdown")
    assert len(text) < markdown.LIMIT
    assert "<summary>Groups (5,000)</summary>" in text
    assert "<b>" not in text
