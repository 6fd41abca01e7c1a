"""Counts every attempt of every call by its status, and makes a span of it; what it says of a path holds no id."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from reconciler.tracing import span

NO_ANSWER = "none"
"""The status of an attempt that broke."""

# Segments of paths that are Webex's words. Everything else is an id, or may be one.
_WORDS = frozenset(
    {
        "v1", "v2", "access_token", "activities", "adminAudit", "admins", "applications", "assignTags", "authorizations",
        "authorize", "config", "eventCategories", "events", "groups", "identity", "licenses", "locations", "me", "members",
        "messages", "numbers", "organizations", "partner", "partnerAdmins", "people", "roles", "scim", "subscriptions", "tags",
        "telephony", "token", "tokenExpiry", "users", "Users", "Members",
    }
)  # fmt: skip


def template(path: str) -> str:
    """The path with every id left out.

    >>> template("/v1/people/Y2lzY29zcGFyazovL3VzL1BFT1BMRS8x")
    '/v1/people/{id}'
    """
    return "/".join(part if part in _WORDS or not part else "{id}" for part in path.split("/"))


class Watched(httpx.AsyncBaseTransport):
    """Hands requests on to `inner`, and tells `seen` the status of each answer, or NO_ANSWER."""

    def __init__(self, inner: httpx.AsyncBaseTransport, seen: Callable[[str], None]) -> None:
        self._inner, self._seen = inner, seen

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, as far as its headers."""
        method, path = request.method, template(request.url.path)
        with span(f"{method} {path}", call=True, http_request_method=method, url_template=path) as current:
            status = NO_ANSWER
            try:
                response = await self._inner.handle_async_request(request)
                status = str(response.status_code)
                current.set_attribute("http.response.status_code", response.status_code)
            finally:
                self._seen(status)
            return response

    async def aclose(self) -> None:
        """Close all connections."""
        await self._inner.aclose()
