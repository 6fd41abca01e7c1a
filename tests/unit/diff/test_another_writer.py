"""RULES 4.6."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from reconciler.model.memory import Memory, Repeat
from tests.support.desired import applied, desired, everyone, organization, plan
from tests.support.live import MSG, NOW, RTT, Someone

FILES = desired(organization(), everyone("Real-Time Translations"))
ANN = Someone("ann@acme.example", holds=(MSG.id,))
TIMES = (NOW - timedelta(days=2), NOW - timedelta(days=1))


def _found(memory: Memory) -> list[str]:
    return [f.message for f in plan(FILES, ANN, memory=memory).plan.findings if f.code == "another-writer"]


def test_the_third_time_names_the_other_writer() -> None:
    """What we gave twice and somebody took twice is given again, and a finding tells when we gave it."""
    memory = msgspec.structs.replace(applied(FILES), repeats=(Repeat(ANN.id, RTT.id, "add", TIMES),))
    assert _found(memory) == [
        "we gave Real-Time Translations on 2026-11-19 12:00 and 2026-11-20 12:00 UTC, and each time somebody undid it"
    ]


def test_one_correction_is_nothing_special() -> None:
    """Granting again what somebody took once brings no finding, nor does a repeat of the opposite."""
    assert _found(applied(FILES)) == []
    opposite = msgspec.structs.replace(applied(FILES), repeats=(Repeat(ANN.id, RTT.id, "remove", TIMES),))
    assert _found(opposite) == []
