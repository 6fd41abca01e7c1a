"""A site administrator cannot be attendee of that site, and a site whose Attendee feature is off cannot give the role.

Why: Webex refuses it (error 400216). A role that is held and granted stays: it is not taken because it could not be given.
Source: RULES 3.4 (R21, R22).
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
    if case.book.attendee_is_off(site):
        return (
            "attendee-off", f"the Attendee feature of {site} is switched off",
            "ask Cisco TAC to enable it and take the site out of `attendeeFeature`, or grant a host license",
        )  # fmt: skip
    return None
