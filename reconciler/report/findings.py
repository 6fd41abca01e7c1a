"""Findings as text for people, JSON for scripts, GitHub workflow commands and SARIF for code review.

Every format shows all findings, and depends on nothing else. People read them file by file, line by line; programs get
the order of `model.finding.ordered`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from typing import Any, Literal
from urllib.parse import quote

import msgspec

from reconciler import __version__
from reconciler.model.finding import Finding, ordered
from reconciler.report.jsontext import pretty

Format = Literal["text", "json", "github", "sarif"]
FORMATS: tuple[Format, ...] = ("text", "json", "github", "sarif")
FORMAT_VERSION = "1.0"

_PLACE = re.compile(r"(?P<file>.+?):(?P<line>[0-9]+)(?::(?P<column>[0-9]+))?|(?P<bare>.+\.(?:ya?ml|csv|json))")
_SARIF_LEVEL = {"error": "error", "warning": "warning", "info": "note"}
_GITHUB_LEVEL = {"error": "error", "warning": "warning", "info": "notice"}
_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


class Place(msgspec.Struct, frozen=True):
    """`where` of a finding taken apart; no `file` where it is an address or empty. Line and column count from 1."""

    file: str = ""
    line: int | None = None
    column: int | None = None


def render(findings: Iterable[Finding], format: str = "text", *, base: str = "") -> str:
    """All of `findings` in one of `FORMATS`, ending in a line break. Raises ValueError for another format.

    `base` is where the organization's directory lies in the repository (`licenses/acme`): GitHub and SARIF want paths
    from the repository's root, while findings name files from that directory.
    """
    renderer = _RENDERERS.get(format)
    if renderer is None:
        raise ValueError(f"unknown format {format!r}; one of {', '.join(FORMATS)}")
    return renderer(ordered(findings), PurePosixPath(base))


def place(where: str) -> Place:
    """The parts of `file:line:column`.

    >>> place("templates/sales.yaml:7:3")
    Place(file='templates/sales.yaml', line=7, column=3)
    >>> place("ann@acme.example")
    Place(file='', line=None, column=None)
    """
    match = _PLACE.fullmatch(where)
    if match is None:
        return Place()
    line, column = match["line"], match["column"]
    return Place(match["file"] or match["bare"], int(line) if line else None, int(column) if column else None)


def count(findings: Iterable[Finding]) -> dict[str, int]:
    """How many there are of each severity."""
    totals = {"errors": 0, "warnings": 0, "infos": 0}
    for item in findings:
        totals[f"{item.severity}s"] += 1
    return totals


def _text(findings: tuple[Finding, ...], _: PurePosixPath) -> str:
    lines: list[str] = []
    for item in sorted(findings, key=_by_place):
        lines.append(": ".join(part for part in (item.where, item.severity, item.message) if part))
        lines += [f"    {line}" for line in item.hint.splitlines()]
    lines.append(_summary(findings))
    return "\n".join(lines) + "\n"


def _by_place(item: Finding) -> tuple[object, ...]:
    """Errors first, then what is in no file, then file by file and line by line."""
    at = place(item.where)
    return (list(_SARIF_LEVEL).index(item.severity), at.file, at.line or 0, at.column or 0)


def _summary(findings: tuple[Finding, ...]) -> str:
    """`2 errors, 1 warning.`"""
    words = {"errors": "error", "warnings": "warning", "infos": "note"}
    totals = {words[key]: total for key, total in count(findings).items() if total}
    if not totals:
        return "No findings."
    return ", ".join(f"{total} {word}{'' if total == 1 else 's'}" for word, total in totals.items()) + "."


def _json(findings: tuple[Finding, ...], _: PurePosixPath) -> str:
    document = {"formatVersion": FORMAT_VERSION, "kind": "Findings", "findings": findings, "summary": count(findings)}
    return _dumped(document)


def _github(findings: tuple[Finding, ...], base: PurePosixPath) -> str:
    """One workflow command a finding; GitHub shows it beside the line of the pull request."""
    lines = [_command(item, base) for item in sorted(findings, key=_by_place)]
    return "".join(f"{line}\n" for line in [*lines, _summary(findings)])


def _command(item: Finding, base: PurePosixPath) -> str:
    at = place(item.where)
    properties = [
        ("file", _from(base, at.file)),
        ("line", at.line),
        ("col", at.column),
        ("title", f"webex-licenses: {item.code}"),
    ]
    listed = ",".join(f"{key}={_escaped_property(str(value))}" for key, value in properties if value)
    text = item.message if at.file or not item.where else f"{item.where}: {item.message}"
    return f"::{_GITHUB_LEVEL[item.severity]} {listed}::{_escaped(text + (chr(10) + item.hint if item.hint else ''))}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _sarif(findings: tuple[Finding, ...], base: PurePosixPath) -> str:
    rules = [{"id": code} for code in sorted({item.code for item in findings})]
    driver = {"name": "webex-licenses", "version": __version__, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(item, base) for item in findings],
    }
    return _dumped({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def _result(item: Finding, base: PurePosixPath) -> dict[str, Any]:
    at = place(item.where)
    text = item.message if at.file or not item.where else f"{item.where}: {item.message}"
    result: dict[str, Any] = {
        "ruleId": item.code,
        "level": _SARIF_LEVEL[item.severity],
        "message": {"text": f"{text}\n{item.hint}" if item.hint else text},
    }
    if at.file:
        region = {"startLine": at.line or 1} | ({"startColumn": at.column} if at.column else {})
        result["locations"] = [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(_from(base, at.file), safe="/._-~")},
                    "region": region,
                }
            }
        ]
    return result


def _from(base: PurePosixPath, file: str) -> str:
    return (base / file).as_posix() if file else ""


def _dumped(value: Any) -> str:
    return pretty(value).decode()


_RENDERERS: dict[str, Callable[[tuple[Finding, ...], PurePosixPath], str]] = {
    "text": _text,
    "json": _json,
    "github": _github,
    "sarif": _sarif,
}
