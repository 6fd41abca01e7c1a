"""One connection to one Webex origin: the calls, and what becomes of an answer.

Tokens and secrets leave this process in two places (`Session._send`, `Session._exchange`), towards one origin, whatever a
link in an answer says; redirects are never followed. Knows nothing of people or licenses.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec
from httpx_retries import RetryTransport

from reconciler.errors import InputError, WebexError, WebexShapeError, WebexUnreachableError
from reconciler.ports import Pace
from reconciler.webex.attempt import READY, UNPACED, Attempts, NotReadyError, Ready
from reconciler.webex.door import Door, key_of
from reconciler.webex.problems import problem
from reconciler.webex.retry import THROTTLED, GetRetry, Note, Patience, Sleep, tracking_id
from reconciler.webex.tokens import AccessToken, Bearer, Tokens
from reconciler.webex.watched import Watched

_T = TypeVar("_T")
AT_ONCE = 8
"""Requests under way at the same time over one session: with answers that take t seconds, 8 / t calls a second at most."""


def utc_now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def ignore(_: str) -> None:
    """Tell nobody."""


class Answer(msgspec.Struct, frozen=True):
    """A success: the whole body, and what paging and messages need. `next_link` is the raw URL of rel="next"."""

    method: str
    path: str
    status: int
    content: bytes
    tracking_id: str | None = None
    next_link: str | None = None

    def understood(self, decode: Callable[[bytes], _T]) -> _T:
        """The body through `decode`; WebexShapeError with path and tracking id where that cannot read it."""
        try:
            return decode(self.content)
        except msgspec.ValidationError as error:
            raise self.strange(f"Webex's answer is not of the documented shape: {error}") from None
        except (ValueError, RecursionError):
            # No cause and no text of the error: it may quote the body.
            raise self.strange("Webex's answer is not JSON of the documented shape") from None

    def strange(self, message: str) -> WebexShapeError:
        """The exception for this answer when something about it is not as documented."""
        return WebexShapeError(
            message,
            hint="Check WEBEX_BASE_URL and what stands between here and Webex; else report it with the tracking id.",
            method=self.method,
            path=self.path,
            status=self.status,
            tracking_id=self.tracking_id,
        )


class Session:
    """The calls of one token, or its successors, to one origin. An async context manager; `calls` counts requests sent,
    repetitions included.

    `base_url` is Webex's API including `/v1`. `org_id`, when set, is sent along wherever the API takes it; it may be set
    later, and so may `customer`, the path whose GET admits a partner's token to the organization. `proxy` is a proxy's URL.
    `timeout` is in seconds and holds for each step of a call (connect, send, each read), and for a PATCH as a whole.
    `note` is told of waits longer than 5 seconds. `pace` is asked at the first call for what is shared with others who use
    the same token; `ticks` is a monotonic clock in seconds. `seen` is told the status of every attempt, see `watched`.
    `token` is an access token or, where it can be renewed, `renewal.Renewing`; `identity` is the digest by which to know its
    owner. Raises WebexAuthError for an empty or unusable token, InputError for a base URL that is none.
    """

    def __init__(
        self,
        token: str | Tokens,
        base_url: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        org_id: str | None = None,
        sleep: Sleep = asyncio.sleep,
        clock: Callable[[], datetime] = utc_now,
        note: Note = ignore,
        timeout: float = 60.0,
        proxy: str | None = None,
        pace: Callable[[], Pace | None] | None = None,
        ticks: Callable[[], float] = time.monotonic,
        seen: Callable[[str], None] = ignore,
    ) -> None:
        self._tokens: Tokens = AccessToken(token) if isinstance(token, str) else token
        self.identity = self._tokens.identity
        self._origin, self._base = _split(base_url)
        self.org_id = org_id
        self.customer: str | None = None
        self.calls = 0
        self._door = Door(
            key_of(self.identity, str(self._origin) + self._base), pace, sleep=sleep, ticks=ticks, note=note
        )
        self._waiting = (sleep, clock, note, self._door.tell)
        self._tasks: set[asyncio.Task[Any]] = set()
        # More requests at once gain nothing against one rate limit, and the pool looks at every waiting one at every turn.
        self._gate = asyncio.Semaphore(AT_ONCE)
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        # Plain http is for this machine only (wiring sees to that); loading certificates for it would cost 20 ms.
        verify = self._origin.scheme == "https"
        inner = transport or httpx.AsyncHTTPTransport(proxy=proxy, limits=limits, verify=verify)
        inner = Watched(inner, seen)
        self._client = httpx.AsyncClient(
            transport=RetryTransport(transport=Attempts(inner, self._door, self._count, clock, timeout)),
            # Waiting for a free connection is our own doing and never an error of Webex.
            timeout=httpx.Timeout(timeout, pool=None),
            follow_redirects=False,
            headers={"Accept": "application/json", "User-Agent": "webex-licenses"},
        )

    async def __aenter__(self) -> Session:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Stop what is still being read ahead and close all connections."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError, Exception):
                await task
        try:
            await self._tokens.aclose()
            await self._door.aclose()
        finally:
            await self._client.aclose()

    def api(self, path: str) -> str:
        """The full path of an endpoint of the REST API: `/people` -> `/v1/people`."""
        return self._base + path

    def scim(self, org_uuid: str, path: str) -> str:
        """The full path of a SCIM endpoint, which lives at the same origin beside `/v1`."""
        return f"{self._base.removesuffix('/v1')}/identity/scim/{org_uuid}/v2{path}"

    async def get(self, path: str, query: str = "") -> Answer:
        """GET a full path with a query string that is already encoded. Repeated until answered, see `retry`."""
        return self._accept(await self._admitted(lambda: self._get(path, query)), path, {200})

    async def _get(self, path: str, query: str = "") -> httpx.Response:
        patience = Patience("GET", path, *self._waiting)
        return await self._send("GET", path, query, extensions={"retry": GetRetry(patience)})

    async def _admitted(self, send: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        """Send; where a partner's token is forbidden, be admitted to the customer again, for that lapses, and send once more.

        A 403 did nothing, so this holds for a PATCH, too.
        """
        response = await send()
        if response.status_code != 403 or self.customer is None:
            return response
        try:
            admitted = (await self._get(self.customer)).status_code == 200
        except WebexError:
            admitted = False  # then the first answer stands
        # Outside of the `try`: what the second sending ran into may have had an effect, which a 403 denies.
        return await send() if admitted else response

    async def patch(self, path: str, body: bytes, *, ready: Ready | None = None) -> Answer:
        """PATCH JSON. Sent again only after 429 and 423, because then Webex did nothing; never after anything else.

        `ready` is called right before each time it leaves, after all waiting; what it raises goes through unchanged, and
        then nothing was sent that time. WebexServerError, WebexUnreachableError and WebexShapeError leave the effect
        unknown.
        """
        patience = Patience("PATCH", path, *self._waiting)
        extensions = {READY: ready} if ready else None
        while True:
            response = await self._admitted(lambda: self._send("PATCH", path, "", content=body, extensions=extensions))
            if response.status_code not in THROTTLED:
                return self._accept(response, path, {200, 206})
            await patience.slowed(response.status_code, response.headers)

    async def post(self, path: str, body: bytes) -> Answer:
        """POST JSON. Sent again only after 429 and 423, like a PATCH; what else goes wrong leaves the effect unknown."""
        patience = Patience("POST", path, *self._waiting)
        while True:
            response = await self._send("POST", path, "", content=body)
            if response.status_code not in THROTTLED:
                return self._accept(response, path, {200})
            await patience.slowed(response.status_code, response.headers)

    def ahead(self, call: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        """Start a call while something else is done; it ends with the session at the latest."""
        task = asyncio.create_task(call)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # Looked at, so that asyncio does not complain when nobody came to fetch it.

    def _count(self) -> None:
        self.calls += 1

    async def _send(
        self,
        method: str,
        path: str,
        query: str,
        *,
        content: bytes | None = None,
        extensions: dict[str, Any] | None = None,
    ) -> httpx.Response:
        headers = {} if content is None else {"Content-Type": "application/json"}
        url = self._origin.copy_with(raw_path=(f"{path}?{query}" if query else path).encode("ascii"))
        request = self._client.build_request(method, url, headers=headers, content=content, extensions=extensions or {})
        async with self._gate:
            return await self._answered(request, path, Bearer(self._tokens, self._exchange))

    async def _exchange(self, form: Mapping[str, str]) -> httpx.Response:
        """`POST /access_token`, past the gate, whose places are held by the calls that wait for this one.

        Repeated like a GET: after a lost answer there is nothing better to try than the same refresh token.
        """
        path = self.api("/access_token")
        retry = GetRetry(Patience("POST", path, *self._waiting))
        retry.allowed_methods = frozenset({"POST"})
        request = self._client.build_request(
            "POST",
            self._origin.copy_with(raw_path=path.encode("ascii")),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            content=urlencode(form).encode("ascii"),
            extensions={"retry": retry, UNPACED: True},
        )
        return await self._answered(request, path, None)

    async def _answered(self, request: httpx.Request, path: str, auth: httpx.Auth | None) -> httpx.Response:
        """The answer to a request; what keeps it from coming as WebexError."""
        method = request.method
        try:
            return await self._client.send(request, auth=auth)
        except NotReadyError as refusal:
            raise refusal.reason from None
        except httpx.DecodingError:
            raise WebexShapeError(
                "Webex's answer is compressed in a way that cannot be undone", method=method, path=path
            ) from None
        except httpx.HTTPError as error:
            raise WebexUnreachableError(
                f"No answer from {self._origin.host}: {type(error).__name__}",
                hint="Check the network, the proxy and WEBEX_BASE_URL.",
                method=method,
                path=path,
            ) from None

    def _accept(self, response: httpx.Response, path: str, expected: set[int]) -> Answer:
        status, headers = response.status_code, response.headers
        if status not in expected:
            method, tokens = response.request.method, self._tokens
            raise problem(method, path, status, headers, response.content, tokens.secrets, tokens.hint)
        links = {(relation or "").lower(): link.get("url") for relation, link in response.links.items()}
        method = response.request.method
        return Answer(method, path, status, response.content, tracking_id(headers), links.get("next"))


def _split(base_url: str) -> tuple[httpx.URL, str]:
    parts = urlsplit(base_url.strip())
    try:
        origin = httpx.URL(f"{parts.scheme}://{parts.netloc}") if parts.scheme in ("http", "https") else None
    except httpx.InvalidURL:
        origin = None
    if origin is None or not origin.host or origin.userinfo or parts.query or parts.fragment:
        raise InputError(
            "The Webex base URL is not a plain http or https URL",
            hint="Set WEBEX_BASE_URL like https://webexapis.com/v1, without user, query or fragment.",
        )
    return origin, parts.path.rstrip("/")
