"""The first tables.

Revision 0001. A revision is never changed once released: what comes later gets a revision of its own.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
VERSIONED = ("grp", "holder", "location", "number", "pool_reading")


def upgrade() -> None:
    """Make every table."""
    for name in VERSIONED:
        _versioned(name)
    _people()
    _applies()


def _versioned(name: str) -> None:
    op.create_table(
        name,
        sa.Column("id", KEY, nullable=False),
        sa.Column("org", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    present = sa.text("until IS NULL")
    op.create_index(
        f"{name}_present", name, ["org", "key"], unique=True, sqlite_where=present, postgresql_where=present
    )


def _people() -> None:
    op.create_table(
        "member_set",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("packed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "org",
        sa.Column("id", KEY, nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("moment", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("org_id"),
    )
    op.create_table(
        "person",
        sa.Column("id", KEY, nullable=False),
        sa.Column("org", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.Column("other_emails", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("extension", sa.Text(), nullable=True),
        sa.Column("location_id", sa.Text(), nullable=True),
        sa.Column("provision_source", sa.Text(), nullable=True),
        sa.Column("situation", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("first_sync", sa.BigInteger(), nullable=False),
        sa.Column("first_situation", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("person_identity", "person", ["org", "person_id"], unique=True)
    op.create_index(
        "person_other",
        "person",
        ["org", "other_emails"],
        unique=False,
        sqlite_where=sa.text("other_emails != ''"),
        postgresql_where=sa.text("other_emails != ''"),
    )
    op.create_index("person_situation", "person", ["org", "situation"], unique=False)
    op.create_table(
        "person_past",
        sa.Column("id", KEY, nullable=False),
        sa.Column("org", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.Column("other_emails", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("extension", sa.Text(), nullable=True),
        sa.Column("location_id", sa.Text(), nullable=True),
        sa.Column("provision_source", sa.Text(), nullable=True),
        sa.Column("situation", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("first_sync", sa.BigInteger(), nullable=False),
        sa.Column("first_situation", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("person_past_identity", "person_past", ["org", "person_id", "until"], unique=False)
    op.create_table(
        "situation",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("groups", sa.BigInteger(), nullable=False),
        sa.Column("holdings", sa.BigInteger(), nullable=False),
        sa.Column("origins", sa.BigInteger(), nullable=False),
        sa.Column("attendees", sa.BigInteger(), nullable=False),
        sa.Column("siteadmin", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("unreadable", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "sync",
        sa.Column("id", KEY, nullable=False),
        sa.Column("org", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("moment", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("licenses", sa.BigInteger(), nullable=False),
        sa.Column("groups", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sync_org", "sync", ["org", "id"], unique=False)


def _applies() -> None:
    op.create_table(
        "in_force",
        sa.Column("org", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("org", "template"),
    )
    op.create_table(
        "journal",
        sa.Column("run", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("org", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("intended", sa.BigInteger(), nullable=False),
        sa.Column("settled", sa.BigInteger(), nullable=True),
        sa.Column("irreversible", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run", "seq"),
    )
    op.create_index(
        "journal_open",
        "journal",
        ["run", "person_id"],
        unique=True,
        sqlite_where=sa.text("state = 'intent'"),
        postgresql_where=sa.text("state = 'intent'"),
    )
    op.create_index("journal_intended", "journal", ["org", "intended"], unique=False)
    op.create_index("journal_person", "journal", ["org", "person_id"], unique=False)
    lost = sa.text("irreversible > 0")
    op.create_index("journal_lost", "journal", ["org"], unique=False, sqlite_where=lost, postgresql_where=lost)
    op.create_table(
        "acknowledged",
        sa.Column("org", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("org", "name"),
    )
    op.create_table(
        "lease",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("org_id"),
    )
    op.create_table(
        "registry",
        sa.Column("id", KEY, nullable=False),
        sa.Column("org", sa.BigInteger(), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("moment", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("registry_org", "registry", ["org", "id"], unique=False)
    op.create_table(
        "run",
        sa.Column("id", KEY, nullable=False),
        sa.Column("org", sa.BigInteger(), nullable=False),
        sa.Column("plan_digest", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("commit_id", sa.Text(), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("finished", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("run_org", "run", ["org", "id"], unique=False)
    op.create_table(
        "waiting",
        sa.Column("org", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("org", "person_id", "product"),
    )
    op.create_table(
        "sent",
        sa.Column("org", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("holding", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.BigInteger(), nullable=True),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("org", "person_id", "holding"),
    )
    again = sa.text("times > 1")
    op.create_index("sent_again", "sent", ["org"], unique=False, sqlite_where=again, postgresql_where=again)
