"""A per-site license whose reference names no site is meant on `defaults.siteUrl`; without that default it is an error.

Why: a site is a place where people's meetings live; the one that happens to come first is not a choice. The default is
compared with live only here, where it is needed; one that nobody needs and nobody knows only warns. Source: RULES 2.5
(R17, R36).

>>> from tests.support.example import example
>>> example('''
... organization: {defaults: {subscription: Sub-1}}
... templates: {everyone: {licenses: [Webex Meetings Suite]}}
... people: {ann: {}}
... ''')
error site-needed: 'Webex Meetings Suite' is a per-site license and the files name no site
"""

from __future__ import annotations

from reconciler.book.binding.search import Narrowed, Search, listed


def act(search: Search) -> Narrowed:
    """The pools on the default site; all of them where the license has no site."""
    sites = {search.site(pool) for pool in search.pools} - {""}
    if not sites or search.reference.site is not None or search.reference.id is not None:
        return search.pools
    search.leaned_on.add("defaults.siteUrl")
    default = search.organization.default_site
    if default is not None:
        return tuple(pool for pool in search.pools if search.site(pool) == default) or search.error(
            "unknown-site",
            f"{search.license!r} does not exist on site {default!r}, the default of "
            f"{search.organization.at('defaults.siteUrl')}",
            f"it is on {listed(sites)}; add `site:` here, or change `defaults.siteUrl`",
        )
    plain = tuple(pool for pool in search.pools if not search.site(pool))
    return plain or search.error(
        "site-needed", f"{search.license!r} is a per-site license and the files name no site",
        f"add `site:` here or `defaults.siteUrl` to the Organization; it is on {listed(sites)}",
    )  # fmt: skip
