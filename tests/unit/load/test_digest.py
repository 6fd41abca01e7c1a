"""The digest says whether two directories say the same, and nothing about how they are written down."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.load.compose import compose
from reconciler.load.nodes import File
from tests.unit.load.directory import ORGANIZATION, TEMPLATE, document, load
from tests.unit.load.test_contract import INTERFACE

DOCUMENTS = [document.root for document in compose(File("x", INTERFACE))[0]]


def _digest(files: dict[str, str]) -> str:
    with tempfile.TemporaryDirectory() as directory:
        loaded = load(Path(directory), files)
    assert loaded.desired is not None, loaded.findings
    return loaded.desired.digest


def _shuffled(value: Any, order: random.Random) -> Any:
    """`value` with the keys of every mapping in another order; lists stay, their order may mean something."""
    if isinstance(value, dict):
        keys = list(value)
        order.shuffle(keys)
        return {key: _shuffled(value[key], order) for key in keys}
    return [_shuffled(part, order) for part in value] if isinstance(value, list) else value


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 7))
def test_the_order_of_files_documents_and_keys_does_not_count(order: random.Random, count: int) -> None:
    """However the documents are spread over files and whatever the files are called, the digest stays."""
    documents = [_shuffled(root, order) for root in DOCUMENTS]
    order.shuffle(documents)
    files: dict[str, str] = {}
    for root in documents:
        name = f"d{order.randrange(count)}/{order.randrange(100)}.yaml"
        files[name] = files.get(name, "") + f"---\n# {order.random()}\n" + _plain(root)

    assert _digest({"acme.yaml": INTERFACE}) == _digest(files)


def _plain(root: Any) -> str:
    return str(yaml.dump(root, Dumper=_Dumper, sort_keys=False))


class _Dumper(yaml.SafeDumper):
    """Quotes every text, so that nothing written by it surprises the loader."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))

BASE = {"o.yaml": ORGANIZATION, "t.yaml": TEMPLATE}
SAME = [
    {"t.yaml": TEMPLATE + "# a comment\n"},
    {"t.yaml": TEMPLATE.replace("licenses: [", "priority: 100, existingUsers: true, licenses: [")},
    {"t.yaml": TEMPLATE.replace("{name: base}", '{name: " base "}')},
    {"o.yaml": ORGANIZATION.replace("spec: {", "spec: {deactivatedUsers: keep, guards: {maxAge: 1d}, ")},
    {"a.yaml": document("Acknowledgement", "  license: L\n  max: 1\n  reason: x\n  until: 2027-01-01\n")},
    {"t2.yaml": document("TemplateTest", "  given: {}\n  expect: {licenses: []}\n")},
]
DIFFERENT = [
    {"t.yaml": TEMPLATE.replace("name: base", "name: other")},
    {"t.yaml": TEMPLATE.replace("Basic Messaging", "Basic messaging")},
    {"t.yaml": TEMPLATE.replace("licenses: [", "priority: 99, licenses: [")},
    {"o.yaml": ORGANIZATION.replace("spec: {", "spec: {guards: {maxAge: 25h}, ")},
    {"o.yaml": ORGANIZATION.replace("spec: {", "spec: {aliases: {source: a}, ")},
    {"e.yaml": document("UserException", "  users: [a@b.example]\n  reason: x\n  exempt: true\n")},
    {"c.yaml": document("CallingAssignments", "  file: c.csv\n"), "c.csv": "email,number\na@b.example,+14085550100\n"},
]


@pytest.mark.parametrize("change", SAME)
def test_what_says_the_same_has_the_same_digest(change: dict[str, str]) -> None:
    """Comments, defaults written out, spellings, acknowledgements (RULES 7.5) and template tests do not count."""
    assert _digest(BASE) == _digest(BASE | change)


@pytest.mark.parametrize("change", DIFFERENT)
def test_what_says_something_else_has_another_digest(change: dict[str, str]) -> None:
    """Anything that could change a plan counts."""
    assert _digest(BASE) != _digest(BASE | change)


def test_the_content_of_a_csv_file_counts(tmp_path: Path) -> None:
    """A changed row is a changed desired state; the order of rows and the file's name are not."""
    rows = "a@b.example,+14085550100\nc@b.example,+14085550102\n"

    def digest(text: str, name: str = "c.csv") -> str:
        return _digest(
            BASE | {"c.yaml": document("CallingAssignments", f"  file: {name}\n"), name: "email,number\n" + text}
        )

    assert digest(rows) != digest(rows.replace("0102", "0103"))
    assert digest(rows) == digest("".join(reversed(rows.splitlines(keepends=True))), "d.csv")
