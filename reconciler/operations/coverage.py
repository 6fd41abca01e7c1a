"""Who stands where, by group, by template and by person, and how much of the organization the files speak for.

Reads the newest snapshot, or a fresh one where that is asked for; writes nothing but that snapshot.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import msgspec

from reconciler.errors import InputError
from reconciler.model import canonical
from reconciler.model.coverage import FORMAT_VERSION, Coverage, PersonStanding, State, Status
from reconciler.model.desired import Desired
from reconciler.operations.context import Context
from reconciler.operations.plan import plan

if TYPE_CHECKING:
    from reconciler.diff.standing import Survey
    from reconciler.planner import Planned, Workings
    from reconciler.store.view import View


class Chosen(msgspec.Struct, frozen=True):
    """Whose states to list: who is in one of `groups`, under one of `templates`, in one of `states`; `user` alone.

    Names of groups and templates are as the files spell them. Empty means any.
    """

    groups: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    states: tuple[State, ...] = ()
    user: str | None = None


def status(desired: Desired, context: Context, *, offline: bool = True, people: Chosen | None = None) -> Status:
    """Every group and every template; with `people` also the people chosen, by address.

    InputError for a group or template that no template has, or a user whom the reading does not have; errors as `plan`
    raises them.
    """
    made = plan(desired, context, offline=offline)
    return status_of(made, context.store().live(made.plan.organization.id, made.plan.live.snapshot), people)


def status_of(made: Planned, view: View, people: Chosen | None = None) -> Status:
    """The same from a plan that was made already, and the view it was made from."""
    found, document = survey(made), made.plan
    groups, templates = found.groups(), found.templates()
    chosen: tuple[PersonStanding, ...] | None = None
    if people is not None:
        _check("group", people.groups, [row.name for row in groups if row.kind == "group"])
        _check("template", people.templates, [row.name for row in templates if row.kind == "template"])
        chosen = _people(found, view, people)
    return Status(
        FORMAT_VERSION,
        "Status",
        document.organization,
        document.live.snapshot,
        document.live.taken_at,
        made.workings.book.organization.assignment,
        found.everybody(),
        groups,
        templates,
        coverage_of(made.workings, view),
        chosen,
    )


def survey(made: Planned) -> Survey:
    """Where everybody of a plan stands."""
    from reconciler.diff.standing import Survey

    work = made.workings
    return Survey(made.plan, work.book, work.population, work.answers, work.allocation, work.hands_off)


def coverage_of(work: Workings, view: View) -> Coverage:
    """People and licenses under management, from the workings of a plan and the view it was made from."""
    from reconciler.diff.coverage import FirstSight, coverage

    sights = (FirstSight(*sight) for sight in view.first_sights())
    return coverage(work.book, work.population, work.answers, work.hands_off, sights)


def _people(found: Survey, view: View, chosen: Chosen) -> tuple[PersonStanding, ...]:
    def wanted(person: PersonStanding) -> bool:
        return (
            (not chosen.groups or not set(chosen.groups).isdisjoint(person.groups))
            and (not chosen.templates or not set(chosen.templates).isdisjoint(person.templates))
            and (not chosen.states or person.state in chosen.states)
        )

    among = None if chosen.user is None else _who(view, chosen.user)
    return tuple(found.people(wanted, among))


def _who(view: View, user: str) -> str:
    """The id of the person with this address, present or former, or with this id."""
    wanted = canonical.email(user)
    found = view.find([wanted]).get(wanted) or view.find_former([wanted]).get(wanted)
    if found is not None:
        return found.id
    if view.locate([user]):
        return user
    close = view.near(user)
    hint = f"Did you mean {' or '.join(close)}?" if close else "Check the address; --sync reads Webex first."
    raise InputError(f"Nobody in the reading has the address {user!r}.", hint=hint)


def _check(what: str, names: Collection[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            listed = ", ".join(sorted(known)) or "none"
            raise InputError(f"No template of the files has the {what} {name!r}." if what == "group" else
                             f"The files have no template {name!r}.", hint=f"Known are: {listed}.")  # fmt: skip
