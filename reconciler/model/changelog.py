"""The change log: who got or lost what, when, and whose doing it was. Derived from the journal and the rows of people.

There is no log of its own, so it cannot disagree with what the store knows, and it covers what was done by hand as well.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from reconciler.model.plan import Because, OrganizationRef

FORMAT_VERSION = "1.0"

What = Literal["got", "lost", "joined", "left", "firstSeen"]
"""got, lost: a license or an attendee role. joined, left: the organization. firstSeen: there at the very first reading."""

End = Literal["done", "alreadyDone", "refused", "ignored", "skipped", "failed", "unknown", "notSent", "open"]
"""As `result.Outcome`; `unknown` also where a call was closed without anybody knowing, `open` where it is not closed yet."""


class Entry(msgspec.Struct, frozen=True, rename="camel"):
    """One thing that happened, or was tried, for one person.

    `by` is `run` for what a run of ours sent (then `run`, `commit`, `because`, `outcome` and `detail` tell of it), and
    `hand` for what was first seen at `at`, happened after `after`, and was no run's doing. `seen`: when a reading first
    showed the effect of a call whose end is not known. `holding` is a license id or `attendee:SITE`, `label` its name for
    people; both are empty for who came or went, whose `holds` are the labels of what they held then.
    """

    at: datetime
    what: What
    person_id: str
    email: str
    display_name: str
    by: Literal["run", "hand"]
    holding: str = ""
    label: str = ""
    run: str | None = None
    commit: str | None = None
    outcome: End | None = None
    detail: str = ""
    because: tuple[Because, ...] = ()
    after: datetime | None = None
    seen: datetime | None = None
    holds: tuple[str, ...] = ()

    @property
    def happened(self) -> bool:
        """Whether it took place, as far as anybody knows; what was refused or ignored did not."""
        return self.outcome in (None, "done") or self.seen is not None

    @property
    def templates(self) -> tuple[str, ...]:
        """The templates and exceptions that the reasons name, sorted."""
        return tuple(sorted({reason.template for reason in self.because if reason.template}))


class Changelog(msgspec.Struct, frozen=True, rename="camel"):
    """What `history` tells: newest first. `more`: whether there is more than the limit let through.

    `since` of the store: the oldest reading there is, None before the first. `person` as asked for, empty for everybody.
    """

    format_version: str
    kind: Literal["History"]
    organization: OrganizationRef
    person: str
    oldest_reading: datetime | None
    newest_reading: datetime | None
    more: bool
    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = ()


RunState = Literal["completed", "stopped", "running", "interrupted"]


class RunLine(msgspec.Struct, frozen=True, rename="camel"):
    """One run. Numbers are of operations: `planned` in its plan, `done`, `not_done` by outcome of what was sent and
    did not come to its end as planned, `open` of calls that nobody closed. What is in none of them was so already, was
    held, or was not sent.

    `resumes`: the run that this one went on with. `undoes`: the run that it took back.
    """

    run: str
    state: RunState
    started_at: datetime
    finished_at: datetime | None
    commit: str | None
    planned: int
    done: int
    not_done: dict[str, int]
    open: int
    resumes: str | None = None
    undoes: str | None = None


class RunList(msgspec.Struct, frozen=True, rename="camel"):
    """The runs of an organization, newest first; `more` as in `Changelog`."""

    format_version: str
    kind: Literal["Runs"]
    organization: OrganizationRef
    more: bool
    runs: tuple[RunLine, ...]
