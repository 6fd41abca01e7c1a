"""On one site a person is host or attendee. Nobody is demoted by an attendee grant alone.

Why: Webex takes only one of the two (400216), and a demotion takes the meetings that somebody planned. A held host license that
stays satisfies an attendee grant. One that retention takes away and an attendee grant make a demotion, in one call. A role
beside an added host license goes in the same call; if the add fails, it stays. Source: RULES 3.3 (R19, R23).

>>> from tests.support.example import example
>>> story = '''
... organization: {manage: [Webex Meetings Suite], retention: {manual: %s}}
... templates: {everyone: {licenses: [{license: Webex Meetings Suite, accountType: attendee}]}}
... people: {ann: {holds: [Webex Meetings Suite]}}
... '''
>>> example(story % "preserve")
nothing to do
>>> example(story % "remove")
ann: - Webex Meetings Suite @ acme.webex.com (Sub-1)
ann: + attendee @ acme.webex.com
>>> example('''
... templates: {everyone: {licenses: [Webex Meetings Suite]}}
... people: {bob: {attendee: [acme.webex.com]}}
... ''')
bob: + Basic Messaging
bob: + Webex Meetings Suite @ acme.webex.com (Sub-1)
bob: - attendee @ acme.webex.com
"""

from __future__ import annotations

from reconciler.model.catalog import Product, attendee
from reconciler.model.expected import Removal, RoleGrant, Satisfied, Wish, role
from reconciler.model.plan import ROLE_REPLACED, Because
from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Settle attendee wishes against host licenses, and host wishes against attendee roles."""
    for product, wish in list(case.wishes.items()):
        if product in case.satisfied or not product.site:
            continue
        if product.is_attendee:
            _attendee(case, product, wish)
        elif product.site in case.key.attendee_sites:
            _promote(case, product, wish)


def _attendee(case: Case, product: Product, wish: Wish) -> None:
    hosts = [p for p in case.held if p.site == product.site]
    for host in hosts:
        holding = case.stays(host)
        if holding is not None:
            case.satisfied[product] = Satisfied(product, holding, wish.because, f"host of {product.site} already")
            return
    after = next((pool for host in hosts for pool in case.held[host] if pool in case.leaving), None)
    case.role_grants.append(RoleGrant(product.site, wish.because, after))


def _promote(case: Case, product: Product, wish: Wish) -> None:
    holding = role(product.site)
    if attendee(product.site) in case.denied:
        return  # goes at once, not only with the host license
    case.leaving.pop(holding, None)
    case.kept.pop(holding, None)
    because = tuple(Because(ROLE_REPLACED, b.template, b.source) for b in wish.because)
    case.swaps.setdefault(product, []).append(Removal(holding, attendee(product.site), "promotion", because))
