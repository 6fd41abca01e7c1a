"""What the store hands out beside the nouns of `model`. Kept apart so that naming a type loads no database code."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from reconciler.model.catalog import License
from reconciler.model.live import Group, Snapshot
from reconciler.model.plan import Change
from reconciler.model.result import PersonResult


class SyncCounts(msgspec.Struct, frozen=True):
    """What a sync found, in people. `rows_written` leaves out the one row that every sync writes about itself."""

    snapshot: Snapshot
    added: int
    changed: int
    gone: int
    unchanged: int
    rows_written: int


class Structure(msgspec.Struct, frozen=True):
    """The shape of an organization at one snapshot: licenses in the order of Webex, groups by name and id."""

    licenses: tuple[License, ...]
    groups: tuple[Group, ...]


class Run(msgspec.Struct, frozen=True):
    """One apply. `running` in the store of a process that is no more means interrupted. `resumes`: the number of the run
    (the last part of its id) that this one went on with.
    """

    id: str
    org_id: str
    plan_digest: str
    commit: str | None
    state: Literal["running", "completed", "stopped"]
    started_at: datetime
    finished_at: datetime | None
    resumes: int | None = None


class JournalEntry(msgspec.Struct, frozen=True):
    """One call of a run. `outcome` is None while nobody knows how it ended; for `state` see `store.journal`."""

    seq: int
    change: Change
    intended_at: datetime
    outcome: PersonResult | None
    settled_at: datetime | None
    state: Literal["intent", "answered", "owed", "settled"] = "settled"
