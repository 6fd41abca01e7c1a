"""RULES 4.6."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from reconciler.model.desired import Managed, Retention
from reconciler.model.memory import Memory, Repeat
from tests.support.desired import applied, desired, everyone, organization, plan
from tests.support.live import MSG, NOW, RTT, SITE, Someone

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


def test_a_role_that_comes_back_is_named_by_its_site() -> None:
    """What we took twice and somebody gave back twice: the role of that site, and not of another one."""
    org = organization(retention=Retention(manual="remove"), manage=(Managed(attendee_site=SITE),))
    files = desired(org, everyone("Real-Time Translations"))
    ann = msgspec.structs.replace(ANN, holds=(MSG.id, RTT.id), attendee=(SITE,))
    for site, told in ((SITE, True), ("other.webex.com", False)):
        memory = msgspec.structs.replace(applied(files), repeats=(Repeat(ann.id, f"attendee:{site}", "remove", TIMES),))
        found = [f for f in plan(files, ann, memory=memory).plan.findings if f.code == "another-writer"]
        times = "2026-11-19 12:00 and 2026-11-20 12:00 UTC"
        message = f"we took the attendee role of {SITE} on {times}, and each time somebody undid it"
        assert [(item.severity, item.where, item.message) for item in found] == [("warning", ANN.email, message)] * told
