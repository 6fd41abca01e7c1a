"""While a declared group is missing or suddenly empty, its former members keep what its templates gave or grant.

Why: a directory that is being migrated shows empty groups, and the licenses would be gone before anybody looks. Who the
members were cannot be told where the ledger does not know it; so nobody loses what those templates grant, and nobody counts
as having left the group. Source: RULES 1.7 (R41, F2, F4).

>>> from tests.support.example import example
>>> story = '''
... organization: {assignment: groups, retention: {groupChange: remove}}
... templates: {sales: {groups: [Sales], licenses: [Real-Time Translations]}}
... emptied: [%s]
... people: {ann: {holds: [Real-Time Translations], given: {Real-Time Translations: sales}}}
... '''
>>> example(story % "")
ann: - Real-Time Translations
>>> example(story % "Sales")
ann: - Real-Time Translations is held back (group-missing)
group-emptied: group 'Sales' had members before and has none now; what the former members hold is kept
"""

from __future__ import annotations

from reconciler.model.expected import Removal
from reconciler.resolve.case import Case
from reconciler.resolve.hold import hold_where, rests_on


def act(case: Case) -> None:
    """Hold removals of holdings that a template of a lost group gave, or may have."""
    book = case.book
    lost = book.templated_groups & book.groups.lost
    if not lost:
        return
    templates = book.templates_of(lost)
    granted = {product for item in book.templates if item.groups & lost for product in item.products}

    def guard_of(removal: Removal) -> str | None:
        unknown = removal.holding not in case.origins and removal.product in granted and removal.row != "promotion"
        return "group-missing" if unknown or rests_on(case, removal, templates) else None

    hold_where(case, guard_of)
