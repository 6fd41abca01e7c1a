"""The ledger: which templates gave a holding. Only what an apply has done changes it; a sync carries it along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select, true, update

from reconciler.model.live import DROPPED, LEFT, Origin, PersonReading, Situation
from reconciler.model.plan import AttendeeOperation, Because, LicenseOperation
from reconciler.model.result import PersonResult
from reconciler.store import bulk
from reconciler.store.commit import close
from reconciler.store.packing import Facts, Interned, Key, Unpacker, broken, fingerprint
from reconciler.store.tables import member_set, moves, person, situation

if TYPE_CHECKING:
    from sqlalchemy import Column, ColumnElement, Connection, Select

_DONE = ("done", "alreadyDone")
_KINDS = ("exception:", f"{DROPPED}:", f"{LEFT}:")  # as in `diff.ledger`


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
    connection: Connection, org: int, moment: int, result: PersonResult, reading: PersonReading | None
) -> None:
    """Move a person to the situation that the outcome of a call puts them in; one whom the store lacks is left out."""
    rows = select(person, *situation.c[1:]).where(
        person.c.org == org, person.c.person_id == result.person_id, situation.c.id == person.c.situation
    )
    row = connection.execute(rows).mappings().first()
    if row is None:
        return
    key = Key(*(row[name] for name in Key._fields))
    was = _read(connection, row["situation"], key)
    held = Holdings(frozenset(was.holdings), frozenset(was.attendee_sites), {o.holding: o.claims for o in was.origins})
    now = after(held, result, reading)
    interned = Interned()
    key = key._replace(
        holdings=interned.members(tuple(sorted(now.licenses))),
        attendees=interned.members(tuple(sorted(now.attendee_sites))),
        origins=interned.origins(Origin(name, given) for name, given in now.origins.items()),
    )
    identity = interned.situation(key)
    if identity == row["situation"]:
        return
    bulk.intern(connection, interned, [identity])
    facts = Facts(
        interned.situation(key._replace(origins=interned.origins(()))),
        row["email"],
        row["name"],
        row["created"],
        row["other_emails"].split("\n") if row["other_emails"] else (),
        row["phone"],
        row["extension"],
        row["location_id"],
        row["provision_source"],
    )
    this = person.c.id == row["id"]
    close(connection, moment, this)
    connection.execute(
        update(person).where(this).values(situation=identity, since=moment, fingerprint=fingerprint(facts))
    )


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


def _read(connection: Connection, identity: int, key: Key) -> Situation:
    packed = select(member_set).where(bulk.among(connection, member_set.c.id, set(key[:5])))
    try:
        return Unpacker(dict(bulk.rows(connection, packed))).situation(identity, key)
    except TypeError as error:
        raise broken("situation") from error
