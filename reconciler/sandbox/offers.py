"""What kind of thing a license is, read from the letters in its id and, where nobody published them, from its name.

Webex checks combinations of *offers*, not of names. This is the sandbox's own table (webex-api facts, sections 1.3, 1.4
and 10); it does not share the client's, or a common mistake would hide.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache

from reconciler.sandbox.nouns import License


class Offer(Enum):
    """The kinds that the checks of `PATCH /licenses/users` tell apart."""

    FREE_MESSAGING = "free messaging"
    PAID_MESSAGING = "paid messaging"
    FREE_MEETING = "free meeting"
    PAID_MEETING = "paid meeting"
    SITE_MEETING = "meetings of a site"
    SCREEN_SHARE = "screen share"
    CALLING_PROFESSIONAL = "Calling Professional"
    CALLING_STANDARD = "Calling Standard"
    CALLING = "Calling"
    ATTENDANT_CONSOLE = "Attendant Console"
    CX_ESSENTIAL = "CX Essential"
    EXCHANGE = "Exchange calendar"
    GOOGLE = "Google calendar"
    CC_PREMIUM = "Contact Center Premium"
    CC_STANDARD = "Contact Center Standard"
    MESSENGER = "Messenger"
    NOT_FOR_PEOPLE = "not for people"
    OTHER = "other"


_BY_TYPE = {
    "FMS": Offer.FREE_MESSAGING,
    "MS": Offer.PAID_MESSAGING,
    "FTM": Offer.FREE_MEETING,
    "CF": Offer.PAID_MEETING,
    "FSS": Offer.SCREEN_SHARE,
    "CE": Offer.EXCHANGE,
    "CG": Offer.GOOGLE,
    "CJPPRM": Offer.CC_PREMIUM,
    "CJPSTD": Offer.CC_STANDARD,
    "BCCA": Offer.NOT_FOR_PEOPLE,
    "BCHDO": Offer.NOT_FOR_PEOPLE,
    "BCRLC": Offer.NOT_FOR_PEOPLE,
    "SD": Offer.NOT_FOR_PEOPLE,
}
_BY_NAME = {
    "webex calling - professional": Offer.CALLING_PROFESSIONAL,
    "webex calling - standard": Offer.CALLING_STANDARD,
    "webex calling - basic": Offer.CALLING_STANDARD,
    "webex calling": Offer.CALLING,
    "single license - webex calling": Offer.CALLING,
    "webex calling - attendant console": Offer.ATTENDANT_CONSOLE,
    "customer experience - essential": Offer.CX_ESSENTIAL,
    "customer assist": Offer.CX_ESSENTIAL,
    "single license - cx essentials": Offer.CX_ESSENTIAL,
    "webex calling - workspaces": Offer.NOT_FOR_PEOPLE,
    "webex calling - professional workspaces": Offer.NOT_FOR_PEOPLE,
    "webex calling - hot desk only": Offer.NOT_FOR_PEOPLE,
    "webex calling - route list calls": Offer.NOT_FOR_PEOPLE,
    "webex room kit": Offer.NOT_FOR_PEOPLE,
    "common area calling": Offer.NOT_FOR_PEOPLE,
    "single license - webex common area calling": Offer.NOT_FOR_PEOPLE,
}

CALLING = frozenset({Offer.CALLING_PROFESSIONAL, Offer.CALLING_STANDARD, Offer.CALLING, Offer.CX_ESSENTIAL})
"""Licenses that come with a number, an extension and a location of their own."""

FREE_TYPES = frozenset({"FMS", "FTM", "FSS", "FTC", "CE", "CG", "HM"})
"""Licenses without a subscription; they never run out."""


def offer(license: License) -> Offer:
    """The kind of a license."""
    return _offer(license.name, license.type, bool(license.site))


@lru_cache(maxsize=10_000)  # a PATCH asks for the kinds of the same few licenses dozens of times
def _offer(name: str, letters: str, per_site: bool) -> Offer:
    by_name = _BY_NAME.get(name.strip().lower())
    if by_name is not None:
        return by_name
    if "messenger" in name.lower():
        return Offer.MESSENGER
    if letters == "BCSTD":
        return Offer.CALLING_PROFESSIONAL
    if per_site and "webinar" not in name.lower():
        return Offer.SITE_MEETING  # whatever its letters: Webex names few, and takes one meetings license a site
    return _BY_TYPE.get(letters, Offer.OTHER)


def is_calling(license: License) -> bool:
    """Whether holding this license means having a number or an extension at a location."""
    return offer(license) in CALLING


def needs_properties(license: License) -> bool:
    """Whether it has to come with properties of its own (400411): every license of the Calling family."""
    return is_calling(license) or offer(license) is Offer.ATTENDANT_CONSOLE


def is_free(license: License) -> bool:
    """Whether this license can be given to everybody."""
    return license.type in FREE_TYPES
