"""Template tests as people, programs, JUnit readers and GitHub read them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from xml.etree import ElementTree

import msgspec
import pytest

from reconciler.model.explanation import Step
from reconciler.model.finding import Finding
from reconciler.model.plan import OrganizationRef
from reconciler.model.template_tests import Deviation, Holdings, Outcome, TemplateTestReport, tally
from reconciler.report.template_tests import FORMATS, render, verdict

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MSG, SUITE = "Basic Messaging", "Webex Meetings Suite @ acme.webex.com"
PASSED = Outcome("fine", "tests/a.yaml:3", "passed", Holdings((MSG,)), Holdings((MSG,)))
FAILED = Outcome(
    "a <seller> & co",
    "tests/a.yaml:9",
    "failed",
    Holdings((MSG, SUITE)),
    Holdings((MSG,), ("acme.webex.com",)),
    (
        Deviation(SUITE, "missing", "Only sales grants it.", (Step("template", "sales is silent", source="s.yaml:7"),)),
        Deviation(
            "attendee @ acme.webex.com", "unexpected", "Will be given.", (Step("grant", "everyone: it grants this"),)
        ),
    ),
)
WRONG = Outcome(
    "wrong",
    "tests/b.yaml:1",
    "error",
    Holdings((MSG,)),
    findings=(
        Finding("unknown-group", "error", "tests/b.yaml:1", "no template names the group 'x'", "did you mean 'X'?"),
        Finding("unknown-site", "error", "tests/b.yaml:1", "the organization has no site 'y'"),
    ),
)


def report(*outcomes: Outcome, name: str = "acme") -> TemplateTestReport:
    """A report of these outcomes, from made-up licenses."""
    counts = tally(outcomes)
    return TemplateTestReport(
        "1.0", "TemplateTests", OrganizationRef("O", name), NOON, "files", None, None, counts, outcomes
    )


ALL = report(PASSED, FAILED, WRONG)


def test_text_is_a_line_a_test_and_a_diff_where_one_failed() -> None:
    """The verdict first; a failure shows what is as expected, too, and every reason with its place."""
    assert render(ALL, width=100) == (
        "Template tests of acme: 1 passed, 1 failed, 1 error\n"
        "\n"
        "passed  fine (tests/a.yaml:3)\n"
        "FAILED  a <seller> & co (tests/a.yaml:9)\n"
        "          Basic Messaging\n"
        "        - Webex Meetings Suite @ acme.webex.com: expected, not got\n"
        "              Only sales grants it.\n"
        "              - sales is silent (s.yaml:7)\n"
        "        + attendee @ acme.webex.com: got, not expected\n"
        "              Will be given.\n"
        "              - everyone: it grants this\n"
        "ERROR   wrong (tests/b.yaml:1)\n"
        "        no template names the group 'x'\n"
        "              did you mean 'X'?\n"
        "        the organization has no site 'y'\n"
    )


def test_no_tests_is_said_and_how_to_begin() -> None:
    """Silence would pass for success."""
    text = render(report())
    assert text.startswith("Template tests of acme: there are none\n")
    assert "TemplateTest" in text
    assert report().good


@pytest.mark.parametrize(
    ("outcomes", "words"),
    [
        ((PASSED,), "1 passed"),
        ((FAILED, FAILED), "0 passed, 2 failed"),
        ((WRONG, WRONG), "0 passed, 2 errors"),
    ],
)
def test_the_verdict_counts(outcomes: tuple[Outcome, ...], words: str) -> None:
    """Only what there is."""
    assert verdict(report(*outcomes)) == f"Template tests of acme: {words}"
    assert report(*outcomes).good == (words == "1 passed")


def test_json_is_the_whole_report() -> None:
    """Nothing of it is lost."""
    assert msgspec.json.decode(render(ALL, "json"), type=TemplateTestReport) == ALL


def test_junit_has_what_readers_of_junit_want() -> None:
    """Ant's schema: all attributes of a suite, `properties`, cases, `system-out`, `system-err`, in that order."""
    root = ElementTree.fromstring(render(ALL, "junit"))
    assert (root.tag, root.attrib) == ("testsuites", {})
    (suite,) = root
    assert suite.attrib == {
        "name": "webex-licenses acme", "package": "acme", "id": "0", "timestamp": "2026-11-21T12:00:00",
        "hostname": "localhost", "tests": "3", "failures": "1", "errors": "1", "time": "0",
    }  # fmt: skip
    assert [part.tag for part in suite] == [
        "properties",
        "testcase",
        "testcase",
        "testcase",
        "system-out",
        "system-err",
    ]
    fine, failed, wrong = suite.findall("testcase")
    assert fine.attrib == {"name": "fine", "classname": "tests/a.yaml", "time": "0"}
    assert list(fine) == []
    (failure,) = failed
    assert (failed.attrib["name"], failure.tag, failure.attrib["type"]) == (
        "a <seller> & co",
        "failure",
        "unexpected licenses",
    )
    assert failure.attrib["message"] == f"- {SUITE}: expected, not got. Only sales grants it."
    assert failure.text == (
        f"tests/a.yaml:9\n- {SUITE}: expected, not got. Only sales grants it.\n"
        "+ attendee @ acme.webex.com: got, not expected. Will be given."
    )
    (error,) = wrong
    assert (error.tag, error.attrib["type"]) == ("error", "unknown name")
    assert "did you mean 'X'?" in (error.text or "")


def test_junit_is_xml_whatever_names_hold() -> None:
    """Control characters, halves of surrogates and non-characters go; the rest is escaped."""
    nasty = "a\x00b\x1b[31m\ud800\ufffe\uffff\"'<&>\u202e\n]]>\U0001f600"
    broken = msgspec.structs.replace(FAILED, name=nasty, deviations=(Deviation(nasty, "missing", nasty),))
    root = ElementTree.fromstring(render(report(broken, name=nasty), "junit"))
    assert root[0][1].attrib["name"] == "ab[31m\"'<&> ]]>\U0001f600"


def test_junit_without_tests_is_an_empty_suite() -> None:
    """Readers take a missing suite for a broken file."""
    (suite,) = ElementTree.fromstring(render(report(), "junit"))
    assert (suite.attrib["tests"], suite.findall("testcase")) == ("0", [])


def test_github_puts_failures_beside_the_lines_of_the_tests() -> None:
    """With paths from the repository's root; what passed is only counted."""
    lines = render(ALL, "github", base="licenses/acme").splitlines()
    assert lines[0] == "Template tests of acme: 1 passed, 1 failed, 1 error"
    commands = [line for line in lines if line.startswith("::")]
    assert len(commands) == 3
    assert commands[0].startswith(
        "::error file=licenses/acme/tests/a.yaml,line=9,title=webex-licenses%3A template-test-failed::"
    )
    assert "Only sales grants it." in commands[0]
    assert all("tests/b.yaml,line=1" in command for command in commands[1:])
    assert render(report(PASSED), "github") == "Template tests of acme: 1 passed\n"


@pytest.mark.parametrize("format_", FORMATS)
def test_no_format_lets_a_name_move_the_cursor(format_: str) -> None:
    """Names come from files of a pull request, and the report is read in a terminal."""
    nasty = "evil\x1b[2J\u202e"
    text = render(report(msgspec.structs.replace(FAILED, name=nasty), name=nasty), format_)  # type: ignore[arg-type]
    assert "\x1b" not in text
    assert format_ == "json" or "\u202e" not in text
    if format_ == "json":
        assert json.loads(text)["tests"][0]["name"] == nasty
