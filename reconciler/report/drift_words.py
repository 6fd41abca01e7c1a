"""The words of a drift report: what each group is called, what it means and what to do, and each item's when, who and why."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from reconciler.model.attribution import Attributed
from reconciler.model.catalog import ATTENDEE
from reconciler.model.drift import Drift, DriftGroup, DriftItem, DriftKind, StructuralChange, grouped
from reconciler.report import wording

DIRECTIONS = {"missing": "missing", "extra": "extra", "preserved": "kept"}
CAUSES = {
    "addedByHand": "somebody else gave it",
    "removedByHand": "somebody else took it away",
    "joinedGroup": "joined a group",
    "leftGroup": "left a group",
    "newcomer": "new in the organization",
    "deactivated": "was deactivated",
    "exception": "an exception began or ended",
    "capacityFreed": "units are free now",
    "filesChanged": "the files changed",
    "neverApplied": "never applied so far",
}
_INCOMPLETE = frozenset({"license-incomplete", "group-incomplete", "group-missing", "group-emptied", "people-shrunk"})
_APPLY = "plan and apply put it right"
_EXCEPTION = "if it is meant, write a UserException"


class Words(NamedTuple):
    """A group's title, its meaning, and what to do about it."""

    title: str
    meaning: str
    to_do: str


KINDS: dict[DriftKind, Words] = {
    "addedByHand": Words(
        "Added by hand", "somebody else gave it, and the files do not want it",
        f"{_EXCEPTION} or a template; what is extra goes with the next apply, what is kept stays while `retention.manual` is "
        "`preserve`",
    ),
    "removedByHand": Words(
        "Removed by hand", "the files want it, and somebody else took it away",
        f"the next apply gives it again; {_EXCEPTION} that denies it",
    ),
    "anotherWriter": Words(
        "Another writer", "we did it twice, and each time somebody undid it",
        "find the other one: Control Hub's own license templates, a directory connector, a script; then apply",
    ),
    "outsideDefaults": Words(
        "Outside the default subscription or site", "held where the files name no subscription or site",
        "what is extra goes with the next apply; what is kept stays while `retention.outsideDefaults` is `preserve`; naming the "
        "subscription or site makes it right as it is",
    ),
    "wrongTier": Words(
        "Wrong tier", "another license of the family or site is held than the one wanted", f"{_APPLY}, in one call"
    ),
    "shouldBeHost": Words(
        "Should be host", "attendee of a site on which the files want a host license", f"{_APPLY}, in one call"
    ),
    "shouldBeAttendee": Words(
        "Should be attendee", "host on a site on which the files want the attendee role", f"{_APPLY}, in one call"
    ),
    "joinedGroup": Words("Joined a group", "a group's template gives it", _APPLY),
    "leftGroup": Words(
        "Left a group", "the group's template gave it",
        "what is extra goes with the next apply; what is kept stays while `retention.groupChange` is `preserve`",
    ),
    "newcomer": Words("New in the organization", "came after the last apply", _APPLY),
    "deactivated": Words(
        "Deactivated but licensed", "deactivated people hold it and it counts",
        "`deactivatedUsers: remove` frees it; Webex deletes them after 30 days",
    ),
    "exception": Words("Exception", "an exception began or ended", _APPLY),
    "capacityFreed": Words("Waited for", "units are free now", _APPLY),
    "filesChanged": Words("Files changed", "the files say something else than at the last apply", _APPLY),
    "incompleteRead": Words(
        "Incomplete reading", "it would go, had everything been read", "sync again later; see the findings"
    ),
    "neverApplied": Words("Never applied", "nothing was applied from this store so far", _APPLY),
}  # fmt: skip


def groups(drift: Drift) -> tuple[DriftGroup, ...]:
    """The groups with their counts."""
    return drift.groups or grouped(drift.items)


def incomplete(drift: Drift) -> bool:
    """Whether the reading is known to have had holes."""
    return any(finding.code in _INCOMPLETE for finding in drift.findings)


def label(item: DriftItem) -> str:
    """The license, with its site, and with its subscription where that is the point."""
    name = "attendee role" if item.license == ATTENDEE else item.license
    return wording.license_label(name, item.site, item.subscription if item.kind == "outsideDefaults" else None)


def why(item: DriftItem) -> str:
    """The cause, and the chain of reasons."""
    chain = wording.reasons(item.because)
    cause = "outside the defaults" if item.kind == "outsideDefaults" else CAUSES.get(item.cause, item.cause)
    return f"{cause}{f' ({chain})' if chain else ''}"


def since(item: DriftItem) -> str:
    """When it came about, as far as the store knows: between two readings, or by a run of ours.

    >>> when = datetime(2026, 11, 21, 14, tzinfo=UTC), datetime(2026, 11, 21, 22, tzinfo=UTC)
    >>> since(DriftItem("P", "a@x", "extra", "X", "L", None, "addedByHand", (), after=when[0], seen=when[1]))
    'between 2026-11-21 14:00 and 22:00 UTC'
    """
    if item.seen is None:
        return "since the last apply" if item.since_apply else ""
    if item.after is None:
        return f"by {wording.moment(item.seen)}"
    if item.after >= item.seen:
        return f"by our run of {wording.moment(item.seen)}"
    if wording.moment(item.after) == wording.moment(item.seen):
        return f"around {wording.moment(item.seen)}"
    return f"between {_short(item.after, item.seen)} and {_short(item.seen, item.after, last=True)}"


def _short(moment: datetime, other: datetime, *, last: bool = False) -> str:
    """One end of a span; the day is told once where both ends have the same."""
    mine, theirs = moment.astimezone(UTC), other.astimezone(UTC)
    same = mine.date() == theirs.date()
    text = mine.strftime("%H:%M" if last and same else "%Y-%m-%d %H:%M")
    return f"{text} UTC" if last or not same else text


def who(item: DriftItem) -> str:
    """Who probably did it; empty where nobody is named."""
    if item.by is None:
        return ""
    actor = wording.person(item.by.actor_email or item.by.actor, item.by.actor)
    said = f": {wording.clean(item.by.description)}" if item.by.description else ""
    return f"probably {actor}, {wording.moment(item.by.at)}{said}"


def attribution(found: Attributed) -> str:
    """How far attribution came, in one line; empty where nobody asked."""
    if found.sight == "notAsked":
        return ""
    if found.sight == "nothingToAsk":
        return "Who did it: nothing was seen being done by hand."
    if found.sight in ("notAllowed", "notFound"):
        return f"Who did it: {found.note}"
    told = (
        (found.probably, "exactly one event fits {}"),
        (found.several, "several fit {}, so nobody is named"),
        (found.nobody, "none fits {} (a directory connector or another program makes none)"),
        (found.unknown_time, "{} are of a time that was not read"),
    )
    facts = "; ".join(words.format(f"{number:,}") for number, words in told if number)
    events = wording.count(found.events, "admin audit event")
    differences = wording.count(sum(number for number, _ in told), "difference")
    return f"Who did it: of {differences} by hand, {facts}. {events} read.{f' {found.note}' if found.note else ''}"


def structure(change: StructuralChange) -> str:
    """A change of the organization's licenses, subscriptions, sites or groups."""
    what = wording.clean(change.what)
    if not change.field:
        return f"{what} {change.change}"
    before, after = wording.clean(change.before) or "-", wording.clean(change.after) or "-"
    return f"{what}: {wording.clean(change.field)} {before} -> {after}"
