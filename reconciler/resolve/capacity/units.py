"""What is left while a plan hands it out: units of every pool, places of every budget. The rules read and change it."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from reconciler.book.book import Book
from reconciler.model.catalog import Product
from reconciler.model.desired import Budget
from reconciler.model.expected import Key, Request

UNCOUNTED = 1 << 60
"""As many units as anybody could want: what a pool has left that never runs out."""

Thing = str | int
"""What a request may lack: a unit of a pool (its license id) or a place in a budget (its number)."""


class BoundBudget(msgspec.Struct, frozen=True):
    """A budget of the files with the id of its group and the canonical name of its license."""

    group: str
    name: str
    budget: Budget


class Units:
    """Mutable; one per plan. `left`: license id -> units. `budgets`, `places`: number of a budget in the files -> what is left.

    `named`: the names that everybody with a key holds and keeps, as far as budgets ask; `served`: (person id, name) won in
    this plan.
    """

    def __init__(self, book: Book, left: dict[str, int], budgets: dict[int, BoundBudget]) -> None:
        self.book = book
        self.left = left
        self.budgets = budgets
        self.places = {number: item.budget.max for number, item in budgets.items()}
        self.named: dict[Key, frozenset[str]] = {}
        self.served: set[tuple[str, str]] = set()

    @property
    def budget_groups(self) -> frozenset[str]:
        """Ids of the groups that some budget counts."""
        return frozenset(item.group for item in self.budgets.values())


class Bid(msgspec.Struct, frozen=True):
    """One request of everybody with one key, and all that its rules look up: once, not per person.

    `names`: what is asked for, by canonical names. `needs`: budgets in which winning takes a place. `frees`: pools and
    budgets that get a unit or a place back. `shared`: another bid of the same people asks for a name of this one, so that
    winning the one changes what the other needs. `rests`: the license id that Webex would not give the last time, or empty.
    """

    key: Key
    request: Request
    calling: bool
    names: tuple[str, ...]
    needs: tuple[int, ...]
    frees: tuple[Thing, ...]
    shared: bool
    rests: str = ""

    @property
    def product(self) -> Product:
        """What is asked for."""
        return self.request.wish.product

    @property
    def ladder(self) -> tuple[str, ...]:
        """The pools that it may draw on, in order."""
        return self.request.wish.ladder


def names_held(book: Book, key: Key, without: Collection[str]) -> frozenset[str]:
    """The canonical names of what people with this key hold, `without` some of their holdings."""
    product_of = book.catalog.product_of
    return frozenset(product_of[p].name for p in key.holdings if p in product_of and p not in without)
