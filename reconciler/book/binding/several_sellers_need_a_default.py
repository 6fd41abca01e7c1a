"""Where several subscriptions sell a license, `defaultOnly` draws on `defaults.subscription` and never on another one.

One seller needs no choice: the license binds there. Several sellers and no default, or a default that is not one of them,
is an error that names the choice. Why: which contract is used up is a decision about money. Source: RULES 2.4, 5.5 (R36,
R44, C1).

>>> from tests.support.example import example
>>> example('''
... organization: {defaults: {siteUrl: acme.webex.com}}
... templates: {everyone: {licenses: [Real-Time Translations, Webex Meetings Suite]}}
... people: {ann: {}}
... ''')
error subscription-needed: several subscriptions sell 'Webex Meetings Suite @ acme.webex.com' and no default
    subscription is set
>>> example('''
... templates: {everyone: {licenses: [Webex Meetings Suite]}}
... units: {Webex Meetings Suite (Sub-1): 1}
... people: {ann: {}, bob: {}}
... ''')
ann: + Basic Messaging
ann: + Webex Meetings Suite @ acme.webex.com (Sub-1)
bob: waits for Webex Meetings Suite
"""

from __future__ import annotations

from reconciler.book.binding.search import Narrowed, Search


def act(search: Search) -> Narrowed:
    """The pools of the default subscription, where more than one sells."""
    if search.reference.account_type == "attendee" or search.organization.subscription_policy != "defaultOnly":
        return search.pools
    if len({search.subscription(pool) for pool in search.pools}) == 1:
        return search.pools
    search.leaned_on.add("defaults.subscription")
    default = search.organization.default_subscription
    what = "no default subscription is set" if default is None else f"the default {default!r} is not one of them"
    return tuple(pool for pool in search.pools if search.subscription(pool) == default) or search.choose_subscription(
        "subscription-needed", f"several subscriptions sell {search.name!r} and {what}"
    )
