"""Only what a person may hold can be granted: no workspace, device, hot desk, route list license, screen share or Messenger.

Why: Webex lists them all in one list and refuses to give these to people, or gives them by itself. Screen share comes
with other licenses and cannot be removed; Messenger licenses are not managed by API (400118). Source: RULES 2.3.

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Screen Share, Webex Calling - Workspaces]}}
... people: {ann: {}}
... ''')
error not-assignable: 'Screen Share' cannot be given to a person
error not-assignable: 'Webex Calling - Workspaces' cannot be given to a person
"""

from __future__ import annotations

from reconciler.book.binding.search import Narrowed, Search


def act(search: Search) -> Narrowed:
    """The pools that people can have."""
    return tuple(pool for pool in search.pools if search.catalog.is_assignable(pool)) or search.error(
        "not-assignable", f"{search.license!r} cannot be given to a person",
        "workspace, device, hot desk, route list, screen share and Messenger licenses are not given by API; take it out",
    )  # fmt: skip
