"""A reference that names a site means the license on that site; where it is not on that site, that is an error.

Why: one name is sold on several sites, and a person may hold one for each. Guessing another site, or overlooking a site that
the license does not have, would give something else than what was written. Source: RULES 2.5 (R17).

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [{license: Webex Meetings Suite, site: emea.webex.com}]}}
... people: {ann: {}}
... ''')
ann: + Basic Messaging
ann: + Webex Meetings Suite @ emea.webex.com
>>> example('''
... templates: {everyone: {licenses: [{license: Webex Event Center, site: emea.webex.com}]}}
... people: {ann: {}}
... ''')
error unknown-site: 'Webex Event Center' does not exist on site 'emea.webex.com'
"""

from __future__ import annotations

from reconciler.book.binding.search import Narrowed, Search, listed


def act(search: Search) -> Narrowed:
    """The pools on the site that the reference names."""
    site = search.reference.site
    if site is None:
        return search.pools
    sites = {search.site(pool) for pool in search.pools} - {""}
    hint = f"it is on {listed(sites)}" if sites else "it belongs to no site; take `site` out"
    return tuple(pool for pool in search.pools if search.site(pool) == site) or search.error(
        "unknown-site", f"{search.license!r} does not exist on site {site!r}", hint
    )
