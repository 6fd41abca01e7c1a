"""What must be read follows from the files (ARCHITECTURE): nothing more, so that large organizations stay quick."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from reconciler.book.catalog import Catalog
from reconciler.book.groups import Groups
from reconciler.model.catalog import License
from reconciler.model.desired import Desired
from reconciler.model.finding import Finding
from reconciler.model.live import Group, Scope


def scope_needed(
    desired: Desired, licenses: Sequence[License], groups: Sequence[Group], also: Collection[str] = ()
) -> Scope:
    """The scope a plan from these files needs.

    Members of the groups that templates and budgets name; the directory (SCIM) where deactivated people lose licenses,
    a work phone gives a number, or an attendee role is granted (site administrators cannot have it); Calling data and
    numbers where Calling may be given or taken, because a record that Webex could not read decides both
    (RULES 6.6). `also`: ids of licenses that an undo gives or takes. Names that live does not have are left to the plan
    to report.
    """
    catalog = Catalog(licenses, desired.organization.aliases, desired.organization.tiers)
    finder, ignored = Groups(groups), list[Finding]()
    named = [reference for template in desired.templates for reference in template.groups]
    named += [budget.group for budget in desired.organization.capacity.budgets]
    found = {finder.find(reference, ignored) for reference in named} - {None}
    references = [reference for template in desired.templates for reference in template.licenses]
    references += [reference for exception in desired.exceptions for reference in exception.add]
    watched = watched_licenses(desired, licenses) | {pool for pool in also if pool in catalog.product_of}
    calling = any(catalog.is_calling(catalog.product_of[pool]) for pool in watched)
    attendee = any(reference.account_type == "attendee" for reference in references)
    return Scope(
        groups=tuple(sorted(group for group in found if group is not None)),
        directory=calling or attendee or desired.organization.deactivated_users == "remove",
        calling=calling,
    )


def watched_licenses(desired: Desired, licenses: Sequence[License]) -> frozenset[str]:
    """Ids of the licenses that these files may take away: those that anything in them names (RULES 4.1, 7.3)."""
    catalog = Catalog(licenses, desired.organization.aliases, desired.organization.tiers)
    references = [reference for template in desired.templates for reference in template.licenses]
    references += [reference for exception in desired.exceptions for reference in exception.add]
    entries = [*desired.organization.manage, *(entry for item in desired.exceptions for entry in item.deny)]
    references += [entry.reference for entry in entries if entry.reference is not None]
    names = {catalog.canonical(name) for entry in entries if (name := entry.name)}
    names |= {catalog.canonical(reference.license) for reference in references if reference.license}
    ids_named = {catalog.find_id(reference.id) for reference in references if reference.id}
    return frozenset(p for p, product in catalog.product_of.items() if product.name in names or p in ids_named)
