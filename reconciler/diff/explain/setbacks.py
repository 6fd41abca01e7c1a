"""What Webex was asked for one person and did not do: why it is not asked for now, or that it is asked for again."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.book import retries, retry_words
from reconciler.diff.explain import words
from reconciler.diff.explain.sheet import Sheet
from reconciler.model.catalog import Product
from reconciler.model.expected import Request
from reconciler.model.explanation import Step
from reconciler.model.memory import Setback
from reconciler.model.plan import Because


def of_request(sheet: Sheet, request: Request) -> Setback | None:
    """The setback for which a request rests, None where it does not rest."""
    product, resting = request.wish.product, sheet.allocation.resting
    if (sheet.key, product) not in resting and (sheet.person.id, product) not in resting:
        return None
    pools = (pool for wish in (request.wish, *request.along) for pool in wish.ladder)
    return next(found for pool in pools if (found := sheet.setback("add", pool)) is not None)


def told(setback: Setback) -> str:
    """How it ended and how often it was asked, for a sentence."""
    ended = retry_words.ended(setback.state, setback.detail, setback.codes)
    return f"{ended}; {retry_words.asked(setback.times, setback.since, setback.last)}"


def resting(sheet: Sheet, product: Product, because: tuple[Because, ...], setback: Setback) -> str:
    """The sentence about something that is not asked for now."""
    other = sheet.product_of(setback.holding)
    what = f"{other} has to come with it, and " if other is not None and other != product else ""
    return f"Granted by {words.sources(because)}, but not asked for now: {what}{told(setback)}."


def steps(sheet: Sheet, setback: Setback | None) -> tuple[Step, ...]:
    """The same as a step, with the time it is asked for again."""
    if setback is None:
        return ()
    until = retries.rests_until(setback, sheet.book.catalog)
    rests = until is not None and until > sheet.book.now
    again = retry_words.again(until if rests else None)
    return (Step("hold" if rests else "check", f"{told(setback)}; {again}", retries.CODE if rests else None),)


def to_do(setbacks: Iterable[Setback]) -> tuple[str, ...]:
    """What helps."""
    return tuple(dict.fromkeys(retry_words.to_do(item.state) for item in setbacks))
