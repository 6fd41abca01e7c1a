"""The fast paths: many rows in or out through the driver's own cursor, past SQLAlchemy's work per row.

Statements stay SQLAlchemy's; only the rows take the short way. What differs between SQLite and PostgreSQL is here too,
so that no other module asks which one it talks to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Text, any_, bindparam, func, select

from reconciler.errors import StoreError
from reconciler.store.packing import Interned, encode
from reconciler.store.tables import member_set, situation

if TYPE_CHECKING:
    from sqlalchemy import Column, Connection, Executable, Table
    from sqlalchemy.types import TypeEngine

_AT_ONCE = 5_000


def rows(connection: Connection, statement: Executable) -> Iterator[tuple[Any, ...]]:
    """The rows of a SELECT as the driver gives them, streamed."""
    if connection.dialect.name == "sqlite":
        # The driver's cursor closes itself when it has been read to its end or is let go.
        return iter(cast("Iterable[tuple[Any, ...]]", connection.execute(statement).cursor))
    # From a cursor on the server, which would otherwise send everything at once.
    return map(tuple, connection.execute(statement.execution_options(yield_per=_AT_ONCE)))


def insert(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    values: Iterable[Sequence[Any]],
    *,
    missing: bool = False,
) -> int:
    """Insert many rows, and return how many came in; with `missing`, rows whose key is there already stay as they are."""
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(map(quote, columns))
    # Names come from our own tables, values are bound.
    into = f"INSERT INTO {quote(table.name)} ({names})"
    unless = " ON CONFLICT DO NOTHING" if missing else ""
    if connection.dialect.name == "sqlite":
        with closing(connection.connection.cursor()) as cursor:
            places = ", ".join("?" for _ in columns)
            cursor.executemany(f"{into} VALUES ({places}){unless}", cast("Sequence[Any]", values))
            return max(int(cursor.rowcount), 0)
    given = _given(connection, [table.c[name] for name in columns])
    statement = f"{into} SELECT * FROM {given}{unless}"  # noqa: S608
    return _in_parts(connection, statement, values)


def update(connection: Connection, table: Table, column: str, values: Sequence[tuple[Any, int]]) -> None:
    """Set one column of many rows: each value comes with the id of its row."""
    quote = connection.dialect.identifier_preparer.quote
    change = f"UPDATE {quote(table.name)} SET {quote(column)} = "  # noqa: S608
    if connection.dialect.name == "sqlite":
        with closing(connection.connection.cursor()) as cursor:
            cursor.executemany(f"{change}? WHERE id = ?", values)
        return
    given = _given(connection, [table.c[column], table.c.id])
    where = f"given.value FROM {given} AS given (value, row_id) WHERE {quote(table.name)}.id = given.row_id"
    _in_parts(connection, change + where, values)


def _given(connection: Connection, columns: Sequence[Column[Any]]) -> str:
    """Rows as PostgreSQL takes many at once: an array for each column."""
    arrays = ", ".join(f"%s::{_plain(column).compile(connection.dialect)}[]" for column in columns)
    return f"unnest({arrays})"


def _plain(column: Column[Any] | ColumnElement[Any]) -> TypeEngine[Any]:
    """The type of a column's values, without its collation, which a type of an array cannot have."""
    return Text() if isinstance(column.type, Text) else BigInteger()


def _in_parts(connection: Connection, statement: str, values: Iterable[Sequence[Any]]) -> int:
    """Run a statement on `_given` arrays for as many rows at a time as are good for it; returns the rows it touched."""
    touched, rest = 0, iter(values)
    with closing(connection.connection.cursor()) as cursor:
        while some := list(islice(rest, _AT_ONCE)):
            cursor.execute(statement, [list(column) for column in zip(*some, strict=True)])
            touched += max(int(cursor.rowcount), 0)
    return touched


def among(
    connection: Connection, column: Column[Any] | ColumnElement[Any], values: Collection[Any]
) -> ColumnElement[bool]:
    """`column IN values` for any number of values, as one parameter."""
    return _among(connection.dialect.name, column, values)


def _among(dialect: str, column: Column[Any] | ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
    if dialect == "sqlite":
        each = func.json_each(encode(sorted(values))).table_valued("value")
        return column.in_(select(each.c.value))
    # A text with a NUL character is in no row (see `packing.storable`), and PostgreSQL would not take the question.
    asked = [value for value in sorted(values) if not (isinstance(value, str) and "\0" in value)]
    return column == any_(bindparam(None, asked, type_=ARRAY(_plain(column))))


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
