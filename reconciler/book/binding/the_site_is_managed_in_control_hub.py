"""Licenses of a site can be granted, as host or attendee, only where the site is managed in Control Hub.

Why: people of a linked site or one of Site Administration are licensed there; the API lists the site's licenses and does not
give them. Source: RULES 2.3.

>>> import msgspec
>>> from reconciler.book.binding import Binder
>>> from reconciler.book.catalog import Catalog
>>> from reconciler.model.desired import Organization, Reference
>>> from tests.support.live import SUITE
>>> linked = msgspec.structs.replace(SUITE, site_type="Linked site")
>>> files = Organization("acme", "organization", default_site="acme.webex.com")
>>> binder = Binder(files, Catalog([linked], {}, ()))
>>> binder.bind(Reference("Webex Meetings Suite"), template="everyone", priority=100)
>>> [finding.message for finding in binder.findings]
["site 'acme.webex.com' is a 'Linked site'; its licenses cannot be given through Control Hub"]
"""

from __future__ import annotations

from reconciler.book.binding.search import Narrowed, Search


def act(search: Search) -> Narrowed:
    """The pools of managed sites, and those without a site."""
    usable = tuple(pool for pool in search.pools if search.catalog.is_managed_site(pool))
    if usable:
        return usable
    pool = search.catalog.pools[search.pools[0]]
    return search.error(
        "site-not-managed",
        f"site {pool.site!r} is a {pool.site_type!r}; its licenses cannot be given through Control Hub",
        "name a site that is managed in Control Hub",
    )
