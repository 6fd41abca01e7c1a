"""Whatever stands in a file, the answer is findings: never an exception, never a half-built state."""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.load import Loaded
from reconciler.model.finding import errors, ordered
from tests.unit.load.directory import load
from tests.unit.load.test_contract import INTERFACE
from tests.unit.load.test_digest import DOCUMENTS

_ODD: list[Any] = [
    None, True, 0, -1, 1.5, 10**14, "", " ", "x", "no", "é\u0301", "20%", "a" * 70, "+14085550100", "a@b.example", [], [None],
    [[]], ["x", "x"], {}, {"id": "x"}, {"license": "x"}, {"attendee": "a.webex.com"}, {"x": {"y": [1]}}, "2027-13-45", "\u2028",
]  # fmt: skip


def _checked(files: dict[str, str]) -> Loaded:
    with tempfile.TemporaryDirectory() as directory:
        loaded = load(Path(directory), files)
    assert (loaded.desired is None) == bool(errors(loaded.findings))
    assert loaded.findings == ordered(loaded.findings)
    assert all(item.message and item.where for item in loaded.findings)
    return loaded


def _nodes(value: Any) -> list[tuple[Any, Any]]:
    keys: Any = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [(value, key) for key in keys] + [pair for key in keys for pair in _nodes(value[key])]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_value_anywhere_is_accepted_or_told(data: st.DataObject) -> None:
    """JSON is YAML: the interface example with up to three nodes replaced, renamed or dropped loads or has findings."""
    documents = [json.loads(json.dumps(root)) for root in DOCUMENTS]
    for _ in range(data.draw(st.integers(1, 3))):
        owner, key = data.draw(st.sampled_from(_nodes(documents)))
        match data.draw(st.sampled_from(["replace", "replace", "rename", "drop"])):
            case "replace":
                owner[key] = copy.deepcopy(data.draw(st.sampled_from(_ODD)))
            case "rename" if isinstance(owner, dict):
                owner[str(data.draw(st.sampled_from(_ODD)))] = owner.pop(key)
            case _:
                del owner[key]

    _checked({"x.yaml": "\n---\n".join(json.dumps(root, ensure_ascii=False) for root in documents)})


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, len(INTERFACE)), st.integers(0, 8), st.text(st.characters(exclude_categories=["Cs"]), max_size=6))
def test_any_damage_to_the_text_is_told(at: int, gone: int, put: str) -> None:
    """A few characters lost or put in, anywhere: the file still loads, or has findings."""
    _checked({"x.yaml": INTERFACE[:at] + put + INTERFACE[at + gone :]})


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from(" \t\n:-[]{},&*!|>\"'%@`#?ab1~<"), max_size=30))
def test_any_text_is_told(text: str) -> None:
    """Punctuation in any order."""
    _checked({"x.yaml": text, "y.yaml": INTERFACE})
