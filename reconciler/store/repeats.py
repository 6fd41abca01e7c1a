"""What was done how often for whom: the last operation on each holding, so that somebody who keeps undoing it is noticed.

One row per person and holding that a run ever changed; a different operation begins to count anew. Source: RULES 4.6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from reconciler.model.memory import Repeat
from reconciler.model.result import PersonResult
from reconciler.store.ledger import holding
from reconciler.store.packing import broken, time_of
from reconciler.store.tables import sent

if TYPE_CHECKING:
    from sqlalchemy import Connection


def count(connection: Connection, org: int, result: PersonResult, at: int) -> None:
    """Count every operation of `result` that was done, at `at` (ms)."""
    for item in result.operations:
        if item.outcome != "done":
            continue
        what, where = item.operation.operation, holding(item.operation)
        this = (sent.c.org == org) & (sent.c.person_id == result.person_id) & (sent.c.holding == where)
        row = connection.execute(select(sent).where(this)).first()
        if row is None:
            values = {
                "org": org,
                "person_id": result.person_id,
                "holding": where,
                "operation": what,
                "times": 1,
                "last": at,
            }
            connection.execute(insert(sent).values(values))
        elif row.operation == what:
            connection.execute(update(sent).where(this).values(times=sent.c.times + 1, before=row.last, last=at))
        else:
            connection.execute(update(sent).where(this).values(operation=what, times=1, before=None, last=at))


def repeats(connection: Connection, org: int) -> tuple[Repeat, ...]:
    """Everything that was done twice or more in a row."""
    rows = select(sent).where(sent.c.org == org, sent.c.times > 1).order_by(sent.c.person_id, sent.c.holding)
    found = []
    for row in connection.execute(rows):
        if row.operation not in ("add", "remove"):
            raise broken("sent")
        times = (time_of("sent", row.before), time_of("sent", row.last))
        found.append(Repeat(row.person_id, row.holding, row.operation, times))
    return tuple(found)
