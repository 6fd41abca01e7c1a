"""One attempt of one call, below the retries: a turn, the caller's last look, the request, the whole answer.

Everything that is repeated comes through here again, so that retries are paced like first attempts, and answers are read
whole, so that a connection that breaks in the middle of a page is repeated like one that broke before it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import httpx

from reconciler.webex.door import Door
from reconciler.webex.retry import asked_for

Ready = Callable[[], None]
READY = "webex-licenses.ready"
"""Extension of a request: what is called right before it leaves, each time."""

UNPACED = "webex-licenses.unpaced"
"""Extension of a request that is not made with the token and not counted against it."""


class NotReadyError(Exception):
    """Carries what `ready` raised past everything that looks for errors of HTTP."""

    def __init__(self, reason: Exception) -> None:
        super().__init__()
        self.reason = reason


class Attempts(httpx.AsyncBaseTransport):
    """Sends each request in its turn, counts it and hands on the answer when it was read to the end.

    `deadline`: seconds that a request with a last look before it (see READY) may take in all.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        door: Door,
        count: Callable[[], None],
        clock: Callable[[], datetime],
        deadline: float,
    ) -> None:
        self._inner, self._deadline = inner, deadline
        self._door = door
        self._count = count
        self._clock = clock

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, read whole."""
        if request.extensions.get(UNPACED):
            return await self._send(request)
        epoch = await self._door.turn()
        status, wait = None, None
        try:
            response = await self._send(request)
            status, wait = response.status_code, asked_for(response.headers, self._clock())
        finally:
            self._door.landed(epoch, status, wait)
        return response

    async def aclose(self) -> None:
        """Close all connections."""
        await self._inner.aclose()

    async def _send(self, request: httpx.Request) -> httpx.Response:
        ready = request.extensions.get(READY)
        if ready is None:
            return await self._sent(request)
        _ask(ready)
        try:
            # What changes something must have a last moment as a whole, not only for each step of it: whoever resumes a
            # run goes by it.
            async with asyncio.timeout(self._deadline):
                return await self._sent(request)
        except TimeoutError as error:
            raise httpx.ReadTimeout(f"no whole answer within {self._deadline:g} s", request=request) from error

    async def _sent(self, request: httpx.Request) -> httpx.Response:
        self._count()
        response = await self._inner.handle_async_request(request)
        try:
            body = b"".join([part async for part in response.stream])  # type: ignore[union-attr]
        finally:
            await response.aclose()
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=httpx.ByteStream(body),
            extensions=response.extensions,
        )


def _ask(ready: Ready | None) -> None:
    if ready is not None:
        try:
            ready()
        except Exception as error:
            raise NotReadyError(error) from error
