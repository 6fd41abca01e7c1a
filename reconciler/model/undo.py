"""Taking a run back: what it did, person by person, as the journal of our own store says it, and what cannot come back.

Nothing here is ever read from a plan file: a file names the run, and what that run did is looked up again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from reconciler.model.desired import Calling
from reconciler.model.finding import Finding

Code = Literal[
    "undo-files-ask", "undo-files-take", "undo-person-gone", "undo-so-already", "undo-changed-since", "undo-unknown",
    "undo-not-sold", "undo-left-alone", "undo-no-unit", "undo-held", "undo-kept", "undo-refused", "undo-lost-for-good",
]  # fmt: skip
"""Why something stays as the run left it. `undo-so-already`: it is as before the run, whoever saw to it; nothing is left to
do. `undo-lost-for-good`: the license comes back, and what hung on it does not."""


class Give(msgspec.Struct, frozen=True, order=True):
    """Something the run took. `claims`: the origin it had, as in `Origin`. `calling`: number and place it had."""

    holding: str
    claims: tuple[str, ...] = ()
    calling: Calling | None = None


class Reversal(msgspec.Struct, frozen=True):
    """What takes a run back for one person: holdings (license ids, `attendee:SITE`) to take, and to give again. Sorted."""

    run: str
    take: tuple[str, ...] = ()
    give: tuple[Give, ...] = ()

    @property
    def holdings(self) -> tuple[str, ...]:
        """Everything that changes."""
        return tuple(sorted((*self.take, *(item.holding for item in self.give))))


class Stuck(msgspec.Struct, frozen=True, order=True, rename="camel"):
    """Something that does not come back: what (`gave` by the run and stays, `took` and is not given again), and why.

    `label` is the holding in words. `where`: the place in the files that decides, empty where none does.
    """

    email: str
    did: Literal["gave", "took"]
    label: str
    code: Code
    message: str
    hint: str = ""
    where: str = ""
    person_id: str = ""
    holding: str = ""

    def finding(self) -> Finding:
        """The same as a finding of the plan."""
        what = "gave" if self.did == "gave" else "took"
        severity: Literal["info", "warning"] = "info" if self.code == "undo-so-already" else "warning"
        place = f" ({self.where})" if self.where else ""
        return Finding(
            self.code, severity, self.email, f"the run {what} {self.label}: {self.message}{place}", self.hint
        )


class Undo(msgspec.Struct, frozen=True):
    """A run and those that went on with it, taken back. `runs`: oldest first; the first is the one that was named.

    `people`: person id -> what takes it back. `emails`: person id -> address at the time. `labels`: holding -> in words.
    `stuck`: what the store alone knows that it cannot come back.
    """

    runs: tuple[str, ...]
    commit: str | None
    people: Mapping[str, Reversal]
    emails: Mapping[str, str]
    labels: Mapping[str, str]
    stuck: tuple[Stuck, ...] = ()

    @property
    def run(self) -> str:
        """The run that was named."""
        return self.runs[0]

    @property
    def pools(self) -> frozenset[str]:
        """Ids of the licenses that anybody is to lose or to get again."""
        every = (holding for item in self.people.values() for holding in item.holdings)
        return frozenset(holding for holding in every if not holding.startswith("attendee:"))

    @property
    def sites(self) -> frozenset[str]:
        """Sites of the attendee roles that anybody is to lose or to get again."""
        every = (holding for item in self.people.values() for holding in item.holdings)
        return frozenset(holding.removeprefix("attendee:") for holding in every if holding.startswith("attendee:"))
