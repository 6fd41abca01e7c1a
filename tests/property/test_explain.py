"""What holds of every explanation: it says what the plan does, about everything the person holds or might, and only once.

The worlds are those of test_plan.py: a few people, small pools, a history, other files.
"""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings

from reconciler.diff.explain import Question, explain_person, products_named
from reconciler.model.catalog import Product, attendee
from reconciler.model.desired import Desired
from reconciler.model.expected import Answer
from reconciler.model.explanation import ExplainedLicense, Explanation
from reconciler.model.finding import Finding
from reconciler.model.live import Person
from reconciler.model.plan import AttendeeOperation, LicenseOperation
from reconciler.planner import Planned
from tests.property.test_plan import FEW, worlds
from tests.support.simulate import World

HELD_NOW = {"asWanted", "toRemove", "kept", "held", "notManaged"}


def explained(found: Planned, person: Person, question: Question | None = None) -> Explanation:
    """The explanation of one person of a plan."""
    work = found.workings
    return explain_person(
        found.plan, work.book, work.population, work.answers, work.allocation, work.hands_off, person, question=question
    )


def everybody(found: Planned) -> list[Person]:
    """Everybody of the snapshot."""
    population = found.workings.population
    return [person for person, _ in population.fetch(population.counts)]


def named(found: Planned, operation: LicenseOperation | AttendeeOperation) -> str:
    """The product of an operation, as text."""
    if isinstance(operation, AttendeeOperation):
        return str(attendee(operation.site_url))
    return str(found.workings.book.catalog.product_of[operation.license_id])


def planned(found: Planned, person: Person) -> Counter[tuple[str, str, str | None]]:
    """What the plan says of one person: (status, product, license id)."""
    told: Counter[tuple[str, str, str | None]] = Counter()
    for change in found.plan.changes:
        operations: list[LicenseOperation | AttendeeOperation] = [*change.licenses, *change.attendee_sites]
        for operation in operations if change.person_id == person.id else ():
            status = "toAdd" if operation.operation == "add" else "toRemove"
            told[status, named(found, operation), getattr(operation, "license_id", None)] += 1
    return told


@given(worlds())
@settings(FEW, max_examples=150)
def test_it_says_what_the_plan_does(made: tuple[World, Desired]) -> None:
    """Every addition, removal, held operation and waiting entry has its line with that status, and no line claims more."""
    world, files = made
    found = world.plan(files)
    for person in everybody(found):
        lines = explained(found, person).licenses
        claimed = Counter((x.status, x.product, x.license_id) for x in lines if x.status in ("toAdd", "toRemove"))
        assert claimed == planned(found, person)
        waits = {
            (str(Product(w.license, w.site or "")), w.since) for w in found.plan.waiting if w.person_id == person.id
        }
        assert {(x.product, x.queue.since) for x in lines if x.status == "waiting" and x.queue} == waits
        assert sum(x.status == "waiting" for x in lines) == len(waits)
        back = {named(found, item.operation) for item in found.plan.held if item.person_id == person.id}
        replaced = {str(item.instead) for item in _answer(found, person).held_back if item.instead is not None}
        assert {x.product for x in lines if x.status == "held"} == back | replaced


def _answer(found: Planned, person: Person) -> Answer:
    work = found.workings
    return work.answers[work.population.key_of(person)]


@given(worlds())
@FEW
def test_everything_held_is_told_once(made: tuple[World, Desired]) -> None:
    """Each license and role that the person holds has one line, and nothing else is called held."""
    world, files = made
    found = world.plan(files)
    for person in everybody(found):
        someone = next(item for item in world.people.values() if item.id == person.id)
        lines = [x for x in explained(found, person).licenses if x.held]
        assert sorted(x.license_id or x.product for x in lines) == sorted(
            (*someone.holds, *(str(attendee(site)) for site in someone.attendee))
        )
        assert {x.status for x in lines} <= HELD_NOW


@given(worlds())
@FEW
def test_everything_granted_is_told(made: tuple[World, Desired]) -> None:
    """What a template or an exception of the files grants has a line for everybody whom the rules do not leave alone."""
    world, files = made
    found = world.plan(files)
    products = {str(p) for item in found.workings.book.templates for p in item.products}
    for person in everybody(found):
        explanation = explained(found, person)
        told = {x.product for x in explanation.licenses}
        left_alone = found.workings.population.key_of(person) in found.workings.hands_off
        wished = {str(wish.product) for wish in _answer(found, person).wishes}
        assert (set() if left_alone else products) | wished <= told


@given(worlds())
@FEW
def test_nothing_contradicts(made: tuple[World, Desired]) -> None:
    """Not held and nothing to be done is never called expected without saying what is in the way; findings stand once."""
    world, files = made
    found = world.plan(files)
    for person in everybody(found):
        explanation = explained(found, person)
        assert explanation.verdict
        for line in explanation.licenses:
            assert line.text.endswith(".")
            assert line.expected == (line.status not in ("toRemove", "notWanted", "notGranted"))
            assert (line.status == "blocked") <= bool(line.checks)
            assert (line.status == "waiting") == (line.queue is not None)
            assert line.held or line.status not in ("asWanted", "toRemove", "kept", "notManaged")
            assert not line.held or line.status not in ("toAdd", "waiting", "blocked", "notWanted", "notGranted")
        lacking = [x.product for x in explanation.licenses if not x.held]
        assert len(lacking) == len(set(lacking))
        checks = [check for line in explanation.licenses for check in line.checks]
        mine = [item for item in found.plan.findings if item.where == person.email]
        for item in mine:  # a refusal names the license in the plan, and stands with it here
            places = (item in explanation.findings) + any(_same(item, check) for check in checks)
            assert places == 1
        assert all(any(_same(item, check) for item in mine) for check in checks)


def _same(finding: Finding, check: Finding) -> bool:
    return finding.code == check.code and finding.message.endswith(check.message)


@given(worlds())
@FEW
def test_one_license_is_the_same_answer(made: tuple[World, Desired]) -> None:
    """Asked for one license, the answer is that of the whole; what nobody grants has an answer as well."""
    world, files = made
    found = world.plan(files)
    catalog = found.workings.book.catalog
    for person in everybody(found)[:2]:
        whole: dict[str, list[ExplainedLicense]] = {}
        for line in explained(found, person).licenses:
            whole.setdefault(line.product, []).append(line)
        for product in (*catalog.sellers, attendee("acme.webex.com")):
            question = Question(str(product), products_named(catalog, str(product)))
            lines = list(explained(found, person, question).licenses)
            assert [line.product for line in lines] == [str(product)] * len(lines)
            assert lines == whole.get(str(product), lines)
            assert lines
