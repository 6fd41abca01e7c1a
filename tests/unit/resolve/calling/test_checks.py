"""The table of checks: one file each, named by its claim, with a code of its own, a source, and an example."""

from __future__ import annotations

import inspect
import pkgutil
import re
from types import ModuleType

import pytest

from reconciler.model.desired import Calling, Source
from reconciler.model.live import Location, Person, PhoneNumber
from reconciler.resolve import calling
from reconciler.resolve.calling import CHECKS, GIVING, KEEPING, Ask, CallingCheck, Problem

APART = {"ask", "number_plan"}
ANN = Person("P1", "ann@acme.example", "Ann", 1, provision_source="OKTA")
NUMBER = "+14085550100"
HQ = Location("L1", "HQ", True)
ROW = PhoneNumber(NUMBER, "L1", "HQ", "ACTIVE")
names = pytest.mark.parametrize("rule", CHECKS, ids=[rule.claim for rule in CHECKS])


def _module(rule: CallingCheck) -> ModuleType:
    module = inspect.getmodule(rule.act)
    assert module is not None
    return module


def test_every_check_is_listed_once_and_named_by_its_file() -> None:
    """Each file of the package but the two with the values is in the table under its name; the table names nothing else."""
    files = {item.name for item in pkgutil.iter_modules(calling.__path__)} - APART
    assert sorted(rule.claim.replace("-", "_") for rule in CHECKS) == sorted(files)
    assert [_module(rule).__name__.rpartition(".")[2] for rule in CHECKS] == [r.claim.replace("-", "_") for r in CHECKS]
    assert CHECKS == KEEPING + GIVING


def test_codes_are_their_own() -> None:
    """No two checks share a code: a finding names the check."""
    codes = [_module(rule).CODE for rule in CHECKS]
    assert len(set(codes)) == len(codes)


@names
def test_each_says_why_where_from_and_shows_it(rule: CallingCheck) -> None:
    """The page at the top of the file gives the reason, the number in the rule book and an example that runs."""
    text = _module(rule).__doc__ or ""
    assert "\nWhy: " in text
    assert rule.number in text.partition("Source: RULES")[2].partition("\n>>>")[0]
    assert "\n>>> " in text


def test_who_has_nothing_wrong_fails_no_check() -> None:
    """An ordinary number of an enabled location, wanted and free, passes every check there is."""
    ask = Ask(ANN, Calling(), text=NUMBER, number=NUMBER, listed=(ROW,), location=HQ)
    assert [rule.claim for rule in CHECKS if rule.act(ask) is not None] == []


def _lists(**fields: object) -> Ask:
    known: dict[str, object] = {"text": NUMBER, "number": NUMBER, "location": HQ}
    return Ask(ANN, Calling(), **(known | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize("number", ["workPhone", NUMBER])
def test_the_hint_names_the_place_the_number_is_written_in(number: str) -> None:
    """A work phone is put right in the directory by its name, a number of the files at its file and line."""
    wanted = Calling(number=number, source=Source("acme.yaml", 7))
    ask = Ask(ANN, wanted, text=NUMBER, number=NUMBER, location=HQ)
    problems = [problem for rule in GIVING if (problem := rule.act(ask)) is not None]
    assert [problem.code for problem in problems] == ["number-not-ours"]
    place = "Okta" if number == "workPhone" else "acme.yaml:7"
    assert problems[0].hint.endswith(place)
    assert problems[0].fix_in == ("controlHub", "directory" if number == "workPhone" else "files")


OWNERS = {
    ("PEOPLE", "P2"): "somebody else",
    ("AUTO_ATTENDANT", "A"): "an auto attendant",
    ("CALL_QUEUE", "Q"): "a call queue",
    ("UNKNOWN", None): "somebody else",
    (None, "P2"): "somebody else",
    ("HUNT_GROUP", None): "a hunt group",
}


@pytest.mark.parametrize(("kind", "owner"), OWNERS)
def test_any_owner_but_the_person_blocks(kind: str | None, owner: str | None) -> None:
    """Whoever the owner is, and however little Webex says of them, the number is not free."""
    row = PhoneNumber(NUMBER, "L1", "HQ", "ACTIVE", None, kind, owner)
    found = [problem for rule in GIVING if (problem := rule.act(_lists(listed=(row,)))) is not None]
    assert [problem.code for problem in found] == ["number-in-use"]
    assert found[0].message == f"{NUMBER} belongs to {OWNERS[kind, owner]}"


def test_every_row_of_a_number_is_looked_at() -> None:
    """A second row with an owner, another state or another location counts as much as the first."""
    other = PhoneNumber(NUMBER, "L2", "Berlin", "INACTIVE", None, "PEOPLE", "P2", mobile=True)
    found = [p.code for rule in GIVING if (p := rule.act(_lists(listed=(ROW, other), named=HQ))) is not None]
    assert found == [
        "number-listed-twice",
        "number-in-use",
        "number-not-active",
        "number-mobile",
        "number-elsewhere",
    ]


@pytest.mark.parametrize("extension", ["1", "12345678901", "12a4", "١٢٣٤", "12 34"])
def test_an_extension_is_digits(extension: str) -> None:
    """One digit, eleven, letters, blanks and digits of other scripts are no extension."""
    ask = Ask(ANN, Calling(extension="fromDirectory"), number=NUMBER, location=HQ, extension=extension)
    problem = next(rule for rule in GIVING if rule.claim == "the-extension-is-two-to-ten-digits").act(ask)
    assert isinstance(problem, Problem)
    assert problem.hint == "correct it in Okta, without a routing prefix"


def test_an_unknown_directory_keeps_its_own_name() -> None:
    """A provisionSource that nobody has documented is shown as Webex spells it."""
    person = Person("P1", "ann@acme.example", "Ann", 1, provision_source="SCIM")
    assert re.fullmatch(r"the directory \(SCIM\)", calling.directory(person))
