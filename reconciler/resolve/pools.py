"""Units and budgets while a plan hands them out (RULES 5.1, 5.2, 5.6)."""

from __future__ import annotations

import math

from reconciler.book.book import Book
from reconciler.model.expected import Key

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

    def hold(self, key: Key, count: int) -> None:
        """Count `count` people with this key in the budgets of what they hold."""
        if not self._budget_groups:
            return
        names = {self._book.catalog.product_of[pool].name for pool in key.holdings if pool in self._book.catalog.pools}
        for number, group, name in self._budget_groups:
            if group in key.groups and name in names:
                self.budgets[number] -= count

    def budgets_of(self, key: Key, name: str) -> tuple[int, ...]:
        """The budgets that a unit of this licence takes a place of, for people with this key."""
        return tuple(number for number, group, wanted in self._budget_groups if wanted == name and group in key.groups)
