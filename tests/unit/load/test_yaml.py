"""What of YAML is refused, and where exactly the finding points."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.load import compose
from reconciler.load.nodes import File, Map
from tests.unit.load.directory import document, load, tell

REFUSED = [
    ("  add:\n    - &a {license: A}\n", "yaml-anchor", "x.yaml:6:7", "an anchor (`&a`)"),
    ("  add: *a\n", "yaml-alias", "x.yaml:5:8", "an alias (`*a`)"),
    ("  reason: !!str text\n", "yaml-tag", "x.yaml:5:11", "a tag (`!...`)"),
    ("  reason: !python/object:os.system x\n", "yaml-tag", "x.yaml:5:11", "a tag (`!...`)"),
    ("  <<: {reason: x}\n", "yaml-merge-key", "x.yaml:5:3", "a merge key (`<<`)"),
    (
        "  reason: a\n  exempt: true\n  reason: b\n",
        "yaml-duplicate-key",
        "x.yaml:7:3",
        "the key `reason` stands twice; first on line 5",
    ),
    ("  1: x\n", "yaml-key", "x.yaml:5:3", "a key that is not text"),
    ("  ? [a]\n  : x\n", "yaml-key", "x.yaml:5:5", "a key that is not text"),
    (
        "  reason: yes\n",
        "yaml-surprise",
        "x.yaml:5:11",
        "`yes` without quotes means one thing to YAML 1.1 and another to JSON",
    ),
    ("  on: x\n", "yaml-surprise", "x.yaml:5:3", "`on` without quotes means one thing to YAML 1.1 and another to JSON"),
    ("\treason: x\n", "yaml-tab", "x.yaml:5:1", "a tab in the indentation; YAML indents with spaces only"),
    (
        "  users:\n  \t- a@b.example\n",
        "yaml-tab",
        "x.yaml:6:3",
        "a tab in the indentation; YAML indents with spaces only",
    ),
    (
        "  reason: a: b\n",
        "yaml-syntax",
        "x.yaml:5:12",
        "not valid YAML: mapping values are not allowed in this context",
    ),
    ("  reason: 'x\n", "yaml-syntax", "x.yaml:6:1", "not valid YAML: found unexpected end of stream"),
    ("  users: [a\n", "yaml-syntax", "x.yaml:6:1", "not valid YAML: did not find expected ',' or ']'"),
    ("  reason: @x\n", "yaml-syntax", "x.yaml:5:11", "not valid YAML: found character that cannot start any token"),
    ("  reason: \x07\n", "yaml-syntax", "x.yaml:5:11", "a control character that YAML does not allow"),
]


@pytest.mark.parametrize(("spec", "code", "where", "message"), REFUSED)
def test_each_thing_refused_is_named_at_its_place(
    tmp_path: Path, spec: str, code: str, where: str, message: str
) -> None:
    """Anchors, tags, merge keys, duplicates, tabs, surprises and broken syntax: file, line and column, and what it is."""
    told = tell(tmp_path, document("UserException", spec))

    assert (code, where, message) in [item[:3] for item in told]


def test_an_alias_is_refused_beside_its_anchor(tmp_path: Path) -> None:
    """Both ends of a repeated value are named, so that one look mends the file."""
    told = tell(tmp_path, document("UserException", "  users: [&u a@b.example, *u]\n  reason: x\n  exempt: true\n"))

    assert [item[:2] for item in told] == [("yaml-alias", "x.yaml:5:27"), ("yaml-anchor", "x.yaml:5:11")]


def test_a_directive_is_refused(tmp_path: Path) -> None:
    """A file cannot ask for another version of YAML."""
    assert "yaml-directive" in [
        item[0] for item in tell(tmp_path, "%YAML 1.1\n---\n" + document("UserException", "  a: b\n"))
    ]


def test_nesting_without_end_is_a_finding(tmp_path: Path) -> None:
    """A hostile file ends in a finding, not in a recursion error."""
    told = tell(tmp_path, "a: " + "[" * 500)

    assert [(item[0], item[2]) for item in told] == [("yaml-syntax", "not valid YAML: nested deeper than 40 levels")]


def test_a_surprise_is_told_once(tmp_path: Path) -> None:
    """`existingUsers: no` is one mistake with one finding, although the schema would not like it either."""
    spec = "  groups: [Base]\n  licenses: []\n  existingUsers: no\n"

    assert tell(tmp_path, document("GroupTemplate", spec)) == [
        (
            "yaml-surprise",
            "x.yaml:7:18",
            "`no` without quotes means one thing to YAML 1.1 and another to JSON",
            'write false, or "no" if text is meant',
        )
    ]


def test_tabs_inside_text_and_comments_are_harmless(tmp_path: Path) -> None:
    """Only indentation is refused."""
    spec = '  users: [a@b.example]\t# tab\n  reason: "a\tb"   #\tcomment\n  exempt: true\n'

    assert tell(tmp_path, document("UserException", spec)) == []


def test_several_documents_and_empty_ones(tmp_path: Path) -> None:
    """`---` separates documents; nothing between two of them is no document."""
    text = (
        "---\n"
        + document("UserException", "  users: [a@b.example]\n  reason: x\n  exempt: true\n")
        + "---\n# nothing\n---\n"
    )

    assert tell(tmp_path, text) == []


def test_all_documents_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    """A mistake in one file hides none in another."""
    loaded = load(tmp_path, {"a.yaml": "a: [", "b/c.yml": "- x\n", "d.yaml": "x: 1\n---\ny: 1\n"})

    assert None is loaded.desired
    assert {"a.yaml", "b/c.yml", "d.yaml"} == {item.where.partition(":")[0] for item in loaded.findings}
    assert [item.where for item in loaded.findings if item.code == "unknown-kind"] == ["d.yaml:1:1", "d.yaml:3:1"]


@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
def test_both_event_sources_see_the_same(monkeypatch: pytest.MonkeyPatch, loader: Any) -> None:
    """Without libyaml the same values and places come out, only slower."""
    monkeypatch.setattr(compose, "EventLoader", loader)
    text = "a: 'no'\nb:\n  - {c: 1, d: 0.5}\n  - null\ne: |\n  yes\nf: no\n"

    documents, findings = compose.compose(File("x.yaml", text))
    root = documents[0].root

    assert root == {"a": "no", "b": [{"c": 1, "d": 0.5}, None], "e": "yes\n", "f": "no"}
    assert isinstance(root, Map)
    assert root.values_at == {"a": (1, 4), "b": (3, 3), "e": (5, 4), "f": (7, 4)}
    assert [(item.code, item.where) for item in findings] == [("yaml-surprise", "x.yaml:7:4")]
