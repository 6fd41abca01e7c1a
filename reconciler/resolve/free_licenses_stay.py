"""Screen share is never removed; a free license goes only if `manage` names it and nothing needs it.

Why: Webex refuses the first (700006), and a paid license stops working without its free base (700003, 700004, 700005).
Source: RULES 3.8.

>>> from tests.support.example import example
>>> example('''
... organization: {manage: [Basic Space Meetings, Basic Messaging], retention: {manual: remove}}
... templates: {everyone: {licenses: []}}
... people:
...   ann: {holds: [Screen Share, Basic Space Meetings, Basic Messaging]}
...   bob: {holds: [Advanced Messaging, Basic Messaging]}
... ''')
ann: - Basic Messaging
ann: - Basic Space Meetings
"""

from __future__ import annotations

from reconciler.model.catalog import Product
from reconciler.model.plan import Because
from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Keep free licenses that must not go; again while one that stays needs another."""
    while any(_stays(case, holding, removal.product) for holding, removal in list(case.leaving.items())):
        pass


def _stays(case: Case, holding: str, product: Product) -> bool:
    catalog = case.book.catalog
    if product.is_attendee:
        return False
    if catalog.is_screen_share(product):
        why = "screen share is implicit"
    elif not catalog.is_free_product(product):
        return False
    elif case.key.state == "deactivated":
        why = "free licenses stay with deactivated people"
    elif product not in case.book.managed:
        why = "a free license stays unless `manage` names it"
    elif _needed(case, product):
        why = "another license needs it"
    else:
        return False
    case.keep(holding, product, "", (Because(f"free-licenses-stay: {why}"),))
    return True


def _needed(case: Case, product: Product) -> bool:
    """Whether something that stays, or stays until its successor has a unit, or is granted, depends on it."""
    held = [other for other, pools in case.held.items() if not case.leaving.keys() >= set(pools)]
    others = [*held, *case.wishes]
    return any(product in case.book.catalog.prerequisites(other) for other in others)
