"""A sandbox inside the process that uses it, for tests: what `pytest_plugin` hands out, and usable without pytest.

It starts to listen when somebody asks where it listens; until then there is neither a thread nor a socket. Exactly one event
loop owns the app at any time (the server's once it listens, the caller's before), so calls from a test and calls over HTTP
never see half of each other.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from reconciler.sandbox.app import create_app
from reconciler.sandbox.server import make_server
from reconciler.sandbox.state import State
from reconciler.sandbox.world import World

if TYPE_CHECKING:
    import uvicorn

T = TypeVar("T")

ANY_TOKEN = "sandbox-token"  # noqa: S105
_PATIENCE = 30.0


class SandboxError(Exception):
    """What a call under `/sandbox/` was refused with; `status` as over HTTP: 400, 404 or 409."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


class Sandbox:
    """One or more organizations behind the Webex API on a free port of this machine. A context manager; `stop` ends it.

    `options` go to `create_app` (`rate_limit`, `latency`, `faults`, `life`, `clock`, `now`). `state` is the first organization,
    for looking only: whatever is to happen to it goes through the methods.
    """

    def __init__(self, organization: State | World, *, access_token: str | None = None, **options: Any) -> None:
        self.world = organization if isinstance(organization, World) else World([organization])
        self.state = self.world.first
        self.app = create_app(self.world, **options)
        self.access_token = access_token or next((token.token for token in self.state.tokens), ANY_TOKEN)
        self.transport: httpx.AsyncBaseTransport = _Transport(self)
        self._faults = dict(options.get("faults") or {})
        self._life = msgspec.to_builtins(self.app.state.door.life.plan)
        self._server: uvicorn.Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopped = False

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # -- where it is ------------------------------------------------------------------------------------------------------

    @property
    def origin(self) -> str:
        """`http://127.0.0.1:PORT`; SCIM is below `/identity/scim` of it. Asking starts the server."""
        server = self._server or self._start()
        return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"

    @property
    def base_url(self) -> str:
        """What stands for `https://webexapis.com/v1`. Asking starts the server."""
        return f"{self.origin}/v1"

    @property
    def environment(self) -> dict[str, str]:
        """`WEBEX_BASE_URL` and `WEBEX_ACCESS_TOKEN`, as clients read them. Asking starts the server."""
        return {"WEBEX_BASE_URL": self.base_url, "WEBEX_ACCESS_TOKEN": self.access_token}

    def _start(self) -> uvicorn.Server:
        if self._stopped:
            raise RuntimeError("this sandbox has ended")
        server = make_server(self.app, port=0)
        listening = threading.Event()

        async def serve() -> None:
            serving = asyncio.ensure_future(server.serve())
            while not server.started and not serving.done():
                await asyncio.sleep(0.001)
            self._loop = asyncio.get_running_loop()
            listening.set()
            await serving

        def run() -> None:
            try:
                asyncio.run(serve())
            finally:
                listening.set()

        self._thread = threading.Thread(target=run, name="webex-sandbox", daemon=True)
        self._thread.start()
        if not listening.wait(_PATIENCE) or not server.started:
            raise RuntimeError("the sandbox did not start")
        self._server = server
        return server

    def stop(self, *, wait: bool = True) -> None:
        """End it; again does nothing. `wait=False` returns at once, and the port is free a moment later."""
        self._stopped = True
        if self._server is not None:
            self._server.should_exit = self._server.force_exit = True
        if wait and self._thread is not None:
            self._thread.join(_PATIENCE)

    # -- what is seen -----------------------------------------------------------------------------------------------------

    @property
    def requests(self) -> list[dict[str, Any]]:
        """Every Webex call answered so far: `method`, `path`, `query`, `status`, `person` (of a PATCH), `at`."""
        return [dict(request) for request in self.app.state.door.requests]

    def file_shape(self, org: str | None = None) -> dict[str, Any]:
        """An organization in the shape of the sandbox file, without tokens: compare it before and after."""
        shape: dict[str, Any] = self.call("GET", "/state", org=org)
        return shape

    # -- what happens -----------------------------------------------------------------------------------------------------

    def faults(self, description: Mapping[str, Any] | None = None, **switches: Any) -> dict[str, Any]:
        """From now on this is wrong and nothing else; without arguments, only what is wrong now. Keys as in docs/sandbox.md."""
        method = "GET" if description is None and not switches else "POST"
        body = None if method == "GET" else {**(description or {}), **switches}
        answer: dict[str, Any] = self.call(method, "/faults", body)
        return answer

    def reset(self) -> None:
        """Everything as the sandbox began: organizations, tokens, faults, life; the record of calls is empty."""
        self.call("POST", "/life", self._life)
        self.call("POST", "/reset")
        if self._faults:
            self.faults(self._faults)

    def hire(self, email: str, *, org: str | None = None, **person: Any) -> str:
        """Somebody arrives; keys as under `people:` of the sandbox file (`licenses=["pro"]`). The Webex id."""
        return str(self.call("POST", "/people", {"email": email, **person}, org=org)["id"])

    def leave(self, email: str, *, org: str | None = None) -> None:
        """Somebody is gone, with licenses, number and memberships."""
        self.call("DELETE", f"/people/{_quoted(email)}", org=org)

    def change(self, email: str, *, org: str | None = None, **changes: Any) -> None:
        """Somebody is different: `name`, `email`, `active`, `invitePending`, `workPhone`, `siteAdminOf`, `provisionSource`."""
        self.call("POST", f"/people/{_quoted(email)}", changes, org=org)

    def move(self, email: str, *, join: Sequence[str] = (), leave: Sequence[str] = (), org: str | None = None) -> None:
        """Somebody joins and leaves groups, named by key or name."""
        for key, groups in (("add", join), ("remove", leave)):
            for group in groups:
                self.call("POST", f"/groups/{_quoted(group)}/members", {key: [email]}, org=org)

    def assign(
        self,
        email: str,
        *,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
        add_attendee: Sequence[str] = (),
        remove_attendee: Sequence[str] = (),
        org: str | None = None,
    ) -> None:
        """Somebody clicks in Control Hub: licenses by key, attendee roles by site. No rule is asked."""
        sites = {"addAttendee": [*add_attendee], "removeAttendee": [*remove_attendee]}
        self.call("POST", "/assign", {"email": email, "add": [*add], "remove": [*remove], **sites}, org=org)

    def accept(self, email: str, *, org: str | None = None) -> None:
        """Somebody of another organization accepts what is pending."""
        self.call("POST", f"/people/{_quoted(email)}/accept", {}, org=org)

    def buy(self, key: str, total: int, *, org: str | None = None) -> None:
        """From now on there are `total` units of the license with this key."""
        self.call("POST", f"/licenses/{_quoted(key)}", {"total": total}, org=org)

    def call(self, method: str, path: str, body: Any = None, *, org: str | None = None) -> Any:
        """Any call of docs/sandbox.md below `/sandbox` (`call("POST", "/life/now", {"times": 5})`). SandboxError if refused."""
        arguments: dict[str, Any] = {} if body is None else {"json": body}
        if org is not None:
            arguments["params"] = {"org": org}
        answer = self._drive(self._send(method, f"/sandbox{path}", arguments))
        document = answer.json() if answer.content else {}
        if answer.status_code >= 400:
            raise SandboxError(answer.status_code, document.get("message", answer.text))
        return document

    async def _send(self, method: str, path: str, arguments: dict[str, Any]) -> httpx.Response:
        inside = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=inside, base_url="http://sandbox") as client:
            return await client.request(method, path, **arguments)

    def _drive(self, work: Coroutine[Any, Any, T]) -> T:
        """The outcome of `work`, whether or not the caller runs an event loop of its own (which waits meanwhile)."""
        if self._loop is not None and self._loop.is_running():
            return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE)
        with ThreadPoolExecutor(1) as aside:
            return aside.submit(lambda: asyncio.run(work)).result(_PATIENCE)

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The event loop of the server, once it listens."""
        return self._loop


class _Transport(httpx.AsyncBaseTransport):
    """For `httpx.AsyncClient(transport=...)`: the app without a socket, on the server's loop once there is a server."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._inside = httpx.ASGITransport(sandbox.app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The sandbox's answer."""
        loop = self._sandbox.loop
        if loop is None or not loop.is_running():
            return await self._inside.handle_async_request(request)
        await request.aread()
        there = asyncio.run_coroutine_threadsafe(self._inside.handle_async_request(request), loop)
        return await asyncio.wrap_future(there)


def _quoted(name: str) -> str:
    return quote(name, safe="@+")
