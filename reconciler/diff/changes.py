"""Expected minus live: the ordered changes, one per person, with their reasons and causes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import msgspec

from reconciler.book import retries
from reconciler.book.book import Book
from reconciler.book.population import Population
from reconciler.model.catalog import Product
from reconciler.model.expected import Allocation, Answer, Award, HeldBack, Key, Removal, Request, Wish, role
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
    "undo": "undo",
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
_Fate = tuple[Award | None, bool]
"""What a request gets, and whether its person waits for it."""
_NOTHING: tuple[_Operations, tuple[Product, ...]] = ((), ()), ()


def _happens(answer: Answer, fates: tuple[_Fate, ...]) -> bool:
    """Whether anything may be given or taken; who only waits gets at most the role in the meantime."""
    if answer.removals or answer.role_grants:
        return True
    pairs = zip(fates, answer.requests, strict=True)
    return any(award is not None or (waits and bool(request.wish.fallback)) for (award, waits), request in pairs)


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
        self._apart = {person for person, _ in (*book.memory.waiting, *book.setbacks)}
        self._declared: dict[Key, tuple[str, ...]] = {}
        self._cache: dict[Key, dict[tuple[object, ...], tuple[_Operations, tuple[Product, ...]]]] = {}
        self._easy = {key: self._for_all(key) for key in population.counts}

    def _for_all(self, key: Key) -> tuple[Award | None, ...]:
        """What all people with this key get, request by request; None where they compete and are looked at one by one."""
        pools = (self._allocation.by_key.get((key, r.wish.product)) for r in self._answers[key].requests)
        return tuple(None if pool is None else Award(pool) for pool in pools)

    def run(self) -> Difference:
        """All changes."""
        result = Difference(findings=list(self._allocation.findings))
        active = [key for key, answer in self._answers.items() if not answer.quiet]
        registry = self._book.memory.registry
        if registry is not None and self._something_changes(active):
            # They look through everybody, so they are asked only where a change needs its cause.
            self._arrived = self._live.first_seen_after(registry.applied_at)
            self._moved = self._live.moved_after(registry.applied_at)
        for person, key in self._population.fetch(active):
            answer = self._answers[key]
            result.findings.extend(refused.finding(person.email) for refused in answer.refused)
            result.held.extend(held for item in answer.held_back for held in self._held(person, item))
            if key.marks.resting:
                result.held.extend(self._resting(person, key, answer))
            (licenses, roles), losses = self._operations(person, key, answer, result)
            if licenses or roles:
                result.changes.append(
                    Change(person.id, person.email, person.name, self._expects(key, licenses, roles), licenses, roles)
                )
                result.losses.people.extend((person.id, product) for product in losses)
        self._in_order_of_service(result)
        return result

    def _something_changes(self, active: Collection[Key]) -> bool:
        """Whether anything is given or taken at all; people who only wait need no cause."""
        allocation, answers = self._allocation, (self._answers[key] for key in active)
        return bool(
            allocation.by_key
            or allocation.by_person
            or any(answer.removals or answer.role_grants for answer in answers)
            or any(lost.request.wish.fallback for lost in allocation.lost.values())
        )

    def _in_order_of_service(self, result: Difference) -> None:
        """Who waits stands in the list as they will be served (RULES 5.3), which is how the allocation lists them."""
        place = {(person, str(product)): at for at, (person, product) in enumerate(self._allocation.lost)}
        order = sorted(range(len(result.waiting)), key=lambda at: place[result.waiting_keys[at]])
        result.waiting = [result.waiting[at] for at in order]
        result.waiting_keys = [result.waiting_keys[at] for at in order]

    def _operations(
        self, person: Person, key: Key, answer: Answer, result: Difference
    ) -> tuple[_Operations, tuple[Product, ...]]:
        """What happens to one person; worked out once for all people of a key who fare alike."""
        easy = self._easy[key]
        fates = tuple((award, False) for award in easy)
        if None in easy:
            fates = tuple(
                (award, False) if award else self._fate(person, request, result)
                for award, request in zip(easy, answer.requests, strict=True)
            )
        if not _happens(answer, fates):
            return _NOTHING
        if person.id in self._apart or any(award and award.calling for award, _ in fates):
            return self._build(person, key, answer, fates)
        known = self._cache.setdefault(key, {})
        alike = person.id in self._arrived, person.id in self._moved, fates
        found = known.get(alike)
        if found is None:
            found = known[alike] = self._build(person, key, answer, fates)
        return found

    def _fate(self, person: Person, request: Request, result: Difference) -> _Fate:
        """What becomes of a request that people compete for; why it got nothing is noted."""
        name = person.id, request.wish.product
        award, lost = self._allocation.by_person.get(name), self._allocation.lost.get(name)
        result.findings.extend(self._allocation.blocked.get(name, ()))
        if lost is not None:
            self._wait(person, request.wish, lost.because, result)
        return award, lost is not None

    def _wait(self, person: Person, wish: Wish, why: tuple[Because, ...], result: Difference) -> None:
        product = wish.product
        since = self._book.memory.waiting.get((person.id, str(product)), self._now)
        pool = self._book.catalog.pools[wish.ladder[0]]
        because = (*wish.because, *why)
        result.waiting.append(
            Waiting(person.id, person.email, product.name, since, because, product.site or None, pool.subscription)
        )
        result.waiting_keys.append((person.id, str(product)))

    def _build(
        self, person: Person, key: Key, answer: Answer, fates: tuple[_Fate, ...]
    ) -> tuple[_Operations, tuple[Product, ...]]:
        given: dict[str, LicenseOperation] = {}
        taken: list[LicenseOperation] = []
        roles: list[AttendeeOperation] = []
        for request, (award, waits) in zip(answer.requests, fates, strict=True):
            if award is not None:
                cause = self._add_cause(person, key, request.wish.product, request.wish.because)
                given[award.pool] = self._operation("add", award.pool, cause, request.wish.because, award.calling)
                for wish in request.along:
                    cause_too = (
                        cause if cause == "promoted" else self._add_cause(person, key, wish.product, wish.because)
                    )
                    given.setdefault(wish.ladder[0], self._operation("add", wish.ladder[0], cause_too, wish.because))
                for drop in request.drops:
                    self._remove(drop, cause, taken, roles)
            elif waits:
                self._fall_back(person, key, request.wish, roles)
        for removal in answer.removals:
            self._remove(removal, _ROW_CAUSE[removal.row], taken, roles)
        for grant in answer.role_grants:
            cause = self._add_cause(person, key, self._book.role_product(grant.site), grant.because)
            roles.append(AttendeeOperation("add", grant.site, cause, grant.because))
        # Of several host licenses on one site one may be given while another is waited for: then no role stands in for it.
        hosted = {op.site for op in given.values()}
        roles = [op for op in roles if op.operation == "remove" or op.site_url not in hosted]
        licenses = sorted(
            (*given.values(), *taken), key=lambda op: (op.operation, op.license, op.site or "", op.license_id)
        )
        roles.sort(key=lambda op: (op.operation, op.site_url))
        losses = tuple(removal.product for removal in answer.removals if removal.row not in REPLACEMENTS)
        return (tuple(licenses), tuple(roles)), losses

    def _fall_back(self, person: Person, key: Key, wish: Wish, roles: list[AttendeeOperation]) -> None:
        """Who waits for a host unit is attendee until it comes, where a template grants that as well (RULES 3.3)."""
        site = wish.product.site
        if self._may_fall_back(key, wish) and not self._falls_back_later(key, wish):
            cause = self._add_cause(person, key, self._book.role_product(site), wish.fallback)
            roles.append(AttendeeOperation("add", site, cause, wish.fallback))

    def _may_fall_back(self, key: Key, wish: Wish) -> bool:
        site = wish.product.site
        return bool(wish.fallback) and site not in key.attendee_sites and not self._stays_host(key, site)

    def _falls_back_later(self, key: Key, wish: Wish) -> bool:
        return self._may_fall_back(key, wish) and key.marks.rests("add", role(wish.product.site)) is not None

    def _stays_host(self, key: Key, site: str) -> bool:
        """Whether the person keeps some host license of the site, so that the attendee role would be a second account."""
        going = {removal.holding for removal in self._answers[key].removals}
        product_of = self._book.catalog.product_of
        return any(product_of[pool].site == site for pool in key.holdings if pool not in going and pool in product_of)

    def _add_cause(self, person: Person, key: Key, product: Product, because: tuple[Because, ...]) -> Cause:
        if any(reason.rule.startswith("an-undo-") for reason in because):
            return "undo"
        if (person.id, str(product)) in self._book.memory.waiting:
            return "promoted"
        if any(reason.template is not None and reason.template.startswith("exception:") for reason in because):
            return "exception"
        asked = self._book.setbacks
        never = asked and any((person.id, pool) in asked for pool in self._book.catalog.sellers.get(product, ()))
        if self._book.memory.registry is None or never:  # what Webex never gave, nobody took
            return "config"
        if person.id in self._arrived:
            return "newcomer"
        if not self._expected_before(key, product):
            return "config"
        return "groupChange" if person.id in self._moved else "drift"

    def _expected_before(self, key: Key, product: Product) -> bool:
        """Whether the files of the last completed apply grant it, or something that it has to stand beside."""
        needs = self._book.catalog.prerequisites
        named = [product, *(w.product for w in self._answers[key].wishes if product in needs(w.product))]
        return any(self._book.granted_before(str(item), frozenset(key.groups)) for item in named)

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
            if any(op.site_url == removal.product.site and op.operation == "remove" for op in roles):
                return  # it goes with another host license of the site already
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

    def _resting(self, person: Person, key: Key, answer: Answer) -> Iterator[Held]:
        """What is not asked for now, because Webex did not do it the last time, with all that goes or comes together."""
        licenses: list[LicenseOperation] = []
        roles: list[AttendeeOperation] = []
        for request in answer.requests:
            wish, resting = request.wish, self._allocation.resting
            award = resting.get((key, wish.product)) or resting.get((person.id, wish.product))
            if award is not None:
                cause = self._add_cause(person, key, wish.product, wish.because)
                licenses.append(self._operation("add", award.pool, cause, wish.because, award.calling))
                licenses += [self._operation("add", other.ladder[0], cause, other.because) for other in request.along]
                for drop in request.drops:
                    self._remove(drop, cause, licenses, roles)
            elif (person.id, wish.product) in self._allocation.lost and self._falls_back_later(key, wish):
                roles.append(AttendeeOperation("add", wish.product.site, "config", wish.fallback))
        roles += [AttendeeOperation("add", grant.site, "config", grant.because) for grant in answer.resting]
        operations: list[LicenseOperation | AttendeeOperation] = [*licenses, *roles]
        for operation in dict.fromkeys(operations):
            yield Held(person.id, person.email, operation, retries.CODE)

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
