"""The rate limit: three ways to count, each by the clock, and three ways to write how long to wait."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.errors import InputError
from reconciler.sandbox import create_app
from reconciler.sandbox.faults import describe
from reconciler.sandbox.pace import Pace, RateLimit
from tests.unit.sandbox.calls import call, organization


class Clock:
    """A clock that is set."""

    def __init__(self, at: float = 0.0) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


def passed(pace: Pace, limit: RateLimit, tries: int, token: str = "t") -> int:
    """How many of so many calls at once pass."""
    return [pace.wait(token, limit) for _ in range(tries)].count(0)


def test_a_bucket_holds_its_burst_and_fills_up_steadily() -> None:
    """Sixty a minute with a burst of three: three at once, then one a second, never more than three saved up."""
    clock = Clock()
    pace, limit = Pace(clock), RateLimit(60, burst=3)
    assert passed(pace, limit, 10) == 3
    clock.at = 1.0
    assert passed(pace, limit, 10) == 1
    clock.at = 1000.0
    assert passed(pace, limit, 10) == 3


def test_a_fixed_window_begins_anew_for_everybody_at_once() -> None:
    """Six a minute: six just before the minute ends and six right after it, which a sliding window would not allow."""
    clock = Clock(59.5)
    pace, limit = Pace(clock), RateLimit(6, kind="fixed")
    assert passed(pace, limit, 10) == 6
    assert pace.wait("t", limit) == 1
    clock.at = 60.0
    assert passed(pace, limit, 10) == 6
    assert pace.wait("t", limit) == 60


def test_a_sliding_window_looks_back_from_each_call() -> None:
    """Six a minute: after six at 59.5 nothing passes until 119.5, and the time to wait says so."""
    clock = Clock(59.5)
    pace, limit = Pace(clock), RateLimit(6, kind="sliding")
    assert passed(pace, limit, 10) == 6
    clock.at = 60.0
    assert pace.wait("t", limit) == 60
    clock.at = 119.5
    assert passed(pace, limit, 10) == 6


@pytest.mark.parametrize("kind", ["fixed", "sliding"])
def test_a_burst_makes_a_window_shorter(kind: Any) -> None:
    """Sixty a minute, ten at once: ten every ten seconds."""
    clock = Clock()
    pace, limit = Pace(clock), RateLimit(60, kind=kind, burst=10)
    assert passed(pace, limit, 20) == 10
    assert pace.wait("t", limit) == 10
    clock.at = 10.0
    assert passed(pace, limit, 20) == 10


@pytest.mark.parametrize("kind", ["bucket", "fixed", "sliding"])
def test_whoever_waits_as_told_passes(kind: Any) -> None:
    """Retry-After is the truth: after so many seconds the next call passes; tokens do not share."""
    clock = Clock(7.3)
    pace, limit = Pace(clock), RateLimit(7, kind=kind)
    for _ in range(5):
        waits = [pace.wait("t", limit) for _ in range(20)]
        wait = waits[-1]
        assert wait > 0
        assert pace.wait("other", limit) == 0
        clock.at += wait
        assert pace.wait("t", limit) == 0


@pytest.mark.parametrize(
    ("written", "expected"),
    [("seconds", "1"), ("date", "Fri, 02 Jan 2026 03:04:06 GMT"), ("garbage", "rand(30),add(30)")],
)
def test_the_time_to_wait_can_be_written_in_three_ways(written: str, expected: str) -> None:
    """429 with Retry-After as seconds, as a date, or as what Webex once sent; a second later the call passes."""
    clock = Clock()
    limit = {"perMinute": 60, "burst": 1, "retryAfter": written}
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    app = create_app(organization(), faults={"rateLimit": limit}, clock=clock, now=lambda: now)
    assert call(app, "GET", "/v1/licenses").status_code == 200
    refused = call(app, "GET", "/v1/licenses")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, expected)
    clock.at = 1.0
    assert call(app, "GET", "/v1/licenses").status_code == 200


def test_a_plain_number_is_a_bucket() -> None:
    """As it always was: calls a minute, ten seconds' worth at once; and the description keeps its form."""
    app = create_app(organization(), faults={"rateLimit": 12}, clock=Clock())
    assert [call(app, "GET", "/v1/roles").status_code for _ in range(3)] == [200, 200, 429]
    assert call(app, "GET", "/sandbox/faults").json()["rateLimit"] == 12


@pytest.mark.parametrize("limit", [{"perMinute": -1}, {"perMinute": 5, "burst": 0}, {"kind": "fixed"}, "fast"])
def test_a_limit_nobody_understands_is_refused(limit: object) -> None:
    """Negative, nothing at once, no number, words."""
    with pytest.raises(InputError, match="cannot understand"):
        describe({"rateLimit": limit})
