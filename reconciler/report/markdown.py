"""Markdown that is safe to post: text from outside cannot become markup, and a document never grows past its limit.

GitHub refuses comments above 65,536 characters; `Document` stays below 60,000 by giving every folded section a share of
what is left and saying how many lines of it stand only in the artifact.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from reconciler.report.wording import clean

LIMIT = 60_000
CELL = 400  # characters of one text from outside; longer ones are shortened, numbers never
_MARKUP = re.compile(r"([\\`*_\[\]|~#!])")
_MENTION = re.compile(r"(?<![\w.+-])@(?=\w)")
_LINK = re.compile(r"(https?:|www\.)", re.IGNORECASE)
_TAIL = 300  # characters kept for the lines that say what was left out
_ARTIFACT = "in the plan file"


def escape(text: str, limit: int = CELL) -> str:
    """Text from outside as it is: no emphasis, no HTML, no link, no table cell, nobody mentioned.

    >>> escape("<b>*x*</b> | y")
    '&lt;b&gt;\\\\*x\\\\*&lt;/b&gt; \\\\| y'
    """
    text = clean(text)
    if len(text) > limit:
        text = text[:limit] + "..."
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _LINK.sub(lambda match: match[0][:-1] + "\u200b" + match[0][-1], _MENTION.sub("@\u200b", text))
    return _MARKUP.sub(r"\\\1", text)


def row(cells: Iterable[str]) -> str:
    """One row of a table; the cells are escaped already."""
    return f"| {' | '.join(cells)} |"


def header(texts: Sequence[str], numbers: Sequence[str] = ()) -> list[str]:
    """The two lines above a table: text columns, then right-aligned number columns."""
    return [row((*texts, *numbers)), row([*("---" for _ in texts), *("---:" for _ in numbers)])]


class Document:
    """Lines that together stay within `limit` characters. Add the most important ones first."""

    def __init__(self, limit: int = LIMIT, rest_is: str = _ARTIFACT) -> None:
        self._lines: list[str] = []
        self._left = limit - _TAIL
        self._rest_is = rest_is

    def add(self, lines: Iterable[str], *, noun: str = "line", share: float = 1.0) -> None:
        """As many of `lines` as fit into `share` of what is left; the others are counted, not shown."""
        everything = list(lines)
        budget = int(self._left * share)
        shown = 0
        for line in everything:
            if len(line) + 1 > budget:
                break
            budget -= len(line) + 1
            self._put(line)
            shown += 1
        if shown < len(everything):
            self._note(len(everything) - shown, noun)

    def fold(
        self, title: str, lines: Sequence[str], *, above: Sequence[str] = (), noun: str = "line", share: float = 0.5
    ) -> None:
        """A section that a reader opens; `above` are the lines over a table. The title is shown even if nothing fits."""
        frame = sum(len(line) + 1 for line in above) + len(title) + 80
        if frame + 200 > self._left:
            self._note(len(lines), noun, title)
            return
        self._left -= frame
        self._lines += ["", "<details>", f"<summary>{title}</summary>", "", *above]
        self.add(lines, noun=noun, share=share)
        self._lines += ["", "</details>"]

    def text(self) -> str:
        """The document, one newline at its end."""
        return "\n".join(self._lines).strip("\n") + "\n"

    def _put(self, line: str) -> None:
        self._left -= len(line) + 1
        self._lines.append(line)

    def _note(self, number: int, noun: str, title: str = "") -> None:
        front = f"{title}: " if title else ""
        plural = "" if number == 1 else "s"
        self._put("")
        self._put(f"{front}{number:,} more {noun}{plural} {self._rest_is}.")
