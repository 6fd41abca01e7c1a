"""Lists come in Webex's pages: caps in silence, cursors that survive changes, absolute links that keep the question."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from reconciler.sandbox import State, create_app
from tests.unit.sandbox.calls import call, organization


def crowd(count: int, **more: Any) -> State:
    """So many people, all with Calling data to show."""
    people = [
        {
            "email": f"p{at}@acme.example",
            "licenses": ["msg"],
            "location": "hq" if at % 60 < 10 else "lab",
            "extension": str(2000 + at),
        }
        for at in range(count)
    ]
    return organization(*people, **more)


def pages(app: Starlette, path: str) -> list[Any]:
    """The bodies of all pages, by following Link."""
    bodies = []
    url: str | None = path
    while url:
        answer = call(app, "GET", url)
        assert answer.status_code == 200
        bodies.append(answer.json())
        url = answer.links.get("next", {}).get("url")
    return bodies


def emails(bodies: list[Any]) -> list[str]:
    """Everybody's address, page after page."""
    return [person["emails"][0] for body in bodies for person in body["items"]]


@pytest.mark.parametrize(
    ("query", "sizes"),
    [
        ("", [100, 100, 50]),
        ("max=120", [120, 120, 10]),
        ("max=5000", [250]),
        ("max=1000&callingData=true", [100, 100, 50]),
    ],
)
def test_people_come_in_pages_of_the_documented_size(query: str, sizes: list[int]) -> None:
    """Default 100; callingData caps at 100 in silence; everybody once."""
    state = crowd(250)
    bodies = pages(create_app(state), f"/v1/people?{query}")
    assert [len(body["items"]) for body in bodies] == sizes
    assert emails(bodies) == [person.email for person in state.people]


def test_the_plain_cap_is_a_thousand() -> None:
    """max=5000 gives 1,000 a page."""
    assert [len(body["items"]) for body in pages(create_app(crowd(1200)), "/v1/people?max=5000")] == [1000, 200]


def test_the_location_filter_acts_on_each_page_so_that_pages_can_be_empty() -> None:
    """Pages of 50 are cut before the filter: some are short, one is empty, and the link still leads on."""
    state = crowd(180)
    wanted = state.locations["hq"].id
    bodies = pages(create_app(state), f"/v1/people?callingData=true&max=1000&locationId={wanted}")
    assert [len(body["items"]) for body in bodies] == [10, 10, 10, 0]


def test_the_link_is_absolute_and_keeps_the_question() -> None:
    """Scheme, host, callingData and orgId stay; the cursor decodes to the last person of the page."""
    state = crowd(3)
    app = create_app(state)
    link = call(app, "GET", f"/v1/people?max=2&callingData=true&orgId={state.org_id}").links["next"]["url"]
    url = httpx.URL(link)
    assert (url.host, url.path) == ("sandbox", "/v1/people")
    assert url.params["callingData"] == "true"
    assert url.params["orgId"] == state.org_id
    assert url.params["after"] == state.people[1].id
    assert "before&after=" in link


def test_a_cursor_survives_that_its_person_leaves() -> None:
    """Two people leave while somebody is reading: nobody else is skipped or seen twice."""
    state = crowd(6)
    app = create_app(state)
    first = call(app, "GET", "/v1/people?max=3")
    for email in ("p2@acme.example", "p1@acme.example"):
        call(app, "DELETE", f"/sandbox/people/{email}")
    rest = call(app, "GET", first.links["next"]["url"]).json()
    assert emails([rest]) == ["p3@acme.example", "p4@acme.example", "p5@acme.example"]


def test_a_cursor_of_nobody_is_400() -> None:
    """An invented cursor is an error, not an empty list."""
    assert call(create_app(crowd(3)), "GET", "/v1/people?after=bm9ib2R5").status_code == 400


@pytest.mark.parametrize("query", ["max=0", "max=many", "max=-5"])
def test_a_size_that_is_none_is_400(query: str) -> None:
    """Over-asking is capped, nonsense is refused."""
    assert call(create_app(crowd(3)), "GET", f"/v1/people?{query}").status_code == 400


def test_calling_fields_are_there_only_when_asked_for() -> None:
    """Without callingData no extension, no location, no extension among the phone numbers."""
    app = create_app(crowd(1))
    plain = call(app, "GET", "/v1/people").json()["items"][0]
    full = call(app, "GET", "/v1/people?callingData=true").json()["items"][0]
    assert {"extension", "locationId", "phoneNumbers"} & set(plain) == set()
    assert full["extension"] == "2000"
    assert {"type": "work_extension", "value": "2000", "primary": True} in full["phoneNumbers"]


def test_holders_come_in_pages_by_cursor() -> None:
    """limit is capped at 300; the cursor holds on to the list as it was."""
    state = crowd(650)
    app = create_app(state)
    path = f"/v1/licenses/{state.licenses['msg'].id}?includeAssignedTo=user&limit=1000"
    bodies = pages(app, path)
    assert [len(body["users"]) for body in bodies] == [300, 300, 50]
    first = call(app, "GET", path)
    call(app, "POST", "/sandbox/assign", {"email": "p0@acme.example", "remove": ["msg"]})
    second = call(app, "GET", first.links["next"]["url"]).json()
    assert second["users"][0]["email"] == "p300@acme.example"
    assert second["consumedUnits"] == 649


def test_members_come_in_pages_without_paging_keys_in_the_body() -> None:
    """count is capped at 500, nested groups come last, memberSize counts everything."""
    members = [f"p{at}@acme.example" for at in range(700)]
    state = crowd(700, groups=[{"name": "All", "members": members, "groups": ["Inner"]}, {"name": "Inner"}])
    app = create_app(state)
    for last in ("members", "Members"):
        bodies = pages(app, f"/v1/groups/{state.groups['All'].id}/{last}?count=900")
        assert [len(body["members"]) for body in bodies] == [500, 201]
    assert set(bodies[0]) == {"id", "displayName", "orgId", "created", "lastModified", "memberSize", "usage", "members"}
    assert bodies[0]["memberSize"] == 701
    assert bodies[1]["members"][-1]["type"] == "group"


def test_members_can_be_repeated_across_pages() -> None:
    """The switch duplicateMembers repeats the last member of a page on the next one."""
    members = [f"p{at}@acme.example" for at in range(4)]
    state = crowd(4, groups=[{"name": "All", "members": members}])
    bodies = pages(
        create_app(state, faults={"duplicateMembers": True}), f"/v1/groups/{state.groups['All'].id}/members?count=2"
    )
    names = [member["displayName"] for body in bodies for member in body["members"]]
    assert names == ["P0", "P1", "P1", "P2", "P3"]


def test_scim_users_come_in_pages_by_index() -> None:
    """startIndex counts from 1, count defaults to 100, bots are no users."""
    state = crowd(130)
    state.people[5].type = "bot"
    app = create_app(state)
    path = f"/identity/scim/{state.org_uuid}/v2/Users"
    first, second = call(app, "GET", path).json(), call(app, "GET", f"{path}?startIndex=101&count=100").json()
    assert (first["totalResults"], first["itemsPerPage"], second["itemsPerPage"]) == (129, 100, 29)
    assert second["startIndex"] == 101
    one = call(app, "GET", f'{path}?filter=userName eq "P7@acme.example"').json()["Resources"]
    assert [user["id"] for user in one] == [state.people[7].uuid]


def test_numbers_come_in_pages_with_extensions_last() -> None:
    """start counts from 0; a free number has no owner key."""
    state = crowd(2)
    bodies = pages(create_app(state), "/v1/telephony/config/numbers?max=3")
    rows = [row for body in bodies for row in body["phoneNumbers"]]
    assert [row.get("phoneNumber") for row in rows] == [*state.numbers, None, None]
    assert "owner" not in rows[0]
    assert rows[3]["owner"]["type"] == "HUNT_GROUP"
    assert rows[5]["owner"]["id"] == state.people[0].id
    free = call(create_app(state), "GET", "/v1/telephony/config/numbers?available=true&state=ACTIVE").json()
    assert [row["phoneNumber"] for row in free["phoneNumbers"]] == ["+14085550100", "+14085550101", "+14085550104"]
