"""How long `history` takes on a store with many people: of one person, the last changes, of one run, the runs, and an undo.

Run as `python -m benchmarks.history [PEOPLE] [RUNS] [CHANGES]` (100,000, 5 and 1,000). Prints one line a figure; making the
store is left out. Everybody is changed by hand once between two runs, so that the rows of people grow as well.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from benchmarks.store import ORG, START, Organization, sync
from reconciler.model.plan import (
    Because,
    Change,
    DesiredRef,
    Expects,
    LicenseOperation,
    LiveRef,
    OrganizationRef,
    Plan,
    Summary,
    Tool,
)
from reconciler.model.result import OperationResult, PersonResult
from reconciler.store import Store
from reconciler.store.changes import Query

T = TypeVar("T")


def run(store: Store, organization: Organization, changes: int, at: datetime) -> str:
    """A run that gives one license to so many people."""
    license_ = organization.licenses[0]
    operation = LicenseOperation(
        "add", license_.id, license_.name, license_.subscription, None, "config", False,
        (Because("grants-are-united", "everyone", "everyone.yaml:7"),),
    )  # fmt: skip
    chosen = [person for person in organization.people if license_.id not in person.licenses]
    people = organization.random.sample(chosen, changes)
    planned = tuple(Change(person.id, person.email, person.name, Expects(), (operation,)) for person in people)
    plan = Plan(
        "1.0", "Plan", Tool("webex-licenses", "0"), OrganizationRef(ORG, "Acme"), at, "sha256:0",
        DesiredRef("sha256:1", None), LiveRef("s", at, 0, 0, 0), Summary(additions=changes), changes=planned,
    )  # fmt: skip
    number = store.start_run(ORG, plan, "c0ffee", at)
    journal = store.journal(ORG)
    for change in planned:
        seq = journal.intend(number, change, at)
        done = (OperationResult(operation, "done"),)
        journal.settle(number, seq, PersonResult(change.person_id, change.email, done, 200), at, None)
        at += timedelta(milliseconds=100)
    store.finish_run(number, completed=True, at=at)
    return number


def timed(name: str, work: Callable[[], T]) -> T:
    """Do it, and print how long it took."""
    began = time.perf_counter()
    found = work()
    print(f"{name}: {time.perf_counter() - began:.3f} s", flush=True)
    return found


def main(arguments: list[str]) -> None:
    """Measure."""
    people, runs, changes = (*map(int, arguments), *(100_000, 5, 1_000)[len(arguments) :])
    organization, at = Organization(people), START
    with tempfile.TemporaryDirectory() as directory, Store.open(f"sqlite:///{Path(directory) / 'store.db'}") as store:
        number = ""
        for step in range(runs):
            sync(store, organization, at)
            number = run(store, organization, changes, at + timedelta(hours=1))
            organization.change(1.0 if step == runs // 2 else 0.01)
            at += timedelta(days=1)
        sync(store, organization, at)
        one = organization.people[0].id
        timed("one person", lambda: store.changelog(ORG, Query(1_000, people=frozenset({one}))))
        entries, _ = timed("the last 1,000 changes", lambda: store.changelog(ORG, Query(1_000)))
        assert len(entries) == 1_000
        timed("one run", lambda: store.changelog(ORG, Query(changes, run=int(number.rpartition("-")[2]))))
        timed("everything", lambda: store.changelog(ORG, Query(10_000_000)))
        timed("somebody by address", lambda: store.who(ORG, organization.people[5].email, set()))
        timed("somebody whom nobody knows", lambda: store.who(ORG, "nobody@acme.example", set()))
        timed("the runs", lambda: store.run_list(ORG, datetime.now(UTC), 50))
        timed("what an undo takes back", lambda: store.undo(ORG, number))


if __name__ == "__main__":
    main(sys.argv[1:])
