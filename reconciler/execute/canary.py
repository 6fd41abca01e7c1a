"""The first replacement of each kind goes alone and must come out whole before the others of its kind start.

What keeps Webex from giving one person the new license (a pool that is not what it seems, a silent limit) mostly keeps it
from giving it to anybody, and each failure costs a call that takes and a call that puts back. A kind is the pair of
what goes and what comes. Who was merely refused, so that nothing was taken, proves nothing: the next one goes first, so
that one person whom Webex always refuses does not keep everybody else waiting.
"""

from __future__ import annotations

from collections import Counter

from reconciler.execute.operation import AnyOperation
from reconciler.execute.replacement import Kind, Replacement, replacements
from reconciler.model.plan import Change
from reconciler.model.result import OperationResult, PersonResult

_REFUSALS = 10
"""So many refused one after another, and none given yet: the kind is given up."""


class Canaries:
    """Which kinds of replacement are proven, being tried, or known to go wrong; mutable, one per run."""

    def __init__(self) -> None:
        self._whole: set[Kind] = set()
        self._trying: set[Kind] = set()
        self._refused: Counter[Kind] = Counter()
        self._broken: dict[Kind, str] = {}

    def wait(self, change: Change) -> bool:
        """Whether the first one of a kind of `change` is on its way, so that this one has to wait."""
        return bool(self._trying) and any(item.kind in self._trying for item in replacements(change))

    def begin(self, change: Change) -> None:
        """`change` is about to be sent."""
        self._trying.update(item.kind for item in replacements(change) if item.kind not in self._whole)

    def forget(self, change: Change) -> None:
        """`change` was not sent after all: the next one of its kinds goes first."""
        self._trying.difference_update(item.kind for item in replacements(change))

    def settle(self, change: Change, result: PersonResult) -> None:
        """What `change` showed of its kinds. A kind that went wrong once stays so, whoever was on the way besides."""
        if not (found := replacements(change)):
            return
        ended = {item.operation: item for item in result.operations}
        for item in found:
            self._trying.discard(item.kind)
            outcomes = [ended[operation] for operation in item.operations]
            if all(outcome.outcome == "done" for outcome in outcomes):
                self._whole.add(item.kind)
            elif item.kind not in self._whole and not self._harmless(item, outcomes):
                self._broken.setdefault(item.kind, _why(result, item, outcomes))

    def _harmless(self, item: Replacement, outcomes: list[OperationResult]) -> bool:
        if any(outcome.outcome != "refused" for outcome in outcomes):
            return False
        self._refused[item.kind] += 1
        return self._refused[item.kind] < _REFUSALS

    def given_up(self, change: Change) -> tuple[tuple[AnyOperation, ...], str]:
        """The replacements of `change` that are not sent because the first of their kind went wrong, and how it did."""
        found = [item for item in replacements(change) if item.kind in self._broken] if self._broken else []
        operations = tuple(operation for item in found for operation in item.operations)
        return operations, self._broken[found[0].kind] if found else ""


def _why(result: PersonResult, item: Replacement, outcomes: list[OperationResult]) -> str:
    goes, comes = item.kind
    wrong = next(outcome for outcome in outcomes[1:] + outcomes[:1] if outcome.outcome != "done")
    first = f"{comes} in place of {goes} for {result.email}: {wrong.detail or wrong.outcome}"
    return f"The first replacement of its kind did not come out whole: {first}"
