"""From situations and single people to keys: people whom the files cannot tell apart are resolved once.

Only what the files make relevant enters a key, or a million people would be a million cases (ARCHITECTURE).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.book import retries
from reconciler.book.book import Book
from reconciler.model import canonical
from reconciler.model import catalog as words
from reconciler.model.expected import NO_MARKS, Key, Marks
from reconciler.model.live import Origin, Situation


class Projector:
    """Situations to keys. Sets are reduced once each, however many situations share them."""

    def __init__(self, book: Book) -> None:
        self._groups = book.templated_groups | book.registered_groups | book.groups.lost
        self._pools = frozenset(pool for pool in book.catalog.pools if _relevant(book, pool))
        denied = frozenset(product for item in book.exceptions.values() for product in item.denied)
        self._sites = frozenset(product.site for product in book.declared | denied if product.site)
        if book.undo is not None:
            self._pools |= book.undo.pools
            self._sites |= book.undo.sites
        self._seen_groups: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._seen_pools: dict[tuple[str, ...], tuple[str, ...]] = {}

    def watch(self, groups: Iterable[str]) -> None:
        """Keep these groups in keys as well (budgets look at them)."""
        self._groups |= frozenset(groups)

    def key(self, situation: Situation, marks: Marks = NO_MARKS) -> Key:
        """The key of everybody in `situation` who carries `marks`."""
        origins = situation.origins
        roles = _roles(origins)
        return Key(
            self._reduced(self._seen_groups, situation.groups, self._groups),
            self._holdings(situation.holdings, origins),
            tuple(site for site in situation.attendee_sites if site in self._sites or site in roles),
            tuple(site for site in situation.site_admin_of if site in self._sites),
            origins,
            situation.state,
            situation.calling_unreadable,
            marks,
        )

    def _holdings(self, holdings: tuple[str, ...], origins: tuple[Origin, ...]) -> tuple[str, ...]:
        if not origins:
            return self._reduced(self._seen_pools, holdings, self._pools)
        given = {origin.holding for origin in origins}
        return tuple(pool for pool in holdings if pool in self._pools or pool in given)

    @staticmethod
    def _reduced(
        seen: dict[tuple[str, ...], tuple[str, ...]], items: tuple[str, ...], relevant: frozenset[str]
    ) -> tuple[str, ...]:
        found = seen.get(items)
        if found is None:
            found = seen[items] = tuple(item for item in items if item in relevant)
        return found


def _roles(origins: tuple[Origin, ...]) -> frozenset[str]:
    return frozenset(o.holding[9:] for o in origins if o.holding.startswith("attendee:")) if origins else frozenset()


def _relevant(book: Book, pool: str) -> bool:
    """Whether holding this license can matter to any rule: declared, denied, or of a family that declared ones meet."""
    catalog = book.catalog
    product = catalog.product_of[pool]
    if product in book.declared or any(product in item.denied for item in book.exceptions.values()):
        return True
    if product.name in {catalog.canonical(budget.license) for budget in book.organization.capacity.budgets}:
        return True
    if product.site and any(other.site == product.site for other in book.declared):
        return True
    basic = words.BASIC_MESSAGING_TYPES | words.BASIC_SPACE_MEETINGS_TYPES
    if catalog.type(product) in basic or catalog.is_calling(product) or catalog.is_unified_cm(product):
        return True
    if any(free in book.managed for free in catalog.prerequisites(product)):
        return True
    if catalog.is_calendar(product) and any(catalog.is_calendar(other) for other in book.declared):
        return True
    near = (*catalog.higher_tiers(product), *catalog.lower_tiers(product))
    return any(other in book.declared for other in near)


def marks_of(
    book: Book,
    addresses: Mapping[str, str],
    newcomers: Mapping[str, frozenset[str]],
    paid: frozenset[str],
) -> dict[str, Marks]:
    """Person id -> marks, for everybody the files single out.

    `addresses`: canonical address -> person id, of those live knows. `newcomers`: template name -> person ids.
    """
    exceptions: dict[str, set[str]] = {}
    acknowledged: dict[str, set[str]] = {}
    for item in book.exceptions.values():
        for address, _ in item.exception.users:
            if address in addresses:
                exceptions.setdefault(addresses[address], set()).add(item.exception.name)
    for paper in book.desired.acknowledgements:
        if paper.license is not None and paper.until >= book.today:
            for address in map(canonical.email, paper.users):
                if address in addresses:
                    acknowledged.setdefault(addresses[address], set()).add(book.catalog.canonical(paper.license))
    listed = map(canonical.email, book.organization.guards.protected)
    protected = {addresses[address] for address in listed if address in addresses}
    new: dict[str, set[str]] = {}
    for template, people in newcomers.items():
        for person in people:
            new.setdefault(person, set()).add(template)
    resting = retries.resting(book.memory, book.catalog, book.now)
    marked = exceptions.keys() | acknowledged.keys() | protected | new.keys() | resting.keys() | book.reversals.keys()
    return {
        person: Marks(
            tuple(sorted(exceptions.get(person, ()))),
            person in protected,
            tuple(sorted(new.get(person, ()))),
            person in paid and person in new,
            tuple(sorted(acknowledged.get(person, ()))),
            resting.get(person, ()),
            book.reversals.get(person),
        )
        for person in sorted(marked)
    }
