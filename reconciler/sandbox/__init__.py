"""A Webex that remembers: an organization in memory behind the HTTP API of Webex, to try, test and measure against.

`State` is an organization, `World` several of them with a partner above, `create_app` the API (drive it in process through
`httpx.ASGITransport`), `serve` the server.
"""

from reconciler.sandbox.app import create_app
from reconciler.sandbox.server import serve
from reconciler.sandbox.state import State
from reconciler.sandbox.world import World

__all__ = ["State", "World", "create_app", "serve"]
