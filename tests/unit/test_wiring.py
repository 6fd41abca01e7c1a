"""What is read from the environment, and what is refused."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from reconciler import wiring
from reconciler.errors import InputError


@pytest.mark.parametrize(
    "url",
    [
        "https://webexapis.com/v1",
        "https://api-usgov.webex.com/v1/",
        "http://127.0.0.1:8080/v1",
        "http://localhost:8080/v1",
        "http://[::1]:8080/v1",
    ],
)
def test_https_and_this_machine_are_taken(url: str) -> None:
    """The real Webex, FedRAMP, and a sandbox."""
    assert wiring.checked_base_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://webexapis.com/v1",
        "http://127.0.0.1.evil.example/v1",
        "http://localhost.evil.example/v1",
        "ftp://webexapis.com",
        "webexapis.com/v1",
        "https://user:secret@webexapis.com/v1",
        "https://webexapis.com/v1?x=1",
        "https://[::1",
        "https://webexapis.com:port/v1",
    ],
)
def test_an_address_that_the_token_must_not_go_to_is_refused(url: str) -> None:
    """With what would be right, and without repeating what may hold a secret."""
    with pytest.raises(InputError) as caught:
        wiring.checked_base_url(url)
    assert "WEBEX_BASE_URL" in caught.value.message
    assert "https://webexapis.com/v1" in caught.value.hint
    assert "secret" not in caught.value.message


def git(folder: Path, *arguments: str) -> str:
    """Run git with an identity of its own."""
    identity = ("-c", "user.name=t", "-c", "user.email=t@acme.example", "-c", "commit.gpgsign=false")
    command = ["git", *identity, "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_the_commit_is_named_only_if_the_files_are_exactly_it(tmp_path: Path) -> None:
    """Outside git and with uncommitted edits there is none; a plan file or a store beside the files does not matter."""
    assert wiring.git_commit(tmp_path / "missing") is None
    files = tmp_path / "acme"
    files.mkdir()
    git(tmp_path, "init", "-q")
    assert wiring.git_commit(files) is None
    (files / "organization.yaml").write_text("a: 1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "x")
    head = git(tmp_path, "rev-parse", "HEAD")
    (files / "plan.json").write_text("{}")
    assert wiring.git_commit(files) == head
    (files / "templates").mkdir()
    (files / "templates" / "new.yaml").write_text("b: 1\n")
    assert wiring.git_commit(files) is None


def test_no_color_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set to anything but nothing."""
    monkeypatch.setenv("NO_COLOR", "1")
    assert wiring.colour_refused()
    monkeypatch.setenv("NO_COLOR", "")
    assert not wiring.colour_refused()


def test_a_store_is_there_or_not_without_opening_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Looking makes no file; of a database server only opening can tell, so it counts as there. The command line wins."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WEBEX_LICENSES_STORE", raising=False)
    assert not wiring.store_is_there(None)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "kept.db").touch()
    assert wiring.store_is_there("sqlite:///kept.db?timeout=3")
    assert wiring.store_is_there("postgresql+psycopg://nowhere.invalid/x")
    monkeypatch.setenv("WEBEX_LICENSES_STORE", "sqlite:///kept.db")
    assert wiring.store_is_there(None)
    assert not wiring.store_is_there("sqlite:///other.db")
