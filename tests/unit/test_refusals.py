"""docs/refusals.md is the whole list: what Webex documents, what the sandbox refuses, and the rule that settles it."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from reconciler.execute.codes import WORDS
from reconciler.report import rule_book
from reconciler.sandbox import refusal

PAGE = Path(__file__).parents[2] / "docs" / "refusals.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \d+ \|", line)
]
CODES = {int(row[0]) for row in ROWS}
CLAIMS = {claim for part in rule_book.PARTS for claim, _, _ in part.entries}


def test_every_code_is_in_the_table() -> None:
    """The table, the sandbox and the words of an apply know the same codes, sixteen of them."""
    sandbox = {value for name, value in vars(refusal).items() if name.isupper() and isinstance(value, int)}
    assert sandbox == set(WORDS) == CODES
    assert len(CODES) == len(ROWS) == 16


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_row_names_what_there_is(row: list[str]) -> None:
    """The check exists in the sandbox, and each rule in the rule book."""
    module, _, name = row[2].strip("`").partition(".")
    assert callable(getattr(importlib.import_module(f"reconciler.sandbox.{module}"), name))
    rules = re.findall(r"`([a-z-]+)`", row[3])
    assert rules
    assert set(rules) <= CLAIMS


def test_the_sandbox_meets_every_code_in_its_own_tests() -> None:
    """Each code is refused once in the sandbox's tests."""
    text = (Path(__file__).parent / "sandbox" / "test_rules.py").read_text(encoding="utf-8")
    assert {code for code in CODES if not re.search(rf"\b{code}\b", text)} == set()
