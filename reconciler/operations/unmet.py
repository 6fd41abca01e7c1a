"""What the files want and an apply could not ask for, so that "as planned" never hides that somebody still lacks something."""

from __future__ import annotations

from reconciler.model.plan import Plan
from reconciler.model.result import Unmet
from reconciler.report import wording


def unmet(plan: Plan) -> tuple[Unmet, ...]:
    """Who waits, whom a guard keeps from something, whom a finding blocks: each license, guard and code once, sorted."""
    waiting, held, blocked = dict[str, list[str]](), dict[str, list[str]](), dict[str, list[str]]()
    for waits in plan.waiting:
        label = wording.license_label(waits.license, waits.site, waits.subscription)
        waiting.setdefault(label, []).append(waits.email)
    for item in plan.held:
        held.setdefault(item.guard, []).append(item.email)
    for finding in wording.blocking(plan.findings):
        blocked.setdefault(finding.code, []).append(finding.where)
    return (
        *(Unmet("waiting", what, tuple(dict.fromkeys(people))) for what, people in sorted(waiting.items())),
        *(Unmet("held", what, tuple(dict.fromkeys(people))) for what, people in sorted(held.items())),
        *(Unmet("blocked", what, tuple(dict.fromkeys(people))) for what, people in sorted(blocked.items())),
    )
