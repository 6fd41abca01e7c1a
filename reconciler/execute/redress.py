"""Giving back what Webex took without giving what was to come in its place, so that nobody ends with less than before.

One call for everything that can be given back, journalled and read back like any other. A Calling license is never given
back by itself: its number and settings may be gone (RULES 4.5). What stays lost is named, and ends the run.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

import msgspec

from reconciler.execute.ended import Ended, Record, Verdict, result_of
from reconciler.execute.operation import AnyOperation, key
from reconciler.execute.replacement import Owed, back, irreversible, name
from reconciler.model.live import PersonReading
from reconciler.model.plan import Change
from reconciler.model.result import LOST, OperationResult, Outcome

_CALLING = "a Calling license is not put back by itself, because its number and settings may be gone."
_Words = dict[AnyOperation, OperationResult]


class Tried(msgspec.Struct, frozen=True):
    """What became of each removal, what ends the run, and what was read.

    `due`: the call did not leave, was turned away at the door or could not be seen, so that what was taken is still owed.
    """

    words: _Words
    trouble: str = ""
    reading: PersonReading | None = None
    due: bool = False


class Redress:
    """Makes good what one run took in vain. `call` sends the change of a recorded intent and reads the person back."""

    def __init__(self, call: Callable[[Change, int], Awaitable[Verdict]], record: Record) -> None:
        self._call, self._record = call, record

    async def make_good(self, change: Change, seq: int, verdict: Verdict, taken: Sequence[Owed]) -> Ended:
        """Put back what of `taken` can be put back, say what became of each, and settle intent `seq`.

        Until that is known the removals stand in the journal as `unknown` and the intent as owed: the ledger keeps who
        gave them, and whoever comes after a crash puts them back.
        """
        told: _Words = {item.goes: _lost(item) if irreversible(item.goes) else _in_between(item) for item in taken}
        again = [item for item in taken if not irreversible(item.goes)]
        interim = result_of(change, _with(verdict, told), verdict.status, verdict.tracking_id)
        trouble = self._record.settle(seq, interim, verdict.reading, owed=bool(again))
        if again and trouble:
            told |= {item.goes: _lost(item, f"putting it back was not tried: {trouble}") for item in again}
        elif again:
            tried = await self.put_back(change, again)
            told |= tried.words
            trouble = tried.trouble
            if not tried.due:
                final = result_of(change, _with(verdict, told), verdict.status, verdict.tracking_id)
                trouble = self._record.settle(seq, final, tried.reading or verdict.reading) or trouble
        result = result_of(change, _with(verdict, told), verdict.status, verdict.tracking_id)
        losses = [item.operation for item in told.values() if item.lost]
        unexpected = f"{change.email}: Webex did not give {taken[0].missing}, but took {name(taken[0].goes)}."
        stopped = [_loss(change, losses)] if losses else []
        return Ended(result, unexpected, " ".join([*stopped, *filter(None, (trouble or verdict.fatal,))]))

    async def put_back(self, change: Change, taken: Sequence[Owed]) -> Tried:
        """What became of each removal after one call that gives it back.

        The journal has the call as `alreadyDone`: the person has what they had, and nobody was given anything new.
        """
        call = back(change, [item.goes for item in taken])
        seq, trouble = self._record.intend(call)
        if trouble:
            words = {item.goes: _lost(item, f"putting it back was not tried: {trouble}") for item in taken}
            return Tried(words, trouble, due=True)
        verdict = await self._call(call, seq)
        if verdict.unread:  # both calls stay open, and whoever comes next looks
            return Tried({item.goes: _unseen(item) for item in taken}, verdict.fatal or verdict.unexpected, due=True)
        answers = {key("", item.operation): item for item in verdict.outcomes}
        told: _Words = {}
        for item in taken:
            answer = answers[key("", msgspec.structs.replace(item.goes, operation="add"))]
            ok = answer.outcome == "done"
            told[item.goes] = put_back(item) if ok else _lost(item, f"putting it back failed: {answer.detail}")
        result = result_of(call, nothing_new(verdict.outcomes), verdict.status, verdict.tracking_id)
        trouble = self._record.settle(seq, result, verdict.reading) or verdict.fatal
        due = bool(verdict.fatal) and any(item.lost for item in told.values())
        return Tried(told, trouble, verdict.reading, due=due)


def _with(verdict: Verdict, told: _Words) -> tuple[OperationResult, ...]:
    return tuple(told.get(item.operation, item) for item in verdict.outcomes)


def nothing_new(outcomes: Iterable[OperationResult]) -> tuple[OperationResult, ...]:
    """The outcomes of a call that gives back, as the journal has them: what succeeded is as it was before the run."""
    return tuple(
        OperationResult(item.operation, "alreadyDone", "Put back.") if item.outcome == "done" else item
        for item in outcomes
    )


def put_back(item: Owed) -> OperationResult:
    """The removal of `item`, after it was given back."""
    return _say(item, "skipped", f"It was put back, because Webex did not give {item.missing}.")


def _in_between(item: Owed) -> OperationResult:
    return _say(item, "unknown", f"Webex took it and did not give {item.missing}; the next call puts it back.")


def _unseen(item: Owed) -> OperationResult:
    why = "giving it back was sent and could not be seen. The next apply looks again."
    return _say(item, "unknown", f"Webex took it and did not give {item.missing}; {why}")


def _lost(item: Owed, why: str = _CALLING) -> OperationResult:
    return _say(item, "done", f"{LOST}Webex took it and did not give {item.missing}; {why}")


def _say(item: Owed, outcome: Outcome, detail: str) -> OperationResult:
    return OperationResult(item.goes, outcome, detail)


def _loss(change: Change, losses: Sequence[AnyOperation]) -> str:
    return f"{change.email} lost {' and '.join(map(name, losses))} and did not get what was to come in its place."
