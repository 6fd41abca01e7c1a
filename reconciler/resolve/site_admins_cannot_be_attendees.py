"""A site administrator cannot be attendee of that site, and a site whose Attendee feature is off cannot give the role.

Why: Webex refuses it (400216). A role that is held and granted stays: it is not taken because it could not be given. That a site
has the feature off is said by `attendeeFeature`, or learnt from a refusal: for 30 days after Webex last answered 400216 for the
site and no attendee of it came about, nobody is sent there again, unless `attendeeFeature` says `on`.
Source: RULES 3.4 (R21, R22).

>>> from tests.support.example import example
>>> story = '''
... organization: {attendeeFeature: {acme.webex.com: %s}}
... templates: {everyone: {licenses: [{license: Webex Meetings Suite, accountType: attendee}]}}
... people: {ann: {admin: [acme.webex.com]}, bob: {}}
... '''
>>> example(story % "on")
bob: + attendee @ acme.webex.com
ann: site-admin: attendee @ acme.webex.com: is a site administrator of acme.webex.com, who cannot be attendee
    there
>>> example(story % "off")
bob: attendee-off: attendee @ acme.webex.com: the Attendee feature of acme.webex.com is switched off
ann: site-admin: attendee @ acme.webex.com: is a site administrator of acme.webex.com, who cannot be attendee
    there
"""

from __future__ import annotations

import msgspec

from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Refuse attendee wishes, and fallbacks to attendee, that Webex would refuse."""
    for product, wish in list(case.wishes.items()):
        if product in case.satisfied:
            continue
        reason = _reason(case, product.site) if product.is_attendee or wish.fallback else None
        if reason is None:
            continue
        if product.is_attendee:
            case.refuse(wish, *reason)
        else:
            case.wishes[product] = msgspec.structs.replace(wish, fallback=())


def _reason(case: Case, site: str) -> tuple[str, str, str] | None:
    if site in case.key.site_admin_of:
        return (
            "site-admin", f"is a site administrator of {site}, who cannot be attendee there",
            "take the site administrator role away in Control Hub, or grant a host license",
        )  # fmt: skip
    refused = case.book.attendee_refused(site)
    if refused is not None and site not in case.book.organization.attendee_off:
        return (
            "attendee-off", f"Webex refused the attendee role of {site} on {refused:%Y-%m-%d} (400216)",
            f"ask Cisco TAC to enable the Attendee feature, then set `attendeeFeature: {{{site}: on}}`; "
            "without that it is tried again 30 days after the refusal",
        )  # fmt: skip
    if case.book.attendee_is_off(site):
        return (
            "attendee-off", f"the Attendee feature of {site} is switched off",
            "ask Cisco TAC to enable it and take the site out of `attendeeFeature`, or grant a host license",
        )  # fmt: skip
    return None
