"""What `manage` and `deny` name is a product: a license on one site or on all, in all its subscriptions together.

Why: a person holds one unit of a product, whoever sold it; "must not have it" cannot mean one contract. An entry that names a
subscription or an id therefore reaches further than it says, and a warning tells so. Source: RULES 2.2, 4.1.

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: []}}
... exceptions: {ann: {users: [ann], deny: [{license: Webex Meetings Suite, site: acme.webex.com, subscription: Sub-2}]}}
... people: {ann: {holds: [Webex Meetings Suite (Sub-1)]}}
... ''')
ann: - Webex Meetings Suite @ acme.webex.com (Sub-1)
all-subscriptions: 'Webex Meetings Suite @ acme.webex.com' is meant in all its subscriptions: Sub-1, Sub-2
"""

from __future__ import annotations

from reconciler.book.binding.search import Narrowed, Search, listed
from reconciler.model.finding import Finding


def act(search: Search) -> Narrowed:
    """Pools of every product that is meant; the warning where a subscription or an id seems to narrow it."""
    reference, catalog = search.reference, search.catalog
    wanted = reference.subscription
    if wanted is not None and all(search.subscription(pool) != wanted for pool in search.pools):
        return search.choose_subscription("unknown-subscription", f"{search.name!r} is not sold in {wanted!r}")
    if wanted is not None or reference.id is not None:
        for product in sorted({catalog.product_of[pool] for pool in search.pools}):
            sold = {search.subscription(pool) or "(none)" for pool in catalog.sellers[product]}
            if len(sold) > 1:
                search.told.append(
                    Finding(
                        "all-subscriptions",
                        "warning",
                        f"{reference.source}:{reference.source.column}",
                        f"{str(product)!r} is meant in all its subscriptions: {listed(sold)}",
                        "name the license without `subscription` and `id`, so that the file says what it does",
                    )
                )
    return search.pools
