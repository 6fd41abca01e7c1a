"""What goes only because something else comes: the pairs in one person's change, and whether they came out whole.

Webex may take the one and not give the other, with 206 or with 200 (facts 1.3). Then the person has less than before, which
no plan asked for: a replacement is won as a whole or lost as a whole (RULES 4.4, 5.3).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from reconciler.execute.operation import AnyOperation, bare, operations_of
from reconciler.model import canonical
from reconciler.model.catalog import RENAMED, TIERS
from reconciler.model.plan import (
    HOST_REPLACED,
    ROLE_REPLACED,
    SUBSCRIPTION_REPLACED,
    AttendeeOperation,
    Change,
    LicenseOperation,
    is_replacement,
)
from reconciler.model.result import OperationResult

Kind = tuple[str, str]
"""What goes and what comes, by name and site: replacements of one kind succeed or fail for the same reasons."""

_TIERS = frozenset(TIERS)


class Replacement(msgspec.Struct, frozen=True):
    """One removal and the additions that it makes room for: normally one, several only where nobody can tell them apart."""

    goes: AnyOperation
    comes: tuple[LicenseOperation, ...]

    @property
    def kind(self) -> Kind:
        """What this is an instance of."""
        return name(self.goes), " and ".join(map(name, self.comes))

    @property
    def operations(self) -> tuple[AnyOperation, ...]:
        """Both sides."""
        return (self.goes, *self.comes)


class Owed(msgspec.Struct, frozen=True):
    """Something that was taken although what was to come in its place was not given; `missing` in words."""

    goes: AnyOperation
    missing: str


def replacements(change: Change) -> tuple[Replacement, ...]:
    """The replacements in a change; quick where there are none."""
    going = [item for item in operations_of(change) if is_replacement(item)]
    adds = [item for item in change.licenses if item.operation == "add"] if going else []
    found = (Replacement(item, tuple(_comes(item, adds))) for item in going)
    return tuple(item for item in found if item.comes)


def owed(change: Change, outcomes: Sequence[OperationResult]) -> tuple[Owed, ...]:
    """What of `change` was taken without its replacement, going by the outcomes after the person was read back."""
    done = done_of(outcomes)
    found = []
    for item in replacements(change):
        missing = [name(add) for add in item.comes if add not in done]
        if item.goes in done and missing:
            found.append(Owed(item.goes, " and ".join(missing)))
    return tuple(found)


def done_of(outcomes: Iterable[OperationResult]) -> list[AnyOperation]:
    """The operations that took effect."""
    return [item.operation for item in outcomes if item.outcome == "done"]


def back(change: Change, items: Iterable[AnyOperation]) -> Change:
    """The call that gives `items` back. It claims no template as giver, so that whoever gave them stays the giver."""
    given = [msgspec.structs.replace(item, operation="add", because=()) for item in items]
    return msgspec.structs.replace(
        change,
        licenses=tuple(item for item in given if isinstance(item, LicenseOperation)),
        attendee_sites=tuple(item for item in given if isinstance(item, AttendeeOperation)),
    )


def irreversible(item: AnyOperation) -> bool:
    """Whether nothing brings it back as it was: a Calling license (RULES 4.5)."""
    return isinstance(item, LicenseOperation) and item.irreversible


def name(item: AnyOperation) -> str:
    """What is given or taken, for a sentence."""
    if isinstance(item, AttendeeOperation):
        return f"the attendee role @ {item.site_url}"
    return f"{item.license} @ {item.site}" if item.site else item.license


def _comes(goes: AnyOperation, adds: Sequence[LicenseOperation]) -> Sequence[LicenseOperation]:
    rules = {reason.rule for reason in goes.because}
    if isinstance(goes, AttendeeOperation) or ROLE_REPLACED in rules or HOST_REPLACED in rules:
        return [add for add in adds if _site(add) == _site(goes)]
    near = [add for add in adds if _site(add) == _site(goes) and bare(add.license_id) != bare(goes.license_id)]
    if SUBSCRIPTION_REPLACED in rules:
        return [add for add in near if _known(add) == _known(goes)] or near
    return _of_the_tier(goes, near)


def _of_the_tier(goes: LicenseOperation, adds: Sequence[LicenseOperation]) -> Sequence[LicenseOperation]:
    """The tier in place of another: by Webex's own names, else whatever was granted for the same reasons and costs a unit."""
    pairs = [add for add in adds if _TIERS & {(_known(add), _known(goes)), (_known(goes), _known(add))}]
    if pairs:
        return pairs
    wish = {(reason.template, reason.source) for reason in goes.because}
    granted = [add for add in adds if {(reason.template, reason.source) for reason in add.because} <= wish] or adds
    return [add for add in granted if add.subscription] or granted


def _known(item: LicenseOperation) -> str:
    return RENAMED.get(item.license, item.license)


def _site(item: AnyOperation) -> str:
    site = item.site_url if isinstance(item, AttendeeOperation) else item.site
    return canonical.site(site) if site else ""
