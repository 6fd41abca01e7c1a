"""Drift: live against what the files want, person by person, each difference with its cause.

It is read off the plan: what a plan would add is missing, what it would remove is extra, what a policy keeps is
preserved. Nothing is decided here a second time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from reconciler.book.book import Book
from reconciler.book.population import Population
from reconciler.model.catalog import ATTENDEE
from reconciler.model.drift import DriftCause, DriftItem, DriftKind
from reconciler.model.expected import Answer, Kept, Key, role
from reconciler.model.plan import (
    CALENDAR_REPLACED,
    HOST_REPLACED,
    ROLE_REPLACED,
    SUBSCRIPTION_REPLACED,
    TIER_REPLACED,
    AttendeeOperation,
    Because,
    Change,
    Held,
    LicenseOperation,
    Plan,
)
from reconciler.ports import LiveView

Direction = Literal["missing", "extra", "preserved"]

_MISSING: dict[str, DriftCause] = {
    "newcomer": "newcomer",
    "promoted": "capacityFreed",
    "groupChange": "joinedGroup",
    "exception": "exception",
    "deactivated": "deactivated",
    "drift": "removedByHand",
    "config": "filesChanged",
    "undo": "filesChanged",
}
_EXTRA: dict[str, DriftCause] = {**_MISSING, "groupChange": "leftGroup", "drift": "addedByHand"}
_ROW: dict[str, DriftCause] = {
    "a": "exception",
    "b": "deactivated",
    "c": "filesChanged",
    "d": "filesChanged",
    "e": "leftGroup",
    "f": "filesChanged",
    "g": "exception",
    "h": "addedByHand",
}
_PAIRS: dict[str, DriftKind] = {
    TIER_REPLACED: "wrongTier",
    HOST_REPLACED: "wrongTier",
    CALENDAR_REPLACED: "wrongTier",
    SUBSCRIPTION_REPLACED: "outsideDefaults",
    ROLE_REPLACED: "shouldBeHost",
}
_OUTSIDE = "retention-decides-the-rest: retention.outsideDefaults"
_INCOMPLETE = frozenset({"group-missing", "group-incomplete", "license-incomplete", "people-shrunk"})


def drift_items(plan: Plan, book: Book, population: Population, answers: Mapping[Key, Answer]) -> tuple[DriftItem, ...]:
    """Every difference, ordered by address, direction and license."""
    telling = _Telling(book)
    items = [item for change in plan.changes for item in telling.changed(change)]
    items += [item for held in plan.held if (item := telling.held(held)) is not None]
    items.extend(_preserved(book, population, answers))
    return tuple(
        sorted(items, key=lambda i: (i.email.casefold(), i.direction, i.license, i.site or "", i.license_id or ""))
    )


class _Telling:
    """Operations as differences."""

    def __init__(self, book: Book) -> None:
        self._catalog = book.catalog
        self._applied = book.memory.registry is not None
        self._repeats = {(item.person_id, item.holding, item.operation) for item in book.memory.repeats}

    def changed(self, change: Change) -> Iterator[DriftItem]:
        """Everything that one person lacks or should not have."""
        paired = self._paired(change)
        operations: list[LicenseOperation | AttendeeOperation] = [*change.licenses, *change.attendee_sites]
        for operation in operations:
            direction: Direction = "missing" if operation.operation == "add" else "extra"
            item = self._item(change.person_id, change.email, direction, operation)
            kind = paired.get(_holding(operation), item.kind)
            if (change.person_id, _holding(operation), operation.operation) in self._repeats:
                kind = "anotherWriter"
            yield msgspec.structs.replace(item, kind=kind, name=change.display_name)

    def held(self, held: Held) -> DriftItem | None:
        """What a guard keeps; what would have come in its place is not there, and not wanted beside it."""
        if held.operation.operation != "remove":
            return None
        item = self._item(held.person_id, held.email, "preserved", held.operation)
        because = (*item.because, Because(f"held back by the guard {held.guard}"))
        kind: DriftKind = "incompleteRead" if held.guard in _INCOMPLETE else item.kind
        return msgspec.structs.replace(item, because=because, kind=kind, guard=held.guard)

    def _paired(self, change: Change) -> dict[str, DriftKind]:
        """Holding -> kind, for what goes only because something else comes, and for that other thing."""
        found: dict[str, DriftKind] = {}
        operations: list[LicenseOperation | AttendeeOperation] = [*change.licenses, *change.attendee_sites]
        for removal in operations:
            kind = next((_PAIRS[reason.rule] for reason in removal.because if reason.rule in _PAIRS), None)
            if removal.operation == "remove" and kind is not None:
                found[_holding(removal)] = kind
                found.update((op.license_id, kind) for op in change.licenses if self._replaces(op, removal, kind))
        for role_given in change.attendee_sites:
            gone = [op for op in change.licenses if op.operation == "remove" and op.site == role_given.site_url]
            if role_given.operation == "add" and gone:
                found[_holding(role_given)] = "shouldBeAttendee"
                found.update((op.license_id, "shouldBeAttendee") for op in gone)
        return found

    def _replaces(
        self, addition: LicenseOperation, removal: LicenseOperation | AttendeeOperation, kind: DriftKind
    ) -> bool:
        """Whether the addition is what comes in the place of the removal."""
        if addition.operation != "add":
            return False
        if isinstance(removal, AttendeeOperation):
            return addition.site == removal.site_url
        product_of = self._catalog.product_of
        new, old = product_of[addition.license_id], product_of[removal.license_id]
        if kind == "outsideDefaults":
            return new == old
        same_site = bool(new.site) and new.site == old.site
        both_calendars = self._catalog.is_calendar(new) and self._catalog.is_calendar(old)
        return new in self._catalog.higher_tiers(old) or same_site or both_calendars

    def _item(
        self, person_id: str, email: str, direction: Direction, operation: LicenseOperation | AttendeeOperation
    ) -> DriftItem:
        causes = _MISSING if direction == "missing" else _EXTRA
        cause: DriftCause = causes[operation.cause] if self._applied else "neverApplied"
        outside = any(reason.rule.startswith(_OUTSIDE) for reason in operation.because)
        kind: DriftKind = "outsideDefaults" if outside else cause
        if isinstance(operation, AttendeeOperation):
            return DriftItem(
                person_id, email, direction, ATTENDEE, None, operation.site_url, cause, operation.because, kind=kind
            )
        return DriftItem(
            person_id, email, direction, operation.license, operation.license_id, operation.site, cause,
            operation.because, kind=kind, subscription=operation.subscription,
        )  # fmt: skip


def _holding(operation: LicenseOperation | AttendeeOperation) -> str:
    return operation.license_id if isinstance(operation, LicenseOperation) else role(operation.site_url)


def _preserved(book: Book, population: Population, answers: Mapping[Key, Answer]) -> Iterator[DriftItem]:
    keys = [key for key in population.counts if any(map(_is_extra, answers[key].kept))]
    for person, key in population.fetch(keys):
        for kept in answers[key].kept:
            if _is_extra(kept):
                pool = book.catalog.pools.get(kept.holding)
                yield DriftItem(
                    person.id,
                    person.email,
                    "preserved",
                    pool.name if pool else ATTENDEE,
                    pool.id if pool else None,
                    kept.product.site or None,
                    _ROW[kept.row],
                    kept.because,
                    kind="outsideDefaults" if kept.row == "c" else _ROW[kept.row],
                    name=person.name,
                    subscription=pool.subscription if pool else None,
                )


def _is_extra(kept: Kept) -> bool:
    return kept.row in _ROW


def marked_new(items: tuple[DriftItem, ...], before: LiveView) -> tuple[DriftItem, ...]:
    """The items, with those marked that were not so in `before`, the reading of the last apply."""
    situations = {situation.id: situation for situation, _ in before.situations()}
    found = before.locate({item.person_id for item in items})

    def is_new(item: DriftItem) -> bool:
        then = situations.get(found.get(item.person_id, -1))
        if then is None:
            return True
        held = item.site in then.attendee_sites if item.license_id is None else item.license_id in then.holdings
        return held == (item.direction == "missing")

    return tuple(msgspec.structs.replace(item, since_apply=is_new(item)) for item in items)
