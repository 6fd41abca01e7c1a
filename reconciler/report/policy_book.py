"""docs/policies.md, written from the JSON Schemas: every policy with its values and its default, in one place.

`python -m reconciler.report.policy_book` prints it; a test fails when docs/policies.md is not what it prints. That a default
of the schema is also what the program does, and that each policy changes something, are tests of their own.
"""

from __future__ import annotations

import importlib.resources
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

Schema = Mapping[str, Any]

_HEAD = """\
# Policies

Written by `make rules` from the schemas in [`schemas/`](../schemas); do not edit. Keys stand under `spec`; `[]` is an entry of a
list and NAME a name of yours. A key without default is not in force until it is written. What the data make necessary
and the files leave out is an error that names the choice, never a silent default; the last table lists these choices.
How the kinds fit together is in [interface.md](interface.md).
"""
KINDS: tuple[tuple[str, str], ...] = (
    ("Organization", "organization"),
    ("OrganizationTemplate", "organization-template"),
    ("GroupTemplate", "group-template"),
    ("Reference", "reference"),
    ("UserException", "user-exception"),
    ("Acknowledgement", "acknowledgement"),
    ("CallingAssignments", "calling-assignments"),
    ("TemplateTest", "template-test"),
)
"""Title -> schema. A reference is no kind of its own: it is what `licenses` and `add` list."""

CHOICES: tuple[tuple[str, str], ...] = (
    (
        "several subscriptions sell a license, and neither the reference nor `defaults.subscription` names one",
        "subscription-needed",
    ),
    (
        "`defaults.subscription` or `subscriptions.order` is set and none of it sells the license that several others sell",
        "subscription-needed",
    ),
    ("`policy: oldestFirst` without `order`", "order-missing"),
    ("a per-site license, and neither the reference nor `defaults.siteUrl` names a site", "site-needed"),
    ("`defaults.siteUrl` names a site that does not have the license", "unknown-site"),
    ("`enforcement: overage` without a percentage", "overage-missing"),
    ("two groups have the name that a template lists", "ambiguous-group"),
    ("a Calling grant that leaves number and extension, or the location, open", "calling-incomplete"),
    ("no `assignment`", "missing-key"),
)
"""What the data make necessary, and the code of the error that asks for it."""

_WORDS = {
    "licenseName": "license name", "licenseId": "license id", "subscription": "subscription", "site": "host name",
    "email": "address", "date": "date", "e164": "number in quotes", "percent": "percentage", "reason": "text",
    "group": "group name or `{id}`", "managed": "license name, reference, or `{attendee: SITE}`", "name": "text",
    "reference": "reference", "plainReference": "reference without `calling`",
}  # fmt: skip
_FORMATS = {
    "percent": "percentage", "duration": "`30m`, `24h`, `2d`", "webex-organization-id": "organization id",
    "extension": "digits in quotes",
    "calling-number": "`workPhone`, `none`, number in quotes", "calling-extension": "`none`, `fromDirectory`, digits in quotes",
}  # fmt: skip
_OPAQUE = frozenset(_WORDS)
"""Shared definitions that are one value to a reader; their own keys are explained once, under Reference."""


class Policy(msgspec.Struct, frozen=True):
    """One key of a kind. `default` is None where there is none; `required` where the schema asks for it."""

    kind: str
    path: str
    values: str
    meaning: str
    required: bool = False
    default: Any = msgspec.UNSET

    @property
    def name(self) -> str:
        """How tests and pages call it: `Organization.capacity.enforcement`."""
        return f"{self.kind}.{self.path}"


@cache
def _read(name: str) -> Any:
    text = importlib.resources.files("webex_licenses_schemas").joinpath(f"{name}.schema.json").read_bytes()
    return msgspec.json.decode(text)


def policies() -> tuple[Policy, ...]:
    """Every key of every kind, in the order of the schemas."""
    found: list[Policy] = []
    for kind, schema in KINDS:
        spec = _read("common")["$defs"]["reference"] if kind == "Reference" else _read(schema)["properties"]["spec"]
        found += _keys(kind, spec, "")
    return tuple(found)


def _keys(kind: str, schema: Schema, prefix: str) -> Iterator[Policy]:
    for key, raw in schema.get("properties", {}).items():
        node, path = _resolved(raw), f"{prefix}{key}"
        inner, step = _inside(node)
        if inner is None or "default" in node:
            required = key in schema.get("required", ())
            default = node.get("default", msgspec.UNSET)
            yield Policy(kind, path, _values(raw), node.get("description", ""), required, default)
        if inner is not None:
            yield from _keys(kind, inner, f"{path}{step}.")


def _inside(node: Schema) -> tuple[Schema | None, str]:
    """The mapping that a key holds, lists or names, whose own keys are policies too."""
    if node.get("properties"):
        return node, ""
    below = node.get("additionalProperties")
    if isinstance(below, Mapping) and below.get("properties"):
        return below, ".NAME"
    items = node.get("items", {})
    return (items, "[]") if items.get("properties") and "$ref" not in items else (None, "")


def _resolved(node: Schema) -> Schema:
    if "$ref" not in node:
        return node
    name = node["$ref"].rpartition("/")[2]
    shared = dict(_read("common")["$defs"][name])
    if name in _OPAQUE:
        shared = {key: value for key, value in shared.items() if key in ("description", "default")}
    return {**shared, **{key: value for key, value in node.items() if key != "$ref"}}


def _values(node: Schema) -> str:
    word = _WORDS.get(node.get("$ref", "").rpartition("/")[2])
    node = _resolved(node)
    if word or node.get("format") in _FORMATS:
        return word or _FORMATS[node["format"]]
    if "enum" in node:
        return ", ".join(f"`{value}`" for value in node["enum"])
    if "anyOf" in node:
        return ", ".join(dict.fromkeys(_values(part) for part in node["anyOf"]))
    kind = node.get("type", "")
    if kind == "array":
        return f"list of: {_values(node.get('items', {}))}"
    if kind == "object":
        below = node.get("additionalProperties")
        if isinstance(below, Mapping):
            return "NAME: " + ("see below" if "properties" in below else _values(below))
        return "`{" + ", ".join(node.get("properties", {})) + "}`"
    return _plain(kind, node)


def _plain(kind: str, node: Schema) -> str:
    words = {"boolean": "`true`, `false`", "integer": "whole number", "number": "number", "string": "text"}
    low, high = node.get("minimum"), node.get("maximum")
    bounds = f" from {low}" if low is not None else ""
    return words[kind] + bounds + (f" to {high}" if high is not None else "")


def render() -> str:
    """The whole page, as Markdown."""
    lines = [_HEAD]
    found = policies()
    for kind, _ in KINDS:
        lines.append(f"## {kind}\n\n| key | values | default | meaning |\n|---|---|---|---|")
        lines += [_row(policy) for policy in found if policy.kind == kind]
        lines.append("")
    lines.append("## Choices that the data make necessary\n\n| when | error |\n|---|---|")
    lines += [f"| {when} | [`{code}`](findings.md) |" for when, code in CHOICES]
    return "\n".join(lines) + "\n"


def _row(policy: Policy) -> str:
    default = "required" if policy.required else "" if policy.default is msgspec.UNSET else f"`{shown(policy.default)}`"
    cells = (f"`{policy.path}`", policy.values, default, policy.meaning)
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def shown(default: Any) -> str:
    """A default as it would be written in YAML.

    >>> shown("keep"), shown([]), shown(True), shown(10)
    ('keep', '[]', 'true', '10')
    """
    return default if isinstance(default, str) else msgspec.json.encode(default).decode()


if __name__ == "__main__":
    sys.stdout.write(render())
