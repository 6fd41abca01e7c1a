"""The plan file: what `plan --out` writes and `show` and `apply` read.

Reading is the strict half. A file that was cut short, edited, or written by another major version is refused with what
to do, because `apply` acts on it. The digest proves that nothing was changed by accident; it does not prove who wrote it.
"""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import msgspec

from reconciler.errors import PlanFileError
from reconciler.model import canonical
from reconciler.model.plan import FORMAT_VERSION, AttendeeOperation, Held, LicenseOperation, Plan
from reconciler.report.jsontext import pretty

_GZIP = b"\x1f\x8b"
_AGAIN = "Make a new plan with `webex-licenses plan --out FILE`."


# msgspec decodes no union of two plain structs, which `Held.operation` is; so `held` is read by hand, the rest in one go.
_WithoutHeld = msgspec.defstruct(
    "_WithoutHeld",
    [
        (field.name, field.type) if field.required else (field.name, field.type, field.default)
        for field in msgspec.structs.fields(Plan)
        if field.name != "held"
    ],
    rename="camel",
)


class _HeldInFile(msgspec.Struct, rename="camel"):
    """`Held` as JSON has it: which kind of operation it is shows only in its keys."""

    person_id: str
    email: str
    operation: dict[str, Any]
    guard: str


def render(plan: Plan) -> bytes:
    """The plan as JSON, keys in the documented order. `plan` must carry its digest (`model.plan.stamp`)."""
    return pretty(plan, indent=1)


def compress(data: bytes) -> bytes:
    """The same bytes as gzip; the same input gives the same output, so no time of day goes in."""
    return gzip.compress(data, mtime=0)


def parse(data: bytes, *, name: str = "The plan file") -> Plan:
    """The plan in `data`, JSON or gzipped JSON. PlanFileError when it is not exactly what the tool wrote.

    Keys that a later minor version added are ignored, but the digest covers them.
    """
    document = _document(_unpacked(data, name), name)
    _check_kind(document, name)
    _check_digest(document, name)
    try:
        held = [_held(item) for item in document.pop("held", [])]
        rest = msgspec.structs.asdict(msgspec.convert(document, _WithoutHeld))
        return Plan(**rest, held=tuple(held))
    except (msgspec.ValidationError, TypeError) as error:
        raise PlanFileError(f"{name} does not follow the format of a plan: {error}.", hint=_AGAIN) from None


def _unpacked(data: bytes, name: str) -> bytes:
    if not data.startswith(_GZIP):
        return data
    try:
        return gzip.decompress(data)
    except (EOFError, OSError, zlib.error):
        raise PlanFileError(f"{name} is damaged or was cut short: it does not unpack.", hint=_AGAIN) from None


def _document(data: bytes, name: str) -> dict[str, Any]:
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PlanFileError(f"{name} is damaged or was cut short: it is not JSON ({error}).", hint=_AGAIN) from None
    if not isinstance(document, dict):
        raise PlanFileError(f"{name} is not a plan.", hint=_AGAIN)
    return document


def _check_kind(document: dict[str, Any], name: str) -> None:
    kind, version = document.get("kind"), document.get("formatVersion")
    if kind == "WhatIf":
        raise PlanFileError(
            f"{name} answers a what-if: it supposes units that are not there, so it cannot be applied.", hint=_AGAIN
        )
    if kind != "Plan":
        raise PlanFileError(f"{name} is not a plan: its kind is {kind!r}.", hint=_AGAIN)
    if not isinstance(version, str) or version.partition(".")[0] != FORMAT_VERSION.partition(".")[0]:
        raise PlanFileError(
            f"{name} has format version {version!r}; this program reads {FORMAT_VERSION.partition('.')[0]}.x.",
            hint=f"Use the version of webex-licenses that wrote it. {_AGAIN}",
        )


def _check_digest(document: dict[str, Any], name: str) -> None:
    stated = document.get("digest")
    rest = {key: value for key, value in document.items() if key != "digest"}
    if stated != canonical.digest(rest):
        raise PlanFileError(f"{name} was changed after it was made: its digest does not match.", hint=_AGAIN)


def _held(item: Any) -> Held:
    raw = msgspec.convert(item, _HeldInFile)
    operation: LicenseOperation | AttendeeOperation
    if "licenseId" in raw.operation:
        operation = msgspec.convert(raw.operation, LicenseOperation)
    else:
        operation = msgspec.convert(raw.operation, AttendeeOperation)
    return Held(raw.person_id, raw.email, operation, raw.guard)
