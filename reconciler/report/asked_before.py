"""What was asked of Webex before and did not happen, for plans and drift: few lines for many people, counts always whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from reconciler.book import retry_words
from reconciler.model.catalog import ATTENDEE
from reconciler.model.plan import AskedBefore, SetbackState
from reconciler.report import canvas, wording
from reconciler.report.canvas import FAINT, WARN
from reconciler.report.markdown import Document, escape, names
from reconciler.report.sections import Section

NAMED = 12
_STATES: dict[SetbackState, str] = {
    "pending": "pending",
    "refused": "refused by Webex",
    "silentlyIgnored": "without effect",
    "outOfUnits": "out of units",
    "failed": "failed",
    "unknown": "unclear",
}


class Alike(msgspec.Struct, frozen=True):
    """The same operation that ended the same way, and is asked again, or not, alike. `times` is what stands for all."""

    what: str
    ended: str
    times: str
    again: str
    to_do: str
    people: tuple[str, ...]


def title(items: Sequence[AskedBefore]) -> str:
    """The heading with counts: `Asked before and not done (3): 2 pending, 1 refused by Webex`."""
    counts = Counter(item.state for item in items)
    facts = ", ".join(f"{counts[state]:,} {words}" for state, words in _STATES.items() if counts[state])
    return f"Asked before and not done ({len(items):,}): {facts}"


def alike(items: Iterable[AskedBefore]) -> list[Alike]:
    """Who fares alike stands together: those that rest first, each in the order of the plan."""
    groups: dict[tuple[bool, str, SetbackState, str], list[AskedBefore]] = {}
    for item in items:
        ended = retry_words.ended(item.state, wording.clean(item.detail), item.codes)
        groups.setdefault((item.until is None, _label(item), item.state, ended), []).append(item)
    return [_group(*key, found) for key, found in sorted(groups.items(), key=lambda group: group[0])]


def _group(goes: bool, what: str, state: SetbackState, ended: str, items: list[AskedBefore]) -> Alike:
    since, last = min(item.since for item in items), max(item.last for item in items)
    until = None if goes else max(item.until for item in items if item.until is not None)
    often = max(item.times for item in items)
    up_to = "up to " if len({item.times for item in items}) > 1 else ""
    times = retry_words.asked(often, since, last).replace("asked ", f"asked {up_to}", 1)
    people = tuple(wording.clean(item.email) for item in items)
    return Alike(what, ended, times, retry_words.again(until), retry_words.to_do(state), people)


def _label(item: AskedBefore) -> str:
    name = "attendee role" if item.license == ATTENDEE else item.license
    return f"{'+' if item.operation == 'add' else '-'} {wording.license_label(name, item.site, None)}"


def section(items: Sequence[AskedBefore], all_of_them: str, *, shown: int = NAMED) -> Section:
    """For a terminal: the first `shown` names of each group; `all_of_them` says how to see the others."""
    if not items:
        return []
    parts: Section = [canvas.heading(title(items), WARN)]
    groups = alike(items)
    for group in groups:
        people = wording.count(len(group.people), "person", "people")
        parts.append(canvas.line(f"{group.what}: {people}, {group.ended}", indent=2, hang=2))
        parts.append(canvas.line(f"{group.times}; {group.again}", indent=6, style=FAINT))
        parts.append(canvas.line(wording.some(group.people, shown), indent=6))
        parts.append(canvas.line(f"-> {group.to_do}", indent=6, hang=3))
    if any(len(group.people) > shown for group in groups):
        parts.append(canvas.line(f"Every person: {all_of_them}", indent=2, style=FAINT))
    return parts


def fold(document: Document, items: Sequence[AskedBefore]) -> None:
    """For a pull request."""
    groups = alike(items)
    lines = [
        f"- {escape(group.what)}, {wording.count(len(group.people), 'person', 'people')}: {escape(group.ended)}; "
        f"{escape(group.times)}; {escape(group.again)}. To do: {escape(group.to_do)}. "
        f"{names(group.people, NAMED)}"
        for group in groups
    ]
    if lines:
        document.fold(title(items), lines, noun="operation", counts=[len(group.people) for group in groups])
    if any(len(group.people) > NAMED for group in groups):
        document.shortened()


def resting(items: Iterable[AskedBefore]) -> int:
    """How many of them are not asked for now."""
    return sum(item.until is not None for item in items)
