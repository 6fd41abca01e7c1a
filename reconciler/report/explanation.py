"""One person explained, as text or JSON: which templates speak, every license in play, and the file and line behind it."""

from __future__ import annotations

from typing import Literal

from rich.console import RenderableType
from rich.text import Text

from reconciler.model.explanation import ExplainedLicense, Explanation
from reconciler.report import canvas, sections, wording
from reconciler.report.canvas import BAD, FAINT, GOOD, STRONG, WARN
from reconciler.report.jsontext import pretty

Format = Literal["text", "json"]
FORMATS: tuple[Format, ...] = ("text", "json")

_STATUS = {
    "asWanted": ("has, as wanted", GOOD),
    "toAdd": ("will get", GOOD),
    "toRemove": ("will lose", WARN),
    "kept": ("keeps", ""),
    "waiting": ("waits for", WARN),
    "blocked": ("cannot get", BAD),
    "held": ("held back", WARN),
    "notManaged": ("hands off", FAINT),
    "notWanted": ("does not get", FAINT),
}
_STATES = {
    "active": "active",
    "pending": "invited, not signed in yet",
    "deactivated": "deactivated",
    "machine": "not a person",
    "external": "of another organization",
}
_WIDEST = max(len(words) for words, _ in _STATUS.values())


def render(explanation: Explanation, format: Format = "text", *, width: int = 80, colour: bool = False) -> str:
    """The explanation; `width` and `colour` matter for text only."""
    if format == "json":
        return pretty(explanation).decode()
    return canvas.draw(_text(explanation), width=width, colour=colour)


def _text(explanation: Explanation) -> list[RenderableType]:
    who = wording.person(explanation.email, explanation.display_name)
    state = _STATES.get(explanation.state, explanation.state)
    organization = wording.clean(explanation.organization.name)
    groups = ", ".join(wording.clean(group) for group in explanation.groups) or "none of those the files name"
    parts: list[RenderableType] = [
        Text(f"{who}, {state}, in {organization}", style=STRONG),
        Text(f"As of {wording.moment(explanation.taken_at)}. Groups: {groups}.", style=FAINT),
        *_templates(explanation),
        canvas.heading(f"Licenses ({len(explanation.licenses):,})"),
    ]
    if not explanation.licenses:
        parts.append(canvas.line("None held, none wanted.", indent=2))
    for item in explanation.licenses:
        parts += _license(item)
    return parts + sections.findings(explanation.findings, all_of_them="--format json")


def _templates(explanation: Explanation) -> list[RenderableType]:
    parts: list[RenderableType] = [canvas.heading("Templates")]
    for template in explanation.templates:
        speaks = "speaks" if template.speaks else "silent"
        text = f"{speaks}  {wording.clean(template.template)} ({wording.clean(template.source)}): {wording.clean(template.why)}"
        parts.append(canvas.line(text, indent=2, hang=8, style="" if template.speaks else FAINT))
    return parts if explanation.templates else []


def _license(item: ExplainedLicense) -> list[RenderableType]:
    words, style = _STATUS[item.status]
    label = wording.license_label(item.product, None, item.subscription)
    parts: list[RenderableType] = [
        canvas.line(f"{words:<{_WIDEST}}  {label}", indent=2, hang=_WIDEST + 2, style=style),
        canvas.line(wording.clean(item.text), indent=_WIDEST + 4),
    ]
    chain = wording.reasons(item.because)
    return [*parts, canvas.line(chain, indent=_WIDEST + 4, style=FAINT)] if chain else parts
