"""The licenses of one organization, indexed by the words of the rules: canonical names, products, pools, families."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

from reconciler.model import canonical, ids
from reconciler.model import catalog as words
from reconciler.model.catalog import License, Product


def alias_table(aliases: Mapping[str, str]) -> dict[str, str]:
    """The names that mean another one: Webex's renames, and the pairs of the files before them."""
    return {canonical.name(old): canonical.name(new) for old, new in {**words.RENAMED, **aliases}.items()}


def follow(table: Mapping[str, str], name: str) -> str:
    """Where a name leads to; in a circle, the first of its names in order, so that all of them stay one license.

    >>> follow({"a": "b", "b": "c"}, "a")
    'c'
    >>> follow({"a": "b", "b": "a"}, "b")
    'a'
    """
    passed: list[str] = []
    while name in table:
        if name in passed:
            return min(passed[passed.index(name) :])
        passed.append(name)
        name = table[name]
    return name


def _reached(steps: Mapping[str, tuple[str, ...]], start: str) -> tuple[str, ...]:
    """Every name that steps lead to, step by step, without the start; circles end."""
    found: dict[str, None] = {}
    todo = list(steps.get(start, ()))
    for name in todo:
        if name not in found and name != start:
            found[name] = None
            todo.extend(steps.get(name, ()))
    return tuple(found)


class Catalog:
    """Every pool by id, every product with its pools, and the questions the rules ask about them.

    Names are compared after the alias table, so that an old name in the files finds the new one and the other way round
    (RULES 2.1). Pools are ordered by id, so that the order of `GET /licenses` changes no plan. `tiers` are the built-in pairs
    [higher, lower] and those of the files, in canonical names (RULES 3.5).
    """

    def __init__(
        self, licenses: Sequence[License], aliases: Mapping[str, str], tiers: Iterable[tuple[str, str]]
    ) -> None:
        licenses = sorted(licenses, key=lambda pool: pool.id)
        self._aliases = alias_table(aliases)
        self.pools: dict[str, License] = {pool.id: pool for pool in licenses}
        self.type_of = {pool.id: pool.type for pool in licenses}
        self.product_of = {pool.id: self._product(pool) for pool in licenses}
        self.sellers: dict[Product, tuple[str, ...]] = {}
        for pool_id, product in self.product_of.items():
            self.sellers[product] = (*self.sellers.get(product, ()), pool_id)
        self.sites = frozenset(product.site for product in self.sellers if product.site)
        self._by_name: dict[str, tuple[Product, ...]] = {}
        for product in self.sellers:
            self._by_name[product.name] = (*self._by_name.get(product.name, ()), product)
        self._by_uuid = {ids.uuid_of(pool.id): pool.id for pool in licenses}
        self._types = {product: self.type_of[pools[0]] for product, pools in self.sellers.items()}
        self.tiers = tuple((self.canonical(high), self.canonical(low)) for high, low in (*words.TIERS, *tiers))
        self._above: dict[str, tuple[str, ...]] = {}
        self._below: dict[str, tuple[str, ...]] = {}
        for high, low in self.tiers:
            self._above[low] = (*self._above.get(low, ()), high)
            self._below[high] = (*self._below.get(high, ()), low)

    def canonical(self, name: str) -> str:
        """A license name as it is compared: NFC, trimmed, after the alias table."""
        return follow(self._aliases, canonical.name(name))

    def _product(self, pool: License) -> Product:
        return Product(self.canonical(pool.name), canonical.site(pool.site or ""))

    def find_id(self, license_id: str) -> str | None:
        """The pool that an id of the files means, however it is spelled."""
        return self._by_uuid.get(ids.uuid_of(license_id))

    def named(self, name: str) -> tuple[Product, ...]:
        """All products of a canonical name, on whatever site."""
        return self._by_name.get(self.canonical(name), ())

    def nearest(self, name: str) -> tuple[str, ...]:
        """Up to three names that look like `name`, for the hint of an error."""
        folded = {text.casefold(): text for text in sorted(self._by_name)}
        close = difflib.get_close_matches(canonical.name(name).casefold(), folded, n=3, cutoff=0.5)
        return tuple(folded[text] for text in close)

    def type(self, product: Product) -> str:
        """Webex's letters for a product, empty when unknown."""
        return self._types.get(product, "")

    def is_free(self, pool_id: str) -> bool:
        """Whether units of this pool are not counted: free and hybrid licenses have no subscription (RULES 5.1)."""
        pool = self.pools[pool_id]
        return pool.subscription is None or self.type_of[pool_id] in words.HYBRID_TYPES

    def is_free_product(self, product: Product) -> bool:
        """Whether no pool of the product costs anything."""
        pools = self.sellers.get(product, ())
        return bool(pools) and all(self.is_free(pool_id) for pool_id in pools)

    def is_calling(self, product: Product) -> bool:
        """Whether a unit of it carries a number or extension, which its removal loses for good (RULES 4.5)."""
        return self.type(product) in words.CALLING_TYPES or product.name in words.CALLING_NAMES

    def is_unified_cm(self, product: Product) -> bool:
        """Whether it is a Unified CM license (RULES 6.5)."""
        return self.type(product) in words.UNIFIED_CM_TYPES

    def is_screen_share(self, product: Product) -> bool:
        """Whether it is the implicit screen share license, which cannot be removed (error 700006)."""
        return self.type(product) in words.SCREEN_SHARE_TYPES

    def is_assignable(self, pool_id: str) -> bool:
        """Whether a person may be given it (RULES 2.3): no workspace, device, route-list, hot-desk or Messenger license."""
        product, letters = self.product_of[pool_id], self.type_of[pool_id]
        return not (
            words.MESSENGER_WORD in product.name.casefold()
            or letters in words.NOT_FOR_PEOPLE_TYPES
            or letters in words.SCREEN_SHARE_TYPES
            or product.name in words.NOT_FOR_PEOPLE_NAMES
        )

    def is_calendar(self, product: Product) -> bool:
        """Whether it is a hybrid calendar license, of which a person has one (error 400413)."""
        return self.type(product) in words.CALENDAR_TYPES

    def is_meetings(self, product: Product) -> bool:
        """Whether it is a meetings license of a site, of which a person has one a site (RULES 3.6, error 400413).

        Additions like webinars are none, though whoever holds one is a host there and no attendee.
        """
        names = product.name.casefold().split()
        return bool(product.site) and not product.is_attendee and words.SITE_ADDITION_WORDS.isdisjoint(names)

    def is_managed_site(self, pool_id: str) -> bool:
        """Whether the pool's site is managed in Control Hub (RULES 2.3); licenses without a site are."""
        return self.pools[pool_id].site_type in (None, words.CONTROL_HUB_MANAGED)

    def higher_tiers(self, product: Product) -> tuple[Product, ...]:
        """Products of a higher tier than this one, on the same site, the nearest first (RULES 3.5).

        A chain counts as a whole: with [gold, silver] and [silver, bronze], gold is higher than bronze.
        """
        return tuple(Product(name, product.site) for name in _reached(self._above, product.name))

    def lower_tiers(self, product: Product) -> tuple[Product, ...]:
        """Products of a lower tier than this one, on the same site, the nearest first (RULES 3.5)."""
        return tuple(Product(name, product.site) for name in _reached(self._below, product.name))

    def prerequisites(self, product: Product) -> tuple[Product, ...]:
        """Free products that Webex wants beside this one (RULES 3.7; error codes 700003, 700004, 700005)."""
        types = frozenset[str]().union(*self._wanted_types(product))
        return tuple(sorted(product for product, letters in self._types.items() if letters in types)) if types else ()

    def missing_prerequisites(self, product: Product) -> tuple[str, ...]:
        """The letters of free licenses that Webex wants beside this one and that the organization does not have."""
        sold = frozenset(self._types.values())
        return tuple("/".join(sorted(types)) for types in self._wanted_types(product) if not types & sold)

    def _wanted_types(self, product: Product) -> tuple[frozenset[str], ...]:
        if product.is_attendee:
            return ()
        letters = self.type(product)
        if letters in words.ADVANCED_SPACE_MEETINGS_TYPES:
            return words.BASIC_SPACE_MEETINGS_TYPES, words.BASIC_MESSAGING_TYPES
        if letters in words.ADVANCED_MESSAGING_TYPES or letters in words.BASIC_SPACE_MEETINGS_TYPES or product.site:
            return (words.BASIC_MESSAGING_TYPES,)
        return ()
