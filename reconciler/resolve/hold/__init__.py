"""Holds: removals that must not be carried out now. A held removal frees no unit, so holds come before allocation."""

from __future__ import annotations

from reconciler.model.expected import HeldBack
from reconciler.resolve.case import Case


def hold(case: Case, holding: str, guard: str) -> None:
    """Keep one removal back, together with the attendee role that would have replaced it."""
    removal = case.leaving.pop(holding)
    follower = next((g for g in case.role_grants if g.after is not None and g.site == removal.product.site), None)
    if follower is not None:
        case.role_grants.remove(follower)
    case.held_back.append(HeldBack(removal, guard, follower))
