"""A whole run: which person when, how many at a time, and when to stop.

Two waves: first everybody who loses a license, then everybody who only gains, so that contested units are free before
they are needed. A person whose unit is not free yet waits for the others of the wave; if it never comes free the
addition is skipped, together with everything that would be taken from that person, because a replacement goes as a
whole or not at all. The first replacement of each kind goes before the others of its kind (see `canary`), and people who
lose something irreversibly go one after another: what goes wrong with one is seen before the next. Everybody is read
back before the run ends, most of them together (see `readback`). Calls in flight are always finished: a stopped run
starts nothing new.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Protocol

import msgspec

from reconciler.execute import fresh, verdicts
from reconciler.execute.canary import Canaries
from reconciler.execute.ended import Begun, Ended, result_of
from reconciler.execute.operation import AnyOperation, Holdings, bare, holdings, is_calling, only, operations_of
from reconciler.execute.person import Sender
from reconciler.execute.pools import Units
from reconciler.execute.readback import Pages, Trust
from reconciler.execute.reading import Delays, Seen, Sleep, look
from reconciler.execute.replacement import replacements
from reconciler.model.plan import Change, PoolLine
from reconciler.model.result import OperationResult, PersonResult
from reconciler.ports import Clock, Journal, LicenseWriter, Progress

_NO_UNIT = "The removal that was to free a unit did not happen, and the pool has no other unit."
_TOGETHER = "Kept, because what comes in its place could not be given."
_UNSEEN = "Not sent, because the person could not be read right before: "
_STOPPED = "The run stopped before."
FRESH_FOR = timedelta(minutes=15)
"""A person whose last reading is older is read again before the call."""


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
    people: int = 0,
    watched: fresh.Watched | None = None,
    concurrency: int = 8,
    stop_after_errors: int = 10,
    sleep: Sleep = asyncio.sleep,
    delays: Delays = Delays(),  # noqa: B008 - frozen
) -> CarriedOut:
    """Send `changes`, one PATCH a person, at most `concurrency` at a time; journal and verify each.

    `pools` are those of the plan the changes come from, `people` the number of people of the organization. With `watched`
    (see `fresh`) nobody is sent who is not what the plan expects any more; the plan was made from a reading of just now.
    Webex's and the store's errors become outcomes and, where going on makes no sense, `stopped`; only a programming error
    is raised, after the calls in flight are finished.
    """
    sender = Sender(writer, journal, clock, run, sleep, delays, watched)
    progress.start("Applying", len(changes))
    try:
        work = _Run(changes, sender, writer, Units(pools), progress, stop, concurrency, stop_after_errors)
        work.look_out(clock, watched, people)
        return await work.carry_out()
    finally:
        progress.finish()


class _Run:
    """State of one run. People are told apart by their place in `changes`."""

    def __init__(
        self,
        changes: Sequence[Change],
        sender: Sender,
        writer: LicenseWriter,
        units: Units,
        progress: Progress,
        stop: StopSignal,
        concurrency: int,
        stop_after_errors: int,
    ) -> None:
        self._changes, self._sender, self._writer, self._units = changes, sender, writer, units
        self._progress, self._stop = progress, stop
        self._concurrency, self._limit = concurrency, stop_after_errors
        self._canaries = Canaries()
        self._one = asyncio.Lock()
        self._rest = dict(enumerate(changes))
        self._sent: dict[int, PersonResult] = {}
        self._skipped: dict[int, list[OperationResult]] = {}
        self._errors = 0
        self._stopped = ""
        self._unread: list[tuple[int, Begun]] = []
        self._reading = asyncio.Lock()

    def look_out(self, clock: Clock, watched: fresh.Watched | None, people: int) -> None:
        """How this run looks at people beside its own calls."""
        self._clock, self._watched, self._trust = clock, watched, Trust(people)
        self._read_at = clock()
        self._now: dict[str, Holdings] = {}

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
        """Everybody once; at its end everybody who was sent is read back, whatever happened."""
        queue = iter(places)
        waiting: list[int] = []

        async def work() -> None:
            for place in queue:
                if any(map(is_calling, operations_of(self._rest[place]))):
                    async with self._one:
                        await self._turn(place, waiting)
                else:
                    await self._turn(place, waiting)

        ended = await asyncio.gather(*(work() for _ in range(self._concurrency)), return_exceptions=True)
        ended += await asyncio.gather(self._read_back(), return_exceptions=True)
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
        """One person: see whether they still are what the plan expects, send, and read back now or later."""
        change = self._rest[place]
        self._units.take(change)
        self._canaries.begin(change)
        try:
            changed = await self._changed(change)
            if changed or self._halted():
                self._not_sent(place, changed)
                return
            begun = await self._sender.begin(change)
            if self._trust.may_wait(begun) and not self._tries(change):
                self._unread.append((place, begun))
            else:
                self._settle(place, await self._sender.end(begun))
        except BaseException:
            self._stopped = self._stopped or "An internal error ended the run."
            raise
        if len(self._unread) >= self._trust.window:
            await self._read_back()

    def _not_sent(self, place: int, outcomes: tuple[OperationResult, ...]) -> None:
        """Somebody whose turn came and who needs no call, or gets none: with `outcomes`, or because the run stopped."""
        change = self._rest[place]
        self._units.give_back(change)
        self._canaries.forget(change)
        if outcomes:
            self._sent[place] = PersonResult(change.person_id, change.email, outcomes)
            self._progress.advance()

    def _tries(self, change: Change) -> bool:
        """Whether others wait to see how this one comes out."""
        return bool(replacements(change)) and self._canaries.wait(change)

    async def _changed(self, change: Change) -> tuple[OperationResult, ...]:
        if self._watched is None:
            return ()
        who = bare(change.person_id)
        now = self._now.get(who)
        old = not timedelta() <= self._clock() - self._read_at <= FRESH_FOR
        calling = any(map(is_calling, operations_of(change)))
        if old or calling:
            seen = await look(self._writer, change, some=bool(change.expects.licenses))
            if seen.reading is None and calling and not seen.gone and not seen.fatal:
                unseen = verdicts.everything(change, "skipped", _UNSEEN + seen.problem)
                self._count(Ended(result_of(change, unseen), unexpected=seen.problem))
                return unseen
            if seen.reading is None:  # the call itself will tell what is wrong
                return ()
            now = holdings(seen.reading.licenses, seen.reading.attendee_sites)
        return () if now is None else fresh.changed(change, now, self._watched)

    async def _read_back(self) -> None:
        """Read everybody who waits for it, all together or one by one, and settle them."""
        async with self._reading:
            unread, self._unread = self._unread, []
            if not unread:
                return
            seen: dict[str, Seen] = {}
            if self._trust.by_pages(len(unread)):
                started = self._clock()
                unsent = {bare(self._changes[place].person_id) for place in self._rest.keys() - self._sent.keys()}
                seen, now, pages = await Pages(self._writer).read([begun for _, begun in unread], unsent)
                self._now.update(now)
                if pages:  # of a list that broke off nobody knows how long it is, nor who is not on it
                    self._trust.pages, self._read_at = pages, started
            before = self._trust.window
            together = await self._sender.end_together([begun for _, begun in unread], seen)
            for place, begun in unread:
                if begun.seq in together:
                    self._settle(place, together[begun.seq])
            gate = asyncio.Semaphore(self._concurrency)

            async def finish(place: int, begun: Begun) -> None:
                async with gate:
                    self._settle(place, await self._sender.end(begun, seen.get(bare(begun.change.person_id))))

            rest = [item for item in unread if item[1].seq not in together]
            ended = await asyncio.gather(*(finish(place, begun) for place, begun in rest), return_exceptions=True)
            for error in ended:
                if error is not None:
                    raise error
            if self._trust.window == before:
                self._trust.widen()

    def _settle(self, place: int, ended: Ended) -> None:
        self._units.settle(ended.result)
        self._canaries.settle(self._rest[place], ended.result)
        self._trust.learn(ended.result)
        self._sent[place] = ended.result
        self._progress.advance(failed=0 if ended.result.complete else 1)
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
        if sent is None:
            return PersonResult(change.person_id, change.email, results)
        return msgspec.structs.replace(sent, operations=results)


def _loses(change: Change) -> bool:
    return any(item.operation == "remove" for item in change.licenses)
