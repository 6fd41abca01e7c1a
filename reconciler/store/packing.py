"""How values become rows: times as integers, sets interned under a digest of their content, situations likewise.

Ids by content need no numbering, so a sync looks nothing up and two writers cannot disagree. 63 bits are enough not to
meet (one chance in thirty million for a million sets), and `intern` checks all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple, TypeVar, cast, get_args

import msgspec

from reconciler.errors import StoreError
from reconciler.model.live import Origin, Situation, State

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_STATES = frozenset(get_args(State))
_POSITIVE = (1 << 63) - 1
_pack = msgspec.msgpack.Encoder().encode
_json = msgspec.json.Encoder().encode
_strings = msgspec.json.Decoder(tuple[str, ...])
_origins = msgspec.json.Decoder(tuple[tuple[str, tuple[str, ...]], ...])


def to_ms(when: datetime) -> int:
    """Milliseconds since 1970 UTC; a time without a zone is taken as UTC."""
    return ((when if when.tzinfo else when.replace(tzinfo=UTC)) - _EPOCH) // _MILLISECOND


def from_ms(ms: int) -> datetime:
    """The time, in UTC.

    >>> to_ms(from_ms(1_700_000_000_123))
    1700000000123
    """
    return _EPOCH + timedelta(milliseconds=ms)


def storable(text: T) -> T:
    """A text without NUL characters, which PostgreSQL does not take and no address or name means; anything else as it is.

    >>> storable("A\\0nn"), storable(None)
    ('A�nn', None)
    """
    return cast(T, text.replace("\0", "�")) if isinstance(text, str) else text


def broken(table: str) -> StoreError:
    """The error for a row that nobody of ours has written so."""
    return StoreError(
        f"The store holds a row in table {table} that makes no sense.",
        hint="The file was changed by hand or is damaged: keep a copy of it and restore the last good one.",
    )


def decode(table: str, body: object, kind: type[T]) -> T:
    """The value of a JSON column; StoreError naming the table when it is not what we write."""
    if not isinstance(body, str | bytes):
        raise broken(table)
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, ValueError) as exc:
        raise broken(table) from exc


def encode(value: object) -> str:
    """A value as the text of a JSON column."""
    return _json(value).decode()


def time_of(table: str, value: object) -> datetime:
    """The time in a column that must hold one."""
    if not isinstance(value, int):
        raise broken(table)
    try:
        return from_ms(value)
    except OverflowError as exc:
        raise broken(table) from exc


def digest64(data: bytes) -> int:
    """63 bits of BLAKE2b as a positive integer."""
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big") & _POSITIVE


class Facts(NamedTuple):
    """All that a sync may change in a person; `base` is the situation without origins, `created` in ms."""

    base: int
    email: str
    name: str
    created: int | None
    other_emails: Sequence[str]
    phone: str | None
    extension: str | None
    location_id: str | None
    provision_source: str | None


def fingerprint(facts: tuple[Any, ...]) -> int:
    """A digest of `Facts`."""
    # Spelled out, not through digest64: this runs once for every person of every sync.
    return int.from_bytes(blake2b(_pack(facts), digest_size=8).digest(), "big") & _POSITIVE


class Key(NamedTuple):
    """A situation as a row: ids of its five sets, the state, and 1 if the Calling data could not be read."""

    groups: int
    holdings: int
    origins: int
    attendees: int
    siteadmin: int
    state: str
    unreadable: int

    @property
    def id(self) -> int:
        """The situation's id."""
        return digest64(_pack(tuple(self)))


class Interned:
    """Sets and situations met while writing, to be stored where the store does not have them yet."""

    def __init__(self) -> None:
        self.sets: dict[int, str] = {}
        self.situations: dict[int, Key] = {}
        self._ids: dict[tuple[str, ...], int] = {(): self._set("[]")}

    def members(self, items: tuple[str, ...]) -> int:
        """The id of a set of strings."""
        found = self._ids.get(items)
        if found is None:
            found = self._ids[items] = self._set(encode(sorted(set(items))))
        return found

    def origins(self, origins: Iterable[Origin]) -> int:
        """The id of a ledger; origins without a claim say nothing and are left out."""
        claims: dict[str, set[str]] = {}
        for origin in origins:
            claims.setdefault(origin.holding, set()).update(origin.claims)
        return self._set(encode([(holding, sorted(names)) for holding, names in sorted(claims.items()) if names]))

    def situation(self, key: Key) -> int:
        """The id of a situation whose sets are interned already."""
        identity = key.id
        self.situations[identity] = key
        return identity

    def _set(self, packed: str) -> int:
        identity = digest64(packed.encode())
        self.sets[identity] = packed
        return identity


EMPTY = Interned().members(())


def unpack_members(packed: object) -> tuple[str, ...]:
    """The strings of a set row."""
    if not isinstance(packed, str):
        raise broken("member_set")
    try:
        return _strings.decode(packed)
    except (msgspec.DecodeError, ValueError) as exc:
        raise broken("member_set") from exc


def unpack_origins(packed: object) -> tuple[Origin, ...]:
    """The origins of a set row."""
    if not isinstance(packed, str):
        raise broken("member_set")
    try:
        return tuple(Origin(holding, claims) for holding, claims in _origins.decode(packed))
    except (msgspec.DecodeError, ValueError) as exc:
        raise broken("member_set") from exc


def _proven(identity: int, packed: object) -> object:
    """A set row that is what its id says; anything else, one that is missing included, is None."""
    return packed if isinstance(packed, str) and digest64(packed.encode()) == identity else None


class Unpacker:
    """Set rows into tuples, each once. The id of a set or a situation proves its content, so that damage shows."""

    def __init__(self, packed: Mapping[int, object]) -> None:
        self._packed = packed
        self._members: dict[int, tuple[str, ...]] = {}
        self._origins: dict[int, tuple[Origin, ...]] = {}

    def members(self, identity: int) -> tuple[str, ...]:
        """The strings of a set; StoreError when the row is missing."""
        found = self._members.get(identity)
        if found is None:
            found = self._members[identity] = unpack_members(_proven(identity, self._packed.get(identity)))
        return found

    def origins(self, identity: int) -> tuple[Origin, ...]:
        """The origins of a set; StoreError when the row is missing."""
        found = self._origins.get(identity)
        if found is None:
            found = self._origins[identity] = unpack_origins(_proven(identity, self._packed.get(identity)))
        return found

    def situation(self, identity: int, key: Key) -> Situation:
        """A situation row as the noun."""
        if key.state not in _STATES or key.id != identity:
            raise broken("situation")
        return Situation(
            id=identity,
            groups=self.members(key.groups),
            holdings=self.members(key.holdings),
            attendee_sites=self.members(key.attendees),
            site_admin_of=self.members(key.siteadmin),
            origins=self.origins(key.origins),
            state=cast(State, key.state),
            calling_unreadable=bool(key.unreadable),
        )
