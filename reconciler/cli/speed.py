"""How fast work goes and how long it will take, by the pace of the last minute, so that a pause for Webex's limit shows."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

WINDOW = 60.0
_SURE_AFTER = 2.0
"""Seconds before which nothing is said: the first answers come in a burst."""


class Speed:
    """Counts steps, and how many of them failed. Times are seconds of a clock that only goes forward."""

    def __init__(self, total: int | None, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self.total, self.done, self.failed = total, 0, 0
        self._seconds = seconds
        self._began = seconds()
        self._steps: deque[tuple[int, int]] = deque()  # second -> steps in it; those of the last minute

    def add(self, steps: int, failed: int = 0) -> None:
        """So many more are done, `failed` of them in vain."""
        self.done += steps
        self.failed += failed
        second = int(self._seconds())
        if self._steps and self._steps[-1][0] == second:
            self._steps[-1] = (second, self._steps[-1][1] + steps)
        else:
            self._steps.append((second, steps))
        self._forget()

    def took(self) -> float:
        """Seconds since the beginning."""
        return self._seconds() - self._began

    def rate(self) -> float:
        """Steps a second in the last minute, pauses counted; 0 where nothing is known yet, or nothing moved."""
        self._forget()
        span = min(self.took(), WINDOW)
        return sum(steps for _, steps in self._steps) / span if span >= _SURE_AFTER else 0.0

    def left(self) -> float | None:
        """Seconds to the end at that rate; None where it is not known."""
        rate = self.rate()
        return None if not self.total or rate <= 0 else max(self.total - self.done, 0) / rate

    def in_words(self) -> str:
        """`20/s, about 3 min left, 2 errors`: what of it is known."""
        rate, left = self.rate(), self.left()
        parts = [each(rate)] if rate else []
        parts += [f"about {duration(left)} left"] if left and self.total and self.done < self.total else []
        parts += [f"{self.failed:,} error{'' if self.failed == 1 else 's'}"] if self.failed else []
        return ", ".join(parts)

    def so_far(self) -> str:
        """`500 of 3,000`."""
        return f"{self.done:,} of {self.total:,}" if self.total else f"{self.done:,}"

    def _forget(self) -> None:
        oldest = self._seconds() - WINDOW
        while self._steps and self._steps[0][0] <= oldest:
            self._steps.popleft()


def each(rate: float) -> str:
    """A rate in the unit that gives a number to hold on to.

    >>> each(118.2), each(2.54), each(0.5)
    ('118/s', '2.5/s', '30/min')
    """
    if rate >= 10:
        return f"{rate:,.0f}/s"
    return f"{rate:.1f}/s".replace(".0/", "/") if rate >= 1 else f"{rate * 60:.0f}/min"


def duration(seconds: float) -> str:
    """A time as one says it.

    >>> duration(25), duration(300), duration(5400)
    ('25 s', '5 min', '1 h 30 min')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
