"""From a name in the files to license ids: the ladder of pools that a grant may draw on (RULES section 2).

One rule per file, named by its claim, listed here in the order they act: each narrows the pools that the ones before left,
or says why none is left. What is wrong is collected as findings and never raised, so that all mistakes are told at once.
"""

from __future__ import annotations

from collections.abc import Callable

from reconciler.book.binding import (
    a_managed_license_means_all_its_subscriptions,
    a_site_license_without_site_takes_the_default,
    an_attendee_needs_a_site,
    an_id_means_one_license,
    names_match_exactly,
    only_what_a_person_may_hold_is_assignable,
    several_sellers_need_a_default,
    the_oldest_subscription_is_drawn_first,
    the_site_is_managed_in_control_hub,
    the_site_of_the_reference_decides,
    the_subscription_of_the_reference_decides,
    what_is_not_assigned_is_managed_in_vain,
)
from reconciler.book.binding.search import Default, Narrowed, Pools, Search, listed
from reconciler.book.catalog import Catalog
from reconciler.model.catalog import Product, attendee
from reconciler.model.desired import Managed, Organization, Reference
from reconciler.model.expected import Grant
from reconciler.model.finding import Finding
from reconciler.model.plan import Because
from reconciler.model.rule import Rule

__all__ = ["BINDING", "MANAGING", "Binder", "BindingRule"]

BindingRule = Rule[Callable[[Search], Narrowed]]
"""A rule that takes the pools found so far and answers with fewer, or with the error that there are none."""

_NAMES: BindingRule = Rule("names-match-exactly", "2.1", names_match_exactly.act)
_IDS: BindingRule = Rule("an-id-means-one-license", "2.1", an_id_means_one_license.act)
_SITES: BindingRule = Rule("the-site-of-the-reference-decides", "2.5", the_site_of_the_reference_decides.act)

BINDING: tuple[BindingRule, ...] = (
    _NAMES,
    _IDS,
    Rule("only-what-a-person-may-hold-is-assignable", "2.3", only_what_a_person_may_hold_is_assignable.act),
    _SITES,
    Rule("a-site-license-without-site-takes-the-default", "2.5", a_site_license_without_site_takes_the_default.act),
    Rule("the-site-is-managed-in-control-hub", "2.3", the_site_is_managed_in_control_hub.act),
    Rule("an-attendee-needs-a-site", "2.6", an_attendee_needs_a_site.act),
    Rule("the-subscription-of-the-reference-decides", "2.4", the_subscription_of_the_reference_decides.act),
    Rule("several-sellers-need-a-default", "2.4, 5.5", several_sellers_need_a_default.act),
    Rule("the-oldest-subscription-is-drawn-first", "2.4, 5.5", the_oldest_subscription_is_drawn_first.act),
)
"""For what templates and exceptions grant."""

MANAGING: tuple[BindingRule, ...] = (
    _NAMES,
    _IDS,
    _SITES,
    Rule("what-is-not-assigned-is-managed-in-vain", "2.3, 3.8", what_is_not_assigned_is_managed_in_vain.act),
    Rule(
        "a-managed-license-means-all-its-subscriptions", "2.2, 4.1", a_managed_license_means_all_its_subscriptions.act
    ),
)
"""For what `manage` and `deny` name."""


class Binder:
    """Binds references against one catalog; what is wrong is collected in `findings`, never raised."""

    def __init__(self, organization: Organization, catalog: Catalog) -> None:
        self._organization = organization
        self._catalog = catalog
        self._leaned_on: set[Default] = set()
        self.findings: list[Finding] = []

    def bind(
        self, reference: Reference, *, template: str, priority: int, rule: str = "grants-are-united"
    ) -> Grant | None:
        """The grant of one reference, or None after an error was added."""
        pools = self._narrowed(reference, BINDING)
        if not pools:
            return None
        product = self._catalog.product_of[pools[0]]
        because = Because(rule, template, str(reference.source))
        if reference.account_type == "attendee":
            return Grant(attendee(product.site), (), template, priority, because)
        named = self._catalog.pools[pools[0]].subscription if reference.subscription or reference.id else None
        return Grant(product, pools, template, priority, because, reference.calling, named)

    def managed(self, entry: Managed) -> frozenset[Product]:
        """The products an entry of `manage` or `deny` means (RULES 4.1): a bare name means all its sites."""
        if entry.attendee_site is not None:
            return self._role(entry)
        reference = entry.reference or Reference(entry.name, source=entry.source)
        products = frozenset(self._catalog.product_of[pool] for pool in self._narrowed(reference, MANAGING))
        if reference.account_type == "attendee":
            return frozenset(attendee(product.site) for product in products if product.site)
        return products

    def check_defaults(self) -> None:
        """Warn of defaults that live does not know and that no reference needed (RULES 2.5)."""
        pools = self._catalog.pools.values()
        subscriptions = {pool.subscription for pool in pools if pool.subscription is not None}
        given = self._organization
        self._check_default("defaults.subscription", given.default_subscription, "subscription", subscriptions)
        self._check_default("defaults.siteUrl", given.default_site, "site", self._catalog.sites)

    def _check_default(self, key: Default, value: str | None, what: str, known: set[str] | frozenset[str]) -> None:
        if value is not None and value not in known and key not in self._leaned_on:
            message = f"`{key}`: the organization has no {what} {value!r}"
            where = str(self._organization.at(key))
            self.findings.append(Finding("unknown-default", "warning", where, message, f"it has {listed(known)}"))

    def _role(self, entry: Managed) -> frozenset[Product]:
        site = entry.attendee_site or ""
        if site in self._catalog.sites:
            return frozenset({attendee(site)})
        where = f"{entry.source}:{entry.source.column}"
        message = f"the organization has no site {site!r}"
        hint = f"its sites are {listed(self._catalog.sites)}"
        self.findings.append(Finding("unknown-site", "error", where, message, hint))
        return frozenset()

    def _narrowed(self, reference: Reference, rules: tuple[BindingRule, ...]) -> Pools:
        """What the rules leave; empty after an error was added."""
        pools: Pools = ()
        for rule in rules:
            search = Search(reference, self._organization, self._catalog, self._leaned_on, self.findings, pools)
            answer = rule.act(search)
            if isinstance(answer, Finding):
                self.findings.append(answer)
                return ()
            pools = answer
        return pools
