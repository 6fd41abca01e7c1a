"""Free licenses and hybrid services are not counted: everybody who should have one gets it.

Why: their counters mean nothing (hybrid services always read 1 bought, 0 used), and nobody buys them.
Source: RULES 5.1 (R54).

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Basic Space Meetings]}}
... people: {ann: {}}
... ''')
ann: + Basic Messaging
ann: + Basic Space Meetings
"""

from __future__ import annotations

from reconciler.book.catalog import Catalog


def act(catalog: Catalog, pool: str) -> bool:
    """Whether units of this pool are never counted."""
    return catalog.is_free(pool)
