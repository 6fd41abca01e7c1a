"""A store in trouble, at plan, at apply and in the middle of one: a clear end, nothing half-written, and then it goes on.

Real processes against a sandbox process, as in test_interrupt, which has the full disk by a limit of the file's size.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.e2e.test_interrupt import PEOPLE, STALLED_PATCH, Run, World, ended, origin

__all__ = ["origin"]  # a fixture


@pytest.fixture
def world(origin: str, tmp_path: Path) -> World:
    """The sandbox as its file says, a folder of its own and no store yet."""
    return World(origin, tmp_path)


def refused(run: Run, code: int, *words: str) -> None:
    """The command ended with this code, said what was wrong and what to do, and showed no traceback."""
    told = " ".join((run.stdout + run.stderr).split())
    assert run.returncode == code, told
    assert "Traceback" not in told
    for word in words:
        assert word in told, told


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of its own in memory; where that may not be made the test is skipped."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("only root can make a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_fills_up(origin: str, tmp_path: Path) -> None:
    """Full at plan and at apply: nothing is sent; with room again everybody is done with one call."""
    with small_disk(tmp_path / "disk", "8m") as disk:
        world = World(origin, tmp_path, f"sqlite:///{disk / 'store.db'}")
        world.plan()
        ballast = disk / "ballast"
        # Somewhat more than there is: dd stops where the disk does.
        subprocess.run(
            ["dd", "if=/dev/zero", f"of={ballast}", "bs=4096", "count=4096"], capture_output=True, check=False
        )
        refused(world.run("apply", "--plan", "plan.json"), 1, "store.db", "disk")
        refused(world.run("sync"), 1, "store.db", "disk")
        assert world.calls("PATCH") == []
        ballast.unlink()
        world.unlock()
        world.finish()
        assert Counter(call["person"] for call in world.calls("PATCH")) == Counter(PEOPLE)


def test_a_disk_that_only_reads(origin: str, tmp_path: Path) -> None:
    """A disk that became read-only ends plan and apply before anything is sent."""
    with small_disk(tmp_path / "disk", "4m") as disk:
        world = World(origin, tmp_path, f"sqlite:///{disk / 'store.db'}")
        world.plan()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        for arguments in (("sync",), ("plan",), ("apply", "--plan", "plan.json")):
            refused(world.run(*arguments), 1, "store.db", "cannot be")
        assert world.calls("PATCH") == []
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        world.finish()


def test_a_file_that_is_no_store_or_a_damaged_one(world: World) -> None:
    """Both are named with what to do, before anything is sent, and are not touched; with the copy back it goes on."""
    world.plan()
    whole = world.store_file.read_bytes()
    half = whole[: len(whole) // 2]
    for content, said in ((b"my diary\n" * 999, "is not a SQLite database"), (half, "is damaged")):
        world.store_file.write_bytes(content)
        for arguments in (("plan",), ("apply", "--plan", "plan.json"), ("explain", PEOPLE[0])):
            refused(world.run(*arguments), 1, said)
        assert world.store_file.read_bytes() == content
    assert world.calls("PATCH") == []
    world.store_file.write_bytes(whole)
    world.finish()


def test_a_folder_that_vanished(world: World) -> None:
    """A folder that is gone is made again by commands that write; those that only read say what to run."""
    folder = world.folder / "deep" / "down"
    here = {"WEBEX_LICENSES_STORE": f"sqlite:///{folder / 'store.db'}"}
    assert world.run("sync", env=here).returncode == 0
    shutil.rmtree(folder.parent)
    refused(world.run("drift", "--offline", env=here), 1, "Run `webex-licenses sync`")
    assert world.run("sync", env=here).returncode == 0


@pytest.mark.parametrize("how", ["gone", "locked", "overwritten"])
def test_in_the_middle_of_an_apply(origin: str, tmp_path: Path, how: str) -> None:
    """What cannot be recorded is not sent: the apply stops before its next call, says so, and ends 5.

    With the store as it was when the trouble began, the next apply completes what is left.
    """
    world = World(origin, tmp_path, f"sqlite:///{tmp_path / 'store.db'}?timeout=0.5")
    world.plan()
    world.trouble(STALLED_PATCH)
    process = world.start("apply", "--plan", "plan.json")
    world.until(lambda: len(world.calls("PATCH")) >= 1)
    kept = world.folder / "kept.db"
    with closing(sqlite3.connect(world.store_file, isolation_level=None, timeout=20)) as other:
        other.execute("BEGIN IMMEDIATE")  # nobody writes while it is copied
        with closing(sqlite3.connect(world.store_file)) as reading, closing(sqlite3.connect(kept)) as copy:
            reading.backup(copy)
        if how == "locked":
            done = ended(process)
        other.execute("ROLLBACK")
    if how == "gone":
        for file in world.folder.glob("store.db*"):
            file.rename(world.folder / f"away-{file.name}")
    if how == "overwritten":
        with world.store_file.open("r+b") as spoiled:
            spoiled.write(b"my diary\n" * 10_000)
    if how != "locked":
        done = ended(process)
    told = " ".join((done.stdout + done.stderr).split())
    assert "Traceback" not in told, told
    assert done.returncode == 5, told
    assert {"gone": "is gone", "locked": "in use by another process", "overwritten": "is damaged"}[how] in told
    assert "plan and apply again" in told
    sent = Counter(call["person"] for call in world.calls("PATCH"))
    assert 1 <= len(sent) < len(PEOPLE)
    assert max(sent.values()) == 1
    if how == "gone":
        for file in world.folder.glob("away-store.db*"):
            file.rename(world.folder / file.name.removeprefix("away-"))
    if how == "overwritten":
        for file in world.folder.glob("store.db*"):
            file.unlink()
        kept.rename(world.store_file)
    world.unlock()
    world.finish()
