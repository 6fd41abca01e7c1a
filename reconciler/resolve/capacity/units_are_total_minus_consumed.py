"""A pool has as many units to give as were bought and are not in use; a negative count, or none, gives nothing.

Why: what is in use is somebody's, so a holder's unit is never given to anybody else. Counts may be negative (Control Hub
lets people assign more than was bought), and then units that come free first make up for that. A paid pool whose counts
Webex did not give has nothing: what cannot be read is not spent. "Consumed" means in use, never "still there", whatever
other tools call it; both numbers are shown. Source: RULES 5.1, 5.3 (R50, R51, C2).

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Real-Time Translations]}}
... units: {Real-Time Translations: 2}
... people: {ann: {}, bob: {}, cy: {holds: [Real-Time Translations]}}
... ''')
ann: + Real-Time Translations
bob: waits for Real-Time Translations
"""

from __future__ import annotations

from reconciler.model.catalog import License


def act(pool: License, beyond: int = 0) -> int:
    """Units left of a counted pool at the start of a plan; `beyond` are those that may be used although not bought.

    >>> act(License("L1", "Webex Suite", total=10, consumed=12)), act(License("L1", "Webex Suite"))
    (-2, 0)
    """
    if pool.total is None or pool.consumed is None:
        return 0
    return pool.total + beyond - pool.consumed
