"""The one door through which every attempt of every call leaves, in its turn: `pace` reckons, this makes callers wait.

One caller stands at the door, the others queue behind it, first come first served. Until a rate is known, one call is
under way at first, and one more with each round that was answered, so that a strict server refuses a few and not a crowd. A
429 closes the door for everybody.

Several processes share what they know through a `ports.Pace`: each takes turns in blocks of half a second's worth, and tells
what became of them when it takes the next. Trouble there never stops anything: the door goes on with what it knows.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from reconciler.ports import Pace, PaceRow
from reconciler.webex.pace import BLOCK, Tempo, Turns
from reconciler.webex.retry import TOLD_FROM

AGAIN = 5.0
"""Seconds until the shared pace is asked again after it failed."""

TROUBLES = 2
"""Failures in a row from which on the user is told; one alone is somebody else's long write."""

LOOK_AGAIN = 0.25
"""Who waited longer than this for a turn, in seconds, asks before leaving whether it still holds."""

STALE = 1.5
"""Seconds after which a turn that was not taken is void: what was saved up would leave all at once."""

MOST_AT_ONCE = 256
"""Turns taken at once while no rate is known."""

_FEWEST = 16
_MICRO = 1_000_000

_News = tuple[float, int, float | None] | tuple[int, int]
"""Refused (when, epoch, wait), or passed (epoch, calls)."""

Aside = Callable[..., Awaitable[Any]]


def key_of(identity: str, base_url: str) -> str:
    """Whose pace this is: a digest, so that a store names no token. Tokens are long and random, so it cannot be guessed back.

    The address is in it because the same token has a limit of its own at each server.
    """
    return hashlib.sha256(f"pace\0{base_url}\0{identity}".encode()).hexdigest()[:32]


class Door:
    """The turns of one session. `pace` is asked for the shared pace at the first turn (None: there is none).

    `sleep` and `ticks` (seconds, monotonic) are the clock. `tell(seconds, text)` is told of long waits, once a closure.
    `aside` runs what blocks.
    """

    def __init__(
        self,
        key: str,
        pace: Callable[[], Pace | None] | None,
        *,
        sleep: Callable[[float], Awaitable[object]],
        ticks: Callable[[], float],
        note: Callable[[str], None],
        aside: Aside = asyncio.to_thread,
    ) -> None:
        self._key = key
        self._find_pace = pace
        self._pace: Pace | None = None
        self._sleep, self._ticks, self._note, self._aside = sleep, ticks, note, aside
        self._tempo = Tempo()
        self._turns = Turns(0.0, 0.0, 0, -1)
        self._news: list[_News] = []
        self._queue, self._asking = asyncio.Lock(), asyncio.Lock()
        self._landed = asyncio.Event()
        self._under_way, self._window = 0, 1.0
        self._want, self._began_block = _FEWEST, -math.inf
        self._troubles, self._not_before = 0, -math.inf
        self._told_until = -math.inf
        self._reports: set[asyncio.Task[None]] = set()

    @property
    def tempo(self) -> Tempo:
        """What is known at present, by this process's clock."""
        return self._tempo

    async def turn(self) -> int:
        """Wait for the turn of one attempt. What is returned goes to `landed` when it has been answered, or broke."""
        async with self._queue:
            while self._tempo.rate is None and self._under_way >= int(self._window):
                self._landed.clear()
                await self._landed.wait()
            while True:
                at, epoch = await self._next_turn()
                wait = at - self._ticks()
                if wait > 0:
                    closed = self._tempo.closed - self._ticks()
                    self.tell(closed, f"Webex has slowed this token down; waiting {math.ceil(closed)} s.")
                    await self._sleep(wait)
                    if wait > LOOK_AGAIN and self._shared(self._ticks()):
                        await self._ask(0)  # Another process may have found the door closed meanwhile.
                # Whoever closed the door while we stood here closed it for us, too.
                if epoch == self._tempo.epoch and at >= self._tempo.closed:
                    self._under_way += 1
                    return epoch

    def landed(self, epoch: int, status: int | None, wait: float | None = None) -> None:
        """An attempt was answered with `status` (None: it broke); `wait` is what a 429 asks for, in seconds."""
        self._under_way -= 1
        self._landed.set()
        if status == 429:
            now = self._ticks()
            self._tempo.refused(now, epoch, wait)
            self._window = 1.0
            if self._shared(now):
                self._news.append((now, epoch, wait))
                # Nobody may be at the door to take the news along, and others must know at once.
                self._report()
        elif status is not None:
            self._window += 1 / self._window
            self._tempo.passed(epoch)
            if self._shared(self._ticks()):
                self._news.append((epoch, 1))

    def tell(self, seconds: float, text: str) -> None:
        """Tell of a wait, unless it was told that nobody gets through until then."""
        until = self._ticks() + seconds
        if seconds > TOLD_FROM and until > self._told_until + TOLD_FROM:
            self._told_until = until
            self._note(text)

    async def aclose(self) -> None:
        """Leave behind for others, and the next run, what was found out."""
        for report in list(self._reports):
            await report
        if self._pace is not None and self._news:
            await self._ask(0)

    async def _next_turn(self) -> tuple[float, int]:
        """Moment and epoch of the next turn."""
        if self._find_pace is not None:
            await self._find()
        now = self._ticks()
        if not self._shared(now):
            turns = self._tempo.take(now, 1)
            return turns.first, turns.epoch
        left = self._turns
        if left.gap and left.first < now - STALE:
            void = min(left.count, math.ceil((now - STALE - left.first) / left.gap))
            left = msgspec.structs.replace(left, first=left.first + void * left.gap, count=left.count - void)
        if left.epoch != self._tempo.epoch or not left.count:
            left = await self._ask(self._wanted(now))
        self._turns = msgspec.structs.replace(left, first=left.first + left.gap, count=left.count - 1)
        return max(left.first, self._tempo.closed), left.epoch

    def _shared(self, now: float) -> bool:
        return self._pace is not None and now >= self._not_before

    def _wanted(self, now: float) -> int:
        if self._tempo.rate is not None:
            return MOST_AT_ONCE
        lasted, self._began_block = now - self._began_block, now
        self._want = min(MOST_AT_ONCE, self._want * 2) if lasted < BLOCK / 2 else max(_FEWEST, self._want // 2)
        return self._want

    async def _find(self) -> None:
        assert self._find_pace is not None
        find, self._find_pace = self._find_pace, None
        try:
            self._pace = find()
        except Exception as error:
            self._troubles = TROUBLES - 1
            self._trouble(error)

    async def _ask(self, want: int) -> Turns:
        """Exchange what is known, and take turns; own turns where the others cannot be reached."""
        assert self._pace is not None
        async with self._asking:
            news, self._news = self._news, []
            offset = 0.0
            taken: list[tuple[Tempo, Turns | None]] = []

            def step(row: PaceRow | None, now: int) -> PaceRow:
                nonlocal offset
                offset = self._ticks() - now / _MICRO
                tempo = _from_row(row, offset)
                _apply(tempo, news)
                turns = tempo.take(self._ticks(), want, BLOCK) if want else None
                taken[:] = [(tempo, turns)]
                return _to_row(tempo, offset)

            try:
                await self._aside(self._pace.exchange, self._key, step)
            except Exception as error:
                self._trouble(error)
                return self._tempo.take(self._ticks(), 1)
            self._troubles = 0
            self._tempo, turns = taken[0]
            _apply(self._tempo, self._news)  # What was learned while we asked is told the next time, but known now.
            return turns or Turns(0.0, 0.0, 0, -1)

    def _trouble(self, error: Exception) -> None:
        self._troubles += 1
        self._not_before = self._ticks() + AGAIN
        if self._troubles == TROUBLES:
            self._note(
                f"The pace cannot be shared with other runs for now, each goes on at its own: {_first_line(error)} "
                "Webex may slow them down more often."
            )

    def _report(self) -> None:
        async def report() -> None:
            if self._news and self._shared(self._ticks()):
                await self._ask(0)

        task = asyncio.create_task(report())
        self._reports.add(task)
        task.add_done_callback(self._reports.discard)


def _apply(tempo: Tempo, news: list[_News]) -> None:
    for item in news:
        if len(item) == 2:
            tempo.passed(*item)
        else:
            tempo.refused(*item)


def _from_row(row: PaceRow | None, offset: float) -> Tempo:
    if row is None:
        return Tempo()
    try:
        tempo = msgspec.json.decode(row.body, type=Tempo)
    except msgspec.DecodeError:
        return Tempo()  # Of another version, or damaged: it is found out again within a minute.
    tempo.next, tempo.closed = row.next_slot / _MICRO, row.closed_until / _MICRO
    return tempo.shifted(offset)


def _to_row(tempo: Tempo, offset: float) -> PaceRow:
    there = tempo.shifted(-offset)
    slot, closed = (max(0, int(at * _MICRO)) if math.isfinite(at) else 0 for at in (there.next, there.closed))
    there.next = there.closed = 0.0
    there.seen = there.seen if math.isfinite(there.seen) else 0.0
    return PaceRow(slot, closed, msgspec.json.encode(there).decode())


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
