"""The door every Webex call passes: who is it, may they, how fast, what goes wrong today; and the record of all calls.

Order: token (401), rate (429), scope and role (403), faults, organization (403, 404), then the endpoint. Endpoints are plain
functions from Call to Answer and run to their end without interruption, so one call sees no half of another.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from reconciler.sandbox import delivery, reach
from reconciler.sandbox.call import FORBIDDEN, Answer, Call, Endpoint, refuse, refuse_scim
from reconciler.sandbox.faults import Faults, Then
from reconciler.sandbox.life import Life
from reconciler.sandbox.nouns import Token
from reconciler.sandbox.order import BadRequestError
from reconciler.sandbox.pace import Pace, rate_limit
from reconciler.sandbox.state import State
from reconciler.sandbox.tokens import Access, Keys
from reconciler.sandbox.world import World

NO_TOKEN = "The request requires a valid access token set in the Authorization request header."  # noqa: S105
SCIM_ERROR = "urn:scim:schemas:extension:cisco:webexidentity:api:messages:2.0:Error"
SECRETS = ("client_secret", "refresh_token", "access_token", "code")


def utc_now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)


class Door:
    """Guards all endpoints of one app. `clock` is a monotonic clock in seconds, `now` tells the moment for the record."""

    def __init__(
        self,
        world: World,
        *,
        rate_limit: float | None = None,
        latency: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.world = world
        self.rate_limit = rate_limit
        self.latency = latency
        self.now = now
        self.faults = Faults(clock)
        self.pace = Pace(clock)
        self.keys = Keys(world, now, clock)
        self.life = Life(world, clock, now)
        self.requests: list[dict[str, Any]] = []
        self._served = 0
        self._late: set[asyncio.Task[None]] = set()
        for state in world.states:
            state.clock = now
            state.on_count.append(self.faults.counted)
            state.keeps_number = self.faults.freed

    @property
    def state(self) -> State:
        """The organization meant where none is named."""
        return self.world.first

    def pass_time(self) -> None:
        """Whatever is due by now happens; before every call, so that none sees half of it."""
        self.life.catch_up()
        self.faults.settle()

    def guard(self, endpoint: Endpoint, *scopes: str) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint behind this door; a token that has none of `scopes` is turned away (no scopes: any token)."""

        async def guarded(request: Request) -> Response:
            return await self._serve(request, endpoint, lambda access: self._turned_away(request, access, scopes))

        return guarded

    def public(self, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint that is called without a token, because it is where tokens come from."""

        async def served(request: Request) -> Response:
            return await self._serve(request, endpoint, lambda access: None)

        return served

    async def _serve(
        self, request: Request, endpoint: Endpoint, turned_away: Callable[[Access | None], Answer | None]
    ) -> Response:
        access = self._access(request)
        latency = self.faults.seconds(request.method, request.url.path, self.latency)
        if latency:
            await asyncio.sleep(latency)
        body = await _body(request)
        self.pass_time()
        answer = turned_away(access)
        known = access or Access(Token(""), self.world.first)
        call, elsewhere = self._call(request, known, body)
        person = _person(call.state, body)
        then = None
        if answer is None:
            then = self.faults.pick(request.method, request.url.path, person)
            answer = await self._answer(call, endpoint if elsewhere is None else lambda _: elsewhere, then)
        self._record(request, answer.status, person, call.state)
        return self._respond(request, answer, then)

    def _access(self, request: Request) -> Access | None:
        kind, _, text = request.headers.get("authorization", "").partition(" ")
        return self.keys.accept(text.strip()) if kind.lower() == "bearer" else None

    def _turned_away(self, request: Request, access: Access | None, scopes: tuple[str, ...]) -> Answer | None:
        if access is None:
            return refuse(401, NO_TOKEN)
        token = access.token
        limit = rate_limit(self.faults.now.rate_limit if self.faults.now.rate_limit is not None else self.rate_limit)
        seconds = self.pace.wait(token.token, limit)
        if seconds and limit:
            wait = limit.text(seconds, self.now())
            return refuse(429, "Too many requests. Please try again later.", {"Retry-After": wait})
        if token.read_only and request.method != "GET":
            return refuse(403, FORBIDDEN)
        if token.scopes is not None and scopes and not set(scopes) & set(token.scopes):
            return refuse(403, FORBIDDEN)
        return None

    def _call(self, request: Request, access: Access, body: object) -> tuple[Call, Answer | None]:
        """The call with the organization it is about, and why it is refused there, if it is."""
        path, query, params = request.url.path, request.query_params, request.path_params
        state, elsewhere = reach.place(self.keys, access, path, query, params, body, self.faults.now)
        base, kind = f"{request.url.scheme}://{request.url.netloc}", request.headers.get("content-type", "")
        return Call(state, self.faults, base, path, query, params, self.keys, access, body, kind), elsewhere

    async def _answer(self, call: Call, endpoint: Endpoint, then: Then | None) -> Answer:
        if then is None:
            return self._run(call, endpoint)
        runs = then.effect == "before" or (then.status is None and not then.breaks)
        done = self._run(call, endpoint) if runs else None
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
            return endpoint(call)
        except BadRequestError as error:
            return refuse(400, str(error))

    def _later(self, call: Call, endpoint: Endpoint, seconds: float) -> None:
        async def run() -> None:
            await asyncio.sleep(seconds)
            self.pass_time()
            self._run(call, endpoint)

        task = asyncio.ensure_future(run())
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    def _record(self, request: Request, status: int, person: str | None, state: State) -> None:
        at = self.now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.requests.append(
            {
                "method": request.method,
                "path": request.url.path,
                "query": _harmless(request),
                "status": status,
                "person": person,
                "at": at,
            }
            | ({"organization": state.name} if self.world.several else {})
        )

    def _respond(self, request: Request, answer: Answer, then: Then | None) -> Response:
        self._served += 1
        kind = {401: "ROUTER", 400: "NA"}.get(answer.status, "SANDBOX")
        tracking = f"{kind}_{self.state.org_uuid[:24]}{self._served:012x}"
        body = answer.body
        if answer.status >= 400 and answer.media_type.startswith("application/json"):
            body = _with_tracking(body, tracking)
        sent = request.headers.get("trackingid")
        headers = {"Trackingid": f"{sent}, {sent}" if sent else tracking, **answer.headers}
        return delivery.response(body, answer.status, headers, answer.media_type, then)

    def unknown(self, call: Call) -> Answer:
        """404 for a path that the sandbox does not know."""
        message = f"The sandbox does not know {call.path}."
        return refuse_scim(404, message) if call.path.startswith(reach.SCIM) else refuse(404, message)


async def _body(request: Request) -> object:
    """The decoded body: a form's fields, or JSON; None when there is none or it is neither."""
    if request.method in ("GET", "DELETE"):
        return None
    raw = await request.body()
    # curl calls everything a form that it is not told otherwise about
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded") and raw[:1] != b"{":
        return dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return None


def _person(state: State, body: object) -> str | None:
    """The address of the person whom a body is about."""
    named = (body.get("email") or body.get("personId")) if isinstance(body, dict) else None
    person = state.person(named) if isinstance(named, str) else None
    return person.email if person else None


def _harmless(request: Request) -> str:
    """The query of a call without secrets, should somebody put them there."""
    if not any(name in request.query_params for name in SECRETS):
        return request.url.query
    return urlencode(
        [(name, "***" if name in SECRETS else value) for name, value in request.query_params.multi_items()]
    )


def _with_tracking(body: bytes, tracking: str) -> bytes:
    document = msgspec.json.decode(body)
    if isinstance(document, dict) and "message" in document:
        document["trackingId"] = tracking
    if isinstance(document, dict) and "schemas" in document:
        document[SCIM_ERROR] = {"trackingId": tracking}
    return msgspec.json.encode(document)
