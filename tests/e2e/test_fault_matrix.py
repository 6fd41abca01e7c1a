"""Every kind of call of an apply x everything that goes wrong: a cell ends well or stops clearly, and then all is made good.

By default a part of the cells is played; MATRIX_EVERY=1 plays all of them. `python -m tests.support.matrix` is the same from
the command line.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.crash_run import tell
from tests.support.matrix import AFTER, STEPS, SWITCHES, TIMES, TROUBLES, cells

ROOT = Path(__file__).parents[2]
EVERY = os.environ.get("MATRIX_EVERY", "41")


def played(*arguments: str) -> dict[str, Any]:
    """A part of the matrix, in a process of its own that may fork."""
    command = [sys.executable, "-m", "tests.support.matrix", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=3000, check=False)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    tell({name: found[name] for name in ("cells", "met", "ended", "clean", "seconds")})
    return found


def test_the_matrix() -> None:
    """No traceback, nothing lost, Webex as the journal says, and the next apply leaves nothing to plan."""
    found = played("--every", EVERY)
    assert found["failed"] == []
    assert found["notMet"] == []
    assert found["met"] == found["cells"] >= len(cells()) // int(EVERY)
    assert set(found["ended"]) == {"done", "told", "stopped"}


def test_somebody_who_seems_gone_for_a_moment() -> None:
    """Whom a single reading does not find may be there: what was given keeps its origin."""
    assert played("--step", "read back", "--trouble", "404")["failed"] == []


def test_the_matrix_is_whole() -> None:
    """Every step meets every trouble, once, a few times and always."""
    wanted = {(step, trouble, times) for step in STEPS for trouble in TROUBLES for times in TIMES}
    wanted |= {(s, t, times) for s in STEPS if STEPS[s].method == "PATCH" for t in AFTER for times in TIMES}
    wanted |= {("all", switch, "always") for switch in SWITCHES}
    assert set(map(tuple, cells())) == wanted
    assert len(wanted) == len(cells()) > 1000
