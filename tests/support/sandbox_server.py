"""A sandbox that really listens: the app on a free loopback port in a thread, for clients that cannot be driven in process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reconciler.sandbox import State, World, create_app
from reconciler.sandbox.server import make_server


class RunningSandbox:
    """Where the sandbox listens: `origin` without a path, `base_url` with `/v1`. `state` is the live (first) organization."""

    def __init__(self, state: State, port: int) -> None:
        self.state = state
        self.origin = f"http://127.0.0.1:{port}"
        self.base_url = f"{self.origin}/v1"


@contextmanager
def running_sandbox(state: State | World, **options: Any) -> Iterator[RunningSandbox]:
    """Serve `state` until the block ends; `options` go to `create_app`."""
    server = make_server(create_app(state, **options), port=0)
    thread = threading.Thread(target=server.run, name="sandbox", daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 10
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the sandbox did not start")
            time.sleep(0.005)
        first = state.first if isinstance(state, World) else state
        yield RunningSandbox(first, server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(timeout=10)
