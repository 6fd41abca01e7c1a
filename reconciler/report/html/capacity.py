"""Capacity by pool, with what the plan does to it and how far a true-forward is."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model.plan import Plan, PoolLine
from reconciler.model.report import PoolState
from reconciler.report import wording
from reconciler.report.html.page import Bar, Cell, Column, Section, Table, Tone, blocks, number, short

_SCALE_TO = 1.25  # of the bought units; what goes beyond is cut, and said in figures
_NEARLY = 0.95


def pools_of(plan: Plan) -> tuple[PoolState, ...]:
    """What a plan alone tells of the pools."""
    waiting: dict[tuple[str, str, str], int] = {}
    for item in plan.waiting:
        place = item.license, item.site or "", item.subscription or ""
        waiting[place] = waiting.get(place, 0) + 1

    def state(line: PoolLine) -> PoolState:
        place = line.license, line.site or "", line.subscription or ""
        return PoolState(
            line.license_id, line.license, line.subscription, line.site, line.total, line.consumed, line.add, line.remove,
            waiting.get(place, 0), line.total is not None,
        )  # fmt: skip

    return tuple(map(state, plan.pools))


def tone(pool: PoolState) -> Tone:
    """bad: more units in use than bought, now or after the plan. warn: hardly any left, or somebody waits."""
    if not pool.limited or pool.total is None or pool.after is None or pool.consumed is None:
        return "warn" if pool.waiting else ""
    if max(pool.after, pool.consumed) > pool.total:
        return "bad"
    nearly = pool.total > 0 and pool.after >= pool.total * _NEARLY
    return "warn" if nearly or pool.waiting else ""


def title(pool: PoolState) -> str:
    """The license."""
    return wording.clean(pool.license)


def where(pool: PoolState) -> str:
    """Its site and subscription."""
    return wording.clean(" · ".join(part for part in (pool.site, pool.subscription or "no subscription") if part))


def section(pools: Sequence[PoolState], *, beyond: bool) -> Section:
    """All pools that count units, the tightest first, and folded the others. `beyond`: with how far a true-forward is."""
    counted = sorted((pool for pool in pools if pool.limited), key=_tightness)
    free = [pool for pool in pools if not pool.limited]
    over = sum(tone(pool) == "bad" for pool in counted)
    lead = f"{wording.count(len(counted), 'pool')} that count units, the tightest first."
    notes = [
        "In use is what Webex calls consumed; left is bought minus in use, negative where more is in use than was bought. "
        "The bar shows in use (solid), what the plan adds (hatched) and what is beyond the bought units (red, cut at a quarter "
        "more); its line is what was bought."
    ]
    if beyond:
        notes.append(
            "True Forward above: an Enterprise Agreement measures use on the last day of the eleventh month of the subscription "
            "year and charges from the anniversary on when more than 120 % of what was bought is in use (Webex Suite: 115 %); "
            "every assigned license counts. Where the files name an overage, theirs stands here, marked *. Webex tells neither "
            "the kind of contract nor the anniversary, so check yours. Room to it is after the plan."
        )
    return Section(
        "capacity", "Capacity",
        blocks(
            _table("Pools, and what the plan does to them", counted, beyond),
            _free(free),
        ),
        count=f"{over} over" if over else "", lead=lead, tone="bad" if over else "", notes=tuple(notes),
    )  # fmt: skip


def _tightness(pool: PoolState) -> tuple[int, float, str, str]:
    rank = {"bad": 0, "warn": 1}.get(tone(pool), 2)
    used = (pool.after or 0) / pool.total if pool.total else 0.0
    return rank, -used, pool.license, pool.license_id


def _table(caption: str, pools: Sequence[PoolState], beyond: bool) -> Table:
    columns = [
        Column("License"), Column("Use"), Column("Bought", True), Column("In use", True), Column("Left", True),
        Column("Used %", True), Column("Plan +", True), Column("Plan −", True), Column("In use after", True),
        Column("Left after", True), Column("Over after", True), Column("Waiting", True),
    ]  # fmt: skip
    if beyond:
        columns += [Column("True Forward above", True), Column("Room to it", True)]
    return Table(caption, tuple(columns), tuple(_row(pool, beyond) for pool in pools), key="pools")


def _row(pool: PoolState, beyond: bool) -> tuple[Cell, ...]:
    left, after = pool.available, pool.left_after
    used = None if not pool.total or pool.consumed is None else 100 * pool.consumed / pool.total
    row = [
        Cell(title(pool), where(pool), sort=f"{title(pool)} {where(pool)}"),
        Cell(bar=_bar(pool), sort=used if used is not None else -1.0),
        number(pool.total),
        number(pool.consumed),
        number(left, tone="bad" if (left or 0) < 0 else ""),
        Cell("–", tone="faint", sort=-1.0) if used is None else Cell(f"{used:.0f}", sort=used),
        short(pool.add),
        short(pool.remove),
        number(pool.after),
        number(after, tone="bad" if (after or 0) < 0 else ""),
        short(max(0, -(after or 0)), "bad"),
        short(pool.waiting, "warn"),
    ]
    return (*row, *_true_forward(pool)) if beyond else tuple(row)


def _true_forward(pool: PoolState) -> tuple[Cell, Cell]:
    found = pool.true_forward
    if found is None:
        return Cell("–", tone="faint", sort=-1.0), Cell("–", tone="faint", sort=1e18)
    mark = "*" if found.by == "files" else ""
    room = number(found.room, tone="bad" if (found.room or 0) < 0 else "")
    return Cell(f"{found.above:,}{mark}", sort=float(found.above)), room


def _bar(pool: PoolState) -> Bar | None:
    if not pool.total or pool.consumed is None or pool.after is None:
        return None

    def at(units: float) -> float:
        return round(min(units / (pool.total or 1), _SCALE_TO) * 100 / _SCALE_TO, 2)

    now, after, bought = at(pool.consumed), at(pool.after), at(pool.total)
    solid, top = min(now, after), max(now, after)
    parts = [(0.0, min(solid, bought), "used")]
    if solid > bought:
        parts.append((bought, round(solid - bought, 2), "over"))
    if top > solid:
        parts.append((solid, round(top - solid, 2), "coming" if after > now else "going"))
    text = f"{pool.consumed:,} of {pool.total:,} in use, {pool.after:,} after the plan"
    return Bar(tuple(parts), text, ((bought, "bought"),))


def _free(pools: Sequence[PoolState]) -> Table:
    rows = tuple(
        (Cell(title(pool), where(pool)), number(pool.consumed), number(pool.total), short(pool.add), short(pool.remove))
        for pool in pools
    )
    columns = (
        Column("License"), Column("In use", True), Column("Bought", True), Column("Plan +", True), Column("Plan −", True),
    )  # fmt: skip
    return Table(f"Free, hybrid and uncounted licenses ({len(rows):,}): they never run out", columns, rows, fold=True)
