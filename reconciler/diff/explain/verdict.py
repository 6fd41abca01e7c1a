"""The one line that answers first: how many licenses stand how, or the one license that was asked for."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.diff.explain.sheet import Sheet
from reconciler.diff.explain.words import sentence
from reconciler.model.explanation import ExplainedLicense

_COUNTED = {
    "blocked": "cannot be given",
    "waiting": "waited for",
    "toRemove": "to be taken away",
    "toAdd": "to be given",
    "held": "held back",
    "asWanted": "as wanted",
    "kept": "kept by a policy",
    "notManaged": "left alone",
    "notWanted": "granted and not given",
}


def verdict(sheet: Sheet, lines: Sequence[ExplainedLicense], asked: str | None) -> str:
    """A sentence about the person."""
    who = sheet.person.name or sheet.person.email
    if asked is not None and len(lines) == 1:
        has = "has" if lines[0].held else "does not have"
        return f"{who} {has} {lines[0].product}. {lines[0].text}"
    if sheet.hands_off:
        return sentence(f"{who} is left alone: {sheet.hands_off}")
    counts = [(sum(line.status == status for line in lines), words) for status, words in _COUNTED.items()]
    told = ", ".join(f"{number:,} {words}" for number, words in counts if number)
    what = "Licenses and roles" if asked is None else f"Of what is called {asked!r}"
    return (
        f"{what}: {told}." if told else f"{who} holds nothing, and nothing that speaks for this person grants anything."
    )
