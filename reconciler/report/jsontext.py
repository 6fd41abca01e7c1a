"""JSON as people and programs read it: keys in the order of the structs, two blanks of indent, one newline at the end."""

from __future__ import annotations

from typing import Any

import msgspec


def pretty(value: Any, *, indent: int = 2) -> bytes:
    """Any of the model's values as JSON text in UTF-8. The same value gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=indent) + b"\n"
