"""The words that all reports share, so that one thing is called the same everywhere.

Names of people, groups and licenses come from outside: `clean` takes out whatever could move a terminal's cursor, change
its colours or reverse the reading direction before a report shows them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from reconciler.model.finding import Finding
from reconciler.model.plan import (
    AttendeeOperation,
    Because,
    CallingProperties,
    LicenseOperation,
    Plan,
    Summary,
    Waiting,
)

CAUSES = {
    "newcomer": "new here",
    "promoted": "waited, and a unit is free now",
    "groupChange": "group membership changed",
    "exception": "an exception says so",
    "deactivated": "deactivated",
    "drift": "changed in Webex since the last apply",
    "config": "the files say so",
    "undo": "a run is taken back",
}
_ADDRESS = re.compile(r"[^\s:]+@[^\s:]+")  # places in files have a line number
_FORMATTING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_BUDGET = "budgets-count-who-holds-the-name"
_JOINERS = frozenset({"\u200c", "\u200d"})  # they belong to words of several scripts and to emoji


def clean(text: str) -> str:
    """One printable line: line breaks and tabs become spaces, other control and direction characters go.

    >>> clean("Ann\\x1b[31m\\nExample")
    'Ann[31m Example'
    """
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", " ").replace("\n", " ").replace("\t", " ")
    return "".join(c for c in text if c in _JOINERS or unicodedata.category(c) not in _FORMATTING)


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun.

    >>> count(1, "person", "people"), count(1200, "license")
    ('1 person', '1,200 licenses')
    """
    return f"{number:,} {one if abs(number) == 1 else many or one + 's'}"


def units(number: int | None) -> str:
    """A number of units; `?` where Webex did not say."""
    return "?" if number is None else f"{number:,}"


def moment(when: datetime) -> str:
    """A time in UTC, to the minute.

    >>> moment(datetime(2026, 11, 21, 20, 5, 59, tzinfo=UTC))
    '2026-11-21 20:05 UTC'
    """
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def license_label(name: str, site: str | None, subscription: str | None) -> str:
    """A license as people name it.

    >>> license_label("Webex Meetings Suite", "acme.webex.com", "Sub-1")
    'Webex Meetings Suite @ acme.webex.com (Sub-1)'
    """
    label = f"{name} @ {site}" if site else name
    return clean(f"{label} ({subscription})" if subscription else label)


def operation_label(operation: LicenseOperation | AttendeeOperation) -> str:
    """What an operation gives or takes."""
    if isinstance(operation, AttendeeOperation):
        return clean(f"attendee role @ {operation.site_url}")
    return license_label(operation.license, operation.site, operation.subscription)


def sign(operation: LicenseOperation | AttendeeOperation) -> str:
    """`+` or `-`."""
    return "+" if operation.operation == "add" else "-"


def calling(properties: CallingProperties | None) -> str:
    """Number and extension that a Calling license is given with, or nothing."""
    if properties is None:
        return ""
    parts = [f"number {properties.phone_number}"] if properties.phone_number else []
    parts += [f"extension {properties.extension}"] if properties.extension else []
    return clean(", ".join(parts))


def reason(because: Because) -> str:
    """One reason: the template or exception, where it stands, and the rule.

    >>> reason(Because("granted", "sales", "templates/sales.yaml:7"))
    'sales, templates/sales.yaml:7 [granted]'
    """
    parts = [part for part in (because.template, because.source) if part]
    return clean(f"{', '.join(parts)} [{because.rule}]" if parts else f"[{because.rule}]")


def reasons(because: Sequence[Because], cause: str | None = None) -> str:
    """A chain of reasons in one line, with the cause of the change in front."""
    chain = "; ".join(reason(item) for item in because)
    front = CAUSES.get(cause, cause) if cause else ""
    return ": ".join(part for part in (front, chain) if part)


def lacking(waiting: Iterable[Waiting]) -> str:
    """What those who wait have not got: a unit, or a place in a budget where that is all that some of them lack."""
    full = any(reason.rule.startswith(_BUDGET) for item in waiting for reason in item.because[-1:])
    return "no unit left for them, or no place in a budget" if full else "no unit left for them"


def person(email: str, name: str = "") -> str:
    """A person by address, with the display name where it says more."""
    name = clean(name)
    return f"{clean(email)} ({name})" if name and name != clean(email) else clean(email)


def some(names: Iterable[str], shown: int) -> str:
    """The first names of many, and how many more there are.

    >>> some(["a", "b", "c", "d"], 2)
    'a, b and 2 more'
    """
    everybody = list(names)
    rest = len(everybody) - shown
    text = ", ".join(everybody[:shown])
    return f"{text} and {rest:,} more" if rest > 0 else text


def verdict(plan: Plan) -> str:
    """The plan in one line, counts first.

    `Plan for acme: 12 people, +14 licenses, -2, 3 waiting`
    """
    facts = _counts(plan.summary)
    stuck = blocked(plan.findings)
    if not plan.changes and stuck:
        facts = ["nothing to send", *facts, f"{count(stuck, 'person', 'people')} blocked by findings"]
    elif not plan.changes:
        facts.insert(0, "nothing to change")
    else:
        facts.insert(0, count(plan.summary.people, "person", "people"))
        facts += [f"{count(stuck, 'person', 'people')} blocked by findings"] if stuck else []
    return f"Plan for {clean(plan.organization.name)}: {', '.join(facts)}"


def blocked(findings: Iterable[Finding]) -> int:
    """How many people findings keep from what the files want: those whom a warning names by address.

    Whoever undoes our changes (`another-writer`) is no block: the change is planned all the same.
    """
    return len({item.where for item in blocking(findings)})


def blocking(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that `blocked` counts the people of."""
    warnings = (item for item in findings if item.severity == "warning" and item.code != "another-writer")
    return [item for item in warnings if _ADDRESS.fullmatch(item.where)]


def _counts(summary: Summary) -> list[str]:
    facts = _signed(summary.additions, summary.removals, "license")
    facts += _signed(summary.attendee_additions, summary.attendee_removals, "attendee role")
    facts += [f"{summary.irreversible:,} irreversible"] if summary.irreversible else []
    facts += [f"{summary.held:,} held back"] if summary.held else []
    facts += [f"{summary.waiting:,} waiting"] if summary.waiting else []
    return facts


def _signed(added: int, removed: int, noun: str) -> list[str]:
    if added and removed:
        return [f"+{added:,} and -{count(removed, noun)}"]
    return [f"{mark}{count(number, noun)}" for mark, number in (("+", added), ("-", removed)) if number]


def origin(plan: Plan) -> str:
    """What the plan was made from, in one sentence."""
    live = plan.live
    seen = f"{count(live.people, 'person', 'people')}, {count(live.licenses, 'license')}, {count(live.groups, 'group')}"
    commit = f", files at commit {clean(plan.desired.commit)[:12]}" if plan.desired.commit else ""
    back = f"Takes back {clean(plan.undoes)}. " if plan.undoes else ""
    return f"{back}Made {moment(plan.created_at)} from the reading of {moment(live.taken_at)} ({seen}){commit}."


def unchanged(plan: Plan) -> str:
    """How many people nothing happens to, in one sentence."""
    other = "other " if plan.changes else ""
    return f"{count(plan.summary.unchanged, f'{other}person', f'{other}people')} unchanged."


def stopping(plan: Plan) -> list[str]:
    """Code and message of the guards that would end an apply of this plan before anything is sent."""
    stops = [guard for guard in plan.guards if guard.effect == "stop" and not guard.acknowledged]
    return [f"{guard.code}: {clean(guard.message)}" for guard in stops]
