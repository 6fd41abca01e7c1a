"""What an endpoint gets and gives: a `Call`, an `Answer`, and the bodies of refusals. No endpoint sees Starlette."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from reconciler.sandbox.faults import Faults
from reconciler.sandbox.nouns import Token
from reconciler.sandbox.order import BadRequestError
from reconciler.sandbox.state import State
from reconciler.sandbox.tokens import Access, Keys
from reconciler.sandbox.wire import encode

JSON = "application/json;charset=UTF-8"
PAGING = ("max", "count", "limit", "start", "startIndex", "next", "after", "offset")
FORBIDDEN = (
    "The server understood the request, but refused to fulfill it because the access token is missing required scopes or "
    "the user is missing required roles or licenses."
)


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body (JSON bytes) and headers beside the ones every answer has."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = JSON


@dataclass(frozen=True, slots=True)
class Call:
    """One call: what it asks for and whom it asks. `base` is scheme and host, `path` starts with a slash.

    `state` is the organization it is about, `keys` are all tokens there are, `access` is the one of this call.
    """

    state: State
    faults: Faults
    base: str
    path: str
    query: Mapping[str, str]
    params: Mapping[str, str]
    keys: Keys
    access: Access
    body: object = None
    content_type: str = ""

    @property
    def token(self) -> Token:
        """The access token of this call."""
        return self.access.token

    def number(self, name: str, default: int, *, most: int, least: int = 1) -> int:
        """A whole number of the query, capped in silence at `most`; 400 when it is none or below `least`."""
        text = self.query.get(name)
        if text is None:
            return default
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least:
            raise BadRequestError(f"{name} must be a number not below {least}.")
        return min(value, most)

    def flag(self, name: str) -> bool:
        """A boolean of the query; absent is false."""
        return self.query.get(name, "").lower() == "true"

    def next_link(self, **changes: object) -> dict[str, str]:
        """A Link header to this call with other paging; the rest of the query stays. `before` is written as Webex does.

        The faults `dropFilters` and `maxNull` spoil it as Webex once did.
        """
        query = {key: value for key, value in self.query.items() if key not in changes and key != "before"}
        if "dropFilters" in self.faults.now.next_links:
            query = {key: value for key, value in query.items() if key in PAGING}
        query |= {key: str(value) for key, value in changes.items() if key != "after"}
        if "maxNull" in self.faults.now.next_links and ("after" in changes or "max" in changes):
            query["max"] = "null"
        text = urlencode(query)
        if "after" in changes:
            text += f"{'&' if text else ''}before&after={changes['after']}"
        return {"Link": f'<{self.base}{self.path}?{text}>; rel="next"'}


Endpoint = Callable[[Call], Answer]


def ok(body: object, headers: Mapping[str, str] | None = None) -> Answer:
    """200 with JSON."""
    return Answer(200, encode(body), headers or {})


def ok_bytes(body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
    """200 with JSON that is already written."""
    return Answer(200, body, headers or {})


def refuse(status: int, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    """An error as Webex writes it; the door adds `trackingId`."""
    return Answer(status, encode({"message": message, "errors": [{"description": message}]}), headers or {})


def refuse_scim(status: int, detail: str) -> Answer:
    """An error as SCIM writes it; the door adds Cisco's part."""
    schemas = ["urn:ietf:params:scim:api:messages:2.0:Error"]
    return Answer(status, encode({"schemas": schemas, "status": str(status), "detail": detail}))


def not_found(message: str) -> Answer:
    """404."""
    return refuse(404, message)


def not_allowed(*methods: str) -> Endpoint:
    """405 for a path that is there, but not for this method."""

    def refused(call: Call) -> Answer:
        return refuse(405, "The method is not allowed here.", {"Allow": ", ".join(methods)})

    return refused
