"""The JSON Schema of every kind, read from the package and compiled once.

The schemas in `schemas/` serve editors and this check alike. Two liberties are taken with them here: references to the
shared definitions are written out (following each costs more than checking it), and where a text has a `format` that
`load.formats` knows, that function replaces the `pattern` meant for editors, because it can say what to write instead.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema
import msgspec
from jsonschema.exceptions import ValidationError

from reconciler.load import formats

API_VERSION = "webex-licenses/v1"
KINDS: dict[str, str] = {
    "Organization": "organization",
    "OrganizationTemplate": "organization-template",
    "GroupTemplate": "group-template",
    "UserException": "user-exception",
    "CallingAssignments": "calling-assignments",
    "Acknowledgement": "acknowledgement",
    "TemplateTest": "template-test",
}


class FormatTroubleError(Exception):
    """Carries a `Trouble` through jsonschema as the cause of a ValidationError."""

    def __init__(self, trouble: formats.Trouble) -> None:
        super().__init__(trouble.message)
        self.trouble = trouble


@cache
def read(file: str) -> Any:
    """A schema of the package, as it stands in the file."""
    text = importlib.resources.files("webex_licenses_schemas").joinpath(file).read_bytes()
    return msgspec.json.decode(text)


@cache
def validator(kind: str) -> Any:
    """The compiled validator of documents of `kind`."""
    return _Validator(_written_out(read(f"{KINDS[kind]}.schema.json")))


def _check_format(_: Any, name: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    check = formats.FORMATS.get(name)
    trouble = check(instance) if check is not None and isinstance(instance, str) else None
    if trouble is not None:
        yield ValidationError(trouble.message, cause=FormatTroubleError(trouble))


_GOOD: set[tuple[int, type, Any]] = set()


def _check_properties(check: Any, properties: Any, instance: Any, _: Any) -> Iterator[ValidationError]:
    """As jsonschema's own, but a scalar that once passed a subschema is not asked again: files repeat themselves."""
    if not isinstance(instance, dict):
        return
    for key, value in instance.items():
        subschema = properties.get(key)
        if subschema is None:
            continue
        mark = (id(subschema), type(value), value) if isinstance(value, str | int | float) else None
        if mark is not None and mark in _GOOD:
            continue
        failed = False
        for error in check.descend(value, subschema, path=key, schema_path=key):
            failed = True
            yield error
        if mark is not None and not failed and len(_GOOD) < 100_000:
            _GOOD.add(mark)


_KEYWORDS: dict[str, Any] = {"format": _check_format, "properties": _check_properties}
_Validator: Any = jsonschema.validators.extend(jsonschema.Draft202012Validator, _KEYWORDS)  # type: ignore[no-untyped-call]
_FOR_EDITORS = frozenset({"$schema", "$id", "title", "description", "default"})


def _written_out(schema: Any) -> Any:
    """`schema` without references and without what only editors read."""
    if isinstance(schema, list):
        return [_written_out(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _written_out(read("common.schema.json")["$defs"][schema["$ref"].rpartition("/")[2]])
    out: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "properties":
            out[key] = {name: _written_out(part) for name, part in value.items()}
        elif key not in _FOR_EDITORS and not (key == "pattern" and schema.get("format") in formats.FORMATS):
            out[key] = value if key in ("enum", "const", "required") else _written_out(value)
    return out
