"""A reference by id means exactly that license: one name, one site, one subscription, in every spelling of the id.

Why: a name repeats per subscription and per site, so names are not keys; the id is. Webex's own tools show it with and
without base64 padding. What the reference says beside the id must agree with it. Source: RULES 2.1 (R47).

>>> from tests.support.example import example
>>> from tests.support.live import RTT
>>> example(f'''
... templates: {{everyone: {{licenses: [{{id: "{RTT.id}=="}}]}}}}
... people: {{ann: {{}}}}
... ''')
ann: + Real-Time Translations
>>> example(f'''
... templates: {{everyone: {{licenses: [{{id: "{RTT.id}", subscription: Sub-2}}]}}}}
... people: {{ann: {{}}}}
... ''')
error unknown-subscription: 'Real-Time Translations' is not sold in subscription 'Sub-2'
"""

from __future__ import annotations

from reconciler.book.binding.search import Narrowed, Search


def act(search: Search) -> Narrowed:
    """The one pool of the id."""
    wanted = search.reference.id
    if wanted is None:
        return search.pools
    found = search.catalog.find_id(wanted)
    if found is not None:
        return (found,)
    return search.error(
        "unknown-license", f"the organization has no license with id {wanted}",
        "copy the id from `webex-licenses inventory --format json`, or name the license",
    )  # fmt: skip
