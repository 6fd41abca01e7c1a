"""A person has one calendar: of Exchange and Google, what is held stays; else the better priority wins.

Why: Webex takes only one of the two hybrid calendar licenses (error 400413), and swapping a person's calendar because a
template says so would break their meetings. A held one that goes is replaced in the same call. Source: RULES 3.7 (R69).

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Hybrid - Exchange Calendar]}}
... people: {ann: {}, bob: {holds: [Hybrid - Google Calendar]}}
... ''')
ann: + Hybrid - Exchange Calendar
bob: two-calendars: Hybrid - Exchange Calendar: holds Hybrid - Google Calendar, and a person has one calendar
"""

from __future__ import annotations

import msgspec

from reconciler.model.catalog import Product
from reconciler.model.plan import CALENDAR_REPLACED, Because
from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Let at most one calendar be held."""
    catalog = case.book.catalog
    wishes = sorted(
        (w for w in case.wishes.values() if catalog.is_calendar(w.product)), key=lambda w: (w.priority, w.product)
    )
    if not wishes:
        return
    held = next((p for p in sorted(case.held) if catalog.is_calendar(p) and case.stays(p)), None)
    winner = held or wishes[0].product
    for wish in wishes:
        if wish.product != winner:
            why = f"holds {winner}" if held else f"{winner} is granted as well and comes first"
            case.refuse(wish, "two-calendars", f"{why}, and a person has one calendar",
                        "grant one of the two, or let the other go: name it under `manage`, or deny it")  # fmt: skip
    if held is None:
        _replace(case, winner)


def _replace(case: Case, winner: Product) -> None:
    because = tuple(Because(CALENDAR_REPLACED, b.template, b.source) for b in case.wishes[winner].because)
    for holding, removal in list(case.leaving.items()):
        if case.book.catalog.is_calendar(removal.product) and removal.product not in case.denied:
            reasons = (*removal.because, *because)
            case.swaps.setdefault(winner, []).append(
                msgspec.structs.replace(case.leaving.pop(holding), because=reasons)
            )
