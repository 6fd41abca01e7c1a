"""The book: the files of one organization bound to what it owns, once per plan. All rules read it; none changes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time

import msgspec

from reconciler.book import policies_name_what_exists, retention
from reconciler.book.binding import Binder
from reconciler.book.catalog import Catalog
from reconciler.book.groups import Groups
from reconciler.book.limits import capacity_of
from reconciler.book.register import Register, speaks
from reconciler.model.catalog import License, Product, attendee
from reconciler.model.desired import Desired, LicenseCapacity, Template, UserException
from reconciler.model.expected import Grant
from reconciler.model.finding import Finding
from reconciler.model.live import Group
from reconciler.model.memory import Memory, RegisteredTemplate, Registry
from reconciler.model.plan import Because
from reconciler.model.undo import Reversal, Undo


class BoundTemplate(msgspec.Struct, frozen=True):
    """A template with the ids of its groups and its grants. `in_force`: since when it speaks for newcomers, or None."""

    template: Template
    groups: frozenset[str]
    grants: tuple[Grant, ...]
    in_force: datetime | None

    @property
    def name(self) -> str:
        """The template's name in the files."""
        return self.template.name

    @property
    def products(self) -> frozenset[Product]:
        """What it grants."""
        return frozenset(grant.product for grant in self.grants)


class BoundException(msgspec.Struct, frozen=True):
    """A UserException in force, with its grants and the products it denies."""

    exception: UserException
    grants: tuple[Grant, ...]
    denied: frozenset[Product]

    @property
    def because(self) -> Because:
        """The reason a decision of this exception carries."""
        return Because("exceptions-add-and-deny", f"exception:{self.exception.name}", str(self.exception.source))


class Reading(msgspec.Struct, frozen=True):
    """What of the snapshot is known to be incomplete (RULES 7.3): license ids, group ids, what their templates grant, people."""

    licenses: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    products: frozenset[Product] = frozenset()
    shrunk: bool = False


class Book:
    """Everything the rules look things up in. Public attributes are read only by convention.

    `declared`: products the tool may take away (RULES 4.1). `named_sites`, `inside`: what counts as inside the defaults
    (RULES 4.3). `findings`: what binding found; errors among them mean that no plan can be made. `reading` and
    `acknowledged` (license names whose removals an Acknowledgement with `max` covers) are set once, before any rule runs; so are
    `undo`, a run to be taken back, and `reversals`, person id -> what of it the files leave alone.
    """

    def __init__(
        self,
        desired: Desired,
        licenses: Sequence[License],
        groups: Sequence[Group],
        members_seen: Mapping[str, tuple[int, int]],
        memory: Memory,
        now: datetime,
    ) -> None:
        self.desired = desired
        self.organization = desired.organization
        self.memory = memory
        self.setbacks = {(item.person_id, item.holding): item for item in memory.setbacks}
        self.now = now
        self.today: date = now.astimezone(UTC).date()
        self.catalog = Catalog(licenses, desired.organization.aliases, desired.organization.tiers)
        self.groups = Groups(groups, memory.known_groups, memory.registry.released if memory.registry else ())
        self._binder = Binder(desired.organization, self.catalog)
        self.findings: list[Finding] = self._binder.findings
        self.templates = tuple(self._bound(template) for template in sorted(desired.templates, key=lambda t: t.name))
        self.exceptions = {item.exception.name: item for item in self._exceptions()}
        self.managed = frozenset[Product]().union(*(self._binder.managed(entry) for entry in self.organization.manage))
        self.templated_groups = frozenset(group for item in self.templates for group in item.groups)
        self._read_groups = frozenset(members_seen)
        self._check_groups(members_seen)
        self.declared = self._declared()
        self._binder.check_defaults()
        self.findings += policies_name_what_exists.check(desired, self.catalog, self.groups, self.today)
        self.declared_pools = self._pools(self.declared)
        self.denied_pools = self._pools(frozenset[Product]().union(*(item.denied for item in self.exceptions.values())))
        self.named_sites = self._named_sites()
        self.inside = self._inside()
        self._register = Register(memory.registry, self._registered())
        self.registered_groups = self._register.groups
        self.templates = tuple(self._with_old_date(item) for item in self.templates)
        self.reading = Reading()
        self.acknowledged: frozenset[str] = frozenset()
        self.undo: Undo | None = None
        self.reversals: Mapping[str, Reversal] = {}

    def _bound(self, template: Template) -> BoundTemplate:
        found = (self.groups.find(reference, self.findings) for reference in template.groups)
        grants = (
            self._binder.bind(reference, template=template.name, priority=template.priority)
            for reference in template.licenses
        )
        in_force = self.memory.in_force.get(template.name)
        if template.active_from is not None:
            in_force = datetime.combine(template.active_from, time(), UTC)
        return BoundTemplate(
            template,
            frozenset(group for group in found if group is not None),
            tuple(grant for grant in grants if grant is not None),
            in_force,
        )

    def _with_old_date(self, item: BoundTemplate) -> BoundTemplate:
        """A template that was renamed is in force since when it was under its old name (RULES 1.3)."""
        old = self.first_applied(item.name)
        return item if item.in_force is not None or old is None else msgspec.structs.replace(item, in_force=old)

    def first_applied(self, name: str) -> datetime | None:
        """The end of the first completed apply of a template, under its present or its old name."""
        known = self.memory.in_force
        return known.get(name) or known.get(self._register.name_before(name))

    def _exceptions(self) -> list[BoundException]:
        """The exceptions in force today; expired ones stop acting and warn (RULES 1.6)."""
        bound = []
        for item in sorted(self.desired.exceptions, key=lambda item: item.name):
            if item.until is not None and item.until < self.today:
                self.findings.append(
                    Finding(
                        "exception-expired",
                        "warning",
                        str(item.source),
                        f"exception {item.name!r} ended on {item.until} and no longer acts",
                        "delete it, or extend `until`",
                    )
                )
                continue
            grants = (
                self._binder.bind(
                    reference, template=f"exception:{item.name}", priority=0, rule="exceptions-add-and-deny"
                )
                for reference in item.add
            )
            with_calling = (
                msgspec.structs.replace(grant, calling=grant.calling or item.calling) for grant in grants if grant
            )
            denied = frozenset[Product]().union(*(self._binder.managed(entry) for entry in item.deny))
            bound.append(BoundException(item, tuple(with_calling), denied))
        return bound

    def _check_groups(self, members_seen: Mapping[str, tuple[int, int]]) -> None:
        declared: dict[str, str] = {}
        for item in self.templates:
            for group in item.groups:
                declared.setdefault(group, str(item.template.source))
        self.groups.check_emptied(declared, members_seen, self.findings)
        self.groups.release(self.desired.acknowledgements, self.today, self.findings)

    def _declared(self) -> frozenset[Product]:
        granted = {grant.product for item in self.templates for grant in item.grants}
        added = {grant.product for item in self.exceptions.values() for grant in item.grants}
        return frozenset(granted | added | self.managed)

    def _named_sites(self) -> frozenset[str]:
        granted = {grant.product.site for item in self.templates for grant in item.grants}
        added = {grant.product.site for item in self.exceptions.values() for grant in item.grants}
        default = {self.organization.default_site} if self.organization.default_site else set()
        return frozenset(granted | added | default)

    def _inside(self) -> frozenset[str]:
        """The pools whose holders are inside the default subscription (RULES 4.3).

        A product that only one subscription sells is always inside: there is nothing it could be moved to. So is one for
        which the files name no subscription at all: there is nothing it could be outside of.
        """
        named: dict[Product, set[str | None]] = {}
        all_grants = [grant for item in self.templates for grant in item.grants]
        all_grants += [grant for item in self.exceptions.values() for grant in item.grants]
        for grant in all_grants:
            named.setdefault(grant.product, set()).add(grant.named_subscription)
        oldest_first, default = (
            self.organization.subscription_policy == "oldestFirst",
            self.organization.default_subscription,
        )
        defaults = set(self.organization.subscription_order) if oldest_first else {default}
        inside = set()
        for product, pools in self.catalog.sellers.items():
            good = defaults | named.get(product, set())
            subscriptions = {self.catalog.pools[pool].subscription for pool in pools}
            anywhere = len(subscriptions) == 1 or not good - {None}
            inside |= {p for p in pools if anywhere or self.catalog.pools[p].subscription in good}
        return frozenset(inside)

    def _pools(self, products: frozenset[Product]) -> frozenset[str]:
        return frozenset(pool for product in products for pool in self.catalog.sellers.get(product, ()))

    def templates_of(self, groups: frozenset[str]) -> frozenset[str]:
        """The names of the templates that list any of these groups, now or at the last completed apply."""
        now = {item.name for item in self.templates if item.groups & groups}
        then = {item.name for item in self._register.templates.values() if not groups.isdisjoint(item.groups)}
        return frozenset(now | then)

    def spoke_for(self, name: str, groups: frozenset[str]) -> bool:
        """Whether the template, as files and mode were at the last completed apply, speaks for a member of `groups`."""
        return self._register.spoke_for(name, groups)

    def speaks_for(self, name: str, groups: frozenset[str]) -> bool:
        """Whether files and mode have the template speak for a member of `groups`, whatever else may silence it."""
        item = next((item for item in self.templates if item.name == self.name_now(name)), None)
        if item is None:
            return False
        return speaks(self.organization.assignment, item.template.kind, item.groups, self.templated_groups, groups)

    def files_ended(self, name: str, groups: frozenset[str]) -> bool:
        """Whether the files ended what the template said to a member of `groups`, not a change of live (RULES 4.2, row f).

        Who is in a group that the files no longer name is not read any more; then the files count as the reason. So they
        do where who is in the group cannot be trusted, and for a template that came and went between two completed applies.
        """
        item, name = self._register.templates.get(name), self.name_now(name)
        if item is None:
            return all(template.name != name for template in self.templates)
        unread = frozenset(item.groups) - self._trusted_groups()
        return self.spoke_for(item.name, groups | unread) and not self.speaks_for(name, groups | unread)

    def name_now(self, name: str) -> str:
        """What a template of the last completed apply is called now: one that kept its groups and grants was renamed."""
        return self._register.name_now(name)

    def has_left(self, name: str, groups: frozenset[str]) -> bool:
        """Whether a template speaks no more for a member of `groups`, surely because they moved (RULES 4.2, row e)."""
        item = next((item for item in self.templates if item.name == self.name_now(name)), None)
        sure = item is None or item.groups <= self._trusted_groups()
        return sure and not self.speaks_for(name, groups) and not self.files_ended(name, groups)

    def _trusted_groups(self) -> frozenset[str]:
        return self._read_groups - self.reading.groups - self.groups.lost

    def granted_before(self, product: str, groups: frozenset[str]) -> bool:
        """Whether the files of the last completed apply grant `product` (as text) to a member of `groups`."""
        return self._register.granted(product, groups)

    def registry(self, now: datetime) -> Registry:
        """What the store keeps of these files after a completed apply."""
        return Registry(
            self.organization.assignment,
            tuple(sorted(self._registered(), key=lambda item: item.name)),
            now,
            self.desired.digest,
            released=self.groups.let_go(),
            exceptions=tuple(sorted(self.exceptions)),
            declared=tuple(sorted(map(str, self.declared))),
            preserving=self._preserving(now),
        )

    def _registered(self) -> Iterator[RegisteredTemplate]:
        for item in self.templates:
            grants = tuple(sorted({str(grant.product) for grant in item.grants}))
            yield RegisteredTemplate(item.name, item.template.kind, tuple(sorted(item.groups)), grants)

    def _preserving(self, now: datetime) -> tuple[tuple[str, datetime], ...]:
        names = retention.preserving(self.organization, (item.template for item in self.templates))
        return retention.since(names, self.memory.registry.preserving if self.memory.registry else (), now)

    def capacity_of(self, pool: str) -> LicenseCapacity:
        """How strictly the count of a pool is kept: what the files say of its license, by any of its names (RULES 5.2)."""
        return capacity_of(self.organization.capacity, self.catalog, pool)

    def attendee_is_off(self, site: str) -> bool:
        """Whether Webex has the attendee role switched off on that site: the files say so, or a refusal did (RULES 3.4)."""
        return site in self.organization.attendee_off or self.attendee_refused(site) is not None

    def attendee_refused(self, site: str) -> datetime | None:
        """When Webex last refused the attendee role on that site, unless the files say that it is switched on."""
        return None if site in self.organization.attendee_on else self.memory.attendee_refused.get(site)

    def role_product(self, site: str) -> Product:
        """The attendee role of a site as a product."""
        return attendee(site)
