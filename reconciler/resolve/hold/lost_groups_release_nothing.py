"""While a declared group is missing or suddenly empty, its former members keep what its templates gave or grant.

Who they were cannot be told where the ledger does not know it; so nobody loses what those templates grant.

Source: RULES 1.7 (R41, F2, F4).
"""

from __future__ import annotations

from reconciler.model.expected import Removal
from reconciler.resolve.case import Case
from reconciler.resolve.hold import hold_where


def act(case: Case) -> None:
    """Hold removals of holdings that a template of a lost group gave, or may have."""
    lost = case.book.groups.lost
    if not lost:
        return
    items = [item for item in case.book.templates if item.groups & lost]
    names = {f"template:{item.name}" for item in items}
    granted = {product for item in items for product in item.products}

    def guard_of(removal: Removal) -> str | None:
        ours = case.origins.get(removal.holding)
        mine = bool(names & set(ours)) if ours else removal.product in granted
        return "group-missing" if mine and removal.row != "promotion" else None

    hold_where(case, guard_of)
