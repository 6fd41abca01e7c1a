"""What is read from the environment, and what is refused."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest

from reconciler import wiring
from reconciler.errors import InputError, WebexAuthError
from reconciler.webex import AccessToken, Credentials, Renewing, Tokens


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


BASE = "https://webexapis.com/v1"
Login = Callable[..., tuple[Tokens, list[str]]]
APP = {"WEBEX_CLIENT_ID": "C1", "WEBEX_CLIENT_SECRET": "s3cret", "WEBEX_REFRESH_TOKEN": "r3fresh"}


class Notes:
    """Progress that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def start(self, title: str, total: int | None = None) -> None:
        """Nothing."""

    def advance(self, steps: int = 1, failed: int = 0) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Keep it."""
        self.told.append(text)

    def finish(self) -> None:
        """Nothing."""


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Login:
    """The tokens that an environment makes in an empty directory, and what was told about it."""
    monkeypatch.chdir(tmp_path)

    def made(**environment: str) -> tuple[Tokens, list[str]]:
        for name in ("WEBEX_ACCESS_TOKEN", "WEBEX_LICENSES_CREDENTIALS", *APP):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        notes = Notes()
        return wiring.tokens(BASE, notes, wiring.utc_now), notes.told

    return made


def test_an_access_token_is_taken_as_it_is(login: Login, tmp_path: Path) -> None:
    """Also beside variables that are empty, as build systems make missing secrets; no file and no folder."""
    tokens, told = login(WEBEX_ACCESS_TOKEN=" t0ken\n", WEBEX_CLIENT_ID="", WEBEX_CLIENT_SECRET=" ")
    assert isinstance(tokens, AccessToken)
    assert tokens.secrets == {"t0ken"}
    assert told == []
    assert list(tmp_path.iterdir()) == []


def test_a_service_app_is_renewed_and_remembered_beside_the_store(login: Login, tmp_path: Path) -> None:
    """In a folder of ours alone that git does not see; both ways set: the service app wins, and it is said."""
    tokens, told = login(**APP)
    assert isinstance(tokens, Renewing)
    assert tokens.secrets == {"s3cret", "r3fresh"}
    assert told == []
    folder = tmp_path / ".webex-licenses"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / ".gitignore").read_text() == "*\n"
    both, told = login(**APP, WEBEX_ACCESS_TOKEN="t0ken")
    assert isinstance(both, Renewing)
    (note,) = told
    assert note.startswith("WEBEX_ACCESS_TOKEN is not used")
    assert not any(secret in note for secret in ("t0ken", "s3cret", "r3fresh"))


def test_the_credentials_file_can_be_elsewhere(login: Login, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the default folder is not made, and `~` is the home."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    login(**APP, WEBEX_LICENSES_CREDENTIALS="~/tokens.json")
    assert list(tmp_path.iterdir()) == []
    assert Credentials(wiring.credentials_file()).path == tmp_path / "home" / "tokens.json"


@pytest.mark.parametrize("there", [1, 2])
@pytest.mark.parametrize("beside", [{}, {"WEBEX_ACCESS_TOKEN": "t0ken"}])
def test_half_a_service_app_is_an_error(login: Login, there: int, beside: dict[str, str]) -> None:
    """Every combination names what is there and what is missing, and no value."""
    for names in combinations(APP, there):
        with pytest.raises(WebexAuthError) as caught:
            login(**{name: APP[name] for name in names}, **beside)
        present, missing = caught.value.message.split(" without ")
        assert all(name in present for name in names)
        assert all(name in missing for name in set(APP) - set(names))
        assert not any(value in caught.value.message + caught.value.hint for value in ("s3cret", "r3fresh", "t0ken"))


def test_no_token_at_all_names_both_ways(login: Login) -> None:
    """And the way without one."""
    with pytest.raises(WebexAuthError) as caught:
        login(WEBEX_ACCESS_TOKEN="  ")
    assert "WEBEX_ACCESS_TOKEN is not set" in caught.value.message
    for word in ("WEBEX_CLIENT_ID", "WEBEX_CLIENT_SECRET", "WEBEX_REFRESH_TOKEN", "--offline"):
        assert word in caught.value.hint
