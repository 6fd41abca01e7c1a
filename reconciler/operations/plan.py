"""Make a plan: read Webex into a snapshot unless told not to, then let the core think. Writes snapshots only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from reconciler.model.desired import Desired
from reconciler.operations.context import Context
from reconciler.operations.organization import stored_organization
from reconciler.tracing import span

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
    else:
        from reconciler.operations import loop
        from reconciler.operations.sync import sync

        org_id = loop.run(sync(desired, context)).snapshot.org_id
    _tell_of_an_apply(context, org_id)
    return plan_from_store(desired, context, org_id)


def _tell_of_an_apply(context: Context, org_id: str) -> None:
    """A plan beside an apply that goes on, or after one that died, is not the last word: say so."""
    store = context.store()
    left = len(store.open_calls(org_id))
    if not left:
        return
    holder = store.lease().holder(org_id)
    if holder is not None and holder[2] > context.clock():
        context.progress.note(f"An apply is going on ({holder[0]}): this plan may ask for what it is about to do.")
        return
    calls = "a call" if left == 1 else f"{left:,} calls"
    context.progress.note(
        f"An earlier apply left {calls} open; the next one, or `apply --resume`, finishes them first."
    )


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
    with span("plan"):
        return make_plan(desired, store.live(org_id), store.memory(org_id, now), now, context.tool_version, more, undo)
