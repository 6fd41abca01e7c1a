"""Waiting and repeating: as long as Webex asks, never a PATCH whose effect is unknown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import httpx
import pytest

from reconciler.errors import WebexError, WebexServerError, WebexThrottledError, WebexUnreachableError
from reconciler.webex import Session
from reconciler.webex.retry import LONGEST_WAIT, REPEATS, USUAL_WAIT, asked_for
from reconciler.webex.transport import Answer
from tests.unit.webex.fake import NOW, TOKEN, Broken, Scene, ok, refused

Call = Callable[[Session], Awaitable[Answer]]


async def _get(session: Session) -> Answer:
    return await session.get("/v1/people", "email=ann%40acme.example")


async def _patch(session: Session) -> Answer:
    return await session.patch("/v1/licenses/users", b"{}")


BOTH = pytest.mark.parametrize("call", [_get, _patch])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("4", 4.0),
        (" 194 ", 194.0),
        ("0", 1.0),
        ("1.2", 2.0),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 12:00:30", 30.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 1.0),
        ("rand(30),add(30)", None),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("9" * 400, None),
        ("Sun, 99 Mar 99999 12:00:30 GMT", None),
    ],
)
def test_retry_after_is_read_defensively(text: str, seconds: float | None) -> None:
    """Seconds, fractions and HTTP dates are understood and never less than a second; anything else counts as nothing said."""
    assert asked_for({"Retry-After": text}, NOW) == seconds


def test_a_date_is_measured_by_the_clock_handed_in() -> None:
    """Retry-After dates are held against the injected clock, not the machine's."""
    noon = {"Retry-After": "Sun, 01 Mar 2026 12:00:00 GMT"}
    assert asked_for(noon, datetime(2026, 3, 1, 11, 59, tzinfo=UTC)) == 60.0


@BOTH
@pytest.mark.parametrize("status", [429, 423])
def test_throttling_is_waited_out_whole_and_the_call_sent_again(call: Call, status: int) -> None:
    """After 429 and 423 Webex did nothing: every call, a PATCH too, is sent again after exactly the time asked for."""
    scene = Scene(refused(status, Retry_After="194"), refused(status, Retry_After="7"), ok({"licenses": []}))
    assert scene.run(call).status == 200
    assert scene.slept == [194.0, 7.0]
    assert len(scene.requests) == 3


@BOTH
@pytest.mark.parametrize("headers", [{}, {"Retry_After": "rand(30),add(30)"}])
def test_throttling_without_a_readable_time_waits_the_usual_time(call: Call, headers: dict[str, str]) -> None:
    """A missing or garbled Retry-After means USUAL_WAIT, not zero and not an error."""
    scene = Scene(refused(429, None, **headers), ok({}))
    scene.run(call)
    assert scene.slept == [USUAL_WAIT]


@BOTH
def test_nobody_waits_longer_than_the_documented_maximum(call: Call) -> None:
    """A Retry-After that would take one call beyond LONGEST_WAIT in all is an error at once, with the tracking id."""
    scene = Scene(
        refused(429, Retry_After=str(int(LONGEST_WAIT) - 10)),
        refused(429, Retry_After="11", Trackingid="ROUTER_9"),
    )
    with pytest.raises(WebexThrottledError) as caught:
        scene.run(call)
    assert scene.slept == [LONGEST_WAIT - 10]
    assert (caught.value.status, caught.value.tracking_id) == (429, "ROUTER_9")


@BOTH
def test_throttling_for_ever_ends(call: Call) -> None:
    """However often Webex says "in a second", the sum of the waits of one call is bounded."""
    scene = Scene(handler=lambda _: refused(429, Retry_After="100"))
    with pytest.raises(WebexThrottledError):
        scene.run(call)
    assert sum(scene.slept) <= LONGEST_WAIT


@BOTH
def test_long_waits_are_told_and_short_ones_are_not(call: Call) -> None:
    """Above 5 seconds the user gets one plain line, without query values; below there is silence."""
    scene = Scene(refused(429, Retry_After="5"), refused(429, Retry_After="60"), ok({}))
    scene.run(call)
    assert len(scene.notes) == 1
    assert "waiting 60 s" in scene.notes[0]
    assert "ann" not in scene.notes[0]


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_get_is_repeated_with_growing_pauses_after_a_broken_gateway(status: int) -> None:
    """502, 503 and 504 are repeated REPEATS times with pauses that about double, then it is WebexServerError."""
    scene = Scene(handler=lambda _: httpx.Response(status, html="<html>secret</html>"))
    with pytest.raises(WebexServerError) as caught:
        scene.run(_get)
    assert len(scene.requests) == REPEATS + 1
    assert [0.75 * 2**n <= pause <= 2.0**n for n, pause in enumerate(scene.slept)] == [True] * REPEATS
    assert "secret" not in str(caught.value)


def test_a_broken_gateway_that_asks_for_time_gets_it() -> None:
    """A Retry-After on a 503 is honoured, too."""
    scene = Scene(refused(503, Retry_After="40"), ok({}))
    scene.run(_get)
    assert scene.slept == [40.0]


def test_a_500_is_not_repeated() -> None:
    """A plain 500 is Webex's own failure on this call; asking again is left to people."""
    scene = Scene(refused(500))
    with pytest.raises(WebexServerError):
        scene.run(_get)
    assert scene.slept == []


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError("x"), httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x"), httpx.ReadError("x")]
)
def test_a_get_is_repeated_when_the_connection_breaks(failure: Exception) -> None:
    """A connection that breaks or an answer that does not come in time is repeated."""
    scene = Scene(failure, failure, ok({"items": []}))
    assert scene.run(_get).status == 200
    assert len(scene.slept) == 2


def test_a_get_is_repeated_when_the_connection_breaks_inside_the_body() -> None:
    """Half a page is no page: it is asked for again."""
    scene = Scene(httpx.Response(200, stream=Broken()), ok({"items": []}))
    assert scene.run(_get).content == b'{"items":[]}'


def test_a_connection_that_stays_broken_is_unreachable() -> None:
    """After REPEATS repetitions it is WebexUnreachableError, which names the host and not the token."""
    scene = Scene(handler=_no_connection)
    with pytest.raises(WebexUnreachableError) as caught:
        scene.run(_get)
    assert len(scene.requests) == REPEATS + 1
    assert "webexapis.com" in str(caught.value)
    assert TOKEN not in str(caught.value)


def test_throttling_between_failures_does_not_use_up_the_repetitions() -> None:
    """Throttling and failures are counted apart."""
    bad, slow = refused(502), refused(429, Retry_After="1")
    scene = Scene(bad, slow, bad, slow, bad, slow, bad, slow, ok({}))
    assert scene.run(_get).status == 200


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (refused(500), WebexServerError),
        (refused(502, Retry_After="1"), WebexServerError),
        (refused(503), WebexServerError),
        (refused(504), WebexServerError),
        (httpx.ConnectError("x"), WebexUnreachableError),
        (httpx.ReadTimeout("x"), WebexUnreachableError),
        (httpx.RemoteProtocolError("x"), WebexUnreachableError),
        (httpx.Response(200, stream=Broken()), WebexUnreachableError),
    ],
)
def test_a_patch_of_unknown_effect_is_never_repeated(reply: httpx.Response | Exception, kind: type[WebexError]) -> None:
    """A PATCH that got a 5xx, no answer or half of one is sent once: whether it took effect, only a read can tell."""
    scene = Scene(reply)
    with pytest.raises(kind):
        scene.run(_patch)
    assert len(scene.requests) == 1
    assert scene.slept == []


def test_a_patch_that_fails_after_throttling_is_not_sent_a_third_time() -> None:
    """Having been throttled once does not make a PATCH repeatable."""
    scene = Scene(refused(429, Retry_After="1"), refused(502))
    with pytest.raises(WebexServerError):
        scene.run(_patch)
    assert len(scene.requests) == 2


def _no_connection(_: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no route")
