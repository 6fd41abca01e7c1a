"""What a person holds and should not hold: who keeps it (RULES 4). One holding of one person at a time."""

from __future__ import annotations

from reconciler.model.catalog import Product, attendee
from tests.support.live import Someone
from tests.support.oracle.files import Bound, Files
from tests.support.oracle.words import Grant


class Retention:
    """The table of 4.2 for one person."""

    def __init__(
        self, files: Files, person: Someone, speaking: list[Bound], silent: list[Bound],
        grants: dict[Product, list[Grant]], denied: set[Product],
    ) -> None:  # fmt: skip
        self.files, self.person = files, person
        self.speaking, self.silent, self.grants, self.denied = speaking, silent, grants, denied
        self.policy = files.organization.retention

    def product(self, holding: str) -> Product:
        """What a holding (license id or `attendee:SITE`) is."""
        if holding.startswith("attendee:"):
            return attendee(holding.removeprefix("attendee:"))
        return self.files.words.product(holding)

    def is_ours(self, holding: str) -> bool:
        """Whether a holding is declared (4.1): by the files, by the ledger, or because an exception denies it."""
        if not holding.startswith("attendee:"):
            license = self.files.words.licenses[holding]
            if not self.files.words.can_be_held(license):
                return False
        product = self.product(holding)
        return product in self.files.declared or holding in self.person.given or product in self.denied

    def outside(self, holding: str) -> bool:
        """Whether a holding lies outside the defaults (4.3)."""
        product = self.product(holding)
        return self._outside_sites(product) or (
            not product.is_attendee and self._outside_subscriptions(holding, product)
        )

    def _outside_subscriptions(self, holding: str, product: Product) -> bool:
        organization, words = self.files.organization, self.files.words
        if len({x.subscription for x in words.sold_as(product)}) <= 1:
            return False
        allowed = {grant.named for grant in self.files.all_grants if grant.product == product}
        if organization.subscription_policy == "oldestFirst":
            allowed |= set(organization.subscription_order)
        else:
            allowed.add(organization.default_subscription)
        allowed.discard(None)
        return bool(allowed) and words.licenses[holding].subscription not in allowed

    def _outside_sites(self, product: Product) -> bool:
        if not product.site or not self.speaking:
            return False
        named = {grant.product.site for grant in self.files.all_grants}
        return product.site not in named | {(self.files.organization.default_site or "").lower()}

    def decide(self, holding: str) -> tuple[bool, str]:
        """Whether a declared holding that nobody grants goes, and the row that says so (4.2)."""
        files, product = self.files, self.product(holding)
        if product in self.denied:
            return True, "a"
        if self.person.state == "deactivated":
            return files.organization.deactivated_users == "remove", "b"
        if any(grant.product == product for bound in self.silent for grant in bound.grants):
            return False, "1.3"
        if self.outside(holding):
            return self.policy.outside_defaults == "remove", "c"
        claims = self.person.given.get(holding, ())
        if not claims:
            if self.policy.manual == "remove":
                return True, "h"
            return self.policy.group_change == "removeAll" and bool(self.left()), "e"
        verdicts = [self._claim(claim, product) for claim in claims]
        keeping = [row for goes, row in verdicts if not goes]
        return (False, keeping[0]) if keeping else verdicts[0]

    def left(self) -> set[str]:
        """The templates that gave this person something and stopped speaking because live changed."""
        now = {bound.template.name for bound in (*self.speaking, *self.silent)}
        found = set()
        for claim in (claim for claims in self.person.given.values() for claim in claims):
            kind, _, name = claim.partition(":")
            if self.files.name_now(name) in now:
                continue
            if kind == "left" or (kind == "template" and not self.files.files_ended(name, self.person)):
                found.add(name)
        return found

    def _claim(self, claim: str, product: Product) -> tuple[bool, str]:
        kind, _, name = claim.partition(":")
        if kind == "exception":
            still = any(g.giver == claim for g in self.grants.get(product, []))
            return not still and self.policy.exception_end == "remove", "g"
        for bound in (*self.speaking, *self.silent):
            if bound.template.name == self.files.name_now(name):
                granted = any(grant.product == product for grant in bound.grants)  # but something stronger won
                return not granted and not bound.template.preserve_licenses, "d"
        if kind == "dropped" or (kind != "left" and self.files.files_ended(name, self.person)):
            return self.policy.template_removal == "remove", "f"
        return self.policy.group_change != "preserve", "e"
