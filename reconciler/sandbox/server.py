"""The sandbox as a server of its own, without access log: what is watched is the record under `/sandbox/requests`."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import uvicorn
    from starlette.applications import Starlette

WARMED = 200_000


def make_server(app: Starlette, host: str = "127.0.0.1", port: int = 8080) -> uvicorn.Server:
    """A uvicorn server that is not running yet; port 0 takes a free one. What is due happens even while nobody calls."""
    import uvicorn

    from reconciler.sandbox.delivery import connected

    async def tick() -> None:
        if app.state.door.life.begun:
            app.state.door.pass_time()

    quick: dict[str, Any] = {}
    if importlib.util.find_spec("httptools"):
        quick["http"] = "httptools"
    if importlib.util.find_spec("uvloop"):
        quick["loop"] = "uvloop"
    config = uvicorn.Config(
        connected(app), host=host, port=port, access_log=False, log_level="critical", lifespan="off",
        timeout_keep_alive=75, server_header=False, timeout_graceful_shutdown=3, callback_notify=tick, timeout_notify=1, **quick,
    )  # fmt: skip
    return uvicorn.Server(config)


def serve(
    app: Starlette, host: str = "127.0.0.1", port: int = 8080, *, ready: Callable[[], object] = lambda: None
) -> None:
    """Answer calls until Ctrl-C or SIGTERM. OSError when the port is taken; `ready` is called once it is ours.

    Up to `WARMED` people are written out before the first call, so that a measured first read costs what the next one does.
    """
    import socket

    states = app.state.door.world.states
    if sum(len(state.people) for state in states) <= WARMED:
        for state in states:
            state.warm()

    # uvicorn would end the process with a log line nobody sees; a bind of our own raises a proper error instead.
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        ready()
        make_server(app, host, port).run(sockets=[listening])
    finally:
        listening.close()
