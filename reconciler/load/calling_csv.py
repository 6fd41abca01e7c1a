"""The CSV file of a CallingAssignments document: people who plan numbers do it in a spreadsheet.

The file must lie inside the organization's directory, because what a pull request changes must be in the repository. Each
row obeys the same rules as a row in YAML; errors carry the CSV file's own line.
"""

from __future__ import annotations

import csv
from pathlib import Path

import msgspec

from reconciler.load import formats, secrets
from reconciler.load.files import read_text
from reconciler.load.nodes import Document, finding
from reconciler.load.wording import nearest
from reconciler.model import canonical
from reconciler.model.desired import CallingAssignment, Source
from reconciler.model.finding import Finding

COLUMNS = ("email", "location", "number", "extension")
_CHECKS = {"email": formats.email, "number": formats.e164, "extension": formats.extension}


class CsvReader(msgspec.Struct):
    """Reads the file that `document` (named `name`) points to; adds to `found` what is wrong."""

    directory: Path
    document: Document
    name: str
    found: list[Finding]

    def rows(self, file: str) -> list[CallingAssignment]:
        """The rows of `file`, a path relative to the document's own file."""
        path = self._inside(file)
        if path is None:
            return []
        before = len(self.found)
        text = read_text(path, self._relative(path), self.found)
        if text is None:
            self.found[before:] = [
                finding(item.code, self._here(), f"the CSV file {secrets.shown(file)} {item.message}", item.hint)
                for item in self.found[before:]
            ]
            return []
        for offset in secrets.token_offsets(text):
            line = text.count("\n", 0, offset) + 1
            self._report("secret-in-yaml", self._relative(path), line, secrets.MESSAGE, secrets.HINT)
        return self._parse(self._relative(path), text)

    def _inside(self, file: str) -> Path | None:
        """The file's path if it lies inside the directory, links followed; else None and a finding."""
        hint = "give a path relative to this YAML file, inside the organization's directory"
        plain = Path(file.strip())
        path = (self.directory / self.document.file.path).parent / plain
        try:
            inside = not plain.is_absolute() and path.resolve().is_relative_to(self.directory.resolve())
        except (OSError, RuntimeError, ValueError):  # a link to itself, or a NUL in the name
            inside = False
        if inside:
            return path
        message = f"the CSV file {secrets.shown(file)} is not inside the organization's directory"
        self.found.append(finding("csv-outside", self._here(), message, hint))
        return None

    def _relative(self, path: Path) -> str:
        return path.resolve().relative_to(self.directory.resolve()).as_posix()

    def _here(self) -> Source:
        return self.document.source(self.document.place(("spec", "file")))

    def _report(self, code: str, file: str, line: int, message: str, hint: str = "") -> None:
        self.found.append(finding(code, Source(file, line), message, hint))

    def _parse(self, file: str, text: str) -> list[CallingAssignment]:
        reader = csv.reader(text.split("\n"), strict=True)
        rows: list[CallingAssignment] = []
        header: list[str] | None = None
        start = 1
        try:
            for cells in reader:
                line, start = start, reader.line_num + 1
                cells = [cell.strip() for cell in cells]
                if not any(cells):
                    continue
                if header is None:
                    header = self._header(file, line, cells)
                    if header is None:
                        return []
                    continue
                row = self._row(file, line, header, cells)
                if row is not None:
                    rows.append(row)
        except csv.Error as error:
            self._report("csv-syntax", file, start, f"not valid CSV: {error}", "look for an unclosed quote")
            return []
        if header is None:
            self._report("csv-header", file, 1, "the CSV file is empty", f"begin it with the line {','.join(COLUMNS)}")
        return rows

    def _header(self, file: str, line: int, cells: list[str]) -> list[str] | None:
        names = [cell.casefold() for cell in cells]
        hint = f"begin the file with the line {','.join(COLUMNS)}"
        if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
            hint = f"separate the columns with commas: {','.join(COLUMNS)}"
        for name in names:
            if name not in COLUMNS:
                like = nearest(name, COLUMNS)
                message = f"unknown column {secrets.shown(name)}" + (f"; did you mean `{like}`?" if like else "")
                self._report("csv-header", file, line, message, hint)
                return None
        if len(set(names)) < len(names):
            self._report("csv-header", file, line, "a column stands twice", hint)
            return None
        if "email" not in names or not {"number", "extension"} & set(names):
            self._report("csv-header", file, line, "the header needs `email`, and `number` or `extension`", hint)
            return None
        return names

    def _row(self, file: str, line: int, header: list[str], cells: list[str]) -> CallingAssignment | None:
        if len(cells) != len(header):
            message = f"{len(cells)} cells, but {len(header)} columns"
            self._report("csv-row", file, line, message, "put text with a comma in quotes")
            return None
        row = {name: cell for name, cell in zip(header, cells, strict=True) if cell}
        troubles = [(name, check(row[name])) for name, check in _CHECKS.items() if name in row]
        bad = [(name, trouble) for name, trouble in troubles if trouble is not None]
        for name, trouble in bad:
            hint = trouble.hint.replace('"', "")
            self._report("csv-row", file, line, f"`{name}` {trouble.message}, not {secrets.shown(row[name])}", hint)
        lacks = _lacks(row)
        if lacks:
            self._report("csv-row", file, line, lacks)
        if bad or lacks:
            return None
        return CallingAssignment(
            email=canonical.email(row["email"]),
            location=canonical.name(row["location"]) if "location" in row else None,
            number=row.get("number"),
            extension=row.get("extension"),
            document=self.name,
            source=Source(file, line),
        )


def _lacks(row: dict[str, str]) -> str:
    if "email" not in row:
        return "a row without `email`"
    if "number" not in row and "extension" not in row:
        return "a row needs a `number` or an `extension`"
    if "number" not in row and "location" not in row:
        return "a row without a `number` needs a `location`"
    return ""
