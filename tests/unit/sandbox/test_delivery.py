"""Answers that arrive slowly, in part or not at all, over a real connection."""

from __future__ import annotations

import json
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.sandbox_server import RunningSandbox, running_sandbox
from tests.unit.sandbox.calls import item, organization

ANN = {"email": "ann@acme.example", "name": "Ann Example"}


def get(sandbox: RunningSandbox, path: str = "/people") -> httpx.Response:
    """One call over a connection of its own."""
    return httpx.get(f"{sandbox.base_url}{path}", headers={"Authorization": "Bearer x"})


def then(**what: Any) -> dict[str, Any]:
    """A rule for the next GET of people."""
    return {"match": {"method": "GET", "path": "/people$"}, "times": 1, "then": what}


def test_a_connection_is_reset_before_any_answer() -> None:
    """The socket says so: no byte, ECONNRESET. And the next call is answered."""
    with running_sandbox(organization(ANN), faults=then(reset=True)) as sandbox:
        with socket.create_connection(("127.0.0.1", urlsplit(sandbox.origin).port or 0), timeout=5) as raw:
            raw.sendall(b"GET /v1/people HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\n\r\n")
            with pytest.raises(ConnectionResetError):
                raw.recv(100)
        assert get(sandbox).status_code == 200


@pytest.mark.parametrize(("effect", "held"), [("none", 0), ("before", 1)])
def test_a_reset_tells_nothing_of_the_effect(effect: str, held: int) -> None:
    """With `none` nothing happened, with `before` everything did; the client sees the same broken connection."""
    state = organization(ANN)
    rule = {"match": {"method": "PATCH"}, "times": 1, "then": {"reset": True, "effect": effect}}
    body = {"email": "ann@acme.example", "licenses": [item(state, "msg")]}
    with running_sandbox(state, faults=rule) as sandbox:
        with pytest.raises(httpx.TransportError):
            httpx.patch(f"{sandbox.base_url}/licenses/users", json=body, headers={"Authorization": "Bearer x"})
        assert len(state.people[0].licenses) == held
        assert get(sandbox, "/roles").status_code == 200


def test_a_truncated_body_is_a_whole_answer_with_half_the_json() -> None:
    """Length and connection are in order; only the JSON ends too early."""
    with running_sandbox(organization(ANN), faults=then(truncate=0.5)) as sandbox:
        half, whole = get(sandbox), get(sandbox)
    assert half.status_code == 200
    assert half.content == whole.content[: len(whole.content) // 2]
    assert int(half.headers["content-length"]) == len(half.content)
    with pytest.raises(json.JSONDecodeError):
        half.json()


def test_a_slow_body_arrives_whole_and_late() -> None:
    """So many bytes a second, in many pieces; the last one long after the first."""
    people = [{"email": f"person{at}@acme.example"} for at in range(5)]
    with running_sandbox(organization(*people), faults=then(bytesPerSecond=10_000)) as sandbox:
        pieces, start = [], time.perf_counter()
        headers = {"Authorization": "Bearer x"}
        with httpx.stream("GET", f"{sandbox.base_url}/people", headers=headers) as answer:
            for piece in answer.iter_raw():
                pieces.append((time.perf_counter() - start, piece))
        body = b"".join(piece for _, piece in pieces)
        assert body == get(sandbox).content
    assert len(pieces) > 2
    assert pieces[-1][0] - pieces[0][0] >= len(body) / 10_000 / 2


def test_who_gives_up_on_a_slow_body_leaves_the_server_well() -> None:
    """A client that reads no further than its patience goes away; the next one is served at once."""
    with running_sandbox(organization(ANN), faults=then(bytesPerSecond=10)) as sandbox:
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(
                f"{sandbox.base_url}/people", headers={"Authorization": "Bearer x"}, timeout=httpx.Timeout(5, read=0.05)
            )
        assert get(sandbox).status_code == 200


def test_one_slow_answer_keeps_nobody_waiting() -> None:
    """While one client drinks through a straw, others are served."""
    with running_sandbox(organization(ANN), faults=then(bytesPerSecond=100)) as sandbox:
        headers = {"Authorization": "Bearer x"}
        with httpx.stream("GET", f"{sandbox.base_url}/people", headers=headers):
            start = time.perf_counter()
            assert get(sandbox, "/licenses").status_code == 200
            assert time.perf_counter() - start < 1.0
