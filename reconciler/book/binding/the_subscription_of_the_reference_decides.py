"""A reference that names a subscription draws on that one alone; where it does not sell the license, that is an error.

Why: the same license in two subscriptions has two prices and two ends of contract. Source: RULES 2.4 (R36, R47).

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [{license: Webex Meetings Suite, subscription: Sub-2}]}}
... people: {ann: {}}
... ''')
ann: + Basic Messaging
ann: + Webex Meetings Suite @ acme.webex.com (Sub-2)
>>> example('''
... templates: {everyone: {licenses: [{license: Webex Meetings Suite, subscription: Sub-7}]}}
... people: {ann: {}}
... ''')
error unknown-subscription: 'Webex Meetings Suite @ acme.webex.com' is not sold in subscription 'Sub-7'
"""

from __future__ import annotations

from reconciler.book.binding.search import Narrowed, Search


def act(search: Search) -> Narrowed:
    """The pools of the subscription that the reference names."""
    wanted = search.reference.subscription
    if wanted is None:
        return search.pools
    return tuple(pool for pool in search.pools if search.subscription(pool) == wanted) or search.choose_subscription(
        "unknown-subscription", f"{search.name!r} is not sold in subscription {wanted!r}"
    )
