"""One spelling for everything that is compared or digested: names, addresses, sites, JSON."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder(order="sorted")


def name(text: str) -> str:
    """A display name as it is compared: Unicode NFC, trimmed. Case matters (RULES 1.2).

    >>> name("  Sales ")
    'Sales'
    """
    return unicodedata.normalize("NFC", text).strip()


def email(text: str) -> str:
    """An e-mail address as it is compared: trimmed and case-folded (RULES 1.8).

    >>> email(" Ann@Acme.Example ")
    'ann@acme.example'
    """
    return text.strip().casefold()


def site(text: str) -> str:
    """A site URL as it is compared: a lower-case host name (RULES 1.8)."""
    return text.strip().lower()


def json_bytes(value: Any) -> bytes:
    """JSON with sorted keys and no spaces: the same value gives the same bytes under any PYTHONHASHSEED."""
    return _ENCODER.encode(value)


def digest(value: Any) -> str:
    """`sha256:` and the hex digest of the canonical JSON of `value`."""
    return "sha256:" + hashlib.sha256(json_bytes(value)).hexdigest()
