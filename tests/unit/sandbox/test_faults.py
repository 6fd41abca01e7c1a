"""Trouble on demand: each kind does what it says, as often as it says, and nothing else changes."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from reconciler.errors import InputError
from reconciler.sandbox import State, create_app
from reconciler.sandbox.faults import describe
from tests.support.sandbox_server import running_sandbox
from tests.unit.sandbox.calls import call, item, organization, talk


def wish(state: State) -> dict[str, Any]:
    """A PATCH body that gives Ann messaging."""
    return {"email": "ann@acme.example", "licenses": [item(state, "msg")]}


def test_a_rule_answers_as_often_as_it_says() -> None:
    """Two 503 with headers and body of our choice, then all is well; other paths never noticed."""
    then = {"status": 503, "headers": {"X-Why": "test"}, "retryAfter": "rand(30),add(30)", "body": "<html>busy</html>"}
    app = create_app(
        organization(), faults={"match": {"method": "GET", "path": "^/v1/people$"}, "times": 2, "then": then}
    )
    assert call(app, "GET", "/v1/licenses").status_code == 200
    answers = [call(app, "GET", "/v1/people") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert (answers[0].headers["retry-after"], answers[0].headers["x-why"]) == ("rand(30),add(30)", "test")
    assert answers[0].text == "<html>busy</html>"


def test_a_rule_can_let_the_first_calls_pass() -> None:
    """skip: 1 hits the second call."""
    rule = {"match": {"path": "/people"}, "skip": 1, "times": 1, "then": {"status": 502}}
    app = create_app(organization(), faults=rule)
    assert [call(app, "GET", "/v1/people").status_code for _ in range(3)] == [200, 502, 200]


def test_chance_comes_from_the_seed() -> None:
    """Half of the calls fail, and the same half in every run."""
    runs = []
    for _ in range(2):
        app = create_app(organization(), faults={"seed": 3, "rules": [{"probability": 0.5, "then": {"status": 500}}]})
        runs.append([call(app, "GET", "/v1/roles").status_code for _ in range(30)])
    assert runs[0] == runs[1]
    assert 5 < runs[0].count(500) < 25


@pytest.mark.parametrize(("effect", "held"), [("none", []), ("before", ["msg"])])
def test_an_error_tells_nothing_of_the_effect(effect: str, held: list[str]) -> None:
    """504 on a PATCH: with `none` nothing happened, with `before` everything did."""
    state = organization()
    rule = {"match": {"method": "PATCH"}, "then": {"status": 504, "effect": effect}}
    assert call(create_app(state, faults=rule), "PATCH", "/v1/licenses/users", wish(state)).status_code == 504
    assert [license.key for license in state.people[0].licenses] == held


def test_an_effect_can_come_after_the_answer() -> None:
    """`after`: at the time of the error nothing is to be seen, a moment later it is."""
    state = organization()
    rule = {"match": {"person": "ann@acme.example"}, "then": {"status": 502, "effect": "after", "effectDelay": 0.02}}

    async def work(client: httpx.AsyncClient) -> tuple[int, int, int]:
        answer = await client.patch("/v1/licenses/users", json=wish(state))
        at_once = len(state.people[0].licenses)
        await asyncio.sleep(0.06)
        return answer.status_code, at_once, len(state.people[0].licenses)

    assert talk(create_app(state, faults=rule), work) == (502, 0, 1)


def test_a_connection_can_break_in_the_middle_of_the_answer() -> None:
    """`cut` over real HTTP: the client sees a broken connection, the organization the effect."""
    state = organization()
    rule = {"match": {"method": "PATCH"}, "times": 1, "then": {"cut": True, "effect": "before"}}
    with running_sandbox(state, faults=rule) as sandbox:
        client = httpx.Client(headers={"Authorization": "Bearer x"})
        with pytest.raises(httpx.RemoteProtocolError):
            client.patch(f"{sandbox.base_url}/licenses/users", json=wish(state))
        assert client.get(f"{sandbox.base_url}/people").json()["items"][0]["licenses"] == [state.licenses["msg"].id]


def test_counters_can_lag() -> None:
    """counterLag 5: the holder is listed at once, the counter follows after five seconds."""
    now = [100.0]
    state = organization()
    app = create_app(state, faults={"counterLag": 5}, clock=lambda: now[0])
    path = f"/v1/licenses/{state.licenses['msg'].id}?includeAssignedTo=user"
    call(app, "PATCH", "/v1/licenses/users", wish(state))
    early = call(app, "GET", path).json()
    now[0] += 5
    assert (early["consumedUnits"], len(early["users"]), call(app, "GET", path).json()["consumedUnits"]) == (0, 1, 1)


def test_booleans_can_be_text() -> None:
    """stringBooleans: as the documentation shows them and no real answer does."""
    app = create_app(organization(), faults={"stringBooleans": True})
    person = call(app, "GET", "/v1/people").json()["items"][0]
    assert (person["invitePending"], person["loginEnabled"]) == ("false", "true")


def test_a_new_description_replaces_the_old_one() -> None:
    """POST /sandbox/faults: from now on this; {} is peace; GET shows what is left."""
    app = create_app(organization(), faults={"then": {"status": 500}})
    assert call(app, "GET", "/v1/roles").status_code == 500
    call(app, "POST", "/sandbox/faults", {"rules": [{"times": 2, "then": {"status": 423}}]})
    assert call(app, "GET", "/v1/roles").status_code == 423
    assert call(app, "GET", "/sandbox/faults").json()["rules"][0]["times"] == 1
    call(app, "POST", "/sandbox/faults", {})
    assert call(app, "GET", "/v1/roles").status_code == 200


@pytest.mark.parametrize(
    "raw", [{"rulez": []}, {"rules": [{"then": {"effect": "maybe"}}]}, {"match": {"path": "("}, "then": {}}, 7]
)
def test_a_description_nobody_understands_is_refused(raw: object) -> None:
    """Misspelt keys, unknown effects, broken expressions."""
    with pytest.raises(InputError, match="cannot understand"):
        describe(raw)
