"""Stores as released versions wrote them, kept as SQL: what a newer version has to be able to go on with.

Each tells the same small story: two readings, a completed apply with an irreversible removal, and two interrupted ones of which
both have an open call for the same person. The tables of a file are SQLite's; its rows are good for PostgreSQL as well.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, make_url, text

from reconciler.store.schema import upgrade

_HERE = Path(__file__).parent


def put(revision: str, url: str) -> None:
    """Make the store of a revision at `url`, where nothing is yet."""
    place, content = make_url(url), (_HERE / f"{revision}.sql").read_text()
    if place.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(place.database or "")) as raw:
            raw.executescript(content)
            raw.execute("PRAGMA journal_mode = WAL")
    else:
        _put_rows(revision, place, content)


def _put_rows(revision: str, place: URL, content: str) -> None:
    engine = create_engine(place)
    with engine.begin() as connection:
        upgrade(connection, revision)
        for line in content.splitlines():
            if line.startswith("INSERT INTO") and "alembic_version" not in line:
                connection.exec_driver_sql(line.replace("%", "%%"))
        _count_on(connection)
    engine.dispose()


def _count_on(connection: Connection) -> None:
    """The next row gets the next number, as if these had been counted."""
    for (table,) in connection.execute(
        text("SELECT table_name FROM information_schema.columns WHERE column_default LIKE 'nextval%'")
    ).all():
        sequence = f"pg_get_serial_sequence('{table}', 'id')"
        connection.execute(text(f"SELECT setval({sequence}, coalesce(max(id), 0) + 1, false) FROM {table}"))


def everything(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, and what the tables look like, for telling whether anything was touched."""
    engine = create_engine(url)
    with engine.connect() as connection:
        catalog = (
            "SELECT name, sql FROM sqlite_master"
            if engine.dialect.name == "sqlite"
            else "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
        )
        found = {"": sorted(map(tuple, connection.exec_driver_sql(catalog)), key=repr)}
        listed = "SELECT name FROM sqlite_master WHERE type = 'table'"
        if engine.dialect.name != "sqlite":
            listed = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        for (table,) in connection.exec_driver_sql(listed).all():
            rows = connection.exec_driver_sql(f'SELECT * FROM "{table}"')
            found[table] = sorted(map(tuple, rows), key=repr)
    engine.dispose()
    return found
