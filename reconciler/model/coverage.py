"""Coverage and standing: how much of the organization the files speak for, and how far each group and template is.

Counts of people never overlap within one row, so they add up to its `people`; the rows of groups and templates overlap,
because somebody may be in several groups. Made by `operations/coverage.py` from the workings of a plan.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args

import msgspec

from reconciler.model.plan import OrganizationRef

FORMAT_VERSION = "1.0"

State = Literal[
    "asWanted", "toChange", "pending", "waiting", "blocked", "heldByGuard", "askedBefore", "exempt", "deactivated",
    "unmanaged",
]  # fmt: skip
"""Where one person stands; of several the one that needs somebody most (`WORST_FIRST`).

asWanted: holds what the files want, and nothing else that would go. toChange: the next apply changes something. pending:
as wanted, and the invitation is not accepted yet. waiting: no unit is left. blocked: something is wanted that cannot be
planned, `codes` say why. heldByGuard: a guard keeps an operation back. askedBefore: Webex did not do it the last time, and
it is not asked for now. exempt: an exception says hands off. deactivated: templates give nothing. unmanaged: no template
and no exception speaks for them, or they are a bot or of another organization.
"""

STATES: tuple[State, ...] = get_args(State)
WORST_FIRST: tuple[State, ...] = ("blocked", "waiting", "heldByGuard", "askedBefore", "toChange")
"""The states of somebody with whom something is going on, the one that is told first first."""


class StateCounts(msgspec.Struct, rename="camel"):
    """People by state; the sum is the row's `people`."""

    as_wanted: int = 0
    to_change: int = 0
    pending: int = 0
    waiting: int = 0
    blocked: int = 0
    held_by_guard: int = 0
    asked_before: int = 0
    exempt: int = 0
    deactivated: int = 0
    unmanaged: int = 0


class CodeCount(msgspec.Struct, frozen=True, rename="camel", order=True):
    """How many people something with this finding or guard code stands in the way of."""

    code: str
    people: int


class Standing(msgspec.Struct, frozen=True, rename="camel"):
    """One group, one template, everybody, or those whom no template (or no group of one) takes in.

    `id` is the group's; `source` the template's `file:line`; `related` are a group's templates or a template's groups, by
    name. `people`: direct members of the group, or whom the template speaks for. `licensed`: of them, who holds everything
    that the templates (the template) grant. `waiting` and `errors`: to whom something waits, or is blocked, whatever else.
    """

    kind: Literal["everybody", "group", "template", "nobody"]
    name: str
    people: int
    licensed: int
    waiting: int
    errors: int
    states: StateCounts
    codes: tuple[CodeCount, ...] = ()
    id: str | None = None
    source: str | None = None
    related: tuple[str, ...] = ()


class PersonStanding(msgspec.Struct, frozen=True, rename="camel"):
    """One person: the state, the codes behind it, in words what it is about, and who speaks for them."""

    person_id: str
    email: str
    display_name: str
    state: State
    licensed: bool
    codes: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()


class PeopleCoverage(msgspec.Struct, frozen=True, rename="camel"):
    """Everybody in the reading, each counted once. Covered is `by_template`: for whom a template speaks.

    `by_exception`: no template speaks, an exception does. `outsiders`: bots, apps and people of other organizations.
    """

    total: int = 0
    by_template: int = 0
    by_exception: int = 0
    exempt: int = 0
    deactivated: int = 0
    outsiders: int = 0
    unmanaged: int = 0


class UnitCoverage(msgspec.Struct, frozen=True, rename="camel"):
    """Units that people hold. `managed`: of declared products, which the tool may give and take.

    By origin: `ours` were given by a template or an exception, `by_hand` by somebody else since the store knows the
    holder, `unknown` were there when the store first saw the holder. The three add up to `held`.
    """

    held: int = 0
    managed: int = 0
    ours: int = 0
    by_hand: int = 0
    unknown: int = 0


class ProductCoverage(msgspec.Struct, frozen=True, rename="camel"):
    """One product: a license on one site or none, all subscriptions together. Free ones are not in the totals."""

    license: str
    site: str | None
    declared: bool
    free: bool
    units: UnitCoverage


class Coverage(msgspec.Struct, frozen=True, rename="camel"):
    """People and licenses under management. `licenses` sums what is not free; `products` are sorted by name and site."""

    people: PeopleCoverage = PeopleCoverage()
    licenses: UnitCoverage = UnitCoverage()
    products: tuple[ProductCoverage, ...] = ()


class Status(msgspec.Struct, frozen=True, rename="camel"):
    """Per group and per template. `people` are listed only where they were asked for; the counts are always whole."""

    format_version: str
    kind: Literal["Status"]
    organization: OrganizationRef
    snapshot: str
    taken_at: datetime
    assignment: Literal["organization", "groups", "groupsThenOrganization"]
    everybody: Standing
    groups: tuple[Standing, ...]
    templates: tuple[Standing, ...]
    coverage: Coverage
    people: tuple[PersonStanding, ...] | None = None
