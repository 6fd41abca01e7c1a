"""How fast the sandbox answers, against a bare Starlette endpoint that returns the very same bytes from the same server.

Run as `python -m benchmarks.sandbox [PEOPLE] [SECONDS]` (20,000 people, 2 seconds a measurement). Three kinds of calls over
loopback, each from a client in a process of its own that does nothing but count bytes over four kept connections: `/people` in
pages of 1,000, `/groups/{id}/members` in pages of 500, and `PATCH /licenses/users` which gives and takes a license in turn. The
bare endpoint (uvicorn with the same settings, one route) is measured in turn with the sandbox, three times, in the same minutes:
the ratio says how much of what a benchmark would measure here is the sandbox and not its web server. Figures are medians.
"""

from __future__ import annotations

import asyncio
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any, cast

CONNECTIONS = 4
ROUNDS = 3
HEAD = "Host: 127.0.0.1\r\nAuthorization: Bearer bench\r\nAccept: */*\r\n"


# -- the client -------------------------------------------------------------------------------------------------------------


class Counter(asyncio.Protocol):
    """One connection: sends the next request as soon as an answer is complete, and counts until the time is over."""

    def __init__(self, requests: list[bytes], start: int, until: float, done: asyncio.Future[None]) -> None:
        self.requests, self.at, self.until, self.done = requests, start, until, done
        self.answers = self.bytes = self.missing = 0
        self.statuses: set[bytes] = set()
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = cast(asyncio.Transport, transport)
        self._send()

    def _send(self) -> None:
        self.transport.write(self.requests[self.at % len(self.requests)])
        self.at += CONNECTIONS

    def data_received(self, data: bytes) -> None:
        """Count; the body is never looked at."""
        if self.missing:
            self.missing -= len(data)
        else:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            head, self._head = self._head, b""
            at = head.lower().index(b"content-length:") + 15
            length = int(head[at : head.index(b"\r", at)])
            self.statuses.add(head[9:12])
            self.bytes += length
            self.missing = length - (len(head) - end - 4)
        if not self.missing:
            self.answers += 1
            if time.perf_counter() < self.until:
                self._send()
            else:
                self.transport.close()
                self.done.set_result(None)


async def _count(port: int, requests: list[bytes], seconds: float) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    begin, counters, waits = time.perf_counter(), [], []
    for start in range(CONNECTIONS):
        done: asyncio.Future[None] = loop.create_future()
        counter = Counter(requests, start, begin + seconds, done)
        await loop.create_connection(lambda counter=counter: counter, "127.0.0.1", port)  # type: ignore[misc]
        counters.append(counter)
        waits.append(done)
    await asyncio.gather(*waits)
    took = time.perf_counter() - begin
    statuses = sorted({status.decode() for counter in counters for status in counter.statuses})
    answers, size = sum(c.answers for c in counters), sum(c.bytes for c in counters)
    return {"rate": answers / took, "bytes": size / took, "statuses": statuses}


def _client(port: int, file: str, seconds: float) -> None:
    import uvloop

    requests = [request.encode() for request in json.loads(Path(file).read_text())["requests"]]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(_count(port, requests, seconds))))


# -- the servers ------------------------------------------------------------------------------------------------------------


def _bare(port: int, file: str) -> None:
    """One route that answers every request with the bytes that the sandbox answered."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    bodies = {path: body.encode() for path, body in json.loads(Path(file).read_text())["bodies"].items()}

    async def answer(request: Request) -> Response:
        if request.method == "PATCH":
            await request.body()
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return Response(bodies[path], media_type="application/json")

    app = Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "PATCH"])])
    uvicorn.run(
        app, port=port, http="httptools", loop="uvloop", access_log=False, log_level="critical", lifespan="off",
        server_header=False,
    )  # fmt: skip


def _served(stack: ExitStack, *command: str) -> int:
    """A server process that ends with the stack; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    parts = [part.replace("PORT", str(port)) for part in command]
    process = subprocess.Popen([sys.executable, "-m", *parts], stderr=subprocess.DEVNULL)
    stack.callback(process.wait)
    stack.callback(process.terminate)
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return port
    raise SystemExit("a server did not start")


# -- what is called ---------------------------------------------------------------------------------------------------------


def _ask(port: int, path: str, body: dict[str, Any] | None = None) -> tuple[str, Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        method="PATCH" if body else "GET",
        data=json.dumps(body).encode() if body else None,
        headers={"Authorization": "Bearer bench", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        text = answer.read().decode()
    return text, json.loads(text)


def _get(path: str) -> str:
    return f"GET {path} HTTP/1.1\r\n{HEAD}\r\n"


def _pages(port: int, paths: list[str]) -> dict[str, Any]:
    return {"requests": [_get(path) for path in paths], "bodies": {path: _ask(port, path)[0] for path in paths}}


def _people(port: int) -> dict[str, Any]:
    """All pages of people."""
    paths, path = [], "/v1/people?max=1000"
    while True:
        items = _ask(port, path)[1]["items"]
        paths.append(path)
        if len(items) < 1000:
            return _pages(port, paths)
        path = f"/v1/people?max=1000&before&after={items[-1]['id']}"


def _members(port: int) -> dict[str, Any]:
    """All full pages of members of all groups."""
    groups = _ask(port, "/v1/groups?count=500")[1]["groups"]
    return _pages(
        port,
        [
            f"/v1/groups/{group['id']}/members?startIndex={start}&count=500"
            for group in groups
            for start in range(1, group["memberSize"] - 499, 500)
        ],
    )


def _patches(port: int) -> dict[str, Any]:
    """A license is given to a hundred people and taken from them again."""
    people = _ask(port, "/v1/people?max=400")[1]["items"]
    (license,) = (
        entry["id"] for entry in _ask(port, "/v1/licenses")[1]["items"] if entry["name"] == "Real-Time Translations"
    )
    chosen = [person for person in people if license not in person.get("licenses", ()) and person["type"] == "person"]
    requests = []
    for operation in ("add", "remove"):
        for person in chosen[:100]:
            body = json.dumps({"personId": person["id"], "licenses": [{"id": license, "operation": operation}]})
            head = f"PATCH /v1/licenses/users HTTP/1.1\r\n{HEAD}Content-Type: application/json\r\n"
            requests.append(f"{head}Content-Length: {len(body)}\r\n\r\n{body}")
    text, _ = _ask(port, "/v1/licenses/users", {"personId": chosen[0]["id"], "licenses": [{"id": license}]})
    return {"requests": requests, "bodies": {"/v1/licenses/users": text}}


# -- the measurement --------------------------------------------------------------------------------------------------------


def _measure(port: int, file: Path, seconds: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.sandbox", "--client", str(port), str(file), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + 30)
    if done.returncode:
        raise SystemExit(done.stderr)
    answer: dict[str, Any] = json.loads(done.stdout)
    if answer["statuses"] != ["200"]:
        raise SystemExit(f"the answers were {answer['statuses']}")
    return answer


def main(people: int = 20_000, seconds: float = 2.0) -> None:
    """Measure and print."""
    with ExitStack() as stack:
        made = f"users={people},groups=20,seed=1"
        ours = _served(stack, "reconciler", "sandbox", "--generate", made, "--port", "PORT")
        print(f"{people:,} people; {CONNECTIONS} connections; medians of {ROUNDS} rounds of {seconds:g} s")
        for name, calls, unit in (
            ("/people, pages of 1,000", _people(ours), 1000),
            ("/groups/{id}/members, pages of 500", _members(ours), 500),
            ("PATCH /licenses/users", _patches(ours), 0),
        ):
            file = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "calls.json"
            file.write_text(json.dumps(calls))
            bare = _served(stack, "benchmarks.sandbox", "--bare", "PORT", str(file))
            rounds = [(_measure(ours, file, seconds), _measure(bare, file, seconds)) for _ in range(ROUNDS)]
            rate, plain = (statistics.median(one[which]["rate"] for one in rounds) for which in (0, 1))
            size = statistics.median(one[0]["bytes"] for one in rounds)
            ratios = [one[0]["rate"] / one[1]["rate"] for one in rounds]
            things = f", {rate * unit:,.0f} entries/s" if unit else ""
            print(f"{name:35} {rate:8,.0f} requests/s{things}, {size / 1e6:,.0f} MB/s")
            print(
                f"{'  bare endpoint, the same bytes':35} {plain:8,.0f} requests/s; the sandbox reaches "
                f"{statistics.median(ratios):.0%} of it ({min(ratios):.0%} to {max(ratios):.0%})",
                flush=True,
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--client"]:
        _client(int(sys.argv[2]), sys.argv[3], float(sys.argv[4]))
    elif sys.argv[1:2] == ["--bare"]:
        _bare(int(sys.argv[2]), sys.argv[3])
    else:
        main(*(int(text) for text in sys.argv[1:2]), *(float(text) for text in sys.argv[2:3]))
