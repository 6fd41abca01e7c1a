"""One person, one PATCH: intent, call, answer, read back, outcome. What may have had an effect is never sent again.

A call whose effect is unknown is settled by reading. If that shows no effect the operation is `failed` and the next plan
asks for it again; this run does not. Two things are sent once more, each as a call of its own: what Webex took without
giving what was to come in its place is given back (see `redress`), and what is left of a refused call without the
operations that Webex blamed (see `blame`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from reconciler.errors import (
    StoreError,
    WebexAuthError,
    WebexConflictError,
    WebexError,
    WebexForbiddenError,
    WebexNotFoundError,
    WebexRefusedError,
    WebexThrottledError,
)
from reconciler.execute import verdicts
from reconciler.execute.blame import without_the_blamed
from reconciler.execute.ended import Begun, Ended, Record, Verdict, result_of
from reconciler.execute.fresh import Watched, noticed
from reconciler.execute.operation import bare, is_calling, keeps_some, operations_of
from reconciler.execute.reading import Delays, Seen, Sleep, and_hint, look, watch
from reconciler.execute.redress import Redress
from reconciler.execute.replacement import owed
from reconciler.model.plan import Change
from reconciler.model.result import PersonResult
from reconciler.ports import Clock, Journal, LicenseWriter, Settlement

_GATEWAY_TIMEOUT = 504
_IN_ONE_STEP = 100
"""Outcomes that are recorded together: a fraction of a second, for which calls and other writers wait."""
_DID_SOMETHING = ("done", "unknown")


class Sender:
    """Carries out the change of one person after another, for one run. `watched`: see `fresh`."""

    def __init__(
        self,
        writer: LicenseWriter,
        journal: Journal,
        clock: Clock,
        run: str,
        sleep: Sleep,
        delays: Delays,
        watched: Watched | None = None,
    ) -> None:
        self._writer, self._sleep, self._delays, self._watched = writer, sleep, delays, watched
        self.record = Record(journal, clock, run)

    async def begin(self, change: Change) -> Begun:
        """Intent and PATCH. An intent that cannot be written, or a lease that is lost, means that nothing is sent."""
        seq, trouble = self.record.intend(change)
        if trouble:
            return Begun(change, 0, trouble=trouble)
        return await self._dispatch(self.record, change, seq)

    async def end(self, begun: Begun, seen: Seen | None = None, *, again: bool = True) -> Ended:
        """Read back and outcome. `seen` is what a reading of many people showed, made after the answer.

        `again`: the rest of a refused call may be sent once.
        """
        if begun.trouble:
            return self._not_sent(begun)
        verdict = await self._verdict(begun, seen)
        taken = () if verdict.gone or verdict.unread else owed(begun.change, verdict.outcomes)
        if taken:
            return await self.redress(self.record).make_good(begun.change, begun.seq, verdict, taken)
        result = self._result(begun, verdict)
        trouble = "" if verdict.unread else self.record.settle(begun.seq, result, verdict.reading)
        fatal = trouble or verdict.fatal
        rest = None if fatal or begun.error is None or not again else without_the_blamed(begun.change, begun.error)
        if rest is not None and not any(item.outcome in _DID_SOMETHING for item in result.operations):
            return _joined(result, await self.end(await self.begin(rest), again=False))
        return Ended(result, verdict.unexpected, fatal)

    async def end_together(self, begun: Sequence[Begun], seen: Mapping[str, Seen]) -> dict[int, Ended]:
        """Settle those whom `seen` (by person id without padding) shows as wanted, many in one step; by sequence number.

        Everybody else is for `end`, and so is a group that the store refuses: it says what is wrong with whom.
        """
        shown = [(item, seen[who]) for item in begun if (who := bare(item.change.person_id)) in seen]
        ended: dict[int, Ended] = {}
        outcomes = [self._as_wanted(item, what) for item, what in shown if not what.problem and what.shows(item.change)]
        for some in (outcomes[at : at + _IN_ONE_STEP] for at in range(0, len(outcomes), _IN_ONE_STEP)):
            if not self.record.settle_many(some):
                ended.update((item.seq, Ended(item.result)) for item in some)
            await asyncio.sleep(0)
        return ended

    def _as_wanted(self, begun: Begun, seen: Seen) -> Settlement:
        assert begun.answer is not None, "only calls that were answered wait to be read back"
        verdict = verdicts.answered(begun.change, begun.answer, seen)
        return Settlement(begun.seq, self._result(begun, verdict), seen.reading)

    def redress(self, record: Record) -> Redress:
        """What gives back, journalled in `record`."""

        async def call(change: Change, seq: int) -> Verdict:
            begun = await self._dispatch(record, change, seq)
            if begun.trouble:
                return Verdict(verdicts.everything(change, "notSent", begun.trouble), None, None, fatal=begun.trouble)
            return await self._verdict(begun, None)

        return Redress(call, record)

    async def _dispatch(self, record: Record, change: Change, seq: int) -> Begun:
        try:
            answer = await self._writer.patch(change, ready=record.clearance(seq))
        except StoreError as error:
            return Begun(change, seq, trouble=error.message)
        except WebexError as error:
            return Begun(change, seq, error=error)
        # An answer that cannot be recorded is told with the outcome, which cannot be recorded then either.
        record.answered(seq, answer)
        return Begun(change, seq, answer=answer)

    def _result(self, begun: Begun, verdict: Verdict) -> PersonResult:
        result = result_of(begun.change, verdict.outcomes, verdict.status, verdict.tracking_id)
        if begun.answer is None or self._watched is None:
            return result
        return msgspec.structs.replace(result, noticed=noticed(begun.change, begun.answer, self._watched))

    def _not_sent(self, begun: Begun) -> Ended:
        result = result_of(begun.change, verdicts.everything(begun.change, "notSent", begun.trouble))
        if begun.seq:  # nothing left, so nobody has to wait for it
            self.record.settle(begun.seq, result, None)
        return Ended(result, fatal=begun.trouble)

    async def _verdict(self, begun: Begun, seen: Seen | None) -> Verdict:
        change, error = begun.change, begun.error
        if begun.answer is not None:
            some = bool(begun.answer.licenses)
            if seen is None or seen.problem or not seen.shows(change):
                seen = await self._watch(change, self._delays.polls, some=some)
            return verdicts.answered(change, begun.answer, seen)
        assert error is not None
        if isinstance(error, (WebexAuthError, WebexForbiddenError)):
            return verdicts.turned_away(change, error, fatal=and_hint(error))
        if isinstance(error, WebexThrottledError):
            return verdicts.turned_away(change, error, unexpected=error.message)
        if isinstance(error, (WebexRefusedError, WebexNotFoundError, WebexConflictError)):
            return verdicts.refused(change, error, await look(self._writer, change, some=keeps_some(change)))
        seen = await self._watch(change, self._patience(error), some=keeps_some(change))
        return verdicts.uncertain(change, error, seen)

    async def _watch(self, change: Change, moments: Sequence[float], *, some: bool = False) -> Seen:
        calling = any(is_calling(item) for item in operations_of(change))
        return await watch(self._writer, change, moments, self._sleep, some=some, calling=calling)

    def _patience(self, error: WebexError) -> tuple[float, ...]:
        polls = self._delays.polls
        if error.status in (None, _GATEWAY_TIMEOUT):  # nobody answered, so the call may still be on its way
            return (*polls, max(polls, default=0.0) + self._delays.grace)
        return polls


def _joined(first: PersonResult, second: Ended) -> Ended:
    """The outcome of the second call for what it was about, the refusal of the first for the rest."""
    later = {item.operation: item for item in second.result.operations}
    operations = tuple(later.get(item.operation, item) for item in first.operations)
    result = msgspec.structs.replace(second.result, operations=operations)
    return Ended(result, second.unexpected, second.fatal)
