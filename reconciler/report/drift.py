"""Drift as text, JSON or Markdown: where live differs from the files, person by person, each difference with its cause.

Missing and extra count as drift; preserved extras, waiting people and changes of the organization's licenses and groups
are listed beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from rich.console import RenderableType
from rich.text import Text

from reconciler.model.drift import Drift, DriftItem, StructuralChange
from reconciler.report import asked_before, canvas, grouping, markdown, sections, wording
from reconciler.report.canvas import BAD, FAINT, GOOD, STRONG, WARN
from reconciler.report.jsontext import pretty

Format = Literal["text", "json", "markdown"]
FORMATS: tuple[Format, ...] = ("text", "json", "markdown")

ATTENDEE = "attendee"
IN_FULL = 100
NAMED = 10
ALL_OF_THEM = "webex-licenses drift --offline --format json"
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
_TITLES = (
    ("missing", "Missing", "the files want it, and the person does not hold it", WARN),
    ("extra", "Extra", "the person holds it, and the files do not want it", WARN),
    ("preserved", "Kept", "not wanted by the files, kept by a policy, no drift", FAINT),
)


def render(drift: Drift, format: Format = "text", *, width: int = 80, colour: bool = False) -> str:
    """The report; `width` and `colour` matter for text only."""
    if format == "json":
        return pretty(drift).decode()
    if format == "markdown":
        return _markdown(drift)
    return canvas.draw(_text(drift), width=width, colour=colour)


def verdict(drift: Drift) -> str:
    """The drift in one line: `Drift of acme: 3 differences at 2 people (2 missing, 1 extra), 4 kept, 1 waiting`."""
    parts = {kind: [item for item in drift.items if item.direction == kind] for kind, *_ in _TITLES}
    differences = parts["missing"] + parts["extra"]
    name = wording.clean(drift.organization.name)
    facts = [f"{len(parts['preserved']):,} kept"] if parts["preserved"] else []
    facts += [f"{len(drift.waiting):,} waiting"] if drift.waiting else []
    resting = asked_before.resting(drift.setbacks)
    facts += [f"{wording.count(resting, 'operation')} at rest"] if resting else []
    if not differences:
        blocked = wording.blocked(drift.findings)
        facts += [f"{wording.count(blocked, 'person', 'people')} blocked by findings"] if blocked else []
        return ", ".join((f"Drift of {name}: none", *facts))
    people = wording.count(len({item.person_id for item in differences}), "person", "people")
    kinds = ", ".join(f"{len(parts[kind]):,} {kind}" for kind in ("missing", "extra") if parts[kind])
    return ", ".join(
        (f"Drift of {name}: {wording.count(len(differences), 'difference')} at {people} ({kinds})", *facts)
    )


def _origin(drift: Drift) -> str:
    since = wording.moment(drift.since) if drift.since else "none so far"
    people = wording.count(drift.people, "person", "people")
    return f"Reading of {wording.moment(drift.taken_at)} ({people}) against the files; last completed apply: {since}."


def _label(item: DriftItem) -> str:
    name = "attendee role" if item.license == ATTENDEE else item.license
    return wording.license_label(name, item.site, None)


def _why(item: DriftItem) -> str:
    chain = wording.reasons(item.because)
    return f"{CAUSES.get(item.cause, item.cause)}{f' ({chain})' if chain else ''}"


def _structure(change: StructuralChange) -> str:
    what = wording.clean(change.what)
    if not change.field:
        return f"{what} {change.change}"
    return f"{what}: {wording.clean(change.field)} {wording.clean(change.before) or '-'} -> {wording.clean(change.after) or '-'}"


def _text(drift: Drift) -> list[RenderableType]:
    parts: list[RenderableType] = [Text(verdict(drift), style=BAD if drift.drifted else GOOD)]
    parts.append(Text(_origin(drift), style=FAINT))
    for kind, title, meaning, style in _TITLES:
        items = [item for item in drift.items if item.direction == kind]
        if items:
            parts += [canvas.heading(f"{title} ({_number(items)}): {meaning}", style), *_items(items)]
    if drift.waiting:
        parts.append(canvas.heading(f"Waiting ({len(drift.waiting):,}): no unit left, no drift", FAINT))
        for label, people in grouping.waiting_by_pool(drift.waiting).items():
            names = wording.some((wording.clean(item.email) for item in people), 20)
            parts.append(canvas.line(f"{label}: {names}", indent=2))
    parts += asked_before.section(drift.setbacks, ALL_OF_THEM)
    if drift.structure:
        parts.append(canvas.heading(f"Changed in the organization ({len(drift.structure):,})"))
        parts += [canvas.line(f"- {_structure(change)}", indent=2, hang=2) for change in drift.structure]
    parts += sections.findings(drift.findings, all_of_them=ALL_OF_THEM)
    if drift.drifted:
        parts += [
            canvas.heading("What next"),
            canvas.line("webex-licenses plan shows what would put this right.", indent=2),
        ]
    return parts


def _items(items: Sequence[DriftItem]) -> Iterable[RenderableType]:
    """Person by person while they are few and need a look; else together what is the same for the same cause."""
    if items[0].direction == "preserved":
        fresh = [item for item in items if item.since_apply]
        yield from _alike(fresh)
        yield from _counted(item for item in items if not item.since_apply)
        return
    if len(items) > IN_FULL:
        yield from _alike(items)
        return
    person = None
    for item in items:
        if item.person_id != person:
            person = item.person_id
            yield canvas.line(wording.clean(item.email), indent=2, style=STRONG)
        yield canvas.line(f"{_label(item)}: {_why(item)}", indent=4)


def _number(items: Sequence[DriftItem]) -> str:
    """How many, and how many of them are news: what a policy keeps may be old and many."""
    fresh = sum(item.since_apply for item in items) if items[0].direction == "preserved" else 0
    return f"{len(items):,}, {fresh:,} of them new since the last apply" if fresh else f"{len(items):,}"


def _alike(items: Iterable[DriftItem]) -> Iterable[RenderableType]:
    groups: dict[tuple[str, str], list[str]] = {}
    for item in items:
        groups.setdefault((_label(item), _why(item)), []).append(wording.clean(item.email))
    for (label, why), people in sorted(groups.items()):
        yield canvas.line(f"{label}: {wording.count(len(people), 'person', 'people')}", indent=2)
        yield canvas.line(why, indent=6, style=FAINT)
        yield canvas.line(wording.some(people, NAMED), indent=6)


def _counted(items: Iterable[DriftItem]) -> Iterable[RenderableType]:
    """What was so at the last apply already: counts are enough, the names have been seen."""
    counts: dict[tuple[str, str], int] = {}
    for item in items:
        what = (CAUSES.get(item.cause, item.cause), _label(item))
        counts[what] = counts.get(what, 0) + 1
    for (why, label), number in sorted(counts.items()):
        people = wording.count(number, "person", "people")
        yield canvas.line(f"- {label}: {people} ({why})", indent=2, style=FAINT, hang=2)


def _markdown(drift: Drift) -> str:
    document = markdown.Document(rest_is="in the JSON report")
    document.add([f"### {markdown.escape(verdict(drift))}", "", markdown.escape(_origin(drift))])
    for kind, title, meaning, _ in _TITLES:
        items = [item for item in drift.items if item.direction == kind]
        lines = [markdown.row(map(markdown.escape, (item.email, _label(item), _why(item)))) for item in items]
        if items:
            above = markdown.header(("Person", "License", "Cause"))
            document.fold(f"{title} ({len(items):,}): {meaning}", lines, above=above, noun="difference")
    if drift.waiting:
        lines = [
            f"- {markdown.escape(label)}: {markdown.escape(wording.some((item.email for item in people), 20), 4000)}"
            for label, people in grouping.waiting_by_pool(drift.waiting).items()
        ]
        document.fold(f"Waiting ({len(drift.waiting):,})", lines)
    asked_before.fold(document, drift.setbacks)
    if drift.structure:
        lines = [f"- {markdown.escape(_structure(change))}" for change in drift.structure]
        document.fold(f"Changed in the organization ({len(drift.structure):,})", lines, noun="change")
    if drift.findings:
        lines = [
            markdown.row((finding.severity, *map(markdown.escape, (finding.code, finding.where, finding.message))))
            for finding in drift.findings
        ]
        above = markdown.header(("", "Code", "Where", "What"))
        document.fold(f"Findings ({len(drift.findings):,})", lines, above=above, noun="finding")
    return document.text()
