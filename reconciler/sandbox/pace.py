"""The rate limit: how many calls a minute one token may make, and how long it has to wait when it made more.

Webex publishes neither numbers nor the way it counts, so the three usual ways can be chosen: each lets other calls pass, and
a client must live with all. (webex-api facts, section 9.)
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Literal

import msgspec

GARBAGE = "rand(30),add(30)"
"""What Webex once sent as Retry-After."""


class RateLimit(msgspec.Struct, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """Calls a minute for each token, and how they are counted.

    `kind`: a `bucket` that fills up steadily; a `fixed` window that begins anew for everybody at once; a `sliding` window that
    looks back from each call. `burst` is what may come at once: the size of the bucket (None: ten seconds' worth), or the calls
    of one window (None: a minute's worth; with fewer the window is as much shorter). `retry_after` is how the time to wait is
    written: whole `seconds`, an HTTP `date`, or `garbage`.
    """

    per_minute: float
    kind: Literal["bucket", "fixed", "sliding"] = "bucket"
    burst: float | None = None
    retry_after: Literal["seconds", "date", "garbage"] = "seconds"

    def __post_init__(self) -> None:
        if self.per_minute < 0 or (self.burst is not None and self.burst < 1):
            raise ValueError("perMinute cannot be negative, and at least one call must be able to come at once")

    def text(self, seconds: int, now: datetime) -> str:
        """The header of a refusal, for a caller who has to wait so many seconds from `now`.

        >>> from datetime import UTC
        >>> RateLimit(60, retry_after="date").text(30, datetime(2026, 1, 2, 3, 4, tzinfo=UTC))
        'Fri, 02 Jan 2026 03:04:30 GMT'
        """
        if self.retry_after == "garbage":
            return GARBAGE
        if self.retry_after == "date":
            return format_datetime(now + timedelta(seconds=seconds), usegmt=True)
        return str(seconds)


def rate_limit(limit: RateLimit | float | None) -> RateLimit | None:
    """A limit as written: a number is calls a minute, from a bucket."""
    return RateLimit(limit) if isinstance(limit, (int, float)) else limit


class Pace:
    """What each token has used of a limit. `clock` is monotonic, in seconds; a refused call uses nothing."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}
        self._windows: dict[str, tuple[float, int]] = {}
        self._passed: dict[str, deque[float]] = {}

    def wait(self, token: str, limit: RateLimit | float | None) -> int:
        """0 when the call may pass, else the whole seconds after which another one may. A number is calls a minute."""
        limit = rate_limit(limit)
        if limit is None or not limit.per_minute:
            return 0
        left = {"bucket": self._bucket, "fixed": self._fixed, "sliding": self._sliding}[limit.kind](token, limit)
        return 0 if left is None else max(1, math.ceil(left))

    # Each gives the seconds until another call may pass, None when this one may.

    def _bucket(self, token: str, limit: RateLimit) -> float | None:
        now, size = self.clock(), limit.burst or max(1.0, limit.per_minute / 6)
        level, at = self._buckets.get(token, (size, now))
        level = min(size, level + (now - at) * limit.per_minute / 60)
        if level < 1:
            self._buckets[token] = (level, now)
            return (1 - level) * 60 / limit.per_minute
        self._buckets[token] = (level - 1, now)
        return None

    def _fixed(self, token: str, limit: RateLimit) -> float | None:
        now, (calls, length) = self.clock(), _window(limit)
        start = now // length * length
        begun, used = self._windows.get(token, (start, 0))
        if begun != start:
            used = 0
        if used >= calls:
            return start + length - now
        self._windows[token] = (start, used + 1)
        return None

    def _sliding(self, token: str, limit: RateLimit) -> float | None:
        now, (calls, length) = self.clock(), _window(limit)
        passed = self._passed.setdefault(token, deque())
        while passed and passed[0] + length <= now:
            passed.popleft()
        if len(passed) >= calls:
            return passed[0] + length - now
        passed.append(now)
        return None


def _window(limit: RateLimit) -> tuple[int, float]:
    """The calls of one window and its length in seconds."""
    calls = limit.burst or max(1.0, limit.per_minute)
    return int(calls), calls * 60 / limit.per_minute
