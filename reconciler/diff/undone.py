"""The part of a difference that takes a run back, and what of the run stays all the same, with the reason.

A person's change goes whole where it both gives and takes, because half of a replacement is something nobody planned
(RULES 7.5); otherwise only what takes the run back is kept, with the free licenses that come along.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from reconciler.book.book import Book
from reconciler.book.population import Population
from reconciler.diff.changes import Difference, Losses
from reconciler.model.catalog import Product, attendee
from reconciler.model.expected import Allocation, Answer, Key
from reconciler.model.live import Person
from reconciler.model.plan import AttendeeOperation, Change, LicenseOperation
from reconciler.model.undo import Reversal, Stuck, Undo

_COMES_ALONG = "free-prerequisites-come-along"
_ROLE = "attendee:"
_Any = LicenseOperation | AttendeeOperation
_LOST = "the license comes back{}; voicemail messages, settings and devices do not"


def holding(operation: _Any) -> str:
    """The license id or `attendee:SITE` of an operation."""
    return operation.license_id if isinstance(operation, LicenseOperation) else f"{_ROLE}{operation.site_url}"


def only(
    book: Book,
    population: Population,
    answers: Mapping[Key, Answer],
    allocation: Allocation,
    difference: Difference,
    undo: Undo,
    stuck: tuple[Stuck, ...],
) -> tuple[Difference, tuple[Stuck, ...]]:
    """The difference without what has nothing to do with the undo, and what does not come back.

    `stuck`: what the store and the files kept out before. `book.reversals` says what was left.
    """
    reversals = book.reversals
    changes = [kept for change in difference.changes if (kept := _kept(change, reversals.get(change.person_id)))]
    held = [
        item
        for item in difference.held
        if (reversal := reversals.get(item.person_id)) and _reverses(item.operation, reversal)
    ]
    wanted = {
        (person, str(product))
        for person, reversal in reversals.items()
        for item in reversal.give
        if (product := _product(book, item.holding)) is not None
    }
    places = [at for at, name in enumerate(difference.waiting_keys) if name in wanted]
    going = {
        (change.person_id, product)
        for change in changes
        for operation in _operations(change)
        if operation.operation == "remove" and (product := _product(book, holding(operation))) is not None
    }
    result = Difference(
        changes=changes,
        held=held,
        waiting=[difference.waiting[at] for at in places],
        losses=Losses([loss for loss in difference.losses.people if loss in going]),
        waiting_keys=[difference.waiting_keys[at] for at in places],
    )
    keys = {key for key in population.counts if key.marks.undo is not None}
    people = {person.id: (person, key) for person, key in population.fetch(keys)} if keys else {}
    emails = {person.email for person, _ in people.values()}
    result.findings = [finding for finding in difference.findings if finding.where in emails]
    told = tuple(sorted((*stuck, *_stays(book, answers, allocation, result, undo, people))))
    result.findings += [item.finding() for item in told]
    return result, told


def _kept(change: Change, reversal: Reversal | None) -> Change | None:
    if reversal is None or not any(_reverses(operation, reversal) for operation in _operations(change)):
        return None
    if len({operation.operation for operation in _operations(change)}) > 1:
        return change
    return msgspec.structs.replace(
        change,
        licenses=tuple(item for item in change.licenses if _reverses(item, reversal) or _comes_along(item)),
        attendee_sites=tuple(item for item in change.attendee_sites if _reverses(item, reversal)),
    )


def _operations(change: Change) -> tuple[_Any, ...]:
    return (*change.licenses, *change.attendee_sites)


def _reverses(operation: _Any, reversal: Reversal) -> bool:
    if operation.operation == "remove":
        return holding(operation) in reversal.take
    return any(item.holding == holding(operation) for item in reversal.give)


def _comes_along(operation: LicenseOperation) -> bool:
    return operation.operation == "add" and all(reason.rule == _COMES_ALONG for reason in operation.because)


def _product(book: Book, name: str) -> Product | None:
    return attendee(name.removeprefix(_ROLE)) if name.startswith(_ROLE) else book.catalog.product_of.get(name)


def _stays(
    book: Book,
    answers: Mapping[Key, Answer],
    allocation: Allocation,
    result: Difference,
    undo: Undo,
    people: Mapping[str, tuple[Person, Key]],
) -> Iterator[Stuck]:
    """What the files left alone and the plan has not got all the same; and what hangs on a Calling license."""
    planned = {(change.person_id, holding(item)): item for change in result.changes for item in _operations(change)}
    held = {(item.person_id, holding(item.operation)): item.guard for item in result.held}
    for person_id, reversal in book.reversals.items():
        if person_id not in people:
            continue
        person, key = people[person_id]
        for name in reversal.holdings:
            gave = name in reversal.take
            product = _product(book, name)
            operation = planned.get((person_id, name))
            stuck = Stuck(
                person.email, "gave" if gave else "took", undo.labels.get(name, name), "undo-kept", "", "", "",
                person_id, name,
            )  # fmt: skip
            if operation is not None:
                if not gave and product is not None and book.catalog.is_calling(product):
                    number = isinstance(operation, LicenseOperation) and operation.calling
                    with_it = f" with number {number.phone_number}" if number and number.phone_number else ""
                    yield msgspec.structs.replace(stuck, code="undo-lost-for-good", message=_LOST.format(with_it))
                continue
            if (person_id, name) in held:
                guard = held[person_id, name]
                message = f"a guard holds it back ({guard})"
                yield msgspec.structs.replace(
                    stuck, code="undo-held", message=message, hint="see the guards of the plan"
                )
                continue
            yield _why(stuck, answers[key], allocation, product)


def _why(stuck: Stuck, answer: Answer, allocation: Allocation, product: Product | None) -> Stuck:
    if product is not None and (stuck.person_id, product) in allocation.lost:
        hint = "the next undo, or the next apply, gives it once there is one"
        return msgspec.structs.replace(stuck, code="undo-no-unit", message="no unit is free", hint=hint)
    for finding in allocation.blocked.get((stuck.person_id, product), ()) if product is not None else ():
        return msgspec.structs.replace(stuck, code="undo-refused", message=finding.message, hint=finding.hint)
    for refused in answer.refused:
        if refused.product == product:
            return msgspec.structs.replace(stuck, code="undo-refused", message=refused.message, hint=refused.hint)
    for kept in answer.kept:
        if kept.holding == stuck.holding:
            why = "; ".join(reason.rule.partition(": ")[2] or reason.rule for reason in kept.because)
            return msgspec.structs.replace(stuck, message=f"it stays: {why}")
    return msgspec.structs.replace(stuck, message="what the files grant now leaves no room for it")
