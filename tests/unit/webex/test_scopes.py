"""A 403 ends with the scope that is missing, whatever was called."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from reconciler.errors import WebexForbiddenError
from reconciler.model.live import Group
from reconciler.model.plan import Change, Expects, LicenseOperation
from reconciler.webex import Reader, Session, Writer
from tests.unit.webex.oauth import BASE

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_every_endpoint_we_call_has_its_scope() -> None:
    """A 403 of any of them names the scope to add."""

    async def forbidden(request: httpx.Request) -> httpx.Response:
        return httpx.Response(403)

    async def drained(pages: Any) -> None:
        async for _ in pages:
            pass

    operation = LicenseOperation("add", "l1", "Suite", None, None, "config", False, ())
    change = Change("p1", "p1@acme.example", "P", Expects(), (operation,))
    org = "Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi8xMTExMTExMS0xMTExLTQxMTEtODExMS0xMTExMTExMTExMTE"
    calls: dict[str, Callable[[Reader], Awaitable[object]]] = {
        "organizations": lambda reader: reader.organizations(),
        "enter": lambda reader: reader.enter(org),
        "listed": lambda reader: reader.listed("p1@acme.example"),
        "me": lambda reader: reader.me(),
        "roles": lambda reader: reader.roles(),
        "licenses": lambda reader: reader.licenses(),
        "person": lambda reader: reader.person("p1"),
        "people": lambda reader: drained(reader.people()),
        "directory": lambda reader: drained(reader.directory()),
        "groups": lambda reader: reader.groups(),
        "members": lambda reader: reader.members(Group("g1", "G")),
        "holders": lambda reader: reader.holders("l1"),
        "locations": lambda reader: reader.locations(),
        "numbers": lambda reader: reader.numbers(),
        "audit_events": lambda reader: drained(reader.audit_events(NOON, NOON)),
    }

    async def hint(call: Callable[[Session], Awaitable[object]]) -> str:
        async with Session("token", BASE, org_id=org, transport=httpx.MockTransport(forbidden)) as session:
            with pytest.raises(WebexForbiddenError) as caught:
                await call(session)
            return caught.value.hint

    public = {name for name in dir(Reader) if not name.startswith("_")} - {"use_organization"}
    assert set(calls) == public
    for name, call in calls.items():
        assert "needs the scope" in asyncio.run(hint(lambda session, call=call: call(Reader(session)))), name  # type: ignore[misc]
    assert "spark-admin:people_write" in asyncio.run(hint(lambda session: Writer(session).patch(change)))
