"""The ledger: which templates gave a holding. Only what an apply has done changes it; a sync carries it along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, bindparam, insert, select, true, update

from reconciler.model.live import DROPPED, LEFT, Origin, PersonReading, Situation
from reconciler.model.plan import AttendeeOperation, Because, LicenseOperation
from reconciler.model.result import PersonResult
from reconciler.store import bulk
from reconciler.store.commit import close
from reconciler.store.packing import EMPTY, Facts, Interned, Key, Unpacker, broken, fingerprint
from reconciler.store.tables import PERSON_COLUMNS, member_set, moves, person, person_past, situation

if TYPE_CHECKING:
    from sqlalchemy import Column, ColumnElement, Connection, Select

_DONE = ("done", "alreadyDone")
_KINDS = ("exception:", f"{DROPPED}:", f"{LEFT}:")  # as in `diff.ledger`
_MANY = 10_000

# Statements of every call, made once.
_SETS = [member_set.alias() for _ in Key._fields[:5]]
_FACTS = ("email", "name", "created", "other_emails", "phone", "extension", "location_id", "provision_source")


def _situated() -> Select[Any]:
    """Of somebody: their situation as `Key`, its five sets (none where one is lost), row, situation, and `_FACTS`."""
    known = situation.join(person, person.c.situation == situation.c.id)
    for name, each in zip(Key._fields[:5], _SETS, strict=True):
        known = known.outerjoin(each, each.c.id == situation.c[name])
    columns = [*(situation.c[name] for name in Key._fields), *(each.c.packed for each in _SETS)]
    columns += [person.c.id, person.c.situation, *(person.c[name] for name in _FACTS)]
    this = and_(person.c.org == bindparam("its_org"), person.c.person_id == bindparam("its_person"))
    return select(*columns).select_from(known).where(this)


_SITUATED = _situated()
_CLOSE = insert(person_past).from_select(
    [*PERSON_COLUMNS, "until"],
    select(*[person.c[name] for name in PERSON_COLUMNS], bindparam("at", type_=person.c.since.type)).where(
        person.c.id == bindparam("its_row")
    ),
)
_MOVE = (
    update(person)
    .where(person.c.id == bindparam("its_row"))
    .values(situation=bindparam("to"), since=bindparam("at"), fingerprint=bindparam("stamp"))
)


class Known:
    """Situations that are in the store for certain, so that nobody has to look; for one writer.

    Nothing ever removes one. What a transaction entered counts for others only once it was committed.
    """

    def __init__(self) -> None:
        self._kept, self._new = set[int](), set[int]()

    @contextmanager
    def once_committed(self) -> Iterator[None]:
        """Around a transaction: keeps what it entered, unless it fails."""
        self._new.clear()
        yield
        if len(self._kept) > _MANY:
            self._kept.clear()
        self._kept |= self._new
        self._new.clear()

    def __contains__(self, identity: int) -> bool:
        return identity in self._kept or identity in self._new

    def add(self, identity: int) -> None:
        """The running transaction saw it there, or entered it."""
        self._new.add(identity)


class Holdings(NamedTuple):
    """What an apply can change in a situation."""

    licenses: frozenset[str]
    attendee_sites: frozenset[str]
    origins: Mapping[str, tuple[str, ...]]


def holding(operation: LicenseOperation | AttendeeOperation) -> str:
    """What the ledger and the removal counts call the object of an operation: a license id or `attendee:SITE`."""
    return operation.license_id if isinstance(operation, LicenseOperation) else f"attendee:{operation.site_url}"


def claims(because: Iterable[Because]) -> tuple[str, ...]:
    """The claims that reasons give: `template:NAME` or `exception:NAME`, sorted."""
    names = {reason.template for reason in because if reason.template}
    return tuple(sorted(name if name.startswith(_KINDS) else f"template:{name}" for name in names))


def after(before: Holdings, result: PersonResult, reading: PersonReading | None) -> Holdings:
    """What somebody has, and whence, after a call. What was read back counts; without it, what is known to be done."""
    licenses, sites, origins = set(before.licenses), set(before.attendee_sites), dict(before.origins)
    for item in result.operations:
        if item.outcome not in _DONE:
            continue
        operation = item.operation
        place, name = (
            (licenses, operation.license_id) if isinstance(operation, LicenseOperation) else (sites, operation.site_url)
        )
        key = holding(operation)
        if operation.operation == "remove":
            place.discard(name)
            origins.pop(key, None)
            continue
        place.add(name)
        given = claims(operation.because)
        # Somebody else was quicker: theirs, unless it was ours before.
        if given and (item.outcome == "done" or key in origins):
            origins[key] = given
    if reading is not None:
        licenses, sites = set(reading.licenses), set(reading.attendee_sites)
    return Holdings(frozenset(licenses), frozenset(sites), origins)


def settle_person(
    connection: Connection, org: int, moment: int, result: PersonResult, reading: PersonReading | None, known: Known
) -> None:
    """Move a person to the situation that the outcome of a call puts them in; one whom the store lacks is left out."""
    row = connection.execute(_SITUATED, {"its_org": org, "its_person": result.person_id}).first()
    if row is None:
        return
    key, packed, (number, identity, *facts) = Key(*row[:7]), row[7:12], row[12:]
    was = _read(dict(zip(key[:5], packed, strict=True)), identity, key)
    held = Holdings(frozenset(was.holdings), frozenset(was.attendee_sites), {o.holding: o.claims for o in was.origins})
    now = after(held, result, reading)
    interned = Interned()
    key = key._replace(
        holdings=interned.members(tuple(sorted(now.licenses))),
        attendees=interned.members(tuple(sorted(now.attendee_sites))),
        origins=interned.origins(Origin(name, given) for name, given in now.origins.items()),
    )
    target = interned.situation(key)
    if target == identity:
        return
    if target not in known:
        bulk.intern(connection, interned, [target])
        known.add(target)
    base = interned.situation(key._replace(origins=EMPTY))
    email, name, created, other_emails, *rest = facts
    stamp = fingerprint(Facts(base, email, name, created, other_emails.split("\n") if other_emails else (), *rest))
    connection.execute(_CLOSE, {"its_row": number, "at": moment})
    connection.execute(_MOVE, {"its_row": number, "to": target, "at": moment, "stamp": stamp})


def reorigin(
    connection: Connection,
    org: int,
    moment: int,
    origins: Mapping[int, tuple[Origin, ...]],
    people: Mapping[str, tuple[Origin, ...]],
) -> None:
    """Give everybody in a situation other origins, except `people` (person id -> origins), who get their own.

    All at once: who was moved here by this call is not moved on.
    """
    interned, people_target = Interned(), dict[int, int]()
    for row, person_id, identity, *key in sorted(bulk.rows(connection, _situations_of(connection, org, set(people)))):
        changed = interned.situation(Key(*key)._replace(origins=interned.origins(people[person_id])))
        if changed != identity:
            people_target[row] = changed
    others = ~bulk.among(connection, person.c.person_id, set(people)) if people else true()
    rows = select(situation).where(bulk.among(connection, situation.c.id, set(origins)))
    keys = {row[0]: Key(*row[1:]) for row in bulk.rows(connection, rows)}
    target = {}
    for identity in sorted(keys):
        changed = interned.situation(keys[identity]._replace(origins=interned.origins(origins[identity])))
        if changed != identity:
            target[identity] = changed
    bulk.intern(connection, interned, {*target.values(), *people_target.values()})
    _move(connection, moment, person.c.org == org, person.c.id, people_target)
    _move(connection, moment, (person.c.org == org) & (person.c.since < moment) & others, person.c.situation, target)


def _situations_of(connection: Connection, org: int, people: set[str]) -> Select[Any]:
    """Row, person id and situation of each of `people`."""
    return select(person.c.id, person.c.person_id, situation).where(
        person.c.org == org,
        situation.c.id == person.c.situation,
        bulk.among(connection, person.c.person_id, people),
    )


def _move(
    connection: Connection, moment: int, who: ColumnElement[bool], by: Column[int], target: Mapping[int, int]
) -> None:
    """Put people among `who` into the situation that `target` names for their value of `by`, all in one go."""
    if not target:
        return
    moves.create(connection)
    bulk.insert(connection, moves, ("old", "new"), sorted(target.items()))
    close(connection, moment, who & by.in_(select(moves.c.old)))
    connection.execute(update(person).where(who, by == moves.c.old).values(situation=moves.c.new, since=moment))
    moves.drop(connection)


def _read(packed: Mapping[int, object], identity: int, key: Key) -> Situation:
    try:
        return Unpacker(packed).situation(identity, key)
    except TypeError as error:
        raise broken("situation") from error
