"""Drift as text, JSON or Markdown: verdict and counts, then each group with who, what, since when, who did it and what to do.

Missing and extra count as drift; preserved extras, waiting people and changes of the organization's licenses and groups
are listed beside them. Counts are never cut; long groups are folded with a count, and JSON is always whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from rich.console import RenderableType
from rich.text import Text

from reconciler.model.drift import Drift, DriftGroup, DriftItem, DriftKind
from reconciler.report import asked_before, canvas, coverage, drift_words, grouping, markdown, sections, wording
from reconciler.report.canvas import BAD, FAINT, GOOD, STRONG, WARN
from reconciler.report.drift_words import CAUSES, KINDS
from reconciler.report.jsontext import pretty

__all__ = ["CAUSES", "FORMATS", "Format", "render", "verdict"]

Format = Literal["text", "json", "markdown"]
FORMATS: tuple[Format, ...] = ("text", "json", "markdown")

ATTENDEE = "attendee"
IN_FULL = 30
NAMED = 10
ALL_OF_THEM = "webex-licenses drift --offline --format json"
_EVERY = "--all, --only {kind}, or --format json"


def render(
    drift: Drift,
    format: Format = "text",
    *,
    width: int = 80,
    colour: bool = False,
    only: Sequence[DriftKind] = (),
    everything: bool = False,
) -> str:
    """The report; `width` and `colour` matter for text only. `only`: the details of these groups, in full; `everything`:
    of all of them. Counts are whole in any case, and so is JSON."""
    if format == "json":
        return pretty(drift).decode()
    if format == "markdown":
        return _markdown(drift, only)
    return canvas.draw(_text(drift, only, everything=everything), width=width, colour=colour)


def verdict(drift: Drift) -> str:
    """The drift in one line: `Drift of acme: 3 differences at 2 people (2 missing, 1 extra), 4 kept, 1 waiting`."""
    parts = {kind: [item for item in drift.items if item.direction == kind] for kind in drift_words.DIRECTIONS}
    differences = parts["missing"] + parts["extra"]
    name = wording.clean(drift.organization.name)
    facts = [f"{len(parts['preserved']):,} kept"] if parts["preserved"] else []
    facts += [f"{len(drift.waiting):,} waiting"] if drift.waiting else []
    resting = asked_before.resting(drift.setbacks)
    facts += [f"{wording.count(resting, 'operation')} at rest"] if resting else []
    facts += ["read incompletely"] if drift_words.incomplete(drift) else []
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


def _above(drift: Drift) -> list[str]:
    """What is said of the whole: coverage, and how far attribution came."""
    lines = coverage.lines(drift.coverage) if drift.coverage.people.total else []
    told = drift_words.attribution(drift.attribution)
    return [*lines, wording.clean(told)] if told else lines


def _numbers(group: DriftGroup) -> list[str]:
    return [f"{number:,}" for number in (group.missing, group.extra, group.preserved, group.people, group.since_apply)]


_COLUMNS = ("Missing", "Extra", "Kept", "People", "New")


def _text(drift: Drift, only: Sequence[DriftKind], *, everything: bool) -> list[RenderableType]:
    parts: list[RenderableType] = [Text(verdict(drift), style=BAD if drift.drifted else GOOD)]
    parts.append(Text(_origin(drift), style=FAINT))
    parts += [canvas.line(line, style=FAINT) for line in _above(drift)]
    found = drift_words.groups(drift)
    if found:
        grid = canvas.table(("What differs",), _COLUMNS)
        for group in found:
            style = WARN if group.missing or group.extra else FAINT
            grid.add_row(Text(KINDS[group.kind].title, style=style), *map(Text, _numbers(group)))
        parts += [Text(""), canvas.indented(grid)]
    for group in found:
        if not only or group.kind in only:
            items = [item for item in drift.items if item.kind == group.kind]
            parts += _group(group, items, whole=everything or bool(only))
    if only:
        return parts
    if drift.waiting:
        parts.append(canvas.heading(f"Waiting ({len(drift.waiting):,}): no unit left, no drift", FAINT))
        for label, people in grouping.waiting_by_pool(drift.waiting).items():
            names = wording.some((wording.clean(item.email) for item in people), len(people) if everything else 20)
            parts.append(canvas.line(f"{label}: {names}", indent=2))
    parts += asked_before.section(drift.setbacks, ALL_OF_THEM)
    if drift.structure:
        parts.append(canvas.heading(f"Changed in the organization ({len(drift.structure):,})"))
        parts += [canvas.line(f"- {drift_words.structure(change)}", indent=2, hang=2) for change in drift.structure]
    parts += sections.findings(drift.findings, all_of_them=ALL_OF_THEM)
    if drift.drifted:
        parts += [
            canvas.heading("What next"),
            canvas.line("webex-licenses plan shows what would put this right.", indent=2),
        ]
    return parts


def _group(group: DriftGroup, items: Sequence[DriftItem], *, whole: bool) -> Iterator[RenderableType]:
    """One group: what it means, its people, and what to do."""
    words = KINDS[group.kind]
    style = WARN if group.missing or group.extra else STRONG
    yield canvas.heading(f"{words.title} ({len(items):,}): {words.meaning}", style)
    telling = items if whole else [item for item in items if item.direction != "preserved" or item.since_apply]
    in_full = whole or len(telling) <= IN_FULL
    yield from _one_by_one(telling) if in_full else _alike(telling)
    if not whole:
        yield from _counted(item for item in items if item.direction == "preserved" and not item.since_apply)
    if not in_full or len(telling) < len(items):
        yield canvas.line(f"Every person: {_EVERY.format(kind=group.kind)}", indent=2, style=FAINT)
    yield canvas.line(f"-> {words.to_do}", indent=2, style=FAINT, hang=3)


def _one_by_one(items: Iterable[DriftItem]) -> Iterator[RenderableType]:
    person = None
    for item in items:
        if item.person_id != person:
            person = item.person_id
            yield canvas.line(wording.person(item.email, item.name), indent=2, style=STRONG)
        when = drift_words.since(item)
        what = f"{drift_words.DIRECTIONS[item.direction]}: {drift_words.label(item)}"
        yield canvas.line(f"{what}{f', {when}' if when else ''}", indent=4)
        for line in (drift_words.who(item), drift_words.why(item)):
            if line:
                yield canvas.line(line, indent=6, style=FAINT)


def _alike(items: Iterable[DriftItem]) -> Iterator[RenderableType]:
    """Together what is the same for the same cause."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for item in items:
        key = drift_words.DIRECTIONS[item.direction], drift_words.label(item), drift_words.why(item)
        groups.setdefault(key, []).append(wording.clean(item.email))
    for (direction, label, why), people in sorted(groups.items()):
        yield canvas.line(f"{direction}: {label}: {wording.count(len(people), 'person', 'people')}", indent=2)
        yield canvas.line(why, indent=6, style=FAINT)
        yield canvas.line(wording.some(people, NAMED), indent=6)


def _counted(items: Iterable[DriftItem]) -> Iterator[RenderableType]:
    """What was so at the last apply already: counts are enough, the names have been seen."""
    counts: dict[tuple[str, str], int] = {}
    for item in items:
        what = (drift_words.label(item), CAUSES.get(item.cause, item.cause))
        counts[what] = counts.get(what, 0) + 1
    for (label, why), number in sorted(counts.items()):
        people = wording.count(number, "person", "people")
        yield canvas.line(f"- {label}: {people}, kept as at the last apply ({why})", indent=2, style=FAINT, hang=2)


def _markdown(drift: Drift, only: Sequence[DriftKind]) -> str:
    document = markdown.Document(rest_is="in the JSON report")
    document.add([f"### {markdown.escape(verdict(drift))}", "", markdown.escape(_origin(drift)), ""])
    document.add([f"{markdown.escape(line, 2_000)}  " for line in _above(drift)])
    found = drift_words.groups(drift)
    if found:
        document.add(["", *markdown.header(("What differs",), _COLUMNS)])
        document.add([markdown.row((KINDS[group.kind].title, *_numbers(group))) for group in found])
    for group in found:
        if not only or group.kind in only:
            words = KINDS[group.kind]
            items = [item for item in drift.items if item.kind == group.kind]
            above = [f"{words.meaning}. To do: {words.to_do}.", "", *_HEADER]
            document.fold(
                f"{words.title} ({len(items):,})", [_row(item) for item in items], above=above, noun="difference"
            )
    if drift.waiting:
        lines = [
            f"- {markdown.escape(label)}: {markdown.escape(wording.some((item.email for item in people), 20), 4000)}"
            for label, people in grouping.waiting_by_pool(drift.waiting).items()
        ]
        document.fold(f"Waiting ({len(drift.waiting):,})", lines)
    asked_before.fold(document, drift.setbacks)
    if drift.structure:
        lines = [f"- {markdown.escape(drift_words.structure(change))}" for change in drift.structure]
        document.fold(f"Changed in the organization ({len(drift.structure):,})", lines, noun="change")
    if drift.findings:
        lines = [
            markdown.row((finding.severity, *map(markdown.escape, (finding.code, finding.where, finding.message))))
            for finding in drift.findings
        ]
        above = markdown.header(("", "Code", "Where", "What"))
        document.fold(f"Findings ({len(drift.findings):,})", lines, above=above, noun="finding")
    return document.text()


_HEADER = markdown.header(("Person", "What", "License", "Since", "Who", "Why"))


def _row(item: DriftItem) -> str:
    texts = (
        item.email,
        drift_words.DIRECTIONS[item.direction],
        drift_words.label(item),
        drift_words.since(item),
        drift_words.who(item),
        drift_words.why(item),
    )
    return markdown.row(map(markdown.escape, texts))
