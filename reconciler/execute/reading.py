"""Reading a person back until Webex shows what was asked for, because an answer to a PATCH is no proof (facts 1.3).

Webex is asynchronous behind its API: a change may show a few seconds late. It gives up after fixed moments, and never
sends anything.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise

import msgspec

from reconciler.errors import WebexAuthError, WebexError, WebexForbiddenError, WebexNotFoundError
from reconciler.execute.operation import Holdings, holdings, is_so, operations_of
from reconciler.model.live import PersonReading
from reconciler.model.plan import Change
from reconciler.ports import LicenseWriter

Sleep = Callable[[float], Awaitable[object]]


class Delays(msgspec.Struct, frozen=True):
    """Seconds. `polls`: when to read again, counted from the first reading. `grace`: how long a call without an answer may
    still be on its way; `deadline`: after which our side gives a call up."""

    polls: tuple[float, ...] = (1.0, 3.0, 10.0, 30.0)
    grace: float = 60.0
    deadline: float = 60.0


class Seen(msgspec.Struct, frozen=True):
    """The latest reading. `problem`: why the last attempt to read failed, so that older readings prove nothing missing.

    `gone`: Webex no longer knows the person. `fatal`: the token is not accepted any more.
    """

    reading: PersonReading | None = None
    problem: str = ""
    gone: bool = False
    fatal: bool = False

    @property
    def now(self) -> Holdings:
        """What the reading shows; nothing at all without one."""
        if self.reading is None:
            return Holdings(frozenset(), frozenset())
        return holdings(self.reading.licenses, self.reading.attendee_sites)

    def shows(self, change: Change) -> bool:
        """Whether every operation of `change` is as wanted."""
        now = self.now
        return self.reading is not None and all(is_so(item, now) for item in operations_of(change))


def and_hint(error: WebexError) -> str:
    """What a user must know of an error that ends the run: what happened, and what to do."""
    return ". ".join(filter(None, (error.message, error.hint)))


async def look(
    writer: LicenseWriter, change: Change, before: Seen | None = None, *, some: bool = False, calling: bool = False
) -> Seen:
    """Read the person of `change` once. A failure keeps the reading of `before` and says what went wrong.

    `some`: the person holds licenses for all we know, so that a record without any list of them proves nothing.
    `calling`: with number, extension and location. Who is not found has to be missing from the list of people, too,
    before they count as gone.
    """
    known = before.reading if before else None
    try:
        reading = await _found(writer, change, calling=calling)
    except (WebexAuthError, WebexForbiddenError) as error:
        return Seen(known, and_hint(error), fatal=True)
    except WebexNotFoundError as error:
        return Seen(known, error.message, gone=True)
    except WebexError as error:
        return Seen(known, error.message)
    if some and reading.licenses_absent:
        return Seen(known, "Webex's record of the person shows no licenses at all")
    return Seen(reading)


async def _found(writer: LicenseWriter, change: Change, *, calling: bool) -> PersonReading:
    try:
        return await writer.read(change.person_id, calling=calling)
    except WebexNotFoundError:
        listed = await writer.read_listed(change.person_id, change.email, calling=calling)
        if listed is None:
            raise
        return listed


async def watch(
    writer: LicenseWriter,
    change: Change,
    moments: Sequence[float],
    sleep: Sleep,
    *,
    some: bool = False,
    calling: bool = False,
) -> Seen:
    """Read at once and then at `moments` (seconds after the first reading) until everything is as wanted."""
    seen = await look(writer, change, some=some, calling=calling)
    for earlier, later in pairwise((0.0, *moments)):
        if seen.fatal or seen.gone or (seen.shows(change) and not seen.problem):
            break
        await sleep(later - earlier)
        seen = await look(writer, change, seen, some=some, calling=calling)
    return seen
