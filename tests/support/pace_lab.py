"""Hours of calls in seconds: real doors and workers on an event loop whose clock jumps, against the sandbox's own limit.

Nothing is imitated but the network and the clock. `Lab.run` gives what the server saw.
"""

from __future__ import annotations

import asyncio
import math
import random
import selectors
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from reconciler.ports import PaceRow
from reconciler.sandbox.pace import Pace as Server
from reconciler.sandbox.pace import RateLimit
from reconciler.webex.door import Door
from reconciler.webex.retry import USUAL_WAIT, asked_for

EPOCH = datetime(2026, 3, 1, tzinfo=UTC)


class _Jump(selectors.DefaultSelector):
    """Does not wait: moves the clock to where waiting would have ended."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout:
            self.now += timeout
        return super().select(0)


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop whose seconds pass at once."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        """Seconds since the beginning."""
        return self._jump.now


async def inline(work: Callable[..., Any], *arguments: Any) -> Any:
    """What would go to a thread is done here: threads know no jumping clock."""
    return work(*arguments)


class MemoryPace:
    """A `ports.Pace` without a database, by the clock of the loop that asks, `offset` seconds ahead; `error` is its state."""

    def __init__(self, error: Exception | None = None) -> None:
        self.rows: dict[str, PaceRow] = {}
        self.exchanges = 0
        self.offset = 0.0
        self.start = 0.0
        self._error = error

    def exchange(self, key: str, step: Callable[[PaceRow | None, int], PaceRow]) -> None:
        """See `ports.Pace`."""
        if self._error is not None:
            raise self._error
        self.exchanges += 1
        now = EPOCH.timestamp() + self.start + self.offset + asyncio.get_running_loop().time()
        self.rows[key] = step(self.rows.get(key), int(now * 1_000_000))


@dataclass
class Minute:
    """One minute as the server saw it; `allowed` is what its limit was."""

    passed: int = 0
    refused: int = 0
    allowed: float = 0.0


@dataclass
class Lab:
    """A server with a limit, programs with workers, and a stretch of time.

    `limits`: (from which second on, limit); the server is a new one at each change of kind, and goes on at a change of rate.
    `programs`: workers of each; programs share one `pace` if there is one. `foreign` is the part of the limit that another
    program takes without a door, steadily. `latency` is the median of an answer in seconds, log-normal; a fifth of it passes
    before the server counts the call. In `closures` (from, until) everything is refused until its end; `while_closed` are the
    calls that met one. `start`: seconds that a clock shared with others has gone on since the first lab.
    """

    limits: Sequence[tuple[float, RateLimit]]
    seconds: float = 3600.0
    programs: Sequence[int] = (8,)
    pace: MemoryPace | None = None
    foreign: float = 0.0
    latency: float = 0.08
    seed: int = 1
    start: float = 0.0
    closures: Sequence[tuple[float, float]] = ()
    while_closed: int = 0
    minutes: list[Minute] = field(default_factory=list)
    by_program: list[int] = field(default_factory=list)
    doors: list[Door] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def run(self) -> Lab:
        """Let the time pass."""
        with asyncio.Runner(loop_factory=JumpingLoop) as runner:
            runner.run(self._run())
        return self

    def share(self, first: int = 1, last: int | None = None) -> float:
        """The part of the allowed calls that passed, from minute `first` (0 is the very first) up to before `last`."""
        span = self.minutes[first:last]
        return sum(minute.passed for minute in span) / sum(minute.allowed for minute in span)

    def refusals(self, first: int = 1, last: int | None = None) -> int:
        """Calls answered 429 in these minutes."""
        return sum(minute.refused for minute in self.minutes[first:last])

    def refused_part(self, first: int = 1, last: int | None = None) -> float:
        """The part of the calls that was answered 429 in these minutes."""
        refused = self.refusals(first, last)
        return refused / (refused + sum(minute.passed for minute in self.minutes[first:last]))

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        self._chance = random.Random(self.seed)
        self._server = Server(loop.time)
        if self.pace is not None:
            self.pace.start = self.start
        self.minutes = [Minute(allowed=self._allowed(minute)) for minute in range(int(self.seconds // 60))]
        self.by_program = [0] * len(self.programs)
        tasks = [asyncio.create_task(self._foreigner())] if self.foreign else []
        for number, workers in enumerate(self.programs):
            door = self._door(loop)
            gate = asyncio.Semaphore(8)
            self.doors.append(door)
            tasks += [asyncio.create_task(self._worker(number, door, gate)) for _ in range(workers)]
        await asyncio.sleep(self.seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for door in self.doors:
            await door.aclose()

    def _door(self, loop: asyncio.AbstractEventLoop) -> Door:
        return Door(
            "key",
            lambda: self.pace,
            sleep=asyncio.sleep,
            ticks=loop.time,
            note=self.notes.append,
            aside=inline,
        )

    def _allowed(self, minute: int) -> float:
        return self._limit(minute * 60.0).per_minute * (1.0 - self.foreign)

    def _limit(self, at: float) -> RateLimit:
        return [limit for since, limit in self.limits if since <= at][-1]

    async def _worker(self, number: int, door: Door, gate: asyncio.Semaphore) -> None:
        while True:
            async with gate:
                epoch = await door.turn()
                wait = await self._call(number)
                door.landed(epoch, 200 if wait is None else 429, _asked(wait) if wait is not None else None)
            if wait is not None:
                await asyncio.sleep(_asked(wait) or USUAL_WAIT)

    async def _call(self, number: int) -> str | None:
        """None if it passed, else the Retry-After."""
        loop = asyncio.get_running_loop()
        took = self.latency * self._chance.lognormvariate(0.0, 0.4)
        await asyncio.sleep(took * 0.2)
        now = loop.time()
        limit = self._limit(now)
        wait = self._closed(now) or self._server.wait("token", limit)
        minute = int(now // 60)
        if minute < len(self.minutes):
            if wait:
                self.minutes[minute].refused += 1
            else:
                self.minutes[minute].passed += 1
                self.by_program[number] += 1
        await asyncio.sleep(took * 0.8)
        return limit.text(wait, EPOCH + timedelta(seconds=now)) if wait else None

    def _closed(self, now: float) -> int:
        left = [math.ceil(until - now) for since, until in self.closures if since <= now < until]
        self.while_closed += len(left)
        return left[0] if left else 0

    async def _foreigner(self) -> None:
        while True:
            now = asyncio.get_running_loop().time()
            limit = self._limit(now)
            self._server.wait("token", limit)
            await asyncio.sleep(60.0 / (limit.per_minute * self.foreign) * self._chance.uniform(0.5, 1.5))


def _asked(text: str) -> float | None:
    now = EPOCH + timedelta(seconds=asyncio.get_running_loop().time())
    return asked_for(httpx.Headers({"Retry-After": text}), now)
