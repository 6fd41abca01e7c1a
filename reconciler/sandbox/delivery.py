"""How an answer reaches the client: whole and at once, or slowly, in part, or not at all.

What breaks a connection needs one: over the ASGI transport of a test there is none, and a reset is like a cut. `connected`
hands each call the connection it came over; only our own server does that.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from reconciler.sandbox.faults import Then

_CONNECTION = "reconciler.sandbox.connection"
_STEPS_A_SECOND = 20
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def connected(app: ASGIApp) -> ASGIApp:
    """The app, told of the transport each call came over as far as the server shows it (uvicorn does)."""

    async def inside(scope: Scope, receive: Receive, send: Send) -> None:
        scope[_CONNECTION] = getattr(getattr(send, "__self__", None), "transport", None)
        await app(scope, receive, send)

    return inside


def response(body: bytes, status: int, headers: Mapping[str, str], media_type: str, then: Then | None) -> Response:
    """The answer, delivered as `then` has it (`reset`, `cut`, `truncate`, `bytes_per_second`)."""
    if then is None:
        return Response(body, status, headers, media_type)
    if then.truncate is not None:
        body = body[: int(len(body) * then.truncate)]
    if then.reset:
        return _Reset(body, status, headers, media_type)
    if then.cut:
        return _Cut(body, status, headers, media_type)
    if then.bytes_per_second is not None:
        return _Slow(body, status, headers, media_type, then.bytes_per_second)
    return Response(body, status, headers, media_type)


class _Cut(Response):
    """An answer that promises more than it sends: the server then closes the connection under the client."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000000")]
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": self.body[: len(self.body) // 2], "more_body": True})


class _Reset(_Cut):
    """No byte of an answer: the other end of the connection is gone."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport: Any = scope.get(_CONNECTION)
        if transport is None:
            await super().__call__(scope, receive, send)
            return
        # A socket that does not linger says goodbye with a TCP reset.
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        transport.abort()


class _Slow(Response):
    """The body in small pieces, so many bytes a second."""

    def __init__(self, body: bytes, status: int, headers: Mapping[str, str], media_type: str, speed: float) -> None:
        super().__init__(body, status, headers, media_type)
        self._speed = speed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        body = bytes(self.body)
        size = max(1, int(self._speed / _STEPS_A_SECOND))
        transport: Any = scope.get(_CONNECTION)
        for at in range(0, len(body), size):
            piece = body[at : at + size]
            await asyncio.sleep(len(piece) / self._speed)
            if transport is not None and transport.is_closing():
                return  # nobody waits for the rest
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
