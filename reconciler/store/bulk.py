"""The fast paths: many rows in or out through the driver's own cursor, past SQLAlchemy's work per row.

Statements stay SQLAlchemy's; only the rows take the short way. What differs between SQLite and PostgreSQL is here too,
so that no other module asks which one it talks to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import ARRAY, ColumnElement, any_, bindparam, func, select

from reconciler.errors import StoreError
from reconciler.store.packing import Interned, encode
from reconciler.store.tables import member_set, situation

if TYPE_CHECKING:
    from sqlalchemy import Column, Connection, Executable, Table

_AT_ONCE = 5_000


def rows(connection: Connection, statement: Executable) -> Iterator[tuple[Any, ...]]:
    """The rows of a SELECT as the driver gives them, streamed."""
    if connection.dialect.name != "sqlite":
        statement = statement.execution_options(stream_results=True)
    # The driver's cursor closes itself when it has been read to its end or is let go.
    return iter(cast("Iterable[tuple[Any, ...]]", connection.execute(statement).cursor))


def insert(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    values: Iterable[Sequence[Any]],
    *,
    missing: bool = False,
) -> int:
    """Insert many rows, and return how many came in; with `missing`, rows whose key is there already stay as they are."""
    place = "?" if connection.dialect.name == "sqlite" else "%s"
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in columns)
    places = ", ".join([place] * len(columns))
    # Names come from our own tables, values are bound.
    sql = f"INSERT INTO {quote(table.name)} ({names}) VALUES ({places})"  # noqa: S608
    if missing:
        sql += " ON CONFLICT DO NOTHING"
    cursor = connection.connection.cursor()
    try:
        cursor.executemany(sql, cast("Sequence[Any]", values))
        return max(int(cursor.rowcount), 0)
    finally:
        cursor.close()


def update(connection: Connection, table: Table, column: str, values: Sequence[tuple[Any, int]]) -> None:
    """Set one column of many rows: each value comes with the id of its row."""
    place = "?" if connection.dialect.name == "sqlite" else "%s"
    sql = f"UPDATE {table.name} SET {column} = {place} WHERE id = {place}"  # noqa: S608
    cursor = connection.connection.cursor()
    try:
        cursor.executemany(sql, cast("Sequence[Any]", values))
    finally:
        cursor.close()


def among(
    connection: Connection, column: Column[Any] | ColumnElement[Any], values: Collection[Any]
) -> ColumnElement[bool]:
    """`column IN values` for any number of values, as one parameter."""
    return _among(connection.dialect.name, column, values)


def _among(dialect: str, column: Column[Any] | ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
    if dialect == "sqlite":
        each = func.json_each(encode(sorted(values))).table_valued("value")
        return column.in_(select(each.c.value))
    return column == any_(bindparam(None, sorted(values), type_=ARRAY(column.type)))


def intern(connection: Connection, interned: Interned, used: Collection[int]) -> int:
    """Store the situations `used`, and their sets, as far as the store lacks them; returns the number of new rows."""
    keys = {identity: interned.situations[identity] for identity in used}
    wanted = set[int]().union(*(key[:5] for key in keys.values()))
    sets = {identity: (packed,) for identity, packed in interned.sets.items() if identity in wanted}
    written = _keep(connection, member_set, ("packed",), sets)
    return written + _keep(connection, situation, situation.c.keys()[1:], keys)


def _keep(connection: Connection, table: Table, columns: Sequence[str], content: Mapping[int, tuple[Any, ...]]) -> int:
    values = [(identity, *content[identity]) for identity in sorted(content)]
    written = 0
    for start in range(0, len(values), _AT_ONCE):
        written += insert(connection, table, ("id", *columns), values[start : start + _AT_ONCE], missing=True)
    if written < len(values):
        _check(connection, table, columns, content)
    return written


def _check(
    connection: Connection, table: Table, columns: Sequence[str], content: Mapping[int, tuple[Any, ...]]
) -> None:
    """Refuse to take one thing for another because their digests are the same."""
    statement = select(table.c.id, *[table.c[name] for name in columns]).where(among(connection, table.c.id, content))
    for identity, *values in rows(connection, statement):
        if tuple(values) != content[identity]:
            raise StoreError(
                f"Table {table.name} holds something else under number {identity}.",
                hint="The store is damaged: keep a copy of it and restore the last good one.",
            )
