"""What is told to others after a command: counts of what somebody should look at, and no people unless the files ask for them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from reconciler.model import canonical
from reconciler.model.plan import OrganizationRef

Command = Literal["plan", "apply", "drift"]


class Matter(msgspec.Struct, frozen=True, rename="camel"):
    """One thing, and how many people it is about (0: it is about the whole run). `what`: a license, a code, or a cause.

    `names`: addresses, only where the files say `details: true`.
    """

    what: str
    people: int
    names: tuple[str, ...] = ()


class DryPool(msgspec.Struct, frozen=True, rename="camel"):
    """A pool with few units left, or none, or fewer than none. Units."""

    license: str
    subscription: str | None
    site: str | None
    total: int
    consumed: int
    available: int


class Notice(msgspec.Struct, frozen=True, rename="camel"):
    """What one command found. `summary` is a sentence or two; the lists are ordered and hold everything, most people first."""

    format_version: str
    kind: Literal["Notice"]
    organization: OrganizationRef
    command: Command
    at: datetime
    summary: str
    waiting: tuple[Matter, ...] = ()
    blocked: tuple[Matter, ...] = ()
    drift: tuple[Matter, ...] = ()
    pools: tuple[DryPool, ...] = ()

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to look at."""
        return not (self.waiting or self.blocked or self.drift or self.pools)

    @property
    def digest(self) -> str:
        """The same for the same content, whenever it is told."""
        return canonical.digest([self.waiting, self.blocked, self.drift, self.pools])
