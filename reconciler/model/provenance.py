"""Where something that a person holds comes from, told for one person at a time: by whom, since when, by which apply.

Rules never look at this: they look at `Origin`, which says which templates and exceptions gave a holding and nothing of
time, or every apply would make situations of its own.
"""

from __future__ import annotations

from datetime import datetime

import msgspec


class Act(msgspec.Struct, frozen=True):
    """One thing that an apply did. `commit` is the one its files came from, None where they were not exactly a commit."""

    run: str
    commit: str | None
    at: datetime


class Provenance(msgspec.Struct, frozen=True):
    """One holding: a license id or `attendee:SITE`.

    `claims` as in `Origin`; empty for what was given by hand, or before this tool came. `since`: when it was first seen,
    held without interruption from then on as far as anybody looked. `given`: the call of ours that gave it, if one did.
    `recorded`: the completed apply at whose end `claims` became what they are (adopted, or granted by other templates
    since it was given, or marked when its template stopped speaking), if that is not the call itself.
    """

    holding: str
    claims: tuple[str, ...]
    since: datetime
    given: Act | None = None
    recorded: Act | None = None

    @property
    def by_hand(self) -> bool:
        """Whether nothing is known to have given it."""
        return not self.claims
