"""The answer to "who would still be waiting if we bought 20": the question, who would be served, and the plan as if.

It is a document of a kind of its own, so that nothing that carries out plans takes it for one. Field names in JSON are
camelCase; its JSON Schema is schemas/what-if.schema.json.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from reconciler.model.plan import OrganizationRef, Plan


class Question(msgspec.Struct, frozen=True):
    """So many units more (or fewer, where negative) of one license in one subscription. Names as somebody wrote them."""

    subscription: str
    license: str
    site: str | None
    units: int


class Supposed(msgspec.Struct, frozen=True, rename="camel"):
    """A pool with other units than it has. `total`: units bought today; `units`: how many more, negative for fewer."""

    license_id: str
    license: str
    subscription: str | None
    site: str | None
    total: int
    units: int


class WouldWait(msgspec.Struct, frozen=True, rename="camel"):
    """Somebody who would wait all the same, and for want of what, in words."""

    email: str
    why: str


class Outcome(msgspec.Struct, frozen=True, rename="camel"):
    """What becomes of those who ask for one license.

    `waiting`: how many wait today. They are `served`, are `still_waiting`, or are `blocked` by a finding. `newly_waiting`
    are served by today's plan and would not be. `available`: units that would be left, in the pools that were supposed to
    have others; None where the license has none of those, or no count.
    """

    license: str
    site: str | None
    waiting: int
    served: tuple[str, ...]
    still_waiting: tuple[WouldWait, ...]
    newly_waiting: tuple[WouldWait, ...]
    blocked: tuple[str, ...]
    available: int | None


class WhatIf(msgspec.Struct, frozen=True, rename="camel"):
    """The whole answer. `outcomes`: the licenses asked about first, then others whose waiting list would change.

    `plan` is what the plan would be; it carries no digest, so that it cannot be carried out even when it is cut out.
    """

    format_version: str
    kind: Literal["WhatIf"]
    organization: OrganizationRef
    snapshot: str
    taken_at: datetime
    supposed: tuple[Supposed, ...]
    outcomes: tuple[Outcome, ...]
    plan: Plan
