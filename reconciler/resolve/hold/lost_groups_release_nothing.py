"""While a declared group is missing or suddenly empty, its former members keep what its templates gave.

Source: RULES 1.7 (R41, F2, F4).
"""

from __future__ import annotations

from reconciler.resolve.case import Case
from reconciler.resolve.hold import hold


def act(case: Case) -> None:
    """Hold removals of holdings that a template of a lost group gave."""
    lost = case.book.groups.lost
    if not lost:
        return
    names = {f"template:{item.name}" for item in case.book.templates if item.groups & lost}
    for holding in sorted(case.leaving):
        if names & set(case.origins.get(holding, ())):
            hold(case, holding, "group-missing")
