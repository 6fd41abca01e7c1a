"""Explain one person: every license they have, should have or cannot have, from the plan's own reasons."""

from __future__ import annotations

from reconciler.errors import InputError
from reconciler.model import canonical, ids
from reconciler.model.desired import Desired
from reconciler.model.explanation import Explanation
from reconciler.model.live import Person
from reconciler.operations.context import Context
from reconciler.operations.plan import plan
from reconciler.ports import LiveView


def explain(desired: Desired, context: Context, user: str, *, offline: bool = True) -> Explanation:
    """The explanation of `user`: an e-mail address (any of a person's) or a Webex id. InputError when nobody is that."""
    from reconciler.diff.explain import explain_person

    made = plan(desired, context, offline=offline)
    live = context.store().live(made.plan.organization.id)
    person = _find(live, user)
    if person is None:
        raise InputError(
            f"Nobody in the reading of {made.plan.live.taken_at:%Y-%m-%d %H:%M} UTC has the address {user!r}.",
            hint="Check the address; people of other organizations are not listed; --sync reads Webex first.",
        )
    work = made.workings
    return explain_person(made.plan, work.book, work.population, work.answers, work.hands_off, person)


def _find(live: LiveView, user: str) -> Person | None:
    found = live.find([canonical.email(user)])
    if found:
        return next(iter(found.values()))
    for person_id in (user, user.rstrip("="), ids.encode("PEOPLE", user)):
        located = live.locate([person_id])
        if located:
            return next((p for p in live.people(set(located.values())) if p.id == person_id), None)
    return None
