"""An authorized client, and the calls it makes."""

from __future__ import annotations

from typing import Any

import httpx
from starlette.applications import Starlette

from reconciler.sandbox import State
from tests.unit.sandbox.calls import call, organization, talk

CLIENT: dict[str, Any] = {
    "id": "C123", "secret": "top-secret", "refreshToken": "refresh-0", "redirectUri": "http://localhost:6001/redirect",
}  # fmt: skip
DAY = 86_400


def with_client(**changes: Any) -> State:
    """An organization that authorized a service app."""
    return organization(clients=[CLIENT | changes])


def grant(app: Starlette, **fields: Any) -> httpx.Response:
    """An answer of the token endpoint to a form; None leaves a field out."""
    form = {"client_id": "C123", "client_secret": "top-secret"} | fields
    data = {name: value for name, value in form.items() if value is not None}
    return talk(app, lambda client: client.post("/v1/access_token", data=data), token=None)


def refresh(app: Starlette, token: str, **fields: Any) -> httpx.Response:
    """A refresh."""
    return grant(app, grant_type="refresh_token", refresh_token=token, **fields)


def status(app: Starlette, token: str | None) -> int:
    """What a read with this token is answered with."""
    return call(app, "GET", "/v1/people", token=token).status_code
