"""The words of the rule book for one organization: licenses by name and site, what a reference means, who sells what.

RULES section 2. A mistake in the files is `Unplannable`, without words: the oracle says only that there is no plan.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.model import catalog, ids
from reconciler.model.catalog import License, Product
from reconciler.model.desired import Calling, Managed, Organization, Reference


class Unplannable(Exception):
    """The files name something that the organization does not have, or leave out a choice that it makes necessary."""


@dataclass
class Grant:
    """A reference bound: what it grants, from which licenses in which order, and what the reference itself named."""

    product: Product
    ladder: list[License]
    named: str | None
    giver: str = ""
    priority: int = 100
    calling: Calling | None = None
    place: tuple[str, int, int] = ("", 0, 0)


class Words:
    """What names mean in one organization (RULES 2)."""

    def __init__(self, organization: Organization, licenses: Sequence[License]) -> None:
        self.organization = organization
        self.licenses = {license.id: license for license in licenses}

    def name(self, text: str) -> str:
        """A license's name of today (2.1): built-in renames and the files' own, one after the other."""
        text = unicodedata.normalize("NFC", text).strip()
        for _ in range(10):
            if text in self.organization.aliases:
                text = self.organization.aliases[text]
            elif text in catalog.RENAMED:
                text = catalog.RENAMED[text]
        return text

    def product(self, license_id: str) -> Product:
        """What a license is, all subscriptions together (2.2)."""
        license = self.licenses[license_id]
        return Product(self.name(license.name), (license.site or "").lower())

    def can_be_held(self, license: License) -> bool:
        """Whether a person may be given it at all (2.3)."""
        if license.type in catalog.NOT_FOR_PEOPLE_TYPES | catalog.SCREEN_SHARE_TYPES:
            return False
        if self.name(license.name) in catalog.NOT_FOR_PEOPLE_NAMES:
            return False
        return license.site is None or license.site_type in (None, catalog.CONTROL_HUB_MANAGED)

    def sold_as(self, product: Product) -> list[License]:
        """Every license that is this product."""
        return [x for x in self.licenses.values() if self.can_be_held(x) and self.product(x.id) == product]

    def is_free(self, license_id: str) -> bool:
        """Whether it costs nothing (and is not counted)."""
        return self.licenses[license_id].type in catalog.FREE_TYPES

    def is_calling(self, license_id: str) -> bool:
        """Whether it is a Calling license, by its letters or its name (2.7)."""
        license = self.licenses[license_id]
        return license.type in catalog.CALLING_TYPES or self.name(license.name) in catalog.CALLING_NAMES

    def needs(self, license_id: str) -> set[str]:
        """The letters of the free licenses that this one needs (3.7)."""
        license = self.licenses[license_id]
        if license.type in catalog.ADVANCED_MESSAGING_TYPES:
            return {"FMS"}
        if license.type in catalog.ADVANCED_SPACE_MEETINGS_TYPES:
            return {"FMS", "FTM"}
        if license.type in catalog.BASIC_SPACE_MEETINGS_TYPES or license.site:
            return {"FMS"}
        return set()

    def bind(self, reference: Reference) -> Grant:
        """What a reference means (2.1 to 2.6)."""
        place = (reference.source.file, reference.source.line, reference.source.column)
        found = self._named(reference)
        if found[0].site is not None:
            found = self._on_site(reference, found)
        elif reference.site is not None:
            raise Unplannable
        product = self.product(found[0].id)
        if reference.account_type == "attendee":
            if not product.site or reference.subscription not in {None, *(x.subscription for x in found)}:
                raise Unplannable
            return Grant(catalog.attendee(product.site), [], None, place=place)
        if reference.id is not None:
            return Grant(product, found, found[0].subscription, calling=reference.calling, place=place)
        ladder = self._ladder(reference, found)
        return Grant(product, ladder, reference.subscription, calling=reference.calling, place=place)

    def _named(self, reference: Reference) -> list[License]:
        if reference.id is not None:
            found = [x for x in self.licenses.values() if ids.same(x.id, reference.id)]
        else:
            found = [x for x in self.licenses.values() if self.name(x.name) == self.name(reference.license or "")]
        found = [x for x in found if self.can_be_held(x)]
        if not found:
            raise Unplannable
        return found

    def _on_site(self, reference: Reference, found: list[License]) -> list[License]:
        if reference.id is not None:
            return found
        site = reference.site or self.organization.default_site
        if site is None:
            raise Unplannable
        found = [x for x in found if (x.site or "").lower() == site.lower()]
        if not found:
            raise Unplannable
        return found

    def _ladder(self, reference: Reference, found: list[License]) -> list[License]:
        sellers = {x.subscription for x in found}
        if reference.subscription is not None:
            order: list[str | None] = [reference.subscription]
        elif len(sellers) == 1:
            order = list(sellers)
        elif self.organization.subscription_policy == "oldestFirst":
            order = list(self.organization.subscription_order)
        else:
            order = [self.organization.default_subscription]
        ladder = [x for seller in order for x in found if x.subscription == seller]
        if not ladder:
            raise Unplannable
        return ladder

    def meant(self, item: Managed) -> set[Product]:
        """The products that an entry of `manage` or `deny` means; a bare name means all its sites (4.1)."""
        if item.attendee_site is not None:
            if item.attendee_site.lower() not in {(x.site or "").lower() for x in self.licenses.values()} - {""}:
                raise Unplannable
            return {catalog.attendee(item.attendee_site.lower())}
        reference = item.reference or Reference(item.name)
        named = self._named(reference)
        if reference.site is not None:
            named = [x for x in named if (x.site or "").lower() == reference.site.lower()]
        if reference.subscription not in {None, *(x.subscription for x in named)} or not named:
            raise Unplannable
        found = {self.product(x.id) for x in named}
        if reference.account_type == "attendee":
            return {catalog.attendee(product.site) for product in found if product.site}
        return found

    def tiers(self) -> list[tuple[str, str]]:
        """Higher and lower license names (3.5)."""
        return [(self.name(high), self.name(low)) for high, low in (*catalog.TIERS, *self.organization.tiers)]
