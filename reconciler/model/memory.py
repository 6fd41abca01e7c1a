"""Memory: what this tool did before, as far as the rules need it. Only `apply` changes it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec


class RegisteredTemplate(msgspec.Struct, frozen=True):
    """A template as it was at the last completed apply. `groups` are group ids; `grants` are `str(Product)`, sorted."""

    name: str
    kind: Literal["organization", "group"]
    groups: tuple[str, ...]
    grants: tuple[str, ...]


class Registry(msgspec.Struct, frozen=True):
    """The selection part of the files at the last completed apply (RULES 4.2): without it rows d, e and f look alike."""

    assignment: Literal["organization", "groups", "groupsThenOrganization"]
    templates: tuple[RegisteredTemplate, ...]
    applied_at: datetime
    desired_digest: str = ""


class KnownGroup(msgspec.Struct, frozen=True):
    """A group seen in an earlier snapshot. `had_members`: the last snapshot that read it saw direct members."""

    id: str
    name: str
    had_members: bool


class Removal(msgspec.Struct, frozen=True):
    """A removal sent in the last 24 hours, from the journal. `holding` is a license id or `attendee:SITE`."""

    person_id: str
    holding: str
    at: datetime


class Repeat(msgspec.Struct, frozen=True):
    """An operation that we carried out at least twice for one person, with nothing of ours in between (RULES 4.6).

    `holding` is a license id or `attendee:SITE`; `times` are the last two, oldest first.
    """

    person_id: str
    holding: str
    operation: Literal["add", "remove"]
    times: tuple[datetime, ...]


class Memory(msgspec.Struct, frozen=True):
    """`registry` is None before the first completed apply of the organization in this store.

    `in_force`: template name -> since when it speaks for newcomers. `waiting`: (person id, `str(Product)`) -> since when.
    """

    registry: Registry | None = None
    in_force: dict[str, datetime] = {}
    waiting: dict[tuple[str, str], datetime] = {}
    known_groups: tuple[KnownGroup, ...] = ()
    removals: tuple[Removal, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    people_before: int | None = None
    """People in the snapshot before this one; None for the first."""
