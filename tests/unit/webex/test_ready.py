"""The last look before a PATCH leaves: asked each time, and its word counts."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from reconciler.errors import WebexConflictError, WebexUnreachableError
from reconciler.webex import Session
from reconciler.webex.transport import Answer
from tests.unit.webex.fake import Scene, ok, refused


def _patch(scene: Scene, ready: Callable[[], None], customer: str | None = None) -> Answer:
    async def work(session: Session) -> Answer:
        session.customer = customer
        return await session.patch("/v1/licenses/users", b"{}", ready=ready)

    return scene.run(work)


def test_ready_is_asked_each_time_the_call_leaves() -> None:
    """Once for the first sending and once more after 429, 423 and a readmission, but not for the GET that readmits."""
    scene = Scene(refused(429, Retry_After="1"), refused(423, Retry_After="1"), refused(403), ok({}), ok({}))
    seen: list[tuple[int, float]] = []
    _patch(scene, lambda: seen.append((len(scene.requests), sum(scene.slept))), "/v1/organizations/o")
    assert [method.split()[0] for method in scene.sent] == ["PATCH", "PATCH", "PATCH", "GET", "PATCH"]
    assert seen == [(0, 0.0), (1, 1.0), (2, 2.0), (4, 2.0)]


@pytest.mark.parametrize("error", [RuntimeError("stolen"), WebexConflictError("stolen"), httpx.ReadError("stolen")])
@pytest.mark.parametrize("time", [0, 1, 2])
def test_what_ready_raises_goes_through_and_nothing_is_sent(error: Exception, time: int) -> None:
    """Whatever kind of error it is, and whichever sending it stops: the very same exception, and no request more."""
    scene = Scene(refused(429, Retry_After="1"), refused(403), ok({}), ok({}))
    asked = 0

    def ready() -> None:
        nonlocal asked
        asked += 1
        if asked > time:
            raise error

    with pytest.raises(type(error)) as caught:
        _patch(scene, ready, "/v1/organizations/o")
    assert caught.value is error
    assert [sent.split()[0] for sent in scene.sent].count("PATCH") == time
    assert scene.calls == len(scene.requests)


def test_a_break_after_a_readmission_is_not_told_as_forbidden() -> None:
    """The second sending may have had an effect, so its error counts, and not the 403 before it."""
    scene = Scene(refused(403), ok({}), httpx.ReadTimeout("late"))
    with pytest.raises(WebexUnreachableError):
        _patch(scene, lambda: None, "/v1/organizations/o")
