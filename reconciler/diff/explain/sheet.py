"""All that one person's explanation is made of: the plan's values for their key, and what the plan does to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from reconciler.book.book import Book, BoundTemplate
from reconciler.book.population import Population
from reconciler.diff.notes import another_writer
from reconciler.model import canonical
from reconciler.model.catalog import Product
from reconciler.model.expected import Allocation, Answer, HeldBack, Key, Removal, Request, Selected, role
from reconciler.model.explanation import Step
from reconciler.model.finding import Finding
from reconciler.model.live import Person, Situation
from reconciler.model.memory import Setback
from reconciler.model.plan import AttendeeOperation, Change, LicenseOperation, Operation, Plan
from reconciler.model.provenance import Provenance

Operations = dict[str, LicenseOperation | AttendeeOperation]


class Seen(NamedTuple):
    """What the planner's values do not hold: nested groups (`LiveView.members_seen`), and what the store knows of the past.

    `provenance`: of everything the person holds; `first_seen`: since when the store knows the person.
    """

    members: Mapping[str, tuple[int, int]] = {}
    provenance: Sequence[Provenance] = ()
    first_seen: datetime | None = None


class Sheet:
    """One person. `adds` and `gone`: what the plan does, by holding. `hands_off`: why nothing is done at all, or empty."""

    def __init__(
        self,
        plan: Plan,
        book: Book,
        population: Population,
        answers: Mapping[Key, Answer],
        allocation: Allocation,
        hands_off: Mapping[Key, str],
        person: Person,
        seen: Seen,
    ) -> None:
        self.plan, self.book, self.person, self.seen = plan, book, person, seen
        self.allocation = allocation
        self.key: Key = population.key_of(person)
        self.situation: Situation = population.situations[person.situation]
        self.answer: Answer = answers[self.key]
        self.hands_off = hands_off.get(self.key, "")
        self._changes = [item for item in plan.changes if item.person_id == person.id]  # one at most
        operations: list[LicenseOperation | AttendeeOperation] = []
        for change in self._changes:
            operations += [*change.licenses, *change.attendee_sites]
        self.adds: Operations = {holding_of(op): op for op in operations if op.operation == "add"}
        self.gone: Operations = {holding_of(op): op for op in operations if op.operation == "remove"}
        self.origins = {item.holding: item.claims for item in self.situation.origins}

    def product_of(self, holding: str) -> Product | None:
        """The product of a license id, None for one that Webex lists no more."""
        return self.book.catalog.product_of.get(holding)

    def subscription(self, pool: str | None) -> str | None:
        """The subscription of a pool."""
        found = self.book.catalog.pools.get(pool or "")
        return found.subscription if found else None

    def selected(self, template: str) -> Selected | None:
        """What the rules say of one template."""
        return next((item for item in self.answer.selected if item.template == template), None)

    def drop_of(self, holding: str) -> tuple[Request, Removal] | None:
        """The request in whose place a holding would go, and the removal; None where it is in no replacement."""
        for request in self.answer.requests:
            for drop in request.drops:
                if drop.holding == holding:
                    return request, drop
        return None

    def held_back(self, holding: str) -> HeldBack | None:
        """The removal of a holding that a guard keeps back."""
        return next((item for item in self.answer.held_back if item.removal.holding == holding), None)

    def setback(self, operation: Operation, holding: str) -> Setback | None:
        """What is known of this very operation, if Webex was asked for it and did not do it."""
        found = self.book.setbacks.get((self.person.id, holding))
        return found if found is not None and found.operation == operation else None

    def granted_elsewhere(self, product: Product) -> tuple[BoundTemplate, ...]:
        """The templates that grant a product and do not speak for the person."""
        speaking = {item.template for item in self.answer.selected if item.speaks}
        found = (item for item in self.book.templates if product in item.products and item.name not in speaking)
        return tuple(sorted(found, key=lambda item: (item.template.priority, item.name)))

    def denials(self, product: Product) -> tuple[str, ...]:
        """The exceptions of the person that deny a product."""
        names = self.key.marks.exceptions
        return tuple(name for name in names if product in self.book.exceptions[name].denied)

    def checks(self, product: Product) -> tuple[Finding, ...]:
        """Every check that failed for the person and this product, refused by a rule or while units were handed out."""
        email = self.person.email
        refused = [
            Finding(item.code, "warning", email, item.message, item.hint)
            for item in self.answer.refused
            if item.product == product
        ]
        return (*refused, *self.allocation.blocked.get((self.person.id, product), ()))

    def other_findings(self) -> tuple[Finding, ...]:
        """What the plan tells of the person that belongs to no single license."""
        told = {item.finding(self.person.email) for item in self.answer.refused}
        for (person_id, _), found in self.allocation.blocked.items():
            told.update(found if person_id == self.person.id else ())
        for operation in (*self.adds.values(), *self.gone.values()):
            told.update(self.undone(operation))
        mine = canonical.email(self.person.email)
        return tuple(item for item in self.plan.findings if canonical.email(item.where) == mine and item not in told)

    def undone(self, operation: LicenseOperation | AttendeeOperation) -> tuple[Finding, ...]:
        """What is told of somebody who keeps undoing this operation (RULES 4.6)."""
        alone = [_only(change, operation) for change in self._changes]
        return tuple(another_writer(self.book.memory, alone))

    def stops(self) -> tuple[Step, ...]:
        """The guards that would end an apply of the plan before anything is sent."""
        return tuple(
            Step("guard", f"apply would stop before anything is sent: {guard.message}", guard.code)
            for guard in self.plan.guards
            if guard.effect == "stop" and not guard.acknowledged
        )


def holding_of(operation: LicenseOperation | AttendeeOperation) -> str:
    """What the ledger calls the object of an operation: a license id or `attendee:SITE`."""
    return operation.license_id if isinstance(operation, LicenseOperation) else role(operation.site_url)


def _only(change: Change, operation: LicenseOperation | AttendeeOperation) -> Change:
    if isinstance(operation, LicenseOperation):
        return msgspec.structs.replace(change, licenses=(operation,), attendee_sites=())
    return msgspec.structs.replace(change, licenses=(), attendee_sites=(operation,))
