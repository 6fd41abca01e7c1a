"""What wxc-sdk reads of groups, SCIM users, organizations, roles, locations and numbers."""

from __future__ import annotations

from typing import Any

from wxc_sdk import telephony

from reconciler.model import ids
from reconciler.sandbox import State
from reconciler.sandbox.nouns import Group, Number, Person
from tests.contract.reads import Read, each, nothing, plain, somebody

# wxc-sdk's enumerations are invisible to mypy
ENUM: Any = telephony


def _sales(state: State) -> Group:
    return state.groups["Sales"]


def _members(group: Group, state: State) -> list[str]:
    return [*(person.id for person in group.members.values()), *(state.groups[key].id for key in group.nested)]


def _users(state: State) -> list[Person]:
    return [person for person in state.people if person.type == "person"]


def _org(state: State, **more: Any) -> dict[str, Any]:
    return {"org_id": state.org_uuid, **more}


def _found(answer: Any) -> tuple[int, int, list[str]]:
    return answer.total_results, answer.start_index, [user.id for user in answer.resources]


def _named(state: State, start: str) -> tuple[int, int, list[str]]:
    users = [person.uuid for person in _users(state) if person.email.lower().startswith(start)]
    return len(users), 1, users[:100]


GROUPS = [
    Read("in pages", "groups.list", lambda state: {"count": 5},
         lambda found: [(group.group_id, group.display_name, group.member_size) for group in found],
         lambda state: [(g.id, g.name, len(g.members) + len(g.nested)) for g in state.groups.values()]),
    Read("of the organization", "groups.list", lambda state: {"org_id": state.org_id}, each("group_id"),
         lambda state: [group.id for group in state.groups.values()]),
    Read("by name", "groups.list", lambda state: {"list_filter": 'displayName eq "Sales"'}, each("group_id"),
         lambda state: [_sales(state).id]),
    Read("by start of name", "groups.list", lambda state: {"list_filter": 'displayName sw "S"'}, each("display_name"),
         lambda state: [group.name for group in state.groups.values() if group.name.startswith("S")]),
    Read("with members", "groups.list", lambda state: {"include_members": True},
         lambda found: [len(group.members) for group in found],
         lambda state: [min(500, len(g.members) + len(g.nested)) for g in state.groups.values()]),
    Read("one", "groups.details", lambda state: {"group_id": _sales(state).id},
         lambda group: (group.display_name, group.member_size, group.org_id),
         lambda state: ("Sales", len(_sales(state).members) + 1, state.org_id)),
    Read("one with members", "groups.details", lambda state: {"group_id": _sales(state).id, "include_members": True},
         lambda group: {member.member_id for member in group.members}, lambda state: set(_members(_sales(state), state))),
    Read("in pages", "groups.members", lambda state: {"group_id": _sales(state).id, "count": 40},
         lambda found: [member.member_id for member in found], lambda state: _members(_sales(state), state)),
    Read("kinds", "groups.members", lambda state: {"group_id": _sales(state).id, "startIndex": 100},
         lambda found: {member.member_type for member in found}, lambda state: {"user", "group"}),
]  # fmt: skip

SCIM = [
    Read("in pages", "scim.users.search_all", lambda state: _org(state, count=300),
         lambda found: [(user.id, user.user_name, user.active) for user in found],
         lambda state: [(person.uuid, person.email, person.active) for person in _users(state)]),
    Read("sites administered", "scim.users.search_all", lambda state: _org(state, count=500),
         lambda found: {u.id: [site(s) for s in u.webex_user.managed_sites] for u in found if u.webex_user.managed_sites},
         lambda state: {person.uuid: person.site_admin_of for person in _users(state) if person.site_admin_of}),
    Read("a page", "scim.users.search", lambda state: _org(state, start_index=11, count=7), _found,
         lambda state: (len(_users(state)), 11, [person.uuid for person in _users(state)[10:17]])),
    Read("by address", "scim.users.search", lambda state: _org(state, filter=f'userName eq "{_users(state)[5].email}"'),
         _found, lambda state: (1, 1, [_users(state)[5].uuid])),
    Read("by id", "scim.users.search", lambda state: _org(state, filter=f'id eq "{_users(state)[5].uuid}"'), _found,
         lambda state: (1, 1, [_users(state)[5].uuid])),
    Read("by start of address", "scim.users.search", lambda state: _org(state, filter='userName sw "ann"'), _found,
         lambda state: _named(state, "ann")),
    Read("by two of them", "scim.users.search",
         lambda state: _org(state, filter='userName sw "ann" and userName ew ".example"'), _found,
         lambda state: _named(state, "ann")),
    Read("by work phone", "scim.users.search",
         lambda state: _org(state, filter=f'phoneNumbers[type eq "work" and value eq "{somebody(state).work_phone}"]'),
         lambda answer: somebody_in(answer), lambda state: True),
    Read("some attributes", "scim.users.search", lambda state: _org(state, attributes="userName", count=3),
         lambda answer: [(user.user_name, user.display_name, user.emails) for user in answer.resources],
         lambda state: [(person.email, None, None) for person in _users(state)[:3]]),
    Read("without attributes", "scim.users.search", lambda state: _org(state, excluded_attributes="emails", count=3),
         lambda answer: [(user.display_name, user.emails) for user in answer.resources],
         lambda state: [(person.name, None) for person in _users(state)[:3]]),
    Read("sorted", "scim.users.search", lambda state: _org(state, sort_by="userName", sort_order="descending", count=20),
         lambda answer: [user.user_name for user in answer.resources],
         lambda state: sorted((person.email for person in _users(state)), reverse=True)[:20]),
    Read("with groups", "scim.users.search", lambda state: _org(state, return_groups="true", count=40),
         lambda answer: [sorted(group.display for group in user.groups or []) for user in answer.resources],
         lambda state: [sorted(g.name for g in state.groups.values() if p.uuid in g.members) for p in _users(state)[:40]]),
    Read("one", "scim.users.details", lambda state: _org(state, user_id=somebody(state).uuid),
         lambda user: (user.user_name, user.display_name, user.active, user.name.given_name, user.name.family_name),
         lambda state: (somebody(state).email, somebody(state).name, somebody(state).active, somebody(state).first,
                        somebody(state).last)),
]  # fmt: skip


def site(managed: Any) -> str:
    """The name of a site somebody administers; wxc-sdk leaves the entry as it came."""
    return str(managed["siteName"] if isinstance(managed, dict) else managed.site_name)


def somebody_in(answer: Any) -> bool:
    """Whether everybody found has one and the same work phone."""
    found = [{phone.value for phone in user.phone_numbers} for user in answer.resources]
    return bool(found) and all(phones & found[0] for phones in found)


def _usable(state: State) -> list[str]:
    return [number.number for number in state.numbers.values() if number.owner is None]


def _numbers(there: State, **wanted: Any) -> list[str]:
    return [
        n.number for n in there.numbers.values() if all(getattr(n, name) == value for name, value in wanted.items())
    ]


def _listed(found: Any) -> list[str]:
    return [number.phone_number for number in found if number.phone_number]


def _row(number: Any) -> tuple[Any, ...]:
    return number.phone_number, number.extension, plain(number.state), number.location.id, number.owner.owner_id


def _row_stored(number: Number | None) -> tuple[Any, ...]:
    assert number is not None
    assert isinstance(number.owner, Person)
    return number.number, number.owner.extension, number.state, number.location.id, number.owner.id


def _enabled(state: State) -> list[tuple[str, str, str | None]]:
    return [(place.id, place.name, place.prefix) for place in state.locations.values() if place.calling]


def _berlin(state: State) -> str:
    return state.locations["berlin"].id


SMALL_LISTS = [
    Read("all", "organizations.list", nothing, lambda found: [(one.org_id, one.display_name) for one in found],
         lambda state: [(state.org_id, state.name)]),
    Read("one", "organizations.details", lambda state: {"org_id": state.org_id}, lambda one: (one.org_id, one.display_name),
         lambda state: (state.org_id, state.name)),
    Read("all", "roles.list", nothing, lambda found: found[0].name, lambda state: "Full Administrator"),
    Read("one", "roles.details", lambda state: {"role_id": ids.encode("ROLE", "id_user_admin")}, lambda role: role.name,
         lambda state: "User Administrator"),
    Read("of a token", "authorizations.get_token_expiration_status", nothing, lambda moment: moment > 1_800_000_000_000,
         lambda state: True),
]  # fmt: skip

PLACES = [
    Read("all in pages", "locations.list", lambda state: {"max": 2}, lambda found: [(one.location_id, one.name) for one in found],
         lambda state: [(place.id, place.name) for place in state.locations.values()]),
    Read("by part of name", "locations.list", lambda state: {"name": "ERL"}, each("name"), lambda state: ["Berlin"]),
    Read("by id", "locations.list", lambda state: {"location_id": _berlin(state), "org_id": state.org_id}, each("name"),
         lambda state: ["Berlin"]),
    Read("one", "locations.by_name", lambda state: {"name": "Berlin"}, lambda one: one.location_id, _berlin),
    Read("one", "locations.details", lambda state: {"location_id": _berlin(state)},
         lambda one: (one.name, one.org_id, bool(one.address.country)), lambda state: ("Berlin", state.org_id, True)),
    Read("all", "telephony.locations.list", nothing,
         lambda found: [(one.location_id, one.name, one.routing_prefix) for one in found], _enabled),
    Read("by name", "telephony.locations.list", lambda state: {"name": "jose"}, each("name"), lambda state: ["San Jose"]),
]  # fmt: skip

NUMBERS = [
    Read("in pages", "telephony.phone_numbers", lambda state: {"max": 50}, _listed, lambda state: list(state.numbers)),
    Read("one", "telephony.phone_numbers", lambda state: {"phone_number": _number_of(state)}, lambda found: _row(found[0]),
         lambda state: _row_stored(somebody(state).number)),
    Read("free", "telephony.phone_numbers", lambda state: {"available": True}, _listed, _usable),
    Read("of a location", "telephony.phone_numbers", lambda state: {"location_id": _berlin(state)}, _listed,
         lambda state: _numbers(state, location=state.locations["berlin"])),
    Read("inactive", "telephony.phone_numbers", lambda state: {"state": ENUM.NumberState.inactive}, _listed,
         lambda state: _numbers(state, state="INACTIVE")),
    Read("of features", "telephony.phone_numbers", lambda state: {"owner_type": ENUM.OwnerType.hunt_group}, _listed,
         lambda state: [n.number for n in state.numbers.values() if getattr(n.owner, "type", "") == "HUNT_GROUP"]),
    Read("of somebody", "telephony.phone_numbers", lambda state: {"owner_id": somebody(state).id}, _listed,
         lambda state: [_number_of(state)]),
    Read("by name of owner", "telephony.phone_numbers", lambda state: {"owner_name": somebody(state).last},
         lambda found: bool(found) and all(number.owner for number in found), lambda state: True),
    Read("by extension", "telephony.phone_numbers", lambda state: {"extension": somebody(state).extension},
         lambda found: {number.extension for number in found}, lambda state: {somebody(state).extension}),
    Read("extensions only", "telephony.phone_numbers", lambda state: {"number_type": ENUM.NumberType.extension},
         lambda found: [number.owner.owner_id for number in found],
         lambda state: [p.id for p in state.people if p.extension and not p.number]),
    Read("toll free", "telephony.phone_numbers", lambda state: {"toll_free_numbers": True}, _listed,
         lambda state: _numbers(state, toll_free=True)),
    Read("service", "telephony.phone_numbers", lambda state: {"service_number": True}, _listed,
         lambda state: _numbers(state, service=True)),
    Read("reserved", "telephony.phone_numbers", lambda state: {"reserved_number": True}, _listed,
         lambda state: _numbers(state, reserved=True)),
    Read("mobile", "telephony.phone_numbers",
         lambda state: {"included_telephony_type": ENUM.TelephonyType.mobile_number}, _listed,
         lambda state: _numbers(state, mobile=True)),
    Read("counts", "telephony.phone_number_details", nothing, lambda count: (count.un_assigned, count.in_active),
         lambda state: (len(_usable(state)), len(_numbers(state, state="INACTIVE")))),
]  # fmt: skip


def _number_of(state: State) -> str:
    number = somebody(state).number
    assert number is not None
    return number.number


DIRECTORY = [*GROUPS, *SCIM, *SMALL_LISTS, *PLACES, *NUMBERS]
