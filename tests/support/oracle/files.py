"""What the files say, bound to the words of one organization, and for whom each template speaks (RULES 1, 4.1)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time

from reconciler.model import ids
from reconciler.model.catalog import License, Product
from reconciler.model.desired import Desired, GroupReference, Template, UserException
from reconciler.model.live import Group
from reconciler.model.memory import Memory
from tests.support.live import Someone
from tests.support.oracle.words import Grant, Unplannable, Words


@dataclass
class Bound:
    """A template with its grants, the ids of its groups, and those groups that live has lost (1.7)."""

    template: Template
    grants: list[Grant]
    groups: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)


class Files:
    """The files of one organization, as far as one person after the other needs them."""

    def __init__(
        self, desired: Desired, licenses: Sequence[License], groups: Sequence[Group], memory: Memory, now: datetime
    ) -> None:
        self.desired, self.organization, self.memory, self.now = desired, desired.organization, memory, now
        self.words = Words(self.organization, licenses)
        self._groups = groups
        self.unsure: set[str] = set()
        self.templates = [self._bound(template) for template in desired.templates]
        self.exceptions = [x for x in desired.exceptions if x.until is None or x.until >= now.date()]
        self._check_policies()
        self.managed: set[Product] = set()
        for item in self.organization.manage:
            self.managed |= self.words.meant(item)
        self.declared = set(self.managed)
        self.all_grants = [grant for bound in self.templates for grant in bound.grants]
        for exception in self.exceptions:
            self.all_grants += [self.words.bind(reference) for reference in exception.add]
            for item in exception.deny:
                self.words.meant(item)
        self.declared |= {grant.product for grant in self.all_grants}

    def _check_policies(self) -> None:
        """A policy that acts names what the organization has (2.1)."""
        organization, sold = self.organization, {self.words.name(x.name) for x in self.words.licenses.values()}
        for budget in organization.capacity.budgets:
            self.group(budget.group)
        named = [budget.license for budget in organization.capacity.budgets]
        named += [*organization.capacity.licenses, *(name for pair in organization.tiers for name in pair)]
        sites = {(x.site or "").lower() for x in self.words.licenses.values()}
        if any(self.words.name(name) not in sold for name in named) or organization.attendee_off - sites:
            raise Unplannable

    def _bound(self, template: Template) -> Bound:
        bound = Bound(template, [])
        for reference in template.licenses:
            grant = self.words.bind(reference)
            grant.giver, grant.priority = f"template:{template.name}", template.priority
            bound.grants.append(grant)
        for listed in template.groups:
            group_id, lost = self.group(listed)
            (bound.lost if lost else bound.groups).add(group_id)
        return bound

    def group(self, reference: GroupReference) -> tuple[str, bool]:
        """The id of a group, and whether live has lost it (1.2, 1.7)."""
        wanted = unicodedata.normalize("NFC", reference.name or "").strip()
        if reference.id is not None:
            found = [g.id for g in self._groups if ids.same(g.id, reference.id)]
            known = [k.id for k in self.memory.known_groups if ids.same(k.id, reference.id)]
        else:
            found = [g.id for g in self._groups if unicodedata.normalize("NFC", g.name).strip() == wanted]
            known = [k.id for k in self.memory.known_groups if unicodedata.normalize("NFC", k.name).strip() == wanted]
        if len(found) > 1 or not (found or known):
            raise Unplannable
        return (found[0], False) if found else (known[0], True)

    def selected(self, person: Someone) -> list[Bound]:
        """The templates that the mode selects for a person (1.1), before anybody asks who is a newcomer."""
        listed = {group for bound in self.templates for group in bound.groups}
        return [
            bound
            for bound in self.templates
            if _selects(
                self.organization.assignment, bound.template.kind, bound.groups, listed, set(person.groups)
            )
        ]  # fmt: skip

    def speaks(self, bound: Bound, person: Someone) -> bool:
        """Whether a selected template speaks for this person, newcomers considered (1.3, 1.4)."""
        template = bound.template
        since = self._in_force(template)
        if not template.existing_users and not self._came_after(since, person, bound.groups):
            return False
        skips = template.explicitly_licensed_newcomers == "skip" and template.kind == "organization"
        if skips and person.paid_at_first_sight and self._came_after(since, person, set()):
            moved = person.moved is not None and person.moved > person.first_seen
            return moved or bool(self.of(person))
        return True

    def _in_force(self, template: Template) -> datetime | None:
        if template.active_from is not None:
            return datetime.combine(template.active_from, time(), UTC)
        old = next((name for name in self.memory.in_force if self.name_now(name) == template.name), template.name)
        return self.memory.in_force.get(template.name, self.memory.in_force.get(old))

    @staticmethod
    def _came_after(since: datetime | None, person: Someone, groups: set[str]) -> bool:
        if since is None:
            return False
        if person.first_seen > since or (person.created is not None and person.created > since):
            return True
        return any(person.joined.get(g, person.first_seen) > since for g in person.groups if g in groups)

    def of(self, person: Someone) -> list[UserException]:
        """The exceptions in force that name this person by any address (1.6, 1.8)."""
        return [
            exception
            for exception in self.exceptions
            if any(address.strip().casefold() in addresses(person) for address, _ in exception.users)
        ]

    def name_now(self, name: str) -> str:
        """What a template of the last apply is called now: renaming is no deletion (4.2). It is known by all but its name."""
        registry = self.memory.registry
        old = {t.name: (t.kind, t.groups, t.grants) for t in registry.templates} if registry else {}
        new = {}
        for bound in self.templates:
            grants = tuple(sorted({str(grant.product) for grant in bound.grants}))
            new[bound.template.name] = (bound.template.kind, tuple(sorted(bound.groups | bound.lost)), grants)
        if name in new or name not in old:
            return name
        heirs = [other for other, shape in new.items() if shape == old[name] and other not in old]
        twins = [other for other, shape in old.items() if shape == old[name] and other not in new]
        return heirs[0] if len(heirs) == len(twins) == 1 else name

    def files_ended(self, name: str, person: Someone) -> bool:
        """Whether the files ended what a template said to the person (row f), rather than that live changed (row e).

        They did where the files of the last apply would select it for the groups of today and those of now do not. Groups
        that nobody can be sure of (lost, or read in part) count as if the person were in them.
        """
        registry = self.memory.registry
        now = next((bound for bound in self.templates if bound.template.name == self.name_now(name)), None)
        old = next((t for t in registry.templates if t.name == name), None) if registry else None
        if registry is None or old is None:  # it came, and perhaps went, since the last completed apply
            return now is None
        groups = set(person.groups) | (set(old.groups) & self.unsure)
        listed = {group for t in registry.templates for group in t.groups}
        spoke = _selects(registry.assignment, old.kind, set(old.groups), listed, groups)
        if now is None:
            return spoke
        listed = {group for bound in self.templates for group in bound.groups | bound.lost}
        assignment, own = self.organization.assignment, now.groups | now.lost
        return spoke and not _selects(assignment, now.template.kind, own, listed, groups)


def _selects(assignment: str, kind: str, own: set[str], listed: set[str], groups: set[str]) -> bool:
    """Whether a mode selects a template that lists `own` for a member of `groups`; `listed` are all templates' groups (1.1)."""
    if kind == "group":
        return assignment != "organization" and bool(own & groups)
    return assignment == "organization" or (assignment == "groupsThenOrganization" and not listed & groups)


def addresses(person: Someone) -> set[str]:
    """All addresses of a person as they are compared (1.8)."""
    return {address.strip().casefold() for address in (person.email, *person.other_emails)}
