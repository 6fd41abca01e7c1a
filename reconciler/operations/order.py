"""In which order people are served while an apply goes on: where a pool runs dry after all, the declared priority decides.

The planner has handed out the units already (RULES 5.3); this matters when one of them is gone by the time of the call.
"""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model.desired import Desired
from reconciler.model.plan import Change, LicenseOperation

_EXCEPTION = "exception:"


def by_priority(changes: Iterable[Change], desired: Desired) -> tuple[Change, ...]:
    """The smallest priority among the templates that grant somebody's additions first; equals stay in their order."""
    priorities = {template.name: template.priority for template in desired.templates}
    last = max(priorities.values(), default=0) + 1

    def one(operation: LicenseOperation) -> int:
        granting = [reason.template for reason in operation.because if reason.template]
        if any(name.startswith(_EXCEPTION) for name in granting):
            return 0  # as for the planner
        return min((priorities.get(name, last) for name in granting), default=last)

    def of(change: Change) -> int:
        return min((one(item) for item in change.licenses if item.operation == "add"), default=last)

    return tuple(sorted(changes, key=of))
