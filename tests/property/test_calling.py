"""What holds of every plan that gives Webex Calling, whatever the numbers, the files and the directory: RULES 6.

Small pools, few numbers and people who share them, so that most cases have something to contend for.
"""

from __future__ import annotations

import random
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.model.calling_readiness import Candidate
from reconciler.model.catalog import CUSTOMER_ASSIST, License
from reconciler.model.desired import (
    Acknowledgement,
    Calling,
    CallingAssignment,
    Desired,
    Guards,
    Managed,
    Retention,
    Source,
)
from reconciler.model.live import Location, PhoneNumber
from reconciler.model.memory import Memory
from reconciler.model.plan import CallingProperties
from reconciler.operations.calling_candidates import Candidates
from reconciler.planner import Planned, make_plan
from tests.support.desired import LATER, Document, desired, everyone, exception, managed, members, organization, ref
from tests.support.live import NOW, PRO, SALES, STANDARD, SUPPORT, FakeLive, Someone, license_id

HQ, BERLIN, DEPOT, ATTIC = PLACES = (
    Location("L-HQ", "HQ", True),
    Location("L-BER", "Berlin", True),
    Location("L-DEP", "Depot", False),
    Location("L-ATT", "Attic", None),
)
ASSIST = License(license_id("BCCXE", 40), CUSTOMER_ASSIST, 5, 0, 0, 0, "Sub-1")
PRO2 = msgspec.structs.replace(PRO, id=license_id("BCSTD", 41), subscription="Sub-2")
UCM = License(license_id("UCPREM", 33), "Unified Communication Manager (UCM)", 10, 0, 0, 0, "Sub-1")
CALLING = (PRO, PRO2, STANDARD, ASSIST)
NAMES = tuple(dict.fromkeys(pool.name for pool in CALLING))
PHONES = ("+14085550100", "+14085560100", "+14085550101", "+14085560101", "+14085570100")
EMAILS = tuple(f"p{number}@acme.example" for number in range(6))
EXTENSIONS = ("0100", "0101", "4711")
FEW = settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])

_location = st.sampled_from((*["fromNumber"] * 3, *["HQ"] * 4, "Berlin", "Depot", "Attic", "Nowhere"))
_digits = st.sampled_from(("none", "none", "fromDirectory", "lastDigits", *EXTENSIONS))
_block = st.builds(
    Calling,
    number=st.sampled_from(("workPhone", "workPhone", "none", *PHONES)),
    location=_location,
    extension=_digits,
    last_digits=st.sampled_from((2, 4)),
    beside_ucm=st.booleans(),
)


@st.composite
def _person(draw: st.DrawFn, email: str) -> Someone:
    holds = draw(st.sampled_from((*[()] * 6, (STANDARD.id,), (PRO.id,), (PRO2.id,), (UCM.id,), (STANDARD.id, UCM.id))))
    caller = bool(set(holds) - {UCM.id})
    return Someone(
        email,
        groups=draw(st.sampled_from(((), (SALES.id,), (SUPPORT.id,), tuple(sorted((SALES.id, SUPPORT.id)))))),
        holds=tuple(sorted(holds)),
        work_phone=draw(st.sampled_from((*PHONES[:3], *PHONES, "+1 (408) 555-0100", "555-0100", None))),
        extension=draw(st.sampled_from((None, *EXTENSIONS))),
        location_id=draw(st.sampled_from((HQ.id, BERLIN.id, None))) if caller else None,
        calling_unreadable=draw(st.integers(0, 9)) == 9,
    )


@st.composite
def _row(draw: st.DrawFn, number: str | None, people: list[Someone]) -> PhoneNumber:
    place = draw(st.sampled_from((*[HQ] * 8, BERLIN, BERLIN, DEPOT, ATTIC)))
    callers = [person.id for person in people if set(person.holds) - {UCM.id}]
    owner = draw(st.sampled_from((*[None] * 8, *callers, "HUNT_GROUP", people[0].id)))
    kind = draw(st.sampled_from((*[None] * 20, "mobile", "toll_free", "service", "reserved")))
    row = PhoneNumber(
        number,
        place.id,
        place.name,
        draw(st.sampled_from((*["ACTIVE"] * 12, "INACTIVE"))),
        draw(st.sampled_from((None, *EXTENSIONS))) if owner or number is None else None,
        None if owner is None else "HUNT_GROUP" if owner == "HUNT_GROUP" else "PEOPLE",
        owner,
    )
    return msgspec.structs.replace(row, **{kind: True}) if kind else row


@st.composite
def _documents(draw: st.DrawFn) -> list[Document]:
    digits = Calling(extension="lastDigits", last_digits=4)
    block = draw(st.sampled_from((None, digits, digits, digits)) | _block)
    found: list[Document] = [everyone(ref(draw(st.sampled_from(NAMES)), calling=block), name="everyone")]
    for name, group in (("sales", "Sales"), ("support", "Support")):
        grants = [ref(grant, calling=draw(st.none() | _block)) for grant in draw(st.sets(st.sampled_from(NAMES)))]
        if grants:
            found.append(members(group, *grants, name=name, priority=draw(st.sampled_from((5, 50)))))
    for number, email in enumerate(draw(st.lists(st.sampled_from(EMAILS), max_size=2, unique=True))):
        what: dict[str, Any] = {"calling": draw(_block)}
        if draw(st.booleans()):
            what = {"add": [ref(draw(st.sampled_from(NAMES)), calling=draw(st.none() | _block))]}
        found.append(exception(f"x{number}", email, **what))
    for email in draw(st.lists(st.sampled_from((*EMAILS, "nobody@acme.example")), max_size=3, unique=True)):
        phone = draw(st.sampled_from((None, *PHONES)))
        extension = draw(st.sampled_from(EXTENSIONS if phone is None else (None, *EXTENSIONS)))
        place = draw(st.sampled_from(("HQ", "Berlin"))) if phone is None or draw(st.booleans()) else None
        found.append(CallingAssignment(email, place, phone, extension, "rows", Source("rows.yaml", 3)))
    found.append(Acknowledgement("paper", "known", LATER, license="Webex Calling - Standard", max=9))
    return found


class Case(msgspec.Struct):
    """An organization with numbers, and files for it."""

    files: Desired
    people: list[Someone]
    numbers: list[PhoneNumber]
    licenses: list[License]

    def live(self) -> FakeLive:
        """A snapshot of it."""
        return FakeLive(self.licenses, self.people, (SALES, SUPPORT), locations=PLACES, numbers=self.numbers)

    def plan(self) -> Planned:
        """The plan of its files."""
        return make_plan(self.files, self.live(), Memory(), NOW, "0")


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Few numbers, few units, and several ways to want them."""
    people = [draw(_person(email)) for email in EMAILS[: draw(st.integers(2, 6))]]
    again = draw(st.sampled_from((None, None, None, *PHONES)))
    listed = [draw(_row(phone, people)) for phone in (*PHONES, again) if phone]
    listed += [draw(_row(None, people)) for _ in range(draw(st.integers(0, 2)))]
    listed += [
        PhoneNumber(None, place.id, place.name, "ACTIVE", person.extension, "PEOPLE", person.id)
        for person in people
        for place in PLACES
        if place.id == person.location_id and person.extension  # Webex lists every extension in use
    ]
    licenses = [msgspec.structs.replace(pool, total=draw(st.sampled_from((6, 6, 6, 2, 1, 0)))) for pool in CALLING]
    org = organization(
        draw(st.sampled_from(("organization", "organization", "groups", "groupsThenOrganization"))),
        manage=managed("Webex Calling - Standard") if draw(st.booleans()) else tuple[Managed, ...](),
        retention=Retention(outside_defaults=draw(st.sampled_from(("preserve", "remove")))),
        guards=Guards(first_apply="all"),
    )
    return Case(desired(org, *draw(_documents())), people, listed, [*licenses, UCM])


def _given(found: Planned) -> dict[str, list[CallingProperties]]:
    catalog = found.workings.book.catalog
    given_to: dict[str, list[CallingProperties]] = {}
    for change in found.plan.changes:
        for op in change.licenses:
            calling = catalog.is_calling(catalog.product_of[op.license_id])
            assert (op.calling is not None) == (op.operation == "add" and calling), (
                "properties exactly where Webex wants them"
            )
            if op.calling is not None:
                given_to.setdefault(change.email, []).append(op.calling)
    return given_to


@given(cases())
@FEW
def test_every_addition_can_be_carried_out(case: Case) -> None:
    """Each Calling addition carries a location and a number or an extension, and all of one person carry the same."""
    for places in _given(case.plan()).values():
        assert len(set(places)) == 1
        assert places[0].location_id in {place.id for place in PLACES}
        assert places[0].phone_number or places[0].extension


@given(cases())
@settings(FEW, max_examples=300)
def test_nothing_is_given_twice(case: Case) -> None:
    """No two people of one plan get the same number, or the same extension at one location."""
    places = {email: found[0] for email, found in _given(case.plan()).items()}
    numbers = [place.phone_number for place in places.values() if place.phone_number]
    extensions = [(place.location_id, place.extension) for place in places.values()]
    callers = {person.email for person in case.people if set(person.holds) - {UCM.id}}
    assert len(set(numbers)) == len(numbers)
    fresh = [(places[email].location_id, places[email].extension) for email in places if email not in callers]
    assert all(extensions.count(place) == 1 for place in fresh if place[1])


@given(cases())
@FEW
def test_nothing_of_anybody_else_is_given(case: Case) -> None:
    """A number is listed once, free or the person's own; a newcomer's is ordinary, active and at an enabled location."""
    places = {place.id: place for place in PLACES}
    for email, found in _given(case.plan()).items():
        person = next(person for person in case.people if person.email == email)
        caller = bool(set(person.holds) - {UCM.id})
        given_place = found[0]
        rows = [row for row in case.numbers if row.number and row.number == given_place.phone_number]
        if given_place.phone_number:
            assert rows
        if caller:
            assert all(row.owner_id == person.id for row in rows)
            continue
        assert not person.calling_unreadable
        assert places[given_place.location_id or ""].calling is True
        for row in rows:
            assert row.owner_id in (None, person.id)
            assert row.owner_type in (None, "PEOPLE")
            assert row.state == "ACTIVE"
            assert row.location_id == given_place.location_id
            assert not any((row.mobile, row.toll_free, row.service, row.reserved))
        assert len(rows) <= 1
        for row in case.numbers:
            if row.location_id == given_place.location_id and row.extension and row.extension == given_place.extension:
                assert row.owner_id == person.id


@given(cases())
@FEW
def test_callers_are_not_moved(case: Case) -> None:
    """Who has Calling keeps location and extension in every call, and neither number nor place is of the files."""
    for email, found in _given(case.plan()).items():
        person = next(person for person in case.people if person.email == email)
        if set(person.holds) - {UCM.id}:
            owned = {row.number for row in case.numbers if row.owner_id == person.id and row.number}
            assert found[0].phone_number in owned | {None}
            assert person.location_id in (None, found[0].location_id)
            assert person.extension in (None, found[0].extension)


@given(cases())
@FEW
def test_readiness_is_the_plan(case: Case) -> None:
    """Ready is whom the plan gives Calling, waiting is who waits in it, and whoever is blocked is told why."""
    found = case.plan()
    candidates = Candidates(found.workings, case.live(), NOW).all()
    given_to = {(c.email, op.license) for c in found.plan.changes for op in c.licenses if op.calling is not None}
    assert {(item.email, item.license) for item in candidates if item.verdict == "ready"} == given_to
    waits = {(item.email, item.license) for item in found.plan.waiting}
    assert {(item.email, item.license) for item in candidates if item.verdict.startswith("waiting")} == waits
    assert all(item.obstacles for item in candidates if item.verdict not in ("ready", "provisioned"))
    told = {(finding.where, finding.code) for finding in found.plan.findings}
    for item in candidates:
        if item.verdict not in ("denied", "heldBack") and not item.verdict.startswith("waiting"):
            assert {(item.email, obstacle.code) for obstacle in item.obstacles} <= told


@given(cases(), st.randoms(use_true_random=False))
@FEW
def test_order_does_not_matter(case: Case, chance: random.Random) -> None:
    """People, numbers and rows in another order give the same plan and the same candidates."""
    expected, candidates = _outcome(case)
    people, numbers = list(case.people), list(case.numbers)
    rows = list(case.files.calling_assignments)
    for shuffled in (people, numbers, rows):
        chance.shuffle(shuffled)
    files = msgspec.structs.replace(case.files, calling_assignments=tuple(rows))
    assert _outcome(Case(files, people, numbers, case.licenses)) == (expected, candidates)


def _outcome(case: Case) -> tuple[bytes, tuple[Candidate, ...]]:
    found = case.plan()
    return msgspec.json.encode(found.plan), Candidates(found.workings, case.live(), NOW).all()
