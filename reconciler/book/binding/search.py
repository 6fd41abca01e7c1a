"""What a rule of binding looks at: one reference, what the organization owns, and the pools that the rules before left.

It exists so that every rule is one small function from pools to fewer pools, or to the finding that says why there are none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from reconciler.book.catalog import Catalog
from reconciler.model.desired import Organization, Reference
from reconciler.model.finding import Finding

Pools = tuple[str, ...]
"""License ids, in the order in which they are drawn on."""

Default = Literal["defaults.siteUrl", "defaults.subscription"]


class Search(msgspec.Struct, frozen=True):
    """One reference on its way to license ids.

    `pools` are the candidates so far: empty before the first rule, and never empty after one. `leaned_on` collects the
    defaults that some reference needed, `told` the findings that end nothing; both are shared by all searches of a Binder.
    """

    reference: Reference
    organization: Organization
    catalog: Catalog
    leaned_on: set[Default]
    told: list[Finding]
    pools: Pools = ()

    @property
    def name(self) -> str:
        """What the reference is about, as a person would say it: the license's name, with its site once there is one."""
        found = {str(self.catalog.product_of[pool]) for pool in self.pools}
        return found.pop() if len(found) == 1 else self.license

    @property
    def license(self) -> str:
        """The license's name alone."""
        return self.catalog.product_of[self.pools[0]].name if self.pools else (self.reference.license or "")

    def site(self, pool: str) -> str:
        """The site of a pool, empty when it has none."""
        return self.catalog.product_of[pool].site

    def subscription(self, pool: str) -> str | None:
        """The subscription of a pool; None for a free license."""
        return self.catalog.pools[pool].subscription

    def error(self, code: str, message: str, hint: str) -> Finding:
        """The finding that ends the search, at the reference's place."""
        source = self.reference.source
        return Finding(code, "error", f"{source}:{source.column}", message, hint)

    def choose_subscription(self, code: str, message: str) -> Finding:
        """An error that asks for a choice among the subscriptions that sell what is left."""
        sold = listed(self.subscription(pool) or "(none)" for pool in self.pools)
        return self.error(
            code, message, f"it is sold in {sold}; add `subscription:` here or set `defaults.subscription`"
        )


Narrowed = Pools | Finding
"""What a rule of binding answers: the pools that are left, at least one, or the error that there are none."""


def listed(names: Iterable[str]) -> str:
    """Names in order, each once: `Sub-1, Sub-2`; `none` when there are none."""
    return ", ".join(sorted(set(names))) or "none"
