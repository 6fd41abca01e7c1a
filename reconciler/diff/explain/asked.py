"""Which products somebody means who asks for one license by a name."""

from __future__ import annotations

from reconciler.book.catalog import Catalog
from reconciler.model.catalog import ATTENDEE, Product, attendee


def products_named(catalog: Catalog, text: str) -> tuple[Product, ...]:
    """The products of `NAME`, `NAME @ SITE`, a license id, `attendee` or `attendee @ SITE`; old names count as well.

    Upper and lower case do not matter, and neither does the rest of the name where a part of it is enough: `calling` means
    every license with that word in its name. Empty when nothing is called so.
    """
    pool = catalog.find_id(text)
    if pool is not None:
        return (catalog.product_of[pool],)
    name, _, site = (part.strip() for part in text.partition("@"))
    everything = sorted({*catalog.sellers, *map(attendee, catalog.sites)})
    there = [product for product in everything if not site or product.site == site.lower()]
    wanted = catalog.canonical(name)
    for matches in (
        [product for product in there if product.name == wanted],
        [product for product in there if product.name.casefold() == wanted.casefold()],
        [product for product in there if wanted.casefold() in product.name.casefold()] if wanted else [],
    ):
        if matches:
            return tuple(matches)
    return ()


def nearest(catalog: Catalog, text: str) -> tuple[str, ...]:
    """Up to three names that look like what was asked."""
    found = catalog.nearest(text.partition("@")[0])
    return found or tuple(name for name in (ATTENDEE,) if text.casefold().startswith(ATTENDEE[:4]))
