"""When a call may leave: right after its intent, and later only after asking again."""

from __future__ import annotations

from datetime import datetime

import pytest

from reconciler.errors import LockedError
from reconciler.execute.ended import Record
from reconciler.model.plan import Change
from tests.unit.execute.fakes import Journal, Time, add, change

CHANGE = change("ann", add("a"))


class Slow(Journal):
    """A store that takes its time to record an intent, or a machine that slept in the middle of it."""

    def __init__(self, log: list[str], time: Time, seconds: float) -> None:
        super().__init__(log)
        self._time, self._takes = time, seconds

    def intend(self, run: str, change: Change, at: datetime) -> int:
        number = super().intend(run, change, at)
        self._time.seconds += self._takes
        return number


@pytest.mark.parametrize(("seconds", "asks"), [(0.0, False), (4.0, False), (6.0, True), (600.0, True)])
def test_an_intent_is_as_old_as_the_journal_says(seconds: float, asks: bool) -> None:
    """The next holder of the lease counts from the time in the journal, so whoever was held up after it asks again."""
    log: list[str] = []
    time = Time()
    record = Record(Slow(log, time, seconds), time, "run-1")
    seq, trouble = record.intend(CHANGE)
    assert trouble == ""
    record.clearance(seq)()
    assert log == ["intend ann", *(["clear ann"] if asks else [])]


def test_whoever_lost_the_lease_meanwhile_is_stopped() -> None:
    """Between the intent and the call, too."""
    time = Time()
    journal = Slow([], time, 60.0)
    record = Record(journal, time, "run-1")
    seq, _ = record.intend(CHANGE)
    journal.stolen = True
    with pytest.raises(LockedError):
        record.clearance(seq)()
