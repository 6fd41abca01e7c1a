"""An explanation of one person: every license in play, and why it is so. A view of the plan's own reasons."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from reconciler.model.finding import Finding
from reconciler.model.plan import Because, OrganizationRef
from reconciler.model.provenance import Act

Status = Literal[
    "asWanted", "toAdd", "toRemove", "kept", "waiting", "blocked", "held", "notManaged", "notWanted", "notGranted",
]  # fmt: skip
"""asWanted: held and granted. toAdd, toRemove: the plan changes it. kept: held, not granted, kept by a policy. waiting: no
unit. blocked: a check failed. held: a guard keeps the operation back. notManaged: hands off. notWanted: not held; denied,
or another grant of the person beat it. notGranted: not held, and nothing that speaks for the person grants it."""

StepKind = Literal[
    "template", "exception", "grant", "conflict", "origin", "retention", "hold", "allocation", "check", "guard"
]


class Step(msgspec.Struct, frozen=True, rename="camel"):
    """One link in the chain of reasons, in the order in which things were decided. `text` is for an administrator.

    `rule` is the rule's name in the rule book or a guard's code; `template` the template or `exception:NAME`; `source` is
    `file:line`. Each may be missing.
    """

    kind: StepKind
    text: str
    rule: str | None = None
    template: str | None = None
    source: str | None = None


class Queue(msgspec.Struct, frozen=True, rename="camel"):
    """Where somebody stands who waits.

    `ahead`: people who are served first. `units_needed`: units that have to be bought or freed until this person is served,
    None where more units are not what is missing or Webex did not say how many there are. `places`: the subscriptions or
    budgets that have nothing left.
    """

    since: datetime
    ahead: int
    reason: Literal["capacity", "budget"]
    units_needed: int | None
    places: tuple[str, ...]


class Given(msgspec.Struct, frozen=True, rename="camel"):
    """Where a held license comes from, as far as the store knows; as in `Provenance`.

    `by`: `template:NAME`, `exception:NAME`, `dropped:NAME` (a template that the files ended) or `left:NAME` (one that the
    person moved away from); empty for what was given by hand or before this tool came. `since`: first seen held without a
    break; `at_first_sight`: the person held it when first seen. `given`: the apply that gave it. `recorded`: the apply at
    whose end `by` became what it is, if that is another.
    """

    by: tuple[str, ...]
    since: datetime | None = None
    at_first_sight: bool = False
    given: Act | None = None
    recorded: Act | None = None


class ExplainedLicense(msgspec.Struct, frozen=True, rename="camel"):
    """One product of one person. `text` is one sentence for an administrator; `because` are the plan's raw reasons for it.

    `chain` is the same in words, in order. `checks`: every check that failed, with what to do. `to_do`: what would change
    the answer, where something in the files or in Webex would.
    """

    product: str
    license_id: str | None
    subscription: str | None
    held: bool
    expected: bool
    status: Status
    text: str
    because: tuple[Because, ...]
    chain: tuple[Step, ...] = ()
    checks: tuple[Finding, ...] = ()
    to_do: tuple[str, ...] = ()
    queue: Queue | None = None
    given: Given | None = None


class SpeakingTemplate(msgspec.Struct, frozen=True, rename="camel"):
    """A template, whether it speaks for the person, and why."""

    template: str
    source: str
    speaks: bool
    why: str


class FilesUsed(msgspec.Struct, frozen=True, rename="camel"):
    """Which files the rules read. `note` says how they relate to a moment of the past, and is empty for the present."""

    digest: str
    commit: str | None
    note: str = ""


class Explanation(msgspec.Struct, frozen=True, rename="camel"):
    """Everything about one person, or with `asked` about one license.

    `findings` about the person that belong to no single license; those that do are its `checks`. `as_of`: the moment asked
    for, None for the present. `notes`: how the person was found, where not by the address they have.
    """

    format_version: str
    kind: Literal["Explanation"]
    organization: OrganizationRef
    snapshot: str
    taken_at: datetime
    person_id: str
    email: str
    display_name: str
    state: str
    groups: tuple[str, ...]
    templates: tuple[SpeakingTemplate, ...]
    licenses: tuple[ExplainedLicense, ...]
    findings: tuple[Finding, ...] = ()
    verdict: str = ""
    asked: str | None = None
    as_of: datetime | None = None
    files: FilesUsed | None = None
    notes: tuple[str, ...] = ()
