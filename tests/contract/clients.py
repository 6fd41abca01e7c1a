"""Clients of a sandbox, as their authors meant them to be used, and what the sandbox saw of them."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from webexpythonsdk import WebexAPI
from wxc_sdk import WebexSimpleApi
from wxc_sdk.as_api import AsWebexSimpleApi

from tests.contract.small import TOKEN
from tests.support.sandbox_server import RunningSandbox

T = TypeVar("T")
KINDS = ("sync", "async")
_ID = re.compile(r"/(Y2lz[\w=-]+|[0-9a-f]{8}-[0-9a-f-]{27})(?=/|$)")


@contextmanager
def wxc(sandbox: RunningSandbox, token: str = TOKEN) -> Iterator[Any]:
    """wxc-sdk, synchronous."""
    with WebexSimpleApi(tokens=token) as api:
        setattr(api.session, "BASE", sandbox.base_url)  # noqa: B010 - declared for the class only
        yield api


def wxc_async(sandbox: RunningSandbox, work: Callable[[Any], Awaitable[T]], token: str = TOKEN) -> T:
    """The outcome of `work` with wxc-sdk, asynchronous."""

    async def inside() -> T:
        async with AsWebexSimpleApi(tokens=token) as api:
            api.session.BASE = sandbox.base_url
            return await work(api)

    return asyncio.run(inside())


def wps(sandbox: RunningSandbox, token: str = TOKEN, **options: Any) -> Any:
    """webexpythonsdk."""
    return WebexAPI(access_token=token, base_url=sandbox.base_url + "/", **options)


def wxc_call(sandbox: RunningSandbox, kind: str, method: str, **given: Any) -> Any:
    """What a method of wxc-sdk gives (`licenses.list`); generators as lists. `kind`: "sync" or "async"."""
    if kind == "sync":
        with wxc(sandbox) as api:
            return _whole(_method(api, method)(**given))

    async def work(api: Any) -> Any:
        found = _method(api, method)(**given)
        return await found if inspect.isawaitable(found) else [item async for item in found]

    return wxc_async(sandbox, work)


def wps_call(sandbox: RunningSandbox, method: str, **given: Any) -> Any:
    """What a method of webexpythonsdk gives; generators as lists."""
    return _whole(_method(wps(sandbox), method)(**given))


def _method(api: Any, name: str) -> Any:
    for part in name.split("."):
        api = getattr(api, part)
    return api


def _whole(found: Any) -> Any:
    return list(found) if isinstance(found, Iterator) or type(found).__name__ == "GeneratorContainer" else found


def scim_here(monkeypatch: pytest.MonkeyPatch, sandbox: RunningSandbox) -> None:
    """wxc-sdk has the address of SCIM built in; here it is the sandbox's."""
    for child in ("wxc_sdk.scim.child.ScimApiChild", "wxc_sdk.as_api.AsScimApiChild"):
        monkeypatch.setattr(f"{child}.ep", lambda self, path=None: f"{sandbox.origin}/identity/scim/{path}")


def seen(requests: Iterable[dict[str, Any]]) -> set[str]:
    """Distinct calls among those the sandbox recorded: method, path with `{id}` for ids, names of parameters."""
    found = set()
    for request in requests:
        names = sorted({part.partition("=")[0] for part in request["query"].split("&") if part})
        path = _ID.sub("/{id}", request["path"])
        found.add(f"{request['method']} {path}" + (f"?{'&'.join(names)}" if names else ""))
    return found


def endpoints(requests: Iterable[dict[str, Any]]) -> set[str]:
    """Distinct endpoints among them."""
    return {call.partition("?")[0] for call in seen(requests)}
