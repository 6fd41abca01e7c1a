"""How a call and a person ended, and the journal as a run sees it: values that the sending of one person passes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from reconciler.errors import StoreError, WebexError
from reconciler.model.live import PersonReading
from reconciler.model.plan import Change
from reconciler.model.result import OperationResult, PersonResult
from reconciler.ports import Clock, Journal, PatchAnswer, Settlement

CLEAR_FOR = timedelta(seconds=5)
"""So long after its intent, or after it was cleared last, a call may leave without asking for the lease again."""


class Ended(msgspec.Struct, frozen=True):
    """How one person ended. `unexpected` counts towards the breaker of RULES 7.8; `fatal` ends the run at once."""

    result: PersonResult
    unexpected: str = ""
    fatal: str = ""


class Verdict(msgspec.Struct, frozen=True):
    """What is known after a call: an outcome per operation, in the order of the change, and the reading behind it.

    `gone`: the person was read before and is no longer in the organization. `unread`: nobody could look, so the journal
    keeps the call open for the next apply.
    """

    outcomes: tuple[OperationResult, ...]
    status: int | None
    tracking_id: str | None
    reading: PersonReading | None = None
    unexpected: str = ""
    fatal: str = ""
    gone: bool = False
    unread: bool = False


class Begun(msgspec.Struct, frozen=True):
    """A call that came back, before anybody looked: an answer, an error of Webex, or `trouble` that kept it from leaving."""

    change: Change
    seq: int
    answer: PatchAnswer | None = None
    error: WebexError | None = None
    trouble: str = ""


class Record:
    """The journal of one run. Trouble with the store comes back as a sentence, empty when there was none."""

    def __init__(self, journal: Journal, clock: Clock, run: str) -> None:
        self._journal, self._clock, self._run = journal, clock, run
        self._meant: dict[int, datetime] = {}

    def of(self, run: str) -> Record:
        """The same for an earlier run, whose calls are finished now."""
        return Record(self._journal, self._clock, run)

    def intend(self, change: Change) -> tuple[int, str]:
        """The sequence number of the intent; with trouble it was not recorded, and nothing may be sent."""
        at = self._clock()
        try:
            seq = self._journal.intend(self._run, change, at)
        except StoreError as error:
            return 0, f"The intent could not be recorded: {error.message}"
        self._meant[seq] = at
        return seq, ""

    def clearance(self, seq: int) -> Callable[[], None]:
        """What a writer calls before each attempt of an intent. Raises StoreError when it must not leave.

        The intent itself is a clearance, as old as it stands in the journal: whoever was held up since (a store that was
        locked, a machine that slept) asks again.
        """
        cleared = self._meant.pop(seq, None)

        def ready() -> None:
            nonlocal cleared
            now = self._clock()
            if cleared is None or not timedelta() <= now - cleared <= CLEAR_FOR:
                self._journal.clear(self._run, seq, now)
                cleared = now

        return ready

    def answered(self, seq: int, answer: PatchAnswer) -> str:
        """Record what Webex answered."""
        try:
            self._journal.answered(self._run, seq, answer, self._clock())
        except StoreError as error:
            return f"The answer could not be recorded: {error.message}"
        return ""

    def settle(self, seq: int, result: PersonResult, reading: PersonReading | None, *, owed: bool = False) -> str:
        """Record the outcome of an intent; `owed`: putting something back is due, so that it stays open."""
        try:
            self._journal.settle(self._run, seq, result, self._clock(), reading, owed=owed)
        except StoreError as error:
            return f"The outcome could not be recorded: {error.message}"
        return ""

    def settle_many(self, outcomes: Sequence[Settlement]) -> str:
        """Record the outcomes of several intents, all of them or none."""
        try:
            self._journal.settle_many(self._run, outcomes, self._clock())
        except StoreError as error:
            return f"The outcomes could not be recorded: {error.message}"
        return ""


def result_of(
    change: Change, outcomes: tuple[OperationResult, ...], status: int | None = None, tracking_id: str | None = None
) -> PersonResult:
    """The outcomes as the result of the change's person."""
    return PersonResult(change.person_id, change.email, outcomes, status, tracking_id)
