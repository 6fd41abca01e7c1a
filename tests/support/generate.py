"""Random small organizations with a history: who is in them, what their files say, and what earlier applies left behind.

Everything is chosen through a `Chance`. Under Hypothesis every choice is a draw, so that a counterexample shrinks to
something readable; a long run (tests/support/oracle_run.py) uses `random` instead, which is many times faster.
Organizations are small on purpose: up to six people who compete for pools of up to three units.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import strategies as st

from reconciler.model.catalog import License
from reconciler.model.desired import Desired
from reconciler.model.live import PhoneNumber
from tests.support.chance import Dice, Drawn
from tests.support.generate_files import (
    CALLING,
    CONSOLE,
    EMAILS,
    GROUPS,
    HQ,
    NUMBERS,
    FileMaker,
    is_calling,
    same,
)
from tests.support.live import AGENT, NOW, PREMIUM, PRO, Someone
from tests.support.simulate import World

__all__ = ["CALLING", "Dice", "Drawn", "Maker", "histories"]


class Maker(FileMaker):
    """Makes the parts of one example: files, people, and what happens to them."""

    # -- people

    def person(self, email: str, **fields: Any) -> Someone:
        """Somebody with the groups, holdings and state that chance gives them."""
        one, yes = self.chance.one, self.yes
        holds = self.holdings()
        hosted = {pool.site for pool in self.pools if pool.id in holds}
        sites = self.sites()
        known: dict[str, Any] = {
            "groups": self.membership(),
            "holds": holds,
            "attendee": tuple(site for site in sites if site not in hosted and yes(25)),
            "admin_of": (sites[0],) if sites and yes(10) else (),
            "state": one(("active",) * 6 + ("deactivated", "deactivated", "pending", "machine", "external")),
            "created": one((None, NOW - timedelta(days=400), NOW - timedelta(days=500))),
            "work_phone": one((None, "+14085550100", "+1 408 555 0101", "+14085550102", "0815")),
            "extension": one((None, None, "100", "101")),
            "paid_at_first_sight": yes(20),
        }
        return Someone(email, **(known | fields))

    def holdings(self) -> tuple[str, ...]:
        """What somebody holds: one host license per site and one tier of a family, as Webex allows it."""
        found: list[License] = []
        for pool in self.some(self.pools, 4):
            site_taken = pool.site is not None and any(pool.site == other.site for other in found)
            calling = is_calling(pool) and any(map(is_calling, found))
            agents = (PREMIUM.name, AGENT.name)
            tier = pool.name in agents and any(other.name in agents for other in found)
            if not site_taken and not calling and not tier and not same(pool, CONSOLE):
                found.append(pool)
        if any(same(pool, PRO) for pool in found) and any(same(pool, CONSOLE) for pool in self.pools) and self.yes(30):
            found.append(CONSOLE)
        return tuple(sorted(pool.id for pool in found))

    def membership(self) -> tuple[str, ...]:
        """None, one or both of the groups."""
        return tuple(sorted(group.id for group in self.some(GROUPS, 2)))

    # -- history

    def world(self) -> World:
        """An organization before anything was applied."""
        people = [self.person(email) for email in EMAILS[: self.chance.number(1, 5)]]
        rooms = {self.chance.one(self.paid).id: 1} if self.yes(20) else {}
        numbers = list(NUMBERS)
        for index, person in enumerate(people):
            if not any(pool.id in person.holds for pool in CALLING):
                continue
            people[index] = msgspec.structs.replace(person, extension=self.chance.one((None, f"30{index}")))
            if self.yes(75):
                numbers.append(
                    PhoneNumber(f"+1408555020{index}", HQ.id, "HQ", "ACTIVE", owner_type="PEOPLE", owner_id=person.id)
                )
        return World(people, licenses=self.pools, locations=(HQ,), numbers=numbers, elsewhere=rooms)

    def happen(self, world: World) -> None:
        """Somebody moves, is hired, leaves, is switched off, or clicks in Control Hub."""
        what = self.chance.one(("move", "move", "move", "click", "click", "hire", "leave", "state"))
        email = self.chance.one(sorted(world.people))
        when = world.now - timedelta(minutes=30)
        if what == "move":
            self.move(world, email)
        elif what == "click":
            self.click(world, email)
        elif what == "hire" and len(world.people) < len(EMAILS):
            free = next(email for email in EMAILS if email not in world.people)
            world.people[free] = self.person(free, created=when, first_seen=when, state="active")
        elif what == "leave" and len(world.people) > 1:
            world.leave(email)
        elif what == "state":
            world.change(email, state=self.chance.one(("deactivated", "active", "pending")))

    def give(self, world: World) -> None:
        """Some of what somebody holds was given by this tool, in runs that nobody remembers."""
        claims = (
            "template:everyone",
            "template:sales",
            "template:both",
            "template:support",
            "exception:x",
            "dropped:both",
        )
        email = self.chance.one(sorted(world.people))
        person = world.person(email)
        held = (*person.holds, *(f"attendee:{site}" for site in person.attendee))
        given = {holding: self.some(claims, 2) or claims[:1] for holding in self.some(held, 3)}
        world.change(email, given={**person.given, **given})

    def move(self, world: World, email: str) -> None:
        """Somebody is in other groups."""
        person, when = world.person(email), world.now - timedelta(minutes=30)
        groups = self.membership()
        joined = {**person.joined, **{group: when for group in groups if group not in person.groups}}
        if groups != person.groups:
            world.change(email, groups=groups, joined=joined, moved=when)

    def click(self, world: World, email: str) -> None:
        """Somebody is given or loses licenses by hand."""
        holds = self.holdings()
        hosted = {pool.site for pool in self.pools if pool.id in holds}
        kept = tuple(site for site in world.person(email).attendee if site not in hosted)
        world.change(email, holds=holds, attendee=kept)

    def history(self) -> tuple[World, Desired]:
        """A world in which up to two sets of files were applied, and the files to plan now."""
        world, files = self.world(), self.files()
        for _ in range(self.chance.number(0, 2)):
            if not world.try_apply(files):
                break
            if self.yes(40):
                self.give(world)
            for _ in range(self.chance.number(0, 3)):
                self.happen(world)
            files = self.files(files)
        return world, files


@st.composite
def histories(draw: st.DrawFn) -> tuple[World, Desired]:
    """Worlds with a history, and files to plan for them."""
    return Maker(Drawn(draw)).history()
