"""The rule book page."""

from __future__ import annotations

from pathlib import Path

from reconciler.guard import GUARDS
from reconciler.report import rule_book
from reconciler.resolve import RULES

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"


def test_the_page_is_fresh() -> None:
    """docs/rules.md says what the rules say today; `make rules` writes it."""
    assert PAGE.read_text(encoding="utf-8") == rule_book.render()


def test_every_rule_tells_its_claim_and_source() -> None:
    """Each rule and guard has a page entry whose text names its number in the rule book."""
    text = rule_book.render()
    for name in [rule.claim for rule in RULES] + [guard.code for guard in GUARDS]:
        entry = text.split(f"### {name}\n", 1)[1].split("\n### ")[0]
        assert "Source: RULES" in entry, name
        assert "reconciler/" in entry
