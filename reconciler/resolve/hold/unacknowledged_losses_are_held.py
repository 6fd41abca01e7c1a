"""With `guards.irreversible: hold`, a Calling licence is removed only where an Acknowledgement covers it.

With the default, `stop`, the guard of the same name stops the whole apply instead. Source: RULES 4.5, 7.2 (R66).
"""

from __future__ import annotations

from reconciler.resolve.case import Case
from reconciler.resolve.hold import hold


def act(case: Case) -> None:
    """Hold irreversible removals that nothing acknowledges."""
    if case.book.organization.guards.irreversible != "hold":
        return
    for holding, removal in sorted(case.leaving.items()):
        covered = removal.product.name in case.key.marks.acknowledged or removal.product.name in case.book.acknowledged
        if case.book.catalog.is_calling(removal.product) and not covered:
            hold(case, holding, "irreversible")
