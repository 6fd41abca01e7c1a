"""Amounts of money, the same in every report: the currency's code in front, thousands apart, always two decimals."""

from __future__ import annotations

from reconciler.model.bill import Bill
from reconciler.report import wording


def amount(value: float | None, currency: str) -> str:
    """An amount; `?` where it is not known, as for units.

    >>> amount(1234.5, "USD"), amount(-0.001, "EUR"), amount(None, "USD")
    ('USD 1,234.50', 'EUR 0.00', '?')
    """
    return "?" if value is None else f"{wording.clean(currency)} {plain(value)}"


def plain(value: float | None) -> str:
    """The same without the currency, for columns that name it once."""
    return "?" if value is None else f"{round(value, 2) + 0.0:,.2f}"


def sentences(bill: Bill) -> list[str]:
    """The bill in words: what is paid for, what of it is used, what could be spared, and what is in no sum."""

    def told(value: float | None) -> str:
        return amount(value, bill.currency)

    facts = [f"{told(bill.bought)} bought", f"{told(bill.in_use)} in use", f"{told(bill.unused)} unused"]
    if bill.over:
        facts.append(f"{told(bill.over)} in use beyond what was bought")
    facts.append(f"{told(bill.outside_defaults)} outside the defaults")
    if bill.reclaimable is not None:
        facts.append(f"{told(bill.reclaimable)} reclaimable")
    lines = [f"A month: {', '.join(facts)}."]
    if bill.after_plan is not None:
        change = round(bill.after_plan - bill.in_use, 2) + 0.0
        sign = "+" if change > 0 else ""
        lines.append(f"After the plan: {told(bill.after_plan)} in use ({sign}{plain(change)}).")
    if bill.unpriced:
        names = wording.some(map(wording.clean, bill.unpriced), 5)
        lines.append(f"Without a price, in no sum: {names}.")
    if bill.unknown_units:
        lines.append(f"Units not told by Webex, in no sum: {wording.count(bill.unknown_units, 'pool')}.")
    return lines
