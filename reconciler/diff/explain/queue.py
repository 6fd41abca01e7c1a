"""Where somebody stands who waits: since when, behind how many, for which subscription or budget, and what would help."""

from __future__ import annotations

from reconciler.diff.explain.sheet import Sheet
from reconciler.diff.explain.words import count
from reconciler.model.catalog import Product
from reconciler.model.expected import Lost
from reconciler.model.explanation import Queue


def queue(sheet: Sheet, product: Product) -> Queue | None:
    """The place of the person among those who wait for the same units or budgets; None when they do not wait."""
    mine = sheet.allocation.lost.get((sheet.person.id, product))
    if mine is None:
        return None
    order = list(sheet.allocation.lost)  # as they will be served
    before = order[: order.index((sheet.person.id, product))]
    budgets = _budgets(sheet, mine)
    ahead = sum(_competes(sheet, mine, budgets, sheet.allocation.lost[name]) for name in before)
    since = sheet.book.memory.waiting.get((sheet.person.id, str(product)), sheet.plan.live.taken_at)
    if mine.reason == "budget":
        return Queue(since, ahead, "budget", None, budgets)
    ladder = mine.request.wish.ladder
    places = tuple(sheet.subscription(pool) or sheet.book.catalog.pools[pool].name for pool in ladder)
    return Queue(since, ahead, "capacity", _needed(sheet, ladder, ahead), places)


def told(item: Queue) -> str:
    """The queue in one clause, as it follows on `Granted by X, `."""
    where = " or ".join(item.places)
    missing = f"no unit is left in {where}" if item.reason == "capacity" else f"the budget of {where} is used up"
    before = f"{count(item.ahead, 'person is', 'people are')} served first" if item.ahead else "next in line"
    text = f"waiting since {item.since:%Y-%m-%d %H:%M} UTC: {missing}, {before}"
    if item.units_needed is not None:
        text += f"; {count(item.units_needed, 'unit has', 'units have')} to be bought or freed"
    return text


def _competes(sheet: Sheet, mine: Lost, budgets: tuple[str, ...], other: Lost) -> bool:
    if other.reason != mine.reason:
        return False
    if mine.reason == "capacity":
        return not set(mine.request.wish.ladder).isdisjoint(other.request.wish.ladder)
    return not set(budgets).isdisjoint(_budgets(sheet, other))


def _budgets(sheet: Sheet, lost: Lost) -> tuple[str, ...]:
    """The budgets that have a say in a request, in words."""
    book, name = sheet.book, lost.request.wish.product.name
    found = []
    for budget in book.organization.capacity.budgets:
        group = book.groups.find(budget.group, [])
        if group is not None and group in lost.key.groups and book.catalog.canonical(budget.license) == name:
            found.append(f"{book.groups.names.get(group, group)} (at most {budget.max:,}, {budget.source})")
    return tuple(found)


def _needed(sheet: Sheet, ladder: tuple[str, ...], ahead: int) -> int | None:
    """Units missing in the fullest-used case: one for everybody ahead, one for the person, and what is overdrawn already."""
    overdrawn = []
    lines = {line.license_id: line for line in sheet.plan.pools}
    for pool in ladder:
        line = lines[pool]
        if line.available_after is None or line.total is None:
            return None
        overdrawn.append(max(0, -line.available_after - (sheet.book.capacity_of(pool).beyond(line.total) or 0)))
    return ahead + 1 + min(overdrawn)
