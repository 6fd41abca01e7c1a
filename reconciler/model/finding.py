"""A finding: something the user should know, as a value. Findings are collected, sorted and all shown at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

Severity = Literal["error", "warning", "info"]
_RANK: dict[str, int] = {"error": 0, "warning": 1, "info": 2}


class Finding(msgspec.Struct, frozen=True, rename="camel"):
    """One thing to tell: a stable `code`, where it is (`file:line[:column]`, an address, or empty), what, and what to do."""

    code: str
    severity: Severity
    where: str
    message: str
    hint: str = ""


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors first, then by code, place (lines as numbers) and message; the same finding once."""
    return tuple(sorted(set(findings), key=_order))


def _order(finding: Finding) -> tuple[object, ...]:
    place = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in finding.where.split(":"))
    return (_RANK[finding.severity], finding.code, place, finding.message, finding.hint)


def errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that make going on impossible."""
    return tuple(finding for finding in findings if finding.severity == "error")
