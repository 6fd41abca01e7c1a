"""Units and budgets while a plan hands them out (RULES 5.1, 5.2, 5.6)."""

from __future__ import annotations

import math
from collections.abc import Collection

from reconciler.book.book import Book
from reconciler.model.expected import Key, Request

UNCOUNTED = 1 << 60


class Units:
    """Units left in every pool, and places left in every budget.

    Free, hybrid and uncapped pools are not counted. A paid pool whose counts Webex did not give has no units: what cannot
    be read is not spent.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self.left: dict[str, int] = {pool: self._at_start(pool) for pool in book.catalog.pools}
        self.budgets: dict[int, int] = {}
        self._budget_groups: list[tuple[int, str, str]] = []
        self._names: dict[Key, frozenset[str]] = {}
        self._served: set[tuple[str, str]] = set()
        for number, budget in enumerate(book.organization.capacity.budgets):
            group = book.groups.find(budget.group, book.findings)
            if group is not None:
                self.budgets[number] = budget.max
                self._budget_groups.append((number, group, book.catalog.canonical(budget.license)))

    @property
    def budget_groups(self) -> frozenset[str]:
        """Ids of the groups that some budget counts."""
        return frozenset(group for _, group, _ in self._budget_groups)

    def _at_start(self, pool: str) -> int:
        book, item = self._book, self._book.catalog.pools[pool]
        capacity = book.organization.capacity
        by_name = {book.catalog.canonical(name): policy for name, policy in capacity.licenses.items()}
        policy = by_name.get(book.catalog.product_of[pool].name, capacity.default)
        if book.catalog.is_free(pool) or policy.enforcement == "uncapped":
            return UNCOUNTED
        if item.total is None or item.consumed is None:
            return 0
        extra = math.floor(item.total * policy.overage_percent / 100) if policy.enforcement == "overage" else 0
        return item.total + extra - item.consumed

    def counted(self, pool: str) -> bool:
        """Whether the pool can run dry."""
        return self.left[pool] < UNCOUNTED // 2

    def hold(self, key: Key, count: int, leaving: Collection[str] = ()) -> None:
        """Count `count` people with this key in the budgets of what they hold and keep; `leaving` are holdings that go."""
        if not self._budget_groups:
            return
        self._names[key] = self._held(key, leaving)
        for number in self._places(key, self._names[key]):
            self.budgets[number] -= count

    def in_budget(self, key: Key, request: Request) -> bool:
        """Whether some budget has a say in this request."""
        names = {request.wish.product.name, *(drop.product.name for drop in request.drops)}
        return bool(self._places(key, names))

    def places(self, person_id: str, key: Key, request: Request) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The budgets that need a place more if the request is won, and those that get one back.

        A name counts once a person, however many units, sites or subscriptions they hold of it.
        """
        name, before = request.wish.product.name, self._names.get(key, frozenset())
        after = self._held(key, [drop.holding for drop in request.drops]) & before
        needed = () if name in before or (person_id, name) in self._served else self._places(key, {name})
        return needed, self._places(key, before - after - {name})

    def serve(
        self, person_id: str, pool: str, request: Request, places: tuple[tuple[int, ...], tuple[int, ...]]
    ) -> None:
        """Take one unit of `pool`, with its places, and give back what the request drops."""
        self.left[pool] -= 1
        self._served.add((person_id, request.wish.product.name))
        for drop in request.drops:
            if drop.holding in self.left:
                self.left[drop.holding] += 1
        for change, numbers in ((-1, places[0]), (1, places[1])):
            for number in numbers:
                self.budgets[number] += change

    def _places(self, key: Key, names: Collection[str]) -> tuple[int, ...]:
        return tuple(number for number, group, name in self._budget_groups if name in names and group in key.groups)

    def _held(self, key: Key, without: Collection[str]) -> frozenset[str]:
        product_of = self._book.catalog.product_of
        return frozenset(product_of[p].name for p in key.holdings if p in product_of and p not in without)
