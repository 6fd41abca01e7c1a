"""Answers that are no success, as exceptions that tell a person what to do next. Throttling is `retry`'s and never comes here.

Webex words its errors in four ways; all are searched for codes and one description. The description is the only part of a
body that ever reaches a message, cut to one line; addresses in it are blotted out, for messages end in build logs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote_plus

import msgspec

from reconciler.errors import (
    WebexAuthError,
    WebexConflictError,
    WebexError,
    WebexForbiddenError,
    WebexNotFoundError,
    WebexRefusedError,
    WebexServerError,
    WebexShapeError,
    WebexUnreachableError,
)
from reconciler.webex.retry import tracking_id

_LONGEST_DESCRIPTION = 200
_ADDRESS = re.compile(r"[^\s@<>\"'(),;:]+@[^\s@<>\"'(),;:]+")
HOW_TO_LOG_IN = (
    "Check WEBEX_ACCESS_TOKEN: it is wrong or has expired (personal tokens last 12 hours). For long runs and for machines set "
    "WEBEX_CLIENT_ID, WEBEX_CLIENT_SECRET and WEBEX_REFRESH_TOKEN of a service app instead: its tokens are renewed."
)

# Which scope a call needs (webex-api facts, section 8). The first pattern that fits the path counts.
_SCOPES: tuple[tuple[str, str, str], ...] = (
    ("PATCH", r"/licenses/users$", "spark-admin:people_write"),
    ("POST", r"/messages$", "spark:messages_write"),
    ("GET", r"/identity/scim/", "identity:people_read"),
    ("GET", r"/telephony/config/", "spark-admin:telephony_config_read"),
    ("GET", r"/licenses(/|$)", "spark-admin:licenses_read"),
    ("GET", r"/people(/|$)", "spark-admin:people_read"),
    ("GET", r"/groups(/|$)", "identity:groups_read"),
    ("GET", r"/organizations(/|$)", "spark-admin:organizations_read"),
    ("GET", r"/locations(/|$)", "spark-admin:locations_read"),
    ("GET", r"/adminAudit/", "audit:events_read"),
    ("GET", r"/roles(/|$)", "spark-admin:roles_read"),
)


def scope_for(method: str, path: str) -> str:
    """The scope a call needs, or an empty text where nobody documented one.

    >>> scope_for("PATCH", "/v1/licenses/users")
    'spark-admin:people_write'
    """
    return next((scope for verb, pattern, scope in _SCOPES if verb == method and re.search(pattern, path)), "")


def problem(
    method: str,
    path: str,
    status: int,
    headers: Mapping[str, str],
    content: bytes,
    secrets: Collection[str],
    log_in: str = HOW_TO_LOG_IN,
) -> WebexError:
    """The exception for an answer that is no success. `secrets`, tokens and the like, are kept out of it whatever Webex
    echoes, as they are and as a form holds them. `log_in` is what to do about a 401."""
    body = _json(content)
    where = {"method": method, "path": path}
    tracking = tracking_id(headers) or _text(body.get("trackingId"))
    said = _description(body, secrets)
    if status == 401:
        return WebexAuthError(
            "Webex does not accept the access token", hint=log_in, **where, status=status, tracking_id=tracking
        )
    if status == 403:
        return WebexForbiddenError(
            f"Webex forbids this call{said}",
            hint=_scope_hint(method, path),
            **where,
            status=status,
            tracking_id=tracking,
        )
    if 300 <= status < 400:
        return WebexShapeError(
            "Webex redirects elsewhere, and the token goes to the configured origin only",
            hint="Check WEBEX_BASE_URL.",
            **where,
            status=status,
            tracking_id=tracking,
        )
    kind, message, hint = _kind(status)
    if issubclass(kind, WebexRefusedError):
        found = tuple(dict.fromkeys([*_codes(body), *_header_codes(headers)]))
        listed = f" with code {', '.join(map(str, found))}" if found else ""
        return WebexRefusedError(
            f"{message}{listed}{said}",
            hint=hint,
            **where,
            status=status,
            tracking_id=tracking,
            codes=found,
            said=" ".join(_words(body)),
        )
    return kind(f"{message}{said}", hint=hint, **where, status=status, tracking_id=tracking)


def _kind(status: int) -> tuple[type[WebexError], str, str]:
    if status == 404:
        hint = "If everything is missing, look at WEBEX_BASE_URL: it ends in /v1."
        return WebexNotFoundError, "Webex does not have this, or the token may not see it", hint
    if status in (409, 410, 428):
        return WebexConflictError, "The state of this in Webex does not allow the call", ""
    if status == 408:
        # Nobody knows how far the request came, so this is no refusal.
        return WebexUnreachableError, "Webex did not receive the whole call in time", "Check the network and try again."
    if 400 <= status < 500:
        return WebexRefusedError, "Webex refused the call", ""
    if status >= 500:
        return WebexServerError, "Webex failed to answer the call", "Try again later; see status.webex.com."
    return WebexShapeError, "Webex answered with a status that is not documented for this call", ""


def _scope_hint(method: str, path: str) -> str:
    scope = scope_for(method, path)
    need = f"The token needs the scope {scope}" if scope else "The token lacks a scope"
    return f"{need}, and its owner an administrator role that covers it; make a new token or service app with both."


def _json(content: bytes) -> Mapping[str, Any]:
    try:
        body = msgspec.json.decode(content)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _parts(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every object of an error body that may hold a code or a description, most telling first."""
    yield from _objects(body.get("errors"))
    for error in _objects(body.get("error")):
        yield from _objects(error.get("message"))
    yield from (value for key, value in body.items() if ":messages:" in key and isinstance(value, dict))
    yield body


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    yield from (item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def _codes(body: Mapping[str, Any]) -> Iterator[int]:
    for part in _parts(body):
        yield from _numbers([part.get("errorCode"), part.get("code")])


def _header_codes(headers: Mapping[str, str]) -> Iterator[int]:
    yield from _numbers(headers.get("Cisco-Spark-Error-Codes", "").split(","))


def _numbers(values: Iterable[Any]) -> Iterator[int]:
    for value in values:
        text = str(value).strip()
        if not isinstance(value, bool) and re.fullmatch(r"[0-9]{1,9}", text):
            yield int(text)


def _words(body: Mapping[str, Any]) -> Iterator[str]:
    """Everything an error body says in words."""
    for part in _parts(body):
        yield from (text for key in ("description", "detail", "message") if (text := _text(part.get(key))))


def _description(body: Mapping[str, Any], secrets: Collection[str]) -> str:
    for part in _parts(body):
        for key in ("description", "detail", "message"):
            if text := _text(part.get(key)):
                return f": {_clean(text, secrets)}"
    return ""


def _clean(text: str, secrets: Collection[str]) -> str:
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    written = {form for secret in secrets if secret for form in (secret, quote_plus(secret))}
    for secret in sorted(written, key=lambda form: (-len(form), form)):  # a longer one may hold a shorter one
        line = line.replace(secret, "[token]")
    line = _ADDRESS.sub("[address]", line)
    line = line.rstrip(".")
    return line if len(line) <= _LONGEST_DESCRIPTION else line[: _LONGEST_DESCRIPTION - 1] + "…"


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
