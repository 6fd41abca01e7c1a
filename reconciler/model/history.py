"""What the store saw and did with one person over time: enough to say since when, by which run and from which commit."""

from __future__ import annotations

from datetime import datetime

import msgspec

from reconciler.model.live import Origin
from reconciler.model.plan import Operation
from reconciler.model.result import Outcome


class PersonVersion(msgspec.Struct, frozen=True):
    """A person as known from `since` up to `until` (None: still so). `holdings` are license ids and `attendee:SITE`."""

    since: datetime
    until: datetime | None
    email: str
    holdings: frozenset[str]
    origins: tuple[Origin, ...]


class SentOperation(msgspec.Struct, frozen=True):
    """One operation that a run sent, or meant to send, for the person.

    `outcome` is None while nobody knows how it ended. `claims` as in `Origin`. `commit` is the one that the files of the
    run came from, None where it was not exactly a commit.
    """

    holding: str
    operation: Operation
    outcome: Outcome | None
    claims: tuple[str, ...]
    run: str
    commit: str | None
    at: datetime


class PersonHistory(msgspec.Struct, frozen=True):
    """Oldest first, both. `versions` is empty for somebody whom the store never saw."""

    versions: tuple[PersonVersion, ...] = ()
    sent: tuple[SentOperation, ...] = ()


class Departed(msgspec.Struct, frozen=True):
    """Somebody whom the store knew and who is gone: the name and address then, and the first reading without them."""

    name: str
    email: str
    since: datetime


class AppliedFiles(msgspec.Struct, frozen=True):
    """The files of the last completed apply up to a moment. `commit` is None where they were not exactly a commit."""

    run: str
    commit: str | None
    digest: str
    at: datetime
