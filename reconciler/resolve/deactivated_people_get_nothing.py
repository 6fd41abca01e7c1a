"""Templates and exceptions give nothing to a deactivated person; what they hold is decided by `deactivatedUsers`.

`keep`, the default, takes nothing; `remove` takes declared products whatever gave them, while free licenses stay. What an
exception denies goes in any case. Why: Webex deletes deactivated people after 30 days and counts their licenses until then;
somebody who comes back in time should find everything, unless units are short. Source: RULES 1.5 (R77-R79).

>>> from tests.support.example import example
>>> story = '''
... organization: {deactivatedUsers: %s}
... templates: {everyone: {licenses: [Real-Time Translations, Webex Meetings Suite]}}
... people: {ann: {state: deactivated, holds: [Basic Messaging, Real-Time Translations]}}
... '''
>>> example(story % "keep")
nothing to do
>>> example(story % "remove")
ann: - Real-Time Translations
"""

from __future__ import annotations

import msgspec

from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Silence every template for a deactivated person."""
    if case.key.state != "deactivated" or case.hands_off:
        return
    case.speaking = []
    case.selected = [msgspec.structs.replace(s, speaks=False, why="the person is deactivated") for s in case.selected]
