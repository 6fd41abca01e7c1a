"""Everything a plan tells, as lines: operations with all their reasons and places, findings with hints, explanations, drift.

Examples in docstrings show what matters to a reader; this shows all there is, so that a changed word, place or reason is seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from reconciler.diff.drift import drift_items
from reconciler.diff.explain import explain_person
from reconciler.model.expected import Answer
from reconciler.model.explanation import Explanation
from reconciler.model.plan import AttendeeOperation, Because, LicenseOperation, Plan
from reconciler.planner import Planned
from tests.support.example import OWNED


def told(planned: Planned) -> list[str]:
    """All lines of one plan, in the plan's own order."""
    plan, workings = planned.plan, planned.workings
    people = sorted(workings.population.fetch(workings.answers), key=lambda item: item[0].email)
    lines = [*_changes(plan), *_held_and_waiting(plan), *_findings(plan), *_guards(plan), *_pools(plan)]
    for person, key in people:
        lines += _answer(person.email, workings.answers[key])
        explained = explain_person(
            plan, workings.book, workings.population, workings.answers, workings.allocation, workings.hands_off, person
        )
        lines += _explained(explained)
    return [*lines, *_drift(planned), *_ledger(planned)]


def _changes(plan: Plan) -> Iterator[str]:
    yield f"summary: {_compact(plan.summary)}"
    for change in plan.changes:
        yield f"{change.email} ({change.display_name}) expects {_compact(change.expects)}"
        operations: list[LicenseOperation | AttendeeOperation] = [*change.licenses, *change.attendee_sites]
        for operation in operations:
            yield f"  {_compact(msgspec.structs.replace(operation, because=()))}"
            yield from _reasons(operation.because)


def _held_and_waiting(plan: Plan) -> Iterator[str]:
    for held in plan.held:
        yield f"held by {held.guard}: {held.email} {_compact(msgspec.structs.replace(held.operation, because=()))}"
        yield from _reasons(held.operation.because)
    for waits in plan.waiting:
        yield f"waiting: {_compact(msgspec.structs.replace(waits, because=()))}"
        yield from _reasons(waits.because)
    for before in plan.setbacks:
        yield f"asked before: {_compact(before)}"


def _findings(plan: Plan) -> Iterator[str]:
    for item in plan.findings:
        yield f"{item.severity} {item.code} [{item.where}] {item.message} | {item.hint}"


def _guards(plan: Plan) -> Iterator[str]:
    for guard in plan.guards:
        yield f"{guard.effect} {guard.code}{' (acknowledged)' if guard.acknowledged else ''}: {guard.message}"


def _pools(plan: Plan) -> Iterator[str]:
    for line in plan.pools:
        if line.add or line.remove or (line.available or 0) < 1:
            yield f"pool: {_compact(line)}"


def _answer(email: str, answer: Answer) -> Iterator[str]:
    for wish in answer.satisfied:
        yield f"{email} has {wish.product}{_note(wish.note)} by {_name(wish.holding)}"
        yield from _reasons(wish.because)
    for lost in answer.lost:
        yield f"{email} does not get {lost.product}{_note(lost.note)} {lost.code}".rstrip()
        yield from _reasons(lost.because)
    for kept in answer.kept:
        yield f"{email} keeps {kept.product} row {kept.row or '-'}"
        yield from _reasons(kept.because)
    for removal in answer.removals:
        yield f"{email} loses {removal.product} row {removal.row}"
    for refused in answer.refused:
        yield f"{email} is refused {refused.product}: {refused.code}: {refused.message} | {refused.hint}"
        yield from _reasons(refused.because)
    for selected in answer.selected:
        yield f"{email}: {selected.template} {'speaks' if selected.speaks else 'is silent'}: {selected.why}"


def _explained(explanation: Explanation) -> Iterator[str]:
    yield f"{explanation.email} explained: {explanation.verdict}"
    for line in explanation.licenses:
        yield f"  {line.product} [{line.status}] held={line.held} expected={line.expected}: {line.text}"
        for step in line.chain:
            yield f"    {_compact(step)}"
        for check in line.checks:
            yield f"    {check.code}: {check.message} | {check.hint}"
        for what in line.to_do:
            yield f"    to do: {what}"
        if line.queue is not None:
            yield f"    queue: {_compact(line.queue)}"


def _drift(planned: Planned) -> Iterator[str]:
    """What `drift` would report of the same moment; its reasons are those of the operations and of what is kept."""
    workings = planned.workings
    for item in drift_items(planned.plan, workings.book, workings.population, workings.answers):
        yield f"drift: {item.email} {_compact(msgspec.structs.replace(item, person_id='', email='', because=()))}"


def _ledger(planned: Planned) -> Iterator[str]:
    ledger = planned.ledger
    for template in ledger.registry.templates:
        yield f"remembered: {template.kind} {template.name} grants {', '.join(template.grants)}"
    changed = [*ledger.reorigin.values(), *ledger.reorigin_people.values()]
    yield from sorted(
        {f"remembered: {_name(item.holding)} from {item.claims}" for origins in changed for item in origins}
    )
    for _, product in ledger.waiting:
        yield f"remembered: somebody waits for {product}"


def _reasons(because: Sequence[Because]) -> Iterator[str]:
    for reason in because:
        yield f"    because {reason.rule} | {reason.template or '-'} | {reason.source or '-'}"


def _note(note: str) -> str:
    return f" ({note})" if note else ""


def _compact(value: msgspec.Struct) -> str:
    """A struct in one line, ids of licenses shortened, what is empty left out."""
    built = msgspec.to_builtins(value)
    parts = (f"{key}={_shown(item)}" for key, item in built.items() if item not in (None, [], "", False, ()))
    return ", ".join(parts)


def _shown(item: object) -> str:
    if isinstance(item, list | tuple):
        return "[" + " ".join(_shown(part) for part in item) + "]"
    if isinstance(item, dict):
        return "{" + " ".join(f"{key}={_shown(part)}" for key, part in item.items()) + "}"
    return _name(str(item))


def _name(text: str) -> str:
    """The license's name where `text` is a license id."""
    return next(
        (f"<{pool.name}{f' {pool.subscription}' if pool.subscription else ''}>" for pool in OWNED if pool.id == text),
        text,
    )
