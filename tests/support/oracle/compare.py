"""Holds a plan against the oracle's prediction, and says in words where they part."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model import catalog
from reconciler.model.catalog import Product
from reconciler.model.plan import AttendeeOperation, Change, LicenseOperation, Plan
from tests.support.live import Someone
from tests.support.oracle.predict import Prediction, Step
from tests.support.oracle.words import Words


def step(email: str, operation: LicenseOperation | AttendeeOperation) -> Step:
    """An operation of a plan as the oracle spells it."""
    sign = "+" if operation.operation == "add" else "-"
    if isinstance(operation, AttendeeOperation):
        return email, sign, f"attendee:{operation.site_url}"
    return email, sign, operation.license_id


def operations(change: Change) -> list[LicenseOperation | AttendeeOperation]:
    """Everything for one person."""
    return [*change.licenses, *change.attendee_sites]


def differences(plan: Plan, prediction: Prediction, names: dict[str, str]) -> list[str]:
    """Where plan and prediction part, one line each; empty where they agree. `names`: license id -> a readable name."""
    found = []
    planned = {step(change.email, op): op for change in plan.changes for op in operations(change)}
    held = {step(h.email, h.operation): h.guard for h in plan.held}
    waiting = {(w.email, w.license, w.site or "") for w in plan.waiting}

    def say(who: str, what: str, one: Step) -> None:
        found.append(f"{who} {what}: {one[0]} {one[1]} {names.get(one[2], one[2])}")

    for who, extra, what in (
        ("product", planned.keys() - prediction.steps, "does"),
        ("oracle", prediction.steps - planned.keys(), "does"),
        ("product", held.keys() - prediction.held.keys(), "holds back"),
        ("oracle", prediction.held.keys() - held.keys(), "holds back"),
    ):
        for one in sorted(extra):
            say(who, what, one)
    for one in sorted(held.keys() & prediction.held.keys()):
        if held[one] not in prediction.held[one]:
            say("product", f"holds for {held[one]}, oracle for {sorted(prediction.held[one])}", one)
    for one in sorted(planned.keys() & prediction.lines.keys()):
        operation, line = planned[one], prediction.lines[one]
        assert isinstance(operation, LicenseOperation)
        given = operation.calling
        shown = (given.phone_number, given.extension, given.location_id) if given else (None, None, None)
        if shown != (line.number, line.extension, line.location):
            say("product", f"gives {shown}, oracle {(line.number, line.extension, line.location)}", one)
    found += [f"product lets wait: {one}" for one in sorted(waiting - prediction.waiting)]
    found += [f"oracle lets wait: {one}" for one in sorted(prediction.waiting - waiting)]
    return found


def impossible(people: Sequence[Someone], plan: Plan, words: Words) -> list[str]:
    """What a plan would make of people that Webex refuses and that they were not before, one line each (3.3, 3.7, 2.5)."""
    changes = {change.email: change for change in plan.changes}
    found = []
    for person in people:
        change = changes.get(person.email)
        if change is None:
            continue
        steps = [step(person.email, op) for op in operations(change)]
        before = {*person.holds, *(f"attendee:{site}" for site in person.attendee)}
        after = before - {x for _, sign, x in steps if sign == "-"} | {x for _, sign, x in steps if sign == "+"}
        found += [
            f"product makes impossible: {person.email} {what}"
            for what in sorted(_conflicts(after, words) - _conflicts(before, words))
        ]
    return found


def _conflicts(holdings: set[str], words: Words) -> set[str]:
    """What of this nobody can hold together."""
    found: set[str] = set()
    held = [words.product(x) for x in holdings if x in words.licenses]
    roles = {x.removeprefix("attendee:") for x in holdings if x.startswith("attendee:")}
    names = {product.name for product in held}
    found |= {f"{product} twice" for product in held if held.count(product) > 1}
    for site in {product.site for product in held if product.site}:
        if len({product for product in held if product.site == site}) > 1:
            found.add(f"two host licenses of {site}")
        if site in roles:
            found.add(f"host and attendee of {site}")
    for high, low in words.tiers():
        found |= {
            f"{product} and {low}" for product in held if product.name == high and Product(low, product.site) in held
        }
    if catalog.CALLING_STANDARD in names:
        found |= {
            f"{catalog.CALLING_STANDARD} and {x}" for x in names & {catalog.ATTENDANT_CONSOLE, catalog.CUSTOMER_ASSIST}
        }
    letters = {words.licenses[x].type for x in holdings if x in words.licenses}
    sold = {license.type for license in words.licenses.values()}
    for holding in holdings & words.licenses.keys():
        found |= {f"{words.product(holding)} without {x}" for x in words.needs(holding) & sold - letters}
    return found
