"""The oracle's answer for a whole organization: what each person gains and loses, who waits, what is held back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.model.catalog import License
from reconciler.model.desired import Desired
from reconciler.model.live import Group, Location, PhoneNumber
from reconciler.model.memory import Memory
from tests.support.live import Someone
from tests.support.oracle.calling import Line, Lines
from tests.support.oracle.files import Files
from tests.support.oracle.holds import Holds
from tests.support.oracle.opinion import Opinion
from tests.support.oracle.person import OnePerson
from tests.support.oracle.units import Units
from tests.support.oracle.words import Unplannable

Step = tuple[str, str, str]
"""Address, `+` or `-`, and a license id or `attendee:SITE`."""


@dataclass
class Case:
    """Everything a plan is made from, as plain values."""

    files: Desired
    people: Sequence[Someone]
    licenses: Sequence[License]
    groups: Sequence[Group]
    memory: Memory
    now: datetime
    locations: Sequence[Location] = ()
    numbers: Sequence[PhoneNumber] = ()
    seen: Mapping[str, tuple[int, int]] | None = None


@dataclass
class Prediction:
    """What the plan must be. `held` maps each operation kept back to the reasons any of which may be named."""

    unplannable: bool = False
    steps: set[Step] = field(default_factory=set)
    waiting: set[tuple[str, str, str]] = field(default_factory=set)
    held: dict[Step, set[str]] = field(default_factory=dict)
    lines: dict[Step, Line] = field(default_factory=dict)
    opinions: dict[str, Opinion] = field(default_factory=dict)


def predict(case: Case) -> Prediction:
    """The plan as RULES 1 to 5 would have it."""
    found = Prediction()
    try:
        files = Files(case.files, case.licenses, case.groups, case.memory, case.now)
    except Unplannable:
        found.unplannable = True
        return found
    holds = Holds(files, case.people, case.groups, case.seen)
    files.unsure = holds.lost | holds.incomplete
    opinions = [OnePerson(files, person).work() for person in case.people]
    for opinion in opinions:
        holds.hold(opinion)
        found.opinions[opinion.person.email] = opinion
    calling = {x.id for x in case.licenses if files.words.is_calling(x.id)}
    have_calling = {person.id for person in case.people if calling & set(person.holds)}
    lines = Lines(case.files, case.locations, case.numbers, have_calling)
    units = Units(files, case.people, opinions, lines)
    units.share_out(opinions)
    for opinion in opinions:
        _certain(found, opinion)
    for request, pool, line in units.won:
        email = request.person.email
        found.steps |= {(email, "+", x) for x in (pool.id, *request.free)}
        found.steps |= {(email, "-", x) for x in request.drops}
        if line is not None:
            found.lines[email, "+", pool.id] = line
    for request in units.lost:
        found.waiting.add((request.person.email, request.product.name, request.product.site))
    for request in (*units.lost, *units.blocked):
        if request.fallback is not None:
            found.steps.add((request.person.email, "+", f"attendee:{request.fallback}"))
    return found


def _certain(found: Prediction, opinion: Opinion) -> None:
    email = opinion.person.email
    found.steps |= {(email, "-", holding) for holding in opinion.removals}
    found.steps |= {(email, "+", f"attendee:{site}") for site in opinion.roles}
    for holding, reasons in opinion.held.items():
        found.held[email, "-", holding] = reasons
        for site in opinion.held_roles:
            found.held[email, "+", f"attendee:{site}"] = reasons
