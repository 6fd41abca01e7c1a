"""Where a held license comes from: the ledger says which templates gave it, the store when and by which run."""

from __future__ import annotations

from datetime import datetime

from reconciler.diff.explain.sheet import Sheet
from reconciler.diff.explain.words import giver
from reconciler.model.explanation import Given, Step
from reconciler.model.live import DROPPED, LEFT
from reconciler.model.provenance import Act

_SHORT = 12  # characters of a commit that people read
_ENDED = {DROPPED: ", which the files ended for the person", LEFT: ", which the person moved away from"}


def given(sheet: Sheet, holding: str) -> Given:
    """The origin of something held now; where the store knows nothing of the past, what the ledger alone says."""
    found = next((item for item in sheet.seen.provenance if item.holding == holding), None)
    claims = sheet.origins.get(holding, ())
    if found is None:
        return Given(claims)
    first = sheet.seen.first_seen is not None and found.since <= sheet.seen.first_seen
    return Given(claims, found.since, first, found.given, found.recorded)


def told(item: Given) -> str:
    """The origin in one sentence, without a full stop; empty when nothing is known."""
    by = " and ".join(_claim(claim) for claim in item.by)
    if by and item.given is not None:
        return f"given by {by} {_act(item.given)}"
    if by:
        when = f" {_act(item.recorded)}" if item.recorded else ""
        return f"recorded as given by {by}{when}" + (f"; held since {_time(item.since)}" if item.since else "")
    if item.since is None:
        return ""
    if item.given is not None:
        return f"an apply gave it ({_act(item.given)}), but nothing is recorded of who grants it: it counts as given by hand"
    if item.at_first_sight:
        return f"held already when the person was first seen on {_time(item.since)}: given by hand, or before this tool came"
    return f"first seen held on {_time(item.since)}, and no apply of this tool gave it: given by hand"


def step(item: Given) -> tuple[Step, ...]:
    """The same as a link of the chain."""
    text = told(item)
    template = next((claim.partition(":")[2] for claim in item.by if not claim.startswith("exception:")), None)
    return (Step("origin", text, None, template),) if text else ()


def _claim(claim: str) -> str:
    kind, _, name = claim.partition(":")
    return giver(claim) if kind == "exception" else f"template {name}{_ENDED.get(kind, '')}"


def _act(act: Act) -> str:
    commit = f", from commit {act.commit[:_SHORT]}" if act.commit else ""
    return f"on {_time(act.at)} in {act.run}{commit}"


def _time(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"
