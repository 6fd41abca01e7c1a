"""A plan: data, versioned, digested, everything a renderer or `apply` needs. Field names in JSON are camelCase.

`expected` minus `live`; its JSON Schema is schemas/plan.schema.json. Times are UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from reconciler.model import canonical
from reconciler.model.finding import Finding

FORMAT_VERSION = "1.0"

Cause = Literal["newcomer", "promoted", "groupChange", "exception", "deactivated", "drift", "config", "undo"]
Operation = Literal["add", "remove"]

SetbackState = Literal["outOfUnits", "refused", "pending", "silentlyIgnored", "failed", "unknown"]
"""Why something that was asked did not happen. outOfUnits: Webex left an addition out, and its counter shows no unit left.
refused: Webex said no. pending: it waits for the person to accept an invitation. silentlyIgnored: Webex said yes and did
nothing. failed, unknown: the call went wrong."""

# Rules that take one thing only because another comes in its place: {add X, drop Y} or, if lost, {keep Y} (RULES 4.4).
TIER_REPLACED = "held-tiers-are-respected: replaced"
SUBSCRIPTION_REPLACED = "a-held-unit-satisfies: outsideDefaults remove"
HOST_REPLACED = "a-held-host-license-keeps-its-site: replaced"
ROLE_REPLACED = "host-and-attendee-exclude-each-other: promoted"
CALENDAR_REPLACED = "one-calendar-per-person: replaced"
REPLACEMENT_RULES = frozenset({TIER_REPLACED, SUBSCRIPTION_REPLACED, HOST_REPLACED, ROLE_REPLACED, CALENDAR_REPLACED})


class Because(msgspec.Struct, frozen=True, order=True, rename="camel"):
    """Why: the rule (its name in the rule book), the template or exception, and `file:line`."""

    rule: str
    template: str | None = None
    source: str | None = None


class CallingProperties(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What a Calling license needs when it is added (RULES 6.1)."""

    phone_number: str | None = None
    extension: str | None = None
    location_id: str | None = None


class LicenseOperation(msgspec.Struct, frozen=True, rename="camel"):
    """Add or remove one license of one person."""

    operation: Operation
    license_id: str
    license: str
    subscription: str | None
    site: str | None
    cause: Cause
    irreversible: bool
    because: tuple[Because, ...]
    calling: CallingProperties | None = None


class AttendeeOperation(msgspec.Struct, frozen=True, rename="camel"):
    """Give or take the attendee role of one site."""

    operation: Operation
    site_url: str
    cause: Cause
    because: tuple[Because, ...]


def is_replacement(operation: LicenseOperation | AttendeeOperation) -> bool:
    """Whether this takes something only because something else of the same change comes in its place."""
    return operation.operation == "remove" and any(reason.rule in REPLACEMENT_RULES for reason in operation.because)


class Expects(msgspec.Struct, frozen=True, rename="camel"):
    """What the plan assumes of a person: declared licenses held, and the attendee role on the affected sites."""

    licenses: tuple[str, ...] = ()
    attendee_sites: tuple[str, ...] = ()


class Change(msgspec.Struct, frozen=True, rename="camel"):
    """Everything for one person: one PATCH."""

    person_id: str
    email: str
    display_name: str
    expects: Expects
    licenses: tuple[LicenseOperation, ...] = ()
    attendee_sites: tuple[AttendeeOperation, ...] = ()


class Held(msgspec.Struct, frozen=True, rename="camel"):
    """An operation that a guard keeps back; it is not sent and does not count as undone."""

    person_id: str
    email: str
    operation: LicenseOperation | AttendeeOperation
    guard: str


class Waiting(msgspec.Struct, frozen=True, rename="camel"):
    """Somebody who should have a license and gets none because the pool is empty."""

    person_id: str
    email: str
    license: str
    since: datetime
    because: tuple[Because, ...]
    site: str | None = None
    subscription: str | None = None


class AskedBefore(msgspec.Struct, frozen=True, rename="camel"):
    """An operation that was asked of Webex before and did not happen: it is in the plan again, or held back until `until`.

    `times` in a row, from `since` to `last`; `codes` are Webex's, `detail` says it in words. `license` is `attendee` for a
    role. `until`: when it is asked for again at the latest; None where this plan asks for it.
    """

    person_id: str
    email: str
    operation: Operation
    license: str
    license_id: str | None
    site: str | None
    state: SetbackState
    codes: tuple[int, ...]
    detail: str
    times: int
    since: datetime
    last: datetime
    until: datetime | None


class PoolLine(msgspec.Struct, frozen=True, rename="camel"):
    """One pool, before and after. Units; None where Webex did not say."""

    license_id: str
    license: str
    subscription: str | None
    site: str | None
    total: int | None
    consumed: int | None
    available: int | None
    add: int
    remove: int
    available_after: int | None


class GuardResult(msgspec.Struct, frozen=True, rename="camel"):
    """An objection: `stop` ends an apply before anything is sent, `hold` leaves operations out."""

    code: str
    effect: Literal["stop", "hold"]
    message: str
    acknowledged: bool = False


class Summary(msgspec.Struct, frozen=True, rename="camel"):
    """Counts of the whole plan. `people` have changes; `unchanged` are the rest; `monthly_cost` needs prices."""

    people: int = 0
    additions: int = 0
    removals: int = 0
    attendee_additions: int = 0
    attendee_removals: int = 0
    irreversible: int = 0
    held: int = 0
    waiting: int = 0
    unchanged: int = 0
    monthly_cost: float | None = None


class Tool(msgspec.Struct, frozen=True, rename="camel"):
    """The program that wrote the plan."""

    name: str
    version: str


class OrganizationRef(msgspec.Struct, frozen=True, rename="camel"):
    """The organization the plan is for: Webex id and the name in the files."""

    id: str
    name: str


class DesiredRef(msgspec.Struct, frozen=True, rename="camel"):
    """The files the plan was made from."""

    digest: str
    commit: str | None


class LiveRef(msgspec.Struct, frozen=True, rename="camel"):
    """The snapshot the plan was made from."""

    snapshot: str
    taken_at: datetime
    people: int
    licenses: int
    groups: int


class Plan(msgspec.Struct, frozen=True, rename="camel"):
    """The whole plan, in the order of INTERFACE."""

    format_version: str
    kind: Literal["Plan"]
    tool: Tool
    organization: OrganizationRef
    created_at: datetime
    digest: str
    desired: DesiredRef
    live: LiveRef
    summary: Summary
    pools: tuple[PoolLine, ...] = ()
    changes: tuple[Change, ...] = ()
    held: tuple[Held, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    findings: tuple[Finding, ...] = ()
    guards: tuple[GuardResult, ...] = ()
    setbacks: tuple[AskedBefore, ...] = ()
    undoes: str | None = None
    """The run that this plan takes back. What that means is looked up in the store again at the apply."""


def digest_of(plan: Plan) -> str:
    """The digest of everything in the plan but the digest itself: canonical JSON, `sha256:` and hex."""
    fields = zip(Plan.__struct_encode_fields__, Plan.__struct_fields__, strict=True)
    return canonical.digest({shown: getattr(plan, name) for shown, name in fields if name != "digest"})


def stamp(plan: Plan) -> Plan:
    """The same plan with its digest filled in. The last step of making a plan."""
    return msgspec.structs.replace(plan, digest=digest_of(plan))
