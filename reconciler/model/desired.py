"""Desired: what the files say, checked and typed. Every part that a reason may cite carries its `Source`.

Spelling and defaults: docs/interface.md; meaning: docs/rules.md.
"""

from __future__ import annotations

import math
from datetime import date
from fractions import Fraction
from typing import Literal

import msgspec

AccountType = Literal["host", "attendee"]
Keep = Literal["preserve", "remove"]


class Source(msgspec.Struct, frozen=True, order=True):
    """Where in the files something stands: path relative to the organization's directory, line and column from 1."""

    file: str
    line: int
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


NOWHERE = Source("", 0)


class Calling(msgspec.Struct, frozen=True):
    """How a Calling grant gets its number, location and extension (RULES 6.1).

    `number`: `workPhone`, `none` or an E.164 number; `location`: `fromNumber` or a location's name; `extension`: `none`,
    `fromDirectory`, `lastDigits` (then `last_digits` says how many) or the digits themselves.
    """

    number: str = "workPhone"
    location: str = "fromNumber"
    extension: str = "none"
    last_digits: int | None = None
    beside_ucm: bool = False
    source: Source = NOWHERE


class Reference(msgspec.Struct, frozen=True):
    """A license as a template names it: by `license` (a name) or by `id`, narrowed by subscription and site (RULES 2.1)."""

    license: str | None = None
    id: str | None = None
    subscription: str | None = None
    site: str | None = None
    account_type: AccountType = "host"
    calling: Calling | None = None
    source: Source = NOWHERE


class Managed(msgspec.Struct, frozen=True):
    """An entry of `manage` or `deny`: a bare name (all its sites), a full reference, or the attendee role of a site."""

    name: str | None = None
    reference: Reference | None = None
    attendee_site: str | None = None
    source: Source = NOWHERE


class GroupReference(msgspec.Struct, frozen=True):
    """A group by display name or by id (RULES 1.2); exactly one of the two is set."""

    name: str | None = None
    id: str | None = None
    source: Source = NOWHERE

    def __str__(self) -> str:
        return self.name if self.name is not None else f"id {self.id}"


class Template(msgspec.Struct, frozen=True):
    """An OrganizationTemplate (`kind == "organization"`) or a GroupTemplate (`kind == "group"`)."""

    name: str
    kind: Literal["organization", "group"]
    licenses: tuple[Reference, ...]
    groups: tuple[GroupReference, ...] = ()
    existing_users: bool = True
    preserve_licenses: bool = True
    priority: int = 100
    active_from: date | None = None
    explicitly_licensed_newcomers: Literal["apply", "skip"] = "apply"
    source: Source = NOWHERE


class Retention(msgspec.Struct, frozen=True):
    """Policies of RULES 4.2."""

    outside_defaults: Keep = "preserve"
    group_change: Literal["preserve", "remove", "removeAll"] = "preserve"
    template_removal: Keep = "preserve"
    exception_end: Keep = "remove"
    manual: Keep = "preserve"
    adopt: bool = False


class LicenseCapacity(msgspec.Struct, frozen=True):
    """How strictly the count of a license is kept (RULES 5.2). `overage_percent` counts only with `overage`."""

    enforcement: Literal["hard", "overage", "uncapped"] = "hard"
    overage_percent: float = 0.0

    def beyond(self, total: int) -> int | None:
        """Units that may be used beyond a `total` of bought ones; None where there is no limit. A fraction is none.

        >>> LicenseCapacity("overage", 20.0).beyond(9), LicenseCapacity("hard", 20.0).beyond(9)
        (1, 0)
        """
        if self.enforcement == "uncapped":
            return None
        return 0 if self.enforcement == "hard" else math.floor(total * Fraction(str(self.overage_percent)) / 100)


class Budget(msgspec.Struct, frozen=True):
    """At most `max` direct members of `group` hold or are granted `license` (RULES 5.6)."""

    license: str
    group: GroupReference
    max: int
    source: Source = NOWHERE


class Capacity(msgspec.Struct, frozen=True):
    """Capacity policy of the organization, and per license name where it differs."""

    default: LicenseCapacity = LicenseCapacity()
    licenses: dict[str, LicenseCapacity] = {}
    budgets: tuple[Budget, ...] = ()


class RemovalLimit(msgspec.Struct, frozen=True):
    """Removals allowed in 24 hours (RULES 7.1)."""

    count: int = 10
    percent: float = 10.0
    ceiling: int = 100


class AdditionLimit(msgspec.Struct, frozen=True):
    """Additions allowed per license in 24 hours: max(count, percent of the organization's people)."""

    count: int
    percent: float


class Guards(msgspec.Struct, frozen=True):
    """Policies of RULES section 7. Percentages are numbers (20.0 for 20 %), `max_age_seconds` is in seconds."""

    removals: RemovalLimit = RemovalLimit()
    additions: AdditionLimit | None = None
    irreversible: Literal["stop", "hold"] = "stop"
    first_apply: Literal["additions", "all"] = "additions"
    protected: tuple[str, ...] = ()
    shrinkage_percent: float = 20.0
    counter_slack_percent: float = 0.5
    max_age_seconds: int = 86_400
    stop_after_errors: int = 10


class Price(msgspec.Struct, frozen=True):
    """What one unit costs."""

    amount: float
    currency: str
    per: Literal["month", "year"]


class Places(msgspec.Struct, frozen=True):
    """Where the keys of a spec stand, for findings: dotted path, names and list entries in canonical spelling -> place."""

    by_key: dict[str, Source] = {}


class Notifications(msgspec.Struct, frozen=True):
    """Who is told what after which command. Without `webhook` and `space` nobody is; secrets are in the environment.

    `pool_below`: percent of a pool's units; a pool with that many left or fewer runs dry. `details`: name people.
    """

    webhook: str | None = None
    space: str | None = None
    on: tuple[Literal["plan", "apply", "drift"], ...] = ("apply", "drift")
    about: tuple[Literal["waiting", "blocked", "drift", "pools"], ...] = ("waiting", "blocked", "drift", "pools")
    pool_below: float = 5.0
    details: bool = False


class Organization(msgspec.Struct, frozen=True):
    """The one Organization document of a directory."""

    name: str
    assignment: Literal["organization", "groups", "groupsThenOrganization"]
    org_id: str | None = None
    default_subscription: str | None = None
    default_site: str | None = None
    subscription_policy: Literal["defaultOnly", "oldestFirst"] = "defaultOnly"
    subscription_order: tuple[str, ...] = ()
    retention: Retention = Retention()
    deactivated_users: Literal["keep", "remove"] = "keep"
    manage: tuple[Managed, ...] = ()
    aliases: dict[str, str] = {}
    tiers: tuple[tuple[str, str], ...] = ()
    attendee_off: frozenset[str] = frozenset()
    attendee_on: frozenset[str] = frozenset()
    capacity: Capacity = Capacity()
    guards: Guards = Guards()
    prices: dict[str, Price] = {}
    notifications: Notifications = Notifications()
    source: Source = NOWHERE
    places: Places = Places()

    def at(self, key: str) -> Source:
        """Where a key of the spec stands (`defaults.siteUrl`, `prices.NAME`); the document where that is not known."""
        return self.places.by_key.get(key, self.source)


class UserException(msgspec.Struct, frozen=True):
    """A named deviation for single people (RULES 1.6). `users` are canonical addresses, each with its place."""

    name: str
    users: tuple[tuple[str, Source], ...]
    reason: str
    exempt: bool = False
    add: tuple[Reference, ...] = ()
    deny: tuple[Managed, ...] = ()
    calling: Calling | None = None
    until: date | None = None
    source: Source = NOWHERE


class CallingAssignment(msgspec.Struct, frozen=True):
    """One row of a CallingAssignments document or of its CSV file; `email` is canonical."""

    email: str
    location: str | None = None
    number: str | None = None
    extension: str | None = None
    document: str = ""
    source: Source = NOWHERE


class Acknowledgement(msgspec.Struct, frozen=True):
    """A reviewed permission to lose something (RULES 7.2, 1.7); it permits, never causes."""

    name: str
    reason: str
    until: date
    license: str | None = None
    group: GroupReference | None = None
    users: tuple[str, ...] = ()
    max: int | None = None
    source: Source = NOWHERE


class TestGiven(msgspec.Struct, frozen=True):
    """The person of a TemplateTest; default: an existing active person in no group who holds nothing."""

    groups: tuple[str, ...] = ()
    work_phone: str | None = None
    email: str = "person@example.com"
    newcomer: bool = False
    holds: tuple[str, ...] = ()
    attendee_sites: tuple[str, ...] = ()
    site_admin_of: tuple[str, ...] = ()
    active: bool = True
    external: bool = False


class TemplateTest(msgspec.Struct, frozen=True):
    """Given a person, the exact final set of licenses (`NAME` or `NAME @ SITE`) and attendee sites."""

    name: str
    given: TestGiven
    licenses: tuple[str, ...]
    attendee_sites: tuple[str, ...]
    source: Source = NOWHERE


class Desired(msgspec.Struct, frozen=True):
    """Everything the files of one organization say.

    `digest` is over the canonical content: not over comments, names of files or acknowledgements (RULES 7.5).
    `commit` is the git commit the files come from, or None.
    """

    organization: Organization
    templates: tuple[Template, ...]
    exceptions: tuple[UserException, ...] = ()
    calling_assignments: tuple[CallingAssignment, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
    tests: tuple[TemplateTest, ...] = ()
    digest: str = ""
    commit: str | None = None
