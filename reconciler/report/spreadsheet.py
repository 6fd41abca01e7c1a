"""Cells of a CSV file that somebody will open in a spreadsheet: text from outside never becomes a formula there."""

from __future__ import annotations

import re

from reconciler.report import wording

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"\+[0-9]+")


def cell(text: str) -> str:
    """The text, with a quote before it where a spreadsheet would take it for a formula; phone numbers stay as they are.

    >>> cell("=1+1"), cell("+14085550100")
    ("'=1+1", '+14085550100')
    """
    text = wording.clean(text)
    if _NUMBER.fullmatch(text):
        return text
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
