"""One person explained, as text, Markdown or JSON: the verdict first, then each license, what is wrong before what is right.

Text names the rule and the file behind whatever is not simply as wanted; JSON has the whole chain of everything.
"""

from __future__ import annotations

from typing import Literal

from rich.console import RenderableType
from rich.text import Text

from reconciler.model.explanation import ExplainedLicense, Explanation, Step
from reconciler.report import canvas, sections, wording
from reconciler.report.canvas import BAD, FAINT, GOOD, STRONG, WARN
from reconciler.report.jsontext import pretty
from reconciler.report.markdown import escape

Format = Literal["text", "json", "markdown"]
FORMATS: tuple[Format, ...] = ("text", "json", "markdown")

# In the order in which they are told.
_STATUS = {
    "blocked": ("Cannot get", BAD),
    "waiting": ("Waits for", WARN),
    "toRemove": ("Will lose", WARN),
    "held": ("Held back", WARN),
    "toAdd": ("Will get", GOOD),
    "notWanted": ("Does not get", ""),
    "kept": ("Keeps", ""),
    "asWanted": ("Has, as wanted", GOOD),
    "notManaged": ("Left alone", FAINT),
    "notGranted": ("Not granted", FAINT),
}
_BRIEF = ("asWanted", "notManaged")  # the sentence says it all
_STATES = {
    "active": "active",
    "pending": "invited, not signed in yet",
    "deactivated": "deactivated",
    "machine": "not a person",
    "external": "of another organization",
}


def render(explanation: Explanation, format: Format = "text", *, width: int = 80, colour: bool = False) -> str:
    """The explanation; `width` and `colour` matter for text only."""
    if format == "json":
        return pretty(explanation).decode()
    if format == "markdown":
        return _markdown(explanation)
    return canvas.draw(_text(explanation), width=width, colour=colour)


def _text(explanation: Explanation) -> list[RenderableType]:
    parts: list[RenderableType] = [
        Text(_who(explanation), style=STRONG),
        Text(wording.clean(explanation.verdict), style=STRONG),
        *(Text(line, style=FAINT) for line in _frame(explanation)),
    ]
    if explanation.asked is None:
        parts += _templates(explanation)
    for status, (heading, style) in _STATUS.items():
        same = [item for item in explanation.licenses if item.status == status]
        if same:
            parts.append(canvas.heading(f"{heading} ({len(same):,})"))
        for item in same:
            parts += _license(item, style, explanation)
    if not explanation.licenses:
        parts += [canvas.heading("Licenses"), canvas.line("None held, none wanted.", indent=2)]
    return parts + sections.findings(explanation.findings, all_of_them="--format json")


def _who(explanation: Explanation) -> str:
    who = wording.person(explanation.email, explanation.display_name)
    state = _STATES.get(explanation.state, explanation.state)
    return f"{who}, {state}, in {wording.clean(explanation.organization.name)}"


def _frame(explanation: Explanation) -> list[str]:
    """When, from which files, in which groups, and how the person was found."""
    groups = ", ".join(wording.clean(group) for group in explanation.groups) or "none of those the files name"
    asked = f" (asked for {wording.moment(explanation.as_of)})" if explanation.as_of else ""
    lines = [f"As of {wording.moment(explanation.taken_at)}{asked}. Groups: {groups}."]
    if explanation.files is not None and explanation.files.note:
        lines.append(wording.clean(explanation.files.note))
    return lines + [wording.clean(note) for note in explanation.notes]


def _templates(explanation: Explanation) -> list[RenderableType]:
    parts: list[RenderableType] = [canvas.heading("Templates")]
    for template in explanation.templates:
        speaks = "speaks" if template.speaks else "silent"
        text = f"{speaks}  {wording.clean(template.template)} ({wording.clean(template.source)}): {wording.clean(template.why)}"
        parts.append(canvas.line(text, indent=2, hang=8, style="" if template.speaks else FAINT))
    return parts if explanation.templates else []


def _license(item: ExplainedLicense, style: str, explanation: Explanation) -> list[RenderableType]:
    whole = explanation.asked is not None
    label = wording.license_label(item.product, None, item.subscription)
    parts: list[RenderableType] = [canvas.line(label, indent=2, style=style)]
    if not explanation.verdict.endswith(item.text):
        parts.append(canvas.line(wording.clean(item.text), indent=4))
    for check in item.checks:
        parts.append(canvas.line(f"! {wording.clean(check.message)} [{check.code}]", indent=4, hang=2, style=BAD))
        if check.hint:
            parts.append(canvas.line(f"-> {wording.clean(check.hint)}", indent=6, hang=3))
    hints = {check.hint for check in item.checks}
    if whole or item.status != "notGranted":
        parts += [
            canvas.line(f"-> {wording.clean(text)}", indent=4, hang=3) for text in item.to_do if text not in hints
        ]
    chain = [
        step for step in (item.chain if whole else _short(item)) if step.kind != "check" and step.text not in item.text
    ]
    return parts + [canvas.line(f"{_MARK}{_link(step)}", indent=4, hang=len(_MARK), style=FAINT) for step in chain]


_MARK = "* "


def _short(item: ExplainedLicense) -> tuple[Step, ...]:
    """The chain, but of what is as it should be only by which apply it came, and of one template only the sentence."""
    if item.status == "notGranted":
        return item.chain if len(item.chain) > 1 else ()
    if item.status not in _BRIEF:
        return item.chain
    ours = item.given is not None and bool(item.given.by)
    return tuple(step for step in item.chain if ours and step.kind == "origin")


def _link(step: Step) -> str:
    place = f" ({step.source})" if step.source else ""
    rule = f" [{step.rule}]" if step.rule else ""
    return wording.clean(f"{step.text}{place}{rule}")


def _markdown(explanation: Explanation) -> str:
    """For a ticket: the same in the same order, with the whole chain."""
    lines = [f"### {escape(_who(explanation))}", "", escape(explanation.verdict, _LONG), ""]
    lines += [f"- {escape(line, _LONG)}" for line in _frame(explanation)]
    for status, (heading, _) in _STATUS.items():
        for item in (item for item in explanation.licenses if item.status == status):
            label = wording.license_label(item.product, None, item.subscription)
            text = [] if explanation.verdict.endswith(item.text) else [escape(item.text, _LONG), ""]
            lines += ["", f"**{heading}: {escape(label)}**", "", *text]
            lines += [f"- {escape(check.message, _LONG)}: {escape(check.hint, _LONG)}" for check in item.checks]
            lines += [f"- {escape(text, _LONG)}" for text in item.to_do if text not in {c.hint for c in item.checks}]
            chain = [step for step in item.chain if step.kind != "check"]
            lines += [f"  {number}. {escape(_link(step), _LONG)}" for number, step in enumerate(chain, 1)]
    for finding in explanation.findings:
        lines += [
            "",
            f"- {finding.severity} {finding.code}: {escape(finding.message, _LONG)} {escape(finding.hint, _LONG)}",
        ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


_LONG = 2_000
