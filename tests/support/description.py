"""Every answer of the sandbox is held against `schemas/webex/openapi.yaml`, our description of the Webex API.

`watched()` puts a watcher at the door of every sandbox of this process; `complaints` says what was not as described. An answer
that a test asked for with a fault rule is no answer of the sandbox's own, and is not looked at.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml
from starlette.requests import Request
from starlette.responses import Response

from reconciler.sandbox.call import Answer
from reconciler.sandbox.door import Door
from reconciler.sandbox.faults import Then

DESCRIPTION = Path(__file__).parents[2] / "schemas" / "webex" / "openapi.yaml"
TROUBLE = frozenset({409, 410, 423, 428, 500, 502, 503, 504})
"""What Webex may answer to everything, and the sandbox only when it is told to."""

seen: Counter[tuple[str, str, int]] = Counter()
"""Answers looked at so far: method, path of the description, status."""


@cache
def description() -> dict[str, Any]:
    """The description as data."""
    document: dict[str, Any] = yaml.load(DESCRIPTION.read_bytes(), yaml.CSafeLoader)
    return document


@cache
def _paths() -> list[tuple[re.Pattern[str], str]]:
    """Paths as patterns, those without parameters first: `/people/me` is not the person `me`."""
    found = sorted(description()["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path) + "$"), path) for path in found]


def path_of(path: str) -> str | None:
    """The path in the description that a request went to."""
    return next((name for pattern, name in _paths() if pattern.match(path)), None)


def _resolved(entry: dict[str, Any]) -> dict[str, Any]:
    while isinstance(entry.get("$ref"), str):
        found: Any = description()
        for step in entry["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        entry = found
    return entry


@cache
def _response(path: str, method: str, status: int) -> dict[str, Any] | None:
    responses = description()["paths"][path][method.lower()]["responses"]
    found = responses.get(str(status)) or (responses["default"] if status in TROUBLE else None)
    return None if found is None else _resolved(found)


@cache
def _validator(path: str, method: str, status: int) -> Any:
    content = (_response(path, method, status) or {}).get("content", {})
    if not content:
        return None
    schema = content["application/json"]["schema"]
    return jsonschema_rs.Draft202012Validator({**schema, "components": description()["components"]})


def complaints(method: str, path: str, status: int, headers: Mapping[str, str], body: bytes) -> list[str]:
    """What about an answer is not as described; `path` is the one that was called, header names are in any case."""
    found = path_of(path)
    if found is None:
        return [] if status in (401, 404, 429) else [f"{method} {path} is not described, but answers {status}"]
    if method.lower() not in description()["paths"][found]:
        return (
            [] if status in (401, 403, 404, 405, 429) else [f"{method} {found} is not described, but answers {status}"]
        )
    seen[method, found, status] += 1
    where = f"{method} {found} {status}"
    response = _response(found, method, status)
    if response is None:
        return [f"{where}: the status is not described"]
    return [
        f"{where}: {line}"
        for line in (*_headers(response, headers), *_body(_validator(found, method, status), headers, body))
    ]


def _headers(response: dict[str, Any], headers: Mapping[str, str]) -> Iterator[str]:
    sent = {name.lower(): value for name, value in headers.items()}
    described = {name.lower(): _resolved(header) for name, header in response.get("headers", {}).items()}
    for name, header in described.items():
        if name not in sent and header.get("required"):
            yield f"the header {name} is missing"
        pattern = header["schema"].get("pattern")
        if name in sent and pattern and not re.search(pattern, sent[name]):
            yield f"the header {name} is {sent[name]}"
    if "link" in sent and described and "link" not in described:
        yield "a Link is not described"


def _body(validator: Any, headers: Mapping[str, str], body: bytes) -> Iterator[str]:
    if validator is None:
        return
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    if not kind.startswith("application/json"):
        yield f"the content type is {kind}"
        return
    for error in list(validator.iter_errors(json.loads(body)))[:3]:
        yield f"{'/'.join(map(str, error.instance_path))}: {error.message[:300]}"


@contextmanager
def watched() -> Iterator[list[str]]:
    """Within, every sandbox's answers are looked at; the list holds what was found wrong with them."""
    wrong: list[str] = []
    respond = Door._respond

    def looking(self: Door, request: Request, answer: Answer, then: Then | None) -> Response:
        response = respond(self, request, answer, then)
        if then is None or (then.status is None and not then.breaks and then.truncate is None):
            body = bytes(response.body) if hasattr(response, "body") else answer.body
            wrong.extend(complaints(request.method, request.url.path, response.status_code, response.headers, body))
        return response

    Door._respond = looking  # type: ignore[method-assign]
    try:
        yield wrong
    finally:
        Door._respond = respond  # type: ignore[method-assign]
