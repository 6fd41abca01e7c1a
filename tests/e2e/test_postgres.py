"""Whole commands with the store in PostgreSQL: the same transcripts as with a file, and what can happen only to a server.

Real processes against a sandbox process and a server of our own, as in test_interrupt.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.e2e.test_interrupt import PEOPLE, SLOW_PATCH, STALLED_PATCH, World, ended, origin
from tests.support.postgres import Server, database_of
from tests.support.scenario import END

__all__ = ["origin"]  # a fixture

ROOT = Path(__file__).parents[2]
CASES = ("capacity-and-waiting", "control-hub-clicks", "first-run", "partial-apply")


@pytest.fixture
def url(postgres: Server) -> Iterator[str]:
    """A store of its own."""
    with database_of(postgres) as made:
        yield made


@pytest.fixture
def world(origin: str, tmp_path: Path, url: str) -> World:
    """The sandbox as its file says, a folder of its own, and an empty store on the server."""
    return World(origin, tmp_path, url)


@pytest.fixture(scope="module")
def teller() -> Iterator[subprocess.Popen[str]]:
    """A process that tells cases, each in a child of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.scenario", "--many"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process


@pytest.mark.parametrize("case", CASES)
def test_the_transcript_is_the_one_agreed_for_a_file(
    case: str, url: str, teller: subprocess.Popen[str], tmp_path: Path
) -> None:
    """Plans, applies, drift and explanations are the same bytes, wherever the store is."""
    assert teller.stdin is not None
    assert teller.stdout is not None
    folder = ROOT / "tests" / "e2e" / "scenarios" / case
    teller.stdin.write(f"{folder}\t{tmp_path / 'told'}\t{url}\n")
    teller.stdin.flush()
    assert teller.stdout.readline() == "told\n"
    transcript, end, _ = (tmp_path / "told").read_text().partition(END)
    assert end, transcript[-3000:]
    assert transcript == (folder / "expected.txt").read_text()


def test_the_whole_way(world: World) -> None:
    """Sync, plan, apply, an empty plan, somebody's click, drift, and why: each with its exit code."""
    assert world.run("sync").returncode == 0
    world.plan()
    done = world.run("apply", "--plan", "plan.json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert world.holders() == world.settled() == PEOPLE
    assert world.run("plan", "--detailed-exitcode").returncode == 0
    world.click(PEOPLE[0], remove=["host"])
    drift = world.run("drift")
    assert drift.returncode == 3, drift.stdout + drift.stderr
    assert PEOPLE[0] in drift.stdout
    why = world.run("explain", PEOPLE[1])
    assert why.returncode == 0, why.stderr
    assert "everyone" in why.stdout
    world.finish()


def test_two_at_once(world: World) -> None:
    """One of two applies ends 4 and says who holds the lock; the other one is not disturbed."""
    world.plan()
    world.trouble(STALLED_PATCH)
    first = world.start("apply", "--plan", "plan.json")
    world.until(lambda: len(world.calls("PATCH")) >= 1)
    second = world.run("apply", "--plan", "plan.json")
    assert second.returncode == 4, second.stdout + second.stderr
    assert f"process {first.pid}" in second.stderr
    world.trouble({})
    done = ended(first)
    assert done.returncode == 0, done.stdout + done.stderr
    assert Counter(call["person"] for call in world.calls("PATCH")) == Counter(PEOPLE)
    assert world.settled() == world.holders() == PEOPLE


@pytest.mark.parametrize("how", ["cut", "killed"])
def test_a_server_that_leaves_in_the_middle_of_an_apply(world: World, postgres: Server, url: str, how: str) -> None:
    """Connections cut, or the server killed and started again: whatever was sent has its intent, and the next apply ends it.

    A call is sent again only if nobody knows that it was answered, and has no second effect.
    """
    world.plan()
    world.trouble(SLOW_PATCH)
    process = world.start("apply", "--plan", "plan.json")
    world.until(lambda: len(world.calls("PATCH")) >= 8)
    if how == "cut":
        postgres.cut(make_url(url).database or "")
    else:
        postgres.kill()
    try:
        # A connection that was idle when it was cut is replaced, and the apply goes on; a server that is gone ends it.
        done = ended(process)
    finally:
        if how == "killed":
            postgres.start()
    told = " ".join((done.stdout + done.stderr).split())
    assert "Traceback" not in told
    assert done.returncode in ((0, 5) if how == "cut" else (5,)), told
    if done.returncode:
        assert "out of reach" in told
    assert {call["person"] for call in world.calls("PATCH")} <= {entry.change.email for entry in world.journal()}
    world.unlock()  # giving the lock back could not be written either
    world.finish()
