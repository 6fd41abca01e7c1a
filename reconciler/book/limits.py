"""How strictly the count of a pool is kept: what the files say of its license, by any of its names (RULES 5.2)."""

from __future__ import annotations

from reconciler.book.catalog import Catalog
from reconciler.model.desired import Capacity, LicenseCapacity


def capacity_of(capacity: Capacity, catalog: Catalog, pool: str) -> LicenseCapacity:
    """The policy of one pool of the catalog, else the default."""
    name = catalog.product_of[pool].name
    own = (policy for text, policy in sorted(capacity.licenses.items()) if catalog.canonical(text) == name)
    return next(own, capacity.default)
