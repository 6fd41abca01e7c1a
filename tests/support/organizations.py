"""Organizations and files by chance: licenses of every kind, people who hold anything at all, any policy.

People hold what Webex would not have given them, too: Control Hub, migrations and other programs have left odd things behind.
All comes from one seed, not from a strategy: the draws of Hypothesis are alike, and what is looked for is the odd combination.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, TypeVar

from reconciler.model.desired import (
    Budget,
    Calling,
    Capacity,
    Desired,
    GroupReference,
    Guards,
    Keep,
    Managed,
    Organization,
    Reference,
    Retention,
)
from tests.support.desired import Document, desired, everyone, exception, members, organization, ref

MAIN, EMEA, LINKED, OFF = "acme.webex.com", "emea.webex.com", "old.webex.com", "off.webex.com"
T = TypeVar("T")
_Sold = tuple[str, str, str, str | None, str | None]

# key, name, letters, subscription, site
FREE: tuple[_Sold, ...] = (
    ("msg", "Basic Messaging", "FMS", None, None),
    ("meet", "Basic Space Meetings", "FTM", None, None),
    ("share", "Free screen share", "FSS", None, None),
    ("call", "Call on Webex (1:1 call, non-PSTN)", "FTC", None, None),
    ("exchange", "Hybrid - Exchange Calendar", "CE", None, None),
    ("google", "Hybrid - Google Calendar", "CG", None, None),
)
PAID: tuple[_Sold, ...] = (
    ("paid-msg", "Advanced Messaging", "MS", "Sub-1", None),
    ("paid-msg-2", "Advanced Messaging", "MS", "Sub-2", None),
    ("paid-meet", "Advanced Space Meetings", "CF", "Sub-1", None),
    ("suite", "Webex Meetings Suite", "EE", "Sub-1", MAIN),
    ("suite-2", "Webex Meetings Suite", "EE", "Sub-2", MAIN),
    ("meetings", "Webex Meetings", "MC", "Sub-1", MAIN),
    ("webinars", "Webex Webinars 1000", "WBN", "Sub-1", MAIN),
    ("emea", "Webex Meetings Suite", "EE", "Sub-1", EMEA),
    ("off", "Webex Meetings Suite", "EE", "Sub-2", OFF),
    ("linked", "Webex Meetings", "MC", "Sub-2", LINKED),
    ("pro", "Webex Calling - Professional", "BCSTD", "Sub-1", None),
    ("pro-2", "Webex Calling - Professional", "BCSTD", "Sub-2", None),
    ("std", "Webex Calling - Standard", "BCBAS", "Sub-1", None),
    ("console", "Webex Calling - Attendant Console", "BCAC", "Sub-1", None),
    ("assist", "Customer Experience - Essential", "BCCXE", "Sub-1", None),
    ("ucm", "Unified Communication Manager (UCM)", "UCPREM", "Sub-2", None),
    ("premium", "Contact Center Premium Agent", "CJPPRM", "Sub-1", None),
    ("agent", "Contact center Standard Agent", "CJPSTD", "Sub-1", None),
    ("gold", "Analytics Gold", "ANG", "Sub-1", None),
    ("silver", "Analytics Silver", "ANS", "Sub-1", None),
    ("bronze", "Analytics Bronze", "ANB", "Sub-1", None),
    ("messenger", "Webex Messenger", "MSGR", "Sub-1", None),
    ("rooms", "Webex Calling - Workspaces", "BCCA", "Sub-1", None),
)
CHAIN = (("Analytics Gold", "Analytics Silver"), ("Analytics Silver", "Analytics Bronze"))
TIERS = (CHAIN, (*CHAIN, ("Webex Meetings Suite", "Webex Meetings")))
PHONES = ("+14085550100", "+14085550101", "+14085550102", "+14085550103", "+14085550104", "+14085550105")
NUMBERS: list[dict[str, Any]] = [
    {"number": PHONES[0], "location": "hq"},
    {"number": PHONES[1], "location": "hq"},
    {"number": PHONES[2], "location": "lab"},
    {"number": PHONES[3], "location": "hq", "state": "INACTIVE"},
    {"number": PHONES[4], "location": "hq", "owner": {"type": "HUNT_GROUP", "name": "Front desk"}},
    {"number": PHONES[5], "location": "barn"},
]
LOCATIONS: list[dict[str, Any]] = [
    {"key": "hq", "name": "HQ"},
    {"key": "lab", "name": "Lab"},
    {"key": "barn", "name": "Barn", "calling": False},
]
EMAILS = tuple(f"{name}@acme.example" for name in ("ann", "bob", "cem", "dia", "eve", "fox", "gus", "hal"))
GROUPS = ("Sales", "Support")


def some(chance: random.Random, items: Sequence[T], most: int, least: int = 0) -> list[T]:
    """Between `least` and `most` of the items, in any order."""
    return chance.sample(items, min(len(items), chance.randint(least, most)))


def shape(chance: random.Random) -> dict[str, Any]:
    """An organization in the shape of a sandbox file."""
    missing = some(chance, ("msg", "meet", "share", "paid-msg-2", "suite-2", "pro-2"), 2)
    sold = [item for item in (*FREE, *PAID) if item[0] not in missing]
    people = [_person(chance, email, sold) for email in EMAILS[: chance.randint(2, len(EMAILS))]]
    emails = [person["email"] for person in people]
    return {
        "organization": {"name": "Acme"},
        "licenses": [_license(item, chance.randint(0, 5) if item[3] else 100) for item in sold],
        "locations": LOCATIONS,
        "numbers": NUMBERS,
        "groups": [{"name": name, "members": some(chance, emails, len(emails))} for name in GROUPS],
        "people": [
            *people,
            {"email": "zed@acme.example", "licenses": ["emea"]},
            {"email": "out@other.example", "external": True, "licenses": ["emea"]},
        ],
        "attendeeOff": [OFF],
    }


def _license(item: _Sold, total: int) -> dict[str, Any]:
    key, name, letters, subscription, site = item
    kind = None if site is None else "Linked site" if site == LINKED else "Control Hub managed site"
    known = {"key": key, "name": name, "type": letters, "subscription": subscription, "site": site, "siteType": kind}
    return {**{word: value for word, value in known.items() if value is not None}, "total": total}


def _person(chance: random.Random, email: str, sold: Sequence[_Sold]) -> dict[str, Any]:
    keys = [item[0] for item in sold]
    free = [key for key in ("msg", "meet", "share") if key in keys and chance.randint(0, 3)]
    held = some(chance, [key for key in keys if key not in free], 4)
    return {
        "email": email,
        "licenses": [*free, *held],
        "attendeeSites": chance.choice(([], [], [MAIN], [EMEA], [MAIN, EMEA])),
        "siteAdminOf": chance.choice(([], [], [], [MAIN], [EMEA])),
        "workPhone": chance.choice((None, *PHONES, "4711")),
        "active": chance.choice((True, True, True, True, False)),
        "invitePending": chance.choice((False, False, False, True)),
        "type": chance.choice(("person", "person", "person", "person", "person", "bot")),
    }


def _reference(chance: random.Random, item: _Sold) -> Reference:
    _, name, _, subscription, site = item
    if site is None:
        return ref(name, subscription=chance.choice((None, subscription)))
    if chance.randint(0, 2) == 0:
        return ref(name, site=site, account_type="attendee")
    return ref(name, site=site, subscription=subscription)


def _grants(chance: random.Random, sold: Sequence[_Sold], most: int = 6) -> tuple[Reference, ...]:
    usable = [item for item in sold if item[0] not in ("share", "messenger", "rooms", "linked")]
    return tuple(_reference(chance, item) for item in some(chance, usable, most, 1))


def files(chance: random.Random, shape: dict[str, Any]) -> Desired:
    """Files for such an organization: nothing in them is unknown to it."""
    keys = {item["key"] for item in shape["licenses"]}
    sold = [item for item in (*FREE, *PAID) if item[0] in keys]
    return desired(_organization(chance, sold), *_templates(chance, sold), *_exceptions(chance, sold))


def _organization(chance: random.Random, sold: Sequence[_Sold]) -> Organization:
    names, pick = sorted({item[1] for item in sold}), chance.choice
    keep: tuple[Keep, ...] = ("preserve", "remove")
    budget = Budget("Webex Meetings Suite", GroupReference("Sales"), chance.randint(0, 2))
    roles = pick(((), (MAIN,), (MAIN, EMEA)))
    return organization(
        pick(("organization", "groups", "groupsThenOrganization")),
        default_site=MAIN,
        retention=Retention(
            pick(keep),
            pick(("preserve", "remove", "removeAll")),
            pick(keep),
            pick(keep),
            pick(keep),
            pick((True, False)),
        ),
        deactivated_users=pick(("keep", "remove")),
        manage=(
            *(Managed(name) for name in some(chance, names, 8)),
            *(Managed(attendee_site=site) for site in roles),
        ),
        subscription_policy=pick(("defaultOnly", "oldestFirst")),
        subscription_order=pick((("Sub-1", "Sub-2"), ("Sub-2", "Sub-1"))),
        tiers=pick(TIERS),
        attendee_off=frozenset({OFF}),
        capacity=Capacity(budgets=(budget,) if chance.randint(0, 1) else ()),
        guards=Guards(
            irreversible=pick(("stop", "stop", "hold")),
            first_apply=pick(("additions", "all", "all")),
            protected=tuple(some(chance, EMAILS, 1)),
        ),
    )


def _templates(chance: random.Random, sold: Sequence[_Sold]) -> tuple[Document, ...]:
    found: list[Document] = []
    for name, groups in (("everyone", ()), ("sales", GROUPS[:1]), ("both", GROUPS), ("support", GROUPS[1:])):
        if found and chance.randint(0, 1):
            continue
        fields: dict[str, Any] = {
            "preserve_licenses": bool(chance.randint(0, 1)), "priority": chance.choice((1, 50, 100)),
        }  # fmt: skip
        grants = _grants(chance, sold)
        found.append(
            members(groups, *grants, name=name, **fields) if groups else everyone(*grants, name=name, **fields)
        )
    return tuple(found)


BLOCKS = (
    Calling(number="none", location="HQ", extension="2001"),
    Calling(extension="lastDigits", last_digits=3, beside_ucm=True),
    Calling(number="none", location="Lab", extension="fromDirectory"),
    Calling(number="none", location="Barn", extension="2002", beside_ucm=True),
)


def _exceptions(chance: random.Random, sold: Sequence[_Sold]) -> tuple[Document, ...]:
    found: list[Document] = []
    names = sorted({item[1] for item in sold if item[0] not in ("messenger", "rooms")})
    for name in some(chance, ("x", "y", "z"), 3):
        users, what = some(chance, EMAILS, 3, 1), chance.choice(("exempt", "add", "deny", "deny", "calling"))
        if what == "exempt":
            found.append(exception(name, *users, exempt=True))
        elif what == "add":
            found.append(exception(name, *users, add=_grants(chance, sold, 3)))
        elif what == "deny":
            roles = chance.choice(((), (Managed(attendee_site=MAIN),)))
            found.append(exception(name, *users, deny=(*some(chance, names, 3, 1), *roles)))
        else:
            found.append(exception(name, *users, calling=chance.choice(BLOCKS)))
    return tuple(found)
