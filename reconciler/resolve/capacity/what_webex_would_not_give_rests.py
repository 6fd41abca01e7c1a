"""A license that Webex would not give the last time is not asked for at once again: it takes no unit, and nobody waits.

Why: the same call for the same person gets the same answer, while the unit may serve the next in order. How long it rests
stands in `book/retries.py`. What would go in its place stays meanwhile, and what would come along stays away. Calling with
another number, extension or location than then is another wish, and is asked for. Source: RULES 4.4, 5.3 (decision 0009).

>>> from tests.support.example import example
>>> story = '''
... templates: {everyone: {licenses: [Real-Time Translations]}}
... units: {Real-Time Translations: 1}
... people: {ann: {}, bob: {}}
... setbacks: [{of: ann, add: Real-Time Translations, state: silentlyIgnored, times: %s, hoursAgo: 2}]
... '''
>>> example(story % 2)
ann: + Real-Time Translations
bob: waits for Real-Time Translations
>>> example(story % 3)
bob: + Real-Time Translations
ann: + Real-Time Translations is held back (asked-before)
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.model.expected import Key, Request
from reconciler.model.live import Person
from reconciler.model.memory import Setback
from reconciler.model.plan import CallingProperties


def act(key: Key, request: Request) -> str:
    """The license id of `request`, or of what would come along, that rests; empty where nothing does."""
    if not key.marks.resting:
        return ""
    pools = (pool for wish in (request.wish, *request.along) for pool in wish.ladder)
    return next((pool for pool in pools if key.marks.rests("add", pool)), "")


def same_place(
    setbacks: Mapping[tuple[str, str], Setback], person: Person, pool: str, calling: CallingProperties
) -> bool:
    """Whether Calling would be given with the very number, extension and location that Webex would not take."""
    before = setbacks[person.id, pool].calling
    return before is None or before == calling
