"""`manage` and `deny` may name what is never assigned to people, but it does nothing, and a warning says so.

Why: Webex refuses to take screen share away (code 700006) and to touch Messenger (400118), and workspace and device licenses
are not people's. Whoever writes such an entry expects something to happen. Source: RULES 2.3, 3.8.

>>> from tests.support.example import example
>>> example('''
... organization: {manage: [Screen Share], retention: {manual: remove}}
... templates: {everyone: {licenses: []}}
... people: {ann: {holds: [Screen Share]}}
... ''')
not-assignable: 'Screen Share' is not assigned to people, so nothing of it is ever taken away
"""

from __future__ import annotations

from reconciler.book.binding.search import Narrowed, Search
from reconciler.model.finding import Finding


def act(search: Search) -> Narrowed:
    """The pools that people can have; the warning where there are none."""
    pools = tuple(pool for pool in search.pools if search.catalog.is_assignable(pool))
    if not pools:
        source = search.reference.source
        search.told.append(
            Finding(
                "not-assignable",
                "warning",
                f"{source}:{source.column}",
                f"{search.license!r} is not assigned to people, so nothing of it is ever taken away",
                "take the entry out",
            )
        )
    return pools
