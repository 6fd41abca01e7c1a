"""Plain values that remember where they stand.

The schema check and the builders want ordinary dicts and lists; findings want line and column. So a mapping *is* a dict
and a sequence *is* a list, each with the places of its parts beside the values. Lines and columns count from 1.
"""

from __future__ import annotations

from typing import Any

import msgspec

from reconciler.model.desired import Source
from reconciler.model.finding import Finding, Severity

Place = tuple[int, int]
Path = tuple[str | int, ...]


class Map(dict[str, Any]):
    """A YAML mapping: `at` is where it begins, `keys_at` and `values_at` where each key and each value begins."""

    __slots__ = ("at", "keys_at", "values_at")

    def __init__(self, at: Place) -> None:
        super().__init__()
        self.at = at
        self.keys_at: dict[str, Place] = {}
        self.values_at: dict[str, Place] = {}

    def put(self, key: str, value: Any, key_at: Place, value_at: Place) -> None:
        """Set `key` and note both places."""
        self[key] = value
        self.keys_at[key] = key_at
        self.values_at[key] = value_at


class Seq(list[Any]):
    """A YAML sequence: `at` is where it begins, `values_at` where each entry begins."""

    __slots__ = ("at", "values_at")

    def __init__(self, at: Place) -> None:
        super().__init__()
        self.at = at
        self.values_at: list[Place] = []

    def put(self, value: Any, at: Place) -> None:
        """Append `value` and note its place."""
        self.append(value)
        self.values_at.append(at)


class File(msgspec.Struct, frozen=True):
    """One file as read: `path` relative to the organization's directory with forward slashes, and its text."""

    path: str
    text: str


class Document(msgspec.Struct):
    """One YAML document. `troubled` are the places that already have an error, so that none is reported twice."""

    file: File
    root: Any
    at: Place
    troubled: set[Place] = msgspec.field(default_factory=set)

    def source(self, at: Place) -> Source:
        """A place of this document as the model spells it."""
        return Source(self.file.path, at[0], at[1])

    def place(self, path: Path) -> Place:
        """Where the value at `path` begins; the nearest enclosing place if there is no such value."""
        at, node = self.at, self.root
        for step in path:
            if isinstance(node, Map) and step in node:
                at, node = node.values_at[str(step)], node[str(step)]
            elif isinstance(node, Seq) and isinstance(step, int) and step < len(node):
                at, node = node.values_at[step], node[step]
            else:
                break
        return at


def where(source: Source) -> str:
    """`file:line:column`, as findings spell a place.

    >>> where(Source("a.yaml", 3, 5))
    'a.yaml:3:5'
    """
    parts = [source.file]
    if source.line:
        parts.append(str(source.line))
    if source.line and source.column:
        parts.append(str(source.column))
    return ":".join(parts)


def finding(code: str, source: Source, message: str, hint: str = "", severity: Severity = "error") -> Finding:
    """A finding at a place of the files."""
    return Finding(code, severity, where(source), message, hint)
