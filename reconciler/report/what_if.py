"""The answer to a what-if: in words first, then by name, then the plan as if. Text, JSON or Markdown.

Nothing in it says how to apply: such a plan is for reading only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from rich.text import Text

from reconciler.model.what_if import Outcome, Supposed, WhatIf, WouldWait
from reconciler.report import canvas, markdown, plan_markdown, plan_text, wording
from reconciler.report.canvas import FAINT, STRONG
from reconciler.report.jsontext import pretty
from reconciler.report.markdown import Document, escape

Format = Literal["text", "json", "markdown"]

NAMED = 20
READ_ONLY = "This is what the plan would be. It cannot be applied: the units are not there."


def render(
    answer: WhatIf, format_: Format, *, width: int = 80, colour: bool = False, everything: bool = False
) -> str | bytes:
    """The answer in one of the formats; the text is at most `width` columns wide and with `everything` folds nothing."""
    if format_ == "json":
        return pretty(answer, indent=1)
    return _markdown(answer) if format_ == "markdown" else _text(answer, width, colour, everything)


def sentences(answer: WhatIf) -> Iterator[str]:
    """The answer in words, one sentence for each license."""
    front = f"With {_and(_supposed(item) for item in answer.supposed)}, "
    for outcome in answer.outcomes:
        name = wording.license_label(outcome.license, outcome.site, None)
        of = "" if len(answer.supposed) == 1 and outcome is answer.outcomes[0] else f" for {name}"
        yield f"{front}{_fate(outcome, name, of)}."
        front = "And "


def _supposed(item: Supposed) -> str:
    units = wording.count(abs(item.units), f"{'more' if item.units >= 0 else 'fewer'} unit")
    return f"{units} of {wording.license_label(item.license, item.site, item.subscription)}"


def _fate(outcome: Outcome, name: str, of: str) -> str:
    parts = []
    if outcome.waiting:
        people = wording.count(outcome.waiting, "waiting person", "waiting people")
        parts.append(f"{len(outcome.served):,} of {people}{of} would be served")
        if outcome.still_waiting:
            parts.append(f"{len(outcome.still_waiting):,} would still wait: {_why(outcome.still_waiting)}")
        if outcome.blocked:
            parts.append(f"{len(outcome.blocked):,} would be blocked by findings")
    elif not outcome.newly_waiting:
        parts.append(f"nothing would change for anybody: nobody waits for {name}")
    if outcome.newly_waiting:
        people = wording.count(len(outcome.newly_waiting), "person", "people")
        parts.append(f"{people} who can be served today would wait{of}: {_why(outcome.newly_waiting)}")
    if outcome.available is not None and outcome.available > 0:
        parts.append(f"{wording.count(outcome.available, 'unit')} would be left")
    return "; ".join(parts)


def _why(people: Iterable[WouldWait]) -> str:
    """What they would wait for; each reason once."""
    return ", ".join(dict.fromkeys(wording.clean(item.why) for item in people))


def _and(parts: Iterable[str]) -> str:
    everything = list(parts)
    return " and ".join([", ".join(everything[:-1]), everything[-1]] if len(everything) > 1 else everything)


def _lists(outcome: Outcome) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Title and addresses of every list of people that is not empty, in the order of service."""
    lists = (
        ("would be served", outcome.served),
        ("would still wait", tuple(item.email for item in outcome.still_waiting)),
        ("would wait, and can be served today", tuple(item.email for item in outcome.newly_waiting)),
        ("would be blocked by findings", outcome.blocked),
    )
    name = wording.license_label(outcome.license, outcome.site, None)
    return ((f"{name}, {title} ({len(people):,})", people) for title, people in lists if people)


def _text(answer: WhatIf, width: int, colour: bool, everything: bool) -> str:
    parts = [canvas.line(text, style=STRONG) for text in sentences(answer)]
    for title, people in (item for outcome in answer.outcomes for item in _lists(outcome)):
        some = wording.some(map(wording.clean, people), len(people) if everything else NAMED)
        parts.append(canvas.line(f"{title}: {some}", indent=2, hang=2))
    head = canvas.draw([*parts, Text(f"\n{READ_ONLY}\n", style=FAINT)], width=width, colour=colour)
    return head + plan_text.render(answer.plan, width=width, colour=colour, path=None, everything=everything)


def _markdown(answer: WhatIf) -> str:
    document = Document(markdown.LIMIT // 2)
    document.add(f"**{escape(text, 2_000)}**\n" for text in sentences(answer))
    document.add(
        f"- {escape(title)}: {escape(wording.some(people, NAMED), 4_000)}"
        for outcome in answer.outcomes
        for title, people in _lists(outcome)
    )
    document.add(["", f"*{READ_ONLY}*"])
    head = document.text().replace("\n\n\n", "\n\n")
    return f"{head}\n{plan_markdown.render(answer.plan, limit=markdown.LIMIT - markdown.size(head) - 1)}"
