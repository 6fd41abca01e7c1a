"""The sandbox answers what the description says, whatever it is asked; and the description says all that it answers.

A quick run by itself; `DESCRIPTION_CASES=2000` makes so many calls for every endpoint and so many conversations.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Sequence

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from reconciler.sandbox import create_app
from reconciler.sandbox.app import PUBLIC, SCIM, TABLE
from reconciler.sandbox.refusal import _MESSAGES
from tests.contract.made_up import NAMES, OPERATIONS, calls, world
from tests.support.description import DESCRIPTION, complaints, description, path_of

CASES = int(os.environ.get("DESCRIPTION_CASES", "15"))
FEW = settings(
    max_examples=CASES,
    deadline=None,
    derandomize=CASES < 1000,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate] if CASES < 1000 else list(Phase),
)
OPEN = ("/v1/access_token", "/v1/authorize")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def conversation(app: Starlette, requests: Sequence[httpx.Request]) -> list[httpx.Response]:
    """The answers to these calls, one after the other; an error inside the app is raised here."""

    async def inside() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
            return [await client.send(request) for request in requests]

    return asyncio.run(inside())


def as_described(requests: Sequence[httpx.Request]) -> None:
    """A fresh sandbox answers all these calls as described."""
    for request, answer in zip(requests, conversation(create_app(world()), requests), strict=True):
        asked = f"{request.method} {request.url} {request.content!r}"
        assert answer.status_code < 500, asked
        wrong = complaints(request.method, request.url.path, answer.status_code, answer.headers, answer.content)
        assert wrong == [], asked


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_as_described(label: str) -> None:
    """Valid, broken and well-informed calls of this endpoint: no 500, no status, header or key that is not described."""

    @settings(FEW)
    @given(calls(label))
    def holds(request: httpx.Request) -> None:
        as_described([request])

    holds()


@settings(FEW, max_examples=CASES * 3)
@given(st.lists(st.one_of(*(calls(label) for label in OPERATIONS)), min_size=2, max_size=8))
def test_conversations_are_as_described(requests: list[httpx.Request]) -> None:
    """Calls that come after others, which have changed something, are as described, too."""
    as_described(requests)


def test_every_endpoint_is_described_and_every_description_is_an_endpoint() -> None:
    """The app's tables and the description name the same paths and methods."""
    served = {(method, path_of(f"/v1{path}")) for method, path, *_ in (*TABLE, *PUBLIC)}
    served |= {(method, path_of(f"/identity/scim{path}")) for method, path, *_ in SCIM}
    described = {(method.upper(), path) for path, methods in description()["paths"].items() for method in methods}
    assert served == described
    assert len(described) == len(TABLE) + len(PUBLIC) + len(SCIM)


@pytest.mark.parametrize("path", [path for path in description()["paths"] if path not in OPEN])
def test_a_method_that_is_not_there_is_405(path: str) -> None:
    """Every described path answers every other method with 405, the methods it has, and the usual error body."""
    there = [method.upper() for method in description()["paths"][path]]
    others = [method for method in METHODS if method not in there]
    where = "http://sandbox" + re.sub(r"\{(\w+)\}", lambda found: NAMES.get(found[1], ["x"])[0], path)
    headers = {"Authorization": "Bearer own"}
    app = create_app(world())
    for answer in conversation(app, [httpx.Request(method, where, headers=headers) for method in others]):
        assert (answer.status_code, answer.headers["Allow"]) == (405, ", ".join(there))
        assert answer.json()["trackingId"]


def test_a_path_that_no_pattern_matches_is_404_like_any_other() -> None:
    """A line break in a path meets the door, too: token first, then an error as Webex writes it."""
    asked = [
        httpx.Request("GET", "http://sandbox/v1/people/a%0Ab", headers=headers)
        for headers in ({}, {"Authorization": "Bearer own"})
    ]
    asked.append(httpx.Request("GET", "http://sandbox/identity/scim/a%0Ab/v2/Users", headers=asked[1].headers))
    stranger, known, directory = conversation(create_app(world()), asked)
    assert (stranger.status_code, known.status_code) == (401, 404)
    assert known.json()["trackingId"] == known.headers["Trackingid"]
    assert (directory.status_code, directory.json()["status"]) == (404, "404")


def test_the_page_of_the_sandbox_lists_what_is_described() -> None:
    """docs/sandbox.md has a row for every call, with all parameters of the query and no others."""
    page = (DESCRIPTION.parents[2] / "docs" / "sandbox.md").read_text()
    rows = dict(re.findall(r"^\| `([A-Z]+ /(?:v1|identity)/[^`]*)` \| ([^|]*) \|[^|]*\|$", page, re.MULTILINE))
    assert set(rows) == set(OPERATIONS)
    for label, operation in OPERATIONS.items():
        assert set(re.findall(r"`(\w+)`", rows[label])) == {parameter.name for parameter in operation.query}


def test_every_documented_error_code_is_described() -> None:
    """The codes of refusals and those of the description are the same sixteen."""
    item = description()["components"]["schemas"]["LicenseError"]["properties"]["errors"]["items"]
    assert sorted(item["properties"]["errorCode"]["enum"]) == sorted(_MESSAGES)
    assert len(_MESSAGES) == 16
