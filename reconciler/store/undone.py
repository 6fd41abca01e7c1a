"""What a run did, for an undo: from the journal, held against what became of each thing since. Read only.

Only what the journal knows to be done is taken back. The origin of what was taken, and the number and place that went
with it, are in the row that the person had just before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sqlalchemy import null, select

from reconciler.errors import InputError
from reconciler.model import ids
from reconciler.model.desired import Calling
from reconciler.model.live import Location, PhoneNumber
from reconciler.model.undo import Code, Give, Reversal, Stuck, Undo
from reconciler.store import bulk, versions
from reconciler.store.calls import Call, calls
from reconciler.store.packing import Unpacker, decode
from reconciler.store.snapshots import key_of, readable
from reconciler.store.tables import journal, location, member_set, number, org, person, person_past, run, situation

if TYPE_CHECKING:
    from sqlalchemy import Connection

_ROLE = "attendee:"
_UNKNOWN = "nobody knows how the call ended"
_FINISH = "finish the run with `apply --resume` first, then undo it"


class _Row(NamedTuple):
    """A row of a person. `until` is None while it is so."""

    since: int
    until: int | None
    held: frozenset[str]
    origins: Mapping[str, tuple[str, ...]]
    extension: str | None
    location_id: str | None


def undo(connection: Connection, org_id: str, identity: str) -> Undo:
    """What takes a run back, and the runs that went on with it. InputError when the organization has no such run."""
    keys, names, commit, owner = _runs(connection, org_id, identity)
    done = sorted(calls(connection, journal.c.run.in_(keys)), key=lambda call: (call.run, call.seq))
    by_thing: dict[tuple[str, str], list[Call]] = {}
    for call in done:
        by_thing.setdefault((call.person_id, call.operation.holding), []).append(call)
    work = _Undoing(connection, owner, min((call.at for call in done), default=0))
    work.read({call.person_id for call in done})
    for thing in sorted(by_thing):
        work.thing(by_thing[thing])
    people = {
        who: Reversal(names[0], tuple(sorted(work.take.get(who, ()))), tuple(sorted(work.give.get(who, ()))))
        for who in sorted(work.take.keys() | work.give.keys())
    }
    labels = {call.operation.holding: call.operation.label for call in done}
    return Undo(names, commit, people, {call.person_id: call.email for call in done}, labels, tuple(work.stuck))


def _runs(connection: Connection, org_id: str, identity: str) -> tuple[list[int], tuple[str, ...], str | None, int]:
    """Keys and names of the run and of those that resumed it, oldest first, its commit, and the organization's key."""
    rows = select(run.c.id, run.c.started, run.c.commit_id, run.c.resumes, run.c.org)
    found = connection.execute(rows.where(org.c.org_id == org_id, run.c.org == org.c.id).order_by(run.c.id)).all()
    names = {row.id: "run-" + readable(row.started, row.id, "run") for row in found}
    first = next((row for row in found if row.id == key_of(identity) and names[row.id] == identity), None)
    if first is None:
        last = f"The last one is {names[found[-1].id]}; " if found else "Nothing was applied yet; "
        raise InputError(
            f"The organization has no run {identity}.", hint=f"{last}`webex-licenses history --runs` lists the runs."
        )
    keys = [first.id]
    for row in found:
        if row.resumes in keys:
            keys.append(row.id)
    return keys, tuple(names[key] for key in keys), first.commit_id, first.org


class _Undoing:
    """The runs while they are looked through. `take`, `give`: person id -> what takes them back."""

    def __init__(self, connection: Connection, owner: int, before: int) -> None:
        self._connection, self._org, self._before = connection, owner, before
        self._rows: dict[str, list[_Row]] = {}
        self._numbers: dict[str, list[PhoneNumber]] | None = None
        self.take: dict[str, list[str]] = {}
        self.give: dict[str, list[Give]] = {}
        self.stuck: list[Stuck] = []

    def read(self, people: Collection[str]) -> None:
        """The rows of these people, oldest first."""
        names = ("person_id", "since", "extension", "location_id")
        found: list[tuple[Any, ...]] = []
        for table in (person_past, person):
            until = table.c.until if table is person_past else null()
            columns = [*[table.c[name] for name in names], until, situation.c.holdings, situation.c.attendees]
            rows = select(*columns, situation.c.origins).where(
                table.c.org == self._org,
                situation.c.id == table.c.situation,
                bulk.among(self._connection, table.c.person_id, people),
            )
            found += bulk.rows(self._connection, rows)
        packed = select(member_set).where(
            bulk.among(self._connection, member_set.c.id, {key for row in found for key in row[5:]})
        )
        sets = Unpacker(dict(bulk.rows(self._connection, packed)))
        for who, since, extension, place, until, holdings, attendees, origins in sorted(found, key=_by_time):
            held = frozenset((*sets.members(holdings), *(_ROLE + site for site in sets.members(attendees))))
            claims = {origin.holding: origin.claims for origin in sets.origins(origins)}
            self._rows.setdefault(who, []).append(_Row(since, until, held, claims, extension, place))

    def thing(self, sent: list[Call]) -> None:
        """One holding of one person: everything that the runs sent about it, in order."""
        unsure = next((call for call in sent if call.outcome in ("open", "unknown")), None)
        if unsure is not None:
            self._stays(unsure, "undo-unknown", _UNKNOWN, _FINISH)
            return
        done = [call for call in sent if call.outcome == "done"]
        if not done or done[0].operation.operation != done[-1].operation.operation:
            return  # nothing, or given and taken again in the run itself
        call, what = done[-1], done[-1].operation.operation
        rows = self._rows.get(call.person_id, [])
        since = self._changed(rows, call, held=what == "add")
        if since:
            self._stays(call, "undo-changed-since", since, "nothing is done about what somebody else decided")
        elif what == "add":
            self.take.setdefault(call.person_id, []).append(call.operation.holding)
        else:
            self.give.setdefault(call.person_id, []).append(self._give(rows, done[0]))

    def _stays(self, call: Call, code: Code, message: str, hint: str) -> None:
        operation = call.operation
        did: Literal["gave", "took"] = "gave" if operation.operation == "add" else "took"
        self.stuck.append(
            Stuck(call.email, did, operation.label, code, message, hint, "", call.person_id, operation.holding)
        )

    @staticmethod
    def _changed(rows: list[_Row], call: Call, *, held: bool) -> str:
        """Why what the call did is not its doing any more: it was otherwise in between, and is now as the call left it."""
        states = [call.operation.holding in row.held for row in rows if row.until is None or row.until > call.at]
        after = states[states.index(held) :] if held in states else []
        if not after or after[-1] != held or all(state == held for state in after):
            return ""
        return "it was taken and given again since" if held else "it was given and taken again since"

    def _give(self, rows: list[_Row], call: Call) -> Give:
        holding = call.operation.holding
        before = [row for row in rows if row.since <= call.at and holding in row.held]
        if not before:
            return Give(holding)
        return Give(holding, before[-1].origins.get(holding, ()), self._calling(before[-1], call))

    def _calling(self, row: _Row, call: Call) -> Calling | None:
        """The number, or the extension and place, that a Calling license was held with."""
        if not call.operation.irreversible:
            return None
        mine = self._owned(call.person_id)
        numbers = sorted(item.number for item in mine if item.number)
        extension = row.extension or next((item.extension for item in mine if item.extension), None) or "none"
        if numbers:
            return Calling(number=numbers[0], location="fromNumber", extension=extension)
        place = self._place(row)
        return Calling(number="none", location=place, extension=extension) if place and extension != "none" else None

    def _owned(self, person_id: str) -> Iterable[PhoneNumber]:
        """Their numbers before the first call. Read only where something of Calling was taken, and then all at once."""
        if self._numbers is None:
            self._numbers = {}
            at = versions.at(number, self._org, self._before)
            for (body,) in bulk.rows(self._connection, select(number.c.body).where(at).order_by(number.c.key)):
                item = decode("number", body, PhoneNumber)
                if item.owner_id:
                    self._numbers.setdefault(ids.uuid_of(item.owner_id), []).append(item)
        return self._numbers.get(ids.uuid_of(person_id), ())

    def _place(self, row: _Row) -> str:
        if row.location_id is None:
            return ""
        known = select(location.c.body).where(location.c.org == self._org, location.c.key == row.location_id)
        body = self._connection.execute(known.order_by(location.c.id.desc()).limit(1)).scalar()
        return "" if body is None else decode("location", body, Location).name


def _by_time(row: tuple[Any, ...]) -> tuple[str, int]:
    return row[0], row[1]
