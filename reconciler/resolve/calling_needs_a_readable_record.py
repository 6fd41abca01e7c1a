"""Nothing about Calling is planned for a person whose record Webex could not read, nor beside Unified CM unasked.

Source: RULES 6.5, 6.6 (R70).
"""

from __future__ import annotations

from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Refuse Calling wishes that cannot be judged or that double a Unified CM license."""
    catalog = case.book.catalog
    for product, wish in list(case.wishes.items()):
        if product in case.satisfied or not catalog.is_calling(product):
            continue
        unified = next((held for held in case.held if catalog.is_unified_cm(held)), None)
        if case.key.calling_unreadable:
            case.refuse(wish, "calling-unreadable", "Webex could not read the person's Calling data",
                        "sync again later; if it stays so, open a case with Cisco")  # fmt: skip
        elif unified is not None and not (wish.calling and wish.calling.beside_ucm):
            case.refuse(wish, "unified-cm", f"holds {unified}; {product} is not given beside it",
                        "set `calling.besideUcm: true` to allow both during a migration")  # fmt: skip
    if case.key.calling_unreadable:
        for holding, removal in list(case.leaving.items()):
            if catalog.is_calling(removal.product):
                case.keep(holding, removal.product, "", removal.because)
