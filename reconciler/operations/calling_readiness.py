"""Who of those that the files give Webex Calling has it, gets it, or cannot get it, and why. Reads; changes nothing."""

from __future__ import annotations

from reconciler.model.calling_readiness import CallingReadiness
from reconciler.model.desired import Desired
from reconciler.operations.context import Context
from reconciler.operations.plan import plan

FORMAT_VERSION = "1.0"


def calling_readiness(desired: Desired, context: Context, *, offline: bool = True) -> CallingReadiness:
    """Every candidate, from the newest snapshot, or from a fresh one unless `offline`; errors as `plan` raises them."""
    from reconciler.operations.calling_candidates import Candidates, summary
    from reconciler.operations.calling_fixes import fixes

    made = plan(desired, context, offline=offline)
    document = made.plan
    live = context.store().live(document.organization.id)
    candidates = Candidates(made.workings, live, document.live.taken_at)
    found = candidates.all()
    return CallingReadiness(
        FORMAT_VERSION,
        "CallingReadiness",
        document.organization,
        document.live.snapshot,
        document.live.taken_at,
        summary(found),
        found,
        fixes(candidates.stuck, made.workings.numbers, live),
    )
