"""What of a plan was asked of Webex before and did not happen: what is tried again, and what rests until when."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from reconciler.book import retries
from reconciler.book.book import Book
from reconciler.model.catalog import ATTENDEE
from reconciler.model.expected import role
from reconciler.model.memory import Setback
from reconciler.model.plan import AskedBefore, AttendeeOperation, Change, Held, LicenseOperation

_Any = LicenseOperation | AttendeeOperation


def asked_before(book: Book, changes: Collection[Change], held: Collection[Held]) -> tuple[AskedBefore, ...]:
    """Each operation with a setback, in the order of the plan: those it asks for again first, then those held back."""
    if not book.setbacks:
        return ()
    again = []
    for person in changes:
        operations: list[_Any] = [*person.licenses, *person.attendee_sites]
        for operation in operations:
            setback = _of(book, person.person_id, operation)
            if setback is not None:
                again.append(_told(person.email, operation, setback, None))
    return (*again, *_held_back(book, [item for item in held if item.guard == retries.CODE]))


def _held_back(book: Book, held: Collection[Held]) -> Iterator[AskedBefore]:
    # A removal rests for a day at most, and so does the role that is to come in its place.
    going = {
        (item.person_id, item.operation.site)
        for item in held
        if isinstance(item.operation, LicenseOperation) and item.operation.operation == "remove"
    }
    for item in held:
        setback = _of(book, item.person_id, item.operation)
        if setback is not None:
            until = retries.rests_until(setback, book.catalog)
            if until and isinstance(item.operation, AttendeeOperation) and _comes(item, item.operation, going):
                until = min(until, setback.last + retries.LONGEST_FOR_A_REMOVAL)
            yield _told(item.email, item.operation, setback, until)


def _comes(item: Held, operation: AttendeeOperation, going: set[tuple[str, str | None]]) -> bool:
    return operation.operation == "add" and (item.person_id, operation.site_url) in going


def _of(book: Book, person: str, operation: _Any) -> Setback | None:
    """The setback of this very operation, the same way round."""
    holding = role(operation.site_url) if isinstance(operation, AttendeeOperation) else operation.license_id
    found = book.setbacks.get((person, holding))
    return found if found is not None and found.operation == operation.operation else None


def _told(email: str, operation: _Any, setback: Setback, until: datetime | None) -> AskedBefore:
    is_role = isinstance(operation, AttendeeOperation)
    name = ATTENDEE if isinstance(operation, AttendeeOperation) else operation.license
    site = operation.site_url if isinstance(operation, AttendeeOperation) else operation.site
    license_id = None if is_role else setback.holding
    return AskedBefore(
        setback.person_id, email, operation.operation, name, license_id, site, setback.state, setback.codes, setback.detail,
        setback.times, setback.since, setback.last, until,
    )  # fmt: skip
