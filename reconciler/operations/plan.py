"""Make a plan: read Webex into a snapshot unless told not to, then let the core think. Writes snapshots only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from reconciler.model.desired import Desired
from reconciler.operations.context import Context
from reconciler.operations.organization import stored_organization

if TYPE_CHECKING:
    from reconciler.model.undo import Undo
    from reconciler.planner import Planned


def plan(desired: Desired, context: Context, *, offline: bool) -> Planned:
    """The plan for these files, from a fresh snapshot or, with `offline`, from the newest one in the store.

    Raises UnknownNameError for names that live does not have, InputError when the snapshot does not hold what the files
    need, and any WebexError or StoreError of the reading.
    """
    if offline:
        org_id, _ = stored_organization(desired, context.store())
        return plan_from_store(desired, context, org_id)
    from reconciler.operations import loop
    from reconciler.operations.sync import sync

    outcome = loop.run(sync(desired, context))
    return plan_from_store(desired, context, outcome.snapshot.org_id)


def plan_from_store(
    desired: Desired,
    context: Context,
    org_id: str,
    more: Mapping[str, int] | None = None,
    *,
    undo: Undo | None = None,
) -> Planned:
    """The plan of one organization from its newest snapshot in the store; `more` and `undo` as in `make_plan`."""
    from reconciler.planner import make_plan

    store, now = context.store(), context.clock()
    return make_plan(desired, store.live(org_id), store.memory(org_id, now), now, context.tool_version, more, undo)
