"""Random kills: `python -m benchmarks.soak --kills 300` kills so many applies with SIGKILL and prints what became of them.

Every round is an organization of its own behind a socket, with latency and random trouble. Ends 1 if a promise is broken.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter

from tests.support.crash_soak import run


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Kill applies at random moments, and see that nothing is lost.")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    started, total = time.perf_counter(), Counter[str]()
    seed = given.seed
    while total["kills"] < given.kills:
        for one in run(min(12, given.kills - total["kills"]), seed):
            total.update(rounds=1, kills=one.kills, applying=one.while_applying, broken=int(bool(one.wrong)))
            verdict = "; ".join(one.wrong) or "all as planned"
            print(f"seed {one.seed}: {one.kills} kills, {one.while_applying} with calls made: {verdict}", flush=True)
            seed = one.seed + 1
    print(
        f"{total['kills']} kills in {total['rounds']} rounds, {total['applying']} after calls were made; "
        f"{total['broken']} rounds broke a promise; {time.perf_counter() - started:.0f} s"
    )
    return 1 if total["broken"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
