"""What Webex takes together and what not: who needs what, and what excludes each other (docs/refusals.md).

Rules settle these for wishes and holdings; holds ask here, because what is kept back may need or exclude something, too.
"""

from __future__ import annotations

from reconciler.book.catalog import Catalog
from reconciler.model.catalog import ATTENDANT_CONSOLE, CALLING_PROFESSIONAL, CALLING_STANDARD, CUSTOMER_ASSIST, Product

STANDARD, PROFESSIONAL = Product(CALLING_STANDARD), Product(CALLING_PROFESSIONAL)
ASSIST, CONSOLE = Product(CUSTOMER_ASSIST), Product(ATTENDANT_CONSOLE)
_EXCLUDE = frozenset({frozenset({STANDARD, ASSIST}), frozenset({STANDARD, CONSOLE})})


def bases(catalog: Catalog, product: Product) -> tuple[Product, ...]:
    """What must be held for this to be held: free licenses (700003 to 700005), Professional for Attendant Console (400408)."""
    return (*catalog.prerequisites(product), *((PROFESSIONAL,) if product == CONSOLE else ()))


def excludes(catalog: Catalog, one: Product, other: Product) -> bool:
    """Whether nobody can hold both: 400216 (host and attendee), 400404, 400406, 400407, 400413, and tiers of the files."""
    if one == other:
        return False
    if frozenset({one, other}) in _EXCLUDE or other in (*catalog.higher_tiers(one), *catalog.lower_tiers(one)):
        return True
    if one.site and one.site == other.site:
        return one.is_attendee or other.is_attendee or (catalog.is_meetings(one) and catalog.is_meetings(other))
    return catalog.is_calendar(one) and catalog.is_calendar(other)
