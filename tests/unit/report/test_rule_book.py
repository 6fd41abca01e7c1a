"""The rule book page."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.report import rule_book

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"


def test_the_page_is_fresh() -> None:
    """docs/rules.md says what the rules say today; `make rules` writes it."""
    assert PAGE.read_text(encoding="utf-8") == rule_book.render()


ENTRIES = [(claim, number) for part in rule_book.PARTS for claim, number, _ in part.entries]


@pytest.mark.parametrize(("claim", "number"), ENTRIES, ids=[claim for claim, _ in ENTRIES])
def test_every_rule_tells_its_claim_source_reason_and_an_example(claim: str, number: str) -> None:
    """Each rule's entry names its numbers in the rule book, says why, and shows an example; so does each guard's."""
    entry = rule_book.render().split(f"### {claim}\n", 1)[1].split("\n### ")[0]
    source = entry.partition("Source: RULES")[2].partition(". ")[0]
    assert all(part in source for part in number.split(", ")), source
    assert "Why" in entry
    assert ">>> " in entry
    assert "reconciler/" in entry


def test_no_two_rules_share_a_claim() -> None:
    """A reason in a plan names one rule."""
    claims = [claim for claim, _ in ENTRIES]
    assert len(set(claims)) == len(claims)


NUMBERS = [f"{chapter}.{at}" for chapter, last in enumerate((8, 7, 8, 6, 6, 7, 9), 1) for at in range(1, last + 1)]


def test_every_number_of_the_rule_book_has_its_place() -> None:
    """Nothing of sections 1 to 7 is without a rule, or a named file that exists."""
    found = {number for _, numbers in ENTRIES for number in numbers.split(", ")}
    for _, numbers, file in rule_book.ELSEWHERE:
        assert (PAGE.parents[1] / file).is_file(), file
        found |= set(numbers.split(", "))
    assert sorted(found) == NUMBERS
