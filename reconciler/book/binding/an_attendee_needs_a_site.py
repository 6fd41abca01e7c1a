"""`accountType: attendee` grants the attendee role of the license's site; for a license without a site it is an error.

Why: attendee is a role on a site. It costs no unit and belongs to no subscription, so no pool is drawn on.
Source: RULES 2.6 (R20, R23).

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [{license: Webex Meetings Suite, accountType: attendee}]}}
... units: {Webex Meetings Suite: 0}
... people: {ann: {}}
... ''')
ann: + attendee @ acme.webex.com
>>> example('''
... templates: {everyone: {licenses: [{license: Real-Time Translations, accountType: attendee}]}}
... people: {ann: {}}
... ''')
error attendee-without-site: 'Real-Time Translations' has no site, so there is no attendee role to give
"""

from __future__ import annotations

from reconciler.book.binding.search import Narrowed, Search


def act(search: Search) -> Narrowed:
    """The pools that have a site, where the role is asked for; their subscriptions do not matter then."""
    if search.reference.account_type != "attendee":
        return search.pools
    return tuple(pool for pool in search.pools if search.site(pool)) or search.error(
        "attendee-without-site", f"{search.license!r} has no site, so there is no attendee role to give",
        "drop `accountType: attendee`; it is only for licenses with a site",
    )  # fmt: skip
