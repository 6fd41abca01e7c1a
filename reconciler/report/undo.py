"""What an undo brings back and what not, as text or JSON. The plan itself is shown as every plan is."""

from __future__ import annotations

from itertools import groupby
from typing import Literal

import msgspec
from rich.console import RenderableType
from rich.text import Text

from reconciler.model.undo import Stuck
from reconciler.model.undoing import Undoing
from reconciler.report import canvas, plan_text, wording
from reconciler.report.jsontext import pretty

Format = Literal["text", "json"]

NAMED = 20
TITLES = {
    "undo-files-ask": "Not taken back: the files still ask for it",
    "undo-files-take": "Not given again: the files would take it again",
    "undo-unknown": "Not taken back: nobody knows how the call ended",
    "undo-changed-since": "Not taken back: somebody changed it since",
    "undo-person-gone": "Not taken back: the person is gone",
    "undo-left-alone": "Not taken back: the person is left alone",
    "undo-not-sold": "Not given again: the organization has it no more",
    "undo-no-unit": "Not given again: no unit is free",
    "undo-refused": "Not taken back: Webex would refuse it, or a check does",
    "undo-held": "Not taken back: a guard holds it back",
    "undo-kept": "Not taken back: the rules keep it as it is",
    "undo-lost-for-good": "Comes back without what hung on it",
    "undo-so-already": "Nothing to do: it is as before the run",
}


def render(
    found: Undoing, format: Format = "text", *, plan_file: str, path: str, width: int = 80, colour: bool = False
) -> str:
    """The undo. `plan_file`: where the plan was saved; `path`: the directory of the files."""
    if format == "json":
        return pretty(found).decode()
    parts: list[RenderableType] = [Text(_caption(found), style=canvas.STRONG)]
    if len(found.runs) > 1:
        parts.append(
            canvas.line(f"With it goes what went on with it: {', '.join(found.runs[1:])}.", style=canvas.FAINT)
        )
    order = list(TITLES)
    for code, group in groupby(
        sorted(found.stays, key=lambda item: order.index(item.code)), key=lambda item: item.code
    ):
        items = list(group)
        parts.append(
            canvas.heading(f"{TITLES[code]} ({len(items):,})", canvas.FAINT if code == order[-1] else canvas.WARN)
        )
        parts += [canvas.line(_line(item), indent=2, hang=2) for item in items[:NAMED]]
        if len(items) > NAMED:
            parts.append(canvas.line(f"... and {len(items) - NAMED:,} more; --format json names all", indent=2))
        hints = sorted({item.hint for item in items if item.hint})
        parts += [canvas.line(f"What to do: {wording.clean(hint)}.", indent=2, style=canvas.FAINT) for hint in hints]
    if not found.plan.changes:
        parts.append(canvas.heading(f"There is nothing to send: the plan in {wording.clean(plan_file)} is empty."))
        return canvas.draw(parts, width=width, colour=colour)
    told = tuple(finding for finding in found.plan.findings if not finding.code.startswith("undo-"))
    plan = msgspec.structs.replace(found.plan, findings=told)
    text = canvas.draw(parts, width=width, colour=colour)
    return f"{text}\n{plan_text.render(plan, width=width, colour=colour, plan_file=plan_file, path=path)}"


def _caption(found: Undoing) -> str:
    commit = f" of commit {wording.clean(found.commit)[:12]}" if found.commit else ""
    stays = sum(item.code not in ("undo-so-already", "undo-lost-for-good") for item in found.stays)
    front = f"Undo of {found.runs[0]}{commit}, started {wording.moment(found.started_at)}"
    return f"{front}: {wording.count(found.changed, 'change')}, of which {stays:,} cannot be taken back now"


def _line(item: Stuck) -> str:
    did = "got" if item.did == "gave" else "lost"
    message = f": {wording.clean(item.message)}" if item.message else ""
    where = f" ({wording.clean(item.where)})" if item.where else ""
    return f"- {wording.clean(item.email)} {did} {wording.clean(item.label)}{message}{where}"
