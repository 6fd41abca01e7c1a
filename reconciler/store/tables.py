"""The tables, for statements. What makes them in a database are the migrations; a test holds the two together.

Times are milliseconds since 1970 UTC. A *moment* is a time too, but strictly rising within an organization: every sync
and every write of an apply gets one of its own, so history stays in order under clocks that stand still or go back.
Ids of `member_set` and `situation` are digests of what they hold (see `packing`), so writers never have to agree on
numbers.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text

metadata = MetaData()

# SQLite keeps a row under its key only when the key column is spelled INTEGER.
KEY = BigInteger().with_variant(Integer(), "sqlite")
# Compared and sorted character by character, as SQLite and Python do; PostgreSQL would follow the rules of some language.
TEXT = Text().with_variant(Text(collation="C"), "postgresql")


def _number(name: str, *, null: bool = False) -> Column[int]:
    return Column(name, BigInteger(), nullable=null)


def _text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, TEXT, nullable=null)


def _serial() -> Column[int]:
    return Column("id", KEY, primary_key=True)


def _digest() -> Column[int]:
    return Column("id", KEY, primary_key=True, autoincrement=False)


org = Table(
    "org", metadata, _serial(), Column("org_id", TEXT, nullable=False, unique=True), _text("name"), _number("moment")
)

sync = Table(
    "sync",
    metadata,
    _serial(),
    _number("org"),
    _number("taken_at"),
    _number("moment"),
    _text("scope"),
    _number("people"),
    _number("licenses"),
    _number("groups"),
    Index("sync_org", "org", "id"),
)

member_set = Table("member_set", metadata, _digest(), _text("packed"))

situation = Table(
    "situation",
    metadata,
    _digest(),
    _number("groups"),
    _number("holdings"),
    _number("origins"),
    _number("attendees"),
    _number("siteadmin"),
    _text("state"),
    _number("unreadable"),
)


def _person_columns() -> list[Column[str] | Column[int]]:
    """What a person row and a closed person row share, in this order."""
    return [
        _number("org"),
        _text("person_id"),
        _text("email"),
        _text("canonical"),
        _text("other_emails"),
        _text("name"),
        _number("created", null=True),
        _text("phone", null=True),
        _text("extension", null=True),
        _text("location_id", null=True),
        _text("provision_source", null=True),
        _number("situation"),
        _number("since"),
        _number("first_sync"),
        _number("first_situation"),
        _number("fingerprint"),
    ]


PERSON_COLUMNS = tuple(column.name for column in _person_columns())

person = Table(
    "person",
    metadata,
    _serial(),
    *_person_columns(),
    Index("person_identity", "org", "person_id", unique=True),
    Index("person_situation", "org", "situation"),
)
Index(
    "person_other",
    person.c.org,
    person.c.other_emails,
    sqlite_where=person.c.other_emails != "",
    postgresql_where=person.c.other_emails != "",
)

person_past = Table(
    "person_past",
    metadata,
    _serial(),
    *_person_columns(),
    _number("until"),
    Index("person_past_identity", "org", "person_id", "until"),
)


def _readings(name: str) -> Table:
    """A table of versions: what was read of `key`, as JSON, from moment `since` up to `until` (none: still so)."""
    table = Table(
        name,
        metadata,
        _serial(),
        _number("org"),
        _text("key"),
        _number("position"),
        _text("body"),
        _number("since"),
        _number("until", null=True),
    )
    Index(
        f"{name}_present",
        table.c.org,
        table.c.key,
        unique=True,
        sqlite_where=table.c.until.is_(None),
        postgresql_where=table.c.until.is_(None),
    )
    return table


pool_reading = _readings("pool_reading")
grp = _readings("grp")
location = _readings("location")
number = _readings("number")
holder = _readings("holder")

registry = Table(
    "registry",
    metadata,
    _serial(),
    _number("org"),
    _number("run"),
    _number("at"),
    _number("moment"),
    _text("body"),
    Index("registry_org", "org", "id"),
)
in_force = Table(
    "in_force",
    metadata,
    Column("org", BigInteger(), primary_key=True, autoincrement=False),
    Column("template", TEXT, primary_key=True),
    _number("since"),
)
waiting = Table(
    "waiting",
    metadata,
    Column("org", BigInteger(), primary_key=True, autoincrement=False),
    Column("person_id", TEXT, primary_key=True),
    Column("product", TEXT, primary_key=True),
    _number("since"),
)

sent = Table(
    "sent",
    metadata,
    Column("org", BigInteger(), primary_key=True, autoincrement=False),
    Column("person_id", TEXT, primary_key=True),
    Column("holding", TEXT, primary_key=True),
    _text("operation"),
    _number("times"),
    _number("before", null=True),
    _number("last"),
)
Index("sent_again", sent.c.org, sqlite_where=sent.c.times > 1, postgresql_where=sent.c.times > 1)

run = Table(
    "run",
    metadata,
    _serial(),
    _number("org"),
    _text("plan_digest"),
    _text("plan"),
    _text("commit_id", null=True),
    _number("fence", null=True),
    _text("state"),
    _number("started"),
    _number("finished", null=True),
    _number("resumes", null=True),
    Index("run_org", "org", "id"),
)

journal = Table(
    "journal",
    metadata,
    Column("run", BigInteger(), primary_key=True, autoincrement=False),
    Column("seq", BigInteger(), primary_key=True, autoincrement=False),
    _number("org"),
    _text("person_id"),
    _text("state"),
    _text("intent"),
    _text("outcome", null=True),
    _number("intended"),
    _number("settled", null=True),
    _number("irreversible"),
    _text("answer", null=True),
    _number("cleared", null=True),
    Index("journal_intended", "org", "intended"),
    Index("journal_person", "org", "person_id"),
)
Index(
    "journal_open",
    journal.c.org,
    journal.c.person_id,
    unique=True,
    sqlite_where=journal.c.state.in_(["intent", "answered"]),
    postgresql_where=journal.c.state.in_(["intent", "answered"]),
)
Index(
    "journal_owed",
    journal.c.org,
    sqlite_where=journal.c.state == "owed",
    postgresql_where=journal.c.state == "owed",
)

Index(
    "journal_lost",
    journal.c.org,
    sqlite_where=journal.c.irreversible > 0,
    postgresql_where=journal.c.irreversible > 0,
)

acknowledged = Table(
    "acknowledged",
    metadata,
    Column("org", BigInteger(), primary_key=True, autoincrement=False),
    Column("name", TEXT, primary_key=True),
    _number("run"),
)

lease = Table(
    "lease",
    metadata,
    Column("org_id", TEXT, primary_key=True),
    _text("holder", null=True),
    _number("fence"),
    _number("since"),
    _number("expires"),
)

pace = Table(
    "pace",
    metadata,
    Column("key", TEXT, primary_key=True),
    _number("next_slot"),
    _number("closed_until"),
    _text("body"),
    _number("updated"),
)

setback = Table(
    "setback",
    metadata,
    Column("org", BigInteger(), primary_key=True, autoincrement=False),
    Column("person_id", TEXT, primary_key=True),
    Column("holding", TEXT, primary_key=True),
    _text("body"),
    _number("times"),
    _number("since"),
    _number("last"),
)

usage_reading = Table(
    "usage_reading",
    metadata,
    _serial(),
    _number("org"),
    _text("subscription"),
    _text("digest"),
    _number("at"),
    _number("imported"),
    _number("exported", null=True),
    _text("body"),
    Index("usage_reading_org", "org", "subscription", "at", "id"),
)

told = Table(
    "told",
    metadata,
    Column("org", BigInteger(), primary_key=True, autoincrement=False),
    Column("channel", TEXT, primary_key=True),
    _text("digest"),
    _number("at"),
)

# What is read only where somebody asks, of the newest reading only: it changes every day, and no plan depends on it.
activity = Table(
    "activity",
    metadata,
    Column("org", BigInteger(), primary_key=True, autoincrement=False),
    Column("person_id", TEXT, primary_key=True),
    _number("day"),
)
administrator = Table(
    "administrator",
    metadata,
    Column("org", BigInteger(), primary_key=True, autoincrement=False),
    Column("person_id", TEXT, primary_key=True),
    Column("role", TEXT, primary_key=True),
    _text("name"),
)
side_reading = Table(
    "side_reading",
    metadata,
    Column("org", BigInteger(), primary_key=True, autoincrement=False),
    Column("what", TEXT, primary_key=True),
    _number("at"),
)

# Lives only while an apply is recorded: where people go who have this situation, or this row.
moves = Table("moves", MetaData(), Column("old", KEY, primary_key=True), _number("new"), prefixes=["TEMPORARY"])

# Lives only in the connection of one sync: rows that are new or changed, until its one short transaction.
stage = Table(
    "stage",
    MetaData(),
    _serial(),
    *[column for column in _person_columns() if column.name not in ("org", "since", "first_sync", "first_situation")],
    # From the row that is replaced, or the last closed one of somebody who comes back:
    _number("row", null=True),
    _number("first_sync", null=True),
    _number("first_situation", null=True),
    _number("origins", null=True),
    prefixes=["TEMPORARY"],
)
# Without it SQLite joins people by situation, and a sync in which many changed takes time by the square of them.
Index("stage_person", stage.c.person_id)
STAGE_COLUMNS = tuple(
    column.name
    for column in stage.c
    if (column.name != "id" and not column.nullable) or column.name in PERSON_COLUMNS[6:11]
)
