"""Refreshing access, codes from the browser, and service apps: what the token endpoint gives and refuses."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.applications import Starlette

from reconciler.sandbox import create_app
from tests.unit.sandbox.calls import call, organization, talk
from tests.unit.sandbox.clients import CLIENT, DAY, grant, refresh, status, with_client
from tests.unit.sandbox.worlds import FILE, Clock, named, world


def test_refreshing_gives_what_webex_gives() -> None:
    """All six fields with Webex's lifetimes; the new access token works, and no other text does."""
    app = create_app(with_client())
    answer = refresh(app, "refresh-0")
    body = answer.json()
    assert answer.status_code == 200
    assert (body["expires_in"], body["refresh_token_expires_in"], body["token_type"]) == (
        1_209_599,
        7_775_999,
        "Bearer",
    )
    assert "spark-admin:people_write" in body["scope"].split()
    assert set(body) == {
        "access_token", "expires_in", "refresh_token", "refresh_token_expires_in", "token_type", "scope",
    }  # fmt: skip
    assert [status(app, token) for token in (body["access_token"], "anything")] == [200, 401]


def test_a_refresh_token_works_once() -> None:
    """The answer brings the next one; the used one is 400 from then on."""
    app = create_app(with_client())
    first = refresh(app, "refresh-0").json()
    assert first["refresh_token"] != "refresh-0"
    again = refresh(app, "refresh-0")
    assert again.status_code == 400
    assert again.json()["message"].startswith("invalid_grant")
    second = refresh(app, first["refresh_token"]).json()
    assert len({first["access_token"], second["access_token"], first["refresh_token"], second["refresh_token"]}) == 4
    assert [status(app, one["access_token"]) for one in (first, second)] == [200, 200]


def test_a_used_refresh_token_can_have_a_grace() -> None:
    """With the switch, a repeated refresh succeeds for so long after the first."""
    clock = Clock()
    app = clock.app(with_client(), faults={"refreshGrace": 30})
    assert refresh(app, "refresh-0").status_code == 200
    clock.passes(29)
    assert refresh(app, "refresh-0").status_code == 200
    clock.passes(1)
    assert refresh(app, "refresh-0").status_code == 400


def test_access_ends_and_refreshing_brings_it_back_until_that_ends_too() -> None:
    """Two weeks for the one and ninety days for the other, which start anew with each use."""
    clock = Clock()
    app = clock.app(with_client())
    tokens = refresh(app, "refresh-0").json()
    clock.passes(14 * DAY)
    assert status(app, tokens["access_token"]) == 401
    tokens = refresh(app, tokens["refresh_token"]).json()
    assert status(app, tokens["access_token"]) == 200
    clock.passes(89 * DAY)
    tokens = refresh(app, tokens["refresh_token"]).json()
    clock.passes(90 * DAY)
    assert refresh(app, tokens["refresh_token"]).status_code == 400


def test_the_file_can_shorten_the_lifetimes() -> None:
    """So that a renewal can be rehearsed in seconds."""
    clock = Clock()
    app = clock.app(with_client(expiresIn=2, refreshExpiresIn=10))
    tokens = refresh(app, "refresh-0").json()
    assert (tokens["expires_in"], tokens["refresh_token_expires_in"]) == (2, 10)
    clock.passes(2)
    assert status(app, tokens["access_token"]) == 401


@pytest.mark.parametrize(
    ("fields", "code", "word"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": None}, 401, "invalid_client"),
        ({"client_id": "other"}, 401, "invalid_client"),
        ({"refresh_token": "nonsense"}, 400, "invalid_grant"),
        ({"refresh_token": None}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": None}, 400, "unsupported_grant_type"),
    ],
)
def test_what_is_wrong_with_a_grant_is_told_in_webex_s_shape(fields: dict[str, Any], code: int, word: str) -> None:
    """Message, errors, tracking id; the refresh token is not spent."""
    app = create_app(with_client())
    answer = grant(app, **{"grant_type": "refresh_token", "refresh_token": "refresh-0"} | fields)
    assert answer.status_code == code
    assert answer.json()["message"].startswith(word)
    assert set(answer.json()) == {"message", "errors", "trackingId"}
    assert refresh(app, "refresh-0").status_code == 200


def test_another_client_s_refresh_token_is_worth_nothing() -> None:
    """And keeps its worth for its own client."""
    app = create_app(organization(clients=[CLIENT, CLIENT | {"id": "C9", "refreshToken": "refresh-9"}]))
    assert refresh(app, "refresh-9").status_code == 400
    assert refresh(app, "refresh-9", client_id="C9").status_code == 200


def test_json_is_taken_like_a_form() -> None:
    """The same answer."""
    body = CLIENT | {"grant_type": "refresh_token"}
    asked = {
        "grant_type": body["grant_type"], "client_id": "C123", "client_secret": "top-secret", "refresh_token": "refresh-0",
    }  # fmt: skip
    assert (
        call(create_app(with_client()), "POST", "/v1/access_token", asked, token=None).json()
        == refresh(create_app(with_client()), "refresh-0").json()
    )


def test_a_client_s_rights_are_its_tokens_rights() -> None:
    """A partner's service app refreshes to a token that sees the customers and may only read."""
    client = CLIENT | {"partner": True, "readOnly": True, "manages": ["Birch"], "organization": "Partner"}
    there = world(clients=[client])
    app = create_app(there)
    token = refresh(app, "refresh-0").json()["access_token"]
    seen = call(app, "GET", "/v1/organizations", token=token).json()["items"]
    assert [one["displayName"] for one in seen] == ["Partner", "Birch"]
    path = f"/v1/people?orgId={named(there, 'Birch').org_id}"
    assert call(app, "GET", path, token=token).status_code == 403
    call(app, "GET", f"/v1/organizations/{named(there, 'Birch').org_id}", token=token)
    assert call(app, "GET", path, token=token).status_code == 200
    assert call(app, "PATCH", "/v1/licenses/users", {}, token=token).status_code == 403


def test_a_client_that_loses_its_authorization_loses_all_its_tokens() -> None:
    """Revoked by the client's id: access tokens 401, refresh tokens 400."""
    app = create_app(with_client())
    tokens = refresh(app, "refresh-0").json()
    assert call(app, "POST", "/sandbox/tokens/revoke", {"client": "C123"}).json()["accessTokens"] == 1
    assert status(app, tokens["access_token"]) == 401
    assert refresh(app, tokens["refresh_token"]).status_code == 400


def test_a_client_s_access_can_be_ended_without_its_refresh_tokens() -> None:
    """Which is what a client that refreshes on 401 is to be tried with; with `refresh` these end too."""
    app = create_app(with_client())
    tokens = refresh(app, "refresh-0").json()
    call(app, "POST", "/sandbox/tokens/expire", {"client": "C123"})
    assert status(app, tokens["access_token"]) == 401
    tokens = refresh(app, tokens["refresh_token"]).json()
    call(app, "POST", "/sandbox/tokens/expire", {"client": "C123", "refresh": True})
    assert refresh(app, tokens["refresh_token"]).status_code == 400


def test_the_token_endpoint_has_bad_days_too() -> None:
    """A rule for its path answers, and with `effect: before` the refresh token is spent without an answer."""
    rule = {"match": {"path": "^/v1/access_token$"}, "times": 1, "then": {"status": 503, "effect": "before"}}
    app = create_app(with_client(), faults={"rules": [rule]})
    assert [refresh(app, "refresh-0").status_code for _ in range(2)] == [503, 400]


# -- codes and service apps -----------------------------------------------------------------------------------------------


def authorize(app: Starlette, **changes: str) -> httpx.Response:
    """What a browser is answered."""
    query = {"client_id": "C123", "response_type": "code", "redirect_uri": CLIENT["redirectUri"], "state": "s-1"}
    return talk(app, lambda client: client.get("/v1/authorize", params=query | changes), token=None)


def test_a_code_from_the_browser_is_worth_tokens_once() -> None:
    """Sent back to the client with its state, redeemed once, for the right redirect URI only."""
    app = create_app(with_client())
    sent = authorize(app)
    where = urlsplit(sent.headers["location"])
    query = parse_qs(where.query)
    assert (sent.status_code, f"{where.scheme}://{where.netloc}{where.path}") == (302, CLIENT["redirectUri"])
    assert query["state"] == ["s-1"]
    code = {"grant_type": "authorization_code", "code": query["code"][0]}
    assert grant(app, **code, redirect_uri="http://elsewhere").status_code == 400
    tokens = grant(app, **code, redirect_uri=CLIENT["redirectUri"])
    assert status(app, tokens.json()["access_token"]) == 200
    assert grant(app, **code, redirect_uri=CLIENT["redirectUri"]).status_code == 400


@pytest.mark.parametrize("change", [{"client_id": "x"}, {"redirect_uri": "http://evil"}, {"response_type": "token"}])
def test_nobody_is_sent_anywhere_but_to_a_client_s_own_uri(change: dict[str, str]) -> None:
    """400, no redirect."""
    answer = authorize(create_app(with_client()), **change)
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_a_service_app_gets_its_first_tokens_for_the_organization_that_authorized_it() -> None:
    """By application id, with client id and secret, for whoever may ask; another organization is 404."""
    there = world(clients=[CLIENT | {"organization": "Birch"}], tokens=[*FILE["tokens"], {"token": "x", "scopes": []}])
    app = create_app(there)
    asked = {"clientId": "C123", "clientSecret": "top-secret", "targetOrgId": named(there, "Birch").org_id}
    path = "/v1/applications/C123/token"
    assert call(app, "POST", path, asked, token="x").status_code == 403
    assert call(app, "POST", "/v1/applications/C9/token", asked, token="all").status_code == 404
    assert call(app, "POST", path, asked | {"clientSecret": "no"}, token="all").status_code == 401
    elsewhere = asked | {"targetOrgId": named(there, "Cedar").org_id}
    assert call(app, "POST", path, elsewhere, token="all").status_code == 404
    tokens = call(app, "POST", path, asked, token="all").json()
    people = call(app, "GET", "/v1/people", token=tokens["access_token"]).json()["items"]
    assert people[0]["emails"] == ["ann@birch.example"]
    assert refresh(app, tokens["refresh_token"]).status_code == 200


def test_the_same_calls_give_the_same_tokens() -> None:
    """In another process too: nothing comes from chance or the clock."""
    assert (
        refresh(create_app(with_client()), "refresh-0").json()
        == refresh(Clock().app(with_client()), "refresh-0").json()
    )
