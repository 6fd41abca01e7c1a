"""RULES section 6: numbers, locations, extensions; each failing check is a finding of its own."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from reconciler.model.catalog import License
from reconciler.model.desired import Budget, Calling, CallingAssignment, Capacity, GroupReference, Retention
from reconciler.model.live import Location, PhoneNumber
from reconciler.model.plan import CallingProperties
from reconciler.planner import Planned
from tests.support.desired import Document, changes, codes, desired, everyone, managed, organization, plan, ref, waiting
from tests.support.live import PRO, RTT, SALES, STANDARD, Someone, license_id

HQ, LAB = Location("L-HQ", "HQ", True), Location("L-LAB", "Lab", False)
BERLIN = Location("L-BER", "Berlin", True)
PHONE = "+14085550100"
ROW = PhoneNumber(PHONE, HQ.id, "HQ", "ACTIVE")
ANN = Someone("ann@acme.example", work_phone=PHONE)
BOB = Someone("bob@acme.example", work_phone=PHONE)
NAME = "Webex Calling - Professional"


def _plan(
    block: Calling | None,
    *people: Someone,
    rows: tuple[PhoneNumber, ...] = (ROW,),
    more: tuple[Document, ...] = (),
    **fields: Any,
) -> Planned:
    files = desired(organization(), everyone(ref(NAME, calling=block), "Real-Time Translations"), *more)
    return plan(files, *people, locations=(HQ, LAB, BERLIN), numbers=rows, **fields)


def _given(found: Planned) -> dict[str, CallingProperties]:
    return {c.email: op.calling for c in found.plan.changes for op in c.licenses if op.calling is not None}


def test_work_phone_and_its_location_by_default() -> None:
    """By default the number is the work phone, in canonical form, and the location is the number's."""
    spelled = msgspec.structs.replace(ANN, work_phone="+1 (408) 555-0100")
    assert _given(_plan(None, spelled)) == {ANN.email: CallingProperties(PHONE, None, HQ.id)}


CHECKS: dict[str, tuple[dict[str, Any], PhoneNumber]] = {
    "no-work-phone": ({"work_phone": None}, ROW),
    "number-not-e164": ({"work_phone": "555-0100"}, ROW),
    "number-not-ours": ({"work_phone": "+14085550199"}, ROW),
    "number-in-use": ({}, msgspec.structs.replace(ROW, owner_type="HUNT_GROUP", owner_id="H")),
    "number-not-active": ({}, msgspec.structs.replace(ROW, state="INACTIVE")),
    "location-not-enabled": ({}, msgspec.structs.replace(ROW, location_id=LAB.id, location_name="Lab")),
}


@pytest.mark.parametrize("code", CHECKS)
def test_each_check_has_its_own_finding(code: str) -> None:
    """A number that fails a check is not given: one finding with what to do, other licenses are not held up."""
    fields, row = CHECKS[code]
    found = _plan(None, msgspec.structs.replace(ANN, **fields), rows=(row,))
    assert changes(found) == ["+ Real-Time Translations"]
    assert codes(found) == [code]
    assert all(finding.hint for finding in found.plan.findings if finding.code == code)


@pytest.mark.parametrize("kind", ["mobile", "toll_free", "service", "reserved"])
def test_numbers_of_another_kind(kind: str) -> None:
    """Mobile, toll-free, service and reserved numbers are not given, and each kind is a finding of its own."""
    found = _plan(None, ANN, rows=(msgspec.structs.replace(ROW, **{kind: True}),))
    assert changes(found) == ["+ Real-Time Translations"]
    assert codes(found) == [f"number-{kind.replace('_', '-')}"]


def test_several_failing_checks_are_several_findings() -> None:
    """A number that fails three checks makes three findings, so that nobody fixes one only to meet the next."""
    row = msgspec.structs.replace(ROW, state="INACTIVE", owner_type="HUNT_GROUP", owner_id="H", toll_free=True)
    assert codes(_plan(None, ANN, rows=(row,))) == ["number-in-use", "number-not-active", "number-toll-free"]


def test_the_person_itself_counts_as_no_owner() -> None:
    """A number that belongs to the very person is free for them."""
    row = msgspec.structs.replace(ROW, owner_type="PEOPLE", owner_id=ANN.id)
    assert _given(_plan(None, ANN, rows=(row,)))


def test_location_by_name() -> None:
    """A location named in the block that is the number's is fine; another is a finding; an unknown one is a finding."""
    assert _given(_plan(Calling(location="HQ"), ANN))[ANN.email].location_id == HQ.id
    assert codes(_plan(Calling(location="Berlin"), ANN)) == ["number-elsewhere"]
    assert "unknown-location" in codes(_plan(Calling(location="Paris"), ANN))


def test_no_number_but_an_extension() -> None:
    """`number: none` with an extension at a named location is enough."""
    block = Calling(number="none", location="HQ", extension="fromDirectory")
    found = _plan(block, msgspec.structs.replace(ANN, extension="1234"))
    assert _given(found) == {ANN.email: CallingProperties(None, "1234", HQ.id)}


def test_neither_number_nor_extension() -> None:
    """A grant without number and extension is a finding, as is one without a location."""
    assert codes(_plan(Calling(number="none", location="HQ"), ANN)) == ["no-number"]
    assert "no-location" in codes(
        _plan(Calling(number="none", extension="fromDirectory"), msgspec.structs.replace(ANN, extension="1"))
    )
    assert codes(_plan(Calling(number="none", location="HQ", extension="fromDirectory"), ANN)) == ["no-extension"]


def test_last_digits() -> None:
    """`lastDigits: N` makes the extension of the last N digits of the number."""
    assert _given(_plan(Calling(extension="lastDigits", last_digits=3), ANN))[ANN.email].extension == "100"


def test_extension_in_use() -> None:
    """An extension that somebody has at the location is a finding; at another location it is free; their own is theirs."""
    block = Calling(extension="lastDigits", last_digits=4)
    taken = PhoneNumber(None, HQ.id, "HQ", "ACTIVE", "0100", "PEOPLE", "SOMEBODY")
    assert codes(_plan(block, ANN, rows=(ROW, taken))) == ["extension-in-use"]
    assert _given(_plan(block, ANN, rows=(ROW, msgspec.structs.replace(taken, location_id=BERLIN.id))))
    assert _given(_plan(block, ANN, rows=(ROW, msgspec.structs.replace(taken, owner_id=ANN.id))))


def test_a_number_is_given_once() -> None:
    """Of two people with one work phone the first in order gets it, the other is told who did, and does not wait."""
    found = _plan(None, BOB, ANN)
    assert list(_given(found)) == [ANN.email]
    assert codes(found) == ["number-given-twice"]
    assert waiting(found) == []
    assert any(ANN.email in f.message for f in found.plan.findings if f.where == BOB.email)


def test_an_extension_is_given_once() -> None:
    """Of two people whose extension would be the same at one location the first gets it, the other a finding."""
    other = msgspec.structs.replace(BOB, work_phone="+14085560100")
    rows = (ROW, msgspec.structs.replace(ROW, number="+14085560100"))
    found = _plan(Calling(extension="lastDigits", last_digits=4), ANN, other, rows=rows)
    assert list(_given(found)) == [ANN.email]
    assert codes(found) == ["extension-given-twice"]


def test_blocked_people_leave_the_unit_to_others() -> None:
    """With one unit left, somebody whose number fails a check does not take it."""
    other = msgspec.structs.replace(BOB, work_phone="+14085550101")
    found = _plan(
        None, msgspec.structs.replace(ANN, work_phone=None), other,
        rows=(msgspec.structs.replace(ROW, number="+14085550101"),),
        licenses=(msgspec.structs.replace(PRO, total=1), RTT),
    )  # fmt: skip
    assert list(_given(found)) == [BOB.email]


def test_who_waits_takes_no_number() -> None:
    """Unit, place and number are taken together or not at all: who waits for a unit leaves the number to nobody either."""
    found = _plan(None, ANN, licenses=(msgspec.structs.replace(PRO, total=0), RTT))
    assert waiting(found) == [(ANN.email, NAME)]
    assert _given(found) == {}


def test_who_waits_is_blocked_once_somebody_else_has_the_number() -> None:
    """Somebody without a budget place does not wait for a license whose number this plan gives to somebody else."""
    capacity = Capacity(budgets=(Budget(NAME, GroupReference("Sales"), 0),))
    files = desired(organization(capacity=capacity), everyone(ref(NAME)))
    first = msgspec.structs.replace(ANN, groups=(SALES.id,))
    found = plan(files, first, BOB, locations=(HQ,), numbers=(ROW,))
    assert list(_given(found)) == [BOB.email]
    assert waiting(found) == []
    assert codes(found) == ["number-given-twice"]


def test_a_row_of_calling_assignments() -> None:
    """A row for a person, by any of their addresses, says location, number and extension, before the template's block."""
    row = CallingAssignment("a.bee@acme.example", "Berlin", "+493055501234", "77")
    numbers = (ROW, PhoneNumber("+493055501234", BERLIN.id, "Berlin", "ACTIVE"))
    person = msgspec.structs.replace(ANN, other_emails=("A.Bee@acme.example",))
    found = _plan(None, person, rows=numbers, more=(row,))
    assert _given(found) == {ANN.email: CallingProperties("+493055501234", "77", BERLIN.id)}


def test_a_row_with_an_extension_only() -> None:
    """A row with location and extension and no number gives no number, whatever the work phone is."""
    row = CallingAssignment(ANN.email, "Berlin", None, "77")
    assert _given(_plan(None, ANN, more=(row,))) == {ANN.email: CallingProperties(None, "77", BERLIN.id)}


def test_who_has_calling_is_left_alone() -> None:
    """A person who already has Calling is not touched when the directory number changes or fails a check."""
    person = msgspec.structs.replace(ANN, holds=(PRO.id, RTT.id), work_phone="+14085559999")
    found = _plan(None, person)
    assert changes(found) == []
    assert codes(found) == []


UCM = License(license_id("UCPREM", 33), "Unified Communication Manager (UCM)", 10, 1, 1, 0, "Sub-1")


def test_nothing_beside_unified_cm() -> None:
    """A holder of Unified CM gets no Calling unless `besideUcm` says so."""
    person = msgspec.structs.replace(ANN, holds=(UCM.id,))
    licenses = (PRO, RTT, UCM)
    found = _plan(None, person, licenses=licenses)
    assert changes(found) == ["+ Real-Time Translations"]
    assert codes(found) == ["unified-cm"]
    assert _given(_plan(Calling(beside_ucm=True), person, licenses=licenses))


def test_an_unreadable_record_plans_nothing_about_calling() -> None:
    """A person whose Calling data could not be read neither gets nor loses Calling; other licenses come."""
    person = msgspec.structs.replace(ANN, calling_unreadable=True)
    found = _plan(None, person)
    assert changes(found) == ["+ Real-Time Translations"]
    assert codes(found) == ["calling-unreadable"]
    org = organization(manage=managed(NAME, "Webex Calling - Standard"), retention=Retention(manual="remove"))
    holder = msgspec.structs.replace(person, holds=(STANDARD.id,))
    for template in (everyone("Real-Time Translations"), everyone(NAME, "Real-Time Translations")):
        found = plan(desired(org, template), holder, locations=(HQ,), numbers=(ROW,))
        assert changes(found) == ["+ Real-Time Translations"]


def test_calling_carries_what_webex_wants() -> None:
    """An addition of Calling carries number and location, an addition of anything else carries nothing."""
    found = _plan(None, ANN)
    kinds = {op.license: op.calling is not None for op in found.plan.changes[0].licenses}
    assert kinds == {NAME: True, "Real-Time Translations": False}
