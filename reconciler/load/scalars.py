"""What a plain (unquoted) scalar means.

YAML 1.1 readers take `no` for false, `+14085550100` for a number and `12:30` for 750; YAML 1.2 and JSON take them for
text. A file that two tools read differently is a license given to the wrong person, so such scalars are refused with the
quoted form as hint. What is left reads as in JSON: null, true, false, numbers; everything else, bare dates too, is text.
"""

from __future__ import annotations

import re
from typing import Any

_WORDS: dict[str, Any] = {"": None, "null": None, "true": True, "false": False}
_SURPRISING_WORDS = {
    "y": "true", "yes": "true", "on": "true", "true": "true",
    "n": "false", "no": "false", "off": "false", "false": "false",
    "null": "null", "~": "null",
}  # fmt: skip
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?")
_NUMBER_LIKE = re.compile(
    r"""[-+]?(?:
          0[xob][0-9a-f_]+                                  # hexadecimal, octal, binary
        | [0-9][0-9_]*(?::[0-9]+)+(?:\.[0-9_]*)?            # base 60: 12:30
        | (?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:e[-+]?[0-9]+)?
        | \.inf | \.nan
    )""",
    re.VERBOSE | re.IGNORECASE,
)


class Surprise(str):
    """A plain scalar whose readings differ; as a value it is its text. `hint` says what to write instead."""

    __slots__ = ("hint",)
    hint: str


def resolve(text: str) -> Any:
    """The value of a plain scalar: None, bool, int, float, str, or a `Surprise`.

    >>> resolve("20"), resolve("0.5"), resolve("true"), resolve(""), resolve("2027-03-01"), resolve("24h")
    (20, 0.5, True, None, '2027-03-01', '24h')
    >>> [type(resolve(text)).__name__ for text in ("+14085550100", "007", "no", "12:30", "1_000", "0x1F", ".inf", "~")]
    ['Surprise', 'Surprise', 'Surprise', 'Surprise', 'Surprise', 'Surprise', 'Surprise', 'Surprise']
    """
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    meant = _SURPRISING_WORDS.get(text.casefold())
    if meant is not None:
        return _surprise(text, f'write {meant}, or "{text}" if text is meant')
    if _NUMBER_LIKE.fullmatch(text) or text == "=":
        return _surprise(text, f'write "{text}"')
    return text


def is_switch(text: str) -> bool:
    """Whether `text` is on or off, which mean the same in either reading where only a switch can stand."""
    return text.casefold() in ("on", "off")


def _surprise(text: str, hint: str) -> Surprise:
    value = Surprise(text)
    value.hint = hint
    return value
