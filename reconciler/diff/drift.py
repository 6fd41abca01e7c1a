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
from reconciler.model.drift import DriftCause, DriftItem
from reconciler.model.expected import Answer, Kept, Key
from reconciler.model.plan import AttendeeOperation, Because, Change, LicenseOperation, Plan
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


def drift_items(plan: Plan, book: Book, population: Population, answers: Mapping[Key, Answer]) -> tuple[DriftItem, ...]:
    """Every difference, ordered by address, direction and license."""
    applied = book.memory.registry is not None
    items = [item for change in plan.changes for item in _changed(change, applied)]
    for held in plan.held:
        if held.operation.operation == "remove":  # what would come in its place is not there, and not wanted beside it
            items.append(_item(held.person_id, held.email, "preserved", held.operation, applied, _guarded(held.guard)))
    items.extend(_preserved(book, population, answers))
    return tuple(
        sorted(items, key=lambda i: (i.email.casefold(), i.direction, i.license, i.site or "", i.license_id or ""))
    )


def _changed(change: Change, applied: bool) -> Iterator[DriftItem]:
    operations: list[LicenseOperation | AttendeeOperation] = [*change.licenses, *change.attendee_sites]
    for operation in operations:
        direction: Direction = "missing" if operation.operation == "add" else "extra"
        yield _item(change.person_id, change.email, direction, operation, applied, ())


def _guarded(guard: str) -> tuple[Because, ...]:
    return (Because(f"held back by the guard {guard}"),)


def _item(
    person_id: str,
    email: str,
    direction: Direction,
    operation: LicenseOperation | AttendeeOperation,
    applied: bool,
    guarded: tuple[Because, ...],
) -> DriftItem:
    causes = _MISSING if direction == "missing" else _EXTRA
    cause: DriftCause = causes[operation.cause] if applied else "neverApplied"
    because = (*operation.because, *guarded)
    if isinstance(operation, AttendeeOperation):
        return DriftItem(person_id, email, direction, ATTENDEE, None, operation.site_url, cause, because)
    name, license_id, site = operation.license, operation.license_id, operation.site
    return DriftItem(person_id, email, direction, name, license_id, site, cause, because)


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
