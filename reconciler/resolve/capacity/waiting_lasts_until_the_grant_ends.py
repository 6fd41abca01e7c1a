"""Who got nothing waits, and keeps the date since when until the grant ends or a unit comes.

Why: a waiting room that forgets is a lottery. The date is written by a completed apply. Whom a finding blocks for a while
(a number that is in use, a record that cannot be read) does not stand in the list, and keeps the date for later. Once a
unit comes, the plan gives it with the cause `promoted`. Source: RULES 5.3 (R58).

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Real-Time Translations]}}
... units: {Real-Time Translations: 0}
... people: {ann: {}}
... ''')
ann: waits for Real-Time Translations
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime

from reconciler.model.expected import Allocation, Answer, Key

Since = Mapping[tuple[str, str], datetime]
"""(person id, product as text) -> since when the person waits for it."""


def act(waiting: Since, person_id: str, product: str, now: datetime) -> datetime:
    """Since when this person waits, or would."""
    return waiting.get((person_id, product), now) if waiting else now


def kept_dates(
    waiting: Since,
    keys_of: Callable[[Collection[str]], Mapping[str, Key]],
    answers: Mapping[Key, Answer],
    allocation: Allocation,
) -> Iterator[tuple[str, str]]:
    """Those who waited, are still granted the license, and are kept from it by a finding, or because Webex would not give
    it the last time: their dates outlast that."""
    blocked = {(person, str(product)) for person, product in (*allocation.blocked, *allocation.resting)}
    lost = {(person, str(product)) for person, product in allocation.lost}
    others = [name for name in waiting if name not in lost]
    keys = keys_of({person for person, _ in others}) if others else {}
    for person, product in others:
        if person in keys:
            refused = {str(item.product) for item in answers[keys[person]].refused}
            if product in refused or (person, product) in blocked or (keys[person], product) in blocked:
                yield person, product
