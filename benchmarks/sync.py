"""Reading an organization over HTTP, ours against `wxc-sdk`'s async client: the same people, groups and licenses.

Run as `python -m benchmarks.sync [PEOPLE] [ROUNDS]`. A sandbox in a process of its own serves a generated organization
(20 groups); every client runs in a process of its own, in turn, so that all of them meet the same machine in the same
minute. Three figures: ours reading and decoding, ours with the store written, and wxc-sdk listing the same into its
models. Seconds are from the first call to the last value, or to the end of the store's transaction; imports, reading the
files and making an empty store are left out. The ratios are what counts.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from reconciler.operations import loop

GROUPS = 20


class Watch:
    """Wall time and processor time of this process from the beginning to the end of a `with`, in seconds."""

    def __enter__(self) -> None:
        self._wall, self._processor = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self._wall
        self.processor = time.process_time() - self._processor


async def read_ours(url: str, watch: Watch) -> dict[str, int]:
    """Licenses, groups, all members and all people through our reader."""
    from reconciler.webex import Reader, Session

    with watch:
        async with Session("bench", url) as session:
            reader = Reader(session)
            licenses, groups = await asyncio.gather(reader.licenses(), reader.groups())
            members = await asyncio.gather(*(reader.members(group) for group in groups))
            people = 0
            async for page in reader.people():
                people += len(page)
    return {
        "licenses": len(licenses),
        "groups": len(groups),
        "members": sum(len(item.people) for item in members),
        "people": people,
    }


async def sync_ours(url: str, watch: Watch) -> dict[str, int]:
    """The same into a new store, through the operation behind `webex-licenses sync`."""
    from reconciler.cli.progress import Silent
    from reconciler.load import load_desired
    from reconciler.operations.context import Connection, Context
    from reconciler.operations.sync import sync
    from reconciler.store import Store
    from reconciler.webex import Reader, Session, Writer

    @asynccontextmanager
    async def connect() -> AsyncIterator[Connection]:
        async with Session("bench", url) as session:
            yield Connection(Reader(session), Writer(session), lambda: session.calls)

    with tempfile.TemporaryDirectory() as directory:
        loaded = load_desired(_files(Path(directory)))
        assert loaded.desired is not None, loaded.findings
        with Store.open(f"sqlite:///{directory}/store.db") as store:
            context = Context(lambda: store, connect, Silent(), lambda: datetime.now(UTC), "bench")
            with watch:
                outcome = await sync(loaded.desired, context)
    return {"people": outcome.snapshot.people, "groups": outcome.snapshot.groups, "calls": outcome.calls}


async def read_wxc(url: str, watch: Watch) -> dict[str, int]:
    """The same through wxc-sdk's async client, in pages as large as the API gives."""
    from wxc_sdk.as_api import AsWebexSimpleApi
    from wxc_sdk.as_rest import AsRestSession

    AsRestSession.BASE = url
    with watch:
        async with AsWebexSimpleApi(tokens="bench") as api:
            api.session.BASE = url
            licenses = await api.licenses.list()
            groups = await api.groups.list()
            members = 0
            for group in groups:
                members += len(await api.groups.members(group_id=group.group_id or "", count=500))
            people = len(await api.people.list(max=1000))
    return {"licenses": len(licenses), "groups": len(groups), "members": members, "people": people}


def _files(directory: Path) -> Path:
    """Files that name every group and nothing that would need more than wxc-sdk reads."""
    from reconciler.sandbox.generator import GROUPS as NAMES

    head = "apiVersion: webex-licenses/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n"
    text = head.format(kind="Organization", name="bench") + "  assignment: groups\n---\n"
    text += head.format(kind="GroupTemplate", name="all") + f"  groups: {json.dumps(list(NAMES[:GROUPS]))}\n"
    text += "  licenses: [{license: Basic Messaging}]\n"
    (directory / "organization.yaml").write_text(text, encoding="utf-8")
    return directory


CLIENTS = {"read": read_ours, "sync": sync_ours, "wxc": read_wxc}


def _client(name: str, url: str) -> None:
    """One client in this process: prints seconds and what it saw."""
    watch = Watch()
    seen = (asyncio.run if name == "wxc" else loop.run)(CLIENTS[name](url, watch))
    print(json.dumps({"seconds": watch.seconds, "processor": watch.processor, "seen": seen}))


def _measure(name: str, url: str) -> float:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.sync", "--client", name, url], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    answer = json.loads(done.stdout.splitlines()[-1])
    print(
        f"  {name:5} {answer['seconds']:7.2f} s, processor {answer['processor']:6.2f} s  {answer['seen']}", flush=True
    )
    return float(answer["seconds"])


def main(people: int = 100_000, rounds: int = 3) -> None:
    """Serve, measure every client `rounds` times in turn, print medians and ratios."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/v1"
    command = [sys.executable, "-m", "reconciler", "sandbox", "--generate", f"users={people},groups={GROUPS},seed=1"]
    server = subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.DEVNULL, env={**os.environ})
    try:
        _wait(port)
        _measure("read", url)  # the first reading fills the server's caches
        seconds: dict[str, list[float]] = {name: [] for name in CLIENTS}
        for _ in range(rounds):
            for name in CLIENTS:
                seconds[name].append(_measure(name, url))
    finally:
        server.terminate()
        server.wait()
    wxc = seconds["wxc"]
    for name in ("read", "sync"):
        ratios = [theirs / ours for theirs, ours in zip(wxc, seconds[name], strict=True)]
        print(
            f"{name}: {statistics.median(seconds[name]):.2f} s; wxc-sdk takes {statistics.median(ratios):.1f} times as long "
            f"({min(ratios):.1f} to {max(ratios):.1f}), {people:,} people"
        )


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("the sandbox did not start")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--client"]:
        _client(sys.argv[2], sys.argv[3])
    else:
        main(*(int(text) for text in sys.argv[1:]))
