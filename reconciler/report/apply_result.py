"""What came of an apply, as text or JSON: the counts, who lost something, who else is not as planned, and what to do.

Whoever lost something without getting what was to come in its place stands first: these people cannot wait.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from rich.console import RenderableType
from rich.text import Text

from reconciler.model.result import ApplyResult, OperationResult, PersonResult, Unmet
from reconciler.report import canvas, sections, wording
from reconciler.report.canvas import BAD, FAINT, GOOD, STRONG, WARN
from reconciler.report.jsontext import pretty

Format = Literal["text", "json"]
FORMATS: tuple[Format, ...] = ("text", "json")

IN_FULL = 200
NAMED = 12
_DONE = ("done", "alreadyDone")
_OUTCOMES = {
    "done": "done",
    "alreadyDone": "done before",
    "refused": "refused by Webex",
    "ignored": "accepted by Webex without effect",
    "skipped": "skipped",
    "failed": "failed",
    "unknown": "unclear",
    "notSent": "not sent",
    "pending": "pending: it waits for the person to accept an invitation",
    "outOfUnits": "left out by Webex: no unit left",
}
_LOST = "Lost: give it back in Control Hub now; these people have less than before, and less than the files say."
_ADVICE = {
    "refused": "Refused: Webex's reason stands with each; correct it there or in the files, then plan again.",
    "ignored": "Without effect: plan again; if it stays, look at the person in Control Hub, or tell Cisco the tracking id.",
    "skipped": "Skipped: the reason stands with each; plan again.",
    "failed": "Failed: nothing took effect; plan and apply again.",
    "unknown": "Unclear: sync, then plan again; the plan shows what is still to do.",
    "notSent": "Not sent: the run ended before; plan and apply again.",
    "pending": "Pending: have the person accept the invitation; later plans hold it back until something changes.",
    "outOfUnits": "No unit left: buy units, or take the license from somebody who needs it less.",
}
_UNMET = {"waiting": "waiting for a unit of", "held": "held back by", "blocked": "blocked by"}


def render(
    result: ApplyResult,
    format: Format = "text",
    *,
    width: int = 80,
    colour: bool = False,
    everything: bool = False,
    path: str = ".",
    plan_file: str | None = None,
) -> str:
    """The report; all but `format` matters for text only. `everything` folds nothing; `path` is the directory of the files
    and `plan_file` the plan that was carried out, for the command that tells more."""
    if format == "json":
        return pretty(result).decode()
    return canvas.draw(_text(result, everything, path, plan_file), width=width, colour=colour)


def verdict(result: ApplyResult) -> str:
    """The run in one line: `Applied: 12 people, 16 operations: 15 done, 1 skipped`."""
    outcomes: Counter[str] = Counter(_kind(item) for person in result.people for item in person.operations)
    facts = ", ".join(f"{outcomes[kind]:,} {words}" for kind, words in _OUTCOMES.items() if outcomes[kind])
    if not result.people:
        word = "Nothing to apply"
    else:
        word = "Applied" if result.complete else "Applied in part" if outcomes["done"] else "Not applied"
    facts = facts or ("nothing to send" if result.unmet else "every license is as planned")
    extra = f", {result.held:,} held back" if result.held else ""
    extra += f", {result.waiting:,} waiting" if result.waiting else ""
    stuck = len({person for item in result.unmet if item.kind == "blocked" for person in item.people})
    extra += f", {wording.count(stuck, 'person', 'people')} blocked by findings" if stuck else ""
    if not result.people:
        return f"{word}: {facts}{extra}"
    people = wording.count(len(result.people), "person", "people")
    return f"{word}: {people}, {wording.count(outcomes.total(), 'operation')}: {facts}{extra}"


def _text(result: ApplyResult, everything: bool, path: str, plan_file: str | None) -> list[RenderableType]:
    seconds = (result.finished_at - result.started_at).total_seconds()
    parts: list[RenderableType] = [Text(verdict(result), style=GOOD if result.complete else BAD)]
    when = f"Run {wording.clean(result.run)}, ended {wording.moment(result.finished_at)} after {seconds:,.1f} s."
    parts.append(Text(when, style=FAINT))
    if result.interrupted:
        parts.append(Text("Interrupted: calls in flight were finished, the rest was not sent.", style=WARN))
    if result.stopped:
        parts.append(Text(f"Stopped: {wording.clean(result.stopped)}", style=BAD))
    parts += _recovered(result, everything)
    lost = [person for person in result.people if any(item.lost for item in person.operations)]
    if lost:
        many = wording.count(len(lost), "person", "people")
        parts.append(canvas.heading(f"Lost without a replacement ({many})", BAD))
        for person in lost:
            parts += _person(person, [item for item in person.operations if item.lost])
    undone = [person for person in result.people if not person.complete]
    if undone:
        parts.append(canvas.heading(f"Not as planned ({wording.count(len(undone), 'person', 'people')})", WARN))
        parts += _people(undone, result, everything)
    parts += _unmet(result.unmet, everything, path, plan_file)
    if lost or undone:
        parts += _next(lost, undone)
    return parts


def _kind(item: OperationResult) -> str:
    """What an outcome is counted and told as: its state where that says more."""
    return item.state if item.state in ("pending", "outOfUnits") else item.outcome


def _people(people: Sequence[PersonResult], result: ApplyResult, everything: bool) -> list[RenderableType]:
    """What was not done for each; an apply cannot be shown again, so the history is named for those that are not shown."""
    shown = people if everything else people[:IN_FULL]
    parts = [
        part
        for person in shown
        for part in _person(person, [item for item in person.operations if item.outcome not in _DONE])
    ]
    history = f"webex-licenses history --run {wording.clean(result.run)} --format csv"
    return parts + sections.more(len(people) - len(shown), f"{history}; another time, --all")


def _unmet(items: Sequence[Unmet], everything: bool, path: str, plan_file: str | None) -> list[RenderableType]:
    """What the files want besides, or what an undo did not take back: counts, some names, and where all of them stand."""
    if not items:
        return []
    everybody = len({person for item in items for person in item.people})
    people = wording.count(everybody, "person", "people")
    undone = any(item.kind == "blocked" and item.what.startswith("undo-") for item in items)
    title = "Not taken back" if undone else "Wanted by the files, and not asked for"
    parts: list[RenderableType] = [canvas.heading(f"{title} ({people})", WARN)]
    for item in items:
        many = wording.count(len(item.people), "person", "people")
        parts.append(canvas.line(f"{_UNMET[item.kind]} {wording.clean(item.what)}: {many}", indent=2))
        parts.append(
            canvas.line(
                wording.some(map(wording.clean, item.people), len(item.people) if everything else NAMED),
                indent=6,
                style=FAINT,
            )
        )
    where = "" if path == "." else f" {wording.clean(path)}"
    more = f"webex-licenses plan{where} --offline --all"
    if undone:  # a new plan knows nothing of the undo
        more = f"webex-licenses show {wording.clean(plan_file)} --all" if plan_file else ""
    return parts + ([canvas.line(f"Every person, with reasons: {more}", indent=2, style=FAINT)] if more else [])


def _recovered(result: ApplyResult, everything: bool) -> list[RenderableType]:
    """What became of the calls that an earlier run left open: a count, and by name who is not as planned."""
    people = result.recovered
    if not people:
        return []
    many = wording.count(len(people), "call")
    parts: list[RenderableType] = [canvas.heading(f"Finished from an earlier run ({many})", STRONG)]
    good = sum(person.complete for person in people)
    if good:
        parts.append(canvas.line(f"{good:,} had taken effect, recorded now.", indent=2))
    served = {person.person_id for person in result.people if person.complete}
    again = [
        person for person in people if not person.complete and person.person_id in served and _nothing_came(person)
    ]
    if again:
        parts.append(canvas.line(f"{len(again):,} had no effect; these people were served now.", indent=2))
    left = [person for person in people if not person.complete and person not in again]
    return parts + _people(left, result, everything)


def _nothing_came(person: PersonResult) -> bool:
    """Whether the call had no effect at all, so that it could be sent again."""
    return all(item.outcome == "failed" for item in person.operations)


def _person(person: PersonResult, items: list[OperationResult]) -> list[RenderableType]:
    tracking = f" (tracking id {wording.clean(person.tracking_id)})" if person.tracking_id else ""
    parts: list[RenderableType] = [canvas.line(f"{wording.clean(person.email)}{tracking}", indent=2, style=STRONG)]
    parts += [canvas.line(wording.clean(person.noticed), indent=4, hang=2)] if person.noticed else []
    return parts + [_operation(item) for item in items]


def _operation(item: OperationResult) -> RenderableType:
    label = f"{wording.sign(item.operation)} {wording.operation_label(item.operation)}"
    detail = f": {wording.clean(item.detail)}" if item.detail else ""
    outcome = "" if item.lost else f": {_OUTCOMES[_kind(item)]}"
    return canvas.line(f"{label}{outcome}{detail}", indent=4, hang=2)


def _next(lost: list[PersonResult], undone: list[PersonResult]) -> list[RenderableType]:
    kinds = {_kind(item) for person in undone for item in person.operations}
    advice = [_LOST] if lost else []
    advice += [text for kind, text in _ADVICE.items() if kind in kinds]
    return [canvas.heading("What next"), *(canvas.line(f"- {text}", indent=2, hang=2) for text in advice)]
