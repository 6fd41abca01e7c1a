"""The whole core on one page: desired + live + memory -> a plan, and what to remember once it is done.

No clock, network, disk or environment: the same values give the same plan, byte for byte.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from reconciler.book.book import Book
from reconciler.book.population import Population
from reconciler.diff import undone
from reconciler.diff.asked_before import asked_before
from reconciler.diff.changes import Differ, Difference
from reconciler.diff.cost import monthly_cost
from reconciler.diff.ledger import Ledger, ledger
from reconciler.diff.notes import another_writer, notes, unused_acknowledgements
from reconciler.errors import InputError, UnknownNameError
from reconciler.guard import Sight, nothing_is_planned_from_nothing
from reconciler.guard.objections import objections, sight_of
from reconciler.guard.sight import lost_before
from reconciler.model.catalog import License
from reconciler.model.desired import Desired
from reconciler.model.expected import Allocation, Answer, Key
from reconciler.model.finding import errors, ordered
from reconciler.model.memory import Memory
from reconciler.model.plan import (
    FORMAT_VERSION,
    Change,
    DesiredRef,
    GuardResult,
    Held,
    LiveRef,
    OrganizationRef,
    Plan,
    PoolLine,
    Summary,
    Tool,
    stamp,
)
from reconciler.model.undo import Stuck, Undo
from reconciler.ports import LiveView
from reconciler.resolve.calling import NumberPlan, number_plan
from reconciler.resolve.capacity.engine import count_units, hand_out
from reconciler.resolve.capacity.waiting_lasts_until_the_grant_ends import kept_dates
from reconciler.resolve.engine import Resolver
from reconciler.resolve.scope import scope_needed
from reconciler.resolve.undoing import possible


class Workings(msgspec.Struct, frozen=True):
    """The values a plan was made from, for `explain` and `drift`: views of them, never a second derivation.

    `sight` is what its guards saw (`guard.objections` asks them about a part of it).
    """

    book: Book
    population: Population
    answers: Mapping[Key, Answer]
    allocation: Allocation
    hands_off: Mapping[Key, str]
    numbers: NumberPlan
    sight: Sight


class Planned(msgspec.Struct, frozen=True):
    """A plan, what the store must remember after it, and how it came about. `stays`: what an undo does not bring back."""

    plan: Plan
    ledger: Ledger
    workings: Workings
    stays: tuple[Stuck, ...] = ()


def make_plan(
    desired: Desired,
    live: LiveView,
    memory: Memory,
    now: datetime,
    tool_version: str,
    more: Mapping[str, int] | None = None,
    undo: Undo | None = None,
) -> Planned:
    """Everything, in order: bind, resolve each situation once, hand out units, diff, ask the guards.

    Raises UnknownNameError, with every finding, for names that live does not have; InputError when the snapshot is empty
    or was read in too small a scope. `now` has a time zone. `more`: the plan as if pools (license ids) had so many units
    more, or fewer where negative; such a plan is for reading, never for an apply. `undo`: only what takes a run
    back and what the files leave alone (decision 0008); the `ledger` of such a plan is never to be recorded.
    """
    needed = scope_needed(desired, live.licenses(), live.groups(), undo.pools if undo else ())
    impossible = nothing_is_planned_from_nothing.check(desired, live.snapshot(), needed)
    if impossible is not None:
        raise InputError(impossible.message, hint=impossible.hint)
    book = Book(desired, _supposing(live.licenses(), more or {}), live.groups(), live.members_seen(), memory, now)
    units = count_units(book)
    if errors(book.findings):
        raise UnknownNameError(
            "The files name things that the organization does not have.", findings=ordered(book.findings),
            hint="Nothing was planned; correct the files and plan again.",
        )  # fmt: skip
    book.undo = undo
    population = Population(book, live, units.budget_groups)
    stuck: tuple[Stuck, ...] = ()
    if undo is not None:
        could = possible(book, population, undo)
        book.reversals, stuck = could.people, (*undo.stuck, *could.stuck)
        population = Population(book, live, units.budget_groups)
    _acknowledge(book, population)
    resolver = Resolver(book)
    answers = {key: resolver.answer(key) for key in population.counts}
    numbers = number_plan(book, population, live)
    allocation = hand_out(units, population.counts, answers, population.fetch, numbers, now)
    difference = Differ(book, population, answers, allocation, live).run()
    if undo is not None:
        difference, stuck = undone.only(book, population, answers, allocation, difference, undo, stuck)
    changes = tuple(difference.changes)
    told = (
        ()
        if undo is not None
        else (
            *notes(book, population, answers),
            *unused_acknowledgements(book, population, difference),
            *another_writer(memory, changes),
        )
    )
    findings = ordered((*book.findings, *population.findings, *difference.findings, *told))
    sight = sight_of(book, population, changes, difference.losses.people)
    plan = Plan(
        FORMAT_VERSION, "Plan", Tool("webex-licenses", tool_version),
        OrganizationRef(live.snapshot().org_id, desired.organization.name),
        now.astimezone(UTC), "", DesiredRef(desired.digest, desired.commit), _live_ref(live),
        _summary(book, changes, difference, live.snapshot().people), _pools(book, changes), changes, tuple(difference.held),
        tuple(difference.waiting), findings, _guards(sight, difference.held),
        asked_before(book, changes, difference.held), None if undo is None else undo.run,
    )  # fmt: skip
    hands_off = {key: why for key in population.counts if (why := resolver.hands_off(key))}
    workings = Workings(book, population, answers, allocation, hands_off, numbers, sight)
    waited = kept_dates(memory.waiting, population.keys_of, answers, allocation)
    remembered = ledger(book, population, answers, [*difference.waiting_keys, *waited], now)
    return Planned(stamp(plan), remembered, workings, stuck)


_WHY_HELD = {
    "asked-before": ": Webex did not do it the last time it was asked, see what was asked before",
    "first-apply": ": the first apply only adds; the next plan takes it up, or set `guards.firstApply: all`",
    "group-missing": ": a group is missing or suddenly empty, see the findings",
    "group-incomplete": ": a group was read only in part; sync again later",
    "irreversible": ": it cannot be taken back, and no Acknowledgement covers it",
    "license-incomplete": ": holders were read only in part; sync again later",
    "people-shrunk": ": fewer people were read than before; sync again when Webex is complete",
    "protected": ": people under `guards.protected` lose nothing",
}


def _supposing(licenses: Sequence[License], more: Mapping[str, int]) -> Sequence[License]:
    """The licenses as if `more` units had been bought; one without a count stays without."""
    if not more:
        return licenses
    return [
        pool if pool.total is None else msgspec.structs.replace(pool, total=pool.total + more.get(pool.id, 0))
        for pool in licenses
    ]


def _acknowledge(book: Book, population: Population) -> None:
    """License names whose irreversible removals an Acknowledgement with `max` covers (used by `irreversible: hold`)."""
    papers = [p for p in book.desired.acknowledgements if p.license and p.max and p.until >= book.today]
    if papers and book.organization.guards.irreversible == "hold":
        tentative = Resolver(book)
        book.acknowledged = frozenset(book.catalog.canonical(paper.license or "") for paper in papers)
        losses: dict[str, int] = {}
        taken: dict[Key, list[str]] = {}
        for key, count in population.counts.items():
            answer = tentative.answer(key)
            for removal in (*answer.removals, *(drop for request in answer.requests for drop in request.drops)):
                losses[removal.product.name] = losses.get(removal.product.name, 0) + count
                taken.setdefault(key, []).append(removal.holding)
        tried = population.keys_of({loss.person_id for loss in book.memory.losses if not loss.certain})
        planned = {(person, holding) for person, key in tried.items() for holding in taken.get(key, ())}
        named = {person: marks.acknowledged for person, marks in population.marks.items()}
        book.acknowledged = frozenset(
            name
            for paper in papers
            for name in (book.catalog.canonical(paper.license or ""),)
            if losses.get(name, 0) + lost_before(book, paper, planned, named) <= (paper.max or 0)
        )


def _live_ref(live: LiveView) -> LiveRef:
    snapshot = live.snapshot()
    return LiveRef(snapshot.id, snapshot.taken_at, snapshot.people, snapshot.licenses, snapshot.groups)


def _pools(book: Book, changes: tuple[Change, ...]) -> tuple[PoolLine, ...]:
    """Every pool of a declared product or that changes, sorted by name, site, subscription."""
    adds: dict[str, int] = {}
    removes: dict[str, int] = {}
    for change in changes:
        for operation in change.licenses:
            tally = adds if operation.operation == "add" else removes
            tally[operation.license_id] = tally.get(operation.license_id, 0) + 1
    lines = []
    for pool_id in book.declared_pools | adds.keys() | removes.keys():
        pool, add, remove = book.catalog.pools[pool_id], adds.get(pool_id, 0), removes.get(pool_id, 0)
        after = None if pool.available is None else pool.available - add + remove
        lines.append(
            PoolLine(
                pool_id,
                pool.name,
                pool.subscription,
                pool.site,
                pool.total,
                pool.consumed,
                pool.available,
                add,
                remove,
                after,
            )
        )
    return tuple(
        sorted(lines, key=lambda line: (line.license, line.site or "", line.subscription or "", line.license_id))
    )


def _summary(book: Book, changes: tuple[Change, ...], difference: Difference, people: int) -> Summary:
    licenses = [operation for change in changes for operation in change.licenses]
    roles = [operation for change in changes for operation in change.attendee_sites]
    return Summary(
        people=len(changes),
        additions=sum(operation.operation == "add" for operation in licenses),
        removals=sum(operation.operation == "remove" for operation in licenses),
        attendee_additions=sum(operation.operation == "add" for operation in roles),
        attendee_removals=sum(operation.operation == "remove" for operation in roles),
        irreversible=sum(operation.irreversible for operation in licenses),
        held=len(difference.held),
        waiting=len(difference.waiting),
        unchanged=people - len(changes),
        monthly_cost=monthly_cost(book.organization.prices, book.catalog, changes),
    )


def _guards(sight: Sight, held: Iterable[Held]) -> tuple[GuardResult, ...]:
    """What would stop an apply of the whole plan, and what is held back."""
    held_by = Counter(item.guard for item in held)
    return (
        *objections(sight),
        *(
            GuardResult(
                guard,
                "hold",
                f"{'1 operation is' if count == 1 else f'{count} operations are'} held back{_WHY_HELD.get(guard, '')}",
            )
            for guard, count in sorted(held_by.items())
        ),
    )
