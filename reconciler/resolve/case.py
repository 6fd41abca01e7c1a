"""The working sheet of one situation. Rules write on it in order; `answer()` is what stands on it at the end."""

from __future__ import annotations

from reconciler.book.book import Book, BoundException, BoundTemplate
from reconciler.model.catalog import Product
from reconciler.model.expected import (
    Answer,
    HeldBack,
    Kept,
    Key,
    Refused,
    Removal,
    Request,
    RoleGrant,
    Satisfied,
    Selected,
    Wish,
)
from reconciler.model.plan import Because


class Case:
    """One key, the book, and what the rules have decided so far.

    Wishing fills `speaking` to `lost`, which depend on who the person is; settling fills the rest, which also depends
    on what the person holds. `leaving` and `kept` are keyed by holding (license id, or `attendee:SITE`).
    """

    __slots__ = (
        "book",
        "denied",
        "exceptions",
        "groups",
        "hands_off",
        "held",
        "held_back",
        "kept",
        "key",
        "leaving",
        "lost",
        "origins",
        "refused",
        "requests",
        "resting",
        "role_grants",
        "satisfied",
        "selected",
        "silent",
        "speaking",
        "swaps",
        "wishes",
    )  # fmt: skip

    def __init__(self, key: Key, book: Book) -> None:
        self.key = key
        self.book = book
        self.groups = frozenset(key.groups)
        self.hands_off = ""
        self.speaking: list[BoundTemplate] = []
        self.silent: list[BoundTemplate] = []
        self.selected: list[Selected] = []
        self.exceptions: list[BoundException] = []
        self.wishes: dict[Product, Wish] = {}
        self.denied: dict[Product, Because] = {}
        self.lost: list[Satisfied] = []
        self.refused: list[Refused] = []
        self.held: dict[Product, list[str]] = {}
        self.origins: dict[str, tuple[str, ...]] = {}
        self.satisfied: dict[Product, Satisfied] = {}
        self.leaving: dict[str, Removal] = {}
        self.kept: dict[str, Kept] = {}
        self.swaps: dict[Product, list[Removal]] = {}
        self.requests: list[Request] = []
        self.role_grants: list[RoleGrant] = []
        self.held_back: list[HeldBack] = []
        self.resting: list[RoleGrant] = []

    def settle(self, key: Key) -> Case:
        """A new sheet for `key`, which shares everything wished with this one."""
        case = Case.__new__(Case)
        case.key, case.book, case.groups = key, self.book, self.groups
        case.hands_off, case.speaking, case.silent = self.hands_off, self.speaking, self.silent
        case.selected, case.exceptions, case.denied = self.selected, self.exceptions, self.denied
        case.wishes, case.lost, case.refused = dict(self.wishes), self.lost, list(self.refused)
        case.satisfied, case.leaving, case.kept, case.swaps = {}, {}, {}, {}
        case.requests, case.role_grants, case.held_back, case.resting = [], [], [], []
        case.origins = {origin.holding: origin.claims for origin in key.origins}
        case.held = {}
        product_of = self.book.catalog.product_of
        for pool in key.holdings:
            product = product_of.get(pool)
            if product is not None:
                case.held.setdefault(product, []).append(pool)
        return case

    def stays(self, product: Product) -> str | None:
        """The license id by which the person keeps `product`, or None."""
        dropped = {removal.holding for drops in self.swaps.values() for removal in drops}
        for pool in self.held.get(product, ()):
            if pool not in self.leaving and pool not in dropped:
                return pool
        return None

    def keep(self, holding: str, product: Product, row: str, because: tuple[Because, ...]) -> None:
        """Decide that a holding stays although nothing grants it."""
        self.leaving.pop(holding, None)
        self.kept[holding] = Kept(holding, product, row, because)

    def refuse(self, wish: Wish, code: str, message: str, hint: str) -> None:
        """Drop a wish that cannot be planned; the person keeps what is held."""
        self.wishes.pop(wish.product, None)
        self.swaps.pop(wish.product, None)
        self.refused.append(Refused(wish.product, code, message, hint, wish.because))

    def answer(self) -> Answer:
        """What the rules decided, in a fixed order."""
        return Answer(
            wishes=tuple(self.wishes[product] for product in sorted(self.wishes)),
            satisfied=tuple(self.satisfied[product] for product in sorted(self.satisfied)),
            requests=tuple(self.requests),
            removals=tuple(self.leaving[holding] for holding in sorted(self.leaving)),
            role_grants=tuple(self.role_grants),
            kept=tuple(self.kept[holding] for holding in sorted(self.kept)),
            refused=tuple(self.refused),
            held_back=tuple(self.held_back),
            selected=tuple(self.selected),
            lost=tuple(self.lost),
            resting=tuple(self.resting),
        )
