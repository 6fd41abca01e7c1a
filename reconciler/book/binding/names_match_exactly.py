"""A license is meant by its exact name, after the alias table; a name that nobody sells is an error, never a removal.

Why: Webex renames licenses, last on 26 January 2026. A tool that takes an unknown name for "no longer granted" takes the
license away from everybody. So names of before and after a rename mean the same license in both directions, more pairs stand
under `aliases`, and anything else stops with the nearest names. Source: RULES 2.1 (R47, R47b).

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Real-Time Translation]}}
... people: {ann: {holds: [Real-Time Translations], given: {Real-Time Translations: everyone}}}
... ''')
error unknown-license: the organization has no license named 'Real-Time Translation'
>>> example('''
... organization: {aliases: {Translations: Real-Time Translations}}
... templates: {everyone: {licenses: [Translations]}}
... people: {ann: {}}
... ''')
ann: + Real-Time Translations
"""

from __future__ import annotations

from reconciler.book.binding.search import Narrowed, Search
from reconciler.book.catalog import Catalog
from reconciler.model import canonical


def act(search: Search) -> Narrowed:
    """All pools of the name, on whatever site and in whatever subscription."""
    if search.reference.id is not None:
        return search.pools
    name = canonical.name(search.reference.license or "")
    pools = tuple(pool for product in search.catalog.named(name) for pool in search.catalog.sellers[product])
    return pools or search.error("unknown-license", *unknown(search.catalog, name))


def unknown(catalog: Catalog, name: str) -> tuple[str, str]:
    """Message and hint for a license name that the organization does not have."""
    close = catalog.nearest(name)
    hint = f"did you mean {' or '.join(map(repr, close))}?" if close else "see `webex-licenses inventory`."
    return (
        f"the organization has no license named {name!r}",
        f"{hint} If Webex renamed it, add the pair to `aliases`.",
    )
