"""Explain one person: every license they have, should have or cannot have, from the plan's own reasons.

Webex is asked only where the caller wants a fresh reading; of the past only what the store kept is told.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from reconciler.errors import InputError
from reconciler.model import canonical, ids
from reconciler.model.desired import Desired
from reconciler.model.explanation import Explanation
from reconciler.model.history import AppliedFiles
from reconciler.model.live import Person
from reconciler.operations.context import Context
from reconciler.operations.organization import stored_organization
from reconciler.operations.plan import plan

if TYPE_CHECKING:
    from reconciler.book.catalog import Catalog
    from reconciler.diff.explain import Seen
    from reconciler.model.catalog import Product
    from reconciler.planner import Planned
    from reconciler.store.view import View

_SHORT = 12


class _Found(NamedTuple):
    person: Person
    note: str = ""


def explain(
    desired: Desired,
    context: Context,
    user: str,
    *,
    offline: bool = True,
    license_name: str | None = None,
    as_of: datetime | None = None,
) -> Explanation:
    """The explanation of `user`: an e-mail address (any of a person's, also a former one), a Webex id, or a full name.

    `license_name`: only this license, also where nothing grants it. `as_of`: from the store's history at that moment; never
    reads Webex then. InputError when nobody is that, when several are, or when no license is called so; StoreError when the
    store does not reach back so far.
    """
    from reconciler.diff.explain import Question, explain_person

    if as_of is not None:
        as_of = min(as_of, context.clock())  # the end of today has not come yet
    made, view, files_note = _made(desired, context, offline=offline, as_of=as_of)
    found = _find(view, user)
    work = made.workings
    products = _products(work.book.catalog, license_name) if license_name is not None else ()
    question = Question(
        license_name, products, as_of=as_of, files_note=files_note, notes=(found.note,) if found.note else ()
    )
    return explain_person(
        made.plan,
        work.book,
        work.population,
        work.answers,
        work.allocation,
        work.hands_off,
        found.person,
        seen=_seen(view, found.person),
        question=question,
    )


def _seen(view: View, person: Person) -> Seen:
    from reconciler.diff.explain import Seen

    versions = view.history(person.id).versions
    return Seen(view.members_seen(), view.provenance(person.id), versions[0].since if versions else None)


def _made(desired: Desired, context: Context, *, offline: bool, as_of: datetime | None) -> tuple[Planned, View, str]:
    """The plan, the view it was made from, and how the files relate to that moment."""
    if as_of is None:
        made = plan(desired, context, offline=offline)
        return made, context.store().live(made.plan.organization.id), ""
    from reconciler.planner import make_plan

    store = context.store()
    org_id, _ = stored_organization(desired, store)
    view = store.live_at(org_id, as_of)
    applied = store.applied_files(org_id, as_of)
    try:
        made = make_plan(desired, view, store.memory_at(org_id, as_of), as_of, context.tool_version)
    except InputError as error:
        error.hint = (
            f"These are today's files, and the organization is that of {_moment(as_of)}. {_other_files(applied)}"
        )
        raise
    return made, view, _about_files(desired, applied)


def _about_files(desired: Desired, applied: AppliedFiles | None) -> str:
    if applied is None:
        return "The files are today's; nothing had been applied by then."
    when = f"the last apply before that moment ({applied.run}, {_moment(applied.at)})"
    if applied.digest == desired.digest:
        return f"The files are today's, and they say the same as those of {when}."
    commit = f"from commit {applied.commit[:_SHORT]}" if applied.commit else "from files that were not exactly a commit"
    return f"The files are today's; those of {when} were others, {commit}. {_other_files(applied)}".strip()


def _other_files(applied: AppliedFiles | None) -> str:
    if applied is None or applied.commit is None:
        return ""
    return f"Check out commit {applied.commit[:_SHORT]} to see it with the files of that time."


def _products(catalog: Catalog, name: str) -> tuple[Product, ...]:
    from reconciler.diff.explain import nearest, products_named

    found = products_named(catalog, name)
    if not found:
        close = nearest(catalog, name)
        hint = (
            f"Did you mean {' or '.join(repr(text) for text in close)}?" if close else "See `webex-licenses inventory`."
        )
        raise InputError(f"The organization has no license named {name!r}.", hint=hint)
    return found


def _find(view: View, user: str) -> _Found:
    wanted = canonical.email(user)
    found = view.find([wanted]).get(wanted)
    if found is not None:
        own = canonical.email(found.email) == wanted
        return _Found(found, "" if own else f"{user} is another address of {found.email}.")
    former = view.find_former([wanted]).get(wanted)
    if former is not None:
        return _Found(former, f"{user} is a former address of {former.email}.")
    by_id = _by_id(view, user)
    if by_id is not None:
        return _Found(by_id)
    named = view.named(user)
    if len(named) == 1:
        return _Found(named[0], f"Found by name; the address is {named[0].email}.")
    if named:
        raise InputError(
            f"{len(named)} people are named {user!r}.",
            hint=f"Name one by address: {', '.join(person.email for person in named[:10])}.",
        )
    raise _nobody(view, user)


def _by_id(view: View, user: str) -> Person | None:
    for person_id in (user, user.rstrip("="), ids.encode("PEOPLE", user)):
        located = view.locate([person_id])
        if located:
            return next((p for p in view.people(set(located.values())) if p.id == person_id), None)
    return None


def _nobody(view: View, user: str) -> InputError:
    taken = _moment(view.snapshot().taken_at)
    gone = view.departed(user)
    if gone is not None:
        return InputError(
            f"{gone.email} ({gone.name}) is gone: the reading of {_moment(gone.since)} was the first without them.",
            hint="Who was deleted, or moved to another organization, holds no license here. "
            "--as-of DATE tells how it was while they were there.",
        )
    close = view.near(user)
    hint = f"Did you mean {' or '.join(close)}? " if close else ""
    return InputError(
        f"Nobody in the reading of {taken} has the address {user!r}.",
        hint=f"{hint}Check the address; people of other organizations are not listed; --sync reads Webex first.",
    )


def _moment(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"
