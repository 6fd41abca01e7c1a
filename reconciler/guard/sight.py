"""What guards see: the plan's changes, what the removal guard counts, and what the journal says was sent before."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from reconciler.book.book import Book
from reconciler.book.population import Population
from reconciler.model.catalog import Product, attendee
from reconciler.model.desired import Acknowledgement
from reconciler.model.plan import Change


class Sight(msgspec.Struct, frozen=True):
    """`losses`: (person id, what) of removals that count. `holders`: what -> people who hold it now; `what` as in `counted`.

    `managed_people`: people who hold anything declared; `people`: everybody in the organization. `acknowledged`: person id
    -> license names whose loss an Acknowledgement in force allows for that very person. `holding_still`: (person id, what)
    of those whom the journal tried to take it from and who hold it all the same.
    """

    book: Book
    changes: tuple[Change, ...]
    losses: tuple[tuple[str, Product], ...]
    holders: Mapping[Product, int]
    managed_people: int
    people: int
    acknowledged: Mapping[str, tuple[str, ...]] = {}
    holding_still: frozenset[tuple[str, Product]] = frozenset()


def counted(product: Product) -> Product:
    """What removals are counted by: a license on all its sites together, an attendee role on each site (RULES 7.1).

    >>> str(counted(Product("Webex Meetings Suite", "acme.webex.com"))), str(counted(attendee("acme.webex.com")))
    ('Webex Meetings Suite', 'attendee @ acme.webex.com')
    """
    return product if product.is_attendee else Product(product.name)


def recent_removals(book: Book) -> list[tuple[str, Product]]:
    """Removals sent in the last 24 hours, as (person id, what)."""
    found = []
    for removal in book.memory.removals:
        kind, _, site = removal.holding.partition(":")
        product = attendee(site) if kind == "attendee" else book.catalog.product_of.get(removal.holding)
        if product is not None:
            found.append((removal.person_id, counted(product)))
    return found


def holding_still(book: Book, population: Population) -> frozenset[tuple[str, Product]]:
    """Those of `recent_removals` who, by the snapshot, hold it all the same."""
    recent = recent_removals(book)
    held = population.holdings_of({person for person, _ in recent})
    products = {
        person: {
            counted(book.catalog.product_of.get(holding) or attendee(holding.partition(":")[2])) for holding in holdings
        }
        for person, holdings in held.items()
    }
    return frozenset((person, product) for person, product in recent if product in products.get(person, ()))


def lost_before(
    book: Book, paper: Acknowledgement, planned: Collection[tuple[str, str]], named: Mapping[str, tuple[str, ...]]
) -> int:
    """How many irreversible removals of its license were made in the lifetime of `paper`, by all that is known.

    Its lifetime begins with the first run that went by its name. `planned`: (person id, license id) that a plan takes
    now: an earlier try of the same that nobody saw take effect is no second loss. `named`: as `Sight.acknowledged`; who
    is named needs no place in `max`.
    """
    since = book.memory.acknowledged.get(paper.name)
    if since is None:
        return 0
    name, certain, tried = book.catalog.canonical(paper.license or ""), 0, set[tuple[str, str]]()
    for loss in book.memory.losses:
        if loss.run < since or book.catalog.canonical(loss.license) != name or name in named.get(loss.person_id, ()):
            continue
        if loss.certain:
            certain += 1
            tried.discard((loss.person_id, loss.holding))
        else:
            tried.add((loss.person_id, loss.holding))
    return certain + len(tried.difference(planned))
