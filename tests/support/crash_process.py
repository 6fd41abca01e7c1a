"""Processes that die at a numbered point, for real, and a Webex that does not notice.

The caller's process is Webex. Each piece of work is forked off and talks to it over a line; SIGKILL ends it at the point asked
for, so that no `finally` runs, no transaction is rolled back by us and no connection is closed by us. Time is virtual in
both: each message says how late it is.

A point is before a call leaves, after it has left and before its answer, after its answer; and in every writing transaction of
the store its beginning, the moment before COMMIT and the moment after.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import re
import signal
import socket
import struct
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import httpx

from reconciler.webex.tokens import Tokens
from tests.support.crash_rooms import Rooms
from tests.support.crash_time import Loop, Time
from tests.support.crash_webex import Webex, Wire

Work = Callable[[Rooms], Any]
_ID = re.compile("/Y2lzY29[^/]+")
_LENGTH = struct.Struct(">I")


class Ended(NamedTuple):
    """How a piece of work ended: at `died` (a label) by SIGKILL, with `error` (a traceback), or with `result`."""

    result: Any = None
    error: str = ""
    died: str = ""
    labels: tuple[str, ...] = ()


class Line:
    """Whole messages over a socket; None when the other end is gone."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def send(self, message: object) -> None:
        """Send one; that nobody listens any more is no matter."""
        body = pickle.dumps(message)
        try:
            self._end.sendall(_LENGTH.pack(len(body)) + body)
        except OSError:
            return

    def receive(self) -> Any:
        """The next one."""
        head = self._read(_LENGTH.size)
        body = self._read(_LENGTH.unpack(head)[0]) if head else b""
        return pickle.loads(body) if body else None

    def _read(self, size: int) -> bytes:
        parts = b""
        while len(parts) < size:
            try:
                part = self._end.recv(size - len(parts))
            except ConnectionResetError:  # it died before it read what we sent
                part = b""
            if not part:
                return b""
            parts += part
        return parts


class Points:
    """Counts the points of one process; it dies at one of them, or stands still there for a while (0: never)."""

    def __init__(self, line: Line, time: Time, dies_at: int, pauses_at: int) -> None:
        self._line, self._time, self._dies_at, self._pauses_at = line, time, dies_at, pauses_at
        self.labels: list[str] = []

    def due(self, label: str) -> bool:
        """One more point; whether it is the one."""
        self.labels.append(label)
        if len(self.labels) == self._pauses_at:
            self._line.send(("paused", self._time.seconds, tuple(self.labels)))
            self._time.reach(self._line.receive())
        return len(self.labels) == self._dies_at

    def at(self, label: str) -> None:
        """One more point, perhaps the last one."""
        if self.due(label):
            self.die(label)

    def die(self, label: str) -> None:
        """As by `kill -9`."""
        self._line.send(("dying", label))
        os.kill(os.getpid(), signal.SIGKILL)


class Far(httpx.AsyncBaseTransport):
    """The calls of a forked process, over its line."""

    def __init__(self, line: Line, points: Points, time: Time) -> None:
        self._line, self._points, self._time = line, points, time

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer; ReadTimeout and ReadError as a network has them."""
        name = f"{request.method} {_ID.sub('/{id}', request.url.path)}"
        content = await request.aread()
        self._points.at(f"{name}: before it is sent")
        seconds = request.extensions.get("timeout", {}).get("read")
        parts = (request.method, str(request.url), request.headers.raw, content, seconds)
        label = f"{name}: sent, not answered"
        dying = self._points.due(label)
        self._line.send(("call", self._time.seconds, dying, parts))
        if dying:
            self._points.die(label)
        at, answer = self._line.receive()
        self._time.reach(at)
        self._points.at(f"{name}: answered")
        await asyncio.sleep(0)  # others go on meanwhile, as they do over a real network
        if isinstance(answer, str):
            raise {"timeout": httpx.ReadTimeout, "broken": httpx.ReadError}[answer](answer, request=request)
        status, headers, body = answer
        return httpx.Response(status, headers=headers, content=body)


class Host:
    """The process of one Webex, which works of others call. `late`: seconds after which a call takes effect whose caller died."""

    def __init__(self, webex: Webex, *, late: float = 0.0) -> None:
        self.webex, self.time, self._late = webex, webex.time, late
        self._loop = Loop(webex.time)
        self._wire = Wire(webex.app)

    def pass_time(self, until: float) -> None:
        """Live through everything that is due until then."""
        if until > self.time.seconds:
            self._loop.run_until_complete(asyncio.sleep(until - self.time.seconds))

    def here(self, work: Work, store: str, token: Callable[[Time], Tokens] | None = None) -> Any:
        """Do something in this process, for looking at what is left."""
        with Rooms(store, self._wire, self.time, token) as rooms:
            return work(rooms)

    def child(
        self,
        work: Work,
        store: str,
        *,
        dies_at: int = 0,
        pauses_at: int = 0,
        meanwhile: Callable[[tuple[str, ...]], None] = lambda _: None,
    ) -> Ended:
        """Do something in a process of its own; let it die at a point, or stand still there until `meanwhile` is over."""
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            ours.close()
            line = Line(theirs)
            _live(line, Points(line, self.time, dies_at, pauses_at), work, store, self.time)
        theirs.close()
        with ours:
            ended = self._serve(Line(ours), meanwhile)
        _, status = os.waitpid(pid, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        if killed != bool(ended.died) or (not killed and not ended.labels):
            raise RuntimeError(f"a child ended with status {status}: {ended}")
        return ended

    def _serve(self, line: Line, meanwhile: Callable[[tuple[str, ...]], None]) -> Ended:
        died = ""
        while (message := line.receive()) is not None:
            match message:
                case "call", at, dying, parts:
                    self.pass_time(at)
                    if dying and self._late:
                        self._loop.create_task(self._sent_late(parts))
                    else:
                        line.send((self.time.seconds, answer) if (answer := self._answer(parts)) else None)
                case "paused", at, labels:
                    self.pass_time(at)
                    meanwhile(labels)
                    line.send(self.time.seconds)
                case "dying", label:
                    died = label
                case "ended", at, ended:
                    self.pass_time(at)
                    return Ended(*ended)
        return Ended(died=died)

    def _answer(self, parts: Any) -> Any:
        return self._loop.run_until_complete(self._send(parts))

    async def _sent_late(self, parts: Any) -> None:
        await asyncio.sleep(self._late)
        await self._send(parts)

    async def _send(self, parts: Any) -> Any:
        method, url, headers, content, seconds = parts
        request = httpx.Request(
            method, url, headers=headers, content=content, extensions={"timeout": {"read": seconds}}
        )
        try:
            response = await self._wire.handle_async_request(request)
        except httpx.ReadTimeout:
            return "timeout"
        except httpx.ReadError:
            return "broken"
        return response.status_code, response.headers.raw, response.content


def _live(line: Line, points: Points, work: Work, store: str, time: Time) -> None:
    """The life of a child; never returns."""
    try:
        with hooked(points), Rooms(store, Far(line, points, time), time) as rooms:
            result = work(rooms)
        line.send(("ended", time.seconds, (result, "", "", tuple(points.labels))))
    except BaseException:
        line.send(("ended", time.seconds, (None, traceback.format_exc(), "", ("failed", *points.labels))))
    os._exit(0)


@contextmanager
def hooked(points: Points) -> Iterator[None]:
    """Every writing transaction of the store passes three points, named after the method of the store that writes."""
    from reconciler.store import Store, database, sync
    from reconciler.store.journal import StoredJournal
    from reconciler.store.lease import StoredLease

    real, doing = database.write_on, ["store"]

    @contextmanager
    def write_on(*arguments: Any, **options: Any) -> Iterator[None]:
        what = doing[-1]
        points.at(f"{what}: before")
        with real(*arguments, **options):
            yield
            points.at(f"{what}: before COMMIT")
        points.at(f"{what}: after COMMIT")

    def named(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            doing.append(name)
            try:
                return method(*arguments, **options)
            finally:
                doing.pop()

        return call

    for kind in (Store, StoredJournal, StoredLease, sync.SyncWriter):
        for name, method in list(vars(kind).items()):
            if callable(method) and not name.startswith("_") and type(method) is type(named):
                setattr(kind, name, named(f"{kind.__name__}.{name}", method))
    for module in (database, sync):
        setattr(module, "write_on", write_on)  # noqa: B010 - mypy
    yield  # the process ends with it: nothing is put back
