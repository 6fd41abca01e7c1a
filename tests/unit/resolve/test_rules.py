"""The rule book as a table."""

from __future__ import annotations

import importlib
import pkgutil

from reconciler import resolve
from reconciler.resolve import HOLDS, RULES, hold

APART = {"calling", "capacity", "case", "combinations", "engine", "hold", "scope", "undoing"}


def test_every_rule_is_listed_once_and_named_by_its_file() -> None:
    """Each file with a claim is in the table under that claim, and the table names nothing else."""
    files = {item.name for item in pkgutil.iter_modules(resolve.__path__)} - APART
    files |= {item.name for item in pkgutil.iter_modules(hold.__path__)}
    assert sorted(rule.claim.replace("-", "_") for rule in RULES) == sorted(files)


def test_every_rule_says_its_source() -> None:
    """Each rule's docstring names the numbers of the rule book that the table gives it."""
    for rule in RULES:
        package = "reconciler.resolve.hold" if rule in HOLDS else "reconciler.resolve"
        text = importlib.import_module(f"{package}.{rule.claim.replace('-', '_')}").__doc__ or ""
        assert "Source: RULES" in text, rule.claim
        for number in rule.number.split(", "):
            assert number in text.partition("Source:")[2] or number.partition(".")[0] in text, rule.claim
