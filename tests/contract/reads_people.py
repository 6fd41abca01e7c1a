"""What wxc-sdk reads of licenses and people, synchronous and asynchronous alike."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

from reconciler.model import ids
from reconciler.sandbox import State
from reconciler.sandbox.nouns import License, Person
from tests.contract.reads import Read, each, nothing, plain, somebody

PAGE = 50


def _suite(state: State) -> License:
    return state.licenses["suite-main-old"]


def _by_key(key: str) -> Any:
    return lambda state: {"license_id": state.licenses[key].id}


def _as_listed(license: Any) -> tuple[Any, ...]:
    units = (license.total_units, license.consumed_units, license.consumed_by_users, license.consumed_by_workspaces)
    site_type = plain(license.site_type)
    return (
        license.license_id,
        license.name,
        license.lic_type,
        *units,
        license.subscription_id,
        license.site_url,
        site_type,
    )


def _as_stored(license: License) -> tuple[Any, ...]:
    units = (license.total, license.consumed, license.consumed - license.workspaces, license.workspaces)
    return (license.id, license.name, license.type, *units, license.subscription, license.site, license.site_type)


def _persons(people: list[Person]) -> list[str]:
    return [person.id for person in people]


def _place(person: Any) -> tuple[Any, ...]:
    phones = [(phone.number_type, phone.value) for phone in person.phone_numbers or []]
    return person.person_id, person.extension, person.location_id, phones


def _place_stored(person: Person) -> tuple[Any, ...]:
    assert person.location is not None
    phones = [("work", person.work_phone)] if person.work_phone and not person.number else []
    if person.number:
        if person.work_phone not in (None, person.number.number):
            phones.append(("work", person.work_phone))
        phones.append(("work", person.number.number))
    if person.extension:
        phones.append(("work_extension", (person.location.prefix or "") + person.extension))
    return person.id, person.extension, person.location.id, phones


def _until_an_empty_page(state: State) -> list[str]:
    pages = [state.people[at : at + PAGE] for at in range(0, len(state.people), PAGE)]
    here = [[p.id for p in page if p.location and p.location.key == "berlin"] for page in pages]
    return [one for page in takewhile(bool, here) for one in page]


def _whole(person: Any) -> tuple[Any, ...]:
    names = (person.display_name, person.first_name, person.last_name, person.nick_name)
    flags = (person.invite_pending, person.login_enabled, plain(person.person_type))
    return (person.person_id, person.emails, *names, person.org_id, set(person.licenses), person.site_urls, *flags)


def _whole_stored(state: State) -> tuple[Any, ...]:
    person = somebody(state)
    sites = [*person.host_sites(), *(f"{site}#attendee" for site in person.attendee_sites)]
    names = (person.name, person.first, person.last, person.first)
    held = {license.id for license in person.licenses}
    return (
        person.id, [person.email, *person.other_emails], *names, state.org_id, held, sites or None, person.invite_pending,
        person.active, person.type,
    )  # fmt: skip


LICENSES = [
    Read("all", "licenses.list", nothing, lambda found: [_as_listed(one) for one in found],
         lambda state: [_as_stored(license) for license in state.licenses.values()]),
    Read("of the organization", "licenses.list", lambda state: {"org_id": state.org_id}, each("name"),
         lambda state: [license.name for license in state.licenses.values()]),
    Read("one", "licenses.details", _by_key("calling-pro-new"), _as_listed,
         lambda state: _as_stored(state.licenses["calling-pro-new"])),
    Read("holders in pages", "licenses.assigned_users", lambda state: {"license_id": _suite(state).id, "limit": 100},
         lambda found: [(user.id, plain(user.type), user.display_name, user.email) for user in found],
         lambda state: [(p.id, "EXTERNAL" if p.external else "INTERNAL", p.name, p.email) for p in _suite(state).listed()]),
    Read("nobody", "licenses.assigned_users", _by_key("room-kit"), list, lambda state: []),
]  # fmt: skip

PEOPLE = [
    Read("in pages", "people.list", lambda state: {"max": 400}, each("person_id"), lambda state: _persons(state.people)),
    Read("licenses and sites", "people.list", lambda state: {"max": 1000},
         lambda found: [(set(person.licenses or ()), person.location_id) for person in found],
         lambda state: [({license.id for license in person.licenses}, None) for person in state.people]),
    Read("of the organization", "people.list", lambda state: {"org_id": state.org_id, "max": 1000}, each("person_id"),
         lambda state: _persons(state.people)),
    Read("with Calling", "people.list", lambda state: {"calling_data": True, "max": 1000},
         lambda found: [_place(person) for person in found if person.location_id],
         lambda state: [_place_stored(person) for person in state.people if person.location]),
    Read("by address", "people.list", lambda state: {"email": state.people[7].email.upper()}, each("person_id"),
         lambda state: [state.people[7].id]),
    Read("by unknown address", "people.list", lambda state: {"email": "nobody@acme.example"}, list, lambda state: []),
    Read("by name in pages", "people.list", lambda state: {"display_name": "Ann", "max": 10}, each("person_id"),
         lambda state: [person.id for person in state.people if person.name.lower().startswith("ann")]),
    Read("by ids", "people.list", lambda state: {"id_list": _persons(state.people[40:125])},
         lambda found: [(person.person_id, person.licenses, person.status) for person in found],
         lambda state: [(person.id, None, None) for person in state.people[40:125]]),
    Read("by role", "people.list", lambda state: {"roles": ids.encode("ROLE", "id_full_admin")},
         lambda found: [(person.person_id, ids.encode("ROLE", "id_full_admin") in person.roles) for person in found],
         lambda state: [(state.people[3].id, True), (state.people[700].id, True)]),
    # wxc-sdk ends at the first empty page, which a filter that acts page by page can produce
    Read("by location", "people.list", lambda state: {"location_id": state.locations["berlin"].id, "max": PAGE},
         each("person_id"), _until_an_empty_page),
    # as text: given a boolean, wxc-sdk's asynchronous client fails before it calls
    Read("without status", "people.list", lambda state: {"exclude_status": "true", "max": 1000},
         lambda found: {person.status for person in found}, lambda state: {None}),
    Read("with status", "people.list", lambda state: {"max": 1000},
         lambda found: {plain(person.status) for person in found},
         lambda state: {"unknown", "pending"}),
    Read("everything", "people.details", lambda state: {"person_id": somebody(state).id}, _whole, _whole_stored),
    Read("with Calling", "people.details", lambda state: {"person_id": somebody(state).id, "calling_data": True}, _place,
         lambda state: _place_stored(somebody(state))),
    Read("without Calling", "people.details", lambda state: {"person_id": somebody(state).id},
         lambda person: (person.extension, person.location_id), lambda state: (None, None)),
    Read("by bare UUID", "people.details", lambda state: {"person_id": state.people[7].uuid},
         lambda person: person.person_id, lambda state: state.people[7].id),
    Read("oneself", "people.me", nothing, lambda person: (person.org_id, person.roles),
         lambda state: (state.org_id, [ids.encode("ROLE", "id_full_admin")])),
    Read("oneself with Calling", "people.me", lambda state: {"calling_data": True}, lambda person: person.org_id,
         lambda state: state.org_id),
]  # fmt: skip
