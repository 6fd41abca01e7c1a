"""Tokens that end, are revoked or may not do everything; and that no secret is ever shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.sandbox import create_app
from tests.unit.sandbox.calls import call, item, organization, talk
from tests.unit.sandbox.clients import CLIENT, refresh, status
from tests.unit.sandbox.worlds import START, Clock, world

WHAT_WEBEX_SAYS = "The request requires a valid access token set in the Authorization request header."


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer ", "Basic YTpi", "admin", "Bearer wrong", "Bearer a b"])
def test_missing_malformed_and_unknown_tokens_are_the_same_401(header: str | None) -> None:
    """The body Webex sends, whatever the reason; the tracking id is the router's."""
    headers = {} if header is None else {"Authorization": header}
    app = create_app(organization(tokens=[{"token": "admin"}]))
    answer = talk(app, lambda client: client.get("/v1/licenses", headers=headers), token=None)
    assert answer.status_code == 401
    body = answer.json()
    assert body["message"] == WHAT_WEBEX_SAYS
    assert body["errors"] == [{"description": WHAT_WEBEX_SAYS}]
    assert body["trackingId"].startswith("ROUTER_")


def test_a_token_ends_after_its_time() -> None:
    """To the second, by the clock handed in, with the 401 of a token that never was."""
    clock = Clock()
    app = clock.app(organization(tokens=[{"token": "short", "expiresIn": 60}]))
    clock.passes(59.9)
    assert status(app, "short") == 200
    clock.passes(0.1)
    answer = call(app, "GET", "/v1/people", token="short")
    assert (answer.status_code, answer.json()["message"]) == (401, WHAT_WEBEX_SAYS)


def test_a_token_ends_at_its_moment() -> None:
    """`expiresAt`, UTC where no zone is written."""
    clock = Clock()
    app = clock.app(organization(tokens=[{"token": "noon", "expiresAt": "2026-03-01T12:00:30"}]))
    assert status(app, "noon") == 200
    clock.passes(30)
    assert status(app, "noon") == 401


def test_a_token_tells_when_it_ends() -> None:
    """Milliseconds since 1970; the end of time for one that does not."""
    app = Clock().app(organization(tokens=[{"token": "short", "expiresIn": 60}, {"token": "endless"}]))
    told = [call(app, "GET", "/v1/authorizations/tokenExpiry", token=one).json()["exp"] for one in ("short", "endless")]
    assert told == [int(START.timestamp() + 60) * 1000, 253_402_300_799_000]


def test_a_token_can_be_revoked_or_ended_while_the_server_runs() -> None:
    """By name or by text; 401 from then on, for that token alone, until a reset."""
    state = organization(tokens=[{"token": "one", "name": "first"}, {"token": "two"}, {"token": "three"}])
    app = create_app(state)
    assert call(app, "POST", "/sandbox/tokens/revoke", {"name": "first"}).json()["accessTokens"] == 1
    assert call(app, "POST", "/sandbox/tokens/expire", {"token": "two"}).status_code == 200
    assert [status(app, token) for token in ("one", "two", "three")] == [401, 401, 200]
    listed = {one["name"]: one for one in call(app, "GET", "/sandbox/tokens").json()["items"]}
    assert listed["first"]["revoked"] is True
    assert listed["token-2"]["expired"] is True
    call(app, "POST", "/sandbox/reset")
    assert [status(app, token) for token in ("one", "two", "three")] == [200, 200, 200]


def test_where_any_token_counts_one_can_still_be_revoked() -> None:
    """Also one that was never used before."""
    app = create_app(organization())
    call(app, "POST", "/sandbox/tokens/revoke", {"token": "leaked"})
    assert [status(app, token) for token in ("leaked", "other")] == [401, 200]


@pytest.mark.parametrize(
    ("body", "code"), [({}, 400), ({"token": "a", "name": "b"}, 400), ({"name": "nobody"}, 404), ({"nmae": "x"}, 400)]
)
def test_naming_no_token_is_a_mistake(body: Any, code: int) -> None:
    """Exactly one of token, name and client, and it must be there."""
    app = create_app(organization(tokens=[{"token": "one"}]))
    assert call(app, "POST", "/sandbox/tokens/revoke", body).status_code == code


def test_a_token_can_be_made_while_the_server_runs() -> None:
    """In the organization named, with all that a file can say of it; the same text twice is 409."""
    there, clock = world(), Clock()
    app = clock.app(there)
    entry = {"token": "new", "readOnly": True, "expiresIn": 5}
    made = call(app, "POST", "/sandbox/tokens?org=Cedar", entry)
    assert made.json()["organization"] == "Cedar"
    assert call(app, "POST", "/sandbox/tokens", entry).status_code == 409
    assert call(app, "POST", "/sandbox/tokens", {"token": "x", "partner": True, "manages": ["Z"]}).status_code == 400
    people = call(app, "GET", "/v1/people", token="new").json()["items"]
    assert people[0]["emails"] == ["ann@cedar.example"]
    assert call(app, "PATCH", "/v1/licenses/users", {"email": "ann@cedar.example"}, token="new").status_code == 403
    clock.passes(5)
    assert status(app, "new") == 401


# -- roles and scopes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limits", [{"readOnly": True}, {"scopes": ["spark-admin:people_read"]}])
def test_who_may_not_write_gets_webex_s_403_and_nothing_happens(limits: dict[str, Any]) -> None:
    """A read-only administrator and a token without people_write are refused alike."""
    state = organization(tokens=[{"token": "t"} | limits])
    app = create_app(state)
    refused = call(
        app, "PATCH", "/v1/licenses/users", {"email": "ann@acme.example", "licenses": [item(state, "msg")]}, token="t"
    )
    text = (
        "The server understood the request, but refused to fulfill it because the access token is missing required scopes "
        "or the user is missing required roles or licenses."
    )
    assert refused.status_code == 403
    assert {key: refused.json()[key] for key in ("message", "errors")} == {
        "message": text,
        "errors": [{"description": text}],
    }
    assert state.people[0].licenses == []
    assert status(app, "t") == 200


def test_a_read_only_administrator_shows_that_role() -> None:
    """`/people/me` of a token that belongs to nobody in the list."""
    app = create_app(organization(tokens=[{"token": "full"}, {"token": "reader", "readOnly": True}]))
    roles = [call(app, "GET", "/v1/people/me", token=token).json()["roles"] for token in ("full", "reader")]
    names = [call(app, "GET", f"/v1/roles/{role[0]}", token="full").json()["name"] for role in roles]
    assert names == ["Full Administrator", "Read-only Administrator"]


def test_no_secret_is_ever_shown() -> None:
    """Neither in the state, nor in the record of calls, nor in the list of tokens, nor in an error."""
    app = create_app(organization(tokens=[{"token": "hush-token"}], clients=[CLIENT | {"secret": "hush-client"}]))
    tokens = refresh(app, "refresh-0", client_secret="hush-client").json()
    query = "?client_secret=hush-client&code=hush-code&refresh_token=hush-refresh&access_token=hush-access&max=1"
    call(app, "GET", f"/v1/people{query}", token="hush-token")
    errors = [
        refresh(app, tokens["refresh_token"], client_secret="hush-wrong").text,
        refresh(app, "hush-refresh", client_secret="hush-client").text,
        call(app, "POST", "/sandbox/tokens/revoke", {"token": "hush-unknown"}).text,
        call(app, "POST", "/sandbox/tokens", {"token": "hush-token"}).text,
    ]
    shown = [call(app, "GET", f"/sandbox/{what}").text for what in ("state", "requests", "tokens", "organizations")]
    everything = json.dumps([*errors, *shown])
    for secret in ("hush", "refresh-0", tokens["access_token"], tokens["refresh_token"]):
        assert secret not in everything
    assert "max=1" in shown[1]


def test_no_secret_is_in_what_a_traceback_would_print() -> None:
    """The texts of tokens and clients are left out of their repr."""
    state = organization(tokens=[{"token": "hush"}], clients=[CLIENT | {"secret": "hush", "refreshToken": "hush"}])
    app = create_app(state)
    issued = app.state.door.keys.issue(*app.state.door.keys.clients["C123"])
    assert "hush" not in repr((state.tokens, state.clients))
    assert issued.access not in repr(issued)
    assert issued.refresh not in repr(issued)
