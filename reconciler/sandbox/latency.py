"""How long answers take: always the same, anything between two bounds, or mostly short with a long tail, as real servers do.

Chance comes from a seed: the same calls wait the same times.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Sequence

import msgspec

_Z99 = 2.3263478740408408
"""The standard normal quantile at 0.99."""


class Latency(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Seconds before the answers to some calls: exactly one of `seconds`, `between` two bounds, or `p50` with `p99`.

    `p50` and `p99` are median and 99th percentile of a log-normal distribution. `path` is a regular expression found anywhere
    in the path, `method` a method; both may be left out.
    """

    path: str = ""
    method: str | None = None
    seconds: float | None = None
    between: tuple[float, float] | None = None
    p50: float | None = None
    p99: float | None = None

    def __post_init__(self) -> None:
        if (self.p50 is None) != (self.p99 is None) or [self.seconds, self.between, self.p50].count(None) != 2:
            raise ValueError("a latency is one of `seconds`, `between: [from, to]`, or `p50` with `p99`")
        if any(value < 0 for value in (self.seconds or 0.0, *(self.between or ()))):
            raise ValueError("a latency cannot be negative")
        if self.p50 is not None and not 0 < self.p50 <= (self.p99 or 0.0):
            raise ValueError("p50 must be above zero and not above p99")

    def draw(self, chance: random.Random) -> float:
        """The seconds of one call."""
        if self.seconds is not None:
            return self.seconds
        if self.between is not None:
            return chance.uniform(*self.between)
        assert self.p50 is not None
        assert self.p99 is not None
        return chance.lognormvariate(math.log(self.p50), math.log(self.p99 / self.p50) / _Z99)


class Latencies:
    """Several of them; the first that matches a call counts, and none is no wait."""

    def __init__(self, entries: Sequence[Latency], seed: int) -> None:
        self._entries = [(re.compile(entry.path), entry.method and entry.method.upper(), entry) for entry in entries]
        self._chance = random.Random(f"{seed}:latency")  # noqa: S311

    def seconds(self, method: str, path: str) -> float:
        """How long this call waits."""
        for pattern, wanted, entry in self._entries:
            if (wanted is None or wanted == method) and pattern.search(path):
                return entry.draw(self._chance)
        return 0.0
