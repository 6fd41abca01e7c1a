"""A catalog made up from the names in the files, for template tests where no reading of the organization is at hand.

A fresh clone in a pipeline has no store. What the files name is taken to exist: licenses on the sites and in the
subscriptions that are written beside them or are the default, and the free ones that every organization has, so that
prerequisites come along. What kind of license a name is follows from Webex's letters, where they are known
(webex-api facts, section 10), and from its name where not. A name that only an expectation mentions is not made up: a
slip there must not pass for a license.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import msgspec

from reconciler.book.catalog import Catalog
from reconciler.model import canonical, ids
from reconciler.model import catalog as words
from reconciler.model.catalog import License
from reconciler.model.desired import Desired, Managed, Organization, Reference

# Letters of names that Webex is known to use; everything else is told by its name alone.
LETTERS = {
    "Basic Messaging": "FMS",
    "Advanced Messaging": "MS",
    "Basic Space Meetings": "FTM",
    "Advanced Space Meetings": "CF",
    "Call on Webex": "FTC",
    "Webex Meetings Suite": "EE",
    "Meeting - Webex Meeting Center": "MC",
    words.CALLING_PROFESSIONAL: "BCSTD",
    "Webex Calling - Workspaces": "BCCA",
    "Webex Calling - Hot desk only": "BCHDO",
    "Webex Calling - Route List Calls": "BCRLC",
    "Webex Room Kit": "SD",
    "Contact Center Premium Agent": "CJPPRM",
    "Contact center Standard Agent": "CJPSTD",
    "Unified Communication Manager (UCM)": "UCPREM",
    "Real-Time Translations": "RTT",
    "Hybrid - Exchange Calendar": "CE",
    "Hybrid - Google Calendar": "CG",
    "Hybrid - Message": "HM",
}
_UNKNOWN = "OTHER"
_PER_SITE = frozenset({"EE", "MC"})
_EVERYWHERE = ("Basic Messaging", "Basic Space Meetings")
_SOME_SUBSCRIPTION = "(a subscription)"
_SOME_LICENSE = "(a license of the site)"


class _Mention(msgspec.Struct, frozen=True):
    """A license as some place in the files names it. `sited`: the place says that it belongs to a site."""

    name: str
    site: str = ""
    subscription: str = ""
    sited: bool = False


def imagined_licenses(desired: Desired) -> tuple[License, ...]:
    """One license for each (name, site, subscription) that the files name. Units are not counted. Same files, same ids."""
    organization = desired.organization
    catalog = Catalog((), organization.aliases, organization.tiers)
    mentions = [
        msgspec.structs.replace(mention, name=catalog.canonical(mention.name))
        for mention in (*map(_Mention, _EVERYWHERE), *_mentions(desired))
    ]
    sited = {mention.name for mention in mentions if mention.sited or mention.site}
    expected = (split(text) for test in desired.tests for text in test.licenses)
    sited |= {name for text, site in expected if site and (name := catalog.canonical(text)) not in LETTERS}
    by_id = _named_by_id(desired, organization)
    wanted = {
        (name, site, subscription)
        for name in {mention.name for mention in mentions} - {pool.name for pool in by_id}
        for site in _sites(name, mentions, sited, organization)
        for subscription in _subscriptions(name, mentions, organization)
    }
    bare = _all_sites(desired) - {site for _, site, _ in wanted}
    wanted |= {(_SOME_LICENSE, site, _SOME_SUBSCRIPTION) for site in bare}
    made = tuple(_license(number, *item) for number, item in enumerate(sorted(wanted), 1))
    return made + by_id


def split(text: str) -> tuple[str, str]:
    """Name and site of `NAME @ SITE`; no site where there is none.

    >>> split("Webex Meetings Suite @ acme.webex.com"), split("Basic Messaging")
    (('Webex Meetings Suite', 'acme.webex.com'), ('Basic Messaging', ''))
    """
    name, separator, site = text.rpartition(" @ ")
    return (name, site) if separator else (text, "")


def references(desired: Desired) -> Iterator[Reference]:
    """Everything that templates and exceptions grant."""
    for template in desired.templates:
        yield from template.licenses
    for exception in desired.exceptions:
        yield from exception.add


def _entries(desired: Desired) -> Iterator[Managed]:
    yield from desired.organization.manage
    for exception in desired.exceptions:
        yield from exception.deny


def _mentions(desired: Desired) -> Iterator[_Mention]:
    organization = desired.organization
    written = [*references(desired), *(entry.reference for entry in _entries(desired) if entry.reference)]
    for reference in written:
        if reference.license:
            attendee = reference.account_type == "attendee"
            yield _Mention(reference.license, reference.site or "", reference.subscription or "", attendee)
    names = [entry.name for entry in _entries(desired) if entry.name]
    names += [name for pair in organization.tiers for name in pair]
    yield from map(_Mention, names)
    for test in desired.tests:
        for text in test.given.holds:
            yield _Mention(*split(text))


def _sites(name: str, mentions: Iterable[_Mention], sited: Collection[str], organization: Organization) -> set[str]:
    """The sites that a license is on; the empty one for a license without a site."""
    if name not in sited and LETTERS.get(name) not in _PER_SITE:
        return {""}
    found = {mention.site for mention in mentions if mention.name == name} | {organization.default_site or ""}
    return (found - {""}) or {""}


def _subscriptions(name: str, mentions: Iterable[_Mention], organization: Organization) -> set[str]:
    """The subscriptions that sell a license; the empty one for a free license."""
    if LETTERS.get(name) in words.FREE_TYPES:
        return {""}
    found = {mention.subscription for mention in mentions if mention.name == name}
    found |= set(_default_subscriptions(organization))
    return (found - {""}) or {_SOME_SUBSCRIPTION}


def _default_subscriptions(organization: Organization) -> tuple[str, ...]:
    if organization.subscription_policy == "oldestFirst":
        return organization.subscription_order
    return (organization.default_subscription or "",)


def _all_sites(desired: Desired) -> set[str]:
    """Every site that the files name, but for those that only an expectation names."""
    organization = desired.organization
    found = {reference.site for reference in references(desired)} | {
        organization.default_site,
        *organization.attendee_off,
        *organization.attendee_on,
    }
    for entry in _entries(desired):
        found |= {entry.attendee_site, entry.reference.site if entry.reference else None}
    for test in desired.tests:
        found |= {*test.given.attendee_sites, *test.given.site_admin_of}
    return {canonical.site(site) for site in found if site}


def _license(number: int, name: str, site: str, subscription: str) -> License:
    inner = f"imagined:{LETTERS.get(name, _UNKNOWN)}_00000000-0000-4000-8000-{number:012d}"
    pool_id = ids.encode("LICENSE", f"{inner}_{site}" if site else inner)
    managed = words.CONTROL_HUB_MANAGED if site else None
    return License(pool_id, name, subscription=subscription or None, site=site or None, site_type=managed)


def _named_by_id(desired: Desired, organization: Organization) -> tuple[License, ...]:
    """Licenses that the files name by id only. Nobody knows their names here, so the id stands for the name."""
    written = [*references(desired), *(entry.reference for entry in _entries(desired) if entry.reference)]
    found: dict[str, License] = {}
    for reference in written:
        parts = ids.license_parts(reference.id) if reference.id else None
        if reference.id is None or ids.uuid_of(reference.id) in found:
            continue
        free = parts is not None and parts.type in words.FREE_TYPES
        default = next(filter(None, _default_subscriptions(organization)), _SOME_SUBSCRIPTION)
        site = canonical.site(parts.site) if parts and parts.site else None
        found[ids.uuid_of(reference.id)] = License(
            reference.id,
            reference.id,
            subscription=None if free else reference.subscription or default,
            site=site,
            site_type=words.CONTROL_HUB_MANAGED if site else None,
        )
    return tuple(found[key] for key in sorted(found))
