"""SCIM searches: the filters, orders and attributes that Webex documents, and its own kind of error for all others."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from reconciler.sandbox import State, create_app
from tests.unit.sandbox.calls import call, item, organization, patch

ORGANIZATION = "urn:scim:schemas:extension:cisco:webexidentity:2.0:User:meta.organizationId"


def directory() -> State:
    """Three users, of whom one has a phone; a bot, which is no user."""
    return organization(
        {"email": "cyd@acme.example", "name": "Cyd Alpha", "workPhone": "+14085550100"},
        {"email": "ann@acme.example", "name": "Ann Beta", "otherEmails": ["queen@acme.example"]},
        {"email": "bob@other.example", "name": "Bob Alpha", "active": False},
        {"email": "bot@acme.example", "type": "bot"},
        groups=[{"name": "Sales", "members": ["ann@acme.example"]}],
    )


def search(state: State, query: str) -> Any:
    """The answer to a search."""
    return call(create_app(state), "GET", f"/identity/scim/{state.org_uuid}/v2/Users?{query}")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["cyd", "ann", "bob"]),
        ('userName eq "ANN@acme.example"', ["ann"]),
        ('userName eq "queen@acme.example"', []),
        ('emails.value eq "queen@acme.example"', ["ann"]),
        ('userName sw "b"', ["bob"]),
        ('username EW "acme.example"', ["cyd", "ann"]),
        ('name.familyName eq "alpha"', ["cyd", "bob"]),
        ('name.familyName eq "alpha" and userName sw "b" or displayName eq "Ann Beta"', ["ann", "bob"]),
        ('name.familyName eq "alpha" and (userName sw "b" or displayName eq "Ann Beta")', ["bob"]),
        ('phoneNumbers[type eq "work" and value sw "+1408"]', ["cyd"]),
        ('emails[type eq "work" and value sw "queen"]', ["ann"]),
        ('phoneNumbers.value ew "0100"', ["cyd"]),
        ('department eq "Sales"', []),
        ('displayName eq "Ann \\"Beta"', []),
    ],
)
def test_a_filter_finds_whom_it_describes(text: str, found: list[str]) -> None:
    """eq, sw, ew in any case, and, or, parentheses, brackets, further addresses."""
    users = search(directory(), f"filter={quote(text)}").json()
    assert [user["userName"].partition("@")[0] for user in users["Resources"]] == found
    assert (users["totalResults"], users["itemsPerPage"], users["startIndex"]) == (len(found), len(found), 1)


def test_the_organization_can_be_asked_for() -> None:
    """The filter that Webex's own example has: everybody, or nobody."""
    state = directory()
    assert (
        search(state, f"filter={quote(f'{ORGANIZATION} eq {chr(34)}{state.org_uuid}{chr(34)}')}").json()["totalResults"]
        == 3
    )
    assert search(state, f"filter={quote(f'{ORGANIZATION} eq {chr(34)}x{chr(34)}')}").json()["totalResults"] == 0


@pytest.mark.parametrize(
    "query",
    [
        *(
            f"filter={quote(text)}"
            for text in (
                'id sw "1"', "externalId pr", 'userName co "a"', 'title eq "x"', 'userName eq ann', "userName eq", "(", ")",
                'userName eq "a" userName eq "b"', 'name[x eq "y"]', 'emails.type eq "work"', "((((((((((((((((((((((" ,
                'emails[type eq "work"', '"x"', "userName", 'emails[emails[value eq "x"]]', 'userName eq "a',
            )
        ),
        "sortBy=title",
        "sortBy=id&sortOrder=up",
        "startIndex=x",
        "count=1.5",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_400_as_scim_writes_it(query: str) -> None:
    """Unsupported attributes and operators, broken filters, other orders, no numbers."""
    answer = search(directory(), query)
    body = answer.json()
    assert (answer.status_code, body["status"]) == (400, "400")
    assert body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    tracking = body["urn:scim:schemas:extension:cisco:webexidentity:api:messages:2.0:Error"]["trackingId"]
    assert tracking == answer.headers["Trackingid"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sortBy=userName", ["ann", "bob", "cyd"]),
        ("sortBy=username&sortOrder=descending", ["cyd", "bob", "ann"]),
        ("startIndex=2&count=1", ["ann"]),
        ("startIndex=0&count=2", ["cyd", "ann"]),
        ("startIndex=9", []),
        ("count=0", []),
        ("count=-5", []),
        ("count=100000", ["cyd", "ann", "bob"]),
    ],
)
def test_searches_sort_and_page(query: str, found: list[str]) -> None:
    """By userName both ways; startIndex from 1, less is 1; count less than 0 is 0; the total is of all found."""
    users = search(directory(), query).json()
    assert [user["userName"].partition("@")[0] for user in users["Resources"]] == found
    assert users["totalResults"] == 3


def test_attributes_say_what_is_wanted_and_what_is_not() -> None:
    """`attributes` leaves only these beside id, schemas and meta; `excludedAttributes` takes away."""
    state = directory()
    few = search(state, "attributes=userName,name.givenName").json()["Resources"][0]
    assert set(few) == {"schemas", "id", "meta", "userName", "name"}
    less = search(state, "excludedAttributes=emails,id").json()["Resources"][0]
    assert "emails" not in less
    assert "id" in less


def test_groups_come_on_demand_and_by_usage() -> None:
    """returnGroups shows the groups somebody is in; Calling made one of the location, which /groups lists only if told."""
    state = directory()
    state.people.insert(0, state.people.pop(1))
    ann = state.people[0]
    assert patch(state, item(state, "pro", location="hq", extension="4711")).status_code == 200
    path = f"/identity/scim/{state.org_uuid}/v2/Users/{ann.uuid}"
    app = create_app(state)
    assert "groups" not in call(app, "GET", path).json()
    assert [group["display"] for group in call(app, "GET", f"{path}?returnGroups=true").json()["groups"]] == [
        "Sales",
        "HQ",
    ]
    wanted = call(app, "GET", f"{path}?includeGroupDetails=true&groupUsageTypes=location").json()["groups"]
    assert [group["display"] for group in wanted] == ["HQ"]
    assert [group["displayName"] for group in call(app, "GET", "/v1/groups").json()["groups"]] == ["Sales"]
    loud = call(create_app(state, faults={"locationGroups": True}), "GET", "/v1/groups").json()["groups"]
    assert [(group["displayName"], group["usage"]) for group in loud] == [("Sales", "security"), ("HQ", "location")]


def test_the_group_of_a_location_stays_when_calling_is_gone_and_survives_a_dump() -> None:
    """Losing Calling leaves the membership; a dumped organization has the same group."""
    state = organization()
    patch(state, item(state, "pro", location="hq", extension="4711"))
    patch(state, item(state, "pro", "remove"))
    again = State.from_shape(state.to_file_shape())
    group = again.groups["location:hq"]
    assert (group.name, group.usage, [person.email for person in group.members.values()]) == (
        "HQ",
        "location",
        ["ann@acme.example"],
    )


def test_a_user_that_is_changed_has_another_version() -> None:
    """meta.version is the same as long as nothing changes, and another one afterwards."""
    state = directory()
    app = create_app(state)
    path = f"/identity/scim/{state.org_uuid}/v2/Users/{state.people[0].uuid}"
    first = call(app, "GET", path).json()["meta"]["version"]
    assert call(app, "GET", path).json()["meta"]["version"] == first
    assert (
        call(
            app, "PATCH", "/v1/licenses/users", {"email": "cyd@acme.example", "licenses": [item(state, "msg")]}
        ).status_code
        == 200
    )
    assert call(app, "GET", path).json()["meta"]["version"] != first
