"""What an apply needs to be finished by another process: answers, clearances, resumed runs, the pace, setbacks.

Revision 0002. Since then a person has at most one open call in the whole organization, not only in one run. Older open
calls of a person who has a newer one are closed without an outcome: nobody knows how they ended, and the newer one, or
the next reading, tells what is so now.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns and tables; nothing is lost."""
    op.add_column("journal", sa.Column("answer", sa.Text(), nullable=True))
    op.add_column("journal", sa.Column("cleared", sa.BigInteger(), nullable=True))
    op.add_column("run", sa.Column("resumes", sa.BigInteger(), nullable=True))
    _one_open_call_each()
    op.create_table(
        "pace",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("next_slot", sa.BigInteger(), nullable=False),
        sa.Column("closed_until", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "setback",
        sa.Column("org", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("holding", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("org", "person_id", "holding"),
    )
    _what_people_look_at()
    _read_aside()
    if op.get_bind().dialect.name == "postgresql":
        _compare_by_character()


def _read_aside() -> None:
    """Tables of what is read only where somebody asks: activity and administrators."""
    op.create_table(
        "activity",
        sa.Column("org", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("org", "person_id"),
    )
    op.create_table(
        "administrator",
        sa.Column("org", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("org", "person_id", "role"),
    )
    op.create_table(
        "side_reading",
        sa.Column("org", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("org", "what"),
    )


def _what_people_look_at() -> None:
    """Imported usage exports, and what was told last over each way of telling."""
    op.create_table(
        "usage_reading",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("org", sa.BigInteger(), nullable=False),
        sa.Column("subscription", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("imported", sa.BigInteger(), nullable=False),
        sa.Column("exported", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("usage_reading_org", "usage_reading", ["org", "subscription", "at", "id"])
    op.create_table(
        "told",
        sa.Column("org", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("org", "channel"),
    )


def _compare_by_character() -> None:
    """Make PostgreSQL compare and sort text as SQLite and Python do, not by the rules of the database's language."""
    inspector = sa.inspect(op.get_bind())
    for table in inspector.get_table_names():
        texts = [column["name"] for column in inspector.get_columns(table) if isinstance(column["type"], sa.Text)]
        if texts:
            # One statement a table: it is rewritten, with its indexes, once.
            changes = ", ".join(f'ALTER COLUMN "{name}" TYPE TEXT COLLATE "C"' for name in texts)
            op.execute(f'ALTER TABLE "{table}" {changes}')


def _one_open_call_each() -> None:
    op.execute(
        "UPDATE journal SET state = 'settled' WHERE state = 'intent' AND EXISTS ("
        "SELECT 1 FROM journal AS newer WHERE newer.org = journal.org AND newer.person_id = journal.person_id "
        "AND newer.state = 'intent' AND (newer.run > journal.run OR (newer.run = journal.run AND newer.seq > journal.seq)))"
    )
    op.drop_index("journal_open", "journal")
    is_open = sa.text("state IN ('intent', 'answered')")
    op.create_index(
        "journal_open",
        "journal",
        ["org", "person_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    owed = sa.text("state = 'owed'")
    op.create_index("journal_owed", "journal", ["org"], unique=False, sqlite_where=owed, postgresql_where=owed)
