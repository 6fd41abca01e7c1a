"""`oldestFirst` draws down the subscriptions in the order of `subscriptions.order`: the first one that has a unit left.

Why: units that end first are used first, and Webex tells no dates, so the files say which one is the oldest. A seller that
the order leaves out is never drawn on, and a warning says so; an order without any seller is an error. Source: RULES 2.4,
5.5 (R42, R46, C1).

>>> from tests.support.example import example
>>> example('''
... organization: {subscriptions: {policy: oldestFirst, order: [Sub-2, Sub-1]}}
... templates: {everyone: {licenses: [Webex Meetings Suite]}}
... units: {Webex Meetings Suite (Sub-2): 1}
... people: {ann: {holds: [Basic Messaging]}, bob: {holds: [Basic Messaging]}}
... ''')
ann: + Webex Meetings Suite @ acme.webex.com (Sub-2)
bob: + Webex Meetings Suite @ acme.webex.com (Sub-1)
>>> example('''
... organization: {subscriptions: {policy: oldestFirst, order: [Sub-2]}}
... templates: {everyone: {licenses: [Webex Meetings Suite]}}
... people: {ann: {holds: [Basic Messaging]}}
... ''')
ann: + Webex Meetings Suite @ acme.webex.com (Sub-2)
subscription-not-in-order: subscription Sub-1 sells 'Webex Meetings Suite @ acme.webex.com' and is never drawn
    on
"""

from __future__ import annotations

from reconciler.book.binding.search import Narrowed, Search
from reconciler.model.finding import Finding


def act(search: Search) -> Narrowed:
    """The pools of the ordered subscriptions, the oldest first, where more than one sells."""
    if search.reference.account_type == "attendee" or search.organization.subscription_policy != "oldestFirst":
        return search.pools
    if len({search.subscription(pool) for pool in search.pools}) == 1:
        return search.pools
    order = search.organization.subscription_order
    ladder = tuple(pool for name in order for pool in search.pools if search.subscription(pool) == name)
    for pool in sorted(set(search.pools) - set(ladder)):
        search.told.append(
            Finding(
                "subscription-not-in-order",
                "warning",
                str(search.organization.at("subscriptions.order")),
                f"subscription {search.subscription(pool)} sells {search.name!r} and is never drawn on",
                "add it to `subscriptions.order` if it should be",
            )
        )
    return ladder or search.choose_subscription(
        "subscription-needed", f"`subscriptions.order` names none of the subscriptions that sell {search.name!r}"
    )
