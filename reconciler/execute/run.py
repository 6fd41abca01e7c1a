"""A whole run: which person when, how many at a time, and when to stop.

Two waves: first everybody who loses a license, then everybody who only gains, so that contested units are free before
they are needed. A person whose unit is not free yet waits for the others of the wave; if it never comes free the
addition is skipped, together with everything that would be taken from that person, because a replacement goes as a
whole or not at all. The first replacement of each kind goes before the others of its kind (see `canary`), and people who
lose something irreversibly go one after another: what goes wrong with one is seen before the next. Calls in flight are
always finished: a stopped run starts nothing new.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec

from reconciler.execute.canary import Canaries
from reconciler.execute.ended import Ended
from reconciler.execute.operation import AnyOperation, only, operations_of
from reconciler.execute.person import Sender
from reconciler.execute.pools import Units
from reconciler.execute.reading import Delays, Sleep
from reconciler.execute.replacement import irreversible
from reconciler.model.plan import Change, PoolLine
from reconciler.model.result import OperationResult, PersonResult
from reconciler.ports import Clock, Journal, LicenseWriter, Progress

_NO_UNIT = "The removal that was to free a unit did not happen, and the pool has no other unit."
_TOGETHER = "Kept, because what comes in its place could not be given."
_STOPPED = "The run stopped before."


class StopSignal(Protocol):
    """Whether somebody wants the run to end, e.g. an asyncio.Event set by Ctrl-C."""

    def is_set(self) -> bool:
        """True from the moment that no new call may start."""


class CarriedOut(msgspec.Struct, frozen=True):
    """One result per change, in the order given. `stopped`: why the run gave up, empty when it did not."""

    people: tuple[PersonResult, ...]
    stopped: str = ""


async def carry_out(
    changes: Sequence[Change],
    writer: LicenseWriter,
    journal: Journal,
    progress: Progress,
    clock: Clock,
    *,
    run: str,
    stop: StopSignal,
    pools: Sequence[PoolLine] = (),
    concurrency: int = 8,
    stop_after_errors: int = 10,
    sleep: Sleep = asyncio.sleep,
    delays: Delays = Delays(),  # noqa: B008 - frozen
) -> CarriedOut:
    """Send `changes`, one PATCH a person, at most `concurrency` at a time; journal and verify each.

    `pools` are those of the plan the changes come from. Webex's and the store's errors become outcomes and, where going
    on makes no sense, `stopped`; only a programming error is raised, after the calls in flight are finished.
    """
    sender = Sender(writer, journal, clock, run, sleep, delays)
    progress.start("Applying", len(changes))
    try:
        return await _Run(changes, sender, Units(pools), progress, stop, concurrency, stop_after_errors).carry_out()
    finally:
        progress.finish()


class _Run:
    """State of one run. People are told apart by their place in `changes`."""

    def __init__(
        self,
        changes: Sequence[Change],
        sender: Sender,
        units: Units,
        progress: Progress,
        stop: StopSignal,
        concurrency: int,
        stop_after_errors: int,
    ) -> None:
        self._changes, self._sender, self._units = changes, sender, units
        self._progress, self._stop = progress, stop
        self._concurrency, self._limit = concurrency, stop_after_errors
        self._canaries = Canaries()
        self._one = asyncio.Lock()
        self._rest = dict(enumerate(changes))
        self._sent: dict[int, PersonResult] = {}
        self._skipped: dict[int, list[OperationResult]] = {}
        self._errors = 0
        self._stopped = ""

    async def carry_out(self) -> CarriedOut:
        losing = [place for place, change in enumerate(self._changes) if _loses(change)]
        gaining = [place for place, change in enumerate(self._changes) if not _loses(change)]
        left = await self._wave(losing)
        left = await self._wave(sorted([*gaining, *self._trim(left)]))
        while left and not self._halted():
            left = await self._wave(self._trim(left))
        return CarriedOut(tuple(map(self._assemble, range(len(self._changes)))), self._stopped)

    async def _wave(self, places: Sequence[int]) -> list[int]:
        """Pass over `places` until nobody waits for a unit, or nobody can be helped; returns who still waits."""
        waiting = list(places)
        while waiting and not self._halted():
            still = await self._pass(waiting)
            if len(still) == len(waiting):
                return still
            waiting = still
        return []

    async def _pass(self, places: Iterable[int]) -> list[int]:
        queue = iter(places)
        waiting: list[int] = []

        async def work() -> None:
            for place in queue:
                if any(map(irreversible, self._rest[place].licenses)):
                    async with self._one:
                        await self._turn(place, waiting)
                else:
                    await self._turn(place, waiting)

        ended = await asyncio.gather(*(work() for _ in range(self._concurrency)), return_exceptions=True)
        for error in ended:
            if error is not None:
                raise error
        return sorted(waiting)

    async def _turn(self, place: int, waiting: list[int]) -> None:
        """Send one person now, or put them into `waiting`."""
        if self._halted():
            return
        hopeless, why = self._canaries.given_up(self._rest[place])
        self._give_up(place, [item for item in hopeless if item.operation == "add"], why)
        self._give_up(place, [item for item in hopeless if item.operation == "remove"], _TOGETHER)
        change = self._rest[place]
        if not operations_of(change):
            self._progress.advance()
        elif self._units.lacking(change) or self._canaries.wait(change):
            waiting.append(place)
        else:
            await self._send(place)

    async def _send(self, place: int) -> None:
        change = self._rest[place]
        self._units.take(change)
        self._canaries.begin(change)
        try:
            ended = await self._sender.send(change)
        except BaseException:
            self._stopped = self._stopped or "An internal error ended the run."
            raise
        self._units.settle(ended.result)
        self._canaries.settle(change, ended.result)
        self._sent[place] = ended.result
        self._progress.advance()
        self._count(ended)

    def _count(self, ended: Ended) -> None:
        self._errors = self._errors + 1 if ended.unexpected else 0
        if ended.fatal:
            self._stopped = self._stopped or ended.fatal
        elif self._errors >= self._limit:
            reason = f"{self._errors} unexpected errors in a row, the last one: {ended.unexpected}"
            self._stopped = self._stopped or reason

    def _halted(self) -> bool:
        return bool(self._stopped) or self._stop.is_set()

    def _trim(self, places: Iterable[int]) -> list[int]:
        """Give up the additions without a unit, and what would be taken in return; who has something left goes on."""
        going_on = []
        for place in () if self._halted() else places:
            change = self._rest[place]
            lacking = self._units.lacking(change)
            if lacking:
                taken = [item for item in operations_of(change) if item.operation == "remove"]
                self._give_up(place, lacking, _NO_UNIT)
                self._give_up(place, taken, _TOGETHER)
            if operations_of(self._rest[place]):
                going_on.append(place)
            else:
                self._progress.advance()
        return going_on

    def _give_up(self, place: int, items: Sequence[AnyOperation], why: str) -> None:
        if items:
            self._skipped.setdefault(place, []).extend(OperationResult(item, "skipped", why) for item in items)
            change = self._rest[place]
            self._rest[place] = only(change, [item for item in operations_of(change) if item not in items])

    def _assemble(self, place: int) -> PersonResult:
        change, sent = self._changes[place], self._sent.get(place)
        known = [*(sent.operations if sent else ()), *self._skipped.get(place, ())]
        results = tuple(
            next(
                (item for item in known if item.operation == operation), OperationResult(operation, "notSent", _STOPPED)
            )
            for operation in operations_of(change)
        )
        status, tracking_id = (sent.status, sent.tracking_id) if sent else (None, None)
        return PersonResult(change.person_id, change.email, results, status, tracking_id)


def _loses(change: Change) -> bool:
    return any(item.operation == "remove" for item in change.licenses)
