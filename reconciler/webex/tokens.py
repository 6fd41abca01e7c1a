"""Whose calls these are: an access token for each call, and another one after a 401 where there is one.

A 401 did nothing, so any call may be sent again with another token. Every failure to get one is a WebexAuthError, because
the call that needed it was not sent. Renewing is `renewal`'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from datetime import datetime
from typing import Protocol

import httpx
import msgspec

from reconciler.errors import WebexAuthError
from reconciler.webex.problems import HOW_TO_LOG_IN

TRIES = 3
"""How many tokens one call tries; the first ones ended or were taken over from another process."""

Exchange = Callable[[Mapping[str, str]], Awaitable[httpx.Response]]
"""Sends a form to `POST /access_token` and returns whatever was answered in the end. WebexError where nothing was."""


class Grant(msgspec.Struct, frozen=True):
    """An access token, and when it ends if that is known. `due`: from when on it is to be replaced."""

    access: str
    until: datetime | None = None
    due: datetime | None = None
    adopted: bool = False
    """It comes from the file, so another process or command got it."""

    def __repr__(self) -> str:
        return f"Grant(until={self.until})"


class Tokens(Protocol):
    """Where a session's access token comes from."""

    @property
    def identity(self) -> str:
        """A digest that stays the same while tokens are renewed: whose calls these are. Not a secret."""

    @property
    def secrets(self) -> frozenset[str]:
        """What no message may hold."""

    @property
    def hint(self) -> str:
        """What to do about a 401 that stays."""

    async def current(self, exchange: Exchange) -> Grant:
        """The token to send now. WebexAuthError when there is none to be had."""

    async def after(self, refused: Grant, exchange: Exchange) -> Grant | None:
        """Another token after a 401 for this one; None when there is no other. WebexAuthError when it cannot be had."""

    def proven(self, grant: Grant) -> None:
        """Webex accepted this token."""

    async def aclose(self) -> None:
        """Carry to its end what has begun."""


class AccessToken:
    """One access token that somebody got and that nobody renews. WebexAuthError for text that can be none."""

    hint = HOW_TO_LOG_IN

    def __init__(self, token: str) -> None:
        self._grant = Grant(usable(token, "The Webex access token", "Set WEBEX_ACCESS_TOKEN to a Webex access token."))

    @property
    def identity(self) -> str:
        """See `Tokens`."""
        return hashlib.sha256(self._grant.access.encode()).hexdigest()

    @property
    def secrets(self) -> frozenset[str]:
        """See `Tokens`."""
        return frozenset({self._grant.access})

    async def current(self, exchange: Exchange) -> Grant:
        """See `Tokens`."""
        return self._grant

    async def after(self, refused: Grant, exchange: Exchange) -> Grant | None:
        """See `Tokens`."""
        return None

    def proven(self, grant: Grant) -> None:
        """See `Tokens`."""

    async def aclose(self) -> None:
        """See `Tokens`."""


class Bearer(httpx.Auth):
    """Puts the token into one call, and sends it again with another token after a 401, which did nothing."""

    def __init__(self, tokens: Tokens, exchange: Exchange) -> None:
        self._tokens, self._exchange = tokens, exchange

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """See `httpx.Auth`."""
        grant = await self._tokens.current(self._exchange)
        for left in reversed(range(TRIES)):
            request.headers["Authorization"] = f"Bearer {grant.access}"
            response = yield request
            if response.status_code != 401:
                self._tokens.proven(grant)
                return
            other = await self._tokens.after(grant, self._exchange) if left else None
            if other is None:
                return
            grant = other


def usable(value: str, what: str, hint: str) -> str:
    """The bare text, if an HTTP header can hold it. WebexAuthError that does not repeat it."""
    bare = value.strip()
    if not bare:
        raise WebexAuthError(f"{what} is empty", hint=hint)
    if not (bare.isascii() and bare.isprintable()) or " " in bare:
        raise WebexAuthError(f"{what} holds characters that no token has", hint=hint)
    return bare
