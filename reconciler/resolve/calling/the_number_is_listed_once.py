"""The number is listed once.

Why: a number in two rows may be at two locations, or belong to somebody in one of them; which row holds is not ours to
guess. Source: RULES 6.2 (webex-api facts 4.2: exactly one row).

>>> from reconciler.model.desired import Calling
>>> from reconciler.model.live import Person, PhoneNumber
>>> rows = tuple(PhoneNumber("+14085550100", at, at, "ACTIVE") for at in ("HQ", "Berlin"))
>>> ask = Ask(Person("P1", "ann@acme.example", "Ann", 1), Calling(), text="+14085550100", number="+14085550100", listed=rows)
>>> check(ask).message
"+14085550100 is listed 2 times: at 'HQ', at 'Berlin'"
"""

from __future__ import annotations

from reconciler.resolve.calling.ask import Ask, Problem

CODE = "number-listed-twice"


def check(ask: Ask) -> Problem | None:
    """One row only."""
    if len(ask.listed) < 2:
        return None
    places = ", ".join(f"at {row.location_name!r}" for row in ask.listed)
    return Problem(
        CODE,
        f"{ask.number} is listed {len(ask.listed)} times: {places}",
        "keep it at one location in Control Hub",
        ("controlHub",),
    )
