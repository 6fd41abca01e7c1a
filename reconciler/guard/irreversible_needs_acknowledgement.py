"""Every removal of a Calling licence must be covered by an Acknowledgement: number, voicemail and settings may be lost.

It permits, never causes; it is a reviewed file in git, there is no command-line force. Source: RULES 4.5, 7.2 (R66).
"""

from __future__ import annotations

from reconciler.guard.sight import Sight
from reconciler.model import canonical
from reconciler.model.plan import GuardResult


def check(sight: Sight) -> list[GuardResult]:
    """One objection per licence that has uncovered removals, naming people."""
    lost: dict[str, list[str]] = {}
    for change in sight.changes:
        for operation in change.licenses:
            if operation.irreversible:
                lost.setdefault(sight.book.catalog.canonical(operation.license), []).append(change.email)
    results = []
    for name, people in sorted(lost.items()):
        uncovered = _uncovered(sight, name, people)
        if not uncovered:
            results.append(GuardResult("irreversible", "stop", f"{_removals(people)} of {name}", True))
            continue
        shown = ", ".join(uncovered[:10]) + (f" and {len(uncovered) - 10} more" if len(uncovered) > 10 else "")
        results.append(
            GuardResult(
                "irreversible",
                "stop",
                f"{_removals(uncovered)} of {name} would lose number, voicemail and settings for good: {shown}. If this "
                f"is meant, add an Acknowledgement (license: {name}, users: [...], reason, until)",
            )
        )
    return results


def _removals(people: list[str]) -> str:
    return "1 removal" if len(people) == 1 else f"{len(people)} removals"


def _uncovered(sight: Sight, name: str, people: list[str]) -> list[str]:
    papers = [
        paper
        for paper in sight.book.desired.acknowledgements
        if paper.license is not None
        and paper.until >= sight.book.today
        and sight.book.catalog.canonical(paper.license) == name
    ]
    named = {canonical.email(address) for paper in papers for address in paper.users}
    rest = [address for address in people if canonical.email(address) not in named]
    return [] if len(rest) <= max((paper.max or 0 for paper in papers), default=0) else rest
