"""Readiness is a view of one plan: everybody a Calling grant speaks for, nobody else, each with the plan's own verdict."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from reconciler.model.calling_readiness import Candidate
from reconciler.model.catalog import License
from reconciler.model.desired import Budget, Calling, Capacity, GroupReference, Guards
from reconciler.model.live import Location, Person, PhoneNumber
from reconciler.model.memory import Memory
from reconciler.operations.calling_candidates import Candidates, summary, verdict_of
from reconciler.planner import make_plan
from reconciler.resolve.calling import CHECKS
from tests.support.desired import (
    Document,
    acknowledgement,
    desired,
    exception,
    live,
    managed,
    members,
    organization,
    ref,
)
from tests.support.example import planned_from
from tests.support.live import NOW, PRO, RTT, SALES, STANDARD, FakeLive, Someone, license_id

HQ, LAB = Location("L-HQ", "HQ", True), Location("L-LAB", "Lab", False)
NAME = "Webex Calling - Professional"
UCM = License(license_id("UCPREM", 33), "Unified Communication Manager (UCM)", 10, 1, 1, 0, "Sub-1")
CALLERS = members("Sales", NAME, "Real-Time Translations", name="callers")


def _number(last: int, **fields: Any) -> PhoneNumber:
    row = PhoneNumber(f"+140855501{last:02}", HQ.id, "HQ", "ACTIVE")
    return msgspec.structs.replace(row, **fields)


def _someone(name: str, last: int | None = None, **fields: Any) -> Someone:
    phone = None if last is None else f"+140855501{last:02}"
    return Someone(f"{name}@acme.example", groups=(SALES.id,), work_phone=phone, **fields)


class _Counting(FakeLive):
    """Remembers the situations whose people were read."""

    read: set[int]

    def people(self, situations: Collection[int]) -> Iterable[Person]:
        """The same people."""
        self.read = getattr(self, "read", set()) | set(situations)
        return super().people(situations)


def _found(
    *people: Someone,
    numbers: tuple[PhoneNumber, ...] = (),
    more: tuple[Document, ...] = (CALLERS,),
    org: Any = None,
    memory: Memory | None = None,
    licenses: tuple[License, ...] = (PRO, STANDARD, RTT, UCM),
) -> dict[str, Candidate]:
    files = desired(org or organization("groups"), *more)
    snapshot = live(*people, licenses=licenses, locations=(HQ, LAB), numbers=numbers)
    made = make_plan(files, snapshot, memory or Memory(), NOW, "0")
    found = Candidates(made.workings, snapshot, NOW).all()
    assert [(item.email, item.license) for item in found] == sorted((item.email, item.license) for item in found)
    ready = {item.email for item in found if item.verdict == "ready"}
    given = {c.email for c in made.plan.changes for op in c.licenses if op.operation == "add" and op.calling}
    assert ready == given, "ready is what the plan gives, no more and no less"
    waiting = {item.email for item in found if item.verdict.startswith("waiting")}
    assert waiting == {item.email for item in made.plan.waiting if item.license != "Real-Time Translations"}
    return {item.email.partition("@")[0]: item for item in found}


def test_one_of_each() -> None:
    """Every verdict comes from the plan's own reason, with the codes of the findings and the place to mend it."""
    standard = organization("groups", manage=managed("Webex Calling - Standard"))
    found = _found(
        _someone("ready", 0, provision_source="AAD"),
        _someone("holder", 1, holds=(PRO.id,), location_id=HQ.id, extension="0101"),
        _someone("phoneless", provision_source="OKTA"),
        _someone("owned", 2),
        _someone("lab", 3),
        _someone("odd", extension="x1"),
        _someone("place", 4, holds=(STANDARD.id,)),
        _someone("blind", 5, calling_unreadable=True),
        _someone("ucm", 6, holds=(UCM.id,)),
        _someone("denied", 7),
        Someone("outside@acme.example", work_phone="+14085550108"),
        _someone("exempt", 8),
        _someone("gone", 8, state="deactivated"),
        numbers=(
            _number(0),
            _number(1, owner_type="PEOPLE", owner_id=_someone("holder").id),
            _number(2, owner_type="HUNT_GROUP", state="INACTIVE"),
            _number(3, location_id=LAB.id, location_name="Lab"),
            *(_number(last) for last in (4, 5, 6, 7, 8)),
        ),
        more=(
            CALLERS,
            exception("no", "denied@acme.example", deny=[NAME]),
            exception("off", "exempt@acme.example", exempt=True),
            exception("odd", "odd@acme.example",
                      calling=Calling(number="none", location="HQ", extension="fromDirectory")),
        ),
        org=standard,
    )  # fmt: skip
    assert {name: (item.verdict, tuple(o.code for o in item.obstacles)) for name, item in found.items()} == {
        "ready": ("ready", ()),
        "holder": ("provisioned", ()),
        "phoneless": ("noNumber", ("no-work-phone",)),
        "owned": ("numberUnusable", ("number-in-use", "number-not-active")),
        "lab": ("locationUnusable", ("location-not-enabled",)),
        "odd": ("extensionUnusable", ("extension-not-digits",)),
        "place": ("placeUnknown", ("calling-place-unknown",)),
        "blind": ("unreadable", ("calling-unreadable",)),
        "ucm": ("besideUnifiedCm", ("unified-cm",)),
        "denied": ("denied", ("denied",)),
    }
    assert (found["ready"].number, found["ready"].location, found["ready"].extension) == ("+14085550100", "HQ", None)
    assert (found["holder"].number, found["holder"].location, found["holder"].extension) == (
        "+14085550101",
        "HQ",
        "0101",
    )
    assert found["phoneless"].directory == "Okta"
    assert found["phoneless"].obstacles[0].fix_in == ("directory", "files")
    assert (found["ready"].templates, found["ready"].groups) == (("callers",), ("Sales",))
    assert found["ready"].sources == ("templates.yaml:5",)
    assert found["lab"].location == "Lab"


def test_the_line_for_a_unit() -> None:
    """Who waits has a place in the line, in the order of service, and the time since when."""
    since = NOW - timedelta(days=3)
    memory = Memory(waiting={(_someone("late").id, NAME): since})
    found = _found(
        _someone("first", 0, created=datetime(2020, 1, 1, tzinfo=UTC)),
        _someone("late", 1),
        _someone("next", 2, created=datetime(2021, 1, 1, tzinfo=UTC)),
        numbers=(_number(0), _number(1), _number(2)),
        licenses=(msgspec.structs.replace(PRO, total=1), RTT),
        memory=memory,
    )
    assert {name: item.verdict for name, item in found.items()} == {
        "late": "ready",
        "first": "waitingForUnit",
        "next": "waitingForUnit",
    }
    assert found["first"].obstacles[0].message == f"place 1 of 2 in the line for a unit of {NAME}"
    assert found["next"].obstacles[0].message == f"place 2 of 2 in the line for a unit of {NAME}"
    assert found["next"].waiting_since == NOW
    assert found["next"].number == "+14085550102"


def test_a_full_budget_is_not_an_empty_pool() -> None:
    """Who waits for a place in a group's budget is told so."""
    org = organization("groups", capacity=Capacity(budgets=(Budget(NAME, GroupReference("Sales"), 1),)))
    found = _found(_someone("a", 0), _someone("b", 1), numbers=(_number(0), _number(1)), org=org)
    assert {name: item.verdict for name, item in found.items()} == {"a": "ready", "b": "waitingForBudget"}
    assert [o.code for o in found["b"].obstacles] == ["no-place-in-budget"]


def test_a_replacement_that_a_guard_holds() -> None:
    """Somebody whose lower license may not be taken away is held back, and the guard is named."""
    org = organization(
        "groups",
        manage=managed("Webex Calling - Standard"),
        guards=Guards(irreversible="hold", first_apply="all"),
    )
    person = _someone("a", 0, holds=(STANDARD.id,), location_id=HQ.id, extension="0100")
    found = _found(person, org=org)
    assert (found["a"].verdict, [o.code for o in found["a"].obstacles]) == ("heldBack", ["held-irreversible"])
    paper = acknowledgement("Webex Calling - Standard", users=(person.email,))
    assert _found(person, org=org, more=(CALLERS, paper))["a"].verdict == "ready"


def test_an_exception_that_adds_makes_a_candidate() -> None:
    """The `add` of an exception speaks for a person whom no template speaks for; its name stands among the grounds."""
    person = Someone("x@acme.example", work_phone="+14085550100")
    added = exception("vip", person.email, add=[ref(NAME)])
    found = _found(person, _someone("y"), numbers=(_number(0),), more=(members("Support", NAME), added))
    assert {name: (item.verdict, item.templates) for name, item in found.items()} == {
        "x": ("ready", ("exception:vip",))
    }


def test_a_higher_license_that_is_held_is_enough() -> None:
    """Who holds the higher tier is provisioned, and is listed once where two tiers are granted."""
    lower = members("Sales", "Webex Calling - Standard", name="lower")
    person = _someone("a", 0, holds=(PRO.id,), location_id=HQ.id)
    found = _found(person, more=(lower,))
    assert (found["a"].verdict, found["a"].license) == ("provisioned", "Webex Calling - Standard")
    assert _found(person, more=(lower, CALLERS))["a"].license == NAME


def test_nobody_has_calling_in_mind() -> None:
    """Files that grant no Calling have no candidates."""
    found = _found(_someone("a", 0), more=(members("Sales", "Real-Time Translations"),))
    assert found == {}
    assert summary(()).candidates == 0


def test_only_people_with_a_grant_are_read() -> None:
    """People of situations without a Calling grant are not read for this, however many there are."""
    many = [Someone(f"p{n}@acme.example") for n in range(50)]
    snapshot = _Counting((PRO, RTT), [*many, _someone("a", 0)], (SALES,), locations=(HQ,), numbers=(_number(0),))
    made = make_plan(desired(organization("groups"), CALLERS), snapshot, Memory(), NOW, "0")
    snapshot.read = set()
    assert len(Candidates(made.workings, snapshot, NOW).all()) == 1
    assert snapshot.read == set(snapshot.locate([_someone("a").id]).values())


def test_the_counts() -> None:
    """Counts add up: every candidate is ready, provisioned, waiting or blocked; a code counts people, not findings."""
    found = _found(
        _someone("a", 0),
        _someone("b"),
        _someone("c", 2),
        numbers=(_number(0), _number(2, owner_type="CALL_QUEUE", mobile=True)),
    )
    counts = summary(found.values())
    assert (counts.people, counts.candidates, counts.ready, counts.blocked) == (3, 3, 1, 2)
    assert [(item.verdict, item.candidates) for item in counts.verdicts] == [
        ("ready", 1),
        ("noNumber", 1),
        ("numberUnusable", 1),
    ]
    assert [(item.code, item.candidates) for item in counts.obstacles] == [
        ("no-work-phone", 1),
        ("number-in-use", 1),
        ("number-mobile", 1),
    ]


def test_every_check_has_a_verdict_of_its_own() -> None:
    """No check of a number, location or extension ends as a mere `refused`."""
    for rule in CHECKS:
        module = inspect.getmodule(rule.act)
        assert module is not None
        assert verdict_of(module.CODE) != "refused", module.CODE


def test_what_webex_refused_before_is_told_with_code_and_times() -> None:
    """Somebody at rest is held back, with the number that was asked for, Webex's reason and the times."""
    story: dict[str, Any] = {
        "templates": {"everyone": {"licenses": [NAME]}},
        "numbers": ["+14085550100"],
        "people": {"ann": {"phone": "+14085550100"}},
        "setbacks": [
            {"of": "ann", "add": NAME, "state": "refused", "codes": [400411], "times": 3, "hoursAgo": 2,
             "number": "+14085550100", "words": "code 400411: a number is needed"},
        ],
    }  # fmt: skip
    planned = planned_from(story)
    assert not isinstance(planned, list)
    (candidate,) = Candidates(planned.workings, live(licenses=()), NOW).all()
    assert (candidate.verdict, candidate.number) == ("heldBack", "+14085550100")
    (obstacle,) = candidate.obstacles
    assert obstacle.code == "asked-before"
    assert obstacle.message.startswith("Webex refused it (code 400411: a number is needed); asked 3 times since ")
