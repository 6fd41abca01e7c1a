"""Which removals are kept back, before units are counted: a held removal frees none (RULES 1.7, 7.2 to 7.4, 7.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.model import catalog
from reconciler.model.catalog import Product, attendee
from reconciler.model.live import Group
from tests.support.live import Someone
from tests.support.oracle.files import Files, addresses
from tests.support.oracle.opinion import Opinion, Request


class Holds:
    """Everything that can keep a removal back."""

    def __init__(
        self,
        files: Files,
        people: Sequence[Someone],
        groups: Sequence[Group],
        seen: Mapping[str, tuple[int, int]] | None,
    ) -> None:
        self.files, self.people, self.groups = files, people, groups
        self.guards = files.organization.guards
        self.seen = seen or {g.id: (sum(g.id in p.groups for p in people), 0) for g in groups}
        self.lost = self._lost_groups()
        self.incomplete = {
            group.id
            for group in groups
            if group.member_size is not None and group.id in self.seen and self.seen[group.id][0] < group.member_size
        }

    def _lost_groups(self) -> set[str]:
        """Groups that are missing or suddenly empty, and that nobody has let go (1.7)."""
        live = {group.id for group in self.groups}
        registry = self.files.memory.registry
        released = dict(registry.released) if registry else {}
        declared = {group for bound in self.files.templates for group in bound.groups | bound.lost}
        found = set()
        for known in self.files.memory.known_groups:
            emptied_now = known.id in live and known.had_members and not self.seen.get(known.id, (1, 0))[0]
            emptied = known.emptied is not None and released.get(known.id) != known.emptied
            if known.id in declared and (known.id not in live or emptied_now or emptied):
                found.add(known.id)
        for paper in self.files.desired.acknowledgements:
            if paper.group is not None and paper.until >= self.files.now.date():
                found.discard(self.files.group(paper.group)[0])
        return found

    def hold(self, opinion: Opinion) -> None:
        """Move what must not go from `removals` to `held`, with what would have come in its place."""
        person = opinion.person
        for holding, row in list(opinion.removals.items()):
            reasons = self._reasons(opinion, holding, row)
            if self._is_protected(person):
                reasons.add("protected")
            if self.files.memory.registry is None and self.guards.first_apply == "additions":
                reasons.add("first-apply")
            if not reasons:
                continue
            opinion.held[holding] = reasons
            del opinion.removals[holding]
            for site, after in list(opinion.roles.items()):
                if after == holding:
                    del opinion.roles[site]
                    opinion.held_roles.add(site)
            for request in list(opinion.requests):
                if self._exclude(self._product(holding), request.product):
                    opinion.requests.remove(request)
                    opinion.held.update(dict.fromkeys(request.drops, reasons))
        for request in list(opinion.requests):
            self._hold_swap(opinion, request)
        self._hold_bases(opinion)

    def _hold_bases(self, opinion: Opinion) -> None:
        """What something held back needs stays with it (3.8)."""
        words = self.files.words
        for _ in range(3):
            for holding, reasons in list(opinion.held.items()):
                needed = words.needs(holding) if holding in words.licenses else set()
                console = holding in words.licenses and words.product(holding).name == catalog.ATTENDANT_CONSOLE
                for other in [x for x in (*opinion.removals, *opinion.held) if x in words.licenses]:
                    professional = console and words.product(other).name == catalog.CALLING_PROFESSIONAL
                    if words.licenses[other].type not in needed and not professional:
                        continue
                    opinion.held[other] = opinion.held.get(other, set()) | reasons
                    opinion.removals.pop(other, None)

    def _exclude(self, held: Product, wished: Product) -> bool:
        """Whether Webex does not take both: two on one site, or two tiers of a family."""
        if held.site and held.site == wished.site:
            return True
        names = {held.name, wished.name}
        if catalog.CALLING_STANDARD in names and names & {catalog.CUSTOMER_ASSIST, catalog.ATTENDANT_CONSOLE}:
            return True
        return held.site == wished.site and any(names == {high, low} for high, low in self.files.words.tiers())

    def _product(self, holding: str) -> Product:
        if holding.startswith("attendee:"):
            return attendee(holding.removeprefix("attendee:"))
        return self.files.words.product(holding)

    def _hold_swap(self, opinion: Opinion, request: Request) -> None:
        """A replacement is one call: if anything in it must not go, nothing of it is done."""
        reasons: set[str] = set()
        for holding in request.drops:
            row = "promotion" if holding.startswith("attendee:") else "swap"
            reasons |= self._reasons(opinion, holding, row)
            if self._is_protected(opinion.person) and self._is_calling(holding):
                reasons.add("protected")
        if reasons:
            opinion.requests.remove(request)
            opinion.held.update(dict.fromkeys(request.drops, reasons))

    def _is_calling(self, holding: str) -> bool:
        return not holding.startswith("attendee:") and self.files.words.is_calling(holding)

    def _is_protected(self, person: Someone) -> bool:
        return bool(addresses(person) & {address.strip().casefold() for address in self.guards.protected})

    def _reasons(self, opinion: Opinion, holding: str, row: str) -> set[str]:
        found, person = set(), opinion.person
        if self._people_shrank():
            found.add("people-shrunk")
        if row != "promotion":
            if self._rests_on(opinion, holding, row, self.lost):
                found.add("group-missing")
            if self._rests_on(opinion, holding, row, self.incomplete):
                found.add("group-incomplete")
        if not holding.startswith("attendee:"):
            if self._license_incomplete(holding):
                found.add("license-incomplete")
            if (
                self.guards.irreversible == "hold"
                and self._is_calling(holding)
                and not self._acknowledged(person, holding)
            ):
                found.add("irreversible")
        return found

    def _acknowledged(self, person: Someone, holding: str) -> bool:
        words = self.files.words
        return any(
            paper.until >= self.files.now.date()
            and words.name(paper.license or "") == words.product(holding).name
            and bool(addresses(person) & {user.strip().casefold() for user in paper.users})
            for paper in self.files.desired.acknowledgements
        )

    def _people_shrank(self) -> bool:
        before = self.files.memory.people_before
        return before is not None and len(self.people) < before * (1 - self.guards.shrinkage_percent / 100)

    def _rests_on(self, opinion: Opinion, holding: str, row: str, groups: set[str]) -> bool:
        """Whether a removal may rest on who is in these groups: their templates gave the thing, or may have (1.7, 7.3)."""
        behind = [bound for bound in self.files.templates if (bound.groups | bound.lost) & groups]
        if not behind:
            return False
        names = {bound.template.name for bound in behind}
        registry = self.files.memory.registry
        names |= {old.name for old in registry.templates if set(old.groups) & groups} if registry else set()
        claims = opinion.person.given.get(holding)
        if claims:
            return any(not c.startswith("exception:") and c.partition(":")[2] in names for c in claims)
        product = self._product(holding)
        if row == "e" and opinion.left <= names:
            return True
        return any(grant.product == product for bound in behind for grant in bound.grants)

    def _license_incomplete(self, license_id: str) -> bool:
        words = self.files.words
        license = words.licenses[license_id]
        if words.is_free(license_id) or license.consumed_by_users is None:
            return False
        seen = sum(license_id in person.holds for person in self.people)
        return seen < license.consumed_by_users * (1 - self.guards.counter_slack_percent / 100)
