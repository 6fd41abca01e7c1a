"""`/sandbox/...`: people change, invitations are answered, groups, numbers and sites come and go; the API shows it at once."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from reconciler.sandbox import State, create_app
from tests.unit.sandbox.calls import MAIN, call, item, organization

ANN = {"email": "ann@acme.example", "name": "Ann Example", "licenses": ["msg"]}
IDENTITY = "urn:scim:schemas:extension:cisco:webexidentity:2.0:User"


def post(app: Starlette, path: str, body: Any = None) -> httpx.Response:
    """One call under `/sandbox`."""
    return call(app, "POST", f"/sandbox{path}", body if body is not None else {}, token=None)


def person(app: Starlette, email: str) -> dict[str, Any]:
    """Who has this address, with Calling data."""
    found: dict[str, Any] = call(app, "GET", f"/v1/people?email={email}&callingData=true").json()["items"][0]
    return found


def events(app: Starlette) -> list[tuple[str, str]]:
    """What happened, and to whom."""
    items = call(app, "GET", "/sandbox/life").json()["items"]
    assert {event["by"] for event in items} <= {"call"}
    return [(event["what"], event["who"]) for event in items]


# -- people -----------------------------------------------------------------------------------------------------------------


def test_a_name_changes_wherever_it_is_shown() -> None:
    """People, groups' members and holders show the new one, though they were read before; the search finds it."""
    state = organization(ANN, groups=[{"name": "All", "members": ["ann@acme.example"]}])
    app = create_app(state)
    members = f"/v1/groups/{state.groups['All'].id}/members"
    holders = f"/v1/licenses/{state.licenses['msg'].id}?includeAssignedTo=user"
    for path in (members, holders, "/v1/people?displayName=Ann"):
        call(app, "GET", path)
    assert post(app, "/people/ann@acme.example", {"name": "Zoë van Dijk"}).status_code == 200
    assert (person(app, "ann@acme.example")["firstName"], person(app, "ann@acme.example")["lastName"]) == (
        "Zoë van",
        "Dijk",
    )
    assert call(app, "GET", members).json()["members"][0]["displayName"] == "Zoë van Dijk"
    assert call(app, "GET", holders).json()["users"][0]["displayName"] == "Zoë van Dijk"
    assert call(app, "GET", "/v1/people?displayName=Ann").json()["items"] == []
    assert len(call(app, "GET", "/v1/people?displayName=zo").json()["items"]) == 1


def test_an_address_changes_and_the_id_stays() -> None:
    """The old address is nobody's and free for somebody new, who has an id of their own."""
    app = create_app(organization(ANN))
    before = person(app, "ann@acme.example")["id"]
    assert post(app, "/people/ann@acme.example", {"email": "ann.smith@acme.example"}).json()["id"] == before
    assert person(app, "ann.smith@acme.example")["id"] == before
    assert call(app, "GET", "/v1/people?email=ann@acme.example").json()["items"] == []
    newcomer = post(app, "/people", {"email": "ann@acme.example"}).json()
    assert newcomer["id"] != before
    assert call(app, "GET", f"/v1/people/{before}").json()["emails"] == ["ann.smith@acme.example"]
    assert events(app) == [("readdress", "ann.smith@acme.example"), ("hire", "ann@acme.example")]


def test_an_address_that_is_taken_changes_nothing() -> None:
    """409, and neither the name nor the address is different."""
    app = create_app(organization(ANN, {"email": "bob@acme.example"}))
    answer = post(app, "/people/ann@acme.example", {"email": "BOB@acme.example", "name": "Bob"})
    assert (answer.status_code, person(app, "ann@acme.example")["displayName"]) == (409, "Ann Example")
    assert events(app) == []


def test_somebody_is_deactivated_and_comes_back() -> None:
    """loginEnabled and SCIM's active follow; licenses stay, and are counted."""
    state = organization(ANN)
    app = create_app(state)
    for active in (False, True):
        post(app, "/people/ann@acme.example", {"active": active})
        user = call(app, "GET", f"/identity/scim/{state.org_uuid}/v2/Users/{state.people[0].uuid}").json()
        assert (person(app, "ann@acme.example")["loginEnabled"], user["active"]) == (active, active)
        assert state.licenses["msg"].consumed == 1
    assert [what for what, _ in events(app)] == ["deactivate", "reactivate"]


def test_a_pending_invitation_ends_with_the_first_sign_in() -> None:
    """invitePending false, on the person and by /accept as well."""
    app = create_app(organization(ANN | {"invitePending": True}, {"email": "b@x.example", "invitePending": True}))
    assert person(app, "ann@acme.example")["invitePending"] is True
    post(app, "/people/ann@acme.example", {"invitePending": False})
    post(app, "/people/b@x.example/accept")
    assert [person(app, email)["invitePending"] for email in ("ann@acme.example", "b@x.example")] == [False, False]


def test_a_work_phone_comes_and_goes() -> None:
    """A key left out changes nothing, null takes it away."""
    app = create_app(organization(ANN))
    post(app, "/people/ann@acme.example", {"workPhone": "+14085550100"})
    post(app, "/people/ann@acme.example", {"name": "Ann"})
    assert person(app, "ann@acme.example")["phoneNumbers"] == [{"type": "work", "value": "+14085550100"}]
    post(app, "/people/ann@acme.example", {"workPhone": None})
    assert "phoneNumbers" not in person(app, "ann@acme.example")


def test_a_site_administrator_cannot_be_an_attendee_until_the_role_goes() -> None:
    """SCIM shows the role; the PATCH is 400216, then 200."""
    state = organization(ANN)
    app = create_app(state)
    wish = {"email": "ann@acme.example", "siteUrls": [{"siteUrl": MAIN, "accountType": "attendee"}]}
    post(app, "/people/ann@acme.example", {"siteAdminOf": [MAIN.upper()]})
    user = call(app, "GET", f"/identity/scim/{state.org_uuid}/v2/Users/{state.people[0].uuid}").json()
    assert user[IDENTITY]["managedSites"][0]["siteName"] == MAIN
    refused = call(app, "PATCH", "/v1/licenses/users", wish)
    assert refused.json()["errors"][0]["errorCode"] == 400216
    post(app, "/people/ann@acme.example", {"siteAdminOf": []})
    assert call(app, "PATCH", "/v1/licenses/users", wish).status_code == 200


# -- invitations ------------------------------------------------------------------------------------------------------------


def invited() -> tuple[State, Starlette]:
    """Eve of another organization has been given a host license, which waits."""
    state = organization(ANN, {"email": "eve@partner.example", "external": True})
    app = create_app(state)
    wish = {"email": "eve@partner.example", "licenses": [item(state, "host")]}
    answer = call(app, "PATCH", "/v1/licenses/users", wish)
    assert (answer.status_code, answer.json()["licenses"]) == (200, [])
    assert answer.json()["pendingLicenses"] == [state.licenses["host"].id]
    assert state.licenses["host"].consumed == 0
    return state, app


def test_an_accepted_invitation_takes_the_unit() -> None:
    """Pending becomes held: the holder is EXTERNAL, the counter is up, and nothing is pending any more."""
    state, app = invited()
    answer = post(app, "/people/eve@partner.example/accept").json()
    assert answer["licenses"] == ["host"]
    users = call(app, "GET", f"/v1/licenses/{state.licenses['host'].id}?includeAssignedTo=user").json()["users"]
    assert [(user["email"], user["type"]) for user in users] == [("eve@partner.example", "EXTERNAL")]
    assert state.licenses["host"].consumed == 1
    again = {"email": "eve@partner.example", "licenses": [item(state, "host")]}
    assert "pendingLicenses" not in call(app, "PATCH", "/v1/licenses/users", again).json()
    assert events(app) == [("accept", "eve@partner.example")]


def test_a_declined_invitation_leaves_nothing() -> None:
    """Nothing pending, nothing held; accepting what is not pending is 409."""
    state, app = invited()
    assert post(app, "/people/eve@partner.example/decline").json()["licenses"] == []
    assert post(app, "/people/eve@partner.example/accept", {"licenses": ["host"]}).status_code == 409
    assert state.licenses["host"].consumed == 0


def test_what_waits_is_part_of_the_state() -> None:
    """GET /sandbox/state shows it, and an organization made of that has it again."""
    state, app = invited()
    shape = call(app, "GET", "/sandbox/state").json()
    assert State.from_shape(shape).externals[0].pending_licenses[0].key == "host"
    assert State.from_shape(shape).to_file_shape() == state.to_file_shape()


# -- groups -----------------------------------------------------------------------------------------------------------------


def test_a_group_appears_is_renamed_and_goes() -> None:
    """Listed with its members; under the new name with the same id; then 404, and no longer nested anywhere."""
    state = organization(ANN, groups=[{"name": "All"}])
    app = create_app(state)
    made = post(app, "/groups", {"name": "Pilot", "members": ["ann@acme.example"]}).json()
    assert made["memberSize"] == 1
    state.groups["All"].nested = ["Pilot"]
    assert post(app, "/groups/Pilot", {"name": "Rollout"}).json() == {"id": made["id"], "name": "Rollout"}
    found = call(app, "GET", '/v1/groups?filter=displayName eq "Rollout"').json()["groups"]
    assert [(group["id"], group["memberSize"]) for group in found] == [(made["id"], 1)]
    assert State.from_shape(state.to_file_shape()).to_file_shape() == state.to_file_shape()
    assert call(app, "DELETE", "/sandbox/groups/Rollout").status_code == 200
    assert call(app, "GET", f"/v1/groups/{made['id']}").status_code == 404
    assert state.groups["All"].nested == []
    assert [what for what, _ in events(app)] == ["newGroup", "renameGroup", "deleteGroup"]


def test_two_groups_cannot_share_a_name_by_accident() -> None:
    """New and renamed: 409; unknown members: 404 and no group."""
    state = organization(ANN, groups=[{"name": "All"}, {"name": "Sales"}])
    app = create_app(state)
    assert post(app, "/groups", {"name": "All"}).status_code == 409
    assert post(app, "/groups/Sales", {"name": "All"}).status_code == 409
    assert post(app, "/groups", {"name": "New", "members": ["nobody@x.example"]}).status_code == 404
    assert list(state.groups) == ["All", "Sales"]


# -- numbers and sites ------------------------------------------------------------------------------------------------------


def numbers(app: Starlette, query: str = "") -> list[str]:
    """The numbers listed."""
    rows = call(app, "GET", f"/v1/telephony/config/numbers?{query}").json()["phoneNumbers"]
    return [row["phoneNumber"] for row in rows if "phoneNumber" in row]


def test_a_number_comes_is_switched_and_goes() -> None:
    """Available at once, not as INACTIVE, gone after removal."""
    app = create_app(organization())
    new = "+14085550177"
    assert post(app, "/numbers", {"number": new, "location": "hq"}).status_code == 200
    assert new in numbers(app, "available=true&state=ACTIVE")
    post(app, f"/numbers/{new}", {"state": "INACTIVE"})
    assert new not in numbers(app, "available=true&state=ACTIVE")
    assert call(app, "DELETE", f"/sandbox/numbers/{new}").status_code == 200
    assert new not in numbers(app)
    assert events(app) == [("newNumber", new), ("numberState", new), ("removeNumber", new)]


def test_a_number_is_released_and_taken_by_somebody_else() -> None:
    """From Ann, who keeps license, extension and location; then a hunt group has it and nobody can get it."""
    ann = {"email": "ann@acme.example", "licenses": ["pro"], "workPhone": "+14085550100", "extension": "100"}
    state = organization(ann | {"location": "hq"})
    state.claim(state.people[0], state.locations["hq"], state.numbers["+14085550100"], "100")
    app = create_app(state, faults={"numberRelease": 1000})
    assert call(app, "DELETE", "/sandbox/numbers/+14085550100").status_code == 409
    assert post(app, "/numbers/+14085550100", {"release": True}).json()["free"] is True
    seen = person(app, "ann@acme.example")
    assert (seen["extension"], [phone["value"] for phone in seen["phoneNumbers"]]) == ("100", ["+14085550100", "100"])
    assert numbers(app, "available=true&phoneNumber=%2B14085550100") == ["+14085550100"]
    post(app, "/numbers/14085550100", {"owner": {"type": "HUNT_GROUP", "name": "Front desk"}})
    assert numbers(app, "available=true&phoneNumber=%2B14085550100") == []


def test_the_attendee_feature_of_a_site_is_switched() -> None:
    """Off: nobody can become an attendee there, who is one stays one. On: as before."""
    state = organization(ANN, {"email": "bob@acme.example", "attendeeSites": [MAIN]})
    app = create_app(state)
    wish = {"email": "ann@acme.example", "siteUrls": [{"siteUrl": MAIN, "accountType": "attendee"}]}
    post(app, f"/sites/{MAIN}", {"attendees": False})
    assert call(app, "PATCH", "/v1/licenses/users", wish).status_code == 400
    assert person(app, "bob@acme.example")["siteUrls"] == [f"{MAIN}#attendee"]
    assert call(app, "GET", "/sandbox/state").json()["attendeeOff"] == [MAIN]
    post(app, f"/sites/{MAIN}", {"attendees": True})
    assert call(app, "PATCH", "/v1/licenses/users", wish).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/people/nobody@x.example", {}, 404),
        ("POST", "/people/nobody@x.example/accept", {}, 404),
        ("POST", "/people/ann@acme.example", {"email": "no address"}, 400),
        ("POST", "/people/ann@acme.example", {"name": " "}, 400),
        ("POST", "/people/ann@acme.example", {"activ": False}, 400),
        ("POST", "/groups", {"name": ""}, 400),
        ("POST", "/groups/Ghosts", {"name": "X"}, 404),
        ("DELETE", "/groups/Ghosts", None, 404),
        ("POST", "/numbers", {"number": "4711", "location": "hq"}, 400),
        ("POST", "/numbers", {"number": "+14085550177", "location": "moon"}, 400),
        ("POST", "/numbers", {"number": "+14085550100", "location": "hq"}, 409),
        ("POST", "/numbers/+1", {"release": True}, 404),
        ("POST", "/numbers/+14085550100", {"state": "ASLEEP"}, 400),
        ("POST", "/numbers/+14085550100", {"owner": {"type": "PEOPLE", "email": "ann@acme.example"}}, 400),
        ("POST", "/sites/elsewhere.webex.com", {"attendees": True}, 404),
        ("POST", "/sites/old.webex.com", {"attendees": True}, 404),
        ("POST", "/life", {"perMinute": -1}, 400),
        ("POST", "/life", {"weights": {"party": 1}}, 400),
        ("POST", "/life/now", {"times": 0}, 400),
        ("GET", "/life?since=yesterday", None, 400),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_happens(method: str, path: str, body: Any, status: int) -> None:
    """Unknown things 404, taken ones 409, nonsense 400; state and journal stay as they were."""
    state = organization(ANN)
    app, before = create_app(state), state.to_file_shape()
    answer = call(app, method, f"/sandbox{path}", body)
    assert (answer.status_code, bool(answer.json()["message"])) == (status, True)
    assert state.to_file_shape() == before
    assert events(app) == []
