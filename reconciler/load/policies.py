"""What only shows when all documents lie side by side: the right number of each, and policies that contradict each other.

Needs no live data. What needs names that only Webex knows is the planner's; what needs today's date is not asked here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from reconciler.load.documents import Parts
from reconciler.load.nodes import finding
from reconciler.load.secrets import shown
from reconciler.model.desired import Acknowledgement, Organization, Source, Template, UserException
from reconciler.model.finding import Finding


def check(parts: Parts, directory: Path) -> list[Finding]:
    """All findings across documents. Documents with errors of their own still count as present."""
    found = list(_counts(parts, directory))
    organization = parts.organizations[0] if len(parts.organizations) == 1 else None
    if organization is not None:
        found += _mode(organization, parts)
    for rule in _RULES:
        found += rule(parts)
    return found


def _counts(parts: Parts, directory: Path) -> Iterator[Finding]:
    organizations = parts.kinds.get("Organization", [])
    nowhere = Source(directory.as_posix(), 0)
    if not organizations:
        hint = "add one document of kind: Organization, with `assignment` in its spec"
        yield finding("no-organization", nowhere, "no Organization document", hint)
    for source in organizations[1:]:
        hint = "keep one per directory; another organization goes into a directory of its own"
        yield finding(
            "several-organizations", source, f"a second Organization document; the first is at {organizations[0]}", hint
        )
    if not parts.kinds.get("OrganizationTemplate") and not parts.kinds.get("GroupTemplate"):
        hint = "add an OrganizationTemplate or a GroupTemplate; without one the tool would take everything for unwanted"
        yield finding("no-template", nowhere, "no template", hint)


def _mode(organization: Organization, parts: Parts) -> Iterator[Finding]:
    """RULES 1.1: which templates the mode of assignment uses."""
    mode = organization.assignment
    for_all = parts.kinds.get("OrganizationTemplate", [])
    for_groups = parts.kinds.get("GroupTemplate", [])
    unused = {"groups": "organization", "organization": "group"}.get(mode)
    for template in parts.templates:
        if template.kind == unused:
            kind = "OrganizationTemplate" if unused == "organization" else "GroupTemplate"
            message = f"the {kind} {shown(template.name)} is not used: the organization says `assignment: {mode}`"
            hint = "delete it, or write `assignment: groupsThenOrganization`"
            yield finding("template-unused", template.source, message, hint, "warning")
    if mode != "groups":
        for source in for_all[1:]:
            message = f"a second OrganizationTemplate; the first is at {for_all[0]}, and `assignment: {mode}` uses one"
            yield finding("several-organization-templates", source, message, "put both into one document")
    needed = {"organization": ("OrganizationTemplate", for_all), "groups": ("GroupTemplate", for_groups)}.get(mode)
    if needed is not None and not needed[1] and (for_all or for_groups):
        message = f"`assignment: {mode}` needs a {needed[0]}, and there is none"
        yield finding("no-template", organization.source, message, f"add a {needed[0]}, or change `assignment`")


def _templates(parts: Parts) -> Iterator[Finding]:
    for template in parts.templates:
        yield from _repeated_licenses(template)
        seen: set[str] = set()
        for group in template.groups:
            if str(group) in seen:
                message = f"the group {shown(str(group))} is listed twice"
                yield finding("listed-twice", group.source, message, "delete one of the two", "warning")
            seen.add(str(group))


def _repeated_licenses(template: Template) -> Iterator[Finding]:
    seen: set[tuple[str | None, ...]] = set()
    for item in template.licenses:
        key = (item.license, item.id, item.subscription, item.site, item.account_type)
        if key in seen:
            message = f"the license {shown(item.license or item.id or '')} is listed twice in this template"
            yield finding("listed-twice", item.source, message, "delete one of the two", "warning")
        seen.add(key)


def _exceptions(parts: Parts) -> Iterator[Finding]:
    for exception in parts.exceptions:
        yield from _exception(exception)


def _exception(exception: UserException) -> Iterator[Finding]:
    acts = bool(exception.add or exception.deny or exception.calling)
    if not exception.exempt and not acts:
        hint = "write `exempt: true`, or `add`, `deny` or `calling`"
        yield finding("nothing-to-do", exception.source, f"the exception {shown(exception.name)} changes nothing", hint)
    if exception.exempt and acts:
        message = f"the exception {shown(exception.name)} exempts its users, so its `add`, `deny` and `calling` have no effect"
        yield finding("no-effect", exception.source, message, "delete `exempt`, or the rest", "warning")
    seen: set[str] = set()
    for email, source in exception.users:
        if email in seen:
            yield finding("listed-twice", source, f"{shown(email)} is listed twice", "delete one of the two", "warning")
        seen.add(email)
    block = exception.calling
    if block is not None and len(seen) > 1:
        digits = block.extension not in ("none", "fromDirectory", "lastDigits")
        if block.number not in ("workPhone", "none") or digits:
            what = "extension" if block.number in ("workPhone", "none") else "number"
            message = f"one `{what}` for {len(seen)} users"
            hint = "write one exception per person, or a CallingAssignments document"
            yield finding("calling-for-several", block.source, message, hint)


def _calling(parts: Parts) -> Iterator[Finding]:
    """Each person once, and nothing given to two people."""
    people: dict[str, Source] = {}
    taken: dict[tuple[str, ...], tuple[str, Source]] = {}
    for row in sorted(parts.calling_assignments, key=lambda row: row.source):
        first = people.setdefault(row.email, row.source)
        if first is not row.source:
            message = f"{shown(row.email)} has a second row; the first is at {first}"
            yield finding("calling-twice", row.source, message, "keep one row per person")
            continue
        for what, key in (("number", (row.number or "",)), ("extension", (row.location or "", row.extension or ""))):
            if not key[-1] or (what == "extension" and not row.location):
                continue
            owner, at = taken.setdefault((what, *key), (row.email, row.source))
            if owner != row.email:
                message = f"the {what} {key[-1]} is given to {shown(row.email)} and to {shown(owner)} ({at})"
                yield finding("number-twice", row.source, message, "give each person a number of their own")


def _acknowledgements(parts: Parts) -> Iterator[Finding]:
    """The same permission twice: the later one says nothing new, or two limits add up unseen."""
    seen: dict[tuple[str, str], Acknowledgement] = {}
    for item in sorted(parts.acknowledgements, key=lambda item: item.source):
        for what in _permissions(item):
            first = seen.setdefault(what, item)
            if first is not item:
                subject = " for ".join(shown(part) for part in what if part)
                message = f"{subject} is acknowledged a second time; the first is at {first.source}"
                yield finding("acknowledged-twice", item.source, message, "keep one of the two", "warning")


def _permissions(item: Acknowledgement) -> list[tuple[str, str]]:
    if item.group is not None:
        return [(str(item.group), "")]
    return [(item.license or "", email) for email in dict.fromkeys(item.users)] or [(item.license or "", "")]


def _budgets(parts: Parts) -> Iterator[Finding]:
    grouped: dict[tuple[str, str], list[Source]] = defaultdict(list)
    for organization in parts.organizations:
        for budget in organization.capacity.budgets:
            sources = grouped[budget.license, str(budget.group)]
            if sources:
                what = f"{shown(budget.license)} and {shown(str(budget.group))}"
                message = f"a second budget for {what}; the first is at {sources[0]}"
                yield finding("budget-twice", budget.source, message, "keep one of the two")
            sources.append(budget.source)


_RULES: tuple[Callable[[Parts], Iterator[Finding]], ...] = (
    _templates,
    _exceptions,
    _calling,
    _acknowledgements,
    _budgets,
)
