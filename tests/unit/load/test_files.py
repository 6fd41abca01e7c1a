"""Files and directories in every bad state give findings, never a traceback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.load import files, load_desired
from tests.unit.load.directory import ORGANIZATION, TEMPLATE, load, told

GOOD = {"organization.yaml": ORGANIZATION, "base.yml": TEMPLATE}


def test_files_are_found_below_the_directory(tmp_path: Path) -> None:
    """Both endings, any depth, any case of the ending; dot-directories, dot-files and other files are left alone."""
    loaded = load(
        tmp_path,
        {"a/b/organization.yaml": ORGANIZATION, "base.YML": TEMPLATE, ".git/x.yaml": "[", ".x.yaml": "[", "n.txt": "["},
    )

    assert loaded.findings == ()
    assert loaded.desired is not None
    assert loaded.desired.organization.source.file == "a/b/organization.yaml"


def test_a_missing_directory(tmp_path: Path) -> None:
    """Told as such, by the name the user gave."""
    missing = tmp_path / "none"

    assert [
        (
            "no-directory",
            missing.as_posix(),
            "the directory does not exist",
            "give the directory that holds the organization's YAML files",
        )
    ] == told(load_desired(missing))


def test_a_file_instead_of_a_directory(tmp_path: Path) -> None:
    """Told as such."""
    (tmp_path / "x.yaml").write_text(ORGANIZATION)

    assert load_desired(tmp_path / "x.yaml").findings[0].message == "this is a file, not a directory"


def test_an_empty_directory(tmp_path: Path) -> None:
    """One finding with the way to a first file."""
    assert [item.code for item in load_desired(tmp_path).findings] == ["no-files"]


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    """The line of the first bad byte; its absence of documents is not held against the directory."""
    (tmp_path / "x.yaml").write_bytes(b"a: b\nc: \xff\n")

    assert told(load_desired(tmp_path)) == [
        ("not-utf8", "x.yaml:2", "not UTF-8 (byte 9 of the file)", "save the file as UTF-8")
    ]


def test_a_byte_order_mark_and_windows_line_ends_are_harmless(tmp_path: Path) -> None:
    """Editors on Windows write both; places stay right."""
    loaded = load(tmp_path, GOOD | {"organization.yaml": "\ufeff" + ORGANIZATION.replace("\n", "\r\n")})

    assert loaded.findings == ()
    assert loaded.desired is not None
    assert (loaded.desired.organization.source.line, loaded.desired.organization.source.column) == (1, 1)


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is named; the file is not read."""
    monkeypatch.setattr(files, "MAX_BYTES", 100)

    assert ("file-too-large", "x.yaml", "101 bytes; the limit is 100") in [
        item[:3] for item in told(load(tmp_path, {"x.yaml": "a" * 101}))
    ]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    """The system's reason, and what to check."""
    load(tmp_path, GOOD | {"x.yaml": ""})
    (tmp_path / "x.yaml").chmod(0)

    assert [item[:3] for item in told(load_desired(tmp_path))] == [
        ("unreadable-file", "x.yaml", "cannot be read: Permission denied")
    ]


def test_a_link_to_itself(tmp_path: Path) -> None:
    """A loop of links between files is a finding at the link."""
    load(tmp_path, GOOD)
    (tmp_path / "x.yaml").symlink_to("x.yaml")

    assert [item[:2] for item in told(load_desired(tmp_path))] == [("symlink-loop", "x.yaml")]


def test_a_link_to_nothing(tmp_path: Path) -> None:
    """A dangling link is an unreadable file."""
    load(tmp_path, GOOD)
    (tmp_path / "x.yaml").symlink_to("nothing.yaml")

    assert [item[:2] for item in told(load_desired(tmp_path))] == [("unreadable-file", "x.yaml")]


def test_a_directory_link_that_leads_back(tmp_path: Path) -> None:
    """A loop of directories ends in a finding, not in a walk without end."""
    load(tmp_path, GOOD | {"sub/a.yaml": ""})
    (tmp_path / "sub" / "back").symlink_to(tmp_path)

    assert [item[:2] for item in told(load_desired(tmp_path))] == [("symlink-loop", "sub/back")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Something that is no regular file is named instead of read."""
    load(tmp_path, GOOD)
    os.mkfifo(tmp_path / "x.yaml")

    assert [item[:3] for item in told(load_desired(tmp_path))] == [("unreadable-file", "x.yaml", "not a regular file")]
