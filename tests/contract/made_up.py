"""Calls made up from the description: by schemathesis, and then with the names of things that are really there.

What schemathesis makes up is valid or broken in every way a schema can be, but names nobody; the second step puts ids,
addresses, cursors and filters of this organization in, so that calls also reach what is behind "not found".
"""

from __future__ import annotations

from typing import Any

import httpx
import requests
import schemathesis
from hypothesis import assume
from hypothesis import strategies as st
from schemathesis import GenerationMode

from reconciler.model import ids
from reconciler.sandbox import State, World
from tests.contract.every import EVERY
from tests.support.description import description

TOKENS = ("partner", "own", "reader", "narrow", "gone", "unknown")
CLIENT = {"id": "C1", "secret": "S1", "refreshToken": "R1", "redirectUri": "http://localhost/back"}
WORLD: dict[str, Any] = {
    "organizations": [
        {"organization": {"name": "Partner"}, "people": [{"email": "boss@partner.example"}]},
        EVERY | {"tokens": [{"token": "own"}], "clients": [CLIENT]},
        {"organization": {"name": "Other"}, "people": [{"email": "ann@other.example"}]},
    ],
    "tokens": [
        {"token": "partner", "partner": True, "person": "boss@partner.example"},
        {"token": "reader", "readOnly": True, "organization": "Small"},
        {"token": "narrow", "scopes": ["spark-admin:licenses_read"], "organization": "Small"},
        {"token": "gone", "expiresIn": 0.0, "organization": "Small"},
    ],
}
FILTERS = (
    'userName eq "ann@small.example"', 'userName sw "a" or userName ew "example"', 'displayName sw "Ann"',
    'displayName eq "Sales"',
    'emails[type eq "work" and value sw "bob"]', "(", 'userName pr', 'name.familyName ew "e" and (displayName sw "A")',
    'externalId pr', 'id sw "1"',
)  # fmt: skip

schema: Any = schemathesis.openapi.from_dict(description())
OPERATIONS = {found.ok().label: found.ok() for found in schema.get_all_operations()}


def world() -> World:
    """A partner, the customer with one license of every kind, and another one."""
    return World.from_shape(WORLD)


def _names(state: State) -> dict[str, list[str]]:
    """Things that are there, by the parameter that names them; ids in several spellings."""
    people = [*state.people, *state.externals]
    persons = [person.id for person in people] + [people[0].uuid, people[0].id + "=="]
    sites = [ids.encode("ROLE", "id_full_admin"), "nobody"]
    places = [place.id for place in state.locations.values()]
    return {
        "orgId": [state.org_id, state.org_uuid], "orgUuid": [state.org_uuid, state.org_id], "personId": persons,
        "userId": persons, "managedBy": persons, "ownerId": persons, "after": persons, "id": [*persons, ",".join(persons[:3])],
        "email": [person.email.upper() for person in people], "displayName": ["A", "ann", ""], "roleId": sites, "roles": sites,
        "licenseId": [license.id for license in state.licenses.values()],
        "next": ["Y2lzY29zcGFyazovL3VzL0xJQ0VOU0VfVVNFUl9QQUdJTkcvWVdKag"],
        "groupId": [group.id for group in state.groups.values()] + [group.uuid for group in state.groups.values()],
        "locationId": places, "phoneNumber": list(state.numbers), "extension": ["1000", "4711"], "filter": list(FILTERS),
        "attributes": ["userName,emails", "displayName", "urn:scim:schemas:extension:cisco:webexidentity:2.0:User"],
        "excludedAttributes": ["emails,name", "id"], "subscriptionId": ["Sub-1"], "tags": ["gold", "gold,silver"],
        "groupUsageTypes": ["location", "security,location"], "ownerName": ["Front", "ann"], "applicationId": ["C1"],
        "client_id": ["C1"], "redirect_uri": [CLIENT["redirectUri"]], "name": ["h", "HQ"],
        "from": ["2026-01-01T00:00:00Z", "then"], "to": ["2026-12-31T00:00:00.000Z"], "actorId": persons, "offset": ["0", "1"],
        "eventCategories": ["USERS", "USERS,GROUPS"],
        "startIndex": ["1", "2", "-1", "99999999999999999999"], "max": ["1", "2", "null"], "limit": ["1", "0"],
        "start": ["0", "1"], "count": ["0", "1", "-1"],
    }  # fmt: skip


WORLD_NOW = world()
NAMES = _names(WORLD_NOW.states[1])


def _orders() -> st.SearchStrategy[dict[str, Any]]:
    """Bodies of PATCH about people, licenses, places and sites that are there."""
    properties = st.fixed_dictionaries(
        {},
        optional={
            "phoneNumber": st.sampled_from(["+14085550100", "14085550101", "+14085550102", "+19990000000"]),
            "extension": st.sampled_from(["1000", "4711", "x"]),
            "locationId": st.sampled_from([*NAMES["locationId"], "nowhere"]),
        },
    )
    license = st.fixed_dictionaries(
        {"id": st.sampled_from(NAMES["licenseId"])},
        optional={"operation": st.sampled_from(["add", "remove", "ADD", "Remove"]), "properties": properties},
    )
    site = st.fixed_dictionaries(
        {
            "siteUrl": st.sampled_from(["small.webex.com", "nowhere.webex.com"]),
            "accountType": st.sampled_from(["attendee", "HOST"]),
        },
        optional={"operation": st.sampled_from(["add", "remove"])},
    )
    whom = st.one_of(
        st.fixed_dictionaries({"personId": st.sampled_from(NAMES["personId"])}),
        st.fixed_dictionaries({"email": st.sampled_from(NAMES["email"])}),
    )
    what = st.fixed_dictionaries(
        {"licenses": st.lists(license, min_size=1, max_size=5)},
        optional={"siteUrls": st.lists(site, max_size=3), "orgId": st.sampled_from(NAMES["orgId"])},
    )
    return st.builds(lambda one, other: one | other, whom, what)


_BODIES: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "assignLicenses": _orders(),
    "getAccessToken": st.fixed_dictionaries(
        {
            "grant_type": st.sampled_from(["refresh_token", "authorization_code"]),
            "client_id": st.just("C1"),
            "client_secret": st.sampled_from(["S1", "S1", "no"]),
            "refresh_token": st.just("R1"),
        },
        optional={"code": st.just("x"), "redirect_uri": st.just(CLIENT["redirectUri"])},
    ),
    "getApplicationToken": st.fixed_dictionaries(
        {
            "clientId": st.just("C1"),
            "clientSecret": st.sampled_from(["S1", "no"]),
            "targetOrgId": st.sampled_from(NAMES["orgId"]),
        }
    ),
}


_MOSTLY = st.sampled_from([True] * 9 + [False])
"""What Hypothesis finds simplest comes first, and far more often than its share."""


@st.composite
def calls(draw: st.DrawFn, label: str) -> httpx.Request:
    """A call of one operation (`GET /v1/people`), whose token is one of `TOKENS` as a rule."""
    operation = OPERATIONS[label]
    case: Any = draw(operation.as_strategy(generation_mode=draw(st.sampled_from(list(GenerationMode)))))
    if draw(_MOSTLY):
        _put_names_in(draw, case, operation)
    if draw(_MOSTLY):
        ours = "partner" if "/partner/" in label else "own"
        token = draw(st.sampled_from([*[ours] * 12, "partner", "partner", *TOKENS]))
        headers = {name: value for name, value in (case.headers or {}).items() if name.lower() != "authorization"}
        case.headers = headers | {"Authorization": f"Bearer {token}"}
    return _request(case)


def _put_names_in(draw: st.DrawFn, case: Any, operation: Any) -> None:
    for name in case.path_parameters or {}:
        if name in NAMES and draw(_MOSTLY):
            case.path_parameters[name] = draw(st.sampled_from(NAMES[name]))
    known = [parameter.name for parameter in operation.query if parameter.name in NAMES]
    chosen = draw(st.lists(st.sampled_from(known), unique=True, max_size=3)) if known else []
    query = dict(case.query or {}) if draw(st.booleans()) else {}
    case.query = query | {name: draw(st.sampled_from(NAMES[name])) for name in chosen}
    made = _BODIES.get(operation.definition.raw["operationId"])
    if made is not None and draw(_MOSTLY):
        case.body, case.media_type = draw(made), operation.get_request_payload_content_types()[0]


def _request(case: Any) -> httpx.Request:
    """As a client sends it. What no HTTP client can write is not tried."""
    try:
        sent = requests.Request(**case.as_transport_kwargs(base_url="http://sandbox")).prepare()
        headers = {name: str(value) for name, value in sent.headers.items()}
        body: Any = sent.body or b""
        return httpx.Request(str(sent.method), str(sent.url), headers=headers, content=body)
    except (ValueError, UnicodeError, TypeError, httpx.InvalidURL, requests.RequestException):
        assume(False)
        raise
