"""Outcomes as the journal keeps them, read back. A licence operation and an attendee operation carry no tag in our JSON,
so one is told from the other by what it is about."""

from __future__ import annotations

from typing import Any

import msgspec

from reconciler.model.plan import AttendeeOperation, LicenseOperation
from reconciler.model.result import OperationResult, Outcome, PersonResult
from reconciler.store.packing import broken, decode


class _Operation(msgspec.Struct, rename="camel"):
    operation: dict[str, Any]
    outcome: Outcome
    detail: str = ""


class _Person(msgspec.Struct, rename="camel"):
    person_id: str
    email: str
    operations: tuple[_Operation, ...]
    status: int | None = None
    tracking_id: str | None = None


def decode_result(body: object) -> PersonResult:
    """The outcome in a row of the journal; StoreError when it is none."""
    row = decode("journal", body, _Person)
    try:
        operations = tuple(
            OperationResult(
                msgspec.convert(
                    item.operation, LicenseOperation if "licenseId" in item.operation else AttendeeOperation
                ),
                item.outcome,
                item.detail,
            )
            for item in row.operations
        )
    except msgspec.ValidationError as error:
        raise broken("journal") from error
    return PersonResult(row.person_id, row.email, operations, row.status, row.tracking_id)
