"""Thousands of changes as a few lines: who gets the same thing for the same reason stands together.

Shared by the text and the Markdown of a plan. Nothing is left out: the numbers of all groups add up to the plan's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from reconciler.model.finding import Finding
from reconciler.model.plan import AttendeeOperation, Change, Held, LicenseOperation, Plan, PoolLine, Waiting
from reconciler.report import wording


class Alike(msgspec.Struct, frozen=True):
    """The same operation for the same reason. `what` is the license with its sign, `people` are addresses in plan order."""

    what: str
    why: str
    people: tuple[str, ...]
    irreversible: bool = False


class Irreversible(msgspec.Struct, frozen=True, order=True):
    """Removals of one license that cannot be taken back, for one reason; `guard` keeps them back, empty when none does."""

    guard: str
    what: str
    why: str
    people: tuple[str, ...]


def operations(change: Change) -> tuple[LicenseOperation | AttendeeOperation, ...]:
    """Everything that happens to one person, licenses first."""
    return change.licenses + change.attendee_sites


def alike(changes: Iterable[Change]) -> tuple[Alike, ...]:
    """All operations, grouped by license, sign and reason; ordered by license, then sign, then size."""
    groups: dict[LicenseOperation | AttendeeOperation, list[str]] = {}
    for change in changes:
        for operation in operations(change):
            groups.setdefault(_without_number(operation), []).append(change.email)
    return tuple(sorted((_alike(*group) for group in groups.items()), key=_alike_order))


def _without_number(operation: LicenseOperation | AttendeeOperation) -> LicenseOperation | AttendeeOperation:
    if isinstance(operation, LicenseOperation) and operation.calling is not None:
        return msgspec.structs.replace(operation, calling=None)
    return operation


def _alike(operation: LicenseOperation | AttendeeOperation, people: list[str]) -> Alike:
    return Alike(
        what=f"{wording.sign(operation)} {wording.operation_label(operation)}",
        why=wording.reasons(operation.because, operation.cause),
        people=tuple(wording.clean(person) for person in people),
        irreversible=isinstance(operation, LicenseOperation) and operation.irreversible,
    )


def _alike_order(group: Alike) -> tuple[str, str, int, str]:
    return group.what[2:], group.what[0], -len(group.people), group.why


def irreversible(plan: Plan) -> tuple[Irreversible, ...]:
    """Every irreversible removal of the plan, grouped; those that a guard holds back last."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for person, operation, guard in _every_operation(plan):
        if isinstance(operation, LicenseOperation) and operation.irreversible:
            why = wording.reasons(operation.because, operation.cause)
            groups.setdefault((guard, wording.operation_label(operation), why), []).append(person)
    return tuple(sorted(Irreversible(*key, tuple(people)) for key, people in groups.items()))


def _every_operation(plan: Plan) -> Iterator[tuple[str, LicenseOperation | AttendeeOperation, str]]:
    for change in plan.changes:
        for operation in change.licenses:
            yield wording.person(change.email, change.display_name), operation, ""
    for item in plan.held:
        yield wording.clean(item.email), item.operation, item.guard


def held_by_guard(held: Iterable[Held]) -> dict[str, list[str]]:
    """Guard -> `- license: address` of what it keeps back, in plan order."""
    groups: dict[str, list[str]] = {}
    for item in held:
        text = f"{wording.sign(item.operation)} {wording.operation_label(item.operation)}: {wording.clean(item.email)}"
        groups.setdefault(item.guard, []).append(text)
    return dict(sorted(groups.items()))


def held_alike(held: Iterable[Held]) -> dict[tuple[str, str], list[str]]:
    """(guard, `- license`) -> addresses of those it keeps back, in plan order."""
    groups: dict[tuple[str, str], list[str]] = {}
    for item in held:
        what = f"{wording.sign(item.operation)} {wording.operation_label(item.operation)}"
        groups.setdefault((item.guard, what), []).append(wording.clean(item.email))
    return dict(sorted(groups.items()))


def telling_pools(plan: Plan) -> list[PoolLine]:
    """The pools that change, have fewer units than are in use, or that somebody waits for."""
    awaited = {(item.license, item.site, item.subscription) for item in plan.waiting}
    return [
        pool
        for pool in plan.pools
        if pool.add
        or pool.remove
        or (pool.available_after or 0) < 0
        or (pool.license, pool.site, pool.subscription) in awaited
    ]


def waiting_by_pool(waiting: Iterable[Waiting]) -> dict[str, list[Waiting]]:
    """License -> those who wait for it, in plan order."""
    groups: dict[str, list[Waiting]] = {}
    for item in waiting:
        groups.setdefault(wording.license_label(item.license, item.site, item.subscription), []).append(item)
    return dict(sorted(groups.items()))


def waiting_alike(waiting: Iterable[Waiting]) -> dict[tuple[str, str], list[str]]:
    """(since, why) -> addresses of those who wait alike, in plan order."""
    groups: dict[tuple[str, str], list[str]] = {}
    for item in waiting:
        key = wording.moment(item.since), wording.reasons(item.because)
        groups.setdefault(key, []).append(wording.clean(item.email))
    return groups


def findings_by_code(findings: Iterable[Finding]) -> dict[tuple[str, str], list[Finding]]:
    """(severity, code) -> findings of that kind, in plan order, so errors come first."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.severity, finding.code), []).append(finding)
    return groups
