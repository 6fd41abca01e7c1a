"""What is read beside a snapshot, only where somebody asks: the day of each person's last activity, and administrators.

It is no part of a person's row: most people are active every day, and a sync that finds nothing else new writes next to
nothing. Only the newest reading is kept, with the time of it. Rows whose day is as before are not touched.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sqlalchemy import and_, delete, insert, or_, select

from reconciler.model.activity import RoleHeld
from reconciler.model.live import Person
from reconciler.store import bulk
from reconciler.store.database import find_org, lock_org
from reconciler.store.packing import broken, storable, time_of, to_ms
from reconciler.store.rows import columns, person_of
from reconciler.store.tables import activity, administrator, side_reading

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, FromClause

    from reconciler.store.database import Database

_EPOCH = date(1970, 1, 1)


class StoredActivity:
    """Activity and administrators of the organizations of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep_days(self, org_id: str, days: Mapping[str, date], at: datetime) -> int:
        """Make `days` (person id -> day of the last activity, UTC) what is known now; returns the number of rows written."""
        with self._database.write(org_id) as connection:
            org, _ = lock_org(connection, org_id)
            here = activity.c.org == org
            known = dict(bulk.rows(connection, select(activity.c.person_id, activity.c.day).where(here)))
            now = {person: (day - _EPOCH).days for person, day in days.items()}
            new = [(org, person, day) for person, day in sorted(now.items()) if known.get(person) != day]
            old = [person for person, day in known.items() if now.get(person) != day]
            if old:
                connection.execute(delete(activity).where(here, bulk.among(connection, activity.c.person_id, old)))
            bulk.insert(connection, activity, ("org", "person_id", "day"), new)
            return len(new) + sum(person not in now for person in old) + _note(connection, org, "days", at)

    def keep_roles(self, org_id: str, roles: Collection[RoleHeld], at: datetime) -> int:
        """Make `roles` the administrator roles that are known now; returns the number of rows written."""
        names = ("org", "person_id", "role", "name")
        with self._database.write(org_id) as connection:
            org, _ = lock_org(connection, org_id)
            here = administrator.c.org == org
            known = set(bulk.rows(connection, select(*[administrator.c[name] for name in names]).where(here)))
            now = {(org, item.person_id, item.role, storable(item.name)) for item in roles}
            if now == known:
                return _note(connection, org, "roles", at)
            connection.execute(delete(administrator).where(here))
            return bulk.insert(connection, administrator, names, sorted(now)) + _note(connection, org, "roles", at)

    def read_at(self, org_id: str, what: Literal["days", "roles"]) -> datetime | None:
        """When that was read the last time; None for never."""
        with self._database.read() as connection:
            found = find_org(connection, org_id)
            if found is None:
                return None
            statement = select(side_reading.c.at).where(side_reading.c.org == found[0], side_reading.c.what == what)
            at = connection.execute(statement).scalar()
            return None if at is None else time_of("side_reading", at)


def _note(connection: Connection, org: int, what: str, at: datetime) -> int:
    this = and_(side_reading.c.org == org, side_reading.c.what == what)
    connection.execute(delete(side_reading).where(this))
    connection.execute(insert(side_reading).values(org=org, what=what, at=to_ms(at)))
    return 1


class Idle(NamedTuple):
    """A person and the day of the last activity, None where nothing is known of any."""

    person: Person
    last: date | None


def roles(connection: Connection, people: FromClause, org: int, _moment: int) -> list[tuple[Person, RoleHeld]]:
    """Everybody of the view who has an administrator role, with it; in the order of names and addresses."""
    joined = select(*columns(people), administrator.c.role, administrator.c.name.label("role_name")).where(
        people.c.org == org, administrator.c.org == org, administrator.c.person_id == people.c.person_id
    )
    ordered = joined.order_by(administrator.c.name, administrator.c.role, people.c.canonical, people.c.person_id)
    return [(person_of(row[:-2]), RoleHeld(row[0], *_texts(row[-2:]))) for row in bulk.rows(connection, ordered)]


def _texts(values: Sequence[Any]) -> tuple[str, str]:
    role, name = values
    if not isinstance(role, str) or not isinstance(name, str):
        raise broken("administrator")
    return role, name


class Quiet:
    """A question for `View.ask`: who of these situations was not active since `day`.

    Somebody without any activity counts where `created` before that day; where nobody knows since when they are there,
    they do not. Answers in the order of addresses.
    """

    def __init__(self, situations: Collection[int], day: date) -> None:
        self._situations, self._day = frozenset(situations), day

    def __call__(self, connection: Connection, people: FromClause, org: int, _moment: int) -> list[Idle]:
        """Answer it."""
        day = (self._day - _EPOCH).days
        statement = (
            select(*columns(people), activity.c.day)
            .select_from(
                people.outerjoin(activity, and_(activity.c.org == org, activity.c.person_id == people.c.person_id))
            )
            .where(
                one_after_the_other(people, org),
                or_(activity.c.day < day, and_(activity.c.day.is_(None), people.c.created < day * 86_400_000)),
            )
            .order_by(people.c.canonical, people.c.person_id)
        )
        found = (row for row in bulk.rows(connection, statement) if row[3] in self._situations)
        return [Idle(person_of(row[:-1]), day_of(row[-1])) for row in found]


def one_after_the_other(people: FromClause, org: int) -> ColumnElement[bool]:
    """Whose row is of this organization, looked at in the order in which rows lie on the disk.

    Where a good part of all people is asked for, an index over situations makes a database jump from page to page, and
    costs three times as much; an expression keeps it from that.
    """
    return (people.c.org + 0) == org


def day_of(value: object) -> date | None:
    """The day of a row; StoreError for one that makes no sense."""
    if value is None:
        return None
    try:
        if isinstance(value, int):
            return _EPOCH + timedelta(days=value)
    except OverflowError as error:
        raise broken("activity") from error
    raise broken("activity")
