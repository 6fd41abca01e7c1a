"""Template tests as JUnit XML, which pipelines show beside their own tests.

There is no one schema. This keeps to what the stricter ones have in common: Ant's (every attribute there, `properties`,
cases, `system-out`, `system-err`, in that order) and Jenkins' junit-10. Nothing is timed, so every time is 0.
"""

from __future__ import annotations

import re
from datetime import UTC
from xml.etree import ElementTree

from reconciler.model.template_tests import Outcome, TemplateTestReport
from reconciler.report.wording import clean

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: TemplateTestReport, told: dict[str, list[str]]) -> str:
    """The document. `told`: name of a test that did not pass -> what to say of it, a line each."""
    root = ElementTree.Element("testsuites")
    moment = report.ran_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    summary = report.summary
    suite = _add(
        root, "testsuite", name=f"webex-licenses {report.organization.name}", package=report.organization.name, id="0",
        timestamp=moment, hostname="localhost", tests=str(summary.tests), failures=str(summary.failed),
        errors=str(summary.errors), time="0",
    )  # fmt: skip
    properties = _add(suite, "properties")
    _add(properties, "property", name="licenses", value=report.snapshot or report.catalog)
    for outcome in report.tests:
        _case(suite, outcome, told.get(outcome.name, []))
    _add(suite, "system-out")
    _add(suite, "system-err")
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _case(suite: ElementTree.Element, outcome: Outcome, lines: list[str]) -> None:
    file = outcome.source.rpartition(":")[0]
    case = _add(suite, "testcase", name=outcome.name, classname=file, time="0")
    if outcome.status != "passed":
        kind, what = ("failure", "unexpected licenses") if outcome.status == "failed" else ("error", "unknown name")
        problem = _add(case, kind, message=lines[0] if lines else what, type=what)
        problem.text = "\n".join(_text(line) for line in (outcome.source, *lines))


def _add(parent: ElementTree.Element, tag: str, **attributes: str) -> ElementTree.Element:
    return ElementTree.SubElement(parent, tag, {name: _text(value) for name, value in attributes.items()})


def _text(text: str) -> str:
    """One line without what XML cannot hold. Indentation stays."""
    return _NOT_XML.sub("", clean(text))
