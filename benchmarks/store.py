"""How long the store takes: first sync, unchanged sync, one percent changed, and reading what a plan reads.

Run as `python -m benchmarks.store [PEOPLE]`. Prints one line a figure; memory is this process's peak, in MB. Store time
is what `SyncWriter` and `Store.live` take; making the readings is left out.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from reconciler.model import ids
from reconciler.model.catalog import License
from reconciler.model.live import Group, GroupMembers, PersonReading, Scope
from reconciler.store import Store, SyncCounts

ORG = ids.encode("ORGANIZATION", "11111111-1111-4111-8111-111111111111")
START = datetime(2026, 1, 1, tzinfo=UTC)
PAGE = 1000


class Organization:
    """Readings of a made-up organization: 3 to 8 licenses and 0 to 4 of 40 groups a person.

    Most people have what their department has; one in seven differs. That gives about 15 situations a hundred people.
    """

    def __init__(self, people: int, seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.licenses = [self._license(number) for number in range(24)]
        bundles = [self._bundle() for _ in range(400)]
        departments = [self.random.randrange(len(bundles)) for _ in range(people)]
        self.people = [self._person(number, bundles[place]) for number, place in enumerate(departments)]
        groups = [Group(ids.encode("SCIM_GROUP", f"{self._uuid()}:org"), f"Group {number}") for number in range(40)]
        members: dict[str, list[str]] = {group.id: [] for group in groups}
        usual = [tuple(self.random.sample(groups, self.random.randint(0, 4))) for _ in bundles]
        for person, department in zip(self.people, departments, strict=True):
            own = self.random.random() < 1 / 7
            for group in self.random.sample(groups, self.random.randint(0, 4)) if own else usual[department]:
                members[group.id].append(person.id)
        self.members = [GroupMembers(group, tuple(members[group.id]), seen=len(members[group.id])) for group in groups]

    def pages(self) -> Iterator[list[PersonReading]]:
        """The people, a page at a time."""
        for start in range(0, len(self.people), PAGE):
            yield self.people[start : start + PAGE]

    def change(self, share: float) -> None:
        """Give a share of the people one license more."""
        for number in self.random.sample(range(len(self.people)), int(len(self.people) * share)):
            person = self.people[number]
            more = tuple(sorted({*person.licenses, self.random.choice(self.licenses).id}))
            self.people[number] = msgspec.structs.replace(person, licenses=more)

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def _license(self, number: int) -> License:
        identity = ids.encode("LICENSE", f"11111111-1111-4111-8111-111111111111:EE_{self._uuid()}_acme.webex.com")
        return License(identity, f"License {number}", total=1_000_000, consumed=0, subscription=f"Sub-{number % 3}")

    def _bundle(self) -> tuple[str, ...]:
        return tuple(sorted(item.id for item in self.random.sample(self.licenses, self.random.randint(3, 8))))

    def _person(self, number: int, licenses: tuple[str, ...]) -> PersonReading:
        return PersonReading(
            id=ids.encode("PEOPLE", self._uuid()),
            email=f"person.{number}@acme.example",
            name=f"Person {number}",
            licenses=licenses,
            attendee_sites=("acme.webex.com",) if number % 50 == 0 else (),
            created=START - timedelta(minutes=number),
            work_phone=f"+1408555{number % 10000:04}" if number % 3 == 0 else None,
        )


def sync(store: Store, organization: Organization, at: datetime) -> tuple[SyncCounts, float]:
    """One sync; returns its counts and the seconds spent in the store."""
    scope = Scope(groups=tuple(item.group.id for item in organization.members))
    began = time.perf_counter()
    with store.begin_sync(ORG, "Acme", scope, at) as writer:
        writer.licenses(organization.licenses)
        writer.groups([item.group for item in organization.members])
        for item in organization.members:
            writer.members(item)
        for page in organization.pages():
            writer.people(page)
        counts = writer.commit()
    return counts, time.perf_counter() - began


def peak() -> float:
    """The most memory this program has had, in MB (Linux; getrusage would count what started it)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def read(url: str) -> None:
    """What a plan reads, in a process of its own."""
    began = time.perf_counter()
    with Store.open(url, create=False) as store:
        opened = time.perf_counter() - began
        base = peak()
        began = time.perf_counter()
        view = store.live(ORG)
        found = list(view.situations())
        print(
            f"open {opened:.3f} s, situations {time.perf_counter() - began:.3f} s: {len(found)}, peak {peak():.0f} MB"
        )
        print(f"  of which before reading {base:.0f} MB")
        began = time.perf_counter()
        some = [situation.id for situation, _ in found[: len(found) // 10]]
        count = sum(1 for _ in view.people(some))
        print(f"people of a tenth of the situations {time.perf_counter() - began:.3f} s: {count}")
        began = time.perf_counter()
        count = sum(1 for _ in view.people([situation.id for situation, _ in found]))
        print(f"all people {time.perf_counter() - began:.3f} s: {count}, peak {peak():.0f} MB")
        began = time.perf_counter()
        view.joined_after([group.id for group in view.groups()], START)
        print(f"joined_after {time.perf_counter() - began:.3f} s")
        began = time.perf_counter()
        view.find([f"person.{number}@acme.example" for number in range(0, 5000, 5)])
        print(f"find 1000 addresses {time.perf_counter() - began:.3f} s")


def main(arguments: list[str]) -> None:
    """Measure, with the number of people given (100,000 if none)."""
    if arguments[:1] == ["read"]:
        read(arguments[1])
        return
    people = int(arguments[0]) if arguments else 100_000
    organization = Organization(people)
    with tempfile.TemporaryDirectory() as directory:
        url = f"sqlite:///{Path(directory) / 'store.db'}"
        with Store.open(url) as store:
            for name, change in (("first", 0.0), ("unchanged", 0.0), ("one percent changed", 0.01)):
                measure(store, organization, name, change)
            sys.stdout.flush()
            subprocess.run([sys.executable, "-m", "benchmarks.store", "read", url], check=True)
            measure(store, organization, "all changed", 1.0)
        size = (Path(directory) / "store.db").stat().st_size
        print(f"file {size / 1e6:.1f} MB, peak {peak():.0f} MB with all readings in memory")


def measure(store: Store, organization: Organization, name: str, change: float) -> None:
    """Change a share of the people, sync, and print what it took."""
    organization.change(change)
    at = START + timedelta(days=len(store.snapshots(ORG)))
    counts, seconds = sync(store, organization, at)
    print(f"sync, {name}: {seconds:.3f} s, {counts.rows_written} rows ({counts.added} new, {counts.changed} changed)")


if __name__ == "__main__":
    main(sys.argv[1:])
