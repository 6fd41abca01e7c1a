"""Where the files name a location, the number is of that location.

Why: number and location then contradict each other, and Webex would refuse the pair. Source: RULES 6.2.

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [{license: Webex Calling - Professional, calling: {location: HQ}}]}}
... numbers: {"+493055501234": {at: Berlin}}
... people: {ann: {phone: "+493055501234"}}
... ''')
ann: number-elsewhere: +493055501234 is at 'Berlin', not at 'HQ'
"""

from __future__ import annotations

from reconciler.model import ids
from reconciler.resolve.calling.ask import Ask, Problem

CODE = "number-elsewhere"


def check(ask: Ask) -> Problem | None:
    """Every row of the number is at the location that is named."""
    if ask.named is None:
        return None
    row = next((row for row in ask.listed if not ids.same(row.location_id, ask.named.id)), None)
    if row is None:
        return None
    return Problem(
        CODE,
        f"{ask.number} is at {row.location_name!r}, not at {ask.named.name!r}",
        f"write `location: fromNumber` ({ask.wanted.source}), or a number of that location in {ask.written_in}",
        ("files", ask.number_is_in) if ask.number_is_in != "files" else ("files",),
    )
