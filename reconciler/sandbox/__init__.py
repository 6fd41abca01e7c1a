"""A Webex that remembers: an organization in memory behind the HTTP API of Webex, to try, test and measure against.

`State` is the organization, `create_app` the API (drive it in process through `httpx.ASGITransport`), `serve` the server.
"""

from reconciler.sandbox.app import create_app
from reconciler.sandbox.server import serve
from reconciler.sandbox.state import State

__all__ = ["State", "create_app", "serve"]
