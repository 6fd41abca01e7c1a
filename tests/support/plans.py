"""A small plan made by hand, with one of everything, for tests of reports and of the command line."""

from __future__ import annotations

from datetime import UTC, datetime

from reconciler.model.finding import Finding
from reconciler.model.plan import (
    AttendeeOperation,
    Because,
    CallingProperties,
    Change,
    DesiredRef,
    Expects,
    GuardResult,
    Held,
    LicenseOperation,
    LiveRef,
    OrganizationRef,
    Plan,
    PoolLine,
    Summary,
    Tool,
    Waiting,
    stamp,
)

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SALES = (Because("granted", "sales", "templates/sales.yaml:7"),)
SUITE = LicenseOperation("add", "L1", "Webex Meetings Suite", "Sub-1", "acme.webex.com", "config", False, SALES)
LOSES_CALLING = LicenseOperation(
    "remove", "L2", "Webex Calling - Professional", "Sub-1", None, "groupChange", True, SALES
)
GETS_CALLING = LicenseOperation(
    "add",
    "L2",
    "Webex Calling - Professional",
    "Sub-1",
    None,
    "newcomer",
    False,
    SALES,
    CallingProperties("+14085550100", "12"),
)
ROLE_GOES = AttendeeOperation("remove", "acme.webex.com", "promoted", SALES)


def change(number: int, *licenses: LicenseOperation, roles: tuple[AttendeeOperation, ...] = ()) -> Change:
    """Person `number` with these operations."""
    return Change(f"P{number}", f"p{number}@acme.example", f"Person {number}", Expects(), licenses, roles)


def plan(*changes: Change, **other: object) -> Plan:
    """A stamped plan of these changes; the summary counts them, `other` fields replace the defaults."""
    licenses = [operation for item in changes for operation in item.licenses]
    summary = Summary(
        people=len(changes),
        additions=sum(operation.operation == "add" for operation in licenses),
        removals=sum(operation.operation == "remove" for operation in licenses),
        attendee_removals=sum(len(item.attendee_sites) for item in changes),
        irreversible=sum(operation.irreversible for operation in licenses),
        unchanged=488,
    )
    fields: dict[str, object] = {
        "format_version": "1.0",
        "kind": "Plan",
        "tool": Tool("webex-licenses", "0.1.0"),
        "organization": OrganizationRef("O", "acme"),
        "created_at": NOON,
        "digest": "",
        "desired": DesiredRef("sha256:d", "0123456789abcdef"),
        "live": LiveRef("7", NOON, 500, 12, 20),
        "summary": summary,
        "changes": changes,
    }
    return stamp(Plan(**(fields | other)))  # type: ignore[arg-type]


def one_of_everything() -> Plan:
    """Two people changed, somebody waiting, operations held, findings, a stopping guard and one that holds."""
    return plan(
        change(1, SUITE, LOSES_CALLING),
        change(2, GETS_CALLING, roles=(ROLE_GOES,)),
        summary=Summary(2, 2, 1, 0, 1, 1, 2, 1, 488, None),
        pools=(
            PoolLine("L1", "Webex Meetings Suite", "Sub-1", "acme.webex.com", 1_000_000, 999_990, 10, 1, 0, 9),
            PoolLine("L2", "Webex Calling - Professional", "Sub-1", None, 5, 5, 0, 1, 1, 0),
            PoolLine("L3", "Basic Messaging", None, None, 500, 100, 400, 0, 0, 400),
        ),
        held=(
            Held("P3", "p3@acme.example", LOSES_CALLING, "first-apply"),
            Held("P3", "p3@acme.example", ROLE_GOES, "first-apply"),
        ),
        waiting=(Waiting("P4", "p4@acme.example", "Webex Calling - Professional", NOON, SALES, None, "Sub-1"),),
        findings=(
            Finding("number-unknown", "warning", "p5@acme.example", "No such number.", "Order the number first."),
        ),
        guards=(
            GuardResult("irreversible", "stop", "1 Calling license would go without an Acknowledgement."),
            GuardResult("first-apply", "hold", "2 removals are held back."),
        ),
    )
