"""A plan whose files have changed since, or whose reading is older than `guards.maxAge`, is not applied.

Why: what was reviewed is not what would be done. The digest is over the content of the files, not over comments, names of
files or Acknowledgements. A reading from the future has no age that could be told. A plan that is fresh enough is still
compared with a plan made anew: only operations that are in both are carried out (`execute/reconcile.py`).
Source: RULES 7.5.

>>> from datetime import timedelta
>>> from tests.support.desired import desired, everyone, organization, plan
>>> from tests.support.live import NOW, Someone
>>> files = desired(organization(), everyone("Real-Time Translations"))
>>> made = plan(files, Someone("ann@acme.example")).plan
>>> check(made, files, NOW + timedelta(hours=23)) is None
True
>>> check(made, files, NOW + timedelta(hours=25)).message
'The plan was made from a reading 25.0 hours old; guards.maxAge allows 24.0 hours.'
"""

from __future__ import annotations

from datetime import UTC, datetime

from reconciler.model.desired import Desired
from reconciler.model.finding import Finding
from reconciler.model.plan import Plan

CODE = "stale-plan"
CLOCKS_DIFFER = 300
"""Seconds that the clocks of two machines may be apart."""


def check(plan: Plan, desired: Desired, now: datetime) -> Finding | None:
    """Why `plan` may not be applied with these files at `now` (with a time zone), or None."""
    again = "Make a new plan and review it."
    if plan.desired.digest != desired.digest:
        return Finding(CODE, "error", "", "The files changed since the plan was made.", again)
    age, limit = (now - plan.live.taken_at).total_seconds(), desired.organization.guards.max_age_seconds
    if age < -CLOCKS_DIFFER:
        message = (
            f"The plan was made from a reading of {plan.live.taken_at:%Y-%m-%d %H:%M} UTC, and here it is "
            f"{now.astimezone(UTC):%Y-%m-%d %H:%M} UTC: its age cannot be told."
        )
        hint = "Set the clocks of the machines that plan and apply, make a new plan and review it."
        return Finding(CODE, "error", "", message, hint)
    if age > limit:
        message = f"The plan was made from a reading {age / 3600:.1f} hours old; guards.maxAge allows {limit / 3600:.1f} hours."
        return Finding(CODE, "error", "", message, again)
    return None
