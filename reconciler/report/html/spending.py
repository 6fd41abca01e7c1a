"""Money by pool, and seats that could be freed with the YAML that frees them."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.model.bill import Bill, PoolMoney
from reconciler.model.reclaim import Reclaimable
from reconciler.model.report import PoolState
from reconciler.report import money, wording
from reconciler.report import reclaim as words
from reconciler.report.html import capacity
from reconciler.report.html.columns import Places, long_list, persons, plain, told
from reconciler.report.html.page import Cell, Code, Column, LongList, Section, Table, blocks, number


def cost_section(bill: Bill | None, pools: Mapping[str, PoolState]) -> Section | None:
    """What the priced pools cost a month, now and after the plan; None without prices."""
    if bill is None:
        return None
    labels = ("A unit", "Bought", "In use", "In use after", "Unused", "Over", "Outside defaults")
    columns = (Column("License"), *(Column(label, True) for label in labels))
    rows = tuple(_row(line, pools) for line in bill.pools)
    sums = (bill.bought, bill.in_use, bill.after_plan, bill.unused, bill.over, bill.outside_defaults)
    foot = (Cell("All priced pools"), Cell(), *map(_amount, sums))
    table = Table(f"{wording.clean(bill.currency)} a month", columns, rows, (foot,))
    return Section("cost", "Cost", blocks(table), lead=" ".join(money.sentences(bill)))


def _row(line: PoolMoney, pools: Mapping[str, PoolState]) -> tuple[Cell, ...]:
    pool = pools.get(line.license_id)
    name = Cell(capacity.title(pool), capacity.where(pool)) if pool else Cell(wording.clean(line.license_id))
    amounts = (line.unit, line.bought, line.in_use, line.after_plan, line.unused, line.over, line.outside_defaults)
    return (name, *map(_amount, amounts))


def _amount(value: float | None) -> Cell:
    if value == 0:
        return Cell("–", tone="faint", sort=0.0)
    return Cell(money.plain(value), sort=-1e18 if value is None else round(value, 2))


def reclaim_section(found: Reclaimable | None, everybody: Places) -> Section | None:
    """Seats by reason, one by one, and the YAML; None where there is none."""
    if found is None or not found.seats:
        return None
    columns = [Column("Why"), Column("People", True), Column("Seats", True)]
    if found.currency:
        columns.append(Column(f"{wording.clean(found.currency)} a month", True))
    rows = tuple(
        (Cell(words.REASONS[one.reason]), number(one.people), number(one.seats), _amount(one.monthly))[: len(columns)]
        for one in found.summary
        if one.seats
    )
    read = "activity was never read (--sync reads it), so nobody is called inactive"
    if found.activity_read_at:
        read = f"inactive means {found.inactive_days:,} days, as of {wording.moment(found.activity_read_at)}"
    worth = f", {money.amount(found.monthly, found.currency)} a month" if found.currency else ""
    files = (
        Code(f"{wording.clean(one.about)} ({wording.count(one.seats, 'seat')})", one.yaml) for one in found.suggestions
    )
    return Section(
        "reclaimable", "Reclaimable",
        blocks(Table("By reason", tuple(columns), rows), _seats(found, everybody), *files), count=f"{len(found.seats):,}",
        lead=f"{wording.count(len(found.seats), 'seat')}{worth}; {read}.",
    )  # fmt: skip


def _seats(found: Reclaimable, everybody: Places) -> LongList:
    seats = found.seats
    columns = (
        Column("Person", width="l"), Column("Name", width="l"), Column("Why", facet=True, width="l"),
        Column("License", facet=True, width="xl"), Column("Days", True, width="xs"),
        Column("Freed by", facet=True, width="m"), Column("For good", facet=True, width="xs"),
    )  # fmt: skip
    data = [
        persons([wording.clean(seat.email) for seat in seats], everybody),
        plain([wording.clean(seat.name) for seat in seats]),
        plain([words.REASONS[seat.reason] for seat in seats]),
        plain(told(seats, lambda seat: seat.license_id, lambda seat: wording.license_label(seat.license, seat.site_url,
                                                                                          seat.subscription_id))),
        plain(["" if seat.days is None else f"{seat.days:,}" for seat in seats]),
        plain([words.FREED_BY[seat.freed_by] for seat in seats]),
        plain(["for good" if seat.irreversible else "" for seat in seats]),
    ]  # fmt: skip
    return long_list("seats", "Every seat", columns, data, len(seats), "seats")
