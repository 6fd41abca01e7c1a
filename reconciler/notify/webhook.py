"""A webhook: one POST of JSON, signed, to an address that the files or the environment name.

Sent up to three times, for it is harmless to get the same twice: `X-Webex-Licenses-Delivery` is the same then. Redirects are
not followed. The address may be a secret (chat systems put one into the path), so no message repeats more than its host.
"""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlsplit

import httpx
from httpx_retries import Retry, RetryTransport

from reconciler.errors import ReconcilerError

SIGNATURE = "X-Webex-Licenses-Signature-256"
DELIVERY = "X-Webex-Licenses-Delivery"
SECONDS = 10.0
"""For each step of one attempt."""

_AGAIN = (429, 500, 502, 503, 504)


def signature(body: bytes, secret: str) -> str:
    """What the header holds: HMAC-SHA256 of the body with the secret, in hex.

    >>> signature(b"{}", "secret")[:20]
    'sha256=77325902caca8'
    """
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


class Webhook:
    """One address. Without `secret` nothing is signed. `pause`: seconds before the second attempt, doubled after."""

    def __init__(self, url: str, secret: str | None, *, proxy: str | None = None, pause: float = 1.0) -> None:
        self._url, self._secret, self._proxy, self._pause = url, secret, proxy, pause

    @property
    def channel(self) -> str:
        """The same for the same address."""
        return f"webhook:{hashlib.sha256(self._url.encode()).hexdigest()[:16]}"

    @property
    def shown(self) -> str:
        """In words, without what may be secret."""
        return f"the webhook at {urlsplit(self._url).hostname}"

    async def send(self, body: bytes, markdown: str, digest: str) -> None:
        """POST the body. ReconcilerError, with the status and no more, unless it is answered with 2xx."""
        headers = {"Content-Type": "application/json", "User-Agent": "webex-licenses", DELIVERY: digest}
        if self._secret:
            headers[SIGNATURE] = signature(body, self._secret)
        retry = Retry(total=2, allowed_methods=["POST"], status_forcelist=_AGAIN, backoff_factor=self._pause)
        transport = RetryTransport(transport=httpx.AsyncHTTPTransport(proxy=self._proxy), retry=retry)
        try:
            async with httpx.AsyncClient(transport=transport, timeout=SECONDS, follow_redirects=False) as client:
                response = await client.post(self._url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ReconcilerError(f"no answer ({type(error).__name__}).") from None
        if not response.is_success:
            raise ReconcilerError(f"it answered with status {response.status_code}.")
