"""With `guards.irreversible: hold`, a Calling license is removed only where an Acknowledgement covers it.

With the default, `stop`, the guard of the same name stops the whole apply instead. Source: RULES 4.5, 7.2 (R66).
"""

from __future__ import annotations

from reconciler.model.expected import Removal
from reconciler.resolve.case import Case
from reconciler.resolve.hold import hold_where


def act(case: Case) -> None:
    """Hold irreversible removals that nothing acknowledges, replacements included."""
    if case.book.organization.guards.irreversible != "hold":
        return
    covered = case.book.acknowledged | frozenset(case.key.marks.acknowledged)

    def guard_of(removal: Removal) -> str | None:
        lossy = case.book.catalog.is_calling(removal.product) and removal.product.name not in covered
        return "irreversible" if lossy else None

    hold_where(case, guard_of)
