"""The only room that speaks HTTP to Webex. `Reader` cannot write; `Writer` is the one way to change anything.

Names are loaded when they are first used, because httpx takes a fifth of a second to import and most of this room's
callers (and `decode`, which knows no HTTP) do well without it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.webex.decode import OrganizationReading, Role
    from reconciler.webex.reader import Reader
    from reconciler.webex.transport import Session
    from reconciler.webex.writer import Writer

__all__ = ["OrganizationReading", "Reader", "Role", "Session", "Writer"]

_HOMES = {
    "OrganizationReading": "decode",
    "Reader": "reader",
    "Role": "decode",
    "Session": "transport",
    "Writer": "writer",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
