"""What guards see: the plan's changes, what the removal guard counts, and the journal of the last 24 hours."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from reconciler.book.book import Book
from reconciler.model.catalog import Product, attendee
from reconciler.model.plan import Change


class Sight(msgspec.Struct, frozen=True):
    """`losses`: (person id, product) of removals that count. `holders`: product -> people who hold it now.

    `managed_people`: people who hold anything declared; `people`: everybody in the organization. `acknowledged`: person id
    -> license names whose loss an Acknowledgement in force allows for that very person.
    """

    book: Book
    changes: tuple[Change, ...]
    losses: tuple[tuple[str, Product], ...]
    holders: Mapping[Product, int]
    managed_people: int
    people: int
    acknowledged: Mapping[str, tuple[str, ...]] = {}

    def recent(self) -> list[tuple[str, Product]]:
        """Removals sent in the last 24 hours, as (person id, product)."""
        found = []
        for removal in self.book.memory.removals:
            kind, _, site = removal.holding.partition(":")
            product = attendee(site) if kind == "attendee" else self.book.catalog.product_of.get(removal.holding)
            if product is not None:
                found.append((removal.person_id, product))
        return found
