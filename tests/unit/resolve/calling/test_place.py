"""RULES 6.1 to 6.4 through the whole planner: whose block counts, what a caller keeps, what two people cannot share."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from reconciler.model.catalog import CUSTOMER_ASSIST, License
from reconciler.model.desired import Calling, CallingAssignment, Retention, Source
from reconciler.model.live import Location, PhoneNumber
from reconciler.model.plan import CallingProperties
from reconciler.planner import Planned
from reconciler.resolve.calling import e164
from tests.support.desired import (
    acknowledgement,
    changes,
    codes,
    desired,
    everyone,
    exception,
    managed,
    members,
    organization,
    plan,
    ref,
    waiting,
)
from tests.support.live import PRO, RTT, SALES, STANDARD, Someone, license_id

HQ, BERLIN, ATTIC = (Location("L-HQ", "HQ", True), Location("L-BER", "Berlin", True), Location("L-ATT", "Attic", None))
PHONE, OLD = "+14085550100", "+14085550199"
ROW = PhoneNumber(PHONE, HQ.id, "HQ", "ACTIVE")
ANN = Someone("ann@acme.example", work_phone=PHONE)
BOB = Someone("bob@acme.example", work_phone=PHONE)
NAME, LOWER = "Webex Calling - Professional", "Webex Calling - Standard"
ASSIST = License(license_id("BCCXE", 40), CUSTOMER_ASSIST, 5, 0, 0, 0, "Sub-1")


def _plan(*things: Any, numbers: tuple[PhoneNumber, ...] = (ROW,), org: Any = None, **fields: Any) -> Planned:
    people = [item for item in things if isinstance(item, Someone)]
    files = desired(org or organization(), *(item for item in things if not isinstance(item, Someone)))
    return plan(files, *people, locations=(HQ, BERLIN, ATTIC), numbers=numbers, **fields)


def _given(found: Planned) -> dict[str, set[CallingProperties]]:
    given: dict[str, set[CallingProperties]] = {}
    for change in found.plan.changes:
        for op in change.licenses:
            if op.calling is not None:
                given.setdefault(change.email, set()).add(op.calling)
    return given


def _row(
    email: str, location: str | None = None, number: str | None = None, extension: str | None = None
) -> CallingAssignment:
    return CallingAssignment(email, location, number, extension, "rows", Source("rows.yaml", 3))


UPGRADE = (
    everyone(NAME),
    acknowledgement(LOWER, max=5),
)
MANAGED = organization(manage=managed(LOWER))


def _caller(**fields: Any) -> Someone:
    known: dict[str, Any] = {"holds": (STANDARD.id,), "location_id": HQ.id}
    return msgspec.structs.replace(ANN, **(known | fields))


def _owned(number: str = OLD, **fields: Any) -> PhoneNumber:
    row = PhoneNumber(number, HQ.id, "HQ", "ACTIVE", None, "PEOPLE", ANN.id)
    return msgspec.structs.replace(row, **fields)


def test_a_replacement_keeps_number_extension_and_location() -> None:
    """Standard becomes Professional with the number the person has, although the directory names a free one."""
    found = _plan(_caller(extension="0199"), *UPGRADE, org=MANAGED, numbers=(ROW, _owned()))
    assert changes(found) == [f"+ {NAME}", f"- {LOWER}"]
    assert _given(found) == {ANN.email: {CallingProperties(OLD, "0199", HQ.id)}}


def test_a_replacement_is_not_asked_what_newcomers_are() -> None:
    """What the person has is kept even where it could not be given today: inactive, toll-free, at a location switched off."""
    odd = _owned(state="INACTIVE", toll_free=True, location_id=ATTIC.id, location_name="Attic")
    found = _plan(_caller(location_id=ATTIC.id), *UPGRADE, org=MANAGED, numbers=(ROW, odd))
    assert _given(found) == {ANN.email: {CallingProperties(OLD, None, ATTIC.id)}}


def test_a_row_does_not_move_a_caller() -> None:
    """A row of CallingAssignments with another number and location leaves somebody who has Calling where they are."""
    found = _plan(_caller(), *UPGRADE, _row(ANN.email, "Berlin", PHONE), org=MANAGED, numbers=(ROW, _owned()))
    assert _given(found) == {ANN.email: {CallingProperties(OLD, None, HQ.id)}}


SHARED = msgspec.structs.replace(_owned(), owner_id="SOMEBODY")
UNSEEN = {
    "a number that another row gives to somebody else": (_caller(), (_owned(), SHARED)),
    "a number that another row gives to a hunt group": (
        _caller(),
        (_owned(), _owned(owner_type="HUNT_GROUP", owner_id="H")),
    ),
    "no number and no extension": (_caller(), (ROW,)),
    "no location": (_caller(location_id=None, extension="0199"), (ROW,)),
    "two numbers, and the directory knows neither": (
        _caller(work_phone=None, extension="0199"),
        (_owned(), _owned("+14085550198")),
    ),
    "record and number at different locations": (_caller(location_id=BERLIN.id), (_owned(),)),
    "a location that is no longer listed": (_caller(location_id="L-GONE", extension="0199"), (ROW,)),
}


@pytest.mark.parametrize("what", UNSEEN)
def test_a_place_that_is_not_seen_is_not_guessed(what: str) -> None:
    """Where number or place of a caller is not seen in full, the replacement is not sent and the old license stays."""
    person, numbers = UNSEEN[what]
    found = _plan(person, *UPGRADE, org=MANAGED, numbers=numbers)
    assert changes(found) == []
    assert codes(found) == ["acknowledgement-unused", "calling-place-unknown"]
    assert _given(found) == {}


def test_of_two_numbers_the_directory_knows_the_first() -> None:
    """A caller with an alternate number keeps the one that is the work phone."""
    found = _plan(_caller(), *UPGRADE, org=MANAGED, numbers=(_owned(PHONE), _owned()))
    assert _given(found) == {ANN.email: {CallingProperties(PHONE, None, HQ.id)}}


def test_another_subscription_keeps_the_place_too() -> None:
    """A swap into the default subscription is a change of license, not of number."""
    second = msgspec.structs.replace(PRO, id=license_id("BCSTD", 41), subscription="Sub-2")
    person = _caller(holds=(second.id,))
    found = _plan(
        person, everyone(NAME), acknowledgement(NAME, max=5), numbers=(ROW, _owned()), licenses=(PRO, second),
        org=organization(retention=Retention(outside_defaults="remove")),
    )  # fmt: skip
    assert changes(found) == [f"+ {NAME}", f"- {NAME}"]
    assert _given(found) == {ANN.email: {CallingProperties(OLD, None, HQ.id)}}


def test_two_calling_licenses_of_one_person_share_one_place() -> None:
    """Professional and Customer Assist come with the same number, at once and one after the other."""
    licenses = (PRO, RTT, ASSIST)
    template = everyone(NAME, ref(CUSTOMER_ASSIST, calling=Calling(number="none", location="Berlin", extension="77")))
    found = _plan(ANN, template, licenses=licenses)
    assert changes(found) == [f"+ {CUSTOMER_ASSIST}", f"+ {NAME}"]
    assert len(_given(found)[ANN.email]) == 1
    later = _plan(
        msgspec.structs.replace(ANN, holds=(PRO.id,), location_id=HQ.id),
        template,
        licenses=licenses,
        numbers=(_owned(PHONE),),
    )
    assert changes(later) == [f"+ {CUSTOMER_ASSIST}"]
    assert _given(later) == {ANN.email: {CallingProperties(PHONE, None, HQ.id)}}


def test_the_block_of_the_best_priority_counts() -> None:
    """Of two templates that grant Calling, the block of the smaller priority decides."""
    person = msgspec.structs.replace(ANN, groups=(SALES.id,), extension="4711")
    local = Calling(number="none", location="Berlin", extension="fromDirectory")
    templates = (
        members("Sales", ref(NAME, calling=local), priority=5),
        members("Sales", ref(NAME, calling=Calling()), name="other", priority=50),
    )
    found = _plan(person, *templates, org=organization("groups"))
    assert _given(found) == {ANN.email: {CallingProperties(None, "4711", BERLIN.id)}}


def test_the_block_of_an_exception_comes_before_the_templates() -> None:
    """`calling` of a UserException decides for what a template grants, and a row of CallingAssignments before both."""
    own = exception("ann", ANN.email, calling=Calling(number=OLD))
    numbers = (ROW, msgspec.structs.replace(ROW, number=OLD))
    assert _given(_plan(ANN, everyone(NAME), own, numbers=numbers)) == {
        ANN.email: {CallingProperties(OLD, None, HQ.id)}
    }
    row = _row(ANN.email, "Berlin", None, "4711")
    assert _given(_plan(ANN, everyone(NAME), own, row, numbers=numbers)) == {
        ANN.email: {CallingProperties(None, "4711", BERLIN.id)}
    }


def test_a_row_finds_a_renamed_person() -> None:
    """A row with the address that somebody had before is theirs, and a warning at the row names the new one."""
    person = msgspec.structs.replace(ANN, former_emails=("ann.miller@acme.example",))
    found = _plan(person, everyone(NAME), _row("ann.miller@acme.example", "Berlin", None, "4711"))
    assert _given(found) == {ANN.email: {CallingProperties(None, "4711", BERLIN.id)}}
    assert [(f.where, f.code) for f in found.plan.findings if f.code == "person-renamed"] == [
        ("rows.yaml:3", "person-renamed")
    ]


def test_a_row_for_nobody_is_told() -> None:
    """An address that nobody has or had is a warning at the row; everybody else gets what they would."""
    found = _plan(ANN, everyone(NAME), _row("nobody@acme.example", "HQ", None, "4711"))
    assert _given(found) == {ANN.email: {CallingProperties(PHONE, None, HQ.id)}}
    told = [f for f in found.plan.findings if f.code == "unknown-person"]
    assert [(f.severity, f.where) for f in told] == [("warning", "rows.yaml:3")]


def test_rows_that_differ_give_nothing() -> None:
    """Rows for two addresses of one person that want different things are a finding; alike ones are one row."""
    person = msgspec.structs.replace(ANN, other_emails=("a@acme.example",))
    rows = (_row(ANN.email, "HQ", None, "4711"), _row("a@acme.example", "HQ", None, "4712"))
    found = _plan(person, everyone(NAME), *rows)
    assert (_given(found), codes(found)) == ({}, ["calling-rows-differ"])
    alike = (rows[0], msgspec.structs.replace(rows[0], email="a@acme.example"))
    assert _given(_plan(person, everyone(NAME), *alike))


def test_a_location_nobody_saw_as_enabled() -> None:
    """A location of which it was not read whether it has Calling, or that no list shows, gets nobody."""
    for place in (ATTIC, Location("L-GONE", "Gone")):
        row = msgspec.structs.replace(ROW, location_id=place.id, location_name=place.name)
        assert codes(_plan(ANN, everyone(NAME), numbers=(row,))) == ["location-not-read"]
    extension = Calling(number="none", location="Attic", extension="4711")
    assert codes(_plan(ANN, everyone(ref(NAME, calling=extension)))) == ["location-not-read"]


def test_an_extension_in_two_rows_is_in_use_if_one_is_anothers() -> None:
    """The order of Webex's rows does not decide whether an extension is free."""
    block = everyone(ref(NAME, calling=Calling(extension="lastDigits", last_digits=4)))
    mine = PhoneNumber(None, HQ.id, "HQ", "ACTIVE", "0100", "PEOPLE", ANN.id)
    other = msgspec.structs.replace(mine, owner_id="SOMEBODY")
    for rows in ((ROW, mine, other), (ROW, other, mine)):
        assert codes(_plan(ANN, block, numbers=rows)) == ["extension-in-use"]


def test_an_extension_without_a_number_can_be_anybodys_digits() -> None:
    """Digits of an exception with a named location are given as they are; nobody needs a work phone for that."""
    own = exception("ann", ANN.email, calling=Calling(number="none", location="Berlin", extension="4711"))
    person = msgspec.structs.replace(ANN, work_phone=None)
    assert _given(_plan(person, everyone(NAME), own)) == {ANN.email: {CallingProperties(None, "4711", BERLIN.id)}}


def test_the_loser_of_a_number_does_not_wait() -> None:
    """Of two people with one number, the one who loses it to the other neither waits for a unit nor takes one."""
    one = msgspec.structs.replace(PRO, total=1)
    found = _plan(ANN, BOB, everyone(NAME), licenses=(one, RTT))
    assert list(_given(found)) == [ANN.email]
    assert (waiting(found), codes(found)) == ([], ["number-given-twice"])


def test_who_is_served_later_does_not_get_the_number_again() -> None:
    """A person for whom a swap frees a unit finds the number given to somebody served meanwhile, and is told instead."""
    first = msgspec.structs.replace(PRO, total=1, consumed=1, consumed_by_users=1)
    second = msgspec.structs.replace(PRO, id=license_id("BCSTD", 41), subscription="Sub-2")
    holder = Someone("zoe@acme.example", holds=(first.id,), location_id=HQ.id, extension="9999", groups=(SALES.id,))
    found = _plan(
        ANN, BOB, holder,
        members("Sales", CUSTOMER_ASSIST, priority=200),
        exception("ann", ANN.email, add=[ref(NAME)]),
        exception("bob", BOB.email, add=[ref(NAME, subscription="Sub-2")]),
        acknowledgement(NAME, max=5),
        licenses=(first, second, ASSIST),
        org=organization("groups", tiers=((CUSTOMER_ASSIST, NAME),)),
    )  # fmt: skip
    assert changes(found, holder.email) == [f"+ {CUSTOMER_ASSIST}", f"- {NAME}"]
    assert _given(found)[BOB.email] == {CallingProperties(PHONE, None, HQ.id)}
    assert ANN.email not in _given(found)
    assert (waiting(found), codes(found)) == ([], ["number-given-twice"])


def test_what_was_never_asked_has_no_answer() -> None:
    """Of somebody whom nothing grants Calling, and of another block than theirs, the numbers of a plan know nothing."""
    found = _plan(ANN, everyone(NAME))
    person = next(person for person, _ in found.workings.population.fetch(found.workings.answers))
    assert found.workings.numbers.told(person, None) is not None
    assert found.workings.numbers.told(person, Calling(location="Berlin")) is None


@pytest.mark.parametrize("text", ["+1 408", "+1 (408) 555-0100 0100 0100", "extension 7", ""])
def test_what_nobody_can_dial_is_no_number(text: str) -> None:
    """Digits that are too few or too many for their country are no number, as are words."""
    assert e164(text) is None


def test_a_caller_with_an_extension_of_their_own_and_no_number() -> None:
    """A row of the caller that has no number says what their extension is."""
    row = msgspec.structs.replace(_owned(extension="0199"), number=None)
    found = _plan(_caller(), *UPGRADE, org=MANAGED, numbers=(ROW, row))
    assert _given(found) == {ANN.email: {CallingProperties(None, "0199", HQ.id)}}


def test_the_order_of_a_callers_rows_decides_nothing() -> None:
    """Of two extensions in the rows of one number the same one is kept, whatever order Webex lists them in."""
    one, other = _owned(extension="0198"), _owned(extension="0199")
    kept = [_given(_plan(_caller(), *UPGRADE, org=MANAGED, numbers=rows)) for rows in ((one, other), (other, one))]
    assert kept[0] == kept[1] == {ANN.email: {CallingProperties(OLD, "0198", HQ.id)}}


def test_the_order_of_a_numbers_rows_decides_no_word() -> None:
    """Of two owners of one number the same one is named, whatever order Webex lists them in."""
    one, other = (msgspec.structs.replace(ROW, owner_type=kind) for kind in ("CALL_QUEUE", "HUNT_GROUP"))
    told = [_plan(ANN, everyone(NAME), numbers=rows).plan.findings for rows in ((one, other), (other, one))]
    assert told[0] == told[1]
    assert "number-in-use" in {finding.code for finding in told[0]}


def test_what_a_caller_was_asked_names_person_and_block() -> None:
    """What is told of a caller afterwards is about the very person, and about what the files want for them."""
    block = Calling(location="Berlin")
    found = _plan(
        _caller(), everyone(ref(NAME, calling=block)), acknowledgement(LOWER, max=5), org=MANAGED, numbers=(_owned(),)
    )
    person = next(person for person, _ in found.workings.population.fetch(found.workings.answers))
    told = found.workings.numbers.told(person, block)
    assert told is not None
    assert (told[0].person, told[0].wanted, told[0].number) == (person, block, OLD)


def test_an_added_license_with_a_block_of_its_own() -> None:
    """A block beside what an exception adds comes before the block of the exception itself."""
    own = Calling(number="none", location="Berlin", extension="4711")
    added = exception("ann", ANN.email, add=[ref(NAME, calling=own)], calling=Calling(number=OLD))
    numbers = (ROW, msgspec.structs.replace(ROW, number=OLD))
    assert _given(_plan(ANN, everyone("Real-Time Translations"), added, numbers=numbers)) == {
        ANN.email: {CallingProperties(None, "4711", BERLIN.id)}
    }
