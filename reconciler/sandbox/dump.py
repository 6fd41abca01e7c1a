"""Organization to sandbox file: what `GET /sandbox/state` answers, and what `file.build` reads back as an equal one."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox import credentials
from reconciler.sandbox.nouns import Feature, Group, License, Location, Number, Person
from reconciler.sandbox.state import State


def dump(state: State, *, tokens: bool = True) -> dict[str, Any]:
    """The organization in the shape of the sandbox file; `build` of it gives an equal one."""
    shape: dict[str, Any] = {
        "organization": {"name": state.name},
        "licenses": [_license(license) for license in state.licenses.values()],
        "locations": [_location(location) for location in state.locations.values()],
        "numbers": [_number(number) for number in state.numbers.values()],
        "groups": [_group(group) for group in state.groups.values()],
        "people": [_person(person) for person in (*state.people, *state.externals)],
    }
    if state.attendee_off:
        shape["attendeeOff"] = list(state.attendee_off)
    return shape | (credentials.write(state) if tokens else {})


def _some(**values: object) -> dict[str, object]:
    return {key: value for key, value in values.items() if value not in (None, False, [], 0)}


def _license(license: License) -> dict[str, object]:
    return {"key": license.key, "name": license.name, "type": license.type, "total": license.total} | _some(
        subscription=license.subscription,
        site=license.site,
        siteType=license.site_type,
        consumedByWorkspaces=license.workspaces,
    )


def _location(location: Location) -> dict[str, object]:
    whole = {"key": location.key, "name": location.name, "calling": location.calling}
    return whole | _some(routingPrefix=location.prefix)


def _number(number: Number) -> dict[str, object]:
    owner: dict[str, object] | None = None
    if isinstance(number.owner, Person) and number.owner.number is number:  # else it is being released
        owner = {"type": "PEOPLE", "email": number.owner.email}
    elif isinstance(number.owner, Feature):
        owner = {"type": number.owner.type, "name": number.owner.name}
    flags = _some(
        main=number.main,
        mobile=number.mobile,
        tollFree=number.toll_free,
        service=number.service,
        reserved=number.reserved,
    )
    whole = {"number": number.number, "location": number.location.key, "state": number.state}
    return whole | _some(owner=owner) | flags


def _group(group: Group) -> dict[str, object]:
    key = group.key if group.key != group.name else None
    members = [person.email for person in group.members.values()]
    usage = group.usage if group.usage != "security" else None
    whole = {"name": group.name} | _some(key=key) | {"members": members}
    return whole | _some(groups=list(group.nested), usage=usage)


def _person(person: Person) -> dict[str, object]:
    whole: dict[str, object] = {"email": person.email, "name": person.name, "created": person.created}
    whole |= {
        "active": person.active,
        "invitePending": person.invite_pending,
        "workPhone": person.work_phone,
        "extension": person.extension,
        "location": person.location.key if person.location else None,
        "licenses": [license.key for license in person.licenses],
        "attendeeSites": list(person.attendee_sites),
        "siteAdminOf": list(person.site_admin_of),
        "type": person.type,
        "external": person.external,
    }
    waiting = [license.key for license in person.pending_licenses]
    return whole | _some(
        otherEmails=list(person.other_emails),
        provisionSource=person.provision_source,
        roles=list(person.roles),
        pendingLicenses=waiting,
        pendingSites=list(person.pending_sites),
        lastActivity=person.last_activity,
    )
