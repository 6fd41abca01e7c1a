"""One bench for the tests of a run: a Webex, a journal, a clock and everything a run needs, in one value."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from reconciler.execute import CarriedOut, carry_out
from reconciler.model.plan import Change, PoolLine
from reconciler.model.result import PersonResult
from tests.unit.execute.fakes import Journal, Quiet, Stop, Time, Webex


class Bench:
    """`people`: person id -> license ids held at the start."""

    def __init__(self, **people: Iterable[str]) -> None:
        self.log: list[str] = []
        self.time = Time()
        self.webex = Webex(self.time, self.log, **people)
        self.journal = Journal(self.log)
        self.progress = Quiet()
        self.stop = Stop()
        self.watched: Mapping[str, str] | None = None
        self.people = 0

    def run(
        self, *changes: Change, pools: Sequence[PoolLine] = (), concurrency: int = 8, stop_after_errors: int = 10
    ) -> CarriedOut:
        return asyncio.run(
            carry_out(
                changes,
                self.webex,
                self.journal,
                self.progress,
                self.time,
                run="run-1",
                stop=self.stop,
                pools=pools,
                people=self.people,
                watched=self.watched,
                concurrency=concurrency,
                stop_after_errors=stop_after_errors,
                sleep=self.time.sleep,
            )
        )

    def one(self, change: Change) -> PersonResult:
        """The result of a run with this change only."""
        return self.run(change).people[0]

    def calls(self, what: str = "patch") -> list[str]:
        """The people of the log's entries of one kind, in order."""
        return [entry.split()[1] for entry in self.log if entry.startswith(what + " ")]


def outcomes(result: PersonResult) -> list[str]:
    """The outcomes of one person, in the plan's order."""
    return [item.outcome for item in result.operations]
