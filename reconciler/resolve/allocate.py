"""Who gets the last units (RULES 5.3-5.6): smallest priority, then longest waiting, then `created`, then address.

Units are given one at a time, always to the first person in order who can be served now; a request takes its unit, its
budget places and its number together or not at all. What a swap frees is available at once. A holder's unit is never
given to somebody else. Only people who compete are looked at one by one: where a pool has enough for everybody, its
requests are granted by situation.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime

import msgspec

from reconciler.book.book import Book
from reconciler.model import canonical
from reconciler.model.catalog import Product
from reconciler.model.expected import Allocation, Award, Key, Lost, Request
from reconciler.model.finding import Finding
from reconciler.model.live import Person
from reconciler.model.plan import CallingProperties
from reconciler.resolve.calling import NumberPlan
from reconciler.resolve.pools import Units

Fetch = Callable[[Collection[Key]], Iterable[tuple[Person, Key]]]
_LAST = datetime.max.replace(tzinfo=UTC)


class Demand(msgspec.Struct, frozen=True):
    """One request of everybody with one key."""

    key: Key
    request: Request
    count: int


class _Entry(msgspec.Struct, order=True):
    order: tuple[int, datetime, datetime, str, str, str]
    person: Person
    key: Key
    request: Request


def allocate(
    book: Book, units: Units, demand: list[Demand], fetch: Fetch, numbers: NumberPlan, now: datetime
) -> Allocation:
    """Hand out units. `units` must already hold what plain removals free; it is changed."""
    result = Allocation()
    contested, easy = _split(book, units, demand)
    for item in easy:
        pool = item.request.wish.ladder[0]
        units.left[pool] -= item.count
        for drop in item.request.drops:
            if drop.holding in units.left:
                units.left[drop.holding] += item.count
        result.by_key[item.key, item.request.wish.product] = pool
    if contested:
        _one_by_one(book, units, contested, fetch, numbers, now, result)
    return result


def _split(book: Book, units: Units, demand: list[Demand]) -> tuple[list[Demand], list[Demand]]:
    """Contested requests, and those whose first pool has enough for everybody who might draw on it."""
    wanted: dict[str, int] = {}
    for item in demand:
        for pool in item.request.wish.ladder:
            wanted[pool] = wanted.get(pool, 0) + item.count
    contested: list[Demand] = []
    easy: list[Demand] = []
    for item in demand:
        wish = item.request.wish
        single = book.catalog.is_calling(wish.product) or units.in_budget(item.key, item.request)
        scarce = wanted[wish.ladder[0]] > units.left[wish.ladder[0]]
        (contested if single or scarce else easy).append(item)
    return contested, easy


def _one_by_one(
    book: Book, units: Units, demand: list[Demand], fetch: Fetch, numbers: NumberPlan, now: datetime, result: Allocation
) -> None:
    by_key: dict[Key, list[Request]] = {}
    for item in demand:
        by_key.setdefault(item.key, []).append(item.request)
    heap = [_entry(book, person, key, request, now) for person, key in fetch(by_key.keys()) for request in by_key[key]]
    calling = [entry for entry in heap if book.catalog.is_calling(entry.request.wish.product)]
    if calling:
        numbers.prepare((entry.person, entry.request.wish.calling) for entry in calling)
    heapq.heapify(heap)
    parked: dict[str | int, list[_Entry]] = {}
    waiting: dict[tuple[str, Product], tuple[_Entry, str]] = {}
    while heap:
        entry = heapq.heappop(heap)
        name = (entry.person.id, entry.request.wish.product)
        freed = _serve(book, units, numbers, entry, result, waiting)
        if name in waiting:
            needed = units.places(entry.person.id, entry.key, entry.request)[0]
            wanted: list[str | int] = [*entry.request.wish.ladder, *needed]
            for thing in wanted:
                parked.setdefault(thing, []).append(entry)
        for thing in freed:
            for other in parked.pop(thing, ()):
                if waiting.pop((other.person.id, other.request.wish.product), None) is not None:
                    heapq.heappush(heap, other)
    for name, (entry, _) in list(waiting.items()):  # whose number went to somebody else meanwhile is blocked
        if book.catalog.is_calling(entry.request.wish.product) and _line(numbers, entry, result) is None:
            del waiting[name]
    for (person_id, product), (entry, reason) in sorted(waiting.items(), key=lambda item: item[1][0].order):
        result.lost[person_id, product] = Lost(entry.person, entry.key, entry.request, reason)
    _report_cycles(book, [entry for entry, _ in waiting.values()], result)


def _entry(book: Book, person: Person, key: Key, request: Request, now: datetime) -> _Entry:
    since = book.memory.waiting.get((person.id, str(request.wish.product)), now)
    order = (
        request.wish.priority, since, person.created or _LAST, canonical.email(person.email), person.id,
        str(request.wish.product),
    )  # fmt: skip
    return _Entry(order, person, key, request)


def _serve(
    book: Book,
    units: Units,
    numbers: NumberPlan,
    entry: _Entry,
    result: Allocation,
    waiting: dict[tuple[str, Product], tuple[_Entry, str]],
) -> list[str | int]:
    """Give the unit, or note why not; returns the pools and budgets in which a swap freed a unit or a place."""
    wish, person = entry.request.wish, entry.person
    name = (person.id, wish.product)
    calling: CallingProperties | None = None
    if book.catalog.is_calling(wish.product):
        calling = _line(numbers, entry, result)
        if calling is None:
            return []
    pool = next((pool for pool in wish.ladder if units.left[pool] > 0), None)
    places = units.places(person.id, entry.key, entry.request)
    if pool is None or any(units.budgets[number] < 1 for number in places[0]):
        waiting[name] = (entry, "capacity" if pool is None else "budget")
        return []
    units.serve(person.id, pool, entry.request, places)
    if calling is not None:
        numbers.take(person, calling)
    result.by_person[name] = Award(pool, calling)
    return [*(drop.holding for drop in entry.request.drops if drop.holding in units.left), *places[1]]


def _line(numbers: NumberPlan, entry: _Entry, result: Allocation) -> CallingProperties | None:
    """Number, extension and location that the person would get now; None, with every finding, where a check fails."""
    calling, problems = numbers.propose(entry.person, entry.request.wish.calling)
    if calling is None:
        blocked = tuple(problem.finding(entry.person.email) for problem in problems)
        result.blocked[entry.person.id, entry.request.wish.product] = blocked
    return calling


def _report_cycles(book: Book, waiting: list[_Entry], result: Allocation) -> None:
    """Swaps that only wait for each other's units wait, and say so (finding `swap-cycle`)."""
    edges: dict[str, set[str]] = {}
    for entry in waiting:
        for drop in entry.request.drops:
            for pool in entry.request.wish.ladder:
                edges.setdefault(pool, set()).add(drop.holding)
    for pool in sorted(edges):
        if _reaches(edges, pool, pool):
            item = book.catalog.pools[pool]
            result.findings.append(
                Finding(
                    "swap-cycle",
                    "warning",
                    "",
                    f"replacements wait for each other for a unit of {item.name!r} ({item.subscription})",
                    "one more unit, bought or freed, lets them all go through",
                )
            )


def _reaches(edges: dict[str, set[str]], start: str, goal: str) -> bool:
    seen: set[str] = set()
    todo = list(edges.get(start, ()))
    while todo:
        node = todo.pop()
        if node == goal:
            return True
        if node not in seen:
            seen.add(node)
            todo.extend(edges.get(node, ()))
    return False
