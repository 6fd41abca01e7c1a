"""What the core and `execute/` need from the outside, as Protocols. `wiring` hands in the real ones, tests hand in values."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from reconciler.model.catalog import License
from reconciler.model.live import (
    Group,
    Location,
    Person,
    PersonReading,
    PhoneNumber,
    Situation,
    Snapshot,
)
from reconciler.model.plan import Change
from reconciler.model.result import PersonResult


class LiveView(Protocol):
    """One snapshot of one organization, read only."""

    def snapshot(self) -> Snapshot:
        """Which snapshot this is, and in which scope it was read."""

    def licenses(self) -> Sequence[License]:
        """All pools, in the order of `GET /licenses`."""

    def groups(self) -> Sequence[Group]:
        """All groups of the organization, sorted by name and id."""

    def members_seen(self) -> Mapping[str, tuple[int, int]]:
        """Group id -> (distinct direct members of every type seen, nested groups among them), for groups read."""

    def locations(self) -> Sequence[Location]:
        """All locations; empty where the scope did not ask for Calling."""

    def numbers(self, among: Collection[str] | None = None) -> Sequence[PhoneNumber]:
        """Phone numbers, all or those `among` these E.164 ones; empty where the scope did not ask for Calling."""

    def outside_holders(self) -> Mapping[str, int]:
        """License id -> holders from other organizations, for licenses whose holders were listed (RULES 7.3)."""

    def situations(self) -> Iterable[tuple[Situation, int]]:
        """Every situation that somebody is in, with the number of people, ordered by situation id."""

    def people(self, situations: Collection[int]) -> Iterable[Person]:
        """Everybody in these situations, ordered by canonical email, then id."""

    def find(self, emails: Collection[str]) -> Mapping[str, Person]:
        """Canonical address -> person, over all of a person's addresses; addresses nobody has are left out."""

    def find_former(self, emails: Collection[str]) -> Mapping[str, Person]:
        """Canonical address -> person in the snapshot who had it in an earlier one and has it no more; the last who did."""

    def locate(self, people: Collection[str]) -> Mapping[str, int]:
        """Person id -> situation id, for those of `people` who are in the snapshot."""

    def first_seen_after(self, when: datetime) -> frozenset[str]:
        """Ids of people created after `when`, or first seen in a snapshot taken after it.

        The organization's very first snapshot does not count: everybody is first seen there.
        """

    def joined_after(self, groups: Collection[str], when: datetime) -> frozenset[str]:
        """Ids of present members of any of `groups` who were not seen as members of that group up to `when`."""

    def moved_after(self, when: datetime) -> frozenset[str]:
        """Ids of people whose read groups differ from what they were at `when`."""

    def moved_since_first_seen(self, people: Collection[str]) -> frozenset[str]:
        """Those of `people` who ever joined or left a read group after they were first seen."""

    def paid_at_first_sight(self) -> frozenset[str]:
        """Ids of people who held a license that has a subscription when they were first seen."""


class PatchAnswer(msgspec.Struct, frozen=True):
    """What Webex answered to a PATCH: status 200 or 206 and the person's full resulting state. Never taken as proof."""

    status: int
    licenses: tuple[str, ...]
    attendee_sites: tuple[str, ...]
    pending_licenses: tuple[str, ...] = ()
    tracking_id: str | None = None


class OpenCall(msgspec.Struct, frozen=True):
    """A call that a run meant and nobody finished; `state` as in `store.journal`.

    `cleared_at`: the latest moment at which it was allowed to leave; it left then, within seconds, or not at all.
    """

    run: str
    seq: int
    state: Literal["intent", "answered", "owed"]
    change: Change
    intended_at: datetime
    cleared_at: datetime
    answer: PatchAnswer | None = None
    outcome: PersonResult | None = None


class LicenseWriter(Protocol):
    """The only way to change anything in Webex, and what it takes to see whether it did."""

    async def patch(self, change: Change, *, ready: Callable[[], None] = lambda: None) -> PatchAnswer:
        """Send all operations of one person in one `PATCH /licenses/users`.

        `ready` is called right before each attempt leaves; what it raises ends the call, and nothing is sent.
        Raises WebexRefusedError (400 with codes), WebexAuthError, WebexForbiddenError, WebexNotFoundError,
        WebexConflictError; WebexServerError and WebexUnreachableError mean that the effect is unknown: the call is
        never repeated here. 429 and 423 are waited out and sent again, because Webex did nothing.
        """

    async def read(self, person_id: str, *, calling: bool = False) -> PersonReading:
        """The person as they are now, by `GET /people/{id}`; with number, extension and location if `calling`."""

    async def read_listed(self, person_id: str, email: str, *, calling: bool = False) -> PersonReading | None:
        """The person as the list of people (`GET /people?email=`) shows them now, a second witness; None if it does not."""

    def everybody(self) -> AsyncIterator[Sequence[PersonReading]]:
        """All people of the organization as they are now, a page of the list at a time, without Calling data."""


class Settlement(msgspec.Struct, frozen=True):
    """How one call ended and what was read back; see `Journal.settle`."""

    seq: int
    result: PersonResult
    reading: PersonReading | None = None
    owed: bool = False


class Journal(Protocol):
    """The record of a run: intent before a call, answer and outcome after it, each in one transaction."""

    def intend(self, run: str, change: Change, at: datetime) -> int:
        """Record that `change` is about to be sent; returns its sequence number. LockedError: the lease is lost."""

    def clear(self, run: str, seq: int, at: datetime) -> None:
        """The call leaves now: LockedError when the lease is lost. Refreshes the lease."""

    def answered(self, run: str, seq: int, answer: PatchAnswer, at: datetime) -> None:
        """Record what Webex answered, before anybody looks whether it is so."""

    def settle(
        self,
        run: str,
        seq: int,
        result: PersonResult,
        at: datetime,
        reading: PersonReading | None,
        *,
        owed: bool = False,
    ) -> None:
        """Record how it ended and what was read back; moves the person and the origins of what was done along.

        `owed`: putting something back is due, so the entry stays open.
        """

    def settle_many(self, run: str, outcomes: Sequence[Settlement], at: datetime) -> None:
        """`settle` for calls that were read back together, in one transaction: all of them, or with an error none."""


class Lease(Protocol):
    """The right to write to one organization."""

    def acquire(self, org_id: str, holder: str, now: datetime) -> int:
        """Take the lease or raise LockedError, which says who holds it and since when. Returns its fencing token."""

    def refresh(self, org_id: str, fence: int, now: datetime) -> None:
        """Make it last on; LockedError when the token is not the current one any more."""

    def release(self, org_id: str, holder: str) -> None:
        """Give it back."""


class Progress(Protocol):
    """Where long work tells how far it is: a bar on a terminal, plain lines elsewhere, nothing in tests."""

    def start(self, what: str, total: int | None) -> None:
        """A phase begins; `total` steps if known."""

    def advance(self, steps: int = 1, failed: int = 0) -> None:
        """Steps done, `failed` of them in vain."""

    def note(self, text: str) -> None:
        """One line for the user."""

    def finish(self) -> None:
        """The phase is over."""


class Clock(Protocol):
    """Now, in UTC, with time zone."""

    def __call__(self) -> datetime:
        """The present moment."""


class PaceRow(msgspec.Struct, frozen=True):
    """What is known of the rate limit of one token: the next moment to call at, and until when nobody calls, both in
    microseconds since 1970 by the keeper's clock; `body` is whoever reckons with it, and nobody else's."""

    next_slot: int
    closed_until: int
    body: str


class Pace(Protocol):
    """One row for each token at each server, kept where all who use the token see it."""

    def exchange(self, key: str, step: Callable[[PaceRow | None, int], PaceRow]) -> None:
        """Replace the row by what `step` makes of it and of the keeper's time, in microseconds; no other comes between.

        Blocks, shortly. Raises whatever is in the way (StoreError); nothing was changed then. May be called from any thread.
        """
