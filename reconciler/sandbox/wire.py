"""The JSON of each thing as Webex writes it: its keys, its ids, its habit of leaving out what is empty.

People are written once and kept as bytes until they change, so that a page is a join. (webex-api facts, sections 1-4.)
"""

from __future__ import annotations

import zlib
from collections.abc import Collection
from typing import Any

import msgspec

from reconciler.model import ids
from reconciler.sandbox.nouns import Group, License, Location, Number, Person
from reconciler.sandbox.state import State

encode = msgspec.json.Encoder().encode

WEBEX_IDENTITY = "urn:scim:schemas:extension:cisco:webexidentity:2.0:User"
SCIM_USER = "urn:ietf:params:scim:schemas:core:2.0:User"

ROLES = {
    "id_full_admin": "Full Administrator",
    "id_user_admin": "User Administrator",
    "id_readonly_admin": "Read-only Administrator",
    "id_device_admin": "Device Administrator",
    "atlas-portal.support": "Support Administrator",
    "atlas-portal.partner.salesadmin": "Sales Administrator",
    "atlas-portal.partner.helpdesk": "Helpdesk Administrator",
    "atlas-portal.partner.helpdesk.advanced": "Advanced Helpdesk Administrator",
    "atlas-portal.partner.orderadmin": "Order Administrator",
    "atlas-portal.partner.provision_admin": "Provisioning Administrator",
    "cjp.admin": "Contact Center Administrator",
    "cjp.supervisor": "Contact Center Supervisor",
}
"""Administrator roles: what their ids contain, and their names. Only the first name is documented."""

UNCOUNTED = frozenset({"BCRLC"})
"""Types of licenses that neither people nor workspaces consume: those two counters are null."""


def license_body(license: License, consumed: int) -> dict[str, Any]:
    """A license as listed; `consumed` is what the counter shows, which may lag behind the holders."""
    body: dict[str, Any] = {
        "id": license.id,
        "name": license.name,
        "totalUnits": license.total,
        "consumedUnits": consumed,
        "consumedByUsers": consumed - license.workspaces,
        "consumedByWorkspaces": license.workspaces,
    }
    if license.type in UNCOUNTED:
        body |= {"consumedByUsers": None, "consumedByWorkspaces": None}
    if license.subscription:
        body["subscriptionId"] = license.subscription
    if license.site:
        body["siteUrl"] = license.site
        body["siteType"] = license.site_type
    return body


def holder(person: Person) -> dict[str, str]:
    """An entry of a license's `users`."""
    kind = "EXTERNAL" if person.external else "INTERNAL"
    return {"id": person.id, "type": kind, "displayName": person.name, "email": person.email}


def person_plain(state: State, person: Person) -> bytes:
    """A person of `GET /people`."""
    if person.json_plain is None:
        person.json_plain = encode(_person(state, person, calling=False))
    return person.json_plain


def person_calling(state: State, person: Person) -> bytes:
    """A person of `GET /people?callingData=true`."""
    if person.location is None:
        return person_plain(state, person)
    if person.json_calling is None:
        person.json_calling = encode(_person(state, person, calling=True))
    return person.json_calling


def _person(state: State, person: Person, *, calling: bool) -> dict[str, Any]:
    body: dict[str, Any] = {"id": person.id, "emails": [person.email, *person.other_emails]}
    phones = _phones(person, calling=calling)
    if phones:
        body["phoneNumbers"] = phones
    if calling and person.extension:
        body["extension"] = person.extension
    if calling and person.location:
        body["locationId"] = person.location.id
    body |= {"displayName": person.name, "nickName": person.first, "firstName": person.first, "lastName": person.last}
    body |= {"orgId": state.org_id, "created": person.created, "lastModified": person.modified}
    if person.roles:
        body["roles"] = [ids.encode("ROLE", role) for role in person.roles]
    if person.licenses:
        body["licenses"] = [license.id for license in person.licenses]
    sites = [*person.host_sites(), *(f"{site}#attendee" for site in person.attendee_sites)]
    if sites:
        body["siteUrls"] = sites
    body |= {"invitePending": person.invite_pending, "loginEnabled": person.active, "type": person.type}
    return body


def person_shown(state: State, person: Person) -> bytes:
    """A person of `GET /people` with presence, as Webex lists them unless `excludeStatus` is asked for."""
    if person.json_shown is None:
        person.json_shown = with_status(person_plain(state, person), person)
    return person.json_shown


def with_status(body: bytes, person: Person) -> bytes:
    """A written person with presence: nobody's calls and meetings are known here, so that there is little to tell.

    The last activity is presence, too, as its documentation hints: whoever excludes status must not count on it.
    """
    seen = b',"lastActivity":"%b"' % person.last_activity.encode() if person.last_activity else b""
    return body[:-1] + seen + (b',"status":"pending"}' if person.invite_pending else b',"status":"unknown"}')


def _phones(person: Person, *, calling: bool) -> list[dict[str, Any]]:
    own = person.number.number if calling and person.number else None
    phones: list[dict[str, Any]] = []
    if person.work_phone and person.work_phone != own:
        phones.append({"type": "work", "value": person.work_phone})
    if own:
        phones.append({"type": "work", "value": own, "primary": True})
    if calling and person.extension and person.location:
        prefix = person.location.prefix or ""
        phones.append({"type": "work_extension", "value": prefix + person.extension, "primary": own is None})
    return phones


def stranger(person: Person) -> bytes:
    """What an administrator sees of somebody of another organization."""
    return encode({"id": person.id, "emails": [person.email], "displayName": person.name, "type": person.type})


def scim_user(state: State, person: Person) -> bytes:
    """A user of SCIM; ids are bare UUIDs here."""
    if person.json_scim is None:
        person.json_scim = encode(scim_shape(state, person))
    return person.json_scim


def scim_groups(state: State, person: Person, usages: Collection[str] = ()) -> list[dict[str, str]]:
    """The groups a user is a direct member of; only those of certain usages (lower case), where there are any named."""
    base = f"https://webexapis.com/identity/scim/{state.org_uuid}/v2/Groups"
    return [
        {"value": group.uuid, "display": group.name, "$ref": f"{base}/{group.uuid}"}
        for group in state.groups.values()
        if person.uuid in group.members and (not usages or group.usage in usages)
    ]


def scim_shape(state: State, person: Person) -> dict[str, Any]:
    """A user of SCIM as data, without groups."""
    identity: dict[str, Any] = {"accountStatus": ["active" if person.active else "disabled"]}
    if person.invite_pending:
        identity["accountStatus"] = ["pending"]
    if person.site_admin_of:
        identity["managedSites"] = [{"siteName": site, "role": "full_admin"} for site in person.site_admin_of]
    if person.provision_source:
        identity["provisionSource"] = person.provision_source
    body: dict[str, Any] = {
        "schemas": [SCIM_USER, WEBEX_IDENTITY],
        "id": person.uuid,
        "userName": person.email,
        "active": person.active,
        "name": {"givenName": person.first, "familyName": person.last},
        "displayName": person.name,
        "nickName": person.first,
        "userType": "user",
        "emails": [{"value": person.email, "type": "work", "primary": True}]
        + [{"value": email, "type": "work", "primary": False} for email in person.other_emails],
    }
    if person.work_phone:
        body["phoneNumbers"] = [{"value": person.work_phone, "type": "work", "primary": True}]
    if person.roles:
        body["roles"] = [{"value": role, "type": "cirole", "display": ROLES.get(role, role)} for role in person.roles]
    body["meta"] = {
        "resourceType": "User",
        "organizationID": state.org_uuid,
        "version": f'W/"{zlib.crc32(f"{person.uuid}:{person.modified}".encode()):08x}"',
        "location": f"https://webexapis.com/identity/scim/{state.org_uuid}/v2/Users/{person.uuid}",
        "created": person.created,
        "lastModified": person.modified,
    }
    body[WEBEX_IDENTITY] = identity
    return body


def member(person: Person) -> bytes:
    """A person as a member of a group."""
    if person.json_member is None:
        kind = "user" if person.type == "person" else "machine"
        person.json_member = encode({"id": person.id, "type": kind, "displayName": person.name})
    return person.json_member


def nested_member(group: Group) -> bytes:
    """A group as a member of another one."""
    return encode({"id": group.id, "type": "group", "displayName": group.name})


def group_body(state: State, group: Group) -> dict[str, Any]:
    """A group without its members."""
    return {
        "id": group.id,
        "displayName": group.name,
        "orgId": state.org_id,
        "created": group.created,
        "lastModified": group.created,
        "memberSize": len(group.members) + len(group.nested),
        "usage": group.usage,
    }


def location_body(state: State, location: Location) -> dict[str, Any]:
    """A location of `GET /locations`."""
    return {
        "id": location.id,
        "name": location.name,
        "orgId": state.org_id,
        "timeZone": "America/Los_Angeles",
        "preferredLanguage": "en_us",
        "announcementLanguage": None,
        "address": {
            "address1": "1 Example Street", "city": location.name, "state": "CA", "postalCode": "00000", "country": "US",
        },
    }  # fmt: skip


def calling_location_body(location: Location) -> dict[str, Any]:
    """A location of `GET /telephony/config/locations`."""
    prefix = {"routingPrefix": location.prefix} if location.prefix else {}
    return {"id": location.id, "name": location.name} | prefix


def number_row(row: Number | Person) -> dict[str, Any]:
    """A row of the numbers list: a number, or a person who has an extension only."""
    if isinstance(row, Person):
        assert row.location is not None
        return _row(None, row.location, row.extension, "ACTIVE") | {"owner": _owner(row)}
    extension = row.owner.extension if isinstance(row.owner, Person) else None
    body = _row(row.number, row.location, extension, row.state)
    body |= {
        "mainNumber": row.main,
        "tollFreeNumber": row.toll_free,
        "isServiceNumber": row.service,
        "includedTelephonyTypes": "MOBILE_NUMBER" if row.mobile else "PSTN_NUMBER",
    }
    if row.reserved:
        body["isReservedNumber"] = True
    if isinstance(row.owner, Person):
        body["owner"] = _owner(row.owner)
    elif row.owner is not None:
        body["owner"] = {"id": row.owner.id, "type": row.owner.type, "lastName": row.owner.name}
    return body


def _row(number: str | None, location: Location, extension: str | None, state: str) -> dict[str, Any]:
    body: dict[str, Any] = {"phoneNumber": number} if number else {}
    if extension:
        body["extension"] = extension
        body["esn"] = (location.prefix or "") + extension
    if location.prefix:
        body["routingPrefix"] = location.prefix
    body |= {"state": state, "mainNumber": False, "tollFreeNumber": False, "isServiceNumber": False}
    body |= {"phoneNumberType": "PRIMARY", "includedTelephonyTypes": "PSTN_NUMBER"}
    body["location"] = {"id": location.id, "name": location.name}
    return body


def _owner(person: Person) -> dict[str, str]:
    return {"id": person.id, "type": "PEOPLE", "firstName": person.first, "lastName": person.last}
