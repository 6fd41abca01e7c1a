"""Templates and exceptions give nothing to a deactivated person; what they hold is decided by `deactivatedUsers`.

Why: Webex deletes them after 30 days and counts their licenses until then. Source: RULES 1.5 (R77-R79).
"""

from __future__ import annotations

import msgspec

from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Silence every template for a deactivated person."""
    if case.key.state != "deactivated" or case.hands_off:
        return
    case.speaking = []
    case.selected = [msgspec.structs.replace(s, speaks=False, why="the person is deactivated") for s in case.selected]
