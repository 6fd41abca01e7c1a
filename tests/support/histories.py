"""Histories to walk through: what happens step by step, and what each holding is due to by the table of RULES 4.2.

The expectation is written down by hand in each step and knows nothing of ledgers: a letter for every holding that nothing
grants, read against `KEEPS`, one line for each row of the table. `+` is granted, `.` is nobody's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Literal, NamedTuple

import msgspec

from reconciler.model.catalog import License
from reconciler.model.desired import Desired, Keep, Retention, Template
from reconciler.model.live import Scope
from reconciler.planner import Planned
from tests.support.live import FakeLive, license_id
from tests.support.simulate import World


class Policies(NamedTuple):
    """One choice of everything that table 4.2 asks for."""

    group_change: Literal["preserve", "remove", "removeAll"]
    template_removal: Keep
    exception_end: Keep
    manual: Keep
    outside: Keep
    preserve_licenses: bool
    adopt: bool

    @property
    def retention(self) -> Retention:
        """The `retention` of the Organization document."""
        return Retention(
            self.outside, self.group_change, self.template_removal, self.exception_end, self.manual, self.adopt
        )

    def template(self, template: Template) -> Template:
        """The template with this `preserveLicenses`."""
        return msgspec.structs.replace(template, preserve_licenses=self.preserve_licenses)


def all_policies() -> Iterator[Policies]:
    """Every combination."""
    keep: tuple[Keep, Keep] = ("preserve", "remove")
    moves: tuple[Literal["preserve", "remove", "removeAll"], ...] = ("preserve", "remove", "removeAll")
    for choice in product(moves, keep, keep, keep, keep, (True, False), (True, False)):
        yield Policies(*choice)


KEEPS: dict[str, Callable[[Policies], bool]] = {
    "a": lambda p: False,
    "b": lambda p: p.template_removal == "preserve",  # the files of a walk tie `deactivatedUsers` to it
    "c": lambda p: p.outside == "preserve",
    "d": lambda p: p.preserve_licenses,
    "e": lambda p: p.group_change == "preserve",
    "m": lambda p: p.group_change != "removeAll" and p.manual == "preserve",  # by hand, of somebody who moved
    "f": lambda p: p.template_removal == "preserve",
    "g": lambda p: p.exception_end == "preserve",
    "h": lambda p: p.manual == "preserve",
}


class Due(NamedTuple):
    """What is expected of one holding: letters of rows (kept if any keeps), `+` or `.`."""

    letters: str

    @classmethod
    def of(cls, text: str, policies: Policies) -> Due:
        """`d/h`: the first if by-hand holdings are adopted, else the second."""
        adopted, _, otherwise = text.partition("/")
        return cls(adopted if policies.adopt or not otherwise else otherwise)

    def held(self, before: bool, policies: Policies) -> bool:
        """Whether it is held after an apply."""
        if self.letters == "+":
            return True
        return before and (self.letters == "." or any(KEEPS[letter](policies) for letter in self.letters))

    def row(self, policies: Policies) -> set[str]:
        """The rows that the product may name, empty where none decides."""
        keeping = [letter for letter in self.letters if letter in KEEPS and KEEPS[letter](policies)]
        named = keeping or [letter for letter in self.letters if letter in KEEPS]
        return {_name(letter, policies) for letter in named}


def _name(letter: str, policies: Policies) -> str:
    if letter != "m":
        return letter
    return "e" if policies.group_change == "removeAll" and policies.manual == "preserve" else "h"


def pool(number: int, name: str, subscription: str = "Sub-1") -> License:
    """A license without site, tier or prerequisite; plenty of units."""
    return License(license_id("XYZ", number), name, 100, 0, 0, 0, subscription)


class Reading(World):
    """A world whose groups are read only as far as the files name them, as a sync does."""

    _read: frozenset[str] = frozenset()

    def plan(self, files: Desired) -> Planned:
        """The plan for these files now, from what they make a sync read."""
        self._look(files)
        return super().plan(files)

    def record(self, files: Desired) -> None:
        """What the closing record of an apply writes."""
        self._look(files)
        super().record(files)

    def live(self) -> FakeLive:
        """A snapshot of this moment."""
        people = [
            msgspec.structs.replace(person, groups=tuple(group for group in person.groups if group in self._read))
            for person in self.people.values()
        ]
        seen = {group: (sum(group in person.groups for person in people), 0) for group in self._read}
        scope = Scope(tuple(sorted(self._read)), True, True)
        return FakeLive(self.licenses, people, self.groups, seen=seen, scope=scope, taken_at=self.now)

    def _look(self, files: Desired) -> None:
        named = {str(reference) for template in files.templates for reference in template.groups}
        self._read = frozenset(group.id for group in self.groups if group.name in named)


RESIDENT = "resident@acme.example"
"""Stays in every group for good, so that none is suddenly empty; what they hold is not looked at."""

Table = Mapping[str, Mapping[str, str]]
"""Name of a person -> holding -> what it is due to. Who or what is not named holds nothing."""


class Walk:
    """A history under one choice of policies. `step` lets something happen, applies, and holds it against the table."""

    def __init__(self, world: World, policies: Policies, names: Mapping[str, str]) -> None:
        self.world, self.policies, self._names = world, policies, names
        self.steps = 0

    def step(self, what: str, files: Desired, table: Table) -> Planned:
        """Apply the files to the world as it is now; `what` names the step when the expectation is not met."""
        self.steps += 1
        before = self.holdings()
        planned = self.world.apply(files)
        after = self.holdings()
        expected: dict[str, set[str]] = {}
        for who, entries in table.items():
            due = {name: Due.of(text, self.policies) for name, text in entries.items()}
            expected[who] = {name for name, item in due.items() if item.held(name in before[who], self.policies)}
            self._check_rows(f"{what}: {who}", planned, who, {name: due[name] for name in before[who] & due.keys()})
        assert after == expected, f"{what} under {self.policies}"
        if self.steps % 3 == 0:
            assert not self.world.plan(files).plan.changes, f"{what}: not done at once under {self.policies}"
        return planned

    def _check_rows(self, what: str, planned: Planned, who: str, due: Mapping[str, Due]) -> None:
        person = self.world.person(f"{who}@acme.example").id
        answer = planned.workings.answers[planned.workings.population.keys_of({person})[person]]
        decided = {self._names[kept.holding]: kept.row for kept in answer.kept}
        decided |= {self._names[removal.holding]: removal.row for removal in answer.removals}
        for name, item in due.items():
            expected = item.row(self.policies)
            found = {decided[name]} - {""} if name in decided else set()
            story = f"{what}: {name} is decided by row {found}, not {expected}, under {self.policies}"
            assert found <= expected, story
            assert found or not expected, story

    def holdings(self) -> dict[str, set[str]]:
        """Name of a person -> names of what they hold."""
        return {
            email.partition("@")[0]: {
                self._names[key] for key in (*person.holds, *(f"attendee:{site}" for site in person.attendee))
            }
            for email, person in self.world.people.items()
            if email != RESIDENT
        }

    def click(self, who: str, *, give: str = "", take: str = "") -> None:
        """Somebody clicks in Control Hub."""
        person = self.world.person(f"{who}@acme.example")
        ids = {name: key for key, name in self._names.items()}
        held = {*person.holds, *({ids[give]} if give else ())} - ({ids[take]} if take else set())
        self.world.change(person.email, holds=tuple(sorted(held)))
