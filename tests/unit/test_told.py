"""What rules and policies say, word for word: every example of the rule book and every policy's story, told in full.

The expected texts lie in `tests/unit/told/`. After a change that is meant, `UPDATE_TOLD=1 pytest tests/unit/test_told.py` writes
them anew; read the difference before you commit it.
"""

from __future__ import annotations

import doctest
import importlib
import inspect
import os
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.report.rule_book import PARTS
from tests.support.example import planned_from
from tests.support.policy_stories import STORIES
from tests.support.told import told

HERE = Path(__file__).parent / "told"
MODULES = {claim: inspect.getmodule(act) for part in PARTS for claim, _, act in part.entries}
SHOWN = sorted(
    claim for claim, module in MODULES.items() if module is not None and "import example" in (module.__doc__ or "")
)


def _in_full(story: str) -> str:
    planned = planned_from(yaml.load(story, Loader=yaml.BaseLoader))
    lines = planned if isinstance(planned, list) else told(planned)
    return "\n".join(lines)


def _examples(claim: str) -> list[str]:
    """The stories that a rule's docstring tells, each in full."""
    module = MODULES[claim]
    assert module is not None
    found: list[str] = []
    names: dict[str, Any] = dict(vars(importlib.import_module(module.__name__)))
    tell: Callable[..., None] = lambda story, **_: found.append(_in_full(story))  # noqa: E731 - stands in for `example`
    for step in doctest.DocTestParser().get_examples(module.__doc__ or ""):
        exec(compile(step.source, claim, "single"), names)
        if "import" in step.source and "example" in step.source:
            names["example"] = tell
    return found


def _compare(place: Path, text: str) -> None:
    if os.environ.get("UPDATE_TOLD"):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    assert place.read_text(encoding="utf-8") == text, "see the docstring of this file"


@pytest.mark.parametrize("claim", SHOWN)
def test_what_a_rule_says(claim: str) -> None:
    """Reasons, places, hints and explanations of the examples of one rule are as they were read and agreed to."""
    stories = _examples(claim)
    assert stories
    _compare(HERE / "rules" / f"{claim}.txt", "\n----\n".join(stories) + "\n")


@pytest.mark.parametrize("name", STORIES)
def test_what_a_policy_says(name: str) -> None:
    """The same for both values of each policy."""
    story, *values = STORIES[name]
    parts = [f"{name}: {value}\n{textwrap.indent(_in_full(story.replace('VALUE', value)), '  ')}" for value in values]
    _compare(HERE / "policies" / f"{name.replace('.', '-')}.txt", "\n".join(parts) + "\n")


@pytest.mark.parametrize("file", sorted((HERE / "more").glob("*.yaml")), ids=lambda file: file.stem)
def test_what_a_further_story_says(file: Path) -> None:
    """The same for the stories in `told/more/`, several in a file; a story is added by adding a document or a file."""
    stories = [_in_full(story) for story in file.read_text(encoding="utf-8").split("\n---\n")]
    _compare(file.with_suffix(".txt"), "\n----\n".join(stories) + "\n")


def test_nothing_is_told_that_is_asked_no_more() -> None:
    """No text is left over from a rule or a policy that is gone."""
    expected = {f"{claim}.txt" for claim in SHOWN} | {f"{name.replace('.', '-')}.txt" for name in STORIES}
    expected |= {file.with_suffix(".txt").name for file in (HERE / "more").glob("*.yaml")}
    assert {file.name for file in HERE.rglob("*.txt")} == expected
