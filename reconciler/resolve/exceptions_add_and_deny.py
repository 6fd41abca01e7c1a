"""What an exception adds ranks before every template; what it denies is not granted, whoever grants it.

Deny beats add, across exceptions. Source: RULES 1.6.
"""

from __future__ import annotations

from reconciler.model.expected import Satisfied, Wish
from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Add the wishes of exceptions in force, then drop what one of them denies."""
    if case.hands_off or case.key.state == "deactivated":
        _deny(case)
        return
    for item in case.exceptions:
        for grant in item.grants:
            wish = case.wishes.get(grant.product)
            reasons = (grant.because, *(wish.because if wish else ()))
            calling = grant.calling or item.exception.calling or (wish.calling if wish else None)
            case.wishes[grant.product] = Wish(grant.product, grant.ladder, grant.priority, reasons, calling)
        if item.exception.calling is not None and not item.grants:
            _override_calling(case, item.exception.name)
    _deny(case)


def _override_calling(case: Case, name: str) -> None:
    calling = case.book.exceptions[name].exception.calling
    for product, wish in list(case.wishes.items()):
        if case.book.catalog.is_calling(product):
            case.wishes[product] = Wish(product, wish.ladder, wish.priority, wish.because, calling)


def _deny(case: Case) -> None:
    if case.hands_off:
        return
    for item in case.exceptions:
        for product in sorted(item.denied):
            case.denied.setdefault(product, item.because)
            wish = case.wishes.pop(product, None)
            if wish is not None:
                case.lost.append(
                    Satisfied(product, "", (item.because, *wish.because), f"denied by {item.exception.name}")
                )
