"""Host and attendee granted for one site: host. Attendee is what the person gets while no host unit is left.

Why: one person has one account on a site, and the host can do all that an attendee can. Source: RULES 3.3 (R18-R20).

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Webex Meetings Suite, {license: Webex Meetings Suite, accountType: attendee}]}}
... units: {Webex Meetings Suite (Sub-1): 1}
... people: {ann: {}, bob: {}}
... ''')
ann: + Basic Messaging
ann: + Webex Meetings Suite @ acme.webex.com (Sub-1)
bob: + attendee @ acme.webex.com
bob: waits for Webex Meetings Suite
"""

from __future__ import annotations

import msgspec

from reconciler.model.catalog import attendee
from reconciler.model.expected import Satisfied
from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Turn an attendee wish beside a host wish into the host wish's fallback; of several, the meetings license's."""
    hosts = [p for p in case.wishes if p.site and not p.is_attendee]
    for product in sorted(hosts, key=lambda p: (not case.book.catalog.is_meetings(p), p)):
        role = attendee(product.site)
        below = case.wishes.pop(role, None)
        if below is not None:
            case.wishes[product] = msgspec.structs.replace(case.wishes[product], fallback=below.because)
            case.lost.append(Satisfied(role, "", below.because, "host beats attendee"))
