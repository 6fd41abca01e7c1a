"""The change log of an organization, read backwards in time from the journal and the rows of people. Read only.

A change that a run made stands twice in the store: in the journal, and as a new row of the person. Here each row that
shows something come or gone is given to the call that explains it; what no call explains was done by hand. Looked at are
only as many rows as the answer needs, in windows that reach back further and further, because an organization of a
hundred thousand people has millions of rows.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from reconciler.model.changelog import Entry
from reconciler.model.result import Outcome
from reconciler.store import bulk
from reconciler.store.calls import Call, calls
from reconciler.store.database import find_org
from reconciler.store.everybody import label, licenses, role_label
from reconciler.store.packing import from_ms, time_of
from reconciler.store.snapshots import readable
from reconciler.store.tables import journal, person, person_past, sync
from reconciler.store.turns import ROLE, Row, Turn, Turns

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Connection, FromClause

_EVER = 1 << 62
_FIRST_WINDOW = 4_000
_WIDER = 4
_NO_EFFECT: frozenset[Outcome] = frozenset({"refused", "notSent", "skipped", "alreadyDone"})


class Query(NamedTuple):
    """What to tell. `people` None: everybody. `holdings` None: all. Times in ms, `since` inclusive, `until` exclusive."""

    limit: int
    people: frozenset[str] | None = None
    run: int | None = None
    holdings: frozenset[str] | None = None
    since: int = 0
    until: int = _EVER


def changes(connection: Connection, org: int, query: Query) -> tuple[list[Entry], bool]:
    """The newest `query.limit` entries, newest first, and whether there are more."""
    log = _Log(connection, org, query)
    found = log.entries()
    return found[: query.limit], len(found) > query.limit


def of_organization(connection: Connection, org_id: str, query: Query) -> tuple[list[Entry], bool]:
    """`changes`, by the id of the organization in Webex."""
    found = find_org(connection, org_id)
    return ([], False) if found is None else changes(connection, found[0], query)


class _Log:
    """One answer while it is put together."""

    def __init__(self, connection: Connection, org: int, query: Query) -> None:
        self._connection, self._org, self._query = connection, org, query
        self._labels = {
            key: label(pool.name, pool.site, pool.subscription) for key, pool in licenses(connection, org).items()
        }
        self._rows = Turns(connection, org)
        readings = select(sync.c.moment, sync.c.taken_at).where(sync.c.org == org).order_by(sync.c.moment)
        self._syncs: list[tuple[int, int]] = [(int(moment), int(at)) for moment, at in connection.execute(readings)]
        self._taken = dict(self._syncs)
        self._told: set[tuple[int, int, str, str]] = set()
        self._found: list[tuple[int, str, str, int, int, Entry]] = []

    def entries(self) -> list[Entry]:
        """Everything asked for, newest first, at least one more than the limit where there is more."""
        high, size = self._query.until, _FIRST_WINDOW
        while True:
            low = self._low(high, size)
            self._window(low, high)
            done = low <= self._query.since
            enough = sum(item[0] >= low for item in self._found) > self._query.limit
            if done or enough:
                break
            high, size = low, size * _WIDER
        # Newest first; within a moment by address, what somebody got before what they lost.
        self._found.sort(key=lambda item: (-item[0], *item[1:5]))
        return [item[5] for item in self._found if item[0] >= low]

    def _low(self, high: int, size: int) -> int:
        """From which time on about `size` rows lie below `high`."""
        if self._query.people is not None or self._query.run is not None:
            return 0
        times = [
            (journal.c.intended, journal.c.org),
            (person_past.c.until, person_past.c.org),
            (person.c.since, person.c.org),
        ]
        found = [self._query.since]
        for column, owner in times:
            newest = select(column).where(owner == self._org, column < high).order_by(column.desc())
            row = self._connection.execute(newest.offset(size - 1).limit(1)).scalar()
            if row is not None:
                found.append(int(row))
        return max(found)

    def _window(self, low: int, high: int) -> None:
        sent = list(calls(self._connection, self._in_window(low, high)))
        known = {call.key: call for call in sent}
        if self._query.run is not None:  # only the rows that may show how its open calls ended
            unsure = {call.person_id for call in sent if call.outcome in ("open", "unknown")}
            turns = self._rows.between(0, _EVER, unsure) if unsure else []
            known |= (
                {call.key: call for call in calls(self._connection, self._whose(journal, unsure))} if unsure else {}
            )
        else:
            turns = self._rows.between(low, high, self._query.people)
            if self._query.people is None and turns:
                turns, older = self._with_older(turns, low)
                known |= {call.key: call for call in older}
        effects = self._explain(turns, list(known.values()), low)
        for call in sent:
            self._tell_call(call, effects.get(call.key))
        for key, moment in effects.items():
            if key not in self._told and known[key].outcome != "done" and self._query.run is None:
                self._tell_call(known[key], moment)

    def _with_older(self, turns: list[Turn], low: int) -> tuple[list[Turn], list[Call]]:
        """Calls from before the window that may explain what its rows show, and the rows since then of those people."""
        shown = {
            (turn.person_id, holding)
            for turn in turns
            if turn.before and turn.after
            for holding in self._rows.held[turn.before.situation] ^ self._rows.held[turn.after.situation]
        }
        before = (journal.c.intended < low) & self._whose(journal, {who for who, _ in shown})
        older = [call for call in calls(self._connection, before) if (call.person_id, call.operation.holding) in shown]
        if not older:
            return turns, []
        since, people = min(call.at for call in older), {call.person_id for call in older}
        return [*self._rows.between(since, low, people), *turns], older

    def _in_window(self, low: int, high: int) -> ColumnElement[bool]:
        mine = journal.c.org == self._org
        if self._query.run is not None:
            return mine & (journal.c.run == self._query.run)
        if self._query.people is not None:
            return self._whose(journal, self._query.people)
        return mine & (journal.c.intended >= low) & (journal.c.intended < high)

    def _whose(self, table: FromClause, people: Collection[str]) -> ColumnElement[bool]:
        return (table.c.org == self._org) & bulk.among(self._connection, table.c.person_id, people)

    def _tell_call(self, call: Call, seen: int | None) -> None:
        if call.key in self._told or not self._wanted(call.operation.holding, call.at):
            return
        self._told.add(call.key)
        entry = Entry(
            at=time_of("journal", call.at),
            what="got" if call.operation.operation == "add" else "lost",
            person_id=call.person_id,
            email=call.email,
            display_name=call.name,
            by="run",
            holding=call.operation.holding,
            label=call.operation.label,
            run="run-" + readable(call.started, call.run, "run"),
            commit=call.commit,
            outcome=call.outcome,
            detail=call.detail,
            because=call.operation.because,
            seen=None if seen is None or call.outcome == "done" else self._time(seen),
        )
        self._found.append((call.at, entry.email, entry.label, -call.run, -call.seq, entry))

    def _wanted(self, holding: str, at: int) -> bool:
        wanted = self._query.holdings
        return self._query.since <= at < self._query.until and (wanted is None or holding in wanted)

    def _explain(self, turns: list[Turn], sent: list[Call], low: int) -> dict[tuple[int, int, str, str], int]:
        """Give each thing come or gone to the call that explains it, and tell the rest, from `low` on, as done by hand.

        Returns the moments at which the effects of calls were seen. A call explains the first time after its intent at
        which the rows show that something happened to what it meant; of several such calls, the last one does.
        """
        pending: dict[tuple[str, str], list[Call]] = {}
        for call in sorted(sent, key=lambda item: (item.at, item.run, item.seq)):
            if call.outcome not in _NO_EFFECT:
                pending.setdefault((call.person_id, call.operation.holding), []).append(call)
        effects: dict[tuple[int, int, str, str], int] = {}
        for turn in sorted(turns, key=lambda item: item.at):
            if turn.before is None or turn.after is None:
                if turn.at >= low:
                    self._tell_coming_or_going(turn)
                continue
            was, now = self._rows.held[turn.before.situation], self._rows.held[turn.after.situation]
            for holding in sorted(was ^ now):
                due = pending.get((turn.person_id, holding), [])
                meant = [call for call in due if call.at <= turn.at]
                del due[: len(meant)]
                what = "add" if holding in now else "remove"
                doing = [call for call in meant if call.operation.operation == what]
                if doing:
                    effects[doing[-1].key] = turn.at
                elif turn.at >= low:
                    self._tell_by_hand(turn, turn.before, turn.after, holding, came=holding in now)
        return effects

    def _tell_by_hand(self, turn: Turn, before: Row, after: Row, holding: str, *, came: bool) -> None:
        if self._query.run is not None or not self._wanted(holding, turn.at):
            return
        entry = Entry(
            at=self._time(turn.at),
            what="got" if came else "lost",
            person_id=turn.person_id,
            email=after.email,
            display_name=after.name,
            by="hand",
            holding=holding,
            label=self._label(holding),
            after=self._last_look(turn.at, before.since),
        )
        self._found.append((turn.at, entry.email, entry.label, 0, 0, entry))

    def _tell_coming_or_going(self, turn: Turn) -> None:
        first = bool(self._syncs) and turn.at == self._syncs[0][0]
        row = turn.after or turn.before
        if row is None or self._query.run is not None or not self._query.since <= turn.at < self._query.until:
            return
        if first and self._query.people is None:
            return  # everybody is first seen there
        holds = self._rows.held[row.situation]
        if self._query.holdings is not None and not holds & self._query.holdings:
            return
        entry = Entry(
            at=self._time(turn.at),
            what="firstSeen" if first else "joined" if turn.after else "left",
            person_id=turn.person_id,
            email=row.email,
            display_name=row.name,
            by="hand",
            after=None if first else self._last_look(turn.at, 0),
            holds=tuple(sorted(map(self._label, holds))),
        )
        self._found.append((turn.at, entry.email, "", 0, 0, entry))

    def _label(self, holding: str) -> str:
        if holding.startswith(ROLE):
            return role_label(holding.removeprefix(ROLE))
        return self._labels.get(holding, holding)

    def _time(self, moment: int) -> datetime:
        """When the reading of a moment was taken; of one that is no reading's, the moment itself."""
        return from_ms(self._taken.get(moment, moment))

    def _last_look(self, moment: int, since: int) -> datetime:
        """When the person was last known to be otherwise: at the reading before, or at what was recorded after it."""
        earlier = [at for at, _ in self._syncs if at < moment]
        last = earlier[-1] if earlier else since
        return self._time(max(last, since))
