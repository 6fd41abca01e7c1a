"""What the people of a plan have in a snapshot, looked up only if somebody asks: most applies never do."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from reconciler.execute import Holdings, holdings
from reconciler.model.plan import Plan
from reconciler.ports import LiveView


def live_lookup(live: LiveView, plan: Plan) -> Callable[[str], Holdings | None]:
    """Person id, as `plan` spells it, -> what they hold; None for somebody who is not in the snapshot."""

    @cache
    def everybody() -> dict[str, Holdings]:
        where = live.locate([change.person_id for change in plan.changes])
        wanted = set(where.values())
        held = {
            situation.id: holdings(situation.holdings, situation.attendee_sites)
            for situation, _ in live.situations()
            if situation.id in wanted
        }
        return {person: held[situation] for person, situation in where.items()}

    return lambda person_id: everybody().get(person_id)
