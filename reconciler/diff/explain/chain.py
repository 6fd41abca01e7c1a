"""The chain of reasons in words: who speaks, who grants, what beat it."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.diff.explain.sheet import Sheet
from reconciler.diff.explain.words import EXCEPTION, rules
from reconciler.model.catalog import Product
from reconciler.model.expected import Wish
from reconciler.model.explanation import Step, StepKind
from reconciler.model.plan import Because

_PREREQUISITE = "free-prerequisites-come-along"


def granted(sheet: Sheet, because: Iterable[Because]) -> tuple[Step, ...]:
    """For each grant: why its template speaks, and that it grants."""
    steps: list[Step] = []
    for reason in because:
        name = reason.template or reason.rule
        if name.startswith(EXCEPTION):
            steps.append(_exception(sheet, reason))
            continue
        steps += [
            Step("template", f"{name} speaks for the person: {item.why}", None, name, item.source)
            for item in sheet.answer.selected
            if item.template == name
        ]
        what = "grants something that needs this free license" if reason.rule == _PREREQUISITE else "grants it"
        steps.append(Step("grant", f"{name} {what}", reason.rule, reason.template, reason.source))
    return tuple(dict.fromkeys(steps))


def comes_along(wish: Wish) -> bool:
    """Whether a license is wished for only because others need it."""
    return all(reason.rule == _PREREQUISITE for reason in wish.because)


def plain(kind: StepKind, reason: Because) -> Step:
    """A reason in the rule's own words."""
    return Step(kind, rules((Because(reason.rule),)), reason.rule.partition(":")[0], reason.template, reason.source)


def decided(kind: StepKind, text: str, because: tuple[Because, ...]) -> tuple[Step, ...]:
    """One decision that rests on several reasons: in our words where it is one, else one link for each."""
    if len(because) == 1:
        reason = because[0]
        return (Step(kind, text, reason.rule.partition(":")[0], reason.template, reason.source),)
    return tuple(dict.fromkeys(plain(kind, reason) for reason in because))


def conflicts(sheet: Sheet, product: Product) -> tuple[Step, ...]:
    """The grants of a product that another grant beat, in part or whole."""
    return tuple(
        Step("conflict", item.note, item.code or None, item.because[0].template, item.because[0].source)
        for item in sheet.answer.lost
        if item.product == product
    )


def _exception(sheet: Sheet, reason: Because) -> Step:
    name = (reason.template or "").removeprefix(EXCEPTION)
    found = sheet.book.exceptions.get(name)
    what = "adds something that needs this free license" if reason.rule == _PREREQUISITE else "adds it"
    why = f": {found.exception.reason}" if found else ""
    return Step("exception", f"exception {name} {what}{why}", reason.rule, reason.template, reason.source)
