"""Make a plan: read Webex into a snapshot unless told not to, then let the core think. Writes snapshots only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.errors import InputError
from reconciler.model import ids
from reconciler.model.desired import Desired
from reconciler.operations.context import Context

if TYPE_CHECKING:
    from reconciler.planner import Planned


def plan(desired: Desired, context: Context, *, offline: bool) -> Planned:
    """The plan for these files, from a fresh snapshot or, with `offline`, from the newest one in the store.

    Raises UnknownNameError for names that live does not have, InputError when the snapshot does not hold what the files
    need, and any WebexError or StoreError of the reading.
    """
    if not offline:
        from reconciler.operations import loop
        from reconciler.operations.sync import sync

        loop.run(sync(desired, context))
    return plan_from_store(desired, context)


def plan_from_store(desired: Desired, context: Context, snapshot: str | None = None) -> Planned:
    """The plan from a snapshot of the store (default: the newest)."""
    from reconciler.planner import make_plan

    store, now = context.store(), context.clock()
    org_id = organization_in_store(desired, context)
    live, memory = store.live(org_id, snapshot), store.memory(org_id, now)
    return make_plan(desired, live, memory, now, context.tool_version)


def organization_in_store(desired: Desired, context: Context) -> str:
    """The organization that the files mean, among those the store knows. InputError when that is not one."""
    known = context.store().organizations()
    wanted = desired.organization.org_id
    if wanted is not None:
        return next((org_id for org_id, _ in known if ids.same(org_id, wanted)), wanted)
    if len(known) == 1:
        return known[0][0]
    if not known:
        raise InputError(
            "The store holds no reading of any organization yet.",
            hint="Run `webex-licenses sync` first, or leave --offline out.",
        )
    names = ", ".join(f"{name} ({org_id})" for org_id, name in known)
    raise InputError(
        f"The store holds several organizations: {names}.", hint="Set `orgId` in the Organization document."
    )
