"""What came of an apply: one result per person, one outcome per operation."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from reconciler.model.plan import AttendeeOperation, LicenseOperation

Outcome = Literal["done", "alreadyDone", "refused", "ignored", "skipped", "failed", "unknown", "notSent"]
"""done: read back as planned. alreadyDone: live was so before. refused: Webex said no, with a code. ignored: Webex said
yes and did nothing. skipped: live is not what the plan expects. failed: the call ended in an error without effect.
unknown: nobody can tell whether it took effect. notSent: the run stopped before."""


State = Literal["", "outOfUnits", "refused", "pending", "silentlyIgnored", "failed", "unknown"]
"""What kind of setback an outcome is, where the outcome alone does not say. outOfUnits: the pool had no unit left, going by
counters. pending: it waits for the person to accept an invitation. Empty: the outcome says it."""

_STATES: dict[Outcome, State] = {
    "refused": "refused",
    "ignored": "silentlyIgnored",
    "failed": "failed",
    "unknown": "unknown",
}


LOST = "LOST: "
"""How the detail begins where somebody lost something, did not get what was to come in its place, and was not given it back."""


class OperationResult(msgspec.Struct, frozen=True, rename="camel"):
    """How one operation ended; `detail` says why in words, with Webex's code where it gave one.

    `codes` are Webex's license error codes; `state` the kind of setback, where the outcome does not say it.
    """

    operation: LicenseOperation | AttendeeOperation
    outcome: Outcome
    detail: str = ""
    state: State = ""
    codes: tuple[int, ...] = ()

    @property
    def setback(self) -> State:
        """What kept it from happening, as the next plan knows it; empty for what is done or was not tried."""
        return (self.state or _STATES[self.outcome]) if self.outcome in _STATES else ""

    @property
    def lost(self) -> bool:
        """Whether the person has less now than before and less than planned."""
        return self.outcome == "done" and self.detail.startswith(LOST)


class PersonResult(msgspec.Struct, frozen=True, rename="camel"):
    """How one PATCH ended. `status` is Webex's HTTP status, None when nothing was sent.

    `noticed`: what Webex's answer shows of this person that the plan did not expect, because somebody else was at it.
    """

    person_id: str
    email: str
    operations: tuple[OperationResult, ...]
    status: int | None = None
    tracking_id: str | None = None
    noticed: str = ""

    @property
    def complete(self) -> bool:
        """Whether every operation is as planned now, and nobody else changed the person meanwhile."""
        return not self.noticed and all(item.outcome in ("done", "alreadyDone") for item in self.operations)


class Unmet(msgspec.Struct, frozen=True, rename="camel"):
    """Something that the files want and that this apply could not ask for, and everybody it concerns (addresses).

    waiting: no unit, or no place in a budget; `what` is the license. held: `what` is the guard. blocked: `what` is the code
    of the finding that says what is in the way.
    """

    kind: Literal["waiting", "held", "blocked"]
    what: str
    people: tuple[str, ...]


class ApplyResult(msgspec.Struct, frozen=True, rename="camel"):
    """A whole run. `interrupted`: Ctrl-C or SIGTERM ended it. `stopped`: why the error breaker ended it, or empty."""

    format_version: str
    kind: Literal["ApplyResult"]
    run: str
    plan_digest: str
    organization_id: str
    started_at: datetime
    finished_at: datetime
    people: tuple[PersonResult, ...]
    held: int = 0
    waiting: int = 0
    interrupted: bool = False
    stopped: str = ""
    recovered: tuple[PersonResult, ...] = ()
    """What became of the calls that an earlier run had left open."""
    unmet: tuple[Unmet, ...] = ()
    """What the files want besides, and what stands in its way."""

    @property
    def complete(self) -> bool:
        """Whether every operation of the plan was done (held ones are not counted), and nothing of an earlier run is unclear."""
        clear = all(item.outcome != "unknown" for person in self.recovered for item in person.operations)
        return clear and not self.interrupted and not self.stopped and all(person.complete for person in self.people)

    @property
    def sent(self) -> bool:
        """Whether anything was sent to Webex at all."""
        return any(person.status is not None or _was_sent(person) for person in self.people)


def _was_sent(person: PersonResult) -> bool:
    return any(item.outcome in ("done", "refused", "ignored", "failed", "unknown") for item in person.operations)
