"""The door every Webex call passes: who is it, may they, how fast, what goes wrong today; and the record of all calls.

Order: token (401), rate (429), scope (403), faults, then the endpoint. Endpoints are plain functions from Call to Answer and
run to their end without interruption, so one call sees no half of another.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from reconciler.sandbox.call import Answer, Call, Endpoint, refuse
from reconciler.sandbox.faults import Faults, Then
from reconciler.sandbox.nouns import Token
from reconciler.sandbox.order import BadRequestError
from reconciler.sandbox.pace import Pace
from reconciler.sandbox.state import State

NO_TOKEN = "The request requires a valid access token set in the Authorization request header."  # noqa: S105
SCIM_ERROR = "urn:scim:schemas:extension:cisco:webexidentity:api:messages:2.0:Error"
NO_SCOPE = "The access token lacks a scope or role that this call needs."


def utc_now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)


class Door:
    """Guards all endpoints of one app. `clock` is a monotonic clock in seconds, `now` tells the moment for the record."""

    def __init__(
        self,
        state: State,
        *,
        rate_limit: float | None = None,
        latency: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.state = state
        self.rate_limit = rate_limit
        self.latency = latency
        self.now = now
        self.faults = Faults(clock)
        self.pace = Pace(clock)
        self.requests: list[dict[str, Any]] = []
        self._served = 0
        self._late: set[asyncio.Task[None]] = set()
        state.clock = now
        state.on_count.append(self.faults.counted)

    def guard(self, endpoint: Endpoint, *scopes: str) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint behind this door; a token that has none of `scopes` is turned away (no scopes: any token)."""

        async def guarded(request: Request) -> Response:
            return await self._serve(request, endpoint, scopes)

        return guarded

    async def _serve(self, request: Request, endpoint: Endpoint, scopes: tuple[str, ...]) -> Response:
        token = self._token(request)
        latency = self.faults.now.latency if self.faults.now.latency is not None else self.latency
        if latency:
            await asyncio.sleep(latency)
        body, person = await self._body(request)
        answer = self._turned_away(token, scopes)
        then = None
        if answer is None and token is not None:
            call = self._call(request, token, body)
            then = self.faults.pick(request.method, request.url.path, person)
            answer = await self._answer(call, endpoint, then)
        assert answer is not None
        self._record(request, answer.status, person)
        return self._respond(request, answer, cut=bool(then and then.cut))

    def _token(self, request: Request) -> Token | None:
        kind, _, text = request.headers.get("authorization", "").partition(" ")
        text = text.strip()
        if kind.lower() != "bearer" or not text:
            return None
        if not self.state.tokens:
            return Token(text)
        return next((token for token in self.state.tokens if token.token == text), None)

    def _turned_away(self, token: Token | None, scopes: tuple[str, ...]) -> Answer | None:
        if token is None:
            return refuse(401, NO_TOKEN)
        limit = self.faults.now.rate_limit if self.faults.now.rate_limit is not None else self.rate_limit
        seconds = self.pace.wait(token.token, limit)
        if seconds:
            return refuse(429, "Too many requests. Please try again later.", {"Retry-After": str(seconds)})
        if token.scopes is not None and scopes and not set(scopes) & set(token.scopes):
            return refuse(403, NO_SCOPE)
        return None

    async def _body(self, request: Request) -> tuple[object, str | None]:
        """The decoded body (None when there is none or it is not JSON) and the address of the person it is about."""
        if request.method != "PATCH":
            return None, None
        try:
            body = msgspec.json.decode(await request.body())
        except msgspec.DecodeError:
            return None, None
        if not isinstance(body, dict):
            return body, None
        named = body.get("email") or body.get("personId")
        person = self.state.person(named) if isinstance(named, str) else None
        return body, person.email if person else None

    def _call(self, request: Request, token: Token, body: object) -> Call:
        base = f"{request.url.scheme}://{request.url.netloc}"
        return Call(
            self.state, self.faults, base, request.url.path, request.query_params, request.path_params, token, body
        )

    async def _answer(self, call: Call, endpoint: Endpoint, then: Then | None) -> Answer:
        if then is None:
            return self._run(call, endpoint)
        done = self._run(call, endpoint) if then.effect == "before" or (then.status is None and not then.cut) else None
        if then.effect == "after" and done is None:
            self._later(call, endpoint, then.delay + then.effect_delay)
        if then.delay:
            await asyncio.sleep(then.delay)
        headers = dict(then.headers)
        if then.retry_after is not None:
            headers["Retry-After"] = str(then.retry_after)
        if then.status is None:
            return done or refuse(500, "cut")
        if isinstance(then.body, str):
            return Answer(then.status, then.body.encode(), headers, headers.pop("Content-Type", "text/html"))
        if then.body is not None:
            return Answer(then.status, msgspec.json.encode(then.body), headers)
        return refuse(then.status, f"The sandbox answers {then.status} because it was asked to.", headers)

    def _run(self, call: Call, endpoint: Endpoint) -> Answer:
        try:
            return call.check_organization() or endpoint(call)
        except BadRequestError as error:
            return refuse(400, str(error))

    def _later(self, call: Call, endpoint: Endpoint, seconds: float) -> None:
        async def run() -> None:
            await asyncio.sleep(seconds)
            self._run(call, endpoint)

        task = asyncio.ensure_future(run())
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    def _record(self, request: Request, status: int, person: str | None) -> None:
        at = self.now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.requests.append(
            {
                "method": request.method,
                "path": request.url.path,
                "query": request.url.query,
                "status": status,
                "person": person,
                "at": at,
            }
        )

    def _respond(self, request: Request, answer: Answer, *, cut: bool) -> Response:
        self._served += 1
        kind = {401: "ROUTER", 400: "NA"}.get(answer.status, "SANDBOX")
        tracking = f"{kind}_{self.state.uuid_for('call', str(self._served))}"
        body = answer.body
        if answer.status >= 400 and answer.media_type.startswith("application/json"):
            body = _with_tracking(body, tracking)
        sent = request.headers.get("trackingid")
        headers = {"Trackingid": f"{sent}, {sent}" if sent else tracking, **answer.headers}
        response = _Cut if cut else Response
        return response(body, answer.status, headers, answer.media_type)

    def unknown(self, call: Call) -> Answer:
        """404 for a path that the sandbox does not know."""
        return refuse(404, f"The sandbox does not know {call.path}.")


def _with_tracking(body: bytes, tracking: str) -> bytes:
    document = msgspec.json.decode(body)
    if isinstance(document, dict) and "message" in document:
        document["trackingId"] = tracking
    if isinstance(document, dict) and "schemas" in document:
        document[SCIM_ERROR] = {"trackingId": tracking}
    return msgspec.json.encode(document)


class _Cut(Response):
    """An answer that promises more than it sends: the server then closes the connection under the client."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000000")]
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": self.body[: len(self.body) // 2], "more_body": True})
