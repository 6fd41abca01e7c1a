"""Objections that stop an apply. One guard per file, listed in GUARDS in the order they are asked.

A guard reads what a plan would do and answers with `GuardResult`s; it changes nothing. FIRST are asked before there is a plan,
or before a plan is applied, and end the command. (What holds single operations back is in `resolve/hold/`, because a held
removal frees no unit.) Source: RULES section 7.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from reconciler.guard import (
    a_stale_plan_is_not_applied,
    additions_limit,
    irreversible_needs_acknowledgement,
    nothing_is_planned_from_nothing,
    removals_limit,
)
from reconciler.guard.sight import Sight
from reconciler.model.finding import Finding
from reconciler.model.plan import GuardResult
from reconciler.model.rule import Rule

__all__ = ["FIRST", "GUARDS", "Guard", "Sight"]


class Guard(msgspec.Struct, frozen=True):
    """A guard: its code, its number in the rule book, and the check."""

    code: str
    number: str
    check: Callable[[Sight], list[GuardResult]]


GUARDS: tuple[Guard, ...] = (
    Guard("removals-limit", "7.1", removals_limit.check),
    Guard("additions-limit", "7.1", additions_limit.check),
    Guard("irreversible", "4.5, 7.2", irreversible_needs_acknowledgement.check),
)

FIRST: tuple[Rule[Callable[..., Finding | None]], ...] = (
    Rule("nothing-is-planned-from-nothing", "7.7", nothing_is_planned_from_nothing.check),
    Rule("a-stale-plan-is-not-applied", "7.5", a_stale_plan_is_not_applied.check),
)
