"""SIGKILL at random moments, again and again, of real processes against a Webex with latency and trouble: nothing is lost.

`python -m benchmarks.soak --kills 300` is the same for as long as one likes; SOAK_KILLS does it here.
"""

from __future__ import annotations

import os

from tests.support.crash_run import tell
from tests.support.crash_soak import run

KILLS = int(os.environ.get("SOAK_KILLS", "4"))


def test_random_kills() -> None:
    """Whatever was interrupted wherever: at the end everybody is as planned, and nothing took effect twice."""
    rounds = run(KILLS, seed=20261121)
    kills, calls = sum(one.kills for one in rounds), sum(one.while_applying for one in rounds)
    tell(f"{kills} kills, {calls} after calls were made")
    assert [(one.seed, one.wrong) for one in rounds if one.wrong] == []
    assert kills >= KILLS
