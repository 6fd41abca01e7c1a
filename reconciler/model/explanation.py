"""An explanation of one person: every license in play, and why it is so. A view of the plan's own reasons."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from reconciler.model.finding import Finding
from reconciler.model.plan import Because, OrganizationRef

Status = Literal["asWanted", "toAdd", "toRemove", "kept", "waiting", "blocked", "held", "notManaged", "notWanted"]
"""asWanted: held and granted. toAdd, toRemove: the plan changes it. kept: held, not granted, kept by a policy. waiting: no
unit. blocked: a check failed. held: a guard keeps the operation back. notManaged: hands off. notWanted: not held, denied."""


class ExplainedLicense(msgspec.Struct, frozen=True, rename="camel"):
    """One product of one person. `text` is one sentence for an administrator; `because` the chain it comes from."""

    product: str
    license_id: str | None
    subscription: str | None
    held: bool
    expected: bool
    status: Status
    text: str
    because: tuple[Because, ...]


class SpeakingTemplate(msgspec.Struct, frozen=True, rename="camel"):
    """A template, whether it speaks for the person, and why."""

    template: str
    source: str
    speaks: bool
    why: str


class Explanation(msgspec.Struct, frozen=True, rename="camel"):
    """Everything about one person."""

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
