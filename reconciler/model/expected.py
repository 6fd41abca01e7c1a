"""Expected: what the rules make of the files for the people who are live. One `Answer` per situation, with its reasons.

These values are all there is to explain a plan with: nothing is derived a second time.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from reconciler.model.catalog import Product
from reconciler.model.desired import Calling
from reconciler.model.finding import Finding
from reconciler.model.live import Origin, Person, State
from reconciler.model.plan import Because, CallingProperties
from reconciler.model.undo import Reversal

Row = Literal["", "a", "b", "c", "d", "e", "f", "g", "h", "tier", "subscription", "site", "promotion", "undo"]
"""The row of RULES 4.2 that decided, the replacement a removal belongs to, or an undo; empty where what is kept needs neither."""


def role(site: str) -> str:
    """The key of an attendee role among holdings.

    >>> role("acme.webex.com")
    'attendee:acme.webex.com'
    """
    return f"attendee:{site}"


class Resting(msgspec.Struct, frozen=True, order=True):
    """An operation on a holding (license id, or `attendee:SITE`) that is not asked for now, because Webex did not do it
    (`book/retries.py`). `briefly`: for less than a day so far.
    """

    holding: str
    operation: Literal["add", "remove"]
    briefly: bool = True


class Marks(msgspec.Struct, frozen=True):
    """What sets single people apart from their situation: exceptions, protection, newcomer status, what Webex did not do."""

    exceptions: tuple[str, ...] = ()
    protected: bool = False
    newcomer_of: tuple[str, ...] = ()
    paid_at_first_sight: bool = False
    acknowledged: tuple[str, ...] = ()
    resting: tuple[Resting, ...] = ()
    undo: Reversal | None = None

    def rests(self, operation: Literal["add", "remove"], holding: str) -> Resting | None:
        """Whether this is not asked for now."""
        return next((r for r in self.resting if r.holding == holding and r.operation == operation), None)


NO_MARKS = Marks()


class Key(msgspec.Struct, frozen=True):
    """All that the rules may look at: people with one key get one answer. Sorted tuples of ids, as far as relevant."""

    groups: tuple[str, ...] = ()
    holdings: tuple[str, ...] = ()
    attendee_sites: tuple[str, ...] = ()
    site_admin_of: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()
    state: State = "active"
    calling_unreadable: bool = False
    marks: Marks = NO_MARKS


class Grant(msgspec.Struct, frozen=True):
    """A reference bound to what the organization owns: the product, and the pools to draw on in order (RULES 2.4)."""

    product: Product
    ladder: tuple[str, ...]
    template: str
    priority: int
    because: Because
    calling: Calling | None = None
    named_subscription: str | None = None


class Wish(msgspec.Struct, frozen=True):
    """A product that a person should hold. `fallback`: why they get the attendee role while no host unit is left."""

    product: Product
    ladder: tuple[str, ...]
    priority: int
    because: tuple[Because, ...]
    calling: Calling | None = None
    fallback: tuple[Because, ...] = ()


class Removal(msgspec.Struct, frozen=True):
    """A holding (license id, or `attendee:SITE`) that goes, and the row that decided.

    `policies`: the policies of the files (by the names of `book.retention`) that let it go, one for each claim.
    """

    holding: str
    product: Product
    row: Row
    because: tuple[Because, ...]
    policies: tuple[str, ...] = ()


class Kept(msgspec.Struct, frozen=True):
    """A holding that nothing grants and that stays, and why. `row` is empty where no row of the table
    decided: for free licenses, for what is granted still, and for what something else needs.
    """

    holding: str
    product: Product
    row: str
    because: tuple[Because, ...]


class Satisfied(msgspec.Struct, frozen=True):
    """A wish that a holding fulfils already; `because` are the grants, `note` says when it is not the very same product.

    Also a grant that another one beat; `code` is then the finding to tell of it, empty where that is as meant.
    """

    product: Product
    holding: str
    because: tuple[Because, ...]
    note: str = ""
    code: str = ""


class Request(msgspec.Struct, frozen=True):
    """One unit to be given. If won: add it, take `drops` away in the same call. If lost: keep them, add the fallback.

    `along`: free licenses that Webex wants beside it; they come in the same call or not at all.
    """

    wish: Wish
    drops: tuple[Removal, ...] = ()
    along: tuple[Wish, ...] = ()


class RoleGrant(msgspec.Struct, frozen=True):
    """An attendee role to be given; with `after`, only together with the removal of that host license (a demotion)."""

    site: str
    because: tuple[Because, ...]
    after: str | None = None


class Refused(msgspec.Struct, frozen=True):
    """A wish that cannot be planned: the finding's code, message and hint; the person keeps what is held."""

    product: Product
    code: str
    message: str
    hint: str
    because: tuple[Because, ...]

    def finding(self, email: str) -> Finding:
        """What the plan tells of it about one person."""
        return Finding(self.code, "warning", email, f"{self.product}: {self.message}", self.hint)


class HeldBack(msgspec.Struct, frozen=True):
    """A removal that a guard keeps back, with what would have come with it: a role, or the product to replace it."""

    removal: Removal
    guard: str
    role_grant: RoleGrant | None = None
    instead: Product | None = None


class Selected(msgspec.Struct, frozen=True):
    """A template and whether it speaks, with the reason in words."""

    template: str
    source: str
    speaks: bool
    why: str


class Answer(msgspec.Struct, frozen=True):
    """What the rules say about everybody with one key."""

    wishes: tuple[Wish, ...] = ()
    satisfied: tuple[Satisfied, ...] = ()
    requests: tuple[Request, ...] = ()
    removals: tuple[Removal, ...] = ()
    role_grants: tuple[RoleGrant, ...] = ()
    kept: tuple[Kept, ...] = ()
    refused: tuple[Refused, ...] = ()
    held_back: tuple[HeldBack, ...] = ()
    selected: tuple[Selected, ...] = ()
    lost: tuple[Satisfied, ...] = ()
    """Grants that another grant of the same person beat; `holding` is the winner in words."""
    resting: tuple[RoleGrant, ...] = ()
    """Attendee roles that are not asked for now, because Webex did not give them the last time."""

    @property
    def quiet(self) -> bool:
        """Whether nothing is to be done and nothing stands in the way."""
        return not (
            self.requests or self.removals or self.role_grants or self.refused or self.held_back or self.resting
        )


class Award(msgspec.Struct, frozen=True):
    """A unit from a pool, with what a Calling license needs."""

    pool: str
    calling: CallingProperties | None = None


class Lost(msgspec.Struct, frozen=True):
    """A request that waits: no unit in any of its pools (`capacity`), or units and no place in a budget (`budget`).

    `because` says so in words, with both where both are missing.
    """

    person: Person
    key: Key
    request: Request
    reason: Literal["capacity", "budget"]
    because: tuple[Because, ...]


class Allocation(msgspec.Struct):
    """What everybody gets: by key where nobody competes, by person where they do."""

    by_key: dict[tuple[Key, Product], str] = msgspec.field(default_factory=dict)
    by_person: dict[tuple[str, Product], Award] = msgspec.field(default_factory=dict)
    lost: dict[tuple[str, Product], Lost] = msgspec.field(default_factory=dict)
    blocked: dict[tuple[str, Product], tuple[Finding, ...]] = msgspec.field(default_factory=dict)
    findings: list[Finding] = msgspec.field(default_factory=list)
    resting: dict[tuple[str | Key, Product], Award] = msgspec.field(default_factory=dict)
    """What is not asked for now, because Webex did not do it the last time: by key, or by person id for Calling."""
