"""A partner's token with the real reader and the sandbox's rule: forbidden until the customer was asked for."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from reconciler.errors import WebexForbiddenError
from reconciler.model.desired import Desired, Organization
from reconciler.operations.organization import resolve_organization
from reconciler.sandbox import World, create_app
from reconciler.webex import Reader, Session


def customer_licenses(there: World, *, resolve: bool, **faults: Any) -> list[str]:
    """What a partner's token reads of the second organization, a page of people in between."""
    org_id = there.states[1].org_id

    async def read() -> list[str]:
        app = create_app(there, faults=faults)
        session = Session("partner", "http://127.0.0.1/v1", transport=httpx.ASGITransport(app))
        async with session:
            reader = Reader(session)
            if resolve:
                await resolve_organization(Desired(Organization("x", "organization", org_id=org_id), ()), reader)
            reader.use_organization(org_id)
            async for _ in reader.people():
                pass
            return [license.id for license in await reader.licenses()]

    return asyncio.run(read())


@pytest.mark.parametrize("lapses", [None, 0.0])
def test_the_customer_that_the_files_name_can_be_read(lapses: float | None) -> None:
    """Also where the right lapses at once, unless it lapses before the very next call."""
    there = World.generate(people=5, groups=1, organizations=3)
    if lapses is not None:
        with pytest.raises(WebexForbiddenError):
            customer_licenses(there, resolve=True, elevation=lapses)
        return
    expected = [license.id for license in there.states[1].licenses.values()]
    assert sorted(customer_licenses(there, resolve=True)) == sorted(expected)


def test_without_asking_for_it_everything_is_forbidden() -> None:
    """Which is why resolving an organization asks."""
    with pytest.raises(WebexForbiddenError):
        customer_licenses(World.generate(people=5, groups=1, organizations=3), resolve=False)
