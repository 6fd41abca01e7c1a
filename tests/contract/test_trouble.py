"""Bad days as third-party clients live through them: waits, refusals, outages; each as on the real Webex."""

from __future__ import annotations

import json
import time
from operator import attrgetter
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from aiohttp import ClientError, ClientResponseError
from webexpythonsdk import ApiError, RateLimitError
from webexpythonsdk.exceptions import RateLimitWarning
from wxc_sdk.as_rest import AsRestError
from wxc_sdk.rest import RestError

from reconciler.sandbox import State
from tests.contract.clients import KINDS, scim_here, wps, wps_call, wxc, wxc_async, wxc_call
from tests.contract.conftest import tell
from tests.contract.every import EVERY, SITE
from tests.contract.orders import Order, look, send
from tests.contract.small import TOKEN
from tests.support.sandbox_server import RunningSandbox, running_sandbox

SLOWLY = {"rateLimit": {"perMinute": 200, "burst": 1}}


def trouble(sandbox: RunningSandbox, **faults: Any) -> None:
    """From now on."""
    tell(sandbox, "/sandbox/faults", json.dumps(faults).encode())


def answers(status: int, **more: Any) -> dict[str, Any]:
    """One call is answered so."""
    return {"rules": [{"times": 1, "then": {"status": status, **more}}]}


@pytest.mark.parametrize("client", [*KINDS, "other"])
@pytest.mark.filterwarnings("ignore::webexpythonsdk.exceptions.RateLimitWarning")
def test_clients_wait_as_long_as_they_are_told(client: str) -> None:
    """429 with Retry-After in seconds: each waits that second by itself, comes again, and gets everything."""
    with running_sandbox(State.from_shape(EVERY), faults=SLOWLY) as sandbox:
        begun = time.monotonic()
        for _ in range(2):
            assert len(listed(sandbox, client)) == 14
        assert 0.9 < time.monotonic() - begun < 5
        assert [call["status"] for call in calls(sandbox)] == [200, 429, 200]


def listed(sandbox: RunningSandbox, client: str) -> Any:
    """The licenses as this client lists them."""
    return wps_call(sandbox, "licenses.list") if client == "other" else wxc_call(sandbox, client, "licenses.list")


def calls(sandbox: RunningSandbox) -> list[dict[str, Any]]:
    """The sandbox's record."""
    items: list[dict[str, Any]] = requests.get(f"{sandbox.origin}/sandbox/requests").json()["items"]
    return items


@pytest.mark.parametrize(("header", "waited"), [("4", 4), ("194", 194), ("0", 1), ("rand(30),add(30)", 15), (None, 15)])
def test_webexpythonsdk_reads_every_retry_after_that_was_seen(
    header: str | None, waited: int, small: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seconds are waited out, what cannot be read is a quarter of a minute."""
    waits: list[int] = []
    monkeypatch.setattr("webexpythonsdk.restsession.time", SimpleNamespace(sleep=waits.append))
    trouble(small, **answers(429, **({"retryAfter": header} if header else {})))
    with pytest.warns(RateLimitWarning):
        assert len(wps_call(small, "licenses.list")) == 14
    assert waits == [waited]


def test_webexpythonsdk_raises_when_it_is_not_to_wait(small: RunningSandbox) -> None:
    """RateLimitError tells for how long."""
    trouble(small, **answers(429, retryAfter="60"))
    with pytest.raises(RateLimitError) as limited:
        list(wps(small, wait_on_rate_limit=False).licenses.list())
    assert limited.value.retry_after == 60


@pytest.mark.parametrize("kind", KINDS)
def test_garbage_in_retry_after_breaks_wxc_sdk(kind: str, small: RunningSandbox) -> None:
    """It takes the header for a number; what Webex once sent is none, and here that can be rehearsed."""
    trouble(small, **answers(429, retryAfter="rand(30),add(30)"))
    with pytest.raises(ValueError, match="rand"):
        wxc_call(small, kind, "licenses.list")


def test_wxc_sdk_raises_when_it_is_not_to_wait(small: RunningSandbox) -> None:
    """Without its retries a 429 is the exception of either client."""
    trouble(small, rules=[{"then": {"status": 429, "retryAfter": "60"}}])
    with wxc(small) as api:
        api.session.retry_429 = False
        with pytest.raises(RestError) as limited:
            api.licenses.list()
    assert (status(limited.value), limited.value.response.headers["Retry-After"]) == (429, "60")

    async def work(api: Any) -> Any:
        api.session.retry_429 = False
        return await api.licenses.list()

    with pytest.raises(AsRestError) as later:
        wxc_async(small, work)
    assert later.value.headers is not None
    assert (later.value.status, later.value.headers["Retry-After"]) == (429, "60")


def status(error: Any) -> int:
    """The HTTP status of an exception of either SDK."""
    return int(error.status if isinstance(error, ClientResponseError) else error.response.status_code)


@pytest.mark.parametrize("code", [403, 404, 405, 409, 410, 415, 423, 428, 500, 502, 503, 504])
def test_every_status_is_an_exception_of_each_client(code: int, small: RunningSandbox) -> None:
    """None of them tries again; message and tracking id arrive. 502 and 504 come as HTML, as proxies write them."""
    body = {"body": "<html>Bad Gateway</html>"} if code in (502, 504) else {}
    trouble(small, rules=[{"then": {"status": code, **body}}])
    caught: list[Any] = []
    for client in (*KINDS, "other"):
        with pytest.raises((RestError, AsRestError, ApiError)) as error:
            listed(small, client)
        caught.append(error.value)
    assert [status(error) for error in caught] == [code] * 3
    assert len(calls(small)) == 3
    if body:
        assert caught[0].description == body["body"]
    else:
        assert caught[0].detail.tracking_id
        assert caught[0].detail.message == caught[1].detail.message == caught[2].message


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("people.details", {"person_id": "nobody"}),
        ("licenses.details", {"license_id": "nothing"}),
        ("groups.details", {"group_id": "nothing"}),
        ("locations.details", {"location_id": "nowhere"}),
        ("roles.details", {"role_id": "nothing"}),
        ("organizations.details", {"org_id": "nothing"}),
        ("licenses.list", {"org_id": "nothing"}),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_there_is_404(kind: str, method: str, given: dict[str, str], small: RunningSandbox) -> None:
    """Unknown ids are not found, each with a message."""
    with pytest.raises((RestError, AsRestError)) as missing:
        wxc_call(small, kind, method, **given)
    error: Any = missing.value
    assert status(error) == 404
    assert error.detail.message.endswith("not found.")


@pytest.mark.parametrize("kind", KINDS)
def test_scim_refuses_in_its_own_words(kind: str, small: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown users and filters that make no sense are 404 and 400; SCIM's body is no Webex body."""
    scim_here(monkeypatch, small)
    org = small.state.org_uuid
    with pytest.raises((RestError, AsRestError)) as missing:
        wxc_call(small, kind, "scim.users.details", org_id=org, user_id="00000000-0000-0000-0000-000000000000")
    assert status(missing.value) == 404
    with pytest.raises((RestError, AsRestError)) as unclear:
        wxc_call(small, kind, "scim.users.search", org_id=org, filter="userName ==")
    assert status(unclear.value) == 400


@pytest.mark.parametrize("client", [*KINDS, "other"])
def test_broken_connections_are_errors(client: str, small: RunningSandbox) -> None:
    """An answer that breaks off is an error of the client's HTTP library, never half a list."""
    trouble(small, rules=[{"then": {"cut": True}}])
    with pytest.raises((requests.RequestException, ClientError)):
        listed(small, client)


def test_tokens_are_looked_at() -> None:
    """An unknown token is 401 to every client; one without the scope, or of a reader, is 403 where it writes."""
    tokens = [
        {"token": "full"},
        {"token": "reader", "readOnly": True},
        {"token": "small", "scopes": ["spark-admin:people_read"]},
    ]
    with running_sandbox(State.from_shape({**EVERY, "tokens": tokens})) as sandbox:
        assert len(list(wps(sandbox, "full").licenses.list())) == 14
        with pytest.raises(ApiError) as refused:
            list(wps(sandbox, TOKEN).licenses.list())
        assert (refused.value.status_code, "valid access token" in refused.value.message) == (401, True)
        for token, code, call in (
            (TOKEN, 401, "people.me"),
            ("small", 403, "licenses.list"),
            ("reader", 403, "licenses.assign_licenses_to_users"),
        ):
            with wxc(sandbox, token) as api, pytest.raises(RestError) as error:
                attrgetter(call)(api)()
            assert status(error.value) == code
            assert error.value.detail.tracking_id
        with wxc(sandbox, "small") as api:
            assert len(list(api.people.list())) == 4
        with wxc(sandbox, "reader") as api:
            assert len(api.licenses.list()) == 14


@pytest.mark.parametrize("kind", KINDS)
def test_account_types_as_specified_are_too_much_for_wxc_sdk(kind: str, small: RunningSandbox) -> None:
    """It knows them in capitals only: the change is done, and reading the answer fails. webexpythonsdk sees what was done."""
    trouble(small, upperCaseAccountTypes=False)
    with pytest.raises(TypeError, match="attendee"):
        send(small, Order(attendee={SITE: "add"}), kind)
    assert look(small, "other").sites == [f"{SITE}#attendee"]
