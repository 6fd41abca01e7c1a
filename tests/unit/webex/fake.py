"""A Webex made of plain functions: answers at the transport, recorded requests, and a sleep that never waits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx

from reconciler.ports import Pace
from reconciler.webex import Reader, Session, Writer

T = TypeVar("T")

TOKEN = "secret-token-4711"
BASE = "https://webexapis.com/v1"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

Reply = httpx.Response | Exception
Handler = Callable[[httpx.Request], httpx.Response]


class Scene:
    """One session against scripted answers. After `run` it holds what was sent, slept and told."""

    def __init__(self, *replies: Reply, handler: Handler | None = None, base: str = BASE) -> None:
        self._replies = list(replies)
        self._handler = handler
        self._base = base
        self.requests: list[httpx.Request] = []
        self.slept: list[float] = []
        self.notes: list[str] = []
        self.calls = 0
        self.pace: Callable[[], Pace | None] | None = None

    def run(self, work: Callable[[Session], Awaitable[T]], *, org_id: str | None = None) -> T:
        """Run `work` in a fresh session."""

        async def whole() -> T:
            session = Session(
                TOKEN,
                self._base,
                transport=httpx.MockTransport(self._answer),
                org_id=org_id,
                sleep=self._sleep,
                clock=lambda: NOW,
                note=self.notes.append,
                ticks=lambda: sum(self.slept),
                pace=self.pace,
            )
            async with session:
                try:
                    return await work(session)
                finally:
                    self.calls = session.calls

        return asyncio.run(whole())

    def read(self, work: Callable[[Reader], Awaitable[T]], *, org_id: str | None = None) -> T:
        """Run `work` with a reader."""
        return self.run(lambda session: work(Reader(session)), org_id=org_id)

    def write(self, work: Callable[[Writer], Awaitable[T]], *, org_id: str | None = None) -> T:
        """Run `work` with a writer."""
        return self.run(lambda session: work(Writer(session)), org_id=org_id)

    @property
    def sent(self) -> list[str]:
        """Method, path and query of every request, in order."""
        return [f"{request.method} {request.url.raw_path.decode()}" for request in self.requests]

    def query(self, number: int) -> dict[str, str]:
        """The decoded query of a request, counted from 0."""
        return dict(self.requests[number].url.params)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self._handler is not None:
            return self._handler(request)
        reply = self._replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def ok(body: Any, *, following: str | None = None, status: int = 200, tracking: str = "ROUTER_1") -> httpx.Response:
    """A success with a JSON body, and a Link to the next page if `following` names its URL."""
    headers = {"Trackingid": tracking}
    if following is not None:
        headers["Link"] = f'<{following}>; rel="next"'
    return httpx.Response(status, json=body, headers=headers)


def items(*entries: Any, following: str | None = None) -> httpx.Response:
    """A page of a list."""
    return ok({"items": list(entries)}, following=following)


def raw(content: bytes, *, status: int = 200) -> httpx.Response:
    """An answer with these very bytes."""
    return httpx.Response(status, content=content, headers={"Trackingid": "ROUTER_1"})


def refused(status: int, body: Any = None, **headers: str) -> httpx.Response:
    """An answer that is no success."""
    return httpx.Response(
        status, json=body or {}, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


class Broken(httpx.AsyncByteStream):
    """A body that stops in the middle."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'{"items": ['
        raise httpx.ReadError("connection reset")


def person(number: int, **more: Any) -> dict[str, Any]:
    """A person as Webex lists them."""
    usual = {
        "id": f"person-{number}",
        "emails": [f"p{number}@acme.example"],
        "displayName": f"Person {number}",
        "licenses": ["license-b", "license-a"],
        "siteUrls": ["acme.webex.com"],
        "created": "2024-05-06T07:08:09.123Z",
        "type": "person",
        "loginEnabled": True,
        "invitePending": False,
    }
    return {**usual, **more}


async def gathered(pages: AsyncIterator[Iterable[T]]) -> list[list[T]]:
    """All pages of an async iterator."""
    return [list(page) async for page in pages]


def body(request: httpx.Request) -> Any:
    """The JSON that was sent."""
    return json.loads(request.content)
