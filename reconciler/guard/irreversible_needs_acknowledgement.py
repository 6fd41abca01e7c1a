"""Every removal of a Calling license must be covered by an Acknowledgement: number, voicemail and settings may be lost.

It permits, never causes; it is a reviewed file in git, there is no command-line force. Source: RULES 4.5, 7.2 (R66).
"""

from __future__ import annotations

from reconciler.guard.sight import Sight
from reconciler.model.plan import Change, GuardResult


def check(sight: Sight) -> list[GuardResult]:
    """One objection per license that has uncovered removals, naming people."""
    lost: dict[str, list[Change]] = {}
    for change in sight.changes:
        for operation in change.licenses:
            if operation.irreversible:
                lost.setdefault(sight.book.catalog.canonical(operation.license), []).append(change)
    results = []
    for name, changes in sorted(lost.items()):
        uncovered = _uncovered(sight, name, changes)
        if not uncovered:
            results.append(GuardResult("irreversible", "stop", f"{_removals(len(changes))} of {name}", True))
            continue
        shown = ", ".join(uncovered[:10]) + (f" and {len(uncovered) - 10} more" if len(uncovered) > 10 else "")
        results.append(
            GuardResult(
                "irreversible",
                "stop",
                f"{_removals(len(uncovered))} of {name} would lose number, voicemail and settings for good: {shown}. If this "
                f"is meant, add an Acknowledgement (license: {name}, users: [...], reason, until)",
            )
        )
    return results


def _removals(count: int) -> str:
    return "1 removal" if count == 1 else f"{count} removals"


def _uncovered(sight: Sight, name: str, changes: list[Change]) -> list[str]:
    """Addresses of those whom no Acknowledgement names, unless they are no more than one with `max` allows."""
    allowed = [
        paper.max or 0
        for paper in sight.book.desired.acknowledgements
        if paper.license is not None
        and paper.until >= sight.book.today
        and sight.book.catalog.canonical(paper.license) == name
    ]
    rest = [change.email for change in changes if name not in sight.acknowledged.get(change.person_id, ())]
    return [] if len(rest) <= max(allowed, default=0) else rest
