"""When something is asked of Webex again that it did not do: one table, from what came of it to how long it rests.

Why: an apply that sends 10,000 hopeless calls every hour finishes nothing else, and one that never tries again loses what
would work tomorrow. So what Webex refuses for a documented reason rests for a week, what it ignores in silence rests longer
the more often that happened, and whatever may have been bad luck is tried at every apply. Nothing rests any longer once
the person, the wish or what is sold is no more as it was (`Setback.same`). A removal rests for a day at most: a license
that is to go costs money, and may be somebody's access.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from reconciler.book.catalog import Catalog
from reconciler.model.expected import Resting
from reconciler.model.memory import Memory, Setback

CODE = "asked-before"
"""The guard that keeps back what rests."""

DAY, WEEK = timedelta(days=1), timedelta(days=7)
INVITED = timedelta(days=15)
"""How long Webex keeps an invitation; then it has to be sent anew (webex-api facts, section 1.4)."""

Kind = Literal[
    "pending", "refusedForGood", "refusedWithOthers", "refused", "silentlyIgnored", "outOfUnits", "failed", "unknown"
]
"""refusedForGood: with documented codes that are about this operation. refusedWithOthers: with documented codes that may be
about another operation of the same call. refused: without a code that says why."""


class Rest(NamedTuple):
    """From so many `times` in a row on it rests for so long, counted from the last time."""

    times: int
    lasts: timedelta


TABLE: Mapping[Kind, tuple[Rest, ...]] = {
    "pending":           (Rest(1, INVITED),),
    "refusedForGood":    (Rest(1, WEEK),),
    "refusedWithOthers": (Rest(3, DAY), Rest(10, WEEK)),
    "silentlyIgnored":   (Rest(3, DAY), Rest(10, WEEK)),
    "outOfUnits":        (Rest(3, DAY), Rest(10, WEEK)),
    "refused":           (),
    "failed":            (),
    "unknown":           (),
}  # fmt: skip
"""What rests how long, while everything is as it was. Nothing in a row: it is tried at every apply."""

LONGEST_FOR_A_REMOVAL = DAY

About = Literal["anything", "calling", "role"]

DOCUMENTED: Mapping[int, About] = {
    400: "calling",
    400000: "anything",
    400112: "calling",
    400118: "anything",
    400216: "role",
    400404: "calling",
    400406: "calling",
    400407: "calling",
    400408: "calling",
    400410: "calling",
    400411: "calling",
    400413: "anything",
    700003: "anything",
    700004: "anything",
    700005: "anything",
    700006: "anything",
}
"""Webex's codes that will be the same next time, and what they are about (webex-api facts, section 1.3)."""


def kind_of(setback: Setback, catalog: Catalog) -> Kind:
    """The row of the table for a setback."""
    if setback.state != "refused":
        return setback.state
    if not setback.codes or any(code not in DOCUMENTED for code in setback.codes):
        return "refused"
    about = {DOCUMENTED[code] for code in setback.codes}
    family = _family(setback.holding, catalog)
    if not setback.others or (family != "anything" and family in about):
        return "refusedForGood"
    return "refusedWithOthers" if "anything" in about else "refused"


def _family(holding: str, catalog: Catalog) -> About:
    product = catalog.product_of.get(holding)
    if product is None:
        return "role" if holding.startswith("attendee:") else "anything"
    return "calling" if catalog.is_calling(product) else "anything"


def rests_until(setback: Setback, catalog: Catalog) -> datetime | None:
    """When it is asked for again at the latest; None where nothing speaks against asking now."""
    rests = [rest.lasts for rest in TABLE[kind_of(setback, catalog)] if setback.times >= rest.times]
    if not rests or not setback.same:
        return None
    longest = LONGEST_FOR_A_REMOVAL if setback.operation == "remove" else rests[-1]
    return setback.last + min(rests[-1], longest)


def resting(memory: Memory, catalog: Catalog, now: datetime) -> dict[str, tuple[Resting, ...]]:
    """Person id -> what is not asked for now, sorted."""
    found: dict[str, list[Resting]] = {}
    for setback in memory.setbacks:
        until = rests_until(setback, catalog)
        if until is not None and now < until:
            briefly = now < setback.last + LONGEST_FOR_A_REMOVAL
            found.setdefault(setback.person_id, []).append(Resting(setback.holding, setback.operation, briefly))
    return {person: tuple(sorted(items)) for person, items in found.items()}
