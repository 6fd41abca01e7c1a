"""Markdown that is safe to post: text from outside cannot become markup, and a document never grows past its limit.

GitHub refuses a comment "too long (maximum is 65,536 characters)"; people have measured 65,536 code points for the text of
a pull request and 262,144 bytes for a comment. `Document` counts bytes of UTF-8 and stays below 60,000, which is less by
every way of counting, and leaves room for what a workflow writes around it. GitLab allows 1,000,000 characters. Every
folded section gets a share of what is left, and says how many lines of it stand only in the artifact.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import repeat

from reconciler.report.wording import clean

LIMIT = 60_000  # bytes
CELL = 400  # characters of one text from outside; longer ones are shortened, numbers never
_MARKUP = re.compile(r"([\\`*_\[\]|~#!$])")
_BLOCK = re.compile(r"^(?:[-+=]|[0-9]+(?=[.)]))")  # at the start of an item it would begin a list or a rule
# GitHub and GitLab look for references in the finished page, where a backslash is gone: only something in between helps.
_SPLIT = "\u200b"
_MENTION = re.compile(r"(?<![A-Za-z0-9])@(?=\w)")
_REFERENCE = re.compile(r"(?:[#!$%&~^]|(?<![A-Za-z0-9])gh-)(?=[0-9])", re.IGNORECASE)
_LINK = re.compile(r"(?=://)|(?<=www)(?=\.)", re.IGNORECASE)
_TAIL = 3_000  # bytes kept for the lines that say what was left out
_ARTIFACT = "in the plan file"


def escape(text: str, limit: int = CELL) -> str:
    """Text from outside as it is: no emphasis, HTML, link, formula or table cell, nobody mentioned, no issue referred to.

    >>> escape("<b>*x*</b> | y")
    '&lt;b&gt;\\\\*x\\\\*&lt;/b&gt; \\\\| y'
    """
    text = clean(text)
    if len(text) > limit:
        text = text[:limit] + "..."
    text = _REFERENCE.sub(rf"\g<0>{_SPLIT}", _MENTION.sub(f"@{_SPLIT}", _LINK.sub(_SPLIT, text)))
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _BLOCK.sub(_block, _MARKUP.sub(r"\\\1", text))


def _block(match: re.Match[str]) -> str:
    """A mark at the beginning of a line, written so that it begins nothing; of a number, the dot or bracket is kept apart."""
    return f"{match[0]}{_SPLIT}" if match[0].isdigit() else f"\\{match[0]}"


def names(people: Iterable[str], shown: int, limit: int = 4_000) -> str:
    """The first `shown` of them, escaped, as many as fit into `limit` bytes, and how many more there are.

    >>> names(["a@x", "b_b@x", "c@x"], 2)
    'a@x, b\\\\_b@x and 1 more'
    """
    everybody = list(people)
    told: list[str] = []
    for person in everybody[:shown]:
        text = escape(person)
        limit -= size(text) + 2
        if limit < 0 and told:
            break
        told.append(text)
    rest = len(everybody) - len(told)
    return f"{', '.join(told)} and {rest:,} more" if rest else ", ".join(told)


def size(text: str) -> int:
    """Bytes of UTF-8."""
    return len(text) if text.isascii() else len(text.encode(errors="replace"))


def row(cells: Iterable[str]) -> str:
    """One row of a table; the cells are escaped already."""
    return f"| {' | '.join(cells)} |"


def header(texts: Sequence[str], numbers: Sequence[str] = ()) -> list[str]:
    """The two lines above a table: text columns, then right-aligned number columns."""
    return [row((*texts, *numbers)), row([*("---" for _ in texts), *("---:" for _ in numbers)])]


class Document:
    """Lines that together stay within `limit` bytes, at least 5,000. Add the most important ones first.

    `rest_is` says where the lines are that do not fit. `pointer` is a line that then stands at the end: how to see them.
    """

    def __init__(self, limit: int = LIMIT, rest_is: str = _ARTIFACT, pointer: str = "") -> None:
        self._lines: list[str] = []
        self._left = limit - _TAIL
        self._rest_is, self._pointer = rest_is, pointer
        self._short = False

    def add(
        self, lines: Iterable[str], *, noun: str = "line", share: float = 1.0, counts: Iterable[int] | None = None
    ) -> None:
        """As many of `lines` as fit into `share` of what is left; the others are counted, not shown.

        `counts` is what each line stands for, where that is not one of the noun.
        """
        budget = int(self._left * share)
        missing = 0
        for line, number in zip(lines, repeat(1) if counts is None else counts, strict=counts is not None):
            budget -= size(line) + 1
            if missing or budget < 0:
                missing += number
            else:
                self._put(line)
        if missing:
            self._note(missing, noun)

    def fold(
        self,
        title: str,
        lines: Sequence[str],
        *,
        above: Sequence[str] = (),
        noun: str = "line",
        share: float = 0.5,
        counts: Iterable[int] | None = None,
    ) -> None:
        """A section that a reader opens; `above` are the lines over a table. The title is shown even if nothing fits."""
        frame = sum(size(line) + 1 for line in above) + size(title) + 80
        if frame + 200 > self._left:
            self._note(len(lines) if counts is None else sum(counts), noun, title)
            return
        self._left -= frame
        self._lines += ["", "<details>", f"<summary>{title}</summary>", "", *above]
        self.add(lines, noun=noun, share=share, counts=counts)
        self._lines += ["", "</details>"]

    def shortened(self) -> None:
        """Somebody else left something out, so the pointer is wanted."""
        self._short = True

    def text(self) -> str:
        """The document, one newline at its end."""
        tail = ["", self._pointer] if self._short and self._pointer else []
        return "\n".join([*self._lines, *tail]).strip("\n") + "\n"

    def _put(self, line: str) -> None:
        self._left -= size(line) + 1
        self._lines.append(line)

    def _note(self, number: int, noun: str, title: str = "") -> None:
        self._short = True
        front = f"{title}: " if title else ""
        plural = "" if number == 1 else "s"
        self._lines += ["", f"{front}{number:,} more {noun}{plural} {self._rest_is}."]
