"""The only room that speaks HTTP to Webex. `Reader` cannot write; `Writer` is the one way to change anything.

Names are loaded when they are first used, because httpx takes a fifth of a second to import and most of this room's
callers (and `decode`, which knows no HTTP) do well without it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.webex.credentials import Credentials
    from reconciler.webex.decode import OrganizationReading, Role
    from reconciler.webex.reader import Reader
    from reconciler.webex.renewal import Client, Renewing
    from reconciler.webex.tokens import AccessToken, Tokens
    from reconciler.webex.transport import Session
    from reconciler.webex.writer import Writer

__all__ = [
    "AccessToken",
    "Client",
    "Credentials",
    "OrganizationReading",
    "Reader",
    "Renewing",
    "Role",
    "Session",
    "Tokens",
    "Writer",
]

_HOMES = {
    "AccessToken": "tokens",
    "Client": "renewal",
    "Credentials": "credentials",
    "OrganizationReading": "decode",
    "Reader": "reader",
    "Renewing": "renewal",
    "Role": "decode",
    "Session": "transport",
    "Tokens": "tokens",
    "Writer": "writer",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
