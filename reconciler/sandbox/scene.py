"""Where an event of life happens: the organization, the chance and the moment, and ways to pick whom it befalls."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from reconciler.sandbox.file import MANAGED
from reconciler.sandbox.nouns import Number, Person
from reconciler.sandbox.state import State

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Happening:
    """Whom something befell (an address, a group, a number, a license key, a site), and what about it."""

    who: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scene:
    """The organization, the chance and the moment of one event."""

    state: State
    chance: random.Random
    at: datetime

    def one(self, things: Sequence[T]) -> T | None:
        """Any of them; None of none."""
        return things[self.chance.randrange(len(things))] if things else None

    def likely(self, share: float) -> bool:
        """True in this share of cases."""
        return self.chance.random() < share

    def somebody(self, fits: Callable[[Person], bool] = lambda person: True) -> Person | None:
        """Any person whom `fits` accepts: by luck, and where that is rare by looking at all."""
        people = self.state.people
        for _ in range(20 if people else 0):
            person = people[self.chance.randrange(len(people))]
            if person.type == "person" and fits(person):
                return person
        return self.one([person for person in people if person.type == "person" and fits(person)])

    def number(self, fits: Callable[[Number], bool]) -> Number | None:
        """Any number that `fits` accepts."""
        return self.one([number for number in self.state.numbers.values() if fits(number)])

    def free_number(self) -> Number | None:
        """Any number that a person could get."""
        return self.number(
            lambda one: one.owner is None and one.state == "ACTIVE" and not (one.toll_free or one.mobile)
        )

    def sites(self) -> list[str]:
        """The sites that Control Hub manages."""
        sites = [license.site for license in self.state.licenses.values() if license.site_type == MANAGED]
        return list(dict.fromkeys(site for site in sites if site))
