"""What each check says, what it tells to do, and where that is put right."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from reconciler.model.calling_readiness import FixIn
from reconciler.model.desired import Calling, CallingAssignment, Source
from reconciler.model.live import Location, Person, PhoneNumber
from reconciler.resolve.calling import CHECKS, GIVING, Ask

ANN = Person("P1", "ann@acme.example", "Ann", 1, provision_source="OKTA")
BOB = "bob@acme.example"
NUMBER = "+14085550100"
HQ, BERLIN = Location("L1", "HQ", True), Location("L2", "Berlin", True)
FILE = Source("acme.yaml", 7)
ROWS = tuple(
    CallingAssignment(ANN.email, "HQ", None, digits, "rows", Source("rows.csv", int(digits))) for digits in "23"
)
EXTENSION = Calling(number="none", location="HQ", extension="0100", source=FILE)


def _row(**fields: Any) -> PhoneNumber:
    known: dict[str, Any] = {"location_id": HQ.id, "location_name": "HQ", "state": "ACTIVE"}
    return PhoneNumber(NUMBER, **(known | fields))


def _wants(wanted: Calling | None = None, **fields: Any) -> Ask:
    known: dict[str, Any] = {"text": NUMBER, "number": NUMBER, "listed": (_row(),), "location": HQ}
    return Ask(ANN, wanted or Calling(source=FILE), **(known | fields))


def _extension(**fields: Any) -> Ask:
    known: dict[str, Any] = {"named": HQ, "location": HQ, "extension": "0100"}
    return Ask(ANN, EXTENSION, **(known | fields))


NO_NUMBER = Calling(number="none", source=FILE)
FIXED = Calling(number=NUMBER, source=FILE)
ORDINARY = "write an ordinary number of a location in Okta"

SAYS: dict[str, tuple[Ask, str, str, tuple[str, ...]]] = {
    "calling-place-unknown": (
        _wants(location=None),
        "has Calling, but not exactly one number or extension at a known location is seen",
        "sync again; if it stays so, look the person's number up in Control Hub and change the license there",
        ("webex", "controlHub"),
    ),
    "calling-rows-differ": (
        _wants(rows=ROWS), "2 rows for their addresses differ: rows.csv:2, rows.csv:3", "keep one row per person", ("files",),
    ),
    "no-number": (
        Ask(ANN, NO_NUMBER, location=HQ),
        "would get Calling without a number or an extension",
        "set `calling.number: workPhone` or `calling.extension` (acme.yaml:7)",
        ("files",),
    ),
    "no-work-phone": (
        _wants(text="", number=None, listed=()),
        "has no work phone in the directory",
        "enter one in Okta, or set the number in a UserException",
        ("directory", "files"),
    ),
    "number-not-e164": (
        _wants(text="0100", number=None, listed=()),
        "work phone '0100' is not a full international number",
        "write it as +<country><number> in Okta",
        ("directory",),
    ),
    "number-not-ours": (
        _wants(listed=()),
        f"{NUMBER} is not among the organization's Calling numbers",
        "add it to a location in Control Hub, or correct it in Okta",
        ("controlHub", "directory"),
    ),
    "number-listed-twice": (
        _wants(listed=(_row(), _row(location_id=BERLIN.id, location_name="Berlin"))),
        f"{NUMBER} is listed 2 times: at 'HQ', at 'Berlin'",
        "keep it at one location in Control Hub",
        ("controlHub",),
    ),
    "number-in-use": (
        _wants(listed=(_row(owner_type="HUNT_GROUP"),)),
        f"{NUMBER} belongs to a hunt group",
        "free the number in Control Hub, or correct it in Okta",
        ("controlHub", "directory"),
    ),
    "number-not-active": (
        _wants(listed=(_row(state=""),)),
        f"{NUMBER} is not activated yet (no state)",
        "activate it in Control Hub",
        ("controlHub",),
    ),
    "number-mobile": (_wants(listed=(_row(mobile=True),)), f"{NUMBER} is a mobile number", ORDINARY, ("directory",)),
    "number-toll-free": (
        _wants(listed=(_row(toll_free=True),)), f"{NUMBER} is a toll-free number", ORDINARY, ("directory",),
    ),
    "number-service": (_wants(listed=(_row(service=True),)), f"{NUMBER} is a service number", ORDINARY, ("directory",)),
    "number-reserved": (_wants(listed=(_row(reserved=True),)), f"{NUMBER} is a reserved number", ORDINARY, ("directory",)),
    "no-location": (
        Ask(ANN, Calling(number="none", extension="0100", source=FILE), extension="0100"),
        "has neither a number nor a location for Calling",
        "name one under `calling.location` (acme.yaml:7)",
        ("files",),
    ),
    "unknown-location": (
        _extension(named=None, location=None, locations=("Berlin", "HQ")),
        "location 'HQ' does not exist",
        "correct acme.yaml:7; the locations are Berlin, HQ",
        ("files",),
    ),
    "number-elsewhere": (
        _wants(named=BERLIN),
        f"{NUMBER} is at 'HQ', not at 'Berlin'",
        "write `location: fromNumber` (acme.yaml:7), or a number of that location in Okta",
        ("files", "directory"),
    ),
    "location-not-read": (
        _wants(location=Location("L3", "Attic")),
        "whether location 'Attic' is enabled for Calling was not seen",
        "sync again; if it stays so, look the location up in Control Hub",
        ("webex", "controlHub"),
    ),
    "location-not-enabled": (
        _wants(location=Location("L3", "Depot", False)),
        "location 'Depot' is not enabled for Calling",
        "enable it in Control Hub, or use another location",
        ("controlHub",),
    ),
    "no-extension": (
        Ask(ANN, Calling(number="none", location="HQ", extension="fromDirectory"), named=HQ, location=HQ),
        "has nothing an extension could be made from",
        "enter an extension in Okta, or set it in a UserException",
        ("directory", "files"),
    ),
    "extension-not-digits": (
        _extension(extension="1"),
        "extension '1' is not two to ten digits",
        "correct it in acme.yaml:7, without a routing prefix",
        ("files",),
    ),
    "extension-in-use": (
        _extension(owners=("P2",)),
        "extension 0100 is in use at 'HQ'",
        "free it in Control Hub, or choose another extension",
        ("controlHub", "files"),
    ),
    "number-given-twice": (
        _wants(number_goes_to=BOB),
        f"{NUMBER} goes to {BOB} in the same plan",
        "two people share this number; correct it in Okta",
        ("directory",),
    ),
    "extension-given-twice": (
        _extension(extension_goes_to=BOB),
        f"extension 0100 at 'HQ' goes to {BOB} in the same plan",
        "choose another extension for one of them",
        ("files", "directory"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", SAYS)
def test_what_a_check_says(code: str) -> None:
    """Message, hint and place are those that were read and agreed to."""
    ask, *said = SAYS[code]
    problems = [problem for rule in CHECKS if (problem := rule.act(ask)) is not None and problem.code == code]
    assert [[problem.message, problem.hint, problem.fix_in] for problem in problems] == [said]


def test_each_check_says_something() -> None:
    """Every check is in the table above, and puts things right in places that reports know."""
    found = {problem.code for ask, *_ in SAYS.values() for rule in CHECKS if (problem := rule.act(ask)) is not None}
    assert found == SAYS.keys()
    assert len(SAYS) == len(CHECKS)
    assert {place for *_, places in SAYS.values() for place in places} <= set(get_args(FixIn))


def test_what_the_files_wrote_is_put_right_in_the_files() -> None:
    """A number of the files that is elsewhere than they say is one place to look at, not two."""
    (problem,) = [p for rule in CHECKS if (p := rule.act(_wants(FIXED, named=BERLIN))) and p.code == "number-elsewhere"]
    assert problem.fix_in == ("files",)
    assert problem.hint.endswith("or a number of that location in acme.yaml:7")
    (short,) = [p for rule in GIVING if (p := rule.act(_wants(FIXED, text="0100", number=None, listed=())))]
    assert (short.message, short.fix_in) == ("number '0100' is not a full international number", ("files",))


@pytest.mark.parametrize("extension", ["fromDirectory", "lastDigits"])
def test_an_extension_of_the_directory_is_put_right_there(extension: str) -> None:
    """What the files only point at is corrected where it is kept."""
    ask = _wants(Calling(extension=extension, source=FILE), extension="1")
    (problem,) = [p for rule in CHECKS if (p := rule.act(ask)) and p.code == "extension-not-digits"]
    assert (problem.hint, problem.fix_in) == ("correct it in Okta, without a routing prefix", ("directory",))


def test_no_locations_at_all() -> None:
    """Where the organization has no location, the hint says so."""
    (problem,) = [
        p for rule in CHECKS if (p := rule.act(_extension(named=None, location=None))) and p.code == "unknown-location"
    ]
    assert problem.hint == "correct acme.yaml:7; the locations are none"


@pytest.mark.parametrize("owner", [{"owner_type": "HUNT_GROUP"}, {"owner_id": "P2"}])
def test_a_number_with_an_owner_is_told_of_once(owner: dict[str, str]) -> None:
    """Somebody has the number already: that this plan would give it to another person as well is no second finding."""
    ask = _wants(listed=(_row(**owner),), number_goes_to=BOB)
    assert [problem.code for rule in GIVING if (problem := rule.act(ask)) is not None] == ["number-in-use"]


def test_who_types_a_record_in_control_hub_is_sent_there() -> None:
    """A record that no directory feeds is corrected in Control Hub."""
    person = Person("P1", "ann@acme.example", "Ann", 1)
    (problem,) = [p for rule in GIVING if (p := rule.act(Ask(person, Calling(), text="", location=HQ)))]
    assert problem.hint == "enter one in the person's record in Control Hub, or set the number in a UserException"
