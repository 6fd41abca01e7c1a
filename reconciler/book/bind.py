"""From a name in the files to license ids: the ladder of pools a grant may draw on (RULES section 2).

An unknown name is an error with the nearest names, never a removal. Several sellers or several sites without a default
are errors that name the choice.
"""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.book.catalog import Catalog
from reconciler.model import canonical
from reconciler.model.catalog import Product, attendee
from reconciler.model.desired import Managed, Organization, Reference, Source
from reconciler.model.expected import Grant
from reconciler.model.finding import Finding
from reconciler.model.plan import Because


class Binder:
    """Binds references against one catalog; what is wrong is collected in `findings`, never raised."""

    def __init__(self, organization: Organization, catalog: Catalog) -> None:
        self._organization = organization
        self._catalog = catalog
        self.findings: list[Finding] = []
        self.default_subscription_needed = False
        self.default_site_needed = False

    def bind(
        self, reference: Reference, *, template: str, priority: int, rule: str = "templates-grant"
    ) -> Grant | None:
        """The grant of one reference, or None after an error was added."""
        pools = self._named(reference)
        if not pools:
            return None
        pools = self._on_site(reference, pools)
        if not pools:
            return None
        product = self._catalog.product_of[pools[0]]
        because = Because(rule, template, str(reference.source))
        if reference.account_type == "attendee":
            return self._attendee(reference, product, template, priority, because)
        ladder = self._ladder(reference, product, pools)
        if not ladder:
            return None
        named = self._catalog.pools[ladder[0]].subscription if reference.subscription or reference.id else None
        return Grant(product, ladder, template, priority, because, reference.calling, named)

    def _attendee(
        self, reference: Reference, product: Product, template: str, priority: int, because: Because
    ) -> Grant | None:
        if product.site:
            return Grant(attendee(product.site), (), template, priority, because)
        self._error(
            "attendee-without-site", reference.source,
            f"{product.name!r} has no site, so there is no attendee role to give",
            "drop `accountType: attendee`; it is only for licenses with a site",
        )  # fmt: skip
        return None

    def _named(self, reference: Reference) -> tuple[str, ...]:
        """The assignable pools that the name or id of a reference means (RULES 2.1, 2.3)."""
        if reference.id is not None:
            found = self._catalog.find_id(reference.id)
            if found is None:
                self._error(
                    "unknown-license", reference.source, f"the organization has no license with id {reference.id}",
                    "copy the id from `webex-licenses inventory --format json`, or name the license",
                )  # fmt: skip
                return ()
            candidates: tuple[str, ...] = (found,)
            shown = self._catalog.pools[found].name
        else:
            shown = canonical.name(reference.license or "")
            candidates = tuple(p for product in self._catalog.named(shown) for p in self._catalog.sellers[product])
            if not candidates:
                self._unknown_license(shown, reference.source)
                return ()
        usable = tuple(pool for pool in candidates if self._catalog.is_assignable(pool))
        if not usable:
            self._error(
                "not-assignable", reference.source, f"{shown!r} cannot be given to a person",
                "workspace, device, hot desk, route list and screen share licenses are not assigned to people; take it out",
            )  # fmt: skip
        return usable

    def _unknown_license(self, name: str, source: Source) -> None:
        close = self._catalog.nearest(name)
        hint = (
            f"did you mean {' or '.join(repr(text) for text in close)}?" if close else "see `webex-licenses inventory`"
        )
        self._error(
            "unknown-license", source, f"the organization has no license named {name!r}",
            f"{hint} If Webex renamed it, add the pair to `aliases`.",
        )  # fmt: skip

    def _on_site(self, reference: Reference, pools: tuple[str, ...]) -> tuple[str, ...]:
        """Narrow to one site (RULES 2.5)."""
        sites = sorted({self._catalog.product_of[pool].site for pool in pools} - {""})
        if not sites or reference.id is not None:
            return self._managed(reference, pools)
        name = self._catalog.product_of[pools[0]].name
        site = reference.site
        if site is None:
            self.default_site_needed = True
            site = self._organization.default_site
        if site is None:
            plain = tuple(pool for pool in pools if not self._catalog.product_of[pool].site)
            if plain:
                return plain
            self._error(
                "site-needed", reference.source, f"{name!r} is a per-site license and the files name no site",
                f"add `site:` here or `defaults.siteUrl` to the Organization; it is on {', '.join(sites)}",
            )  # fmt: skip
            return ()
        found = tuple(pool for pool in pools if self._catalog.product_of[pool].site == site)
        if not found:
            self._error(
                "unknown-site", reference.source, f"{name!r} does not exist on site {site!r}",
                f"it is on {', '.join(sites)}",
            )  # fmt: skip
        return self._managed(reference, found)

    def _managed(self, reference: Reference, pools: tuple[str, ...]) -> tuple[str, ...]:
        usable = tuple(pool for pool in pools if self._catalog.is_managed_site(pool))
        if pools and not usable:
            pool = self._catalog.pools[pools[0]]
            self._error(
                "site-not-managed", reference.source,
                f"site {pool.site!r} is a {pool.site_type!r}; its licenses cannot be given through Control Hub",
                "name a site that is managed in Control Hub",
            )  # fmt: skip
        return usable

    def _ladder(self, reference: Reference, product: Product, pools: tuple[str, ...]) -> tuple[str, ...]:
        """The pools to draw on, in order (RULES 2.4)."""
        subscription = {pool: self._catalog.pools[pool].subscription for pool in pools}
        if reference.subscription is not None:
            found = tuple(pool for pool in pools if subscription[pool] == reference.subscription)
            if not found:
                self._choose(
                    "unknown-subscription", reference.source,
                    f"{str(product)!r} is not sold in subscription {reference.subscription!r}", pools,
                )  # fmt: skip
            return found
        if len(set(subscription.values())) == 1:
            return pools
        if self._organization.subscription_policy == "oldestFirst":
            return self._oldest_first(reference, product, pools)
        self.default_subscription_needed = True
        default = self._organization.default_subscription
        found = tuple(pool for pool in pools if subscription[pool] == default)
        if default is None or not found:
            what = (
                "no default subscription is set" if default is None else f"the default {default!r} is not one of them"
            )
            self._choose(
                "subscription-needed",
                reference.source,
                f"several subscriptions sell {str(product)!r} and {what}",
                pools,
            )
            return ()
        return found

    def _oldest_first(self, reference: Reference, product: Product, pools: tuple[str, ...]) -> tuple[str, ...]:
        order = self._organization.subscription_order
        ladder = tuple(pool for name in order for pool in pools if self._catalog.pools[pool].subscription == name)
        for pool in sorted(set(pools) - set(ladder)):
            self.findings.append(
                Finding(
                    "subscription-not-in-order",
                    "warning",
                    str(self._organization.source),
                    f"subscription {self._catalog.pools[pool].subscription} sells {str(product)!r} and is never drawn on",
                    "add it to `subscriptions.order` if it should be",
                )
            )
        if not ladder:
            self._choose(
                "subscription-needed", reference.source,
                f"`subscriptions.order` names none of the subscriptions that sell {str(product)!r}", pools,
            )  # fmt: skip
        return ladder

    def _choose(self, code: str, source: Source, message: str, pools: Sequence[str]) -> None:
        sold = sorted({self._catalog.pools[pool].subscription or "(none)" for pool in pools})
        self._error(
            code, source, message,
            f"it is sold in {', '.join(sold)}; add `subscription:` here or set `defaults.subscription`",
        )  # fmt: skip

    def managed(self, entry: Managed) -> frozenset[Product]:
        """The products an entry of `manage` or `deny` means (RULES 4.1): a bare name means all its sites."""
        if entry.attendee_site is not None:
            if entry.attendee_site in self._catalog.sites:
                return frozenset({attendee(entry.attendee_site)})
            self._error(
                "unknown-site", entry.source, f"the organization has no site {entry.attendee_site!r}",
                f"its sites are {', '.join(sorted(self._catalog.sites)) or 'none'}",
            )  # fmt: skip
            return frozenset()
        if entry.reference is not None and (entry.reference.site or entry.reference.id):
            reference = entry.reference
            pools = self._named(reference)
            if reference.site:
                pools = tuple(pool for pool in pools if self._catalog.product_of[pool].site == reference.site)
                if not pools:
                    self._error(
                        "unknown-site", entry.source, f"{reference.license!r} does not exist on site {reference.site!r}",
                        f"its sites are {', '.join(sorted(self._catalog.sites)) or 'none'}",
                    )  # fmt: skip
            if reference.account_type == "attendee":
                return frozenset(attendee(self._catalog.product_of[pool].site) for pool in pools)
            return frozenset(self._catalog.product_of[pool] for pool in pools)
        name = entry.name or (entry.reference.license if entry.reference else None) or ""
        found = self._catalog.named(name)
        if not found:
            self._unknown_license(canonical.name(name), entry.source)
        if entry.reference is not None and entry.reference.account_type == "attendee":
            return frozenset(attendee(product.site) for product in found if product.site)
        return frozenset(found)

    def check_defaults(self) -> None:
        """Warn of defaults that live does not know and that no reference needed (RULES 2.5)."""
        subscriptions = {pool.subscription for pool in self._catalog.pools.values()} - {None}
        default = self._organization.default_subscription
        where = str(self._organization.source)
        if default is not None and default not in subscriptions and not self.default_subscription_needed:
            self.findings.append(
                Finding(
                    "unknown-default",
                    "warning",
                    where,
                    f"the organization has no subscription {default!r}",
                    f"it has {', '.join(sorted(s for s in subscriptions if s)) or 'none'}",
                )
            )
        site = self._organization.default_site
        if site is not None and site not in self._catalog.sites and not self.default_site_needed:
            self.findings.append(
                Finding(
                    "unknown-default",
                    "warning",
                    where,
                    f"the organization has no site {site!r}",
                    f"it has {', '.join(sorted(self._catalog.sites)) or 'none'}",
                )
            )

    def _error(self, code: str, source: Source, message: str, hint: str) -> None:
        self.findings.append(Finding(code, "error", f"{source}:{source.column}", message, hint))
