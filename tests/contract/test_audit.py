"""wxc-sdk reads admin audit events from the sandbox: who did what to whom, in pages, by time, actor and category."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from reconciler.model import ids
from tests.contract.clients import KINDS, wxc_call
from tests.contract.orders import Item, Order, send_bare, tell
from tests.support.sandbox_server import RunningSandbox

ANN, BOB = "ann@small.example", "bob@small.example"


def click(sandbox: RunningSandbox, **body: Any) -> None:
    """Somebody clicks in Control Hub."""
    tell(sandbox, "/assign", body)


def read(sandbox: RunningSandbox, kind: str, **more: Any) -> list[Any]:
    """The events of the last hour."""
    now = datetime.now(UTC) + timedelta(minutes=1)
    given = {"org_id": sandbox.state.org_id, "from_": now - timedelta(hours=1), "to_": now} | more
    found: list[Any] = wxc_call(sandbox, kind, "admin_audit.list_events", **given)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_click_has_an_actor_and_a_target(kind: str, small: RunningSandbox) -> None:
    """Newest first, with the administrator who was named, or somebody; a click that no administrator made is not there."""
    click(small, email=ANN, add=["paid"], by=BOB)
    click(small, email=BOB, remove=["paid"])
    click(small, email=ANN, remove=["paid"], by="")
    somebody, bob = read(small, kind)
    ann = small.state.by_email[ANN]
    assert (bob.data.actor_email, bob.actor_id) == (BOB, small.state.by_email[BOB].uuid)
    assert (bob.data.target_id, bob.data.target_name) == (ann.uuid, ann.name)
    assert (bob.data.event_category, bob.data.target_type) == ("EventCategory.USERS", "TargetResourceType.PERSON")
    assert bob.actor_org_id == small.state.org_id
    assert somebody.data.actor_email == "control.hub@sandbox.example"
    assert somebody.created >= bob.created


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_api_changes_is_the_callers(kind: str, small: RunningSandbox) -> None:
    """A PATCH is an event of the token's owner, whom `/people/me` names, too; a refused one is none."""
    me = wxc_call(small, kind, "people.me")
    send_bare(small, Order([Item("exchange")]))
    (event,) = read(small, kind)
    assert ids.same(event.actor_id, me.person_id)
    assert event.data.target_id == small.state.by_email[ANN].uuid


def test_pages_times_actors_and_categories(small: RunningSandbox) -> None:
    """As many pages as it takes; filters narrow."""
    for _ in range(7):
        click(small, email=ANN, add=["paid"], by=BOB)
    tell(small, "/groups/Sales/members", {"add": [BOB]})
    assert len(read(small, "sync", max=3)) == 8
    assert len(read(small, "sync", actor_id=small.state.by_email[BOB].id)) == 7
    assert len(read(small, "sync", event_categories=["GROUPS"])) == 1
    assert len(read(small, "sync", event_categories=["GROUPS", "USERS"])) == 8
    assert read(small, "sync", to_=datetime.now(UTC) - timedelta(minutes=5)) == []
    assert "USERS" in wxc_call(small, "sync", "admin_audit.list_event_categories")
    tell(small, "/reset", {})
    assert read(small, "sync") == []


def test_what_is_asked_wrongly_is_refused(small: RunningSandbox) -> None:
    """The organization and both moments are needed, and a year is the most."""
    org, day = small.state.org_id, "2026-11-20T00:00:00Z"
    for query in (
        {"from": day, "to": day}, {"orgId": org, "to": day}, {"orgId": org, "from": day, "to": "then"},
        {"orgId": org, "from": "2026-11-20T00:00:00", "to": day}, {"orgId": org, "from": "2024-11-20T00:00:00Z", "to": day},
    ):  # fmt: skip
        answer = httpx.get(f"{small.base_url}/adminAudit/events", params=query, headers={"Authorization": "Bearer x"})
        assert answer.status_code == 400, query
        assert "message" in json.loads(answer.content)
