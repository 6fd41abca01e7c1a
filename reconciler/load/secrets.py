"""Secrets do not belong into git, so one that stands in a file is an error, and no message ever repeats it."""

from __future__ import annotations

import re

from reconciler.model import ids

_KEYS = frozenset(
    {
        "token", "accesstoken", "refreshtoken", "bearertoken", "bearer", "authorization", "webexaccesstoken", "webextoken",
        "password", "passwd", "passphrase", "secret", "clientsecret", "webexclientsecret", "webexrefreshtoken",
        "apikey", "apitoken", "credential", "credentials", "privatekey",
    }
)  # fmt: skip
# Webex's access and refresh tokens: 64 or more letters, a data-centre tag such as _PF84_, then the organization or "consumer".
_WEBEX_TOKEN = re.compile(r"[A-Za-z0-9_-]{48,}_[A-Z]{1,3}[0-9]{1,3}_(?:[0-9a-fA-F-]{36}|consumer)")
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}")
_ALPHABET = re.compile(r"(?:[Bb]earer\s+)?([A-Za-z0-9+/_-]{60,}={0,2})")
_SHOWN = 60

MESSAGE = "this looks like an access token or a secret"
HINT = "take it out of the file, revoke it, and hand it over as WEBEX_ACCESS_TOKEN in the environment"


def is_secret_key(key: str) -> bool:
    """Whether a key by this name would hold a secret.

    >>> is_secret_key("clientSecret"), is_secret_key("access_token"), is_secret_key("license")
    (True, True, False)
    """
    return key.casefold().replace("_", "").replace("-", "").strip() in _KEYS


def token_offsets(text: str) -> list[int]:
    """Where something of an access token's shape begins, anywhere in a file: comments count too."""
    if "_" not in text and "eyJ" not in text:
        return []
    return sorted({match.start() for pattern in (_WEBEX_TOKEN, _JWT) for match in pattern.finditer(text)})


def looks_secret(value: str) -> bool:
    """Whether a scalar has the shape of a token: long, base64-like, and not a Webex id."""
    if len(value) < 40:
        return False
    if token_offsets(value):
        return True
    match = _ALPHABET.fullmatch(value.strip())
    if match is None or ids.decode(match[1]) is not None:
        return False
    body = match[1]
    kinds = (str.isupper, str.islower, str.isdigit)
    return all(any(kind(letter) for letter in body) for kind in kinds)


def shown(value: str) -> str:
    """A text of the file as a message may show it: in backquotes, shortened, and hidden if it may be a secret."""
    if looks_secret(value):
        return "(hidden)"
    text = value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
    return f"`{' '.join(text.split())}`" if text.strip() else '""'
