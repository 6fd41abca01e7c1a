"""`hard`: never more than was bought. `overage`: so many percent more. `uncapped`: never short. Per license where it differs.

Why: contracts differ. Webex itself names no error for a pool without units, some agreements bill what is used beyond it
at the next anniversary, and others do not allow it; so the default is the one that costs nothing by surprise. A fraction
of a unit is none. A license is meant by any of its names. Source: RULES 5.2 (R52, R56, C8).

>>> from tests.support.example import example
>>> story = '''
... organization: {capacity: {enforcement: %s, overage: {percent: 50}}}
... templates: {everyone: {licenses: [Real-Time Translations]}}
... units: {Real-Time Translations: 1}
... people: {ann: {}, bob: {holds: [Real-Time Translations]}, cy: {holds: [Real-Time Translations]}}
... '''
>>> example(story % "hard")
ann: waits for Real-Time Translations
>>> example(story % "uncapped")
ann: + Real-Time Translations
"""

from __future__ import annotations

from reconciler.book.book import Book
from reconciler.model.catalog import License


def act(book: Book, pool: License) -> int | None:
    """Units of `pool` that may be used beyond what was bought; None where there is no limit."""
    policy = book.capacity_of(pool.id)
    return policy.beyond(pool.total or 0)
