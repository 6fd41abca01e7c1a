"""Whatever a policy names must exist: a license, a site, a subscription or a group that nobody has is told with its place.

Why: a misspelt name turns a policy off without a word; a budget for "Calling Pro" limits nothing. What changes decisions
(`capacity`, `tiers`, `attendeeFeature`) is an error, as an unknown name in a template is. What only tells or permits
(`prices`, `aliases`, a subscription in `order`, an Acknowledgement, a TemplateTest) is a warning, so that a license that was
given up does not stop every plan. Source: RULES 2.1, 2.5, 3.4, 3.5, 5.2, 5.6, 7.2.

>>> from tests.support.example import example
>>> example('''
... organization: {capacity: {licenses: {Real-Time Translation: {enforcement: uncapped}}}}
... templates: {everyone: {licenses: [Real-Time Translations]}}
... people: {ann: {}}
... ''')
error unknown-license: `capacity.licenses`: the organization has no license named 'Real-Time Translation'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from reconciler.book.binding import names_match_exactly
from reconciler.book.binding.search import listed
from reconciler.book.catalog import Catalog
from reconciler.book.groups import Groups
from reconciler.model.desired import Desired, GroupReference, Organization, Source, TemplateTest
from reconciler.model.finding import Finding, Severity

Named = tuple[str, Source]
"""A name and where it stands."""


def check(desired: Desired, catalog: Catalog, groups: Groups, today: date) -> Iterator[Finding]:
    """Findings for every policy of these files that names something unknown, or one thing under two names."""
    organization = desired.organization
    yield from _licenses(organization, catalog)
    yield from _budgets(organization, catalog, groups)
    yield from _sites(organization, catalog)
    yield from _subscriptions(organization, catalog)
    for paper in desired.acknowledgements:
        if paper.until >= today:
            what = f"acknowledgement {paper.name!r}"
            if paper.license is not None:
                yield from _unknown(catalog, what, [(paper.license, paper.source)], "warning")
            if paper.group is not None:
                yield from _group(groups, what, paper.group)
    for test in desired.tests:
        yield from _test(test, catalog, groups)


def _licenses(organization: Organization, catalog: Catalog) -> Iterator[Finding]:
    capacity = [(name, organization.at(f"capacity.licenses.{name}")) for name in organization.capacity.licenses]
    prices = [(name, organization.at(f"prices.{name}")) for name in organization.prices]
    tiers = [(name, organization.at(f"tiers.{at}")) for at, pair in enumerate(organization.tiers) for name in pair]
    budgets = [(budget.license, budget.source) for budget in organization.capacity.budgets]
    yield from _unknown(catalog, "`capacity.licenses`", capacity, "error")
    yield from _twice(catalog, "`capacity.licenses`", capacity, "error")
    yield from _unknown(catalog, "`capacity.budgets`", budgets, "error")
    yield from _unknown(catalog, "`tiers`", tiers, "error")
    yield from _unknown(catalog, "`prices`", prices, "warning")
    yield from _twice(catalog, "`prices`", prices, "warning")
    aliases = [(new, organization.at(f"aliases.{old}")) for old, new in organization.aliases.items()]
    yield from _unknown(catalog, "`aliases`", aliases, "warning")


def _unknown(catalog: Catalog, what: str, names: Iterable[Named], severity: Severity) -> Iterator[Finding]:
    for name, source in names:
        if not catalog.named(name):
            message, hint = names_match_exactly.unknown(catalog, name)
            yield Finding("unknown-license", severity, _where(source), f"{what}: {message}", hint)


def _twice(catalog: Catalog, what: str, names: Iterable[Named], severity: Severity) -> Iterator[Finding]:
    """Two names of one license, old and new: which of the two counts would be chance."""
    first: dict[str, str] = {}
    for name, source in names:
        other = first.setdefault(catalog.canonical(name), name)
        if other != name:
            message = f"{what}: {name!r} and {other!r} are the same license"
            yield Finding("license-twice", severity, _where(source), message, "keep one of the two")


def _budgets(organization: Organization, catalog: Catalog, groups: Groups) -> Iterator[Finding]:
    """Budgets of one license and one group that are spelled in two ways; the same spelling twice is told offline."""
    first: dict[tuple[str, str], Source] = {}
    for budget in organization.capacity.budgets:
        group = groups.looked_up(budget.group)
        if isinstance(group, str):
            other = first.setdefault((catalog.canonical(budget.license), group), budget.source)
            if other != budget.source:
                message = f"a second budget for {budget.license!r} and {groups.names[group]!r}; the first is at {other}"
                yield Finding("budget-twice", "error", _where(budget.source), message, "keep one of the two")


def _sites(organization: Organization, catalog: Catalog) -> Iterator[Finding]:
    for site in sorted((organization.attendee_off | organization.attendee_on) - catalog.sites):
        yield _site("`attendeeFeature`", site, organization.at(f"attendeeFeature.{site}"), catalog, "error")


def _site(what: str, site: str, source: Source, catalog: Catalog, severity: Severity) -> Finding:
    message = f"{what}: the organization has no site {site!r}"
    return Finding("unknown-site", severity, _where(source), message, f"its sites are {listed(catalog.sites)}")


def _subscriptions(organization: Organization, catalog: Catalog) -> Iterator[Finding]:
    known = {pool.subscription for pool in catalog.pools.values() if pool.subscription is not None}
    for name in organization.subscription_order:
        if name not in known:
            yield Finding(
                "unknown-subscription", "warning", _where(organization.at(f"subscriptions.order.{name}")),
                f"`subscriptions.order`: the organization has no subscription {name!r}",
                f"it has {listed(known)}; take out what has ended",
            )  # fmt: skip


def _group(groups: Groups, what: str, reference: GroupReference) -> Iterator[Finding]:
    found = groups.looked_up(reference)
    if isinstance(found, Finding):
        yield msgspec.structs.replace(found, severity="warning", message=f"{what}: {found.message}")


def _test(test: TemplateTest, catalog: Catalog, groups: Groups) -> Iterator[Finding]:
    """What a TemplateTest names: offline it passes or fails by names that only live can tell."""
    what = f"test {test.name!r}"
    for text in sorted({*test.licenses, *test.given.holds}):
        name, _, site = text.partition(" @ ")
        products = catalog.named(name)
        if not products:
            yield from _unknown(catalog, what, [(name, test.source)], "warning")
        elif site and all(product.site != site for product in products):
            message = f"{what}: {name!r} does not exist on site {site!r}"
            hint = f"it is on {listed(product.site for product in products if product.site)}"
            yield Finding("unknown-site", "warning", _where(test.source), message, hint)
    for site in sorted({*test.attendee_sites, *test.given.attendee_sites, *test.given.site_admin_of} - catalog.sites):
        yield _site(what, site, test.source, catalog, "warning")
    for group in test.given.groups:
        if isinstance(groups.looked_up(GroupReference(id=group)), Finding):
            yield from _group(groups, what, GroupReference(group, source=test.source))


def _where(source: Source) -> str:
    return f"{source}:{source.column}"
