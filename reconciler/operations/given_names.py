"""The names in template tests, looked up where the rules look them up. What is not there is a finding at the test."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence

from reconciler.book.catalog import Catalog
from reconciler.model import canonical, ids
from reconciler.model.catalog import ATTENDEE, Product
from reconciler.model.desired import Organization, TemplateTest
from reconciler.model.finding import Finding
from reconciler.model.live import Group
from reconciler.operations.imagined_licenses import split


class Names:
    """Names of one test. What was wrong with them is in `findings`, each one once."""

    def __init__(
        self, test: TemplateTest, organization: Organization, catalog: Catalog, groups: Sequence[Group]
    ) -> None:
        self._test, self._organization, self._catalog, self._groups = test, organization, catalog, groups
        self.findings: list[Finding] = []

    def groups(self) -> tuple[str, ...]:
        """Ids of the groups that the person is in."""
        found = (self._group(name) for name in self._test.given.groups)
        return tuple(group for group in found if group is not None)

    def _group(self, name: str) -> str | None:
        found = [g.id for g in self._groups if canonical.name(g.name) == name or ids.same(g.id, name)]
        if len(found) == 1:
            return found[0]
        if found:
            hint = f"write the id of the one you mean: {' or '.join(sorted(found))}"
            self._error("ambiguous-group", f"{len(found)} groups that templates name are called {name!r}", hint)
            return None
        known = sorted({group.name for group in self._groups})
        hint = _nearest(name, known) or f"the templates name {', '.join(map(repr, known)) or 'no group'}"
        self._error("unknown-group", f"no template names the group {name!r}", hint)
        return None

    def holdings(self) -> tuple[str, ...]:
        """License ids of what the person holds, each in the subscription that a grant would draw on first."""
        products = self.products(self._test.given.holds)
        return tuple(sorted(min(self._catalog.sellers[product], key=self._rank) for product in products))

    def _rank(self, pool_id: str) -> tuple[int, str]:
        organization = self._organization
        order = (
            organization.subscription_order
            if organization.subscription_policy == "oldestFirst"
            else (organization.default_subscription,)
        )
        subscription = self._catalog.pools[pool_id].subscription
        return (order.index(subscription) if subscription in order else len(order), pool_id)

    def products(self, names: Collection[str]) -> frozenset[Product]:
        """The products that `NAME` and `NAME @ SITE` mean."""
        found = (self._product(name) for name in names)
        return frozenset(product for product in found if product is not None)

    def _product(self, text: str) -> Product | None:
        name, site = (text, "") if self._catalog.named(text) else split(text)
        found = {product.site: product for product in self._catalog.named(name)}
        if not found:
            self._error("unknown-license", f"there is no license named {name!r}", self._hint(name))
        elif site and site not in found:
            listed = ", ".join(sorted(filter(None, found)))
            where = f"it is on {listed}" if listed else "it belongs to no site: write its name alone"
            self._error("unknown-site", f"{name!r} does not exist on site {site!r}", where)
        else:
            return found[site] if site else self._anywhere(name, found)
        return None

    def _anywhere(self, name: str, found: dict[str, Product]) -> Product | None:
        """What a bare name means, as in a template: on the default site, else the only one there is."""
        for site in (self._organization.default_site, "", *(found if len(found) == 1 else ())):
            if site is not None and site in found:
                return found[site]
        self._error(
            "site-needed", f"{name!r} is on several sites", f"write `{name} @ SITE`: {', '.join(sorted(found))}"
        )
        return None

    def _hint(self, name: str) -> str:
        if name.casefold() == ATTENDEE:
            return "the attendee role of a site stands under `attendeeSites`"
        close = self._catalog.nearest(name)
        listed = f"did you mean {' or '.join(map(repr, close))}?" if close else ""
        return (
            listed
            or "no template, exception or `manage` names it, nor the organization's last reading, if there is one"
        )

    def check_sites(self) -> None:
        """That sites with a role are sites of the organization."""
        given, known = self._test.given, self._catalog.sites
        for site in sorted({*given.attendee_sites, *given.site_admin_of, *self._test.attendee_sites} - known):
            listed = ", ".join(sorted(known))
            self._error("unknown-site", f"the organization has no site {site!r}", f"its sites are {listed or 'none'}")

    def _error(self, code: str, message: str, hint: str) -> None:
        told = Finding(code, "error", str(self._test.source), message, hint)
        if told not in self.findings:
            self.findings.append(told)


def _nearest(name: str, known: Collection[str]) -> str:
    folded = {text.casefold(): text for text in sorted(known)}
    close = difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=0.5)
    return f"did you mean {' or '.join(repr(folded[text]) for text in close)}?" if close else ""
