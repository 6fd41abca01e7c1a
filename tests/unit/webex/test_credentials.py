"""The credentials file: its owner's alone, written whole or not at all, and never the reason why a refresh token is lost."""

from __future__ import annotations

import json
import os
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.errors import WebexAuthError
from reconciler.webex import Session
from reconciler.webex.credentials import FORMAT, Room
from tests.unit.webex.oauth import World, get


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A Webex whose tokens live 1,000 s, and no file yet."""
    return World(tmp_path)


def test_the_file_is_its_owner_s_alone(world: World) -> None:
    """0600 in a folder of 0700, whatever the umask, and nothing is left beside it but the lock, also 0600."""
    before = os.umask(0)
    try:
        world.run(get)
        world.webex.now += timedelta(seconds=2000)
        world.run(get)
    finally:
        os.umask(before)
    names = {path.name: path.stat().st_mode & 0o777 for path in world.path.parent.iterdir()}
    assert names.pop("credentials.json") == 0o600
    assert world.path.parent.stat().st_mode & 0o777 == 0o700
    assert set(names) <= {"credentials.json.lock"}
    assert all(mode == 0o600 for mode in names.values())


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o620])
def test_a_file_that_others_can_read_is_refused(world: World, mode: int) -> None:
    """With the command that mends it; nothing was asked of Webex."""
    world.run(get)
    world.path.chmod(mode)
    with pytest.raises(WebexAuthError) as caught:
        world.run(get)
    assert f"mode {mode:03o}" in caught.value.message
    assert f"chmod 600 {world.path}" in caught.value.hint
    assert world.webex.log == ["refresh R0", "GET A1"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "damaged"),
        (b'{"format": "webex-licenses cred', "damaged"),
        (b"[]", "damaged"),
        (b'{"clients": {"a": 1}}', "damaged"),
        (b"\xff\xfe", "damaged"),
        (b'{"format": "webex-licenses credentials 2", "clients": {}}', "another version"),
    ],
)
def test_a_damaged_file_is_named_and_left_alone(world: World, content: bytes, told: str) -> None:
    """It may hold the only refresh token there is, so it is neither passed over nor overwritten."""
    world.path.parent.mkdir()
    world.path.write_bytes(content)
    world.path.chmod(0o600)
    with pytest.raises(WebexAuthError) as caught:
        world.run(get)
    assert str(world.path) in caught.value.message
    assert told in caught.value.message
    assert world.path.read_bytes() == content
    assert world.webex.log == []


def no_room(world: World, monkeypatch: pytest.MonkeyPatch, *, from_write: int) -> None:
    """From the nth write on, the disk is full."""
    writes: list[int] = []
    fill = Room.fill

    def full(self: Room, content: bytes) -> None:
        writes.append(1)
        if len(writes) >= from_write:
            raise OSError(28, "No space left on device")
        fill(self, content)

    monkeypatch.setattr(Room, "fill", full)


def test_without_room_for_the_new_refresh_token_the_old_one_is_not_used(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk stops the run before Webex could void anything."""
    no_room(world, monkeypatch, from_write=1)
    with pytest.raises(WebexAuthError) as caught:
        world.run(get)
    assert "No space left on device" in caught.value.message
    assert "WEBEX_LICENSES_CREDENTIALS" in caught.value.hint
    assert world.webex.log == []
    assert [path.suffix for path in world.path.parent.iterdir()] in ([], [".lock"])
    monkeypatch.undo()
    assert world.run(get) == 200


def test_a_folder_that_cannot_be_written() -> None:
    """The same, with a real folder, as somebody who is not root; with a token that lasts, calls go on all the same."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "own"
        folder.mkdir()
        world = World(Path(name))
        world.run(get)
        world.path.with_name("credentials.json.lock").unlink(missing_ok=True)
        nobody = 65534 if os.geteuid() == 0 else os.geteuid()
        for path in (Path(name), folder, world.path):
            os.chown(path, nobody, -1)
        folder.chmod(0o500)
        before = os.geteuid()
        os.seteuid(nobody)
        try:
            assert world.run(get) == 200
            world.webex.now += timedelta(seconds=2000)
            with pytest.raises(WebexAuthError, match=r"credentials\.json cannot be written: Permission denied"):
                world.run(get)
        finally:
            os.seteuid(before)
            folder.chmod(0o700)
        assert world.webex.log == ["refresh R0", "GET A1", "GET A1"]


@pytest.mark.parametrize("place", ["/proc/nowhere/credentials.json", "{file}/credentials.json"])
def test_a_folder_that_cannot_be_made(tmp_path: Path, place: str) -> None:
    """For root, too."""
    (tmp_path / "file").touch()
    world = World(tmp_path, file=place.format(file=tmp_path / "file"))
    with pytest.raises(WebexAuthError):
        world.run(get)
    assert world.webex.log == []


def test_a_disk_that_fills_up_in_between_loses_nothing_in_silence(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run goes on with the tokens in memory, says loudly what follows, and stores them as soon as it can."""

    async def work(session: Session) -> None:
        no_room(world, monkeypatch, from_write=2)
        await get(session)
        await get(session)
        assert world.kept() is None
        monkeypatch.undo()
        world.webex.now += timedelta(seconds=31)
        await get(session)
        kept = world.kept()
        assert kept is not None
        assert kept.refresh_token == "R1"

    world.run(work)
    assert len(world.notes) == 1
    assert "could not be stored" in world.notes[0]
    assert "needs a new WEBEX_REFRESH_TOKEN" in world.notes[0]
    assert world.webex.log == ["refresh R0", "GET A1", "GET A1", "GET A1"]


@pytest.mark.parametrize("mended", [True, False])
def test_the_end_of_the_run_is_the_last_chance_to_store(
    world: World, monkeypatch: pytest.MonkeyPatch, mended: bool
) -> None:
    """Either it works then, or the loss is told."""

    async def work(session: Session) -> None:
        no_room(world, monkeypatch, from_write=2)
        await get(session)
        if mended:
            monkeypatch.undo()

    world.run(work)
    monkeypatch.undo()
    kept = world.kept()
    assert (kept is not None) == mended
    assert len(world.notes) == (1 if mended else 2)
    assert ("is gone with this run" in world.notes[-1]) != mended
    assert not any(secret in note for note in world.notes for secret in ("R1", "A1", "S3CRET"))


def test_a_link_is_followed_and_stays_a_link(world: World, tmp_path: Path) -> None:
    """Replacing it would leave the real file behind with a used-up token."""
    (tmp_path / "real").mkdir()
    world.path.parent.mkdir()
    world.path.symlink_to(tmp_path / "real" / "file.json")
    world.run(get)
    assert world.path.is_symlink()
    assert json.loads((tmp_path / "real" / "file.json").read_text())["format"] == FORMAT


def test_what_a_killed_process_left_is_cleared_away(world: World) -> None:
    """A half-written file beside the real one holds secrets that nobody needs."""
    world.path.parent.mkdir()
    left = world.path.parent / ".credentials.json.abc.tmp"
    left.write_text("half")
    world.run(get)
    assert not left.exists()
