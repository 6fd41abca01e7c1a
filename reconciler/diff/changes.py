"""Expected minus live: the ordered changes, one per person, with their reasons and causes."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from reconciler.book.book import Book
from reconciler.book.population import Population
from reconciler.model.catalog import Product
from reconciler.model.expected import Allocation, Answer, Award, HeldBack, Key, Removal, Request
from reconciler.model.finding import Finding
from reconciler.model.live import Person
from reconciler.model.plan import (
    AttendeeOperation,
    Because,
    CallingProperties,
    Cause,
    Change,
    Expects,
    Held,
    LicenseOperation,
    Waiting,
)
from reconciler.ports import LiveView

_ROW_CAUSE: dict[str, Cause] = {
    "a": "exception", "b": "deactivated", "c": "config", "d": "config", "e": "groupChange", "f": "config",
    "g": "exception", "h": "drift", "tier": "config", "subscription": "config", "site": "config", "promotion": "config",
}  # fmt: skip
REPLACEMENTS = frozenset({"tier", "subscription", "site", "promotion"})


class Losses(msgspec.Struct):
    """Removals that the removal guard counts: (person id, product), without replacements and promotions."""

    people: list[tuple[str, Product]] = msgspec.field(default_factory=list)


class Difference(msgspec.Struct):
    """Everything that differs, in the order of addresses."""

    changes: list[Change] = msgspec.field(default_factory=list)
    held: list[Held] = msgspec.field(default_factory=list)
    waiting: list[Waiting] = msgspec.field(default_factory=list)
    findings: list[Finding] = msgspec.field(default_factory=list)
    losses: Losses = msgspec.field(default_factory=Losses)
    waiting_keys: list[tuple[str, str]] = msgspec.field(default_factory=list)


_Operations = tuple[tuple[LicenseOperation, ...], tuple[AttendeeOperation, ...]]


class Differ:
    """Turns answers and the allocation into changes."""

    def __init__(
        self,
        book: Book,
        population: Population,
        answers: Mapping[Key, Answer],
        allocation: Allocation,
        live: LiveView,
    ) -> None:
        self._book = book
        self._answers = answers
        self._population = population
        self._allocation = allocation
        self._live = live
        self._arrived = self._moved = frozenset[str]()
        self._now = live.snapshot().taken_at
        self._waited = {person for person, _ in book.memory.waiting}
        self._declared: dict[Key, tuple[str, ...]] = {}
        self._cache: dict[tuple[Key, bool, bool], tuple[_Operations, tuple[Product, ...]]] = {}
        self._singly = {key for key in population.counts if self._competes(key)}

    def _competes(self, key: Key) -> bool:
        requests = self._answers[key].requests
        return any((key, request.wish.product) not in self._allocation.by_key for request in requests)

    def run(self) -> Difference:
        """All changes."""
        result = Difference(findings=list(self._allocation.findings))
        active = [key for key, answer in self._answers.items() if not answer.quiet]
        registry = self._book.memory.registry
        if active and registry is not None:
            # They look through everybody, so they are asked only where a change needs its cause.
            self._arrived = self._live.first_seen_after(registry.applied_at)
            self._moved = self._live.moved_after(registry.applied_at)
        for person, key in self._population.fetch(active):
            answer = self._answers[key]
            result.findings.extend(refused.finding(person.email) for refused in answer.refused)
            result.held.extend(held for item in answer.held_back for held in self._held(person, item))
            (licenses, roles), losses = self._operations(person, key, answer, result)
            if licenses or roles:
                result.changes.append(
                    Change(person.id, person.email, person.name, self._expects(key, licenses, roles), licenses, roles)
                )
                result.losses.people.extend((person.id, product) for product in losses)
        self._in_order_of_service(result)
        return result

    def _in_order_of_service(self, result: Difference) -> None:
        """Who waits stands in the list as they will be served (RULES 5.3), which is how the allocation lists them."""
        place = {(person, str(product)): at for at, (person, product) in enumerate(self._allocation.lost)}
        order = sorted(range(len(result.waiting)), key=lambda at: place[result.waiting_keys[at]])
        result.waiting = [result.waiting[at] for at in order]
        result.waiting_keys = [result.waiting_keys[at] for at in order]

    def _operations(
        self, person: Person, key: Key, answer: Answer, result: Difference
    ) -> tuple[_Operations, tuple[Product, ...]]:
        arrived, moved = person.id in self._arrived, person.id in self._moved
        if key in self._singly or person.id in self._waited:
            return self._build(person, key, answer, result)
        cached = self._cache.get((key, arrived, moved))
        if cached is None:
            cached = self._cache[key, arrived, moved] = self._build(person, key, answer, result)
        return cached

    def _build(
        self, person: Person, key: Key, answer: Answer, result: Difference
    ) -> tuple[_Operations, tuple[Product, ...]]:
        licenses: list[LicenseOperation] = []
        roles: list[AttendeeOperation] = []
        removed = list(answer.removals)
        for request in answer.requests:
            award = self._award(person, key, request)
            if award is None:
                self._lose(person, key, request, roles, result)
                continue
            cause = self._add_cause(person, key, request.wish.product, request.wish.because)
            licenses.append(self._add(award, request, cause))
            for drop in request.drops:
                self._remove(drop, cause, licenses, roles)
        for removal in removed:
            self._remove(removal, _ROW_CAUSE[removal.row], licenses, roles)
        for grant in answer.role_grants:
            cause = self._add_cause(person, key, self._book.role_product(grant.site), grant.because)
            roles.append(AttendeeOperation("add", grant.site, cause, grant.because))
        licenses.sort(key=lambda op: (op.operation, op.license, op.site or "", op.license_id))
        roles.sort(key=lambda op: (op.operation, op.site_url))
        losses = tuple(removal.product for removal in removed if removal.row not in REPLACEMENTS)
        return (tuple(licenses), tuple(roles)), losses

    def _award(self, person: Person, key: Key, request: Request) -> Award | None:
        pool = self._allocation.by_key.get((key, request.wish.product))
        return Award(pool) if pool is not None else self._allocation.by_person.get((person.id, request.wish.product))

    def _lose(
        self, person: Person, key: Key, request: Request, roles: list[AttendeeOperation], result: Difference
    ) -> None:
        """Note why a request got nothing, and give the fallback role to those who wait for a host unit."""
        name = (person.id, request.wish.product)
        result.findings.extend(self._allocation.blocked.get(name, ()))
        lost = self._allocation.lost.get(name)
        if lost is None:
            return
        wish = request.wish
        since = self._book.memory.waiting.get((person.id, str(wish.product)), self._now)
        pool = self._book.catalog.pools[wish.ladder[0]]
        reason = Because(f"allocation: no {'unit left' if lost.reason == 'capacity' else 'place in the budget'}")
        result.waiting.append(
            Waiting(
                person.id,
                person.email,
                wish.product.name,
                since,
                (*wish.because, reason),
                wish.product.site or None,
                pool.subscription,
            )
        )
        result.waiting_keys.append((person.id, str(wish.product)))
        if (
            wish.fallback
            and wish.product.site not in key.attendee_sites
            and not self._stays_host(key, wish.product.site)
        ):
            cause = self._add_cause(person, key, self._book.role_product(wish.product.site), wish.fallback)
            roles.append(AttendeeOperation("add", wish.product.site, cause, wish.fallback))

    def _stays_host(self, key: Key, site: str) -> bool:
        """Whether the person keeps some host license of the site, so that the attendee role would be a second account."""
        going = {removal.holding for removal in self._answers[key].removals}
        product_of = self._book.catalog.product_of
        return any(product_of[pool].site == site for pool in key.holdings if pool not in going and pool in product_of)

    def _add_cause(self, person: Person, key: Key, product: Product, because: tuple[Because, ...]) -> Cause:
        if (person.id, str(product)) in self._book.memory.waiting:
            return "promoted"
        if any(reason.template is not None and reason.template.startswith("exception:") for reason in because):
            return "exception"
        if self._book.memory.registry is None:
            return "config"
        if person.id in self._arrived:
            return "newcomer"
        if not self._book.granted_before(str(product), frozenset(key.groups)):
            return "config"
        return "groupChange" if person.id in self._moved else "drift"

    def _add(self, award: Award, request: Request, cause: Cause) -> LicenseOperation:
        return self._operation("add", award.pool, cause, request.wish.because, award.calling)

    def _operation(
        self,
        what: str,
        pool_id: str,
        cause: Cause,
        because: tuple[Because, ...],
        calling: CallingProperties | None = None,
    ) -> LicenseOperation:
        pool = self._book.catalog.pools[pool_id]
        product = self._book.catalog.product_of[pool_id]
        lossy = what == "remove" and self._book.catalog.is_calling(product)
        return LicenseOperation(
            "add" if what == "add" else "remove", pool_id, pool.name, pool.subscription, product.site or None, cause, lossy,
            because, calling,
        )  # fmt: skip

    def _remove(
        self, removal: Removal, cause: Cause, licenses: list[LicenseOperation], roles: list[AttendeeOperation]
    ) -> None:
        if removal.product.is_attendee:
            roles.append(AttendeeOperation("remove", removal.product.site, cause, removal.because))
        else:
            licenses.append(self._operation("remove", removal.holding, cause, removal.because))

    def _held(self, person: Person, item: HeldBack) -> list[Held]:
        licenses: list[LicenseOperation] = []
        roles: list[AttendeeOperation] = []
        self._remove(item.removal, _ROW_CAUSE[item.removal.row], licenses, roles)
        if item.role_grant is not None:
            roles.append(AttendeeOperation("add", item.role_grant.site, "config", item.role_grant.because))
        operations: list[LicenseOperation | AttendeeOperation] = [*licenses, *roles]
        return [Held(person.id, person.email, operation, item.guard) for operation in operations]

    def _expects(
        self, key: Key, licenses: Collection[LicenseOperation], roles: Collection[AttendeeOperation]
    ) -> Expects:
        declared = self._declared.get(key)
        if declared is None:
            pools = self._book.declared_pools
            declared = self._declared[key] = tuple(pool for pool in key.holdings if pool in pools)
        touched = [op.license_id for op in licenses if op.operation == "remove" and op.license_id not in declared]
        sites = {op.site_url for op in roles}
        return Expects(
            tuple(sorted((*declared, *touched))) if touched else declared,
            tuple(site for site in key.attendee_sites if site in sites) if sites else (),
        )
