"""What of a reviewed plan may still be sent, now that the organization was read again (RULES 7.5). Pure.

Only operations that are in both plans are sent, with the reasons of the fresh one, because what is a replacement and who
gave what is read from them: fewer or softer is fine, more never. Where the fresh plan both gives
and takes for one person, it goes as a whole or not at all: half of a replacement would be something nobody planned.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import msgspec

from reconciler.execute.operation import AnyOperation, Holdings, Key, bare, in_words, is_so, key, operations_of
from reconciler.model.plan import AttendeeOperation, Change, Held, LicenseOperation, Plan
from reconciler.model.result import OperationResult, PersonResult

Lookup = Callable[[str], Holdings | None]
"""Person id -> what they have now, None when the organization does not have them any more."""

GONE = "The person is no longer in the organization."
MORE = "The organization changed: a fresh plan does more for this person than was reviewed."
NO_LONGER = "The organization changed: a fresh plan does not ask for this any more."
OTHER_CALLING = "A fresh plan gives another number, extension or location."
OTHER_POOL = "A fresh plan draws on another subscription."
OPPOSITE = "A fresh plan does the opposite."
UNCLEAR = "An earlier run left a call for this person open, and nobody can tell what came of it; plan again later."
NO_UNIT = "No unit is left: the person waits."


class Reconciled(msgspec.Struct, frozen=True):
    """The reviewed plan, split. `to_send` in the plan's order, each with what the fresh plan expects of the person, and its
    reasons.

    `already_done` and `skipped` hold one result per person concerned; a person may be in all three. `held`: operations
    of the reviewed plan that a guard holds back now; they are not sent and do not count as undone.
    """

    to_send: tuple[Change, ...]
    already_done: tuple[PersonResult, ...]
    skipped: tuple[PersonResult, ...]
    held: tuple[Held, ...]


def reconcile_with_live(planned: Plan, fresh: Plan, lookup: Lookup) -> Reconciled:
    """Split the operations of `planned` by what `fresh`, made from a reading just now, says of them."""
    state = _Fresh(planned, fresh, lookup)
    to_send: list[Change] = []
    done: list[PersonResult] = []
    skipped: list[PersonResult] = []
    held: list[Held] = []
    for change in planned.changes:
        sending = []
        results: dict[str, list[OperationResult]] = {"alreadyDone": [], "skipped": []}
        for item in operations_of(change):
            kept = state.held.get(key(change.person_id, item))
            if state.sendable(change, item):
                sending.append(state.own(change, item))
            elif kept is not None:
                held.append(kept)
            else:
                result = state.judge(change, item)
                results[result.outcome].append(result)
        if sending:
            to_send.append(_change(change, sending, state.changes[bare(change.person_id)]))
        for outcome, into in (("alreadyDone", done), ("skipped", skipped)):
            if results[outcome]:
                into.append(PersonResult(change.person_id, change.email, tuple(results[outcome])))
    return Reconciled(tuple(to_send), tuple(done), tuple(skipped), tuple(held))


def leave_alone(split: Reconciled, people: Collection[str]) -> Reconciled:
    """The same, with nobody of `people` (ids without padding) sent: what became of an earlier call for them is unclear."""
    out = [change for change in split.to_send if bare(change.person_id) in people]
    if not out:
        return split
    left = tuple(
        PersonResult(
            change.person_id,
            change.email,
            tuple(OperationResult(item, "skipped", UNCLEAR) for item in operations_of(change)),
        )
        for change in out
    )
    kept = tuple(change for change in split.to_send if bare(change.person_id) not in people)
    return msgspec.structs.replace(split, to_send=kept, skipped=(*split.skipped, *left))


class _Fresh:
    """The fresh plan, indexed by person and by operation."""

    def __init__(self, planned: Plan, fresh: Plan, lookup: Lookup) -> None:
        self.changes = {bare(change.person_id): change for change in fresh.changes}
        self.held = {key(item.person_id, item.operation): item for item in fresh.held}
        self._waiting = {(bare(item.person_id), item.license, item.site) for item in fresh.waiting}
        self._lookup = lookup
        reviewed = {key(change.person_id, item) for change in planned.changes for item in operations_of(change)}
        self._whole = {person: _goes(change, reviewed) for person, change in self.changes.items()}

    def sendable(self, change: Change, item: AnyOperation) -> bool:
        return self._has(change, item) and self._whole[bare(change.person_id)]

    def own(self, change: Change, item: AnyOperation) -> AnyOperation:
        """What the fresh plan calls `item`: the reasons of a file from outside decide nothing."""
        wanted, fresh = key(change.person_id, item), self.changes[bare(change.person_id)]
        return next(other for other in operations_of(fresh) if key(change.person_id, other) == wanted)

    def judge(self, change: Change, item: AnyOperation) -> OperationResult:
        """alreadyDone, or skipped with the reason, for an operation that is not to be sent."""
        if self._has(change, item):
            return OperationResult(item, "skipped", MORE)
        now = self._lookup(change.person_id)
        if now is None:
            return OperationResult(item, "skipped", GONE)
        if is_so(item, now):
            return OperationResult(item, "alreadyDone", "It was so already.")
        return OperationResult(item, "skipped", self._why(change, item))

    def _has(self, change: Change, item: AnyOperation) -> bool:
        fresh = self.changes.get(bare(change.person_id))
        return fresh is not None and key(change.person_id, item) in _keys(fresh)

    def _why(self, change: Change, item: AnyOperation) -> str:
        person = bare(change.person_id)
        fresh = self.changes.get(person)
        for other in operations_of(fresh) if fresh else ():
            reason = _compared(item, other)
            if reason:
                return reason
        if isinstance(item, AttendeeOperation) or item.operation == "remove":
            return NO_LONGER
        return NO_UNIT if (person, item.license, item.site) in self._waiting else NO_LONGER


def _compared(item: AnyOperation, other: AnyOperation) -> str:
    """What `other`, which the fresh plan has for the same person, says about `item`, which it does not have."""
    if isinstance(item, AttendeeOperation) or isinstance(other, AttendeeOperation):
        mine, yours = key("", item), key("", other)
        return OPPOSITE if (mine.what, mine.target) == (yours.what, yours.target) else ""
    if bare(item.license_id) == bare(other.license_id):
        return OPPOSITE if item.operation != other.operation else OTHER_CALLING
    same_product = (item.operation, item.license, item.site) == (other.operation, other.license, other.site)
    return OTHER_POOL if same_product else ""


def _keys(change: Change) -> set[Key]:
    return {key(change.person_id, item) for item in operations_of(change)}


def _goes(fresh: Change, reviewed: set[Key]) -> bool:
    """Whether the reviewed part of `fresh` may be sent: all of it is reviewed, or it only gives, or it only takes."""
    directions = {item.operation for item in operations_of(fresh)}
    return len(directions) < 2 or _keys(fresh) <= reviewed


def _change(planned: Change, items: Iterable[AnyOperation], fresh: Change) -> Change:
    kept = list(items)
    return msgspec.structs.replace(
        fresh,
        display_name=planned.display_name,
        licenses=tuple(item for item in kept if isinstance(item, LicenseOperation)),
        attendee_sites=tuple(item for item in kept if isinstance(item, AttendeeOperation)),
    )


def held_in_words(held: Held) -> str:
    """One line for the user about an operation of the reviewed plan that a guard holds back now."""
    return f"Held by {held.guard}: {in_words(held.operation)} for {held.email}"
