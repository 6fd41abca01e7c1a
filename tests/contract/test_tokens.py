"""Clients get, refresh and lose tokens: wxc-sdk's Integration, webexpythonsdk's access_tokens, and our own beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import requests
from webexpythonsdk import ApiError, WebexAPI
from wxc_sdk import WebexSimpleApi
from wxc_sdk.integration import Integration
from wxc_sdk.rest import RestError
from wxc_sdk.tokens import Tokens

from reconciler.sandbox import State
from reconciler.webex import Client, Credentials, Reader, Renewing, Session
from reconciler.webex.credentials import key_of
from reconciler.webex.transport import utc_now
from tests.contract.small import SMALL
from tests.support.sandbox_server import RunningSandbox, running_sandbox

BACK = "http://localhost:6001/redirect"
CLIENT = {"id": "C-app", "secret": "app-secret", "refreshToken": "first-refresh", "redirectUri": BACK}
READER = {"token": "reader", "readOnly": True}


@pytest.fixture
def server() -> Iterator[RunningSandbox]:
    """A small organization that authorized one client."""
    state = State.from_shape({**SMALL, "clients": [CLIENT], "tokens": [READER]})
    with running_sandbox(state) as sandbox:
        yield sandbox


@pytest.fixture
def integration(server: RunningSandbox) -> Any:
    """wxc-sdk's OAuth client."""
    return Integration(
        client_id="C-app",
        client_secret="app-secret",
        scopes="spark-admin:people_read",
        redirect_url=BACK,
        auth_service=f"{server.base_url}/authorize",
        token_service=f"{server.base_url}/access_token",
    )


def client(server: RunningSandbox, token: str | None) -> Any:
    """wxc-sdk with this token."""
    api: Any = WebexSimpleApi(tokens=token)
    api.session.BASE = server.base_url
    return api


def people(server: RunningSandbox, tokens: Any) -> int:
    """How many people wxc-sdk sees with these tokens."""
    with client(server, tokens.access_token) as api:
        return len(list(api.people.list()))


def test_wxc_sdk_renews_tokens_that_are_about_to_end(server: RunningSandbox, integration: Any) -> None:
    """It finds no access token left, refreshes, works, and the refresh token it was given is the next one to use."""
    tokens = Tokens(refresh_token="first-refresh")
    assert integration.validate_tokens(tokens)
    assert tokens.refresh_token != "first-refresh"
    assert 1_209_000 < tokens.remaining <= 1_209_599
    assert tokens.token_type is None or tokens.token_type == "Bearer"
    assert people(server, tokens) == 3
    assert not integration.validate_tokens(tokens)
    integration.refresh(tokens)
    assert people(server, tokens) == 3


def test_wxc_sdk_is_left_without_a_token_by_a_refresh_token_that_was_used(integration: Any) -> None:
    """As with Webex: whoever does not keep the new refresh token is locked out."""
    integration.refresh(Tokens(refresh_token="first-refresh"))
    late = Tokens(refresh_token="first-refresh")
    with pytest.raises(requests.HTTPError) as refused:
        integration.refresh(late)
    assert refused.value.response is not None
    assert refused.value.response.status_code == 400
    assert integration.validate_tokens(late)
    assert late.access_token is None


def test_wxc_sdk_redeems_a_code(server: RunningSandbox, integration: Any) -> None:
    """From its own authorization URL, over the redirect, to tokens that work."""
    sent = httpx.get(integration.auth_url(state="s-1"), follow_redirects=False)
    query = parse_qs(urlsplit(sent.headers["location"]).query)
    assert query["state"] == ["s-1"]
    assert people(server, integration.tokens_from_code(query["code"][0])) == 3


def test_wxc_sdk_meets_an_ended_token_as_401_and_goes_on_with_the_next(
    server: RunningSandbox, integration: Any
) -> None:
    """Ended behind its back, as in the middle of a night's work."""
    tokens = Tokens(refresh_token="first-refresh")
    integration.refresh(tokens)
    httpx.post(f"{server.origin}/sandbox/tokens/expire", json={"client": "C-app"}).raise_for_status()
    with pytest.raises(RestError) as ended:
        people(server, tokens)
    assert ended.value.response.status_code == 401
    integration.refresh(tokens)
    assert people(server, tokens) == 3


def test_wxc_sdk_asks_when_its_token_ends(server: RunningSandbox, integration: Any) -> None:
    """Milliseconds since 1970, the same moment that the refresh promised."""
    tokens = Tokens(refresh_token="first-refresh")
    integration.refresh(tokens)
    with client(server, tokens.access_token) as api:
        ends = api.authorizations.get_token_expiration_status()
    assert tokens.expires_at is not None
    assert abs(ends / 1000 - tokens.expires_at.timestamp()) < 5


def test_wxc_sdk_is_forbidden_to_write_with_a_reader_s_token(server: RunningSandbox) -> None:
    """A read-only administrator's PATCH is its RestError with 403; reading goes on."""
    with client(server, "reader") as api:
        assert len(list(api.people.list())) == 3
        with pytest.raises(RestError) as refused:
            api.licenses.assign_licenses_to_users(email="ann@small.example", licenses=[])
    assert refused.value.response.status_code == 403
    assert "missing required roles" in refused.value.description


def test_webexpythonsdk_refreshes_and_is_refused(server: RunningSandbox) -> None:
    """Its access token works in its own client; a wrong secret and a used refresh token are its ApiError."""
    api = WebexAPI(access_token="reader", base_url=server.base_url + "/")
    got = api.access_tokens.refresh("C-app", "app-secret", "first-refresh")
    assert got.expires_in == 1_209_599
    fresh = WebexAPI(access_token=got.access_token, base_url=server.base_url + "/")
    assert len(list(fresh.people.list())) == 3
    for secret, status in (("wrong", 401), ("app-secret", 400)):
        with pytest.raises(ApiError) as refused:
            api.access_tokens.refresh("C-app", secret, "first-refresh")
        assert refused.value.response.status_code == status
        assert refused.value.details["trackingId"]


def test_webexpythonsdk_meets_a_revoked_token_as_401(server: RunningSandbox) -> None:
    """With the sentence that Webex sends."""
    httpx.post(f"{server.origin}/sandbox/tokens/revoke", json={"token": "reader"}).raise_for_status()
    api = WebexAPI(access_token="reader", base_url=server.base_url + "/")
    with pytest.raises(ApiError) as refused:
        list(api.people.list())
    assert refused.value.response.status_code == 401
    assert refused.value.message.startswith("The request requires a valid access token")


class Ours:
    """Our own client, with a credentials file."""

    def __init__(self, server: RunningSandbox, file: Path) -> None:
        self.server, self.file, self.notes = server, Credentials(file), list[str]()

    def people(self, refresh_token: str = "first-refresh") -> int:
        """How many people it sees."""

        async def count() -> int:
            service_app = Client("C-app", "app-secret", refresh_token)
            tokens = Renewing(service_app, self.server.base_url, self.file, clock=utc_now, note=self.notes.append)
            async with Session(tokens, self.server.base_url) as session:
                return len([person async for page in Reader(session).people() for person in page])

        return asyncio.run(count())

    def kept(self, refresh_token: str = "first-refresh") -> Any:
        """What it remembers."""
        return self.file.read(key_of(self.server.base_url, "C-app", refresh_token))


@pytest.fixture
def ours(server: RunningSandbox, tmp_path: Path) -> Ours:
    """Our client, which has not called yet."""
    return Ours(server, tmp_path / "credentials.json")


def test_our_client_and_wxc_sdk_hand_tokens_on_to_each_other(
    server: RunningSandbox, integration: Any, ours: Ours
) -> None:
    """What the file keeps is good for wxc-sdk, and what wxc-sdk got begins a new entry of the file."""
    assert ours.people() == 3
    kept = ours.kept()
    with client(server, kept.access_token) as api:
        ends = api.authorizations.get_token_expiration_status()
    assert abs(ends / 1000 - kept.until.timestamp()) < 5
    tokens = Tokens(refresh_token=kept.refresh_token)
    integration.refresh(tokens)
    assert people(server, tokens) == 3
    assert tokens.refresh_token is not None
    assert ours.people(tokens.refresh_token) == 3
    assert ours.kept(tokens.refresh_token).refresh_token != tokens.refresh_token


def test_our_client_goes_on_after_its_tokens_ended(server: RunningSandbox, ours: Ours) -> None:
    """Ended behind its back and between two commands: one refresh, and the same people."""
    assert ours.people() == 3
    before = ours.kept()
    httpx.post(f"{server.origin}/sandbox/tokens/expire", json={"client": "C-app"}).raise_for_status()
    assert ours.people() == 3
    assert ours.kept().refresh_token != before.refresh_token


@pytest.mark.parametrize(
    "lost",
    [
        {"reset": True, "effect": "none"},
        {"reset": True, "effect": "before"},
        {"cut": True, "effect": "before"},
        {"status": 502, "effect": "none"},
        {"status": 504, "effect": "before"},
        {"truncate": 0.5},
        {"status": 429, "retryAfter": "1"},
    ],
    ids=str,
)
def test_a_lost_answer_to_a_refresh_is_asked_for_again(
    server: RunningSandbox, ours: Ours, lost: dict[str, Any]
) -> None:
    """Where Webex did nothing yet, or leaves the used refresh token alive for a moment, nobody is locked out."""
    rule = {"match": {"method": "POST", "path": "/access_token"}, "times": 1, "then": lost}
    faults = {"refreshGrace": 30, "rules": [rule]}
    httpx.post(f"{server.origin}/sandbox/faults", json=faults).raise_for_status()
    assert ours.people() == 3
    assert ours.kept().refresh_token != "first-refresh"
