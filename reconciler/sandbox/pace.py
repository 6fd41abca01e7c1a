"""The rate limit: how many calls a minute one token may make, and how long it has to wait when it made more."""

from __future__ import annotations

import math
from collections.abc import Callable


class Pace:
    """A bucket per token that holds ten seconds' worth of calls and fills up steadily."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait(self, token: str, per_minute: float | None) -> int:
        """0 when the call may pass, else the whole seconds after which another one may."""
        if not per_minute:
            return 0
        now, size = self.clock(), max(1.0, per_minute / 6)
        level, at = self._buckets.get(token, (size, now))
        level = min(size, level + (now - at) * per_minute / 60)
        if level < 1:
            self._buckets[token] = (level, now)
            return max(1, math.ceil((1 - level) * 60 / per_minute))
        self._buckets[token] = (level - 1, now)
        return 0
