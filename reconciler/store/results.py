"""Operations in JSON, read back. A license operation and an attendee operation carry no tag in our formats, and msgspec
decodes no union of two plain structs, so one is told from the other by what it is about."""

from __future__ import annotations

from typing import Any

import msgspec

from reconciler.model.plan import AttendeeOperation, Held, LicenseOperation, Plan
from reconciler.model.result import OperationResult, Outcome, PersonResult, State
from reconciler.store.packing import broken, decode


class _Operation(msgspec.Struct, rename="camel"):
    operation: dict[str, Any]
    outcome: Outcome
    detail: str = ""
    state: State = ""
    codes: tuple[int, ...] = ()


class _Person(msgspec.Struct, rename="camel"):
    person_id: str
    email: str
    operations: tuple[_Operation, ...]
    status: int | None = None
    tracking_id: str | None = None
    noticed: str = ""


class _Held(msgspec.Struct, rename="camel"):
    person_id: str
    email: str
    operation: dict[str, Any]
    guard: str


_WithoutHeld = msgspec.defstruct(
    "_WithoutHeld",
    [
        (field.name, field.type) if field.required else (field.name, field.type, field.default)
        for field in msgspec.structs.fields(Plan)
        if field.name != "held"
    ],
    rename="camel",
)


def decode_result(body: object) -> PersonResult:
    """The outcome in a row of the journal; StoreError when it is none."""
    row = decode("journal", body, _Person)
    operations = tuple(
        OperationResult(_operation("journal", item.operation), item.outcome, item.detail, item.state, item.codes)
        for item in row.operations
    )
    return PersonResult(row.person_id, row.email, operations, row.status, row.tracking_id, row.noticed)


def decode_plan(body: object) -> Plan:
    """The plan in a row of the runs; StoreError when it is none."""
    document = decode("run", body, dict[str, Any])
    try:
        held = msgspec.convert(document.pop("held", []), list[_Held])
        rest = msgspec.structs.asdict(msgspec.convert(document, _WithoutHeld))
    except msgspec.ValidationError as error:
        raise broken("run") from error
    kept = (Held(item.person_id, item.email, _operation("run", item.operation), item.guard) for item in held)
    return Plan(**rest, held=tuple(kept))


def _operation(table: str, operation: dict[str, Any]) -> LicenseOperation | AttendeeOperation:
    try:
        if "licenseId" in operation:
            return msgspec.convert(operation, LicenseOperation)
        return msgspec.convert(operation, AttendeeOperation)
    except msgspec.ValidationError as error:
        raise broken(table) from error
