"""A Webex that outlives whoever calls it, keeps the history of its people, and lives in a time that others tell it.

The sandbox behind a transport that breaks as networks do: an answer that comes too late is a timeout, one that is cut off a
broken connection. What reached a person, and what it changed, is written down where it happens, not where it is answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import httpx
from starlette.applications import Starlette

from reconciler.sandbox import State, create_app, rules
from reconciler.sandbox.nouns import Person
from reconciler.sandbox.order import Order
from tests.support.crash_time import Time

Holdings = frozenset[str]
Refuses = Callable[[State, Person, Order], rules.Outcome | None]
_LONGEST = 3600.0
_AS_USUAL = rules.Manners()


class Reached(NamedTuple):
    """A PATCH that reached a person: seconds, who, what was asked (`+host`, `-attendee:site`), before and after."""

    at: float
    email: str
    asked: tuple[str, ...]
    before: Holdings
    after: Holdings


class Webex:
    """One organization. `refuses` may answer an order in Webex's place; `log` is what reached people, oldest first."""

    def __init__(self, state: State, time: Time, faults: Mapping[str, Any], refuses: Refuses | None = None) -> None:
        self.state, self.time = state, time
        self.log: list[Reached] = []
        self.app: Starlette = create_app(state, clock=time.monotonic, now=time.now, faults=faults)
        self._refuses = refuses

    @property
    def requests(self) -> list[dict[str, Any]]:
        """Every call that was answered."""
        found: list[dict[str, Any]] = self.app.state.door.requests
        return found

    def holdings(self) -> dict[str, Holdings]:
        """What everybody has."""
        return {person.email: held(person) for person in self.state.people}

    @contextmanager
    def watched(self) -> Iterator[None]:
        """While this lasts, every order that reaches the sandbox is written down."""
        real = rules.assign

        def assign(state: State, person: Person, order: Order, manners: rules.Manners = _AS_USUAL) -> rules.Outcome:
            before = held(person)
            refused = self._refuses(state, person, order) if self._refuses else None
            outcome = refused or real(state, person, order, manners)
            self.log.append(Reached(self.time.seconds, person.email, asked(state, order), before, held(person)))
            return outcome

        rules.assign = assign
        try:
            yield
        finally:
            rules.assign = real


def held(person: Person) -> Holdings:
    """Licenses by key, with number and extension where there is one; attendee roles by site."""
    names = {license.key for license in person.licenses} | {f"attendee:{site}" for site in person.attendee_sites}
    if person.number is not None or person.extension is not None:
        names.add(f"phone:{person.number.number if person.number else None}/{person.extension}")
    return frozenset(names)


def asked(state: State, order: Order) -> tuple[str, ...]:
    """The operations of an order, sorted."""
    items = [(item.operation, _key(state, item.id)) for item in order.licenses]
    items += [(item.operation, f"attendee:{item.site}") for item in order.sites]
    return tuple(sorted(("+" if operation == "add" else "-") + name for operation, name in items))


def _key(state: State, license_id: str) -> str:
    found = state.license(license_id)
    return found.key if found else license_id


class Wire(httpx.AsyncBaseTransport):
    """The app without a socket, on a line that can time out and break."""

    def __init__(self, app: Starlette) -> None:
        self._app = app
        self._under_way: set[asyncio.Task[httpx.Response | None]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer. ReadTimeout after the request's own timeout; the call then goes on at the other end."""
        content = await request.aread()
        task = asyncio.ensure_future(self._call(request, content))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        seconds = request.extensions.get("timeout", {}).get("read") or _LONGEST
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if not done:
            raise httpx.ReadTimeout("no answer", request=request)
        answer = task.result()
        if answer is None:
            raise httpx.ReadError("the connection broke", request=request)
        return answer

    async def _call(self, request: httpx.Request, content: bytes) -> httpx.Response | None:
        """The whole answer, None where it broke off."""
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": request.method,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "scheme": request.url.scheme, "path": request.url.path, "raw_path": request.url.raw_path.split(b"?")[0],
            "query_string": request.url.query, "server": (request.url.host, request.url.port),
            "client": ("127.0.0.1", 123), "root_path": "",
        }  # fmt: skip
        status, headers, parts, whole = 0, list[tuple[bytes, bytes]](), list[bytes](), False

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: Any) -> None:
            nonlocal status, headers, whole
            if message["type"] == "http.response.start":
                status, headers = message["status"], list(message.get("headers", []))
            else:
                parts.append(message.get("body", b""))
                whole = not message.get("more_body", False)

        await self._app(scope, receive, send)
        return httpx.Response(status, headers=headers, content=b"".join(parts)) if whole else None
