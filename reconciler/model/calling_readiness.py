"""Calling readiness: everybody whom the files give Webex Calling, whether they have it, and if not, what is in the way.

A view of one plan's own reasons (RULES 6.7). People whom no grant speaks for are not in it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from reconciler.model.plan import OrganizationRef

Verdict = Literal[
    "ready",
    "provisioned",
    "waitingForUnit",
    "waitingForBudget",
    "noNumber",
    "numberUnusable",
    "locationUnusable",
    "extensionUnusable",
    "filesContradict",
    "placeUnknown",
    "unreadable",
    "besideUnifiedCm",
    "heldBack",
    "denied",
    "refused",
]
"""ready: the plan gives it. provisioned: held. waitingFor...: no unit, no place in a budget. placeUnknown: has Calling, but
where is not seen. unreadable: Webex could not read the record. heldBack: a guard. denied: an exception. refused: any other
finding. The rest say which part of number, location and extension is wrong. In the order in which reports list them."""

FixIn = Literal["directory", "controlHub", "files", "webex"]
"""Where something is put right. `webex`: by reading again, or by Cisco."""


class Obstacle(msgspec.Struct, frozen=True, rename="camel"):
    """One thing in the way: the finding's code, what is wrong, what to do, and where; the likelier place first."""

    code: str
    message: str
    hint: str
    fix_in: tuple[FixIn, ...]


class Candidate(msgspec.Struct, frozen=True, rename="camel"):
    """One Calling license of one person. `templates` grant it, exceptions as `exception:NAME`; `sources` are their places.

    `groups`: names of the groups that the templates speak through. `location`, `number` and `extension` are those held
    (provisioned), to be given (ready), or wanted. A wanted number that is not E.164 is as it is written. `directory`: where
    the person's record is kept, in words.
    """

    person_id: str
    email: str
    display_name: str
    license: str
    subscription: str | None
    verdict: Verdict
    location: str | None
    number: str | None
    extension: str | None
    templates: tuple[str, ...]
    groups: tuple[str, ...]
    sources: tuple[str, ...]
    directory: str
    obstacles: tuple[Obstacle, ...]
    waiting_since: datetime | None


class Fix(msgspec.Struct, frozen=True, rename="camel"):
    """What Control Hub's CSV import can put right for one person whose record is kept there, so that the plan gives the license.

    `number` is E.164. None means that the column is left empty, which changes nothing. `codes` are the obstacles it removes.
    """

    person_id: str
    email: str
    number: str | None
    extension: str | None
    location: str | None
    codes: tuple[str, ...]


class VerdictCount(msgspec.Struct, frozen=True, rename="camel"):
    """How many candidates have one verdict."""

    verdict: Verdict
    candidates: int


class ObstacleCount(msgspec.Struct, frozen=True, rename="camel"):
    """How many candidates one thing stands in the way of; a candidate may have several."""

    code: str
    candidates: int


class Readiness(msgspec.Struct, frozen=True, rename="camel"):
    """Counts: `blocked` are all candidates that are neither ready nor provisioned nor waiting."""

    people: int
    candidates: int
    ready: int
    provisioned: int
    waiting: int
    blocked: int
    verdicts: tuple[VerdictCount, ...]
    obstacles: tuple[ObstacleCount, ...]


class CallingReadiness(msgspec.Struct, frozen=True, rename="camel"):
    """Everybody, sorted by address and license. `fixes`, by address: see Fix; who can be helped elsewhere only is not there."""

    format_version: str
    kind: Literal["CallingReadiness"]
    organization: OrganizationRef
    snapshot: str
    taken_at: datetime
    summary: Readiness
    candidates: tuple[Candidate, ...]
    fixes: tuple[Fix, ...] = ()
