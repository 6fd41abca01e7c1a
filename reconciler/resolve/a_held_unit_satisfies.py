"""A unit already held satisfies the grant; nobody gets a second one.

Why: Webex counts a second unit and gives nothing for it (400413). A unit in a subscription outside the defaults satisfies as well
while `retention.outsideDefaults` is `preserve`; with `remove` it is swapped in one call, once a unit is free.
Source: RULES 3.2, 4.3 (R35, R39).

>>> from tests.support.example import example
>>> story = '''
... organization: {retention: {outsideDefaults: %s}}
... templates: {everyone: {licenses: [Webex Meetings Suite]}}
... people: {ann: {holds: [Webex Meetings Suite (Sub-2)]}}
... '''
>>> example(story % "preserve")
ann: + Basic Messaging
>>> example(story % "remove")
ann: + Basic Messaging
ann: + Webex Meetings Suite @ acme.webex.com (Sub-1)
ann: - Webex Meetings Suite @ acme.webex.com (Sub-2)
"""

from __future__ import annotations

import msgspec

from reconciler.model.expected import Removal, Satisfied, Wish, role
from reconciler.model.plan import SUBSCRIPTION_REPLACED, Because
from reconciler.resolve import an_undo_takes_a_run_back
from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Match wishes with holdings."""
    for product, wish in case.wishes.items():
        if product.is_attendee:
            if product.site in case.key.attendee_sites:
                case.satisfied[product] = Satisfied(product, role(product.site), wish.because)
        elif product in case.held:
            _match(case, wish, case.held[product])


def _match(case: Case, wish: Wish, held: list[str]) -> None:
    undone = an_undo_takes_a_run_back.taken(case).intersection(held)
    if undone:  # what the run gave makes room for the unit that the person had before it
        held = [pool for pool in held if pool not in undone]
        swapped = (an_undo_takes_a_run_back.removal(case, pool, wish.product) for pool in sorted(undone))
        case.swaps[wish.product] = [
            msgspec.structs.replace(item, row="subscription", because=(*item.because, Because(SUBSCRIPTION_REPLACED)))
            for item in swapped
        ]
    if not held:
        return
    inside = [pool for pool in wish.ladder if pool in held] or [pool for pool in held if pool in case.book.inside]
    if inside:
        case.satisfied[wish.product] = Satisfied(wish.product, inside[0], wish.because)
    elif case.book.organization.retention.outside_defaults == "preserve":
        note = f"held in {case.book.catalog.pools[held[0]].subscription}, outside the defaults, and kept there"
        case.satisfied[wish.product] = Satisfied(wish.product, held[0], wish.because, note)
    else:
        because = (Because(SUBSCRIPTION_REPLACED, None, str(case.book.organization.source)),)
        case.swaps[wish.product] = [Removal(pool, wish.product, "subscription", because) for pool in held]
