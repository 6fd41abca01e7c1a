"""The server itself: it starts, stops when told to, and says when it cannot."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

import httpx
import pytest

from reconciler.sandbox import create_app, serve
from tests.support.sandbox_server import running_sandbox
from tests.unit.sandbox.calls import organization

SERVE = """
import sys
from reconciler.sandbox import State, create_app, serve
print("ready", flush=True)
serve(create_app(State.generate(20, 2, 1)), "127.0.0.1", int(sys.argv[1]))
"""


def test_a_taken_port_is_an_error_one_can_show() -> None:
    """OSError, not a silent exit."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(OSError, match="in use"):
            serve(create_app(organization()), "127.0.0.1", other.getsockname()[1])


def test_links_lead_back_to_where_the_server_listens() -> None:
    """Absolute, on the very host and port, over real HTTP."""
    people = [{"email": f"p{at}@acme.example"} for at in range(3)]
    with running_sandbox(organization(*people)) as sandbox:
        client = httpx.Client(headers={"Authorization": "Bearer x"})
        url = client.get(f"{sandbox.base_url}/people?max=2").links["next"]["url"]
        assert url.startswith(sandbox.base_url)
        assert len(client.get(url).json()["items"]) == 1


def test_it_stops_on_sigterm() -> None:
    """A server of its own process answers, and ends at once when told to."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen([sys.executable, "-c", SERVE, str(port)], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            transport = httpx.HTTPTransport(retries=6)
            with httpx.Client(transport=transport, headers={"Authorization": "Bearer x"}) as client:
                assert len(client.get(f"http://127.0.0.1:{port}/v1/people").json()["items"]) == 20
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=10)
        finally:
            process.kill()
