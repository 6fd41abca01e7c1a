"""Hands out units, one at a time, always to the first person in order who can be served now. The rules say what that means.

Nobody who waits is looked at twice: people who lack the same things stand in one line, and only the first of a line is
asked. A line whose first person cannot be served is put aside until something it lacks comes free.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Literal

from reconciler.book.book import Book
from reconciler.model.expected import Allocation, Answer, Award, Key, Lost, Request
from reconciler.model.live import Person
from reconciler.model.plan import Because, CallingProperties
from reconciler.resolve.calling import NumberPlan
from reconciler.resolve.capacity import (
    a_freed_unit_is_given_at_once,
    a_request_is_won_as_a_whole,
    blocked_people_take_no_unit,
    budgets_count_who_holds_the_name,
    enforcement_is_hard_unless_the_files_say,
    free_and_hybrid_licenses_never_run_out,
    one_exhausted_product_blocks_no_other,
    swaps_that_only_wait_for_each_other_wait,
    the_smallest_priority_is_served_first,
    units_are_total_minus_consumed,
    waiting_lasts_until_the_grant_ends,
    what_webex_would_not_give_rests,
)
from reconciler.resolve.capacity.the_smallest_priority_is_served_first import Order
from reconciler.resolve.capacity.units import UNCOUNTED, Bid, Thing, Units

Fetch = Callable[[Collection[Key]], Iterable[tuple[Person, Key]]]
"""Everybody with one of these keys, ordered by address."""

Entry = tuple[Order, Person, Bid]


def count_units(book: Book) -> Units:
    """What is left before anything is planned."""
    return Units(
        book, {pool: _left(book, pool) for pool in book.catalog.pools}, budgets_count_who_holds_the_name.bind(book)
    )


def _left(book: Book, pool: str) -> int:
    beyond = enforcement_is_hard_unless_the_files_say.act(book, book.catalog.pools[pool])
    if beyond is None or free_and_hybrid_licenses_never_run_out.act(book.catalog, pool):
        return UNCOUNTED
    return units_are_total_minus_consumed.act(book.catalog.pools[pool], beyond)


def hand_out(
    units: Units,
    counts: Mapping[Key, int],
    answers: Mapping[Key, Answer],
    fetch: Fetch,
    numbers: NumberPlan,
    now: datetime,
) -> Allocation:
    """Who gets a unit, and who waits for what. `counts`: key -> people; `units` is used up."""
    for key, count in counts.items():
        removals = answers[key].removals
        budgets_count_who_holds_the_name.seat(units, key, count, removals)
        a_freed_unit_is_given_at_once.act(units, a_freed_unit_is_given_at_once.pools(units, removals), count)
    result = Allocation()
    bids = [bid for key in counts for bid in _bids(units, key, answers[key].requests) if not _rests(bid, result)]
    contested, easy = one_exhausted_product_blocks_no_other.act(units, bids, counts)
    for bid in easy:
        units.left[bid.ladder[0]] -= counts[bid.key]
        a_freed_unit_is_given_at_once.act(units, bid.frees, counts[bid.key])
        result.by_key[bid.key, bid.product] = bid.ladder[0]
    if contested:
        _Service(units, numbers, result).serve(contested, fetch, now)
    return result


def _rests(bid: Bid, result: Allocation) -> bool:
    """Whether nothing is asked for now; with Calling that depends on the number, and is seen when it is known."""
    if not bid.rests or bid.calling:
        return False
    result.resting[bid.key, bid.product] = Award(_pool_of(bid))
    return True


def _pool_of(bid: Bid) -> str:
    """The pool that a bid which rests would draw on."""
    return bid.rests if bid.rests in bid.ladder else bid.ladder[0]


def _bids(units: Units, key: Key, requests: Sequence[Request]) -> Iterator[Bid]:
    asked = [budgets_count_who_holds_the_name.names(request) for request in requests] if units.budgets else []
    often = {name for name, times in Counter(chain.from_iterable(asked)).items() if times > 1}
    for request in requests:
        names = budgets_count_who_holds_the_name.names(request)
        needs, places = budgets_count_who_holds_the_name.act(units, key, request)
        frees: tuple[Thing, ...] = (*a_freed_unit_is_given_at_once.pools(units, request.drops), *places)
        calling = units.book.catalog.is_calling(request.wish.product)
        shared, rests = bool(needs) and not often.isdisjoint(names), what_webex_would_not_give_rests.act(key, request)
        yield Bid(key, request, calling, names, needs, frees, shared, rests)


class _Line:
    """People who need the very same things, in order; the last entry is the next one to be served."""

    __slots__ = ("aside", "entries")

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.aside = False


class _Service:
    """Serves everybody who competes."""

    def __init__(self, units: Units, numbers: NumberPlan, result: Allocation) -> None:
        self._units, self._numbers, self._result = units, numbers, result
        self._lines: list[_Line] = []
        self._aside: dict[Thing, dict[int, None]] = {}
        self._ready: list[tuple[Order, int]] = []

    def serve(self, bids: Iterable[Bid], fetch: Fetch, now: datetime) -> None:
        """Everybody of these bids, in order."""
        self._line_up(bids, fetch, now)
        while self._ready:
            number = heapq.heappop(self._ready)[1]
            line = self._lines[number]
            _, person, bid = line.entries[-1]
            calling, blocked = self._calling(person, bid)
            if not blocked:
                lacking = a_request_is_won_as_a_whole.lacking(self._units, bid, person)
                if lacking:
                    self._put_aside(number, lacking)
                    continue
                award = a_request_is_won_as_a_whole.act(self._units, self._numbers, bid, person, calling)
                self._result.by_person[person.id, bid.product] = award
                self._look_again(bid)
            line.entries.pop()
            self._get_ready(number)
        self._close()

    def _line_up(self, bids: Iterable[Bid], fetch: Fetch, now: datetime) -> None:
        by_key: dict[Key, list[tuple[Bid, str]]] = {}
        for bid in bids:
            by_key.setdefault(bid.key, []).append((bid, str(bid.product)))
        lines: dict[tuple[object, ...], _Line] = {}
        since, order = waiting_lasts_until_the_grant_ends.act, the_smallest_priority_is_served_first.act
        waiting = self._units.book.memory.waiting
        for place, (person, key) in enumerate(fetch(by_key.keys())):
            for nth, (bid, product) in enumerate(by_key[key]):
                when = since(waiting, person.id, product, now)
                entry = order(bid.request.wish.priority, when, person, place, nth), person, bid
                lines.setdefault((bid.ladder, bid.needs, person.id if bid.shared else ""), _Line()).entries.append(
                    entry
                )
        self._lines = list(lines.values())
        if any(bid.calling for found in by_key.values() for bid, _ in found):
            asking = (entry for line in self._lines for entry in line.entries if entry[2].calling)
            self._numbers.prepare((person, bid.request.wish.calling) for _, person, bid in asking)
        for number, line in enumerate(self._lines):
            line.entries.sort(key=_order, reverse=True)
            self._get_ready(number)

    def _get_ready(self, number: int) -> None:
        line = self._lines[number]
        line.aside = False
        if line.entries:
            heapq.heappush(self._ready, (line.entries[-1][0], number))

    def _put_aside(self, number: int, lacking: tuple[Thing, ...]) -> None:
        self._lines[number].aside = True
        for thing in lacking:
            self._aside.setdefault(thing, {})[number] = None

    def _look_again(self, bid: Bid) -> None:
        """The lines that lack what the winner gave back are asked again."""
        for thing in bid.frees:
            for number in self._aside.pop(thing, ()):
                if self._lines[number].aside:
                    self._get_ready(number)

    def _calling(self, person: Person, bid: Bid) -> tuple[CallingProperties | None, bool]:
        """What a Calling license would be given with, and whether something stands in its way, which is noted."""
        if not bid.calling:
            return None, False
        calling, findings = blocked_people_take_no_unit.act(self._numbers, person, bid.request.wish)
        if calling is None:
            self._result.blocked[person.id, bid.product] = findings
        elif bid.rests and self._same_place(person, bid, calling):
            self._result.resting[person.id, bid.product] = Award(_pool_of(bid), calling)
            return calling, True
        return calling, calling is None

    def _same_place(self, person: Person, bid: Bid, calling: CallingProperties) -> bool:
        known = self._units.book.setbacks
        return what_webex_would_not_give_rests.same_place(known, person, bid.rests, calling)

    def _close(self) -> None:
        """Who is left waits; their list is in the order of service."""
        waiting = sorted(self._left_over(), key=lambda item: item[0][0])
        reasons: dict[tuple[Thing, ...], tuple[Because, ...]] = {}
        for (_, person, bid), lacking in waiting:
            if lacking not in reasons:
                reasons[lacking] = tuple(self._in_words(lacking))
            reason: Literal["capacity", "budget"] = "capacity" if bid.ladder[0] in lacking else "budget"
            self._result.lost[person.id, bid.product] = Lost(person, bid.key, bid.request, reason, reasons[lacking])
        swapping = ((bid, lacking) for (_, _, bid), lacking in waiting if bid.frees)
        self._result.findings.extend(swaps_that_only_wait_for_each_other_wait.act(self._units, swapping))

    def _left_over(self) -> Iterator[tuple[Entry, tuple[Thing, ...]]]:
        for line in self._lines:
            lacking: tuple[Thing, ...] = ()
            for entry in line.entries:
                _, person, bid = entry
                lacking = lacking or a_request_is_won_as_a_whole.lacking(self._units, bid, person)
                if not self._calling(person, bid)[1]:
                    yield entry, lacking

    def _in_words(self, lacking: tuple[Thing, ...]) -> Iterator[Because]:
        pools = [self._units.book.catalog.pools[thing] for thing in lacking if isinstance(thing, str)]
        if pools:
            yield the_smallest_priority_is_served_first.no_unit(pools)
        yield from budgets_count_who_holds_the_name.full(
            self._units, [thing for thing in lacking if isinstance(thing, int)]
        )


def _order(entry: Entry) -> Order:
    return entry[0]
