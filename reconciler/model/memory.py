"""Memory: what this tool did before, as far as the rules need it. Only `apply` changes it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from reconciler.model.plan import CallingProperties, SetbackState


class RegisteredTemplate(msgspec.Struct, frozen=True):
    """A template as it was at the last completed apply. `groups` are group ids; `grants` are `str(Product)`, sorted."""

    name: str
    kind: Literal["organization", "group"]
    groups: tuple[str, ...]
    grants: tuple[str, ...]


class Registry(msgspec.Struct, frozen=True):
    """The selection part of the files at the last completed apply (RULES 4.2): without it rows d, e and f look alike.

    `people`: people of the snapshot it was made from, or, where that one seemed incomplete, the number it fell short of.
    """

    assignment: Literal["organization", "groups", "groupsThenOrganization"]
    templates: tuple[RegisteredTemplate, ...]
    applied_at: datetime
    desired_digest: str = ""
    people: int | None = None
    released: tuple[tuple[str, datetime], ...] = ()
    """Groups (id, since when emptied) whose former members' licenses an Acknowledgement has let go, for good."""
    exceptions: tuple[str, ...] = ()
    """Names of the UserExceptions in force, sorted."""
    declared: tuple[str, ...] = ()
    """What the files declared, as `str(Product)`, sorted (RULES 4.1)."""
    preserving: tuple[tuple[str, datetime], ...] = ()
    """The retention policies (by the names of `book.retention`) that preserve, and since which completed apply (RULES 7.9)."""


class KnownGroup(msgspec.Struct, frozen=True):
    """A group seen in an earlier snapshot. `had_members`: some snapshot that read it saw direct members.

    `emptied`: since when it counts as emptied, None while it does not; `store/groups.py` says when that ends. `former`:
    names that it had before.
    """

    id: str
    name: str
    had_members: bool
    emptied: datetime | None = None
    former: tuple[str, ...] = ()


class Removal(msgspec.Struct, frozen=True):
    """A removal that the journal meant to send in the last 24 hours and that Webex did not demonstrably turn down.

    `holding` is a license id or `attendee:SITE`; `at` is when it was about to be sent.
    """

    person_id: str
    holding: str
    at: datetime


class Addition(msgspec.Struct, frozen=True):
    """The same for an addition of a license. `holding` is a license id."""

    person_id: str
    holding: str
    at: datetime


class Loss(msgspec.Struct, frozen=True):
    """An irreversible removal that was sent at any time and not demonstrably turned down. `run` grows with time.

    `certain`: it took effect, or somebody was seen without the license since. Otherwise nobody saw an effect so far.
    """

    person_id: str
    holding: str
    license: str
    run: int
    certain: bool


class Repeat(msgspec.Struct, frozen=True):
    """An operation that we carried out at least twice for one person, with nothing of ours in between (RULES 4.6).

    `holding` is a license id or `attendee:SITE`; `times` are the last two, oldest first.
    """

    person_id: str
    holding: str
    operation: Literal["add", "remove"]
    times: tuple[datetime, ...]


class Setback(msgspec.Struct, frozen=True):
    """An operation that was sent for one person and did not happen, the last so many `times` in a row.

    `holding` is a license id or `attendee:SITE`; `codes` are Webex's, `detail` says it in words. `since`, `last`: the first
    and the last of these times. `same`: what the person holds and what is sold are now as they were the last time.
    `others`: how many other operations the last call asked for that ended with the same codes, so that these may be about
    any of them. `calling`: what a Calling license was to be given with.
    """

    person_id: str
    holding: str
    operation: Literal["add", "remove"]
    state: SetbackState
    times: int
    since: datetime
    last: datetime
    codes: tuple[int, ...] = ()
    detail: str = ""
    same: bool = True
    others: int = 0
    calling: CallingProperties | None = None


class Memory(msgspec.Struct, frozen=True):
    """`registry` is None before the first completed apply of the organization in this store.

    `in_force`: template name -> since when it speaks for newcomers. `waiting`: (person id, `str(Product)`) -> since when.
    `losses` are in the order of the calls. `acknowledged`: name of an Acknowledgement -> the first run that went by it;
    losses from that run on were made in its lifetime (RULES 7.2).
    """

    registry: Registry | None = None
    in_force: dict[str, datetime] = {}
    waiting: dict[tuple[str, str], datetime] = {}
    known_groups: tuple[KnownGroup, ...] = ()
    removals: tuple[Removal, ...] = ()
    additions: tuple[Addition, ...] = ()
    losses: tuple[Loss, ...] = ()
    acknowledged: dict[str, int] = {}
    repeats: tuple[Repeat, ...] = ()
    people_before: int | None = None
    """What the number of people is compared with (RULES 7.3): the most people of the last completed apply and of every
    snapshot since, this one left out; before the first apply, of all snapshots. None when there is nothing to compare.
    Never only the snapshot before: a reading with holes must not become the measure by being made twice.
    """
    attendee_refused: dict[str, datetime] = {}
    """Site -> when Webex last refused the attendee role there (error 400216), while nobody became attendee since, for 30 days."""
    setbacks: tuple[Setback, ...] = ()
    """What was asked and did not happen, by person and holding."""
