"""Template tests as text, JSON, JUnit XML and GitHub workflow commands: a line a test, and a diff where one failed."""

from __future__ import annotations

from typing import Literal

from rich.console import RenderableType
from rich.text import Text

from reconciler.model.catalog import attendee
from reconciler.model.explanation import Step
from reconciler.model.finding import Finding
from reconciler.model.template_tests import Deviation, Holdings, Outcome, TemplateTestReport
from reconciler.report import canvas, findings, junit, wording
from reconciler.report.canvas import BAD, FAINT, GOOD, STRONG, WARN
from reconciler.report.jsontext import pretty

Format = Literal["text", "json", "junit", "github"]
FORMATS: tuple[Format, ...] = ("text", "json", "junit", "github")

_STATUS = {"passed": ("passed", GOOD), "failed": ("FAILED", BAD), "error": ("ERROR", BAD)}
_DIFFERENCE = {"missing": ("-", "expected, not got", BAD), "unexpected": ("+", "got, not expected", WARN)}


def render(
    report: TemplateTestReport, format: Format = "text", *, width: int = 80, colour: bool = False, base: str = ""
) -> str:
    """All tests in one of `FORMATS`. `width` and `colour` matter for text, `base` as in `findings.render` for github."""
    if format == "json":
        return pretty(report).decode()
    if format == "junit":
        return junit.render(report, {outcome.name: _lines(outcome) for outcome in report.tests})
    if format == "github":
        told = [_finding(outcome) for outcome in report.tests if outcome.status == "failed"]
        wrong = [finding for outcome in report.tests for finding in outcome.findings]
        return verdict(report) + "\n" + (findings.render([*told, *wrong], "github", base=base) if told or wrong else "")
    return canvas.draw(_text(report), width=width, colour=colour)


def verdict(report: TemplateTestReport) -> str:
    """All tests in one line: `Template tests of acme: 2 passed, 1 failed`."""
    summary = report.summary
    facts = [f"{summary.passed:,} passed"]
    facts += [f"{summary.failed:,} failed"] if summary.failed else []
    facts += [f"{wording.count(summary.errors, 'error')}"] if summary.errors else []
    told = ", ".join(facts) if summary.tests else "there are none"
    return f"Template tests of {wording.clean(report.organization.name)}: {told}"


def _text(report: TemplateTestReport) -> list[RenderableType]:
    parts: list[RenderableType] = [Text(verdict(report), style=STRONG)]
    if not report.tests:
        hint = "A document of kind TemplateTest says what a person should end up with; `init` writes a first one."
        return [*parts, canvas.line(hint, style=FAINT)]
    parts.append(Text(""))
    for outcome in report.tests:
        words, style = _STATUS[outcome.status]
        line = f"{words:<6}  {wording.clean(outcome.name)} ({wording.clean(outcome.source)})"
        parts.append(canvas.line(line, hang=8, style=style))
        parts += _diff(outcome)
    return parts


def _diff(outcome: Outcome) -> list[RenderableType]:
    """What differs, with its reasons, among what is as expected."""
    parts: list[RenderableType] = []
    if outcome.status == "passed":
        return parts
    differing = {item.product: item for item in outcome.deviations}
    for product in sorted({*_products(outcome.expected), *_products(outcome.got)}) if outcome.got else ():
        label = wording.clean(product)
        if product not in differing:
            parts.append(canvas.line(f"  {label}", indent=8, style=FAINT))
            continue
        item = differing[product]
        sign, words, style = _DIFFERENCE[item.difference]
        parts.append(canvas.line(f"{sign} {label}: {words}", indent=8, hang=2, style=style))
        parts.append(canvas.line(wording.clean(item.text), indent=14))
        parts += [canvas.line(_step(step), indent=14, hang=2, style=FAINT) for step in item.chain]
    for finding in outcome.findings:
        parts.append(canvas.line(wording.clean(finding.message), indent=8, style=WARN))
        parts += [canvas.line(wording.clean(finding.hint), indent=14)] if finding.hint else []
    return parts


def _step(step: Step) -> str:
    return wording.clean(f"- {step.text} ({step.source})" if step.source else f"- {step.text}")


def _products(held: Holdings | None) -> tuple[str, ...]:
    return (*held.licenses, *(str(attendee(site)) for site in held.attendee_sites)) if held else ()


def _lines(outcome: Outcome) -> list[str]:
    """What is wrong with a test, for programs that show a few lines of text."""
    lines = [_line(item) for item in outcome.deviations]
    return lines + [
        f"{finding.message}: {finding.hint}" if finding.hint else finding.message for finding in outcome.findings
    ]


def _line(item: Deviation) -> str:
    sign, words, _ = _DIFFERENCE[item.difference]
    return f"{sign} {item.product}: {words}. {item.text}"


def _finding(outcome: Outcome) -> Finding:
    message = f"template test {outcome.name!r} failed"
    return Finding("template-test-failed", "error", outcome.source, message, "\n".join(_lines(outcome)))
