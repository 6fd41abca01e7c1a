"""Holds: removals that must not be carried out now. A held removal frees no unit, so holds come before allocation."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.model.catalog import Product
from reconciler.model.expected import HeldBack, Removal, Request
from reconciler.resolve.case import Case
from reconciler.resolve.combinations import bases, excludes
from reconciler.resolve.retention_decides_the_rest import moved_from


def hold(case: Case, holding: str, guard: str) -> None:
    """Keep one removal back, together with what Webex does not take beside it: an attendee role, a host license, a tier."""
    removal = case.leaving.pop(holding, None)
    if removal is None:
        return  # kept back already, with what needs it
    follower = next((g for g in case.role_grants if g.after is not None and g.site == removal.product.site), None)
    if follower is not None:
        case.role_grants.remove(follower)
    catalog = case.book.catalog
    beside = [request for request in case.requests if excludes(catalog, removal.product, request.wish.product)]
    instead = beside[0].wish.product if beside else None
    case.held_back.append(HeldBack(removal, guard, follower, instead))
    for request in beside:
        hold_swap(case, request, guard)
    _hold_basis(case, removal.product, guard)


def _hold_basis(case: Case, product: Product, guard: str) -> None:
    """Keep back what something kept back needs: free licenses (RULES 3.8), Professional under Attendant Console."""
    needed = bases(case.book.catalog, product)
    for holding in sorted(case.leaving):
        if holding in case.leaving and case.leaving[holding].product in needed:
            hold(case, holding, guard)


def hold_swap(case: Case, request: Request, guard: str) -> None:
    """Keep a whole replacement back: what would go stays, and what would come is not asked for (one call, RULES 4.4)."""
    case.requests.remove(request)
    case.held_back.extend(HeldBack(drop, guard, instead=request.wish.product) for drop in request.drops)


def hold_where(case: Case, guard_of: Callable[[Removal], str | None]) -> None:
    """Keep back every removal that `guard_of` names a guard for, plain or inside a replacement."""
    for holding in sorted(case.leaving):
        guard = guard_of(case.leaving[holding]) if holding in case.leaving else None
        if guard is not None:
            hold(case, holding, guard)
    for request in list(case.requests):
        guard = next((found for drop in request.drops if (found := guard_of(drop)) is not None), None)
        if guard is not None:
            hold_swap(case, request, guard)


def rests_on(case: Case, removal: Removal, templates: frozenset[str]) -> bool:
    """Whether the removal may rest on who is in the groups of these templates, and not on anything else.

    It does if one of them gave the holding, now or by a claim that the files ended; or if the holding was given by hand
    and goes with somebody who left the groups of these templates only (`groupChange: removeAll`).
    A promotion to host takes nothing away.
    """
    if removal.row == "promotion":
        return False
    given = case.origins.get(removal.holding)
    if given:
        return any(claim.partition(":")[2] in templates for claim in given if not claim.startswith("exception:"))
    return removal.row == "e" and moved_from(case) <= templates
