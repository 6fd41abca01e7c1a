"""Reads Control Hub's export of Dedicated Instance usage: a CSV file in any of its languages, column names and encodings.

A wrong file is refused as a whole, every problem with its line and column and with what was expected, because half of an
export looks like use that went down. Counts are whole licenses.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from reconciler.errors import InputError
from reconciler.load import secrets, usage_words
from reconciler.load.files import MAX_BYTES
from reconciler.load.usage_words import PLAIN
from reconciler.model.dedicated_instance import KINDS, Column, Kind, ServerUsage, Usage
from reconciler.model.finding import Finding

Meaning = Column | Literal["subscription", "ignore"]
EXPECTED = (
    "a region, a server or cluster, and at least one of Professional, Standard, Workspaces (Common Area), Speech View, "
    "Room Systems"
)
_HINT = (
    f"Expected columns: {EXPECTED}. Export it again in Control Hub: Account > Subscriptions > Dedicated Instance usage."
)
_NAME_IT = f"say what it is: --column KIND=HEADER, KIND being {', '.join((*PLAIN, 'ignore'))}"
_SHOWN = 20
_SEPARATORS = (",", ";", "\t")
_NOTHING = frozenset({"", "-", "--", "–", "—", "n/a", "na"})
_GROUPED = re.compile(r"[0-9]{1,3}(?:([,.'’ ])[0-9]{3}(?:\1[0-9]{3})*)?|[0-9]+")
_MOST = 10_000_000
_ENCODED = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


_Texts = dict[Meaning, tuple[int, str]]
"""What a column means -> its number from 1, and the text of one row."""


class Export(msgspec.Struct, frozen=True):
    """What a file says. `digest` is of its bytes; `kinds` are the counts that it has columns for."""

    digest: str
    kinds: tuple[Kind, ...]
    rows: tuple[ServerUsage, ...]


class _Row(msgspec.Struct):
    line: int
    cells: list[str]


def read_export(path: Path, subscription: str, named: Mapping[str, Meaning] | None = None) -> Export:
    """The export in `path`, which is of `subscription`. `named`: header -> what it means, for headers not known here.

    InputError with every problem when anything of it cannot be right.
    """
    data = _bytes(path)
    return _File(path.name, subscription, dict(named or {})).read(data)


def _bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise InputError(f"{path} is not a file.", hint="Give the CSV file that Control Hub exported.")
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path} is larger than {MAX_BYTES:,} bytes.", hint="Is it the usage export?")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", hint="Look at its rights.") from error


class _File:
    def __init__(self, name: str, subscription: str, named: dict[str, Meaning]) -> None:
        self._name, self._subscription = name, subscription
        self._named = {usage_words.folded(header): meaning for header, meaning in named.items()}
        self._found: list[Finding] = []

    def read(self, data: bytes) -> Export:
        text = self._text(data)
        rows = list(self._rows(text)) if text is not None else []
        self._stop()
        if not rows:
            self._report(1, "the file is empty")
            self._stop()
        header, *rest = rows
        meanings = self._meanings(header)
        self._stop()
        read = self._body(rest, header.cells, meanings)
        self._stop()
        kinds = tuple(kind for kind in KINDS if kind in meanings)
        return Export(
            f"sha256:{hashlib.sha256(data).hexdigest()}", kinds, tuple(sorted(read, key=lambda row: row.place))
        )

    def _report(self, line: int, message: str, hint: str = "") -> None:
        self._found.append(Finding("usage-export", "error", f"{self._name}:{line}", message, hint))

    def _stop(self) -> None:
        """InputError with what was found so far, if anything."""
        if not self._found:
            return
        number = len(self._found)
        more = f" The first {_SHOWN} of {number:,} problems:" if number > _SHOWN else ""
        raise InputError(
            f"{self._name} is no usage export as Control Hub makes it; nothing was imported.{more}",
            hint=_HINT,
            findings=self._found[:_SHOWN],
        )

    def _text(self, data: bytes) -> str | None:
        encoding = next((name for mark, name in _ENCODED if data.startswith(mark)), "")
        if not encoding:  # UTF-16 without a mark: every other byte of a header in Latin letters is NUL
            head = data[:64]
            encoding = "utf-8"
            if len(head) >= 4 and head[1::2].count(0) > len(head) // 4:
                encoding = "utf-16-le"
            elif len(head) >= 4 and head[0::2].count(0) > len(head) // 4:
                encoding = "utf-16-be"
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            self._report(line, f"neither UTF-8 nor UTF-16 (byte {error.start + 1})", "save it as CSV UTF-8")
            return None
        if "\0" in text:
            self._report(
                text.count("\n", 0, text.index("\0")) + 1, "not a text file", "give the CSV, not a spreadsheet"
            )
            return None
        for offset in secrets.token_offsets(text):
            self._report(text.count("\n", 0, offset) + 1, secrets.MESSAGE, secrets.HINT)
        return text

    def _rows(self, text: str) -> Iterator[_Row]:
        separator, skipped = self._separator(text)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        start = 1
        try:
            for cells in reader:
                line, start = start, reader.line_num + 1
                cells = [unicodedata.normalize("NFC", cell).strip() for cell in cells]
                if line > skipped and any(cells):
                    yield _Row(line, cells)
        except csv.Error as error:
            self._report(start, f"not valid CSV: {error}", "look for a quote that is not closed")

    def _separator(self, text: str) -> tuple[str, int]:
        """The separator under which the header is understood best, and how many lines stand before the header."""
        for number, line in enumerate(text.splitlines()):
            if not line.strip():
                continue
            if match := re.fullmatch(r'"?sep=(.)"?', line.strip("\r\n")):
                return match[1], number + 1
            known = {mark: sum(map(bool, map(self._guesses, line.split(mark)))) for mark in _SEPARATORS}
            return max(_SEPARATORS, key=lambda mark: (known[mark], line.count(mark))), number
        return ",", 0

    def _guesses(self, header: str) -> tuple[Meaning, ...]:
        header = header.strip().strip('"')
        named = self._named.get(usage_words.folded(header))
        if named is not None:
            return (named,)
        found: tuple[Meaning, ...] = usage_words.columns(header)
        if not found and usage_words.is_sum(header):
            return ("ignore",)
        if not found and "subscription" in usage_words.folded(header):
            return ("subscription",)
        return found

    def _meanings(self, header: _Row) -> list[Meaning]:
        """What each column is; `ignore` for a nameless one at the end."""
        meanings: list[Meaning] = []
        for number, text in enumerate(header.cells, 1):
            found = self._guesses(text)
            shown = secrets.shown(text)
            if not found and not text:
                found = ("ignore",)
            if len(found) != 1:
                what = f"can be {' or '.join(found)}" if found else "is not known"
                self._report(header.line, f"column {number}, {shown}, {what}", _NAME_IT)
                continue
            if found[0] != "ignore" and found[0] in meanings:
                at = meanings.index(found[0]) + 1
                self._report(header.line, f"column {number}, {shown}, means the same as column {at}", _NAME_IT)
            meanings.append(found[0])
        missing = [] if self._found else self._missing(meanings)
        if missing:
            got = ", ".join(map(secrets.shown, header.cells[:12]))
            self._report(header.line, f"no column for {' and '.join(missing)}; the columns are {got}", _NAME_IT)
        return meanings

    @staticmethod
    def _missing(meanings: Sequence[Meaning]) -> list[str]:
        missing = [] if "region" in meanings else ["the region"]
        missing += [] if {"server", "cluster"} & set(meanings) else ["the server or cluster"]
        return missing + ([] if set(KINDS) & set(meanings) else ["any count of licenses"])

    def _body(self, rows: Sequence[_Row], header: list[str], meanings: list[Meaning]) -> list[ServerUsage]:
        read: dict[tuple[str, str, str], tuple[int, ServerUsage]] = {}
        sums: dict[Kind, int] = {}
        for row in rows:
            if len(row.cells) < len(header) or any(row.cells[len(header) :]):
                message = f"{len(row.cells)} cells, but the header has {len(header)} columns"
                self._report(row.line, message, "text with a separator in it needs quotes; a line may be cut off")
                continue
            texts: _Texts = {name: (at, row.cells[at - 1]) for at, name in enumerate(meanings, 1) if name != "ignore"}
            counts = {kind: self._count(row.line, *texts[kind], header) for kind in KINDS if kind in texts}
            places = [texts[name][1] for name in ("region", "cluster", "server") if name in texts]
            if any(places) and all(not place or usage_words.is_sum(place) for place in places):
                if not self._found:  # what could not be read is missing in the sum, and was told
                    self._check_sum(row.line, counts, sums)
                continue
            found = self._row(row.line, texts, counts)
            if found is None:
                continue
            if found.place in read:
                first = read[found.place][0]
                where = ", ".join(dict.fromkeys(map(secrets.shown, (found.region, found.cluster, found.server))))
                self._report(row.line, f"{where} stands on line {first} already", "one row for each server is expected")
            read[found.place] = row.line, found
            for kind, number in counts.items():
                sums[kind] = sums.get(kind, 0) + (number or 0)
        if not read and not self._found:
            line = rows[-1].line if rows else 1
            self._report(line, "no row of a server below the header", "is there anything in use in this subscription?")
        return [found for _, found in read.values()]

    def _row(self, line: int, texts: _Texts, counts: dict[Kind, int | None]) -> ServerUsage | None:
        region = texts["region"][1]
        cluster = texts["cluster"][1] if "cluster" in texts else ""
        server = texts["server"][1] if "server" in texts else ""
        if not region or not (cluster or server):
            name, at = ("region", texts["region"][0]) if not region else ("server", 0)
            at = at or (texts.get("server") or texts["cluster"])[0]
            self._report(line, f"column {at}: no {name}", "every row names its region and its server")
            return None
        named = texts.get("subscription", (0, ""))[1]
        if named and named.casefold() != self._subscription.casefold():
            message = f"the row is of subscription {secrets.shown(named)}, not of {secrets.shown(self._subscription)}"
            self._report(line, message, "import each subscription's export with its own --subscription")
            return None
        usage = Usage(
            counts.get("professional"),
            counts.get("standard"),
            counts.get("workspaces"),
            counts.get("speechView"),
            counts.get("roomSystems"),
        )
        return ServerUsage(region, cluster or server, server or cluster, usage)

    def _count(self, line: int, at: int, text: str, header: list[str]) -> int | None:
        """A whole number with or without separators of thousands; None for an empty cell."""
        plain = re.sub(r"\s", " ", unicodedata.normalize("NFKC", text)).strip()
        if plain.casefold() in _NOTHING:
            return None
        number = int(re.sub(r"[^0-9]", "", plain)) if _GROUPED.fullmatch(plain) else None
        if number is None or number > _MOST:
            message = (
                f"column {at}, {secrets.shown(header[at - 1])}: {secrets.shown(text)} is no whole number of licenses"
            )
            self._report(line, message, "a whole number like 1204, 1,204, 1.204 or 1 204 is expected")
            return None
        return number

    def _check_sum(self, line: int, counts: dict[Kind, int | None], sums: dict[Kind, int]) -> None:
        for kind, number in counts.items():
            if number is not None and number != sums.get(kind, 0):
                message = (
                    f"the sum of {PLAIN[kind]} is {number:,}, but the rows above it add up to {sums.get(kind, 0):,}"
                )
                self._report(line, message, "a row may be missing")
