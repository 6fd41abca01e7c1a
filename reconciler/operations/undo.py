"""Undo: the plan that takes a run back, as far as the files leave room for that. Writes snapshots only, never to Webex.

The plan is an ordinary one with one key more, the run. Whoever applies it gets the same derivation again, from the journal
of the store at that moment: what stands in the file permits, and never causes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.errors import InputError
from reconciler.model.changelog import FORMAT_VERSION, RunLine
from reconciler.model.desired import Desired
from reconciler.model.plan import Plan
from reconciler.model.undoing import Undoing
from reconciler.operations.context import Context
from reconciler.operations.organization import stored_organization
from reconciler.operations.plan import plan_from_store

if TYPE_CHECKING:
    from reconciler.model.undo import Undo


def undo(desired: Desired, context: Context, run: str, *, offline: bool) -> Undoing:
    """The plan that takes `run` back, and the runs that went on with it, from a fresh reading or the last one.

    InputError when there is no such run, when it is running still, or when it did nothing; otherwise as `plan`.
    """
    store = context.store()
    org_id, _ = stored_organization(desired, store)
    what = store.undo(org_id, run)
    number = int(what.run.rpartition("-")[2])
    line = store.run_list(org_id, context.clock(), 1, number)[0][0]
    _check(what, line)
    if not offline:
        from reconciler.operations import loop
        from reconciler.operations.sync import sync

        loop.run(sync(desired, context, what.pools))
    made = plan_from_store(desired, context, org_id, undo=what)
    changed = sum(len(item.holdings) for item in what.people.values()) + len(what.stuck)
    return Undoing(
        FORMAT_VERSION,
        "Undo",
        made.plan.organization,
        what.runs,
        what.commit,
        line.started_at,
        changed,
        made.stays,
        made.plan,
    )


def undone_by(plan: Plan, context: Context, org_id: str) -> Undo | None:
    """What a plan that names a run takes back, by the journal of this store; None for a plan that names none."""
    return None if plan.undoes is None else context.store().undo(org_id, plan.undoes)


def _check(what: Undo, line: RunLine) -> None:
    if line.state == "running":
        raise InputError(f"{line.run} is running.", hint="Stop it, or wait for its end, and undo it then.")
    if not what.people and not what.stuck:
        raise InputError(f"{line.run} changed nothing in Webex, so there is nothing to take back.")
