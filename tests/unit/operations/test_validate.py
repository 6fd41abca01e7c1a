"""`validate` tells everything that is wrong, offline."""

from __future__ import annotations

from pathlib import Path

from reconciler.operations.validate import validate

ACME = Path(__file__).parents[3] / "examples" / "desired-state" / "acme"


def test_files_in_order_give_no_findings() -> None:
    """The example has nothing to complain about."""
    assert validate(ACME) == ()


def test_findings_of_all_files_come_at_once(tmp_path: Path) -> None:
    """Errors first, each at its place."""
    (tmp_path / "a.yaml").write_text("a: [\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("kind: Organisation\napiVersion: webex-licenses/v1\n", encoding="utf-8")

    assert [(item.code, item.where) for item in validate(tmp_path)] == [
        ("unknown-kind", "b.yaml:1:7"),
        ("yaml-syntax", "a.yaml:2:1"),
    ]


def test_a_missing_directory_is_a_finding(tmp_path: Path) -> None:
    """Not a traceback."""
    assert [item.code for item in validate(tmp_path / "none")] == ["no-directory"]
