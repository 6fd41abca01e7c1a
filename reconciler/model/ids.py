"""Webex ids: base64 (standard alphabet, padding stripped) of `ciscospark://REGION/TYPE/ID`.

A license id decodes to `LICENSE/<org uuid>:<TYPE>_<uuid>[_<site>]`; its TYPE letters tell the kind of license more
reliably than its English name, which Webex renames. Source: webex-api facts, section 12.
"""

from __future__ import annotations

import base64
import binascii
import re

import msgspec

_UUID = re.compile(r"^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$")
_LICENSE = re.compile(r"^(?P<org>[^:]*):(?P<type>[A-Z0-9]+)_(?P<uuid>[0-9a-fA-F-]{36})(?:_(?P<site>.+))?$")


class HydraId(msgspec.Struct, frozen=True):
    """A decoded Webex id: `region` (normally `us`), `type` (`PEOPLE`, `LICENSE`, ...) and the inner `value`."""

    region: str
    type: str
    value: str


class LicenseIdParts(msgspec.Struct, frozen=True):
    """What a license id says of itself; `type` is Webex's letters, e.g. `BCSTD`; `site` is a host name or None."""

    org: str
    type: str
    uuid: str
    site: str | None


def encode(kind: str, value: str, region: str = "us") -> str:
    """The Webex id of `value`.

    >>> encode("PEOPLE", "f5b36187-c8dd-4727-8b2f-f9c447f29046")
    'Y2lzY29zcGFyazovL3VzL1BFT1BMRS9mNWIzNjE4Ny1jOGRkLTQ3MjctOGIyZi1mOWM0NDdmMjkwNDY'
    """
    return base64.b64encode(f"ciscospark://{region}/{kind}/{value}".encode()).decode().rstrip("=")


def decode(webex_id: str) -> HydraId | None:
    """The parts of a Webex id, padded or not; None when it is not one.

    >>> decode(encode("PEOPLE", "x")).type
    'PEOPLE'
    """
    bare = webex_id.strip().rstrip("=")
    try:
        text = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    scheme, _, rest = text.partition("://")
    region, _, rest = rest.partition("/")
    kind, _, value = rest.partition("/")
    if scheme != "ciscospark" or not kind or not value:
        return None
    return HydraId(region, kind, value)


def license_parts(license_id: str) -> LicenseIdParts | None:
    """What a license id says of itself, or None when it does not follow the pattern.

    >>> license_parts(encode("LICENSE", "o:EE_00000000-0000-4000-8000-000000000000_acme.webex.com")).site
    'acme.webex.com'
    """
    parts = decode(license_id)
    match = _LICENSE.match(parts.value) if parts and parts.type == "LICENSE" else None
    if match is None:
        return None
    return LicenseIdParts(match["org"], match["type"], match["uuid"], match["site"])


def uuid_of(webex_id: str) -> str:
    """The inner value of a Webex id (for groups the part before the colon), or the text itself if it is bare.

    Two spellings of one thing (padded, unpadded, bare UUID) give the same answer, so this is what ids are compared by.
    """
    if _UUID.match(webex_id.strip()):
        return webex_id.strip().lower()
    parts = decode(webex_id)
    if parts is None:
        return webex_id.strip().rstrip("=")
    value = parts.value
    return value.partition(":")[0].lower() if parts.type == "SCIM_GROUP" else value.lower()


def same(left: str, right: str) -> bool:
    """Whether two spellings name the same thing."""
    return uuid_of(left) == uuid_of(right)
