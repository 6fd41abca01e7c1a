"""What was asked of Webex and did not happen, in words: how it ended, when it is asked again, and what can be done.

Shared by plans, drift, explanations and readiness, so that one setback is told the same way everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from reconciler.model.plan import SetbackState

_ENDED: Mapping[SetbackState, str] = {
    "pending": "it waits for the person to accept an invitation",
    "refused": "Webex refused it",
    "silentlyIgnored": "Webex accepted it and did nothing",
    "outOfUnits": "Webex left it out, and its counter shows no unit left",
    "failed": "the call failed without effect",
    "unknown": "nobody could tell whether it took effect",
}
_TO_DO: Mapping[SetbackState, str] = {
    "pending": "have the person accept the invitation, or send it anew in Control Hub",
    "refused": "correct what Webex names, there or in the files; without that the answer stays the same",
    "silentlyIgnored": "look at the person in Control Hub, or tell Cisco the tracking id of the run",
    "outOfUnits": "buy units, or take the license from somebody who needs it less",
    "failed": "nothing: every apply tries it again",
    "unknown": "nothing: every apply tries it again",
}
_CALL = re.compile(r" \((?:GET|PATCH) /[^)]*\)")
"""Method, path, status and tracking id of one call: another one each time."""


def ended(state: SetbackState, detail: str, codes: Sequence[int] = ()) -> str:
    """How it ended, with Webex's own reason where it gave one.

    >>> ended("refused", "code 400404: they exclude each other. No (PATCH /licenses/users, status 400, tracking id x)")
    'Webex refused it (code 400404: they exclude each other. No)'
    """
    if state != "refused":
        return _ENDED[state]
    reason = _CALL.sub("", detail).strip().rstrip(".") or ", ".join(f"code {code}" for code in codes)
    return f"{_ENDED[state]} ({reason})" if reason else f"{_ENDED[state]} without saying why"


def asked(times: int, since: datetime, last: datetime) -> str:
    """How often it was asked.

    >>> asked(1, datetime(2026, 11, 21, 9, tzinfo=UTC), datetime(2026, 11, 21, 9, tzinfo=UTC))
    'asked once, on 2026-11-21 09:00 UTC'
    """
    if times == 1:
        return f"asked once, on {_moment(last)}"
    return f"asked {times:,} times since {_moment(since)}, the last time on {_moment(last)}"


def again(until: datetime | None) -> str:
    """When it is asked the next time."""
    if until is None:
        return "the next apply asks again"
    return f"it rests until {_moment(until)}, or until the person, the files or what is sold are different"


def to_do(state: SetbackState) -> str:
    """What helps."""
    return _TO_DO[state]


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
