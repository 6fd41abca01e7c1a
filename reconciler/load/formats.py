"""What a text must look like beyond being text: sites, addresses, dates, numbers. One function per `format` of the schemas.

Each returns None, or what is wrong and what to write instead. The builders parse with the same functions' converters, so
a text that passes here never fails there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit

import msgspec

from reconciler.model import ids


class Trouble(msgspec.Struct, frozen=True):
    """What is wrong with a text, as the end of a sentence about it, and what to do."""

    message: str
    hint: str = ""


_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")
_EMAIL = re.compile(r"[^@\s<>,;:\"()]+@[^@\s<>,;:\"()]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PERCENT = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)\s*%")
_DURATION = re.compile(r"([1-9][0-9]{0,8})\s*([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_EXTENSION = re.compile(r"[0-9]{2,10}")


def site(text: str) -> Trouble | None:
    """A bare host name (RULES 1.8)."""
    bare = text.strip().lower()
    if _HOST.fullmatch(bare):
        return None
    hint = "a site is a bare host name such as acme.webex.com"
    found = re.sub(r"^[a-z]+://", "", bare)
    host = re.split(r"[/#?:]", found, maxsplit=1)[0]
    if _HOST.fullmatch(host):
        hint = f"write `{host}`"
        if "#attendee" in bare:
            hint += "; the attendee role is given by `accountType: attendee`"
    wrong = "a scheme (`https://`)" if "://" in bare else "`#...`" if "#" in bare else "a path" if "/" in bare else ""
    return Trouble(f"must be a bare host name, without {wrong}" if wrong else "must be a host name", hint)


def email(text: str) -> Trouble | None:
    """Something before and something after one @."""
    if _EMAIL.fullmatch(text.strip()):
        return None
    return Trouble("must be an e-mail address", "write one address such as ann@acme.example")


def day(text: str) -> Trouble | None:
    """A date of the calendar, YYYY-MM-DD."""
    try:
        if _DATE.fullmatch(text.strip()):
            date.fromisoformat(text.strip())
            return None
    except ValueError:
        return Trouble("must be a day that the calendar has")
    return Trouble("must be a date", "write it as YYYY-MM-DD, for example 2027-03-01")


def percent(text: str) -> Trouble | None:
    """A percentage with its sign."""
    if _PERCENT.fullmatch(text.strip()):
        return None
    return Trouble("must be a percentage", "write it as 20% or 0.5%")


def to_percent(value: str | float) -> float:
    """`"20%"` or 20 -> 20.0."""
    return float(value.strip().rstrip("%").strip()) if isinstance(value, str) else float(value)


def duration(text: str) -> Trouble | None:
    """A whole number and a unit."""
    if _DURATION.fullmatch(text.strip()):
        return None
    return Trouble("must be a duration", "write a whole number and s, m, h or d: 30m, 24h, 2d")


def to_seconds(text: str) -> int:
    """Seconds of a duration.

    >>> to_seconds("30m"), to_seconds("2d")
    (1800, 172800)
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not a duration: {text!r}")
    return int(match[1]) * _SECONDS[match[2]]


def e164(text: str) -> Trouble | None:
    """A possible number in canonical E.164 (RULES 6.2)."""
    bare = text.strip()
    if not _E164.fullmatch(bare):
        digits = re.sub(r"[\s()./-]", "", bare)
        digits = "+" + digits[2:] if digits.startswith("00") else digits
        hint = "write + and the country code, digits only, for example +14085550100"
        if _E164.fullmatch(digits):
            hint = f'write "{digits}"'
        elif re.fullmatch(r"[1-9][0-9]{9,14}", digits):
            hint = f'write "+{digits}" if that is the country code (spreadsheets drop a leading +)'
        return Trouble("must be a phone number in E.164", hint)
    import phonenumbers  # slow to import, and most directories name no number

    try:
        possible = phonenumbers.is_possible_number(phonenumbers.parse(bare))
    except phonenumbers.NumberParseException:
        possible = False
    return (
        None
        if possible
        else Trouble("is not a possible phone number", "check the country code and the number of digits")
    )


def calling_number(text: str) -> Trouble | None:
    """`workPhone`, `none` or E.164."""
    if text in ("workPhone", "none"):
        return None
    trouble = e164(text)
    return trouble and Trouble(f"{trouble.message}, or `workPhone`, or `none`", trouble.hint)


def extension(text: str) -> Trouble | None:
    """Two to ten digits."""
    return (
        None
        if _EXTENSION.fullmatch(text.strip())
        else Trouble("must be two to ten digits", 'write the digits in quotes, for example "1234"')
    )


def calling_extension(text: str) -> Trouble | None:
    """The digits, `none` or `fromDirectory`."""
    if text in ("none", "fromDirectory"):
        return None
    trouble = extension(text)
    return trouble and Trouble(f"{trouble.message}, or `none`, or `fromDirectory`, or {{lastDigits: 4}}", trouble.hint)


def webhook(text: str) -> Trouble | None:
    """An address to send to: https, or http on this machine, without user and password."""
    try:
        parts = urlsplit(text.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        return Trouble("must be a URL", "write it like https://hooks.example.com/licenses")
    local = host in ("localhost", "127.0.0.1", "::1")
    if parts.username or parts.password:
        return Trouble("must hold no user and password", "what is secret goes into WEBEX_LICENSES_WEBHOOK_URL")
    if not host or parts.scheme not in ("https", "http") or (parts.scheme == "http" and not local):
        return Trouble("must be a URL that begins with https://", "write it like https://hooks.example.com/licenses")
    return None


def _webex_id(kind: str, word: str) -> Callable[[str], Trouble | None]:
    def check(text: str) -> Trouble | None:
        parts = ids.decode(text)
        if parts is None or parts.type == kind:
            return None
        return Trouble(f"must be the id of {word}; this is the id of something else ({parts.type})")

    return check


FORMATS: dict[str, Callable[[str], Trouble | None]] = {
    "webex-site": site,
    "email": email,
    "date": day,
    "percent": percent,
    "duration": duration,
    "e164": e164,
    "calling-number": calling_number,
    "extension": extension,
    "calling-extension": calling_extension,
    "webex-organization-id": _webex_id("ORGANIZATION", "an organization"),
    "webex-license-id": _webex_id("LICENSE", "a license"),
    "webex-room-id": _webex_id("ROOM", "a space"),
    "webhook": webhook,
}
