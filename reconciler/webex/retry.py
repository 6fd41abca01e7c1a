"""How long to wait, and when to stop waiting. Waiting for Webex is normal; waiting forever, or in silence, is not.

Webex slows callers down with 429 (and 423) and says for how long; nothing was done, so any call, a PATCH too, is sent again
after exactly that time. A 502, 503, 504 or a broken connection says nothing about the effect, so only a GET is repeated,
with growing pauses; httpx-retries carries that out (`GetRetry` is its policy, one object a request). A PATCH is never
given to it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
from httpx_retries import Retry

from reconciler.errors import WebexThrottledError

LONGEST_WAIT = 1800.0
"""Seconds that one call waits in all because Webex asks for it; beyond that it is given up (WebexThrottledError)."""

USUAL_WAIT = 15.0
"""Seconds to wait where Webex slows us down without a Retry-After that can be read."""

TOLD_FROM = 5.0
"""Waits longer than this, in seconds, are told to the user."""

REPEATS = 4
"""How often a GET is repeated after a 502, 503, 504 or a broken connection; the pauses grow to about 8 s."""

THROTTLED = frozenset({423, 429})
BROKEN = frozenset({502, 503, 504})

_SECONDS = re.compile(r"[0-9]{1,12}(\.[0-9]+)?")

Sleep = Callable[[float], Awaitable[object]]
Note = Callable[[str], None]
Tell = Callable[[float, str], None]


def asked_for(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that Retry-After asks for, at least 1; None when there is none or it is garbage (`rand(30),add(30)`)."""
    text = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(text):
        return max(1.0, math.ceil(float(text)))
    try:
        when = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(1.0, math.ceil((when - now).total_seconds()))


class Patience:
    """The waiting of one call, all its repetitions together.

    `note` is told of what this call alone waits for. What all wait for after a 429 goes to `tell` with its seconds, which
    says it once.
    """

    def __init__(
        self, method: str, path: str, sleep: Sleep, clock: Callable[[], datetime], note: Note, tell: Tell
    ) -> None:
        self._method = method
        self._path = path
        self._sleep = sleep
        self._clock = clock
        self._note = note
        self._tell = tell
        self._waited = 0.0

    async def slowed(self, status: int, headers: httpx.Headers) -> None:
        """Wait as long as a 429 or 423 asks. WebexThrottledError when that is longer than LONGEST_WAIT in all."""
        asked = asked_for(headers, self._clock())
        await self._wait(
            USUAL_WAIT if asked is None else asked, f"Webex slows us down, status {status}", headers, status
        )

    async def broken(self, pause: float, status: int | None, headers: httpx.Headers) -> None:
        """Wait `pause` seconds after a failure, or longer where the answer asks for it."""
        asked = asked_for(headers, self._clock()) or 0.0
        why = f"Webex answered with status {status}" if status else "The connection to Webex broke"
        await self._wait(max(pause, asked), why, headers, status)

    async def _wait(self, seconds: float, why: str, headers: httpx.Headers, status: int | None) -> None:
        if self._waited + seconds > LONGEST_WAIT:
            raise WebexThrottledError(
                f"Webex asks us to wait {seconds:.0f} s on top of {self._waited:.0f} s, more than the {LONGEST_WAIT:.0f} s "
                "that one call waits",
                hint="Try again later; look for other programs that use the same token.",
                method=self._method,
                path=self._path,
                status=status,
                tracking_id=tracking_id(headers),
            )
        text = f"{why}; waiting {seconds:.0f} s before {self._method} {self._path} is sent again."
        if status == 429:
            self._tell(seconds, text)
        elif seconds > TOLD_FROM:
            self._note(text)
        self._waited += seconds
        await self._sleep(seconds)


class GetRetry(Retry):
    """The policy of one GET for httpx-retries: throttling is waited out, failures are repeated REPEATS times.

    The two are counted apart, which the library's single `total` cannot do, so one object lives as long as its request
    and `increment` keeps it.
    """

    def __init__(self, patience: Patience) -> None:
        super().__init__(
            total=1_000_000,  # never the limit: Patience and REPEATS are
            allowed_methods=["GET"],
            status_forcelist=THROTTLED | BROKEN,
            backoff_factor=0.5,
            backoff_jitter=0.25,
        )
        self._patience = patience

    def is_retryable_status_code(self, status_code: int) -> bool:
        """Throttling always, a broken gateway REPEATS times."""
        return status_code in THROTTLED or (status_code in BROKEN and self.attempts_made < REPEATS)

    def is_retryable_exception(self, exception: Exception) -> bool:
        """Broken connections and timeouts, REPEATS times."""
        return self.attempts_made < REPEATS and super().is_retryable_exception(exception)

    def increment(self) -> Retry:
        """The same object: `asleep` counts, because only it knows what happened."""
        return self

    async def asleep(self, response: httpx.Response | Exception) -> None:
        """Wait before the request is sent again."""
        status, headers = None, httpx.Headers()
        if isinstance(response, httpx.Response):
            status, headers = response.status_code, response.headers
        if status in THROTTLED:
            await self._patience.slowed(status, headers)
            return
        self.attempts_made += 1
        await self._patience.broken(self.backoff_strategy(), status, headers)


def tracking_id(headers: Mapping[str, str]) -> str | None:
    """Webex's tracking id of an answer; where it echoes one twice, comma separated, the first."""
    return headers.get("Trackingid", "").partition(",")[0].strip() or None
