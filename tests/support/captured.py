"""What a command running in this process writes, in the order written, and the environment it sees."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Captured:
    """stdout and stderr as one transcript, in the order written; lines of stderr begin with `~ `."""

    def __init__(self) -> None:
        self._parts: list[tuple[str, bytes]] = []
        self.stdout = io.TextIOWrapper(_Part(self._parts, "out"), encoding="utf-8", write_through=True)
        self.stderr = io.TextIOWrapper(_Part(self._parts, "err"), encoding="utf-8", write_through=True)

    def text(self) -> str:
        told, where, line = "", "", ""
        for part, data in self._parts:
            for piece in data.decode().splitlines(keepends=True):
                if line and part != where:
                    told, line = f"{told}{_marked(where, line)}\n", ""
                where, line = part, line + piece
                if line.endswith("\n"):
                    told, line = told + _marked(where, line), ""
        return told + (f"{_marked(where, line)}\n" if line else "")


def _marked(where: str, line: str) -> str:
    return f"~ {line}" if where == "err" else line


class _Part(io.BytesIO):
    def __init__(self, parts: list[tuple[str, bytes]], name: str) -> None:
        super().__init__()
        self._parts, self._name = parts, name

    def write(self, data: Any) -> int:
        raw = bytes(data)
        self._parts.append((self._name, raw))
        return len(raw)


@contextmanager
def environment(changes: dict[str, str | None]) -> Iterator[None]:
    """Environment variables as in `changes` (None: not set), and as before afterwards."""
    before = {name: os.environ.get(name) for name in changes}
    set_variables(changes)
    try:
        yield
    finally:
        set_variables(before)


def set_variables(values: dict[str, str | None]) -> None:
    """Set environment variables; None takes one away."""
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = str(value)


@contextmanager
def streams(captured: Captured) -> Iterator[None]:
    """Everything written goes into `captured`; nobody is at the keyboard."""
    kept = sys.stdin, sys.stdout, sys.stderr
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(), captured.stdout, captured.stderr
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = kept
