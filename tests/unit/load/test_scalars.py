"""Plain scalars: what reads the same everywhere is taken, what does not is refused with the quoted form."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.load.scalars import Surprise, resolve

SURPRISES = [
    "+14085550100", "+5", "007", "0123", "00", "-01", "089", "00.5", "12:30", "1:2:3", "190:20:30.15", "1_000", "1_0.5",
    "0x1F", "0XFF", "0o17", "0b101", ".inf", "-.INF", "+.inf", ".nan", ".NaN", ".5", "5.", "1e3", "1.5e3", "1.5E+3", "6.",
    "~", "=", "no", "No", "NO", "nO", "yes", "YES", "on", "On", "off", "OFF", "y", "Y", "n", "N", "True", "TRUE", "False",
    "Null", "NULL", "1234567890123456", "123456789012345678901234567890",
]  # fmt: skip
PLAIN: list[tuple[str, Any]] = [
    ("", None), ("null", None), ("true", True), ("false", False), ("0", 0), ("-7", -7), ("20", 20), ("0.5", 0.5),
    ("-0.25", -0.25),
    ("2027-03-01", "2027-03-01"), ("2027-03-01T10:00:00Z", "2027-03-01T10:00:00Z"), ("24h", "24h"), ("20%", "20%"),
    ("1.2.3", "1.2.3"), ("+1 408 555 0100", "+1 408 555 0100"), ("Sales", "Sales"), ("nobody", "nobody"), ("-", "-"),
    ("e3", "e3"), (".", "."), ("..", ".."), ("acme.webex.com", "acme.webex.com"), ("Sub-100001", "Sub-100001"),
    ("nulls", "nulls"), ("3com", "3com"), ("12-30", "12-30"),
]  # fmt: skip


@pytest.mark.parametrize("text", SURPRISES)
def test_a_scalar_that_two_readers_read_differently_is_a_surprise(text: str) -> None:
    """Every form on which YAML 1.1 and JSON disagree is caught, and the hint quotes it."""
    value = resolve(text)

    assert isinstance(value, Surprise)
    assert f'"{text}"' in value.hint


@pytest.mark.parametrize(("text", "expected"), PLAIN)
def test_everything_else_reads_as_in_json(text: str, expected: Any) -> None:
    """null, true, false and numbers are themselves; everything else, bare dates too, is text."""
    value = resolve(text)

    assert expected == value
    assert type(expected) is type(value)
