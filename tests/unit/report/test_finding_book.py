"""The page of findings: every code that the source emits is explained, and none that is gone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reconciler.guard import GUARDS
from reconciler.model.codes import CODES, PARTS
from reconciler.report import finding_book
from tests.support.emitted_codes import emitted

PAGE = Path(__file__).parents[3] / "docs" / "findings.md"
NO_CODES = frozenset({"utf-8-sig", "webex-licenses"})
"""Literals that look like codes and stand in a file whose codes come from values."""
KNOWN = {code.code: code for code in CODES}
EMITTED = emitted()


def test_the_page_is_fresh() -> None:
    """docs/findings.md says what the registry says today; `make rules` writes it."""
    assert PAGE.read_text(encoding="utf-8") == finding_book.render()


def test_every_code_is_explained() -> None:
    """Whoever emits a new code is told which line to write, and where."""
    missing = sorted(EMITTED.places.keys() - KNOWN.keys() - NO_CODES)
    lines = [
        f'    code("{code}", "{_effects(code)}", "RULES number", "What it means.", "What to do."),  # {_where(code)}'
        for code in missing
    ]
    assert not missing, (
        "add to the table it belongs to in reconciler/model/codes/ (then `make rules`):\n" + "\n".join(lines)
        + "\nor, if it is no code at all, to NO_CODES in this test"
    )  # fmt: skip


def _effects(code: str) -> str:
    return " ".join(sorted(EMITTED.severities.get(code, {"warning"}))) + (" hold" if code in EMITTED.guards else "")


def _where(code: str) -> str:
    return ", ".join(sorted(EMITTED.places[code])[:3])


def test_no_code_is_explained_that_is_gone() -> None:
    """What nobody emits any more is taken off the page."""
    gone = sorted(KNOWN.keys() - EMITTED.places.keys())
    assert not gone, f"delete from reconciler/model/codes/ (then `make rules`): {', '.join(gone)}"


def test_no_exception_is_kept_that_is_not_needed() -> None:
    """The list of what is no code holds only what is met, so that it cannot hide a code of tomorrow."""
    assert EMITTED.places.keys() >= NO_CODES


def test_severities_are_those_of_the_source() -> None:
    """Where the source spells a severity, the page names it."""
    wrong = {
        code: sorted(found - set(KNOWN[code].effects))
        for code, found in EMITTED.severities.items()
        if code in KNOWN and not found <= set(KNOWN[code].effects)
    }
    assert not wrong, f"effects missing in reconciler/model/codes/: {wrong}"


def test_the_source_is_really_read() -> None:
    """The reader of the source sees codes in every room, directly, through helpers, by constants and by values."""
    seen = {
        "unknown-group": "reconciler/book/",  # a constructor
        "yaml-tab": "reconciler/load/compose.py",  # a method that hands the code on
        "wrong-type": "reconciler/load/wording.py",  # a value
        "number-mobile": "reconciler/resolve/calling/",  # a constant of the module
        "removals-limit": "reconciler/guard/",
        "group-missing": "reconciler/resolve/hold/",
    }
    for code, room in seen.items():
        assert any(place.startswith(room) for place in EMITTED.places[code]), code
    assert {"removals-limit", "irreversible", "protected", "first-apply"} <= EMITTED.guards
    assert {"error", "warning"} <= EMITTED.severities["unknown-site"]


@pytest.mark.parametrize("guard", [guard.code for guard in GUARDS])
def test_guards_that_stop_are_told_as_such(guard: str) -> None:
    """Each guard of the table stands on the page as one that stops."""
    assert "stop" in KNOWN[guard].effects


def test_entries_are_whole() -> None:
    """Each code stands once, in a table in order, and says in sentences what it means and what to do."""
    assert len(KNOWN) == len(CODES)
    for title, _, codes in PARTS:
        for code in codes:
            assert code.means.endswith("."), (title, code.code)
            assert code.do.endswith("."), (title, code.code)
            assert code.effects
            assert re.fullmatch(r"(\d\.\d+(, \d\.\d+)*)?", code.rule), code.code
