"""The last activity of a person is presence: shown with status, hidden without, and changed by a click."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from reconciler.sandbox import State, create_app
from reconciler.sandbox.dump import dump

SHAPE: dict[str, Any] = {
    "people": [
        {"email": "ann@acme.example", "lastActivity": "2026-11-20T09:30:00Z"},
        {"email": "bob@acme.example"},
    ]
}


async def asked(state: State, path: str) -> list[object]:
    """The last activity of everybody in an answer."""
    transport = httpx.ASGITransport(app=create_app(state))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        headers = {"Authorization": "Bearer any"}
        answer = (await client.get(path, headers=headers)).raise_for_status().json()
    return [person.get("lastActivity") for person in answer["items"]]


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("", ["2026-11-20T09:30:00.000Z", None]),
        ("?excludeStatus=false", ["2026-11-20T09:30:00.000Z", None]),
        ("?excludeStatus=true", [None, None]),
        ("?callingData=true", ["2026-11-20T09:30:00.000Z", None]),
        ("?callingData=true&excludeStatus=true", [None, None]),
    ],
)
def test_it_is_shown_with_status_only(query: str, seen: list[object]) -> None:
    """So whoever counts on it has to ask for presence."""
    assert asyncio.run(asked(State.from_shape(SHAPE), f"/v1/people{query}")) == seen


def test_it_is_changed_and_written_to_a_file_again() -> None:
    """Null takes it away; a time without a zone is UTC."""
    state = State.from_shape(SHAPE)

    async def click(moment: str | None) -> None:
        transport = httpx.ASGITransport(app=create_app(state))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            body = {"lastActivity": moment, "roles": ["id_full_admin"]}
            (await client.post("/sandbox/people/ann@acme.example", json=body)).raise_for_status()

    asyncio.run(click("2026-11-21T08:00:00"))
    assert asyncio.run(asked(state, "/v1/people"))[0] == "2026-11-21T08:00:00.000Z"
    [ann, _] = dump(state)["people"]
    assert (ann["lastActivity"], ann["roles"]) == ("2026-11-21T08:00:00.000Z", ["id_full_admin"])
    asyncio.run(click(None))
    assert asyncio.run(asked(state, "/v1/people"))[0] is None
