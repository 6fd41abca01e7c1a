"""Findings in every format: complete, in order, and nothing that a reader of the format would take for its own syntax."""

from __future__ import annotations

import importlib.resources
import json
from typing import Any

import jsonschema
import pytest

from reconciler.model.finding import Finding
from reconciler.report.findings import FORMATS, Place, count, place, render

ERROR = Finding(
    "unknown-key",
    "error",
    "templates/sales.yaml:7:5",
    "unknown key `lisence`; did you mean `license`?",
    "allowed here: license, id",
)
WARNING = Finding("template-unused", "warning", "templates/my sales, new.yaml:1:1", "100% unused: really")
PERSON = Finding("first-run", "info", "ann@acme.example", "two\nlines")
NOWHERE = Finding("no-template", "error", "", "no template", "add one\nor two")
ALL = (PERSON, WARNING, ERROR, NOWHERE)


def test_text_is_what_compilers_write() -> None:
    """`file:line:column: severity: message`, hints indented, errors first, one line of summary."""
    assert render(ALL) == (
        "error: no template\n"
        "    add one\n"
        "    or two\n"
        "templates/sales.yaml:7:5: error: unknown key `lisence`; did you mean `license`?\n"
        "    allowed here: license, id\n"
        "templates/my sales, new.yaml:1:1: warning: 100% unused: really\n"
        "ann@acme.example: info: two\nlines\n"
        "2 errors, 1 warning, 1 note.\n"
    )


def test_no_findings_are_said_so() -> None:
    """Silence would leave the reader wondering."""
    assert render(()) == "No findings.\n"


def test_json_keeps_its_schema() -> None:
    """Every finding whole, and the counts; one document and nothing else."""
    document = json.loads(render(ALL, "json"))

    jsonschema.Draft202012Validator(_schema()).validate(document)
    assert {"errors": 2, "warnings": 1, "infos": 1} == document["summary"] == count(ALL)
    assert document["findings"][1] == {
        "code": "unknown-key",
        "severity": "error",
        "where": "templates/sales.yaml:7:5",
        "message": "unknown key `lisence`; did you mean `license`?",
        "hint": "allowed here: license, id",
    }


def test_github_commands_are_escaped() -> None:
    """Percent signs, line ends, colons and commas would end or change a workflow command."""
    assert render(ALL, "github") == (
        "::error title=webex-licenses%3A no-template::no template%0Aadd one%0Aor two\n"
        "::error file=templates/sales.yaml,line=7,col=5,title=webex-licenses%3A unknown-key::"
        "unknown key `lisence`; did you mean `license`?%0Aallowed here: license, id\n"
        "::warning file=templates/my sales%2C new.yaml,line=1,col=1,title=webex-licenses%3A template-unused::"
        "100%25 unused: really\n"
        "::notice title=webex-licenses%3A first-run::ann@acme.example: two%0Alines\n"
        "2 errors, 1 warning, 1 note.\n"
    )


def test_sarif_is_minimal_and_whole() -> None:
    """Version 2.1.0: a rule per code, a result per finding, places from 1, paths as URI references."""
    document = json.loads(render(ALL, "sarif"))
    [run] = document["runs"]

    assert document["version"] == "2.1.0"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [
        "first-run",
        "no-template",
        "template-unused",
        "unknown-key",
    ]
    assert [result["level"] for result in run["results"]] == ["error", "error", "warning", "note"]
    assert run["results"][2]["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "templates/my%20sales%2C%20new.yaml"},
                "region": {"startLine": 1, "startColumn": 1},
            }
        }
    ]
    assert "locations" not in run["results"][3]
    assert run["results"][3]["message"]["text"] == "ann@acme.example: two\nlines"


@pytest.mark.parametrize("format", ["github", "sarif"])
def test_paths_begin_at_the_repository_where_asked(format: str) -> None:
    """GitHub shows a finding beside its line only if the path starts at the repository's root."""
    assert "licenses/acme/templates/sales.yaml" in render((ERROR,), format, base="licenses/acme")
    assert "templates/sales.yaml" in render((ERROR,), format, base=".")


@pytest.mark.parametrize("format", FORMATS)
def test_the_order_of_findings_does_not_count(format: str) -> None:
    """Same findings, same bytes."""
    assert render(ALL, format) == render(tuple(reversed(ALL)) + ALL, format)


def test_an_unknown_format_is_a_mistake_of_the_caller() -> None:
    """The command line offers only `FORMATS`."""
    with pytest.raises(ValueError, match="unknown format 'xml'"):
        render((), "xml")


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("a/b.yaml:3:4", Place("a/b.yaml", 3, 4)),
        ("a.yaml:3", Place("a.yaml", 3)),
        ("a.csv", Place("a.csv")),
        ("C:/x/a.yaml:3:4", Place("C:/x/a.yaml", 3, 4)),
        ("ann@acme.example", Place()),
        ("", Place()),
        ("Sales", Place()),
    ],
)
def test_places_are_taken_apart(where: str, expected: Place) -> None:
    """A file with line and column, or no file at all."""
    assert expected == place(where)


def _schema() -> Any:
    return json.loads(
        importlib.resources.files("webex_licenses_schemas").joinpath("findings.schema.json").read_text("utf-8")
    )
