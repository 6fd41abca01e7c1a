"""What Webex takes beside what (docs/refusals.md), as the holds ask it."""

from __future__ import annotations

import pytest

from reconciler.book.catalog import Catalog
from reconciler.model.catalog import Product, attendee
from reconciler.resolve.combinations import ASSIST, CONSOLE, PROFESSIONAL, STANDARD, bases, excludes
from tests.support.example import EMEA, OWNED
from tests.support.live import SITE

CATALOG = Catalog(OWNED, {}, [("Contact Center Premium Agent", "Real-Time Translations")])
SUITE, EVENTS, WEBINARS = (
    Product(name, SITE) for name in ("Webex Meetings Suite", "Webex Event Center", "Webex Webinars")
)
EXCHANGE, GOOGLE = Product("Hybrid - Exchange Calendar"), Product("Hybrid - Google Calendar")
MESSAGING, SPACES = Product("Basic Messaging"), Product("Basic Space Meetings")
ADVANCED = Product("Advanced Space Meetings")

TOGETHER = {
    "a license and itself": (SUITE, SUITE, False),
    "a calendar and itself": (EXCHANGE, EXCHANGE, False),
    "two meetings licenses of a site": (SUITE, EVENTS, True),
    "meetings licenses of two sites": (SUITE, Product("Webex Meetings Suite", EMEA), False),
    "webinars beside a meetings license": (WEBINARS, SUITE, False),
    "host and attendee": (SUITE, attendee(SITE), True),
    "webinars and attendee": (WEBINARS, attendee(SITE), True),
    "host and attendee of two sites": (SUITE, attendee(EMEA), False),
    "two calendars": (EXCHANGE, GOOGLE, True),
    "a calendar and something else": (EXCHANGE, MESSAGING, False),
    "two tiers": (PROFESSIONAL, STANDARD, True),
    "two tiers of the files": (Product("Contact Center Premium Agent"), Product("Real-Time Translations"), True),
    "Standard and Customer Assist": (STANDARD, ASSIST, True),
    "Standard and Attendant Console": (STANDARD, CONSOLE, True),
    "Professional and Customer Assist": (PROFESSIONAL, ASSIST, False),
    "Professional and Attendant Console": (PROFESSIONAL, CONSOLE, False),
    "two licenses without a site": (MESSAGING, SPACES, False),
}


@pytest.mark.parametrize("what", TOGETHER)
def test_what_nobody_can_hold_together(what: str) -> None:
    """Webex refuses exactly these pairs, whichever of the two comes first."""
    one, other, expected = TOGETHER[what]
    assert excludes(CATALOG, one, other) is expected
    assert excludes(CATALOG, other, one) is expected


@pytest.mark.parametrize(
    ("product", "expected"),
    [
        (CONSOLE, (PROFESSIONAL,)),
        (PROFESSIONAL, ()),
        (SUITE, (MESSAGING,)),
        (ADVANCED, (MESSAGING, SPACES)),
        (MESSAGING, ()),
        (attendee(SITE), ()),
    ],
    ids=str,
)
def test_what_a_license_needs(product: Product, expected: tuple[Product, ...]) -> None:
    """Free licenses and Professional are what others rest on."""
    assert bases(CATALOG, product) == expected
