"""How much of a server's rate limit is used, and how many calls are refused, in a simulated hour.

Run as `python -m benchmarks.pace [RATES...]` (60, 600 and 3,000 a minute; about five minutes, most of them for 3,000). Real
doors and eight workers a program run on an event loop whose clock jumps, against the sandbox's own `Pace`; answers take 80 ms
in the median, log-normal, a fifth of it before the server counts the call. `share` is what passed of what was allowed, `429`
what was refused, `worst` the minute in which least passed, `most` the most refusals of one minute: all from the second minute
on, after a change from the third minute after it. At the end the cost of sharing is measured on a real SQLite store in real
time: what one exchange takes, and what turns take with and without a store.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from reconciler.ports import Pace, PaceRow
from reconciler.sandbox.pace import RateLimit
from reconciler.store import Store
from reconciler.webex.door import Door
from reconciler.webex.pace import Tempo
from tests.support.pace_lab import Lab, MemoryPace

RATES = (60.0, 600.0, 3000.0)
CHANGE = 1800.0
SECONDS = 5.0
_HEAD = f"{'server':<18}{'a minute':>9}  {'scenario':<26}{'share':>7}{'429':>6}{'429 %':>8}{'worst':>8}{'most':>6}"


def _steady(rate: float) -> dict[str, Lab]:
    return {
        "bucket|10 s in stock": Lab([(0.0, RateLimit(rate))]),
        "bucket|1 call in stock": Lab([(0.0, RateLimit(rate, burst=1.0))]),
        "bucket|60 s in stock": Lab([(0.0, RateLimit(rate, burst=rate))]),
        "bucket|Retry-After a date": Lab([(0.0, RateLimit(rate, retry_after="date"))]),
        "bucket|Retry-After garbage": Lab([(0.0, RateLimit(rate, retry_after="garbage"))]),
        "bucket|half used by others": Lab([(0.0, RateLimit(rate))], foreign=0.5),
        "bucket|2 programs, one store": Lab([(0.0, RateLimit(rate))], programs=(8, 8), pace=MemoryPace()),
        "bucket|2 programs, no store": Lab([(0.0, RateLimit(rate))], programs=(8, 8)),
        "fixed window|60 s": Lab([(0.0, RateLimit(rate, "fixed"))]),
        "sliding window|60 s": Lab([(0.0, RateLimit(rate, "sliding"))]),
    }


def _changing(rate: float) -> dict[str, Lab]:
    # Twice 3,000 a minute is 100 calls a second, which eight workers cannot make with answers of 80 ms.
    return {
        "bucket|halved": Lab([(0.0, RateLimit(rate)), (CHANGE, RateLimit(rate / 2))]),
        "bucket|doubled": Lab([(0.0, RateLimit(rate)), (CHANGE, RateLimit(rate * 2))], latency=0.04),
    }


def _line(name: str, rate: float, lab: Lab, first: int) -> None:
    server, _, scenario = name.partition("|")
    minutes = lab.minutes[first:]
    worst = min(minute.passed / minute.allowed for minute in minutes)
    print(
        f"{server:<18}{rate:>9,.0f}  {scenario:<26}{lab.share(first):>7.1%}{lab.refusals(first):>6}"
        f"{lab.refused_part(first):>8.2%}{worst:>8.1%}{max(minute.refused for minute in minutes):>6}",
        flush=True,
    )


def _exchange(pace: Pace, rounds: int = 300) -> float:
    """Median milliseconds of one exchange."""
    took = []
    for _ in range(rounds):
        begun = time.perf_counter()
        pace.exchange("bench", _same)
        took.append(time.perf_counter() - begun)
    return statistics.median(took) * 1000


def _same(row: PaceRow | None, now: int) -> PaceRow:
    return PaceRow(
        now, 0, row.body if row else msgspec.json.encode(Tempo(rate=50.0, next=0.0, closed=0.0, seen=0.0)).decode()
    )


def _turns(find: Callable[[], Pace | None] | None) -> tuple[float, float]:
    """Turns a second with nothing behind the door, and processor time of one turn in milliseconds."""

    async def run() -> tuple[float, float]:
        door = Door("bench", find, sleep=asyncio.sleep, ticks=time.monotonic, note=print)
        if find is None:
            door.tempo.rate = 50.0
        begun, used, turns = time.monotonic(), time.process_time(), 0
        while time.monotonic() < begun + SECONDS:
            door.landed(await door.turn(), 200)
            turns += 1
        used, lasted = time.process_time() - used, time.monotonic() - begun
        await door.aclose()
        return turns / lasted, used / turns * 1000

    return asyncio.run(run())


def main(rates: list[float]) -> None:
    """Print the table, then the cost."""
    print(_HEAD)
    for rate in rates:
        for name, lab in _steady(rate).items():
            _line(name, rate, lab.run(), 1)
        for name, lab in _changing(rate).items():
            _line(name, rate, lab.run(), int(CHANGE // 60) + 2)
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{Path(folder) / 'store.db'}") as store:
        print(f"\none exchange on SQLite: {_exchange(store.pace()):.2f} ms")
        for name, find in (("without a store", None), ("with a store", store.pace)):
            made, used = _turns(find)
            print(f"turns at 3,000 a minute {name}: {made:.1f} a second, {used:.2f} ms of processor time each")


if __name__ == "__main__":
    main([float(rate) for rate in sys.argv[1:]] or list(RATES))
