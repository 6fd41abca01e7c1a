"""One document at a time: is it one of ours, does it keep its schema, and which struct is it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from reconciler.load import build, build_organization, wording
from reconciler.load.calling_csv import CsvReader
from reconciler.load.nodes import Document, Map, Place, finding
from reconciler.load.schema import API_VERSION, KINDS, validator
from reconciler.load.secrets import shown
from reconciler.model import canonical
from reconciler.model.desired import (
    Acknowledgement,
    CallingAssignment,
    Organization,
    Source,
    Template,
    TemplateTest,
    UserException,
)
from reconciler.model.finding import Finding


class Parts(msgspec.Struct):
    """What the documents hold so far. `named` knows every document by kind and name, those with errors too."""

    organizations: list[Organization] = msgspec.field(default_factory=list)
    templates: list[Template] = msgspec.field(default_factory=list)
    exceptions: list[UserException] = msgspec.field(default_factory=list)
    calling_assignments: list[CallingAssignment] = msgspec.field(default_factory=list)
    acknowledgements: list[Acknowledgement] = msgspec.field(default_factory=list)
    tests: list[TemplateTest] = msgspec.field(default_factory=list)
    named: dict[tuple[str, str], Source] = msgspec.field(default_factory=dict)
    kinds: dict[str, list[Source]] = msgspec.field(default_factory=dict)


def take(document: Document, parts: Parts, directory: Path) -> list[Finding]:
    """Check one document and add what it says to `parts`; returns what is wrong with it."""
    found: list[Finding] = []
    kind = _kind(document, found)
    if kind is None:
        return found
    parts.kinds.setdefault(kind, []).append(document.source(document.at))
    name = _name(document, kind, parts, found)
    found += wording.schema_findings(document, validator(kind).iter_errors(document.root))
    if found or document.troubled or name is None:
        return found
    _BUILDERS[kind](document, name, parts, directory, found)
    return found


def _kind(document: Document, found: list[Finding]) -> str | None:
    """The document's kind, or None after saying why it is none of ours."""
    root = document.root
    if not isinstance(root, Map):
        hint = "begin it with apiVersion, kind, metadata and spec"
        found.append(finding("not-a-document", document.source(document.at), "the document must be a mapping", hint))
        return None
    version, kind = root.get("apiVersion"), root.get("kind")
    known = _known(document, "apiVersion", version, [API_VERSION], found)
    known = _known(document, "kind", kind, list(KINDS), found) and known
    return str(kind) if known else None


def _known(document: Document, key: str, value: Any, choices: list[str], found: list[Finding]) -> bool:
    if value in choices:
        return True
    code = {"apiVersion": "unknown-api-version", "kind": "unknown-kind"}[key]
    at = document.place((key,))
    if at in document.troubled and key in document.root:
        return False
    if value is None:
        message = f"the document lacks the key `{key}`"
    elif isinstance(value, str):
        message = f"unknown {key} {shown(value)}"
    else:
        message = f"`{key}` must be text"
    like = wording.nearest(value, choices) if isinstance(value, str) else ""
    hint = f"did you mean `{like}`?" if like and len(choices) > 1 else f"write {wording.listed(choices)}"
    found.append(finding(code, document.source(at), message, hint))
    return False


def _name(document: Document, kind: str, parts: Parts, found: list[Finding]) -> str | None:
    metadata = document.root.get("metadata")
    raw = metadata.get("name") if isinstance(metadata, Map) else None
    if not isinstance(raw, str) or not raw.strip():
        return None
    name = canonical.name(raw)
    at: Place = document.place(("metadata", "name"))
    # The ledger knows a template by its name alone, so both kinds share one set of names.
    among = "template" if kind in ("OrganizationTemplate", "GroupTemplate") else kind
    first = parts.named.setdefault((among, name), document.source(at))
    if first != document.source(at):
        message = f"a second {among} named {shown(name)}; the first is at {first}"
        found.append(
            finding("duplicate-name", document.source(at), message, "give one of the two another metadata.name")
        )
    return name


def _organization(document: Document, name: str, parts: Parts, _: Path, found: list[Finding]) -> None:
    parts.organizations.append(build_organization.organization(document, name, found))


def _template(document: Document, name: str, parts: Parts, _: Path, found: list[Finding]) -> None:
    parts.templates.append(build.template(document, name, found))


def _exception(document: Document, name: str, parts: Parts, _: Path, found: list[Finding]) -> None:
    parts.exceptions.append(build.exception(document, name, found))


def _calling(document: Document, name: str, parts: Parts, directory: Path, found: list[Finding]) -> None:
    spec = document.root["spec"]
    if "file" in spec:
        reader = CsvReader(directory, document, name, found)
        parts.calling_assignments += reader.rows(spec["file"])
    else:
        parts.calling_assignments += build.calling_rows(document, name)


def _acknowledgement(document: Document, name: str, parts: Parts, _: Path, __: list[Finding]) -> None:
    parts.acknowledgements.append(build.acknowledgement(document, name))


def _test(document: Document, name: str, parts: Parts, _: Path, found: list[Finding]) -> None:
    parts.tests.append(build.template_test(document, name, found))


_BUILDERS: dict[str, Callable[[Document, str, Parts, Path, list[Finding]], None]] = {
    "Organization": _organization,
    "OrganizationTemplate": _template,
    "GroupTemplate": _template,
    "UserException": _exception,
    "CallingAssignments": _calling,
    "Acknowledgement": _acknowledgement,
    "TemplateTest": _test,
}
