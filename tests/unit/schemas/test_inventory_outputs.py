"""The JSON Schemas of the inventory's views accept exactly what the structs encode to, and describe every field of them."""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterator
from typing import Any

import jsonschema
import msgspec
import pytest

from tests.unit.report import test_inventory as values

OUTPUTS = [
    ("inventory", values.INVENTORY),
    ("inventory-by", values.BY_GROUP),
    ("inventory-by", values.BY_SUBSCRIPTION),
    ("license-holders", values.HOLDERS),
    ("administrators", values.ADMINISTRATORS),
    ("reclaimable", values.RECLAIMABLE),
]
every_output = pytest.mark.parametrize(("name", "value"), OUTPUTS)


def schema(name: str) -> dict[str, Any]:
    """One schema, itself valid."""
    text = importlib.resources.files("webex_licenses_schemas").joinpath(f"{name}.schema.json").read_bytes()
    found: dict[str, Any] = msgspec.json.decode(text)
    jsonschema.Draft202012Validator.check_schema(found)
    return found


def undescribed(value: Any, shape: dict[str, Any], place: str = "") -> Iterator[str]:
    """Keys of a document that its schema does not know, and known ones that it lacks, at any depth."""
    if isinstance(value, dict):
        known = shape.get("properties", {})
        yield from (f"{place}.{key}" for key in value.keys() ^ known.keys())
        for key in value.keys() & known.keys():
            yield from undescribed(value[key], known[key], f"{place}.{key}")
    elif isinstance(value, list):
        for item in value:
            yield from undescribed(item, shape.get("items", {}), f"{place}[]")


@every_output
def test_the_schema_accepts_what_the_struct_writes(name: str, value: Any) -> None:
    """And nothing with another kind, an unknown major version, or without the snapshot."""
    document = msgspec.json.decode(msgspec.json.encode(value))
    validator = jsonschema.Draft202012Validator(schema(name))
    validator.validate(document)
    assert validator.is_valid(document | {"formatVersion": "1.7", "later": 1})
    assert not validator.is_valid(document | {"formatVersion": "2.0"})
    assert not validator.is_valid(document | {"kind": "Other"})
    assert not validator.is_valid({key: part for key, part in document.items() if key != "snapshot"})


@every_output
def test_the_schema_describes_every_field(name: str, value: Any) -> None:
    """A field added to a struct without its schema would be an undocumented format."""
    document = msgspec.json.decode(msgspec.json.encode(value))
    assert set(undescribed(document, schema(name))) == set()
    assert list(document) == list(schema(name)["properties"])
