"""wxc-sdk's asynchronous client reads the sandbox too; it is what our own reader is measured against."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from wxc_sdk.as_api import AsWebexSimpleApi

from tests.contract.small import TOKEN
from tests.support.sandbox_server import RunningSandbox

T = TypeVar("T")


def run(sandbox: RunningSandbox, work: Callable[[Any], Awaitable[T]]) -> T:
    """The outcome of `work` with a client of this sandbox."""

    async def inside() -> T:
        async with AsWebexSimpleApi(tokens=TOKEN) as api:
            api.session.BASE = sandbox.base_url
            return await work(api)

    return asyncio.run(inside())


def test_it_lists_people_groups_members_and_licenses(large: RunningSandbox) -> None:
    """Several pages of everything, each entry once."""

    async def work(api: Any) -> tuple[int, int, int, int, int]:
        people = [person async for person in api.people.list_gen(max=500)]
        groups = await api.groups.list()
        members = await api.groups.members(groups[0].group_id, count=100)
        licenses = await api.licenses.list()
        holders = await api.licenses.assigned_users(licenses[0].license_id, limit=300)
        return len(people), len(groups), len(members), len(licenses), len(holders)

    state = large.state
    first_group, first_license = next(iter(state.groups.values())), next(iter(state.licenses.values()))
    expected = (
        len(state.people),
        len(state.groups),
        len(first_group.members),
        len(state.licenses),
        len(first_license.holders),
    )
    assert run(large, work) == expected


def test_it_lists_people_with_calling_data(large: RunningSandbox) -> None:
    """callingData pages of a hundred, location by location of the person."""

    async def work(api: Any) -> dict[str, str]:
        return {
            p.person_id: p.location_id async for p in api.people.list_gen(calling_data=True, max=100) if p.location_id
        }

    assert run(large, work) == {person.id: person.location.id for person in large.state.people if person.location}
