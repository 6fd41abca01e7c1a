"""Where everything that one person holds comes from: the ledger of today, with the runs and times behind it. Read only.

The ledger in a situation names templates, never a run. When a holding was first seen stands in the versions of the
person's row, which call gave it stands in the journal, and which apply recorded its claims is told by the moment at
which that apply wrote.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from typing import TYPE_CHECKING

from sqlalchemy import select

from reconciler.model.history import PersonVersion, SentOperation
from reconciler.model.provenance import Act, Provenance
from reconciler.store import bulk, history
from reconciler.store.database import find_org
from reconciler.store.packing import broken, time_of
from reconciler.store.snapshots import readable
from reconciler.store.tables import registry, run

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from reconciler.store.database import Database


def origins(database: Database, org_id: str, person_id: str) -> tuple[Provenance, ...]:
    """Every holding of a person, sorted; empty for somebody who holds nothing, is gone, or was never seen."""
    with database.read() as connection:
        found = find_org(connection, org_id)
        return () if found is None else origins_at(connection, found[0], person_id, found[1])


def origins_at(connection: Connection, key: int, person_id: str, moment: int) -> tuple[Provenance, ...]:
    """The same of an organization (its key) as of a moment (ms)."""
    known = history.of_person(connection, key, person_id, moment)
    if not known.versions or known.versions[-1].until is not None:
        return ()
    applies = _applies(connection, key, {version.since for version in known.versions})
    holdings = sorted(known.versions[-1].holdings)
    return tuple(_of(holding, known.versions, known.sent, applies) for holding in holdings)


def _applies(connection: Connection, org: int, when: set[datetime]) -> dict[datetime, Act]:
    """Moment -> the apply that ended then, for the moments in question."""
    rows = select(registry.c.moment, registry.c.at, run.c.id, run.c.started, run.c.commit_id).where(
        registry.c.org == org, run.c.id == registry.c.run
    )
    found = {}
    for moment, at, key, started, commit in bulk.rows(connection, rows):
        if not isinstance(started, int):
            raise broken("run")
        ended = time_of("registry", moment)
        if ended in when:
            found[ended] = Act("run-" + readable(started, key, "run"), commit, time_of("registry", at))
    return found


def _of(
    holding: str, versions: Sequence[PersonVersion], sent: Sequence[SentOperation], applies: Mapping[datetime, Act]
) -> Provenance:
    latest = list(takewhile(lambda version: holding in version.holdings, reversed(versions)))
    claims = _claims(latest[0], holding)
    same = list(takewhile(lambda version: _claims(version, holding) == claims, latest))
    recorded = applies.get(same[-1].since) if claims else None
    return Provenance(holding, claims, latest[-1].since, _given(holding, versions, sent), recorded)


def _claims(version: PersonVersion, holding: str) -> tuple[str, ...]:
    return next((origin.claims for origin in version.origins if origin.holding == holding), ())


def _given(holding: str, versions: Sequence[PersonVersion], sent: Sequence[SentOperation]) -> Act | None:
    """The last call that gave it, unless somebody was seen without it after that: then another one gave it since."""
    calls = [item for item in sent if item.holding == holding and item.outcome == "done" and item.operation == "add"]
    if not calls:
        return None
    call = calls[-1]
    held = [holding in version.holdings for version in versions if version.since >= call.at]
    # Between the intent and its effect a sync may have seen the person as they were before.
    seen = held[held.index(True) :] if True in held else held
    return Act(call.run, call.commit, call.at) if all(seen) else None
