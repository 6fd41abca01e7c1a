"""A service app's tokens: renewed ahead of their end and after a 401, remembered from one command to the next.

All calls in flight share one renewal. A renewal that has begun is carried to its end, whoever stops waiting for it, because
Webex may void the old refresh token as soon as it gives the new one: what came back is stored first and used afterwards.
(webex-api facts, section 8.)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import httpx
import msgspec

from reconciler.errors import WebexAuthError, WebexError
from reconciler.webex.credentials import Credentials, Kept, key_of
from reconciler.webex.problems import problem
from reconciler.webex.retry import tracking_id
from reconciler.webex.tokens import Exchange, Grant, usable

AHEAD = timedelta(minutes=5)
"""How long before its end a token is replaced; a tenth of its life if that is less."""

AGAIN = timedelta(seconds=30)
"""Pause between attempts to renew or to store while the run can go on without."""

GARBLED = 3
"""How often the refresh token is handed in when the answer is none that can be understood."""

SERVICE_APP = ("WEBEX_CLIENT_ID", "WEBEX_CLIENT_SECRET", "WEBEX_REFRESH_TOKEN")
_NEW_ONE = (
    "Make a new refresh token for the service app or integration and set WEBEX_REFRESH_TOKEN to it (docs/tokens.md)."
)


class Client(msgspec.Struct, frozen=True):
    """A service app or an integration, with the refresh token that the environment names."""

    id: str
    secret: str
    refresh_token: str

    def __repr__(self) -> str:
        return f"Client(id={self.id!r})"


class Renewing:
    """The tokens of a client, renewed as they end and remembered in a file. `note` is told what the user must know."""

    hint = (
        "Webex refuses an access token that it has just given. See in Control Hub (Apps, Service Apps) whether the service "
        "app is still authorized; after that, make a new refresh token (docs/tokens.md)."
    )

    def __init__(
        self,
        client: Client,
        base_url: str,
        credentials: Credentials,
        *,
        clock: Callable[[], datetime],
        note: Callable[[str], None],
    ) -> None:
        for value, name in zip((client.id, client.secret, client.refresh_token), SERVICE_APP, strict=True):
            usable(value, f"The value of {name}", f"Set {name} to what Webex shows for the service app.")
        self._client, self._credentials = client, credentials
        self._clock, self._note = clock, note
        self._key = key_of(base_url.rstrip("/"), client.id, client.refresh_token)
        self._secrets = {client.secret, client.refresh_token}
        self._grant: Grant | None = None
        self._proven = False  # Webex accepted the present token at least once
        self._unstored: Kept | None = None
        self._renewal: asyncio.Task[Grant] | None = None
        self._over: WebexAuthError | None = None
        self._not_before: datetime | None = None

    @property
    def identity(self) -> str:
        """See `Tokens`."""
        return self._key

    @property
    def secrets(self) -> frozenset[str]:
        """See `Tokens`."""
        return frozenset(self._secrets)

    async def current(self, exchange: Exchange) -> Grant:
        """See `Tokens`. While the present token lasts, trouble with getting the next one is told and tried again."""
        grant, now = self._grant, self._clock()
        if grant is None or (grant.until is not None and now >= grant.until):
            return await self._renewed(grant, exchange)
        waiting = self._not_before is not None and now < self._not_before
        if waiting or not (self._unstored or (grant.due is not None and now >= grant.due)):
            return grant
        self._not_before = now + AGAIN  # meanwhile other calls go on with what there is
        if self._unstored:
            await self._store_again()
            return grant
        try:
            return await self._renewed(grant, exchange)
        except WebexAuthError as error:
            self._note(
                f"The access token ends at {grant.until:%H:%M:%S} UTC and cannot be renewed yet: {error.message}"
            )
            return grant

    async def after(self, refused: Grant, exchange: Exchange) -> Grant | None:
        """See `Tokens`. None where this very token was given by Webex just now and never worked."""
        ended = refused.until is not None and self._clock() >= refused.until
        if refused == self._grant and not (refused.adopted or ended or self._proven):
            return None
        return await self._renewed(refused, exchange)

    def proven(self, grant: Grant) -> None:
        """See `Tokens`."""
        self._proven = self._proven or grant == self._grant

    async def aclose(self) -> None:
        """Finish a renewal that is under way, and try to store once more what could not be stored."""
        if self._renewal is not None:
            with suppress(WebexError):
                await self._renewal
        if self._unstored:
            await self._store_again()
        if self._unstored:
            self._note(
                f"The newest refresh token was never stored in {self._credentials.path} and is gone with this run. If the next "
                f"one is refused: {_NEW_ONE}"
            )

    async def _renewed(self, spent: Grant | None, exchange: Exchange) -> Grant:
        """A grant other than `spent`; whoever comes while one is being got waits for that one."""
        if self._over is not None:
            raise self._over
        if self._grant is not None and self._grant != spent:
            return self._grant
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew(spent.access if spent else None, exchange))
            self._renewal.add_done_callback(lambda task: task.cancelled() or task.exception())
        return await asyncio.shield(self._renewal)

    async def _renew(self, spent: str | None, exchange: Exchange) -> Grant:
        if not self._adopt(spent):
            async with self._credentials.locked():
                if not self._adopt(spent):
                    with self._credentials.room() as room:
                        kept = await self._asked(exchange)
                        why = self._store(room.keep, kept)
                        self._take(kept, adopted=False)
                        self._told(why)
        assert self._grant is not None
        return self._grant

    def _told(self, why: str) -> None:
        """There was room a moment ago, and the old token may be void by now: going on is the way to keep the new one."""
        if why:
            self._not_before = self._clock() + AGAIN
            self._note(
                f"The new refresh token could not be stored in {self._credentials.path}: {why}. This run goes on and tries "
                "again; if it ends first, the next one needs a new WEBEX_REFRESH_TOKEN, for Webex may have voided the old one."
            )

    def _adopt(self, spent: str | None) -> bool:
        """Take the file's access token, if there is one that lasts and is not the spent one."""
        kept = self._unstored or self._credentials.read(self._key)
        if kept is None or kept.access_token is None or kept.access_token == spent:
            return False
        if kept.until is not None and self._clock() >= kept.until:
            return False
        self._take(kept, adopted=True)
        return True

    def _take(self, kept: Kept, *, adopted: bool) -> None:
        assert kept.access_token is not None
        self._secrets |= {kept.access_token, kept.refresh_token}
        self._grant = Grant(kept.access_token, kept.until, _due(kept.until, self._clock()), adopted)
        self._proven, self._not_before = False, None

    async def _asked(self, exchange: Exchange) -> Kept:
        """New tokens for the newest refresh token; where another machine used that up meanwhile, for the next one."""
        tried: set[str] = set()
        garbled = 0
        while True:
            kept = self._unstored or self._credentials.read(self._key)
            refresh = kept.refresh_token if kept else self._client.refresh_token
            self._secrets.add(refresh)
            form = {"client_id": self._client.id, "client_secret": self._client.secret, "refresh_token": refresh}
            try:
                response = await exchange({"grant_type": "refresh_token", **form})
            except WebexError as error:
                raise WebexAuthError(f"No new access token could be had. {error.message}", hint=error.hint) from None
            if response.status_code == 200:
                understood = self._understood(response, refresh)
                if understood is not None:
                    return understood
                garbled += 1
                if garbled < GARBLED:
                    continue  # as after a lost answer: there is nothing better to try than the same refresh token
                raise self._strange(response)
            tried.add(refresh)
            newer = self._credentials.read(self._key)
            if newer is None or newer.refresh_token in tried or self._unstored:
                raise self._refused(response, from_file=kept is not None)

    def _understood(self, response: httpx.Response, refresh: str) -> Kept | None:
        try:
            given = msgspec.json.decode(response.content, type=_Given)
            access = usable(given.access_token, "", "")
            newest = usable(given.refresh_token or refresh, "", "")
        except (ValueError, RecursionError, WebexAuthError):
            return None
        now = self._clock()
        return Kept(newest, _end(now, given.refresh_token_expires_in), access, _end(now, given.expires_in))

    def _strange(self, response: httpx.Response) -> WebexAuthError:
        return WebexAuthError(
            "Webex's answer to the refresh token holds no access token that can be used",
            hint=f"Check WEBEX_BASE_URL and what stands between here and Webex. If the next run is refused: {_NEW_ONE}",
            method="POST",
            path=response.request.url.path,
            status=response.status_code,
            tracking_id=tracking_id(response.headers),
        )

    def _refused(self, response: httpx.Response, *, from_file: bool) -> WebexAuthError:
        """Throttling and failures of Webex may pass; any other answer is the last word of this run."""
        status = response.status_code
        told = problem("POST", response.request.url.path, status, response.headers, response.content, self._secrets)
        if status >= 500 or status in (408, 423, 429):
            return WebexAuthError(f"No new access token could be had. {told.message}", hint=told.hint)
        source = f"from {self._credentials.path}" if from_file else "of WEBEX_REFRESH_TOKEN"
        message, hint = f"Webex does not accept the refresh token {source}: {told.message}", _NEW_ONE
        if status == 401:
            message = told.message.replace("the access token", f"{SERVICE_APP[0]} with {SERVICE_APP[1]}")
            hint = f"Compare both with what Webex shows for the service app. {_NEW_ONE}"
        elif not from_file:
            hint = (
                "It was used before and its successor is in another credentials file (none for it is in "
                f"{self._credentials.path}), or it has ended or was revoked. {_NEW_ONE}"
            )
        self._over = WebexAuthError(message, hint=hint)
        return self._over

    def _store(self, keep: Callable[[str, Kept, datetime], None], kept: Kept) -> str:
        """Why these could not be stored, or nothing. They are remembered until they are."""
        self._unstored = kept
        try:
            keep(self._key, kept, self._clock())
        except (OSError, WebexAuthError) as error:
            return str(getattr(error, "strerror", None) or getattr(error, "message", type(error).__name__))
        self._unstored = None
        return ""

    async def _store_again(self) -> None:
        kept = self._unstored
        with suppress(WebexAuthError):
            async with self._credentials.locked():
                with self._credentials.room() as room:
                    if kept is not None:
                        self._store(room.keep, kept)


class _Given(msgspec.Struct):
    access_token: str
    expires_in: float | None = None
    refresh_token: str | None = None
    refresh_token_expires_in: float | None = None


def _end(now: datetime, seconds: float | None) -> datetime | None:
    with suppress(OverflowError, ValueError):
        return None if seconds is None else now + timedelta(seconds=seconds)
    return None


def _due(until: datetime | None, now: datetime) -> datetime | None:
    return None if until is None else until - min(AHEAD, max(until - now, timedelta(0)) / 10)
