"""Finishing the calls that a run left open when it died (ARCHITECTURE, Apply): look first, and send almost nothing.

A call that may have left is given as long as any call can be on its way; then the person is read from two endpoints.
As wanted: it is recorded as done, with its origins. As before: it had no effect, and is recorded so; the plan may ask
for it again. Anything else is named, and the person is left alone in this run. The only calls sent here are those that
give back what was taken without its replacement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise

import msgspec

from reconciler.errors import WebexError, WebexNotFoundError, WebexShapeError
from reconciler.execute import verdicts
from reconciler.execute.ended import Begun, Verdict, result_of
from reconciler.execute.operation import (
    AnyOperation,
    Holdings,
    bare,
    holdings,
    is_calling,
    is_so,
    keeps_some,
    operations_of,
)
from reconciler.execute.person import Sender
from reconciler.execute.readback import Pages, Trust
from reconciler.execute.reading import Delays, Seen, Sleep, look, watch
from reconciler.execute.redress import nothing_new, put_back
from reconciler.execute.replacement import Owed, irreversible, owed
from reconciler.model.live import PersonReading
from reconciler.model.plan import Change
from reconciler.model.result import OperationResult, PersonResult
from reconciler.ports import Clock, Journal, LicenseWriter, OpenCall, Progress

_DIED = "The run that sent it ended before it could look"
_GONE = "Webex took it and did not give what was to come in its place, and now the person is gone."


class Recovered(msgspec.Struct, frozen=True):
    """What became of each open call. `unclear`: people (ids without padding) who must not be sent in this run.

    `fatal`: why nothing more may be sent, empty when all is well.
    """

    people: tuple[PersonResult, ...] = ()
    unclear: frozenset[str] = frozenset()
    fatal: str = ""


async def recover(
    calls: Sequence[OpenCall],
    writer: LicenseWriter,
    journal: Journal,
    progress: Progress,
    clock: Clock,
    *,
    people: int,
    sleep: Sleep,
    delays: Delays,
) -> Recovered:
    """Finish `calls`, for whoever holds the lease now; `people` is the number of people of the organization.

    What cannot be read stays open, for the next one who tries.
    """
    work = _Recovery(writer, journal, clock, people, sleep, delays)
    work.owed = {(call.run, bare(call.change.person_id)) for call in calls if call.state == "owed"}
    await _let_them_land(calls, progress, clock, sleep, delays)
    progress.start("Finishing what an earlier run began", len(calls))
    try:
        await work.answered([call for call in calls if call.state == "answered"], progress)
        for call in calls:
            if call.state == "intent":
                await work.unanswered(call)
                progress.advance()
        for call in calls:
            if call.state == "owed":
                await work.owing(call)
                progress.advance()
    finally:
        progress.finish()
    return Recovered(tuple(work.people), frozenset(work.unclear), " ".join(work.fatal))


async def _let_them_land(
    calls: Sequence[OpenCall], progress: Progress, clock: Clock, sleep: Sleep, delays: Delays
) -> None:
    """Wait until no call without an answer can be on its way any more."""
    left = [call.cleared_at for call in calls if call.state == "intent"]
    if not left:
        return
    longest = timedelta(seconds=delays.deadline + delays.grace)
    wait = min(
        max(left) + longest - clock(), longest
    ).total_seconds()  # a clock that went back makes nobody wait longer
    if wait > 0:
        many = f"{len(left):,} calls" if len(left) > 1 else "a call"
        progress.note(
            f"An earlier run ended with {many} under way; waiting {wait:.0f} s until nothing can come of that unseen."
        )
        await sleep(wait)


class _Recovery:
    def __init__(
        self, writer: LicenseWriter, journal: Journal, clock: Clock, people: int, sleep: Sleep, delays: Delays
    ) -> None:
        self._writer, self._sleep, self._delays = writer, sleep, delays
        self._sender = Sender(writer, journal, clock, "", sleep, delays)
        self._trust = Trust(people)
        self.people: list[PersonResult] = []
        self.unclear: set[str] = set()
        self.fatal: list[str] = []
        self.owed: set[tuple[str, str]] = set()  # to whom a run owed something: its other open call gives that back
        self._open: set[str] = set()

    async def answered(self, calls: Sequence[OpenCall], progress: Progress) -> None:
        """Webex answered and nobody looked: look."""
        begun = [Begun(call.change, call.seq, answer=call.answer) for call in calls]
        seen: dict[str, Seen] = {}
        if self._trust.by_pages(len(calls)):
            seen, _, _ = await Pages(self._writer).read(begun, ())
        for call, one in zip(calls, begun, strict=True):
            assert one.answer is not None
            before = seen.get(bare(call.change.person_id))
            if before is None or not before.shows(call.change):
                calling = any(map(is_calling, operations_of(call.change)))
                some = bool(one.answer.licenses)
                before = await watch(
                    self._writer, call.change, self._delays.polls, self._sleep, some=some, calling=calling
                )
            verdict = verdicts.answered(call.change, one.answer, before)
            if before.problem and not before.gone:
                self._leave_open(call, verdict)
            else:
                await self._settle(call, verdict)
            progress.advance()

    async def unanswered(self, call: OpenCall) -> None:
        """Nobody knows whether it left: two witnesses."""
        change = call.change
        try:
            first, second = await self._witnesses(change)
            for earlier, later in pairwise((0.0, *self._delays.polls)):
                if _all_so(change, first, second) or _as_before(change, first, second):
                    break
                await self._sleep(later - earlier)
                first, second = await self._witnesses(change)
        except WebexNotFoundError as error:
            gone = verdicts.everything(change, "unknown", f"{_DIED}, and now the person is gone.")
            await self._settle(call, Verdict(gone, error.status, error.tracking_id, gone=True))
            return
        except WebexError as error:
            unread = verdicts.everything(change, "unknown", f"{_DIED}, and the person cannot be read: {error.message}")
            self._leave_open(call, Verdict(unread, error.status, error.tracking_id))
            return
        await self._settle(call, _judged(change, first, second))

    async def owing(self, call: OpenCall) -> None:
        """Something was taken without its replacement, and the run died before it gave it back: give it back."""
        assert call.outcome is not None
        change = call.change
        items = _owed(change, call.outcome)
        if bare(change.person_id) in self._open:  # the call that was to give it back: nobody knows yet
            self._leave_open(call, Verdict(call.outcome.operations, call.outcome.status, call.outcome.tracking_id))
            return
        seen = await look(self._writer, change)
        if seen.gone:  # nobody is left to give it back to
            result = _told(call.outcome, {item.goes: OperationResult(item.goes, "unknown", _GONE) for item in items})
            self._done(result, self._sender.record.of(call.run).settle(call.seq, result, None))
            return
        reading = seen.reading
        if reading is None:
            self._leave_open(call, Verdict(call.outcome.operations, call.outcome.status, call.outcome.tracking_id))
            return
        now = holdings(reading.licenses, reading.attendee_sites)
        missing = [item for item in items if is_so(item.goes, now)]
        told = {item.goes: put_back(item) for item in items if item not in missing}
        record = self._sender.record.of(call.run)
        if missing:
            tried = await self._sender.redress(record).put_back(change, missing)
            told |= tried.words
            reading = tried.reading or reading
            self.fatal += [tried.trouble] if tried.trouble else []
            self.fatal += [f"{change.email}: {item.detail}" for item in tried.words.values() if item.lost]
            if tried.due:
                self._leave_open(call, Verdict(call.outcome.operations, call.outcome.status, call.outcome.tracking_id))
                return
        result = _told(call.outcome, told)
        self._done(result, record.settle(call.seq, result, reading))

    async def _settle(self, call: OpenCall, verdict: Verdict) -> None:
        change, record = call.change, self._sender.record.of(call.run)
        if (call.run, bare(change.person_id)) in self.owed:
            verdict = msgspec.structs.replace(verdict, outcomes=nothing_new(verdict.outcomes))
        taken = () if verdict.gone else owed(change, verdict.outcomes)
        if taken:
            ended = await self._sender.redress(record).make_good(change, call.seq, verdict, taken)
            self.unclear.add(bare(change.person_id))
            self._done(ended.result, ended.fatal)
            return
        result = result_of(change, verdict.outcomes, verdict.status, verdict.tracking_id)
        ends, seen = {item.outcome for item in verdict.outcomes}, verdict.reading
        # A call about Calling that was answered and does not show may be acting still.
        acting = ends == {"ignored"} and seen is not None and not _calling_as_before(change, seen)
        if len(ends) > 1 or ends == {"unknown"} or acting:
            self.unclear.add(bare(change.person_id))
        self._done(result, record.settle(call.seq, result, verdict.reading))

    def _leave_open(self, call: OpenCall, verdict: Verdict) -> None:
        self.unclear.add(bare(call.change.person_id))
        self._open.add(bare(call.change.person_id))
        self.people.append(result_of(call.change, verdict.outcomes, verdict.status, verdict.tracking_id))

    def _done(self, result: PersonResult, trouble: str) -> None:
        self.people.append(result)
        self.fatal += [trouble] if trouble else []

    async def _witnesses(self, change: Change) -> tuple[PersonReading, PersonReading]:
        calling = any(map(is_calling, operations_of(change)))
        try:
            first = await self._writer.read(change.person_id, calling=calling)
        except WebexNotFoundError as error:
            if await self._writer.read_listed(change.person_id, change.email, calling=calling) is None:
                raise
            # One witness is not enough to judge by.
            raise WebexShapeError(f"Webex lists the person, and then does not find them: {error.message}") from error
        second = await self._writer.read_listed(change.person_id, first.email or change.email, calling=calling)
        return first, second or msgspec.structs.replace(first, licenses=(), attendee_sites=(), licenses_absent=True)


def _held(reading: PersonReading) -> Holdings:
    return holdings(reading.licenses, reading.attendee_sites)


def _hides(change: Change, reading: PersonReading) -> bool:
    """Whether the record shows no licenses at all although there have to be some, so that it proves nothing."""
    return reading.licenses_absent and keeps_some(change)


def _all_so(change: Change, *readings: PersonReading) -> bool:
    if any(_hides(change, reading) for reading in readings):
        return False
    return all(is_so(item, _held(reading)) for reading in readings for item in operations_of(change))


def _as_before(change: Change, *readings: PersonReading) -> bool:
    """Whether nothing of the call shows anywhere, and Calling data are those of before, too."""
    if any(is_so(item, _held(reading)) for reading in readings for item in operations_of(change)):
        return False
    if any(reading.licenses_absent and change.expects.licenses for reading in readings):
        return False
    return _calling_as_before(change, *readings)


def _calling_as_before(change: Change, *readings: PersonReading) -> bool:
    """Whether the call is not about Calling, or the number and location read as before it."""
    calling = [item for item in change.licenses if is_calling(item)]
    had = any(item.operation == "remove" for item in calling)
    return not calling or all(_number_as_before(reading, had) for reading in readings)


def _number_as_before(reading: PersonReading, had_calling: bool) -> bool:
    """A person with Calling has a location, one without has neither location nor extension; unreadable is neither."""
    if reading.calling_unreadable:
        return False
    return reading.location_id is not None if had_calling else reading.location_id is None and not reading.extension


def _judged(change: Change, first: PersonReading, second: PersonReading) -> Verdict:
    if _as_before(change, first, second):
        outcomes = verdicts.everything(change, "failed", f"{_DIED}; two readings show no effect.")
        return Verdict(outcomes, None, None, first)
    if _hides(change, first) or _hides(change, second):
        detail = f"{_DIED}, and Webex's record of the person shows no licenses at all."
        shown = None if _hides(change, first) else first
        return Verdict(verdicts.everything(change, "unknown", detail), None, None, shown)
    return Verdict(
        tuple(_one(change, place, first, second) for place in range(len(operations_of(change)))), None, None, first
    )


def _one(change: Change, place: int, first: PersonReading, second: PersonReading) -> OperationResult:
    item = operations_of(change)[place]
    so = [is_so(item, _held(reading)) for reading in (first, second)]
    if all(so):
        return OperationResult(item, "done", f"{_DIED}; it took effect.")
    if any(so) or is_calling(item) or not _some_so(change, first, second):
        return OperationResult(
            item, "unknown", f"{_DIED}, and what Webex shows now is neither as before nor as wanted."
        )
    return OperationResult(item, "ignored", f"{_DIED}; Webex did only a part of the call, without this.")


def _some_so(change: Change, *readings: PersonReading) -> bool:
    return any(is_so(item, _held(reading)) for reading in readings for item in operations_of(change))


def _owed(change: Change, outcome: PersonResult) -> tuple[Owed, ...]:
    """What is to be given back: removals that stand as unknown because their replacement did not come.

    Whatever stands as done is either as wanted or lost for good, like a Calling license.
    """
    unknown = [
        item.operation
        for item in outcome.operations
        if item.outcome == "unknown" and item.operation.operation == "remove"
    ]
    supposed = tuple(
        OperationResult(item.operation, "done") if item.operation in unknown else item for item in outcome.operations
    )
    return tuple(item for item in owed(change, supposed) if item.goes in unknown and not irreversible(item.goes))


def _told(outcome: PersonResult, words: Mapping[AnyOperation, OperationResult]) -> PersonResult:
    return msgspec.structs.replace(
        outcome, operations=tuple(words.get(item.operation, item) for item in outcome.operations)
    )
