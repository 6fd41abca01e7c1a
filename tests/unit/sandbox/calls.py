"""A small organization with one license of every kind, and the app driven in process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx
from starlette.applications import Starlette

from reconciler.sandbox import State, create_app

T = TypeVar("T")
MAIN = "acme.webex.com"

LICENSES: list[dict[str, Any]] = [
    {"key": "msg", "name": "Basic Messaging", "type": "FMS"},
    {"key": "paid-msg", "name": "Advanced Messaging", "type": "MS", "subscription": "S1"},
    {"key": "paid-msg-2", "name": "Advanced Messaging", "type": "MS", "subscription": "S2"},
    {"key": "meet", "name": "Basic Space Meetings", "type": "FTM"},
    {"key": "paid-meet", "name": "Advanced Space Meetings", "type": "CF", "subscription": "S1"},
    {"key": "share", "name": "Free screen share", "type": "FSS"},
    {"key": "host", "name": "Webex Meetings Suite", "type": "EE", "subscription": "S1", "site": MAIN},
    {"key": "linked", "name": "Webex Meetings Suite", "type": "EE", "site": "old.webex.com", "siteType": "Linked site"},
    {"key": "pro", "name": "Webex Calling - Professional", "type": "BCSTD", "subscription": "S1", "total": 3},
    {"key": "std", "name": "Webex Calling - Standard", "type": "BCBAS", "subscription": "S1"},
    {"key": "console", "name": "Webex Calling - Attendant Console", "type": "BCAC", "subscription": "S1"},
    {"key": "cx", "name": "Customer Experience - Essential", "type": "BCCXE", "subscription": "S1"},
    {"key": "room", "name": "Webex Room Kit", "type": "SD", "subscription": "S1"},
    {"key": "exchange", "name": "Hybrid - Exchange Calendar", "type": "CE"},
    {"key": "google", "name": "Hybrid - Google Calendar", "type": "CG"},
    {"key": "messenger", "name": "Webex Messenger", "type": "MSGR", "subscription": "S1"},
    {"key": "scarce", "name": "Real-Time Translations", "type": "RTT", "subscription": "S1", "total": 1},
]


def organization(*people: dict[str, Any], **sections: Any) -> State:
    """An organization with all kinds of licenses, two Calling locations and one that is not, and these people."""
    shape: dict[str, Any] = {
        "organization": {"name": "Acme"},
        "licenses": LICENSES,
        "locations": [{"key": "hq", "name": "HQ"}, {"key": "lab"}, {"key": "barn", "calling": False}],
        "numbers": [
            {"number": "+14085550100", "location": "hq"},
            {"number": "+14085550101", "location": "lab"},
            {"number": "+14085550102", "location": "hq", "state": "INACTIVE"},
            {"number": "+14085550103", "location": "hq", "owner": {"type": "HUNT_GROUP", "name": "Front desk"}},
            {"number": "+14085550104", "location": "barn"},
        ],
        "people": list(people) or [{"email": "ann@acme.example"}],
    }
    return State.from_shape(shape | sections)


def talk(app: Starlette, work: Callable[[httpx.AsyncClient], Awaitable[T]], token: str | None = "any") -> T:
    """The outcome of `work` with a client of this app; `token` None sends none."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    async def inside() -> T:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox", headers=headers) as client:
            return await work(client)

    return asyncio.run(inside())


def call(app: Starlette, method: str, path: str, body: Any = None, token: str | None = "any") -> httpx.Response:
    """One call."""
    return talk(app, lambda client: client.request(method, path, json=body), token)


def item(state: State, key: str, operation: str = "add", **properties: str) -> dict[str, Any]:
    """An entry of a PATCH body's `licenses`; `location` is a location key."""
    entry: dict[str, Any] = {"id": state.licenses[key].id, "operation": operation}
    if "location" in properties:
        properties["locationId"] = state.locations[properties.pop("location")].id
    return entry | ({"properties": properties} if properties else {})


def patch(
    state: State, *items: dict[str, Any], sites: list[dict[str, Any]] | None = None, **faults: Any
) -> httpx.Response:
    """The answer to a PATCH for the first person of the organization."""
    body: dict[str, Any] = {"email": state.people[0].email, "licenses": list(items)}
    if sites is not None:
        body["siteUrls"] = sites
    return call(create_app(state, faults=faults), "PATCH", "/v1/licenses/users", body)


def codes(response: httpx.Response) -> list[int | None]:
    """The error codes of a refusal."""
    return [error.get("errorCode") for error in response.json()["errors"]]
