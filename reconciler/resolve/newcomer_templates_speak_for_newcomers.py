"""A template with `existingUsers: false` speaks only for people who came after it came into force.

Came: created, first seen in a snapshot, or first seen as members of its group. Before it is in force it speaks for
nobody. `explicitlyLicensedNewcomers: skip` leaves out those who already held a paid license when first seen.
Source: RULES 1.3, 1.4 (R1, R7, R9, C6).
"""

from __future__ import annotations

import msgspec

from reconciler.book.book import BoundTemplate
from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Move templates that have nothing to say to this person from `speaking` to `silent`."""
    for item in list(case.speaking):
        why = _silent_because(case, item)
        if why:
            case.speaking.remove(item)
            case.silent.append(item)
            case.selected = [
                msgspec.structs.replace(s, speaks=False, why=why) if s.template == item.name else s
                for s in case.selected
            ]


def _silent_because(case: Case, item: BoundTemplate) -> str:
    newcomer = item.name in case.key.marks.newcomer_of
    if not item.template.existing_users and not newcomer:
        if item.in_force is None:
            return "`existingUsers: false` and not in force before its first completed apply"
        return f"`existingUsers: false` and the person was there before it came into force on {item.in_force:%Y-%m-%d}"
    if item.template.explicitly_licensed_newcomers == "skip" and newcomer and case.key.marks.paid_at_first_sight:
        return "`explicitlyLicensedNewcomers: skip` and the person held a paid license when first seen"
    return ""
