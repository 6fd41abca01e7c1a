"""Licenses as Webex lists them, and the words the rules use for them.

A *product* is a canonical license name on one site (or none), all subscriptions together. The attendee role of a site
is a product of its own. A *pool* is one license of `GET /licenses`: (subscription, product), what has a count.
Source: RULES 2.2, 2.3, 2.7.
"""

from __future__ import annotations

import msgspec

from reconciler.model import ids

ATTENDEE = "attendee"

# Letters inside a license id that say what kind of license it is (webex-api facts, section 10).
FREE_TYPES = frozenset({"FMS", "FTM", "FSS", "FTC", "CE", "CG", "HM"})
HYBRID_TYPES = frozenset({"CE", "CG", "HM"})
SCREEN_SHARE_TYPES = frozenset({"FSS"})
BASIC_MESSAGING_TYPES = frozenset({"FMS"})
ADVANCED_MESSAGING_TYPES = frozenset({"MS"})
BASIC_SPACE_MEETINGS_TYPES = frozenset({"FTM"})
ADVANCED_SPACE_MEETINGS_TYPES = frozenset({"CF"})
NOT_FOR_PEOPLE_TYPES = frozenset({"BCCA", "BCHDO", "BCRLC", "SD"})
UNIFIED_CM_TYPES = frozenset({"UCPREM"})
CALENDAR_TYPES = frozenset({"CE", "CG"})
CALLING_TYPES = frozenset({"BCSTD", "BCBAS", "BCSTA", "BCAC", "BCCXE"})

# Names whose ids carry letters nobody has published; matched by name after the alias table (RULES 2.7).
CALLING_PROFESSIONAL = "Webex Calling - Professional"
CALLING_STANDARD = "Webex Calling - Standard"
ATTENDANT_CONSOLE = "Webex Calling - Attendant Console"
CUSTOMER_ASSIST = "Customer Assist"
CALLING_NAMES = frozenset(
    {
        CALLING_PROFESSIONAL,
        CALLING_STANDARD,
        ATTENDANT_CONSOLE,
        CUSTOMER_ASSIST,
        "Webex Calling",
        "Webex Calling - Basic",
    }
)
NOT_FOR_PEOPLE_NAMES = frozenset(
    {
        "Webex Calling - Workspaces",
        "Webex Calling - Professional Workspaces",
        "Webex Calling - Hot desk only",
        "Webex Calling - Route List Calls",
        "Webex Room Kit",
        "Common Area Calling",
    }
)

# Licenses that Webex does not let anybody manage by API (error 400118), by a word of their names.
MESSENGER_WORD = "messenger"

# Per-site licenses that are an addition to the site's meetings license, by a word of their names. Any other license of a site
# counts as a meetings license, whatever its letters: of the few that are published (EE, MC) none is anything else, a person
# has one a site (error 400413), and what Webex might refuse is not planned.
SITE_ADDITION_WORDS = frozenset({"webinar", "webinars"})

# The renames of 26 January 2026 (licensing rulebook R47b): old name -> name of today.
RENAMED = {
    "Single License - Webex Calling": "Webex Calling",
    "Single License - Webex Suite": "Webex Suite",
    "Single License - Webex Meetings": "Webex Meetings",
    "Single License - Webex Voice": "Webex Voice",
    "Single License - Webex Common Area Calling": "Common Area Calling",
    "Single License - CX Essentials": CUSTOMER_ASSIST,
    "Customer Experience - Essential": CUSTOMER_ASSIST,
}

# Higher tier, lower tier (RULES 3.5); names after the alias table.
TIERS: tuple[tuple[str, str], ...] = (
    ("Contact Center Premium Agent", "Contact center Standard Agent"),
    (CALLING_PROFESSIONAL, CALLING_STANDARD),
)

CONTROL_HUB_MANAGED = "Control Hub managed site"


class License(msgspec.Struct, frozen=True):
    """One entry of `GET /licenses`: a pool. Units are whole licenses; None means Webex did not say.

    `consumed` counts units in use, never units left (Webex and VOSS documents disagree: RULES 5.1, C2).
    """

    id: str
    name: str
    total: int | None = None
    consumed: int | None = None
    consumed_by_users: int | None = None
    consumed_by_workspaces: int | None = None
    subscription: str | None = None
    site: str | None = None
    site_type: str | None = None

    @property
    def type(self) -> str:
        """Webex's letters for the kind of license, e.g. `BCSTD`; empty when the id does not tell."""
        parts = ids.license_parts(self.id)
        return parts.type if parts else ""

    @property
    def available(self) -> int | None:
        """Units left: total minus consumed. May be negative (over-assignment exists); None when Webex did not say."""
        return None if self.total is None or self.consumed is None else self.total - self.consumed


class Product(msgspec.Struct, frozen=True, order=True):
    """A canonical license name on one site (or none), or the attendee role of a site."""

    name: str
    site: str = ""

    @property
    def is_attendee(self) -> bool:
        """Whether this is the attendee role of `site`, which costs no unit and is written through `siteUrls`."""
        return self.name == ATTENDEE

    def __str__(self) -> str:
        return f"{self.name} @ {self.site}" if self.site else self.name


def attendee(site: str) -> Product:
    """The attendee role of a site.

    >>> str(attendee("acme.webex.com"))
    'attendee @ acme.webex.com'
    """
    return Product(ATTENDEE, site)
