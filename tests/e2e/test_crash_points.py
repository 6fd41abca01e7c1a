"""Kill -9 at every step of an apply, and nothing is lost: each point is a process that really dies, in a world of its own.

By default a part of the points is played, so that a run of all tests stays short; CRASH_EVERY=1 plays all of them. What counts
is in `tests.support.crash_judge`; `python -m tests.support.crash_run` is the same from the command line.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.crash_run import tell

ROOT = Path(__file__).parents[2]
EVERY = os.environ.get("CRASH_EVERY", "61")
ALL = EVERY == "1"


def played(*arguments: str) -> dict[str, Any]:
    """One organization; a process of its own, because a process that forks must not have threads."""
    command = [sys.executable, "-m", "tests.support.crash_run", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=3000, check=False)
    assert done.stdout, done.stderr
    (found,) = json.loads(done.stdout)
    tell(f"{arguments}: {found['points']} crash points; played {found['played']}, passed {found['passed']}")
    result: dict[str, Any] = found
    return result


@pytest.mark.parametrize("world", ["smooth", "rough"])
@pytest.mark.parametrize("series", ["resume", "next"])
def test_a_death_at_every_point(world: str, series: str) -> None:
    """However it goes on, everybody ends as planned, nothing takes effect twice, and the store knows the whole of it."""
    found = played("--world", world, "--series", series, "--every", EVERY, "--twice", "40" if ALL else "1")
    assert found["failed"] == []
    assert found["points"] > 200
    assert sum(found["played"].values()) >= found["points"] // int(EVERY)
    kinds = {"before it is sent", "sent, not answered", "answered", "before", "before COMMIT", "after COMMIT"}
    assert set(found["kinds"]) == kinds


@pytest.mark.parametrize("world", ["smooth", "rough"] if ALL else ["rough"])
def test_a_call_that_takes_effect_after_the_death(world: str) -> None:
    """What was on its way is waited for before anybody decides that it had no effect.

    The organization is as rich as the docs say: what cannot be done there is exactly this.
    """
    found = played("--world", world, "--series", "late")
    assert found["failed"] == []
    assert found["played"]["late"] > 10
    left = {step.partition("@")[0] for step in found["undisturbed"]}
    assert left - {"lost"} == ({"half", "ignored", "partly", "refused"} if world == "rough" else set())


def test_a_lock_that_is_taken_away_at_every_point() -> None:
    """Who slept while somebody else took over sends nothing more, and disturbs nothing."""
    found = played("--world", "smooth", "--series", "stolen", "--every", EVERY)
    assert found["failed"] == []
    assert found["played"]["stolen"] >= found["points"] // (2 * int(EVERY))
