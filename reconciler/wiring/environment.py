"""What the environment says about this process: variables, the terminal, the way to Webex. Read here, checked here."""

from __future__ import annotations

import os
from ipaddress import ip_address
from urllib.parse import urlsplit

from reconciler.errors import InputError

BASE_URL = "https://webexapis.com/v1"
CALL_SECONDS = 60.0


def variable(name: str) -> str:
    """A variable without white space around it; one that is not set is empty, as build systems make missing secrets."""
    return os.environ.get(name, "").strip()


def colour_refused() -> bool:
    """Whether the environment asks for no colour (https://no-color.org)."""
    return bool(os.environ.get("NO_COLOR"))


def redrawing_refused() -> bool:
    """Whether lines that change are out of place although there is a terminal: in a job, or on one that cannot do it."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false") or os.environ.get("TERM") in ("dumb", "unknown")


def base_url() -> str:
    """The address of Webex's API: WEBEX_BASE_URL, checked, or Webex's own."""
    return checked_base_url(os.environ.get("WEBEX_BASE_URL") or BASE_URL)


def call_seconds() -> float:
    """Seconds after which a call without an answer is given up: WEBEX_CALL_SECONDS, 60 unless it says otherwise.

    Whoever resumes a run waits twice as long before it believes that a call had no effect.
    """
    text = variable("WEBEX_CALL_SECONDS")
    try:
        seconds = float(text) if text else CALL_SECONDS
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= 600:
        raise InputError(
            "WEBEX_CALL_SECONDS is not a number of seconds from 1 to 600.",
            hint=f"Leave it unset for {CALL_SECONDS:.0f}; it says how long one call to Webex may take.",
        )
    return seconds


def checked_base_url(url: str) -> str:
    """The address of Webex's API without a slash at the end. InputError unless it is https, or http on this machine."""
    problem = _problem_with(url)
    if problem:
        raise InputError(
            f"WEBEX_BASE_URL {problem}.",
            hint=f"Default: {BASE_URL}; FedRAMP: https://api-usgov.webex.com/v1; sandbox: http://127.0.0.1:PORT/v1.",
        )
    return url.strip().rstrip("/")


def _problem_with(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not a URL"
    if parts.scheme not in ("http", "https") or not host:
        return "must begin with https:// and a host name"
    if parts.username or parts.password or parts.query or parts.fragment:
        return "must not hold a user name, a password, a query or a fragment"
    if parts.scheme == "http" and not _is_this_machine(host):
        return "must be https; http would show the token to others on the way, and is taken for this machine only"
    return ""


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def proxy(base_url: str) -> str | None:
    """The proxy that the environment names for this address (HTTPS_PROXY, HTTP_PROXY, NO_PROXY), if any."""
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(base_url)
    if not parts.hostname or _is_this_machine(parts.hostname) or proxy_bypass(parts.hostname):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")
