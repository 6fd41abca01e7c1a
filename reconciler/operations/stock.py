"""What an organization owns and uses, as the views of the inventory look at it: pools as rows, and who holds them by situation.

People are counted by what they have in common (situations), never one by one, so that a hundred thousand of them cost no
more than the few ways in which they differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from reconciler.book.binding import Binder
from reconciler.book.binding.search import listed
from reconciler.book.book import Book
from reconciler.errors import UnknownNameError
from reconciler.model import canonical
from reconciler.model.catalog import License, Product
from reconciler.model.desired import Desired, Reference
from reconciler.model.finding import errors
from reconciler.model.inventory import DrawOrder, DrawState, DrawStep, InventoryRow, NameTotal, Share
from reconciler.model.live import Situation
from reconciler.model.memory import Memory
from reconciler.operations.imagined_licenses import split
from reconciler.resolve.capacity.engine import count_units
from reconciler.resolve.capacity.units import UNCOUNTED
from reconciler.store.tallies import by_location

if TYPE_CHECKING:
    from reconciler.store.view import View

_T = TypeVar("_T")


class Stock:
    """One snapshot, bound to the files as far as they fit it."""

    def __init__(self, desired: Desired, live: View, now: datetime) -> None:
        self.live = live
        self.book = Book(desired, live.licenses(), live.groups(), live.members_seen(), Memory(), now)
        self.catalog = self.book.catalog
        self.fits = not errors(self.book.findings)
        self.locations_read = live.snapshot().scope.calling

    @cached_property
    def situations(self) -> tuple[tuple[Situation, int], ...]:
        """Every situation with its people."""
        return tuple(self.live.situations())

    @cached_property
    def holders(self) -> Mapping[str, int]:
        """License id -> people of this organization who hold it."""
        found: dict[str, int] = {}
        for situation, people in self.situations:
            for pool in situation.holdings:
                found[pool] = found.get(pool, 0) + people
        return found

    @cached_property
    def places(self) -> Mapping[str, Mapping[int, int]]:
        """Location id (empty: none known) -> situation id -> people there. Locations without anybody are there, too."""
        found: dict[str, dict[int, int]] = {location.id: {} for location in self.live.locations()}
        for (place, situation), people in self.live.ask(by_location).items():
            found.setdefault(place, {})[situation] = people
        return found

    @cached_property
    def place_names(self) -> Mapping[str, str]:
        """Location id -> its name."""
        return {location.id: location.name for location in self.live.locations()}

    @cached_property
    def _by_place(self) -> Mapping[str, tuple[Share, ...]]:
        """License id -> where its holders are, for Calling licenses."""
        held = {situation.id: situation.holdings for situation, _ in self.situations}
        calling = {pool for pool, product in self.catalog.product_of.items() if self.catalog.is_calling(product)}
        found: dict[str, dict[str, int]] = {pool: {} for pool in calling}
        for place, people in self.places.items():
            name = self.place_names.get(place, place)
            for situation, number in people.items():
                for pool in calling.intersection(held.get(situation, ())):
                    found[pool][name] = found[pool].get(name, 0) + number
        return {
            pool: tuple(Share(name, shares[name]) for name in sorted(shares, key=lambda name: (not name, name)))
            for pool, shares in found.items()
        }

    @cached_property
    def outside(self) -> Mapping[str, int]:
        """License id -> people who hold it outside the defaults, of the pools that the files declare (RULES 4.3)."""
        book, found = self.book, dict[str, int]()
        for pool in book.declared_pools if self.fits else ():
            site = self.catalog.product_of[pool].site
            elsewhere = bool(site) and site not in book.named_sites
            found[pool] = self.holders.get(pool, 0) if elsewhere or pool not in book.inside else 0
        return found

    def rows(self, among: Iterable[str] | None = None, *, people: bool = True) -> tuple[InventoryRow, ...]:
        """Every pool, or those `among` these, by name, site and subscription. Without `people` nobody is looked at."""
        pools = self.catalog.pools.values() if among is None else (self.catalog.pools[pool] for pool in set(among))
        return tuple(sorted((self._row(pool, people=people) for pool in pools), key=_place))

    def _row(self, pool: License, *, people: bool) -> InventoryRow:
        counted = not self.catalog.is_free(pool.id)
        product = self.catalog.product_of[pool.id]
        shown = people and self.locations_read and self.catalog.is_calling(product)
        return InventoryRow(
            license_id=pool.id,
            name=pool.name,
            site_url=pool.site,
            site_type=pool.site_type,
            subscription_id=pool.subscription,
            total=pool.total,
            consumed=pool.consumed,
            available=pool.available,
            by_users=pool.consumed_by_users,
            by_workspaces=pool.consumed_by_workspaces,
            counted=counted,
            over=over(pool.available) if counted else None,
            used_percent=used_percent(pool.total, pool.consumed) if counted else None,
            devices=_devices(pool),
            locations=self._by_place[pool.id] if shown else None,
            outside_defaults=self.outside.get(pool.id) if people else None,
        )

    def draw_order(self) -> tuple[DrawOrder, ...]:
        """The products that several subscriptions sell, with the one that is drawn on next."""
        left = count_units(self.book).left
        return tuple(
            self._drawn(product, pools, left)
            for product, pools in sorted(self.catalog.sellers.items())
            if len({self.catalog.pools[pool].subscription for pool in pools}) > 1
        )

    def _drawn(self, product: Product, pools: Sequence[str], left: Mapping[str, int]) -> DrawOrder:
        binder = Binder(self.book.organization, self.catalog)
        name = self.catalog.pools[pools[0]].name
        grant = binder.bind(Reference(name, site=product.site or None), template="", priority=0)
        ladder = grant.ladder if grant else ()
        rest = sorted(set(pools) - set(ladder), key=lambda pool: (self.catalog.pools[pool].subscription or "", pool))
        steps, taken = list[DrawStep](), False
        for pool in (*ladder, *rest):
            free = None if left[pool] >= UNCOUNTED else left[pool]
            has = free is None or free > 0
            state: DrawState = "later" if has else "spent"
            if pool in rest:
                state = "never"
            elif has and not taken:
                state, taken = "next", True
            steps.append(DrawStep(self.catalog.pools[pool].subscription or "", pool, state, free))
        problem = next((finding.code for finding in errors(binder.findings)), None) if not ladder else None
        policy = self.book.organization.subscription_policy
        return DrawOrder(name, product.site or None, policy, tuple(steps), problem)

    def named(self, text: str) -> tuple[str, ...]:
        """The pools that a name, `NAME @ SITE` or an id means. UnknownNameError with the nearest names."""
        by_id = self.catalog.find_id(text)
        if by_id is not None:
            return (by_id,)
        name, site = (text, "") if self.catalog.named(text) else split(text)
        products = self.catalog.named(name)
        if site:
            products = tuple(product for product in products if product.site == canonical.site(site))
        if not products:
            near = self.catalog.nearest(name)
            hint = (
                f"Did you mean {' or '.join(map(repr, near))}?"
                if near
                else "`webex-licenses inventory` lists all names."
            )
            known = self.catalog.named(name)
            if known:
                hint = f"It is on {listed(product.site for product in known)}."
            raise UnknownNameError(f"The organization has no license {text!r}.", hint=hint)
        return tuple(pool for product in products for pool in self.catalog.sellers[product])


def totals(rows: Iterable[InventoryRow]) -> tuple[NameTotal, ...]:
    """The counted pools of each name together, where there are several."""
    by_name: dict[str, list[InventoryRow]] = {}
    for row in rows:
        if row.counted:
            by_name.setdefault(row.name, []).append(row)
    found = []
    for name, same in sorted(by_name.items()):
        if len(same) > 1:
            total, consumed = whole(row.total for row in same), whole(row.consumed for row in same)
            available = None if total is None or consumed is None else total - consumed
            beyond = whole(row.over for row in same)
            found.append(NameTotal(name, len(same), total, consumed, available, beyond, used_percent(total, consumed)))
    return tuple(found)


def whole(numbers: Iterable[int | None]) -> int | None:
    """The sum, or None where one of them is not known.

    >>> whole([1, 2]), whole([1, None])
    (3, None)
    """
    listed = list(numbers)
    return None if None in listed else sum(number for number in listed if number is not None)


def over(available: int | None) -> int | None:
    """Units in use beyond what was bought."""
    return None if available is None else max(-available, 0)


def used_percent(total: int | None, consumed: int | None) -> float | None:
    """Units in use of a hundred bought ones, to one decimal; None where nothing was bought.

    >>> used_percent(3, 1), used_percent(0, 0)
    (33.3, None)
    """
    return None if not total or consumed is None else round(100 * consumed / total, 1)


def _devices(pool: License) -> int | None:
    if pool.consumed_by_workspaces is not None or pool.consumed is None or pool.consumed_by_users is None:
        return pool.consumed_by_workspaces
    return max(pool.consumed - pool.consumed_by_users, 0)


def _place(row: InventoryRow) -> tuple[str, str, str, str]:
    return row.name, row.site_url or "", row.subscription_id or "", row.license_id
