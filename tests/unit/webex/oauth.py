"""A Webex that gives and rotates tokens, and processes with one credentials file; no socket, no waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs

import httpx

from reconciler.webex import Client, Credentials, Renewing, Session
from reconciler.webex.credentials import Kept, key_of

BASE = "https://webexapis.com/v1"
T = TypeVar("T")
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Webex:
    """Knows one client; counts, rotates, and lets tokens end. `now` is everybody's clock."""

    def __init__(self, *, life: float = 1000.0, rotates: bool = True) -> None:
        self.now = START
        self.life, self.rotates = life, rotates
        self.issued = 0
        self.refresh = "R0"
        self.ends: dict[str, datetime] = {}
        self.log: list[str] = []
        self.trouble: list[httpx.Response | Exception] = []
        self.hold: asyncio.Event | None = None
        self.on_exchange: Callable[[], None] = lambda: None

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        if request.url.path == "/v1/access_token":
            return await self._exchange(request)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        self.log.append(f"{request.method} {token}")
        await asyncio.sleep(0)
        if token not in self.ends or self.now >= self.ends[token]:
            return httpx.Response(401, json={"message": f"token {token} is not valid"})
        return httpx.Response(200, json={"items": []})

    async def _exchange(self, request: httpx.Request) -> httpx.Response:
        assert request.method == "POST"
        assert "authorization" not in request.headers
        assert request.headers["content-type"] == "application/x-www-form-urlencoded"
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        self.log.append(f"refresh {form['refresh_token']}")
        if self.hold is not None:
            await self.hold.wait()
        self.on_exchange()
        if self.trouble:
            reply = self.trouble.pop(0)
            if isinstance(reply, Exception):
                raise reply
            return reply
        if (form["client_id"], form["client_secret"], form["grant_type"]) != ("C1", "S3CRET", "refresh_token"):
            return httpx.Response(401, json={"message": f"bad client {form['client_secret']}"})
        if form["refresh_token"] != self.refresh:
            return httpx.Response(400, json={"message": f"invalid_grant {form['refresh_token']}", "trackingId": "T_9"})
        return self.issue()

    def issue(self) -> httpx.Response:
        """New tokens."""
        self.issued += 1
        if self.rotates:
            self.refresh = f"R{self.issued}"
        self.ends[f"A{self.issued}"] = self.now + timedelta(seconds=self.life)
        body: dict[str, Any] = {"access_token": f"A{self.issued}", "expires_in": self.life}
        return httpx.Response(200, json={**body, "refresh_token": self.refresh, "refresh_token_expires_in": 7_775_999})


class World:
    """One Webex, one credentials file, and sessions of any number of processes."""

    def __init__(self, folder: Path, webex: Webex | None = None, file: str = "own/credentials.json") -> None:
        self.webex = webex or Webex()
        self.path = folder / file
        self.notes: list[str] = []
        self.slept: list[float] = []

    def session(
        self,
        refresh: str = "R0",
        secret: str = "S3CRET",
        handler: Callable[[httpx.Request], Awaitable[httpx.Response]] | None = None,
    ) -> Session:
        """A session of a process of its own. `handler` stands between it and Webex."""
        client, file = Client("C1", secret, refresh), Credentials(self.path)
        tokens = Renewing(client, BASE, file, clock=lambda: self.webex.now, note=self.notes.append)
        transport = httpx.MockTransport(handler or self.webex)  # type: ignore[arg-type]
        return Session(tokens, BASE, transport=transport, sleep=self._sleep, note=self.notes.append)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def run(self, work: Callable[[Session], Awaitable[T]], refresh: str = "R0", secret: str = "S3CRET") -> T:
        """One process that does this."""

        async def whole() -> T:
            async with self.session(refresh, secret) as session:
                return await work(session)

        return asyncio.run(whole())

    def kept(self, refresh: str = "R0") -> Kept | None:
        """What the file knows."""
        return Credentials(self.path).read(key_of(BASE, "C1", refresh))


async def get(session: Session) -> int:
    """One GET."""
    return (await session.get("/v1/people")).status


async def patch(session: Session) -> int:
    """One PATCH."""
    return (await session.patch("/v1/licenses/users", b"{}")).status
