"""What was done how often for whom: the last operation on each holding, so that somebody who keeps undoing it is noticed.

One row per person and holding that a run ever changed; a different operation begins to count anew. Source: RULES 4.6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, case, insert, select, update

from reconciler.model.memory import Repeat
from reconciler.model.result import PersonResult
from reconciler.store.ledger import holding
from reconciler.store.packing import broken, time_of
from reconciler.store.tables import sent

if TYPE_CHECKING:
    from sqlalchemy import Connection


_THIS = (
    (sent.c.org == bindparam("its_org"))
    & (sent.c.person_id == bindparam("whose"))
    & (sent.c.holding == bindparam("where"))
)
_SAME = sent.c.operation == bindparam("what", type_=sent.c.operation.type)
# Made once: each call runs them.
_AGAIN = (
    update(sent)
    .where(_THIS)
    .values(
        operation=bindparam("what", type_=sent.c.operation.type),
        times=case((_SAME, sent.c.times + 1), else_=1),
        before=case((_SAME, sent.c.last), else_=None),
        last=bindparam("at"),
    )
)
_FIRST = insert(sent).values(
    org=bindparam("its_org"),
    person_id=bindparam("whose"),
    holding=bindparam("where"),
    operation=bindparam("what", type_=sent.c.operation.type),
    times=1,
    last=bindparam("at"),
)


def count(connection: Connection, org: int, result: PersonResult, at: int) -> None:
    """Count every operation of `result` that was done, at `at` (ms)."""
    for item in result.operations:
        if item.outcome == "done":
            this = {"its_org": org, "whose": result.person_id, "where": holding(item.operation)}
            values = {**this, "what": item.operation.operation, "at": at}
            if not connection.execute(_AGAIN, values).rowcount:
                connection.execute(_FIRST, values)


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
