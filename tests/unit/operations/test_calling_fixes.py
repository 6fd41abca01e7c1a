"""Fixes for Control Hub's import: what the plan's own checks would then let through, and nothing that is a guess."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from reconciler.model.calling_readiness import Fix
from reconciler.model.desired import Calling, Reference, Template
from reconciler.model.live import Location, PhoneNumber
from reconciler.model.memory import Memory
from reconciler.operations.calling_candidates import Candidates
from reconciler.operations.calling_fixes import fixes
from reconciler.planner import make_plan
from tests.support.desired import desired, everyone, live, organization
from tests.support.live import NOW, PRO, Someone

HQ, LAB = Location("L-HQ", "HQ", True), Location("L-LAB", "Lab", False)
NAME = "Webex Calling - Professional"
NUMBERS = (
    PhoneNumber("+14085550100", HQ.id, "HQ", "ACTIVE"),
    PhoneNumber("+14085550101", HQ.id, "HQ", "ACTIVE"),
    PhoneNumber("+493055501234", HQ.id, "HQ", "ACTIVE"),
    PhoneNumber("+498955501234", HQ.id, "HQ", "ACTIVE"),
    PhoneNumber("+14085550102", HQ.id, "HQ", "INACTIVE"),
    PhoneNumber("+14085550103", LAB.id, "Lab", "ACTIVE"),
)


def ann(phone: str | None, **fields: Any) -> Someone:
    """Somebody whose record is kept in Control Hub unless `provision_source` says otherwise."""
    return Someone("ann@acme.example", work_phone=phone, **fields)


def found(
    *people: Someone, numbers: tuple[PhoneNumber, ...] = NUMBERS, block: Calling | None = None
) -> tuple[Fix, ...]:
    """The fixes for these people, whom one template gives Calling."""
    template: Template = everyone(NAME)
    if block is not None:
        template = msgspec.structs.replace(template, licenses=(Reference(license=NAME, calling=block),))
    files = desired(organization("organization"), template)
    snapshot = live(*people, licenses=(PRO,), locations=(HQ, LAB), numbers=numbers)
    made = make_plan(files, snapshot, Memory(), NOW, "0")
    candidates = Candidates(made.workings, snapshot, NOW)
    candidates.all()
    return fixes(candidates.stuck, made.workings.numbers, snapshot)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("408 555 0100", "+14085550100"),
        ("(408) 555-0100", "+14085550100"),
        ("1-408-555-0100", "+14085550100"),
        ("001 408 555 0100", "+14085550100"),
        ("5550100", "+14085550100"),
        ("030/55501234", "+493055501234"),
        ("55501234", None),  # two numbers of the organization end so
        ("0100", None),  # an extension
        ("408 555 0100 ext 3", None),
        ("408 555 0199", None),  # not the organization's
        ("408 555 0102", None),  # not active
        ("408 555 0103", None),  # at a location without Calling
        ("", None),
        (None, None),
    ],
)
def test_what_is_written_means_one_number(written: str | None, number: str | None) -> None:
    """However it is written, it is mended when it can mean one usable number of the organization, and left alone otherwise."""
    expected = () if number is None else ((number, None, "HQ"),)
    assert tuple((fix.number, fix.extension, fix.location) for fix in found(ann(written))) == expected


def test_who_owns_a_number_is_known_by_it() -> None:
    """No work phone, but a number that belongs to the person already: that is the one."""
    mine = PhoneNumber("+14085550109", HQ.id, "HQ", "ACTIVE", owner_type="PEOPLE", owner_id=ann(None).id)
    (fix,) = found(ann(None), numbers=(*NUMBERS, mine))
    assert (fix.number, fix.codes) == ("+14085550109", ("no-work-phone",))


def test_records_of_a_directory_are_left_alone() -> None:
    """What Entra ID or Active Directory feeds would be overwritten by it."""
    assert found(ann("408 555 0100", provision_source="AAD")) == ()


def test_a_number_that_two_want_is_nobodys() -> None:
    """Who should have it is for people to say; the others are mended all the same."""
    people = [Someone(f"{name}@acme.example", work_phone="408 555 0100") for name in ("bob", "cy")]
    (fix,) = found(*people, Someone("dan@acme.example", work_phone="408 555 0101"))
    assert fix.email == "dan@acme.example"


def test_a_number_that_the_plan_gives_to_another_is_not_proposed() -> None:
    """Somebody else has it written right and gets it in this very plan."""
    assert found(ann("408 555 0100"), Someone("bob@acme.example", work_phone="+14085550100")) == ()


def test_a_missing_extension_is_the_end_of_the_number() -> None:
    """As long as most extensions at the location, and only where it is free."""
    block = Calling(extension="fromDirectory")
    (fix,) = found(ann("+14085550100"), block=block)
    assert (fix.number, fix.extension, fix.location, fix.codes) == (None, "0100", "HQ", ("no-extension",))
    three = tuple(PhoneNumber(None, HQ.id, "HQ", "ACTIVE", extension=text, owner_id="X") for text in ("101", "222"))
    (fix,) = found(ann("+14085550100"), numbers=(*NUMBERS, *three), block=block)
    assert fix.extension == "100"
    taken = (PhoneNumber(None, HQ.id, "HQ", "ACTIVE", extension="0100", owner_id="X"),)
    assert found(ann("+14085550100"), numbers=(*NUMBERS, *taken), block=block) == ()


def test_a_good_extension_stays() -> None:
    """Only the number is mended when only the number is wrong."""
    (fix,) = found(ann("408 555 0100", extension="77"), block=Calling(extension="fromDirectory"))
    assert (fix.number, fix.extension) == ("+14085550100", None)


def test_numbers_of_the_files_are_mended_in_the_files() -> None:
    """A number that the files name wrongly is not written into anybody's record."""
    assert found(ann("408 555 0100"), block=Calling(number="408 555 0101")) == ()
