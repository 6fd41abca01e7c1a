"""`/sandbox/...`: what people do to an organization shows in the Webex API at once, and can be taken back."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox import State, create_app
from tests.unit.sandbox.calls import MAIN, call, item, organization


def test_somebody_is_hired_and_leaves() -> None:
    """On arrival listed with licenses and a unit taken; after leaving nowhere."""
    state = organization(groups=[{"name": "Sales"}])
    app = create_app(state)
    bob = {"email": "bob@acme.example", "name": "Bob Builder", "licenses": ["msg", "pro"]}
    assert call(app, "POST", "/sandbox/people", bob, token=None).status_code == 200
    call(app, "POST", "/sandbox/groups/Sales/members", {"add": ["bob@acme.example"]})
    listed = call(app, "GET", "/v1/people?email=bob@acme.example&callingData=true").json()["items"][0]
    assert (listed["displayName"], len(listed["licenses"]), listed["extension"]) == ("Bob Builder", 2, "1000")
    assert call(app, "DELETE", "/sandbox/people/bob@acme.example").status_code == 200
    assert call(app, "GET", "/v1/people?email=bob@acme.example").json()["items"] == []
    assert state.licenses["pro"].consumed == 0
    assert state.groups["Sales"].members == {}
    assert state.extensions == {}


def test_somebody_moves_between_groups() -> None:
    """Members and memberSize follow; unknown people and groups are 404 and nothing moves."""
    state = organization(groups=[{"name": "Sales", "members": ["ann@acme.example"]}])
    app = create_app(state)
    assert (
        call(app, "POST", "/sandbox/groups/Sales/members", {"remove": ["ann@acme.example"]}).json()["memberSize"] == 0
    )
    unknown = {"add": ["ann@acme.example", "nobody@acme.example"]}
    assert call(app, "POST", "/sandbox/groups/Sales/members", unknown).status_code == 404
    assert call(app, "POST", "/sandbox/groups/Ghosts/members", {"add": []}).status_code == 404
    assert state.groups["Sales"].members == {}


def test_somebody_clicks_in_control_hub() -> None:
    """No rule is asked: beyond the total, without prerequisites, host and attendee at once."""
    state = organization(
        {"email": "ann@acme.example", "licenses": ["msg"]}, {"email": "b@x.example", "licenses": ["scarce"]}
    )
    app = create_app(state)
    clicks = {"email": "ann@acme.example", "add": ["scarce", "host"], "remove": ["msg"], "addAttendee": [MAIN]}
    answer = call(app, "POST", "/sandbox/assign", clicks).json()
    assert answer == {"email": "ann@acme.example", "licenses": ["scarce", "host"], "attendeeSites": [MAIN]}
    person = call(app, "GET", f"/v1/people/{state.people[0].id}").json()
    assert person["siteUrls"] == [MAIN, f"{MAIN}#attendee"]
    assert call(app, "POST", "/sandbox/assign", {"email": "ann@acme.example", "add": ["gold"]}).status_code == 400


def test_units_are_bought_and_lost() -> None:
    """The total shows at once and may be less than what is in use."""
    state = organization({"email": "ann@acme.example", "licenses": ["scarce"]})
    app = create_app(state)
    assert call(app, "POST", "/sandbox/licenses/scarce", {"total": 0}).json() == {
        "key": "scarce",
        "total": 0,
        "consumed": 1,
    }
    shown = call(app, "GET", f"/v1/licenses/{state.licenses['scarce'].id}").json()
    assert (shown["totalUnits"], shown["consumedUnits"]) == (0, 1)
    assert call(app, "POST", "/sandbox/licenses/gold", {"total": 1}).status_code == 404
    assert call(app, "POST", "/sandbox/licenses/scarce", {"units": 1}).status_code == 400


def test_every_webex_call_is_recorded_and_no_other() -> None:
    """Method, path, status, the person a PATCH is about, and when."""
    state = organization()
    app = create_app(state)
    call(app, "GET", "/v1/licenses", token=None)
    call(app, "PATCH", "/v1/licenses/users", {"personId": state.people[0].id, "licenses": [item(state, "msg")]})
    call(app, "GET", "/sandbox/state")
    seen: list[dict[str, Any]] = call(app, "GET", "/sandbox/requests").json()["items"]
    assert [(one["method"], one["path"], one["status"], one["person"]) for one in seen] == [
        ("GET", "/v1/licenses", 401, None),
        ("PATCH", "/v1/licenses/users", 200, "ann@acme.example"),
    ]
    assert seen[0]["at"].endswith("Z")


def test_the_state_is_a_sandbox_file_without_tokens() -> None:
    """What GET /sandbox/state answers can be loaded again; tokens are nobody's business."""
    state = organization(tokens=[{"token": "secret"}])
    shape = call(create_app(state), "GET", "/sandbox/state").json()
    assert "tokens" not in shape
    assert State.from_shape(shape).to_file_shape() == state.to_file_shape(tokens=False)


def test_reset_goes_back_to_the_file() -> None:
    """Changes, record and faults are gone, and whoever holds the state sees it."""
    for state in (organization({"email": "ann@acme.example", "licenses": ["msg"]}), State.generate(30, 3, 1)):
        before = state.to_file_shape()
        app = create_app(state)
        email = state.people[0].email
        call(app, "POST", "/sandbox/licenses/" + next(iter(state.licenses)), {"total": 7777})
        call(app, "DELETE", f"/sandbox/people/{email}")
        call(app, "POST", "/sandbox/faults", {"then": {"status": 500}})
        assert state.to_file_shape() != before
        assert call(app, "POST", "/sandbox/reset").status_code == 200
        assert state.to_file_shape() == before
        assert call(app, "GET", f"/v1/people?email={email}").json()["items"][0]["emails"] == [email]
        assert len(call(app, "GET", "/sandbox/requests").json()["items"]) == 1


def test_a_change_is_seen_in_lists_that_were_read_before() -> None:
    """Kept answers are forgotten: people, Calling data, SCIM, holders, numbers."""
    state = organization()
    app = create_app(state)
    person = f"/v1/people/{state.people[0].id}?callingData=true"
    holders = f"/v1/licenses/{state.licenses['pro'].id}?includeAssignedTo=user"
    for path in (person, holders, "/v1/people", "/v1/telephony/config/numbers"):
        call(app, "GET", path)
    wanted = {
        "email": "ann@acme.example",
        "licenses": [item(state, "pro", phoneNumber="+14085550100", extension="4711")],
    }
    assert call(app, "PATCH", "/v1/licenses/users", wanted).status_code == 200
    assert call(app, "GET", person).json()["extension"] == "4711"
    assert call(app, "GET", "/v1/people").json()["items"][0]["licenses"] == [state.licenses["pro"].id]
    assert len(call(app, "GET", holders).json()["users"]) == 1
    numbers = call(app, "GET", "/v1/telephony/config/numbers").json()["phoneNumbers"]
    assert numbers[0]["owner"]["id"] == state.people[0].id
    assert [row for row in numbers if "phoneNumber" not in row] == []
