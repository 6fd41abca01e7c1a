"""A small organization over time: people come, move and go, somebody clicks, files change, units are bought, applies run or die.

After every step the plan is what the oracle says (tests/support/oracle), and what an apply leaves behind is sound: the next
plan is empty, no pool is overdrawn, nobody holds what Webex does not let one person hold, protected and exempt people keep
what they had. A failing run is shown as a program of its steps.
"""

from __future__ import annotations

import os
from datetime import timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from reconciler.execute.operation import only, operations_of
from reconciler.model.desired import Desired
from reconciler.model.plan import Change, Plan
from tests.support.generate import CALLING, Drawn, Maker
from tests.support.oracle import Prediction, predict
from tests.support.oracle.smaller import described
from tests.support.oracle_run import case_of, compared, product
from tests.support.simulate import World

RUNS = int(os.environ.get("ORACLE_RUNS", "150"))
Holdings = dict[str, frozenset[str]]


class Organization(RuleBasedStateMachine):
    """One organization, its files, and what the store remembers."""

    world: World
    files: Desired

    def _maker(self, data: st.DataObject) -> Maker:
        return Maker(Drawn(data.draw), self.world.licenses)

    @initialize(data=st.data())
    def found(self, data: st.DataObject) -> None:
        """An organization is there, and somebody writes files for it."""
        maker = Maker(Drawn(data.draw))
        self.world, self.files = maker.world(), maker.files()

    @rule(data=st.data())
    def something_happens(self, data: st.DataObject) -> None:
        """A hire, a move, a leaver, somebody switched off or on, or a click in Control Hub."""
        self._maker(data).happen(self.world)

    @rule(data=st.data())
    def somebody_moves(self, data: st.DataObject) -> None:
        """Somebody is in other groups."""
        maker = self._maker(data)
        maker.move(self.world, maker.chance.one(sorted(self.world.people)))

    @rule(data=st.data())
    def files_change(self, data: st.DataObject) -> None:
        """Somebody edits templates, exceptions or policies."""
        self.files = self._maker(data).files(self.files)

    @rule(data=st.data())
    def units_are_bought(self, data: st.DataObject) -> None:
        """Somebody buys units or lets them go; more may be in use than are left."""
        maker = self._maker(data)
        self.world.buy(maker.chance.one(maker.paid).id, maker.chance.number(0, 4))

    @rule(hours=st.integers(1, 72))
    def time_passes(self, hours: int) -> None:
        """Nothing happens for a while: exceptions end, templates come into force."""
        self.world.now += timedelta(hours=hours)

    @precondition(lambda self: hasattr(self, "world"))
    @rule()
    def apply(self) -> None:
        """The whole plan is carried out and recorded; what is left for the next plan is nothing."""
        if self.world.now.hour > 18:  # an exception that ends at midnight would change the next plan
            self.world.now += timedelta(hours=10)
        before, plan, expected = self._holdings(), product(case_of(self.world, self.files)), self._expected()
        if plan is None:
            return
        first = self.world.memory.registry is None
        self.world.apply(self.files)
        self._check_losses(before, plan, expected)
        if first:
            self.world.apply(self.files)  # the first apply only adds
        if any(pool.id == other.id for pool in self.world.licenses for other in CALLING):
            self.world.apply(self.files)  # Attendant Console and Customer Assist come when their basis is there
        after = self.world.plan(self.files).plan
        assert after.changes == (), described(case_of(self.world, self.files))

    @precondition(lambda self: hasattr(self, "world"))
    @rule(data=st.data())
    def apply_dies(self, data: st.DataObject) -> None:
        """A run of which only some changes took place, and which left no record of having completed."""
        before, plan, expected = self._holdings(), product(case_of(self.world, self.files)), self._expected()
        if plan is None:
            return
        done = data.draw(st.lists(st.booleans(), min_size=len(plan.changes), max_size=len(plan.changes)))
        self.world.carry_out_some(plan.changes, done)
        self.world.now += timedelta(hours=1)
        self._check_losses(before, plan, expected)

    @precondition(lambda self: hasattr(self, "world"))
    @rule(data=st.data())
    def less_is_asked_for(self, data: st.DataObject) -> None:
        """A fresh plan wants less than was reviewed: who only gains or only loses does so in part, others all or nothing."""
        before, plan, expected = self._holdings(), product(case_of(self.world, self.files)), self._expected()
        if plan is None:
            return
        parts = [_part(change, data) for change in plan.changes]
        self.world.carry_out_some(parts, [bool(operations_of(part)) for part in parts])
        self.world.now += timedelta(hours=1)
        self._check_losses(before, plan, expected)

    @invariant()
    def product_and_oracle_agree(self) -> None:
        """The plan of this moment is what the oracle says."""
        if hasattr(self, "world"):
            case = case_of(self.world, self.files)
            assert compared(case, product(case), predict(case)) == [], described(case)

    def _holdings(self) -> Holdings:
        people = self.world.people.items()
        return {email: frozenset((*p.holds, *(f"attendee:{site}" for site in p.attendee))) for email, p in people}

    def _expected(self) -> Prediction:
        return predict(case_of(self.world, self.files))

    def _check_losses(self, before: Holdings, plan: Plan, expected: Prediction) -> None:
        """Nobody lost what the oracle keeps, exempt people are as they were, and no pool is overdrawn by us."""
        after = self._holdings()
        exempt = {
            user
            for exception in self.files.exceptions
            if exception.exempt and (exception.until is None or exception.until >= plan.created_at.date())
            for user, _ in exception.users
        }
        protected = set(self.files.organization.guards.protected)
        for email, held in before.items():
            lost = held - after[email]
            assert {(email, "-", holding) for holding in lost} <= expected.steps
            if email in exempt or self.world.person(email).state in ("machine", "external"):
                assert after[email] == held
            if email in protected:  # only what is replaced in the same call
                assert len(lost) <= len(after[email] - held)
        if (
            self.files.organization.capacity.default.enforcement == "hard"
            and not self.files.organization.capacity.licenses
        ):
            for pool in self.world.licenses:
                used_before = sum(pool.id in held for held in before.values())
                used = sum(pool.id in held for held in after.values())
                rooms = (pool.consumed or 0) - (pool.consumed_by_users or 0)
                assert pool.subscription is None or used <= max((pool.total or 0) - rooms, used_before)


def _part(change: Change, data: st.DataObject) -> Change:
    """What is left of a change (RULES 7.5): half of a replacement is nothing that anybody planned."""
    items = operations_of(change)
    if len({item.operation for item in items}) > 1:
        return change if data.draw(st.booleans()) else only(change, ())
    kept = data.draw(st.lists(st.booleans(), min_size=len(items), max_size=len(items)))
    return only(change, [item for item, keep in zip(items, kept, strict=True) if keep])


Organization.TestCase.settings = settings(
    max_examples=RUNS,
    stateful_step_count=14,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # a failing run says what it is about; shrinking takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
TestOrganization = Organization.TestCase
