"""Every removal of a Calling license must be covered by an Acknowledgement.

Why: number, voicemail and settings may be lost for good. An Acknowledgement permits, never causes; it is a reviewed file in
git, there is no command-line force. `max` is counted over its lifetime, over all applies. Source: RULES 4.5, 7.2 (R66).

>>> from tests.support.example import example
>>> story = '''
... templates: {everyone: {licenses: [Basic Messaging]}}
... exceptions: {leaver: {users: [ann], deny: [Webex Calling - Professional]}}
... people: {ann: {holds: [Basic Messaging, Webex Calling - Professional]}}
... '''
>>> example(story)
ann: - Webex Calling - Professional
stop irreversible: 1 removal of Webex Calling - Professional would lose number, voicemail and settings for
    good: ann@acme.example. If this is meant, add an Acknowledgement (license: Webex Calling - Professional,
    users: [...], reason, until)
>>> example(story + "acknowledgements: {agreed: {license: Webex Calling - Professional, users: [ann]}}")
ann: - Webex Calling - Professional
"""

from __future__ import annotations

from reconciler.guard.sight import Sight, lost_before
from reconciler.model.desired import Acknowledgement
from reconciler.model.plan import GuardResult


def check(sight: Sight) -> list[GuardResult]:
    """One objection per license that has uncovered removals, naming people."""
    lost: dict[str, list[_Loss]] = {}
    for change in sight.changes:
        for operation in change.licenses:
            if operation.irreversible:
                name = sight.book.catalog.canonical(operation.license)
                lost.setdefault(name, []).append((change.person_id, operation.license_id, change.email))
    return [_judged(sight, name, losses) for name, losses in sorted(lost.items())]


_Loss = tuple[str, str, str]
"""Person id, license id, address."""


def _judged(sight: Sight, name: str, losses: list[_Loss]) -> GuardResult:
    rest = [loss for loss in losses if name not in sight.acknowledged.get(loss[0], ())]
    planned = {(person, license_id) for person, license_id, _ in losses}
    papers = [
        (paper.max - used - len(rest), used, paper)
        for paper in sight.book.desired.acknowledgements
        if _permits(sight, paper, name) and paper.max
        for used in (lost_before(sight.book, paper, planned, sight.acknowledged),)
    ]
    left, used, best = max(papers, key=lambda item: item[0], default=(-1, 0, None))
    counted = ""
    if best is not None and (used or left < 0):
        counted = f"; acknowledgement {best.name!r}: {used} before, {len(rest)} now, max {best.max}"
    if not rest or left >= 0:
        return GuardResult("irreversible", "stop", f"{_removals(len(losses))} of {name}{counted}", True)
    people = [email for _, _, email in rest]
    shown = ", ".join(people[:10]) + (f" and {len(people) - 10} more" if len(people) > 10 else "")
    return GuardResult(
        "irreversible",
        "stop",
        f"{_removals(len(rest))} of {name} would lose number, voicemail and settings for good: {shown}{counted}. If this is "
        f"meant, add an Acknowledgement (license: {name}, users: [...], reason, until)",
    )


def _permits(sight: Sight, paper: Acknowledgement, name: str) -> bool:
    in_force = paper.license is not None and paper.until >= sight.book.today
    return in_force and sight.book.catalog.canonical(paper.license or "") == name


def _removals(count: int) -> str:
    return "1 removal" if count == 1 else f"{count} removals"
