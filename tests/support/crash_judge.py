"""What is left when everything has come to rest, and what of it must not be: the promises of an apply, one check each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from reconciler.execute.operation import in_words, operations_of
from reconciler.model import ids
from reconciler.model.desired import Desired
from reconciler.model.plan import AttendeeOperation, Change, LicenseOperation, Plan
from reconciler.sandbox import State
from tests.support.crash_rooms import Rooms
from tests.support.crash_webex import Holdings, Reached, Webex
from tests.support.crash_world import is_kind

Step = tuple[str, str]
"""Whose, and what: `+host`, `-attendee:acme.webex.com`."""


class Left(NamedTuple):
    """Everything that counts once nothing happens any more. `window` is what the guards count of the last 24 hours."""

    holdings: dict[str, Holdings]
    origins: dict[str, tuple[tuple[str, tuple[str, ...]], ...]]
    again: frozenset[str]
    window: frozenset[Step]
    waiting: frozenset[tuple[str, str]]
    open_calls: tuple[str, ...]
    said: dict[Step, str]
    states: tuple[str, ...]
    log: tuple[Reached, ...]
    seconds: float


def look(rooms: Rooms, webex: Webex, desired: Desired) -> Left:
    """What is left; reads the organization once more, and plans."""
    plan = rooms.plan(desired)
    state, store = webex.state, rooms.store
    memory = store.memory(state.org_id, rooms.time.now())
    window: set[Step] = set()
    for sign, items in (("-", memory.removals), ("+", memory.additions)):
        window.update((_email(state, item.person_id), sign + _holding(state, item.holding)) for item in items)
    entries = [entry for run in reversed(store.runs(state.org_id)) for entry in store.journal_entries(run.id)]
    said: dict[Step, str] = {}
    for entry in entries:
        for item in entry.outcome.operations if entry.outcome else ():
            step = step_of(state, item.operation)
            said.pop((entry.change.email, _opposite(step)), None)
            said[entry.change.email, step] = item.outcome
    return Left(
        webex.holdings(),
        {person.email: _origins(rooms, state, person.id) for person in state.people if not person.external},
        steps(plan),
        frozenset(window),
        frozenset((waiting.email, waiting.license) for waiting in plan.waiting),
        tuple(entry.change.email for entry in entries if entry.outcome is None),
        said,
        tuple(run.state for run in store.runs(state.org_id)),
        tuple(webex.log),
        rooms.time.seconds,
    )


def steps(plan: Plan) -> frozenset[str]:
    """What a plan asks for, in words."""
    return frozenset(f"{change.email}: {in_words(item)}" for change in plan.changes for item in operations_of(change))


def targets(plan: Plan, state: State, before: dict[str, Holdings]) -> dict[str, Holdings]:
    """What everybody has, but for phones, once the whole plan is carried out."""
    found = {email: _without_phone(held) for email, held in before.items()}
    for change in plan.changes:
        for sign, name in ((step[0], step[1:]) for step in _steps(state, change)):
            held = found[change.email]
            found[change.email] = held | {name} if sign == "+" else held - {name}
    return found


def complaints(left: Left, usual: Sequence[Left], wanted: dict[str, Holdings]) -> list[str]:
    """What was promised and is not so; empty is how it must be. `usual`: what may be left when nobody dies."""
    again = frozenset[str]().union(*(one.again for one in usual))
    waiting = frozenset[tuple[str, str]]().union(*(one.waiting for one in usual))
    return [
        *(found for email in left.holdings for found in _person(left, usual, wanted, email)),
        *_calls(left),
        *_window(left, usual),
        *(f"a call for {email} is open for good" for email in left.open_calls),
        *(f"a run is {state} for good" for state in left.states if state == "running"),
        *_journal(left),
        *(f"planned once more: {step}" for step in sorted(left.again - again)),
        *(f"waits only after trouble: {who}" for who in sorted(left.waiting - waiting)),
    ]


def _person(left: Left, usual: Sequence[Left], wanted: dict[str, Holdings], email: str) -> list[str]:
    """Everybody holds what the plan promised, or what an undisturbed run would have left them with; origins along with it."""
    held, origins = left.holdings[email], left.origins.get(email)
    alike = [one for one in usual if one.holdings[email] == held]
    if not alike and (_has_to_do_with_calling(email) or _without_phone(held) != wanted[email]):
        return [f"{email} has {sorted(held)}, not {sorted(usual[0].holdings[email])}"]
    if alike and all(one.origins.get(email) != origins for one in alike):
        return [f"{email}: origins {origins}, not {alike[0].origins.get(email)}"]
    return []


def _calls(left: Left) -> list[str]:
    """Nothing is sent to somebody who has it, nothing takes effect twice, Calling least of all."""
    found = [
        f"{call.email}: {step} was sent at {call.at:g} s although it was so"
        for call in left.log
        for step in call.asked
        if (step[1:] in call.before) == (step[0] == "+")
    ]
    effects = _effects(left)
    found += [
        f"{email}: {step} took effect {times} times"
        for (email, step), times in sorted(effects.items())
        if times - effects[email, _opposite(step)] > 1  # what was taken in vain and given back may be tried again
    ]
    changed = Counter(
        call.email for call in left.log if _has_to_do_with_calling(call.email) and call.before != call.after
    )
    return [*found, *(f"{email}: Calling was changed {times} times" for email, times in changed.items() if times > 1)]


def _effects(left: Left) -> Counter[Step]:
    """How often what took effect."""
    found: Counter[Step] = Counter()
    for call in left.log:
        found.update((call.email, "+" + name) for name in call.after - call.before if not name.startswith("phone:"))
        found.update((call.email, "-" + name) for name in call.before - call.after if not name.startswith("phone:"))
    return found


def _window(left: Left, usual: Sequence[Left]) -> list[str]:
    """The guards count what took effect, as in an undisturbed run, and of the rest only what was meant at all.

    They count people, so that a call that was meant twice and took effect once counts once.
    """
    effects = _effects(left)
    always = frozenset.intersection(*(one.window for one in usual))
    ever = frozenset[Step]().union(*(one.window for one in usual))
    meant = frozenset[Step](left.said).union(*(one.said for one in usual))
    done = frozenset[Step]().union(*(_effects(one) for one in usual))
    found = [
        f"{email}: {step} took effect and does not count in 24 hours"
        for email, step in sorted(always - left.window)
        if effects[email, step] and (email, step) in done and _within_a_day(left, email, step)
    ]
    return found + [
        f"{email}: {step} counts in 24 hours, and does not in an undisturbed run"
        for email, step in sorted(left.window - ever)
        if ((email, step) in done and not _put_back(email, step)) or (email, step) not in meant
    ]


def _within_a_day(left: Left, email: str, step: str) -> bool:
    """Whether this was sent so lately that the guards must count it, some minutes of waiting for Webex included."""
    return any(call.email == email and step in call.asked and left.seconds - call.at < 80_000 for call in left.log)


def _put_back(email: str, step: str) -> bool:
    """Whether this gives back what was taken in vain; the guards may count it as an addition."""
    return is_kind(email, "half") and step == "+agent"


def _journal(left: Left) -> list[str]:
    """Where the journal says done, it is so."""
    return [
        f"{email}: the journal says that {step} is {outcome}, and it is not"
        for (email, step), outcome in sorted(left.said.items())
        if outcome in ("done", "alreadyDone") and (step[1:] in left.holdings[email]) != (step[0] == "+")
    ]


def _origins(rooms: Rooms, state: State, person_id: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found = rooms.store.origins(state.org_id, person_id)
    return tuple(sorted((_holding(state, item.holding), item.claims) for item in found))


def _steps(state: State, change: Change) -> list[str]:
    return [step_of(state, item) for item in operations_of(change)]


def step_of(state: State, item: LicenseOperation | AttendeeOperation) -> str:
    """An operation as `+host`."""
    sign = "+" if item.operation == "add" else "-"
    if isinstance(item, AttendeeOperation):
        return f"{sign}attendee:{item.site_url}"
    return sign + _holding(state, item.license_id)


def _opposite(step: str) -> str:
    return ("-" if step[0] == "+" else "+") + step[1:]


def _holding(state: State, holding: str) -> str:
    license = None if holding.startswith("attendee:") else state.license(holding)
    return license.key if license else holding


def _email(state: State, person_id: str) -> str:
    return next(person.email for person in state.people if ids.same(person.id, person_id))


def _without_phone(held: Holdings) -> Holdings:
    return frozenset(name for name in held if not name.startswith("phone:"))


def _has_to_do_with_calling(email: str) -> bool:
    return is_kind(email, "calls", "quits")
