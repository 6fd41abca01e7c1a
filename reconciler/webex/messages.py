"""Messages into a Webex space: `POST /messages`. Its token must be of somebody who is in the space, a bot's for instance."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import msgspec

from reconciler.webex.transport import Session


class Space:
    """One space. `connect` gives a session of whoever writes there; it is opened for each message."""

    def __init__(self, room_id: str, connect: Callable[[], AbstractAsyncContextManager[Session]]) -> None:
        self._room_id, self._connect = room_id, connect

    @property
    def channel(self) -> str:
        """The same for the same space."""
        return f"space:{hashlib.sha256(self._room_id.encode()).hexdigest()[:16]}"

    @property
    def shown(self) -> str:
        """In words."""
        return "the Webex space"

    async def send(self, body: bytes, markdown: str, digest: str) -> None:
        """Write Markdown into the space. WebexError when Webex did not take it."""
        content = msgspec.json.encode({"roomId": self._room_id, "markdown": markdown})
        async with self._connect() as session:
            await session.post(session.api("/messages"), content)
