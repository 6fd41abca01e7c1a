"""Before an endpoint answers: tokens, scopes, rate, organization; and what every answer carries."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox import create_app
from tests.unit.sandbox.calls import call, item, organization

READ_ONLY = {"token": "reader", "scopes": ["spark-admin:people_read", "spark-admin:licenses_read"]}


@pytest.mark.parametrize("token", [None, ""])
def test_without_a_token_there_is_webex_s_401(token: str | None) -> None:
    """The message, errors and a ROUTER tracking id, as Webex sends them."""
    answer = call(create_app(organization()), "GET", "/v1/licenses", token=token)
    body = answer.json()
    assert answer.status_code == 401
    assert body["errors"][0]["description"] == body["message"]
    assert body["trackingId"] == answer.headers["trackingid"]
    assert body["trackingId"].startswith("ROUTER_")


def test_only_listed_tokens_count_once_some_are_listed() -> None:
    """A token the file does not list is 401, a listed one without scopes may do everything."""
    state = organization(tokens=[{"token": "admin"}, READ_ONLY])
    app = create_app(state)
    assert call(app, "GET", "/v1/people", token="admin").status_code == 200
    assert call(app, "GET", "/v1/people", token="other").status_code == 401


def test_a_reader_cannot_write() -> None:
    """Without people_write the PATCH is 403 and nothing changes; reading goes on."""
    state = organization(tokens=[READ_ONLY])
    app = create_app(state)
    body = {"email": "ann@acme.example", "licenses": [item(state, "msg")]}
    assert call(app, "PATCH", "/v1/licenses/users", body, token="reader").status_code == 403
    assert call(app, "GET", "/v1/groups", token="reader").status_code == 403
    assert call(app, "GET", "/v1/licenses", token="reader").status_code == 200
    assert state.people[0].licenses == []


def test_too_many_calls_are_429_with_a_time_to_wait() -> None:
    """Sixty a minute: ten at once, then one a second; another token has a bucket of its own."""
    now = [0.0]
    app = create_app(organization(), rate_limit=60, clock=lambda: now[0])
    assert [call(app, "GET", "/v1/licenses").status_code for _ in range(11)] == [200] * 10 + [429]
    refused = call(app, "GET", "/v1/licenses")
    assert refused.headers["retry-after"] == "1"
    assert call(app, "GET", "/v1/licenses", token="another").status_code == 200
    now[0] += 1
    assert call(app, "GET", "/v1/licenses").status_code == 200


def test_the_tracking_id_is_echoed_twice() -> None:
    """As the real gateway does with a client's TrackingID."""
    from tests.unit.sandbox.calls import talk

    answer = talk(
        create_app(organization()), lambda client: client.get("/v1/licenses", headers={"TrackingID": "MINE_1"})
    )
    assert answer.headers["trackingid"] == "MINE_1, MINE_1"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/people/nobody",
        "/v1/licenses/none",
        "/v1/groups/none",
        "/v1/nowhere",
        "/v1/people?orgId=elsewhere",
        "/v1/roles/x",
    ],
)
def test_what_is_not_there_is_404_in_webex_s_shape(path: str) -> None:
    """Message, errors and tracking id."""
    answer = call(create_app(organization()), "GET", path)
    assert answer.status_code == 404
    assert set(answer.json()) == {"message", "errors", "trackingId"}


def test_scim_has_errors_of_its_own_shape() -> None:
    """schemas, status as text, detail, and Cisco's extension with the tracking id."""
    state = organization()
    answer = call(create_app(state), "GET", f"/identity/scim/{state.org_uuid}/v2/Users/nobody")
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["status"]) == (404, "404")
    assert body["urn:scim:schemas:extension:cisco:webexidentity:api:messages:2.0:Error"]["trackingId"]


def test_a_license_shows_only_the_keys_it_has() -> None:
    """No subscriptionId on a free license, no siteUrl on one without a site; unpadded ids."""
    state = organization({"email": "ann@acme.example", "licenses": ["msg", "host"]})
    listed = {body["name"]: body for body in call(create_app(state), "GET", "/v1/licenses").json()["items"]}
    assert set(listed["Basic Messaging"]) == {
        "id", "name", "totalUnits", "consumedUnits", "consumedByUsers", "consumedByWorkspaces",
    }  # fmt: skip
    assert listed["Webex Meetings Suite"]["siteUrl"] in ("acme.webex.com", "old.webex.com")


def test_people_of_other_organizations_are_holders_and_not_listed() -> None:
    """EXTERNAL among the holders, absent from /people, and only their public part by id."""
    eve = {"email": "eve@partner.example", "external": True, "licenses": ["host"]}
    state = organization({"email": "ann@acme.example"}, eve)
    app = create_app(state)
    host = state.licenses["host"].id
    assert len(call(app, "GET", "/v1/people").json()["items"]) == 1
    users = call(app, "GET", f"/v1/licenses/{host}?includeAssignedTo=user").json()["users"]
    assert [(user["type"], user["email"]) for user in users] == [("EXTERNAL", "eve@partner.example")]
    assert "licenses" not in call(app, "GET", f"/v1/people/{users[0]['id']}").json()


def test_a_person_shows_state_roles_and_phone_as_webex_writes_them() -> None:
    """Deactivated is loginEnabled false, an attendee `site#attendee`, the work phone a phone number."""
    ann = {
        "email": "ann@acme.example", "active": False, "invitePending": True, "workPhone": "+49305550100",
        "licenses": ["msg", "host"], "attendeeSites": ["emea.webex.com"], "siteAdminOf": ["acme.webex.com"],
    }  # fmt: skip
    state = organization(ann)
    app = create_app(state)
    body = call(app, "GET", f"/v1/people/{state.people[0].uuid}").json()
    assert (body["loginEnabled"], body["invitePending"]) == (False, True)
    assert body["siteUrls"] == ["acme.webex.com", "emea.webex.com#attendee"]
    assert body["phoneNumbers"] == [{"type": "work", "value": "+49305550100"}]
    user = call(app, "GET", f"/identity/scim/{state.org_id}/v2/Users/{state.people[0].uuid}").json()
    assert user["active"] is False
    identity = user["urn:scim:schemas:extension:cisco:webexidentity:2.0:User"]
    assert identity["managedSites"] == [{"siteName": "acme.webex.com", "role": "full_admin"}]


def test_people_by_ids_come_without_what_only_administrators_see() -> None:
    """id=a,b: no licenses; unknown ids are named."""
    state = organization({"email": "ann@acme.example", "licenses": ["msg"]})
    body = call(create_app(state), "GET", f"/v1/people?id={state.people[0].id},nobody").json()
    assert body["notFoundIds"] == ["nobody"]
    assert "licenses" not in body["items"][0]
