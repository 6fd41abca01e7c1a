"""The door: who waits, who is told, and how the rate is reckoned behind it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

import httpx
import pytest

from reconciler.webex import Session
from reconciler.webex.door import Door
from reconciler.webex.pace import IDLE, LONGEST_CLOSED, LONGEST_UNSAID, SHARE, UNSAID, Tempo
from tests.support.pace_lab import JumpingLoop, inline
from tests.unit.webex.fake import Scene, ok, refused

# -- the door -----------------------------------------------------------------------------------------------------------------


def _with_door(work: Callable[[Door], object], notes: list[str] | None = None) -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        note = (notes if notes is not None else []).append
        door = Door("key", None, sleep=asyncio.sleep, ticks=loop.time, note=note, aside=inline)
        await work(door)  # type: ignore[misc]

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(run())


def test_eight_callers_tell_of_one_closure() -> None:
    """All wait until the door opens; the user is told once, and told again of the next closure."""
    notes: list[str] = []

    async def work(door: Door) -> None:
        now = asyncio.get_running_loop().time
        epoch = await door.turn()
        door.landed(epoch, 200)
        epoch = await door.turn()
        door.landed(epoch, 429, 60.0)
        door.tell(60.0, "Waiting 60 s.")
        left: list[float] = []

        async def call() -> None:
            mine = await door.turn()
            left.append(now())
            door.landed(mine, 200)

        await asyncio.gather(*[call() for _ in range(8)])
        assert min(left) == 60.0
        assert notes == ["Waiting 60 s."]
        epoch = await door.turn()
        door.landed(epoch, 429, 30.0)
        await door.turn()
        assert len(notes) == 2

    _with_door(work, notes)


def test_who_stands_at_the_door_when_it_closes_stays() -> None:
    """A turn that was given before the refusal is not taken after it."""

    async def work(door: Door) -> None:
        now = asyncio.get_running_loop().time
        first = await door.turn()
        door.landed(first, 200)
        await asyncio.sleep(1.0)
        door.landed(await door.turn(), 429, 1.0)  # one a second at most; half a second to begin with
        under_way = await door.turn()
        waiting = asyncio.create_task(door.turn())
        await asyncio.sleep(0.1)
        door.landed(under_way, 429, 20.0)
        begun = now()
        await waiting
        assert now() - begun == pytest.approx(20.0)

    _with_door(work)


def test_a_caller_that_gives_up_lets_the_next_one_through() -> None:
    """Cancelled in the queue or at the door: nobody behind is stuck."""

    async def work(door: Door) -> None:
        door.landed(await door.turn(), 429, 10.0)
        callers = [asyncio.create_task(door.turn()) for _ in range(3)]
        await asyncio.sleep(1)
        callers[0].cancel()
        callers[1].cancel()
        await asyncio.wait_for(callers[2], 15)

    _with_door(work)


def test_calls_that_break_give_their_place_back() -> None:
    """While no rate is known, a call that was never answered does not count as under way for ever."""

    async def work(door: Door) -> None:
        for _ in range(20):
            door.landed(await door.turn(), None)

    _with_door(work)


def test_423_holds_up_its_own_call_only() -> None:
    """Somebody's record is locked: others go on."""
    scene = Scene(refused(423, Retry_After="60"), ok({}), ok({}))

    async def both(session: Session) -> None:
        await session.get("/v1/people/one")
        assert session._door.tempo.closed == -math.inf

    scene.run(both)
    assert scene.slept == [60.0]


def test_every_attempt_waits_for_its_turn() -> None:
    """GET, PATCH, repeats after a broken gateway and after 429: the door counts them all."""
    scene = Scene(httpx.Response(502), ok({}), refused(429, Retry_After="9"), ok({}))

    async def work(session: Session) -> None:
        await session.get("/v1/people")
        await session.patch("/v1/licenses/users", b"{}")
        assert session._door.tempo.epoch == 1
        assert session._door.tempo.closed == pytest.approx(sum(scene.slept), abs=2.0)

    scene.run(work)
    assert scene.calls == 4


# -- the reckoning ------------------------------------------------------------------------------------------------------------


def test_between_two_refusals_lies_the_rate() -> None:
    """Calls accepted by time passed, from the end of one closure to the end of the next, times 0.97."""
    tempo = Tempo(rate=12.0, since=100.0, epoch=3, next=100.0, closed=100.0, found=10.0)
    tempo.passed(3, 500)
    tempo.refused(149.0, 3, 1.0)
    assert (tempo.rate, tempo.closed, tempo.epoch) == (SHARE * 10.0, 150.0, 4)


def test_refusals_of_calls_that_left_before_change_nothing() -> None:
    """Eight 429 at once are one refusal; a longer Retry-After among them still counts."""
    tempo = Tempo(rate=12.0, since=100.0, epoch=3, next=100.0, closed=100.0, found=10.0, accepted=500)
    tempo.refused(149.0, 3, 1.0)
    rate = tempo.rate
    for wait in (1.0, None, 7.0, 1.0):
        tempo.refused(149.1, 3, wait)
    assert (tempo.rate, tempo.epoch, tempo.closed) == (rate, 4, 156.1)
    tempo.passed(3, 1000)
    assert tempo.accepted == 0


def test_quiet_makes_faster() -> None:
    """Hardly in the first minute, twice after two, and only for those who call as fast as they may."""
    speeds = [Tempo(rate=10.0, quiet=quiet).now_at() for quiet in (0.0, 60.0, 125.0, 145.0)]
    assert speeds == [10.0, pytest.approx(10.09, abs=0.05), pytest.approx(20.0), pytest.approx(38.9, abs=0.2)]
    slow = Tempo(rate=10.0, next=0.0)
    for second in range(100):
        slow.take(float(second), 1)
    assert slow.quiet <= 0.2


def test_refusals_in_vain_are_longer_and_longer_apart() -> None:
    """Garbage instead of a time: 2 s, then twice as long each time, 15 s at most; anything accepted ends that."""
    tempo, now, waits = Tempo(), 0.0, []
    for _ in range(6):
        tempo.refused(now, tempo.epoch, None)
        waits.append(tempo.closed - now)
        now = tempo.closed
    assert waits == [UNSAID, 4.0, 8.0, LONGEST_UNSAID, LONGEST_UNSAID, LONGEST_UNSAID]
    tempo.passed(tempo.epoch)
    tempo.refused(now, tempo.epoch, None)
    assert tempo.closed - now == UNSAID


def test_no_closure_lasts_for_ever() -> None:
    """An absurd Retry-After closes the door for half an hour at most."""
    tempo = Tempo()
    tempo.refused(0.0, 0, 1e11)
    assert tempo.closed == LONGEST_CLOSED


def test_after_a_rest_nothing_is_reckoned_across_it() -> None:
    """Idle time is no evidence of a low rate: the rate stays, and so does what was known to be allowed."""
    tempo = Tempo(rate=10.0, since=0.0, accepted=100, next=10.0, quiet=10.0)
    tempo.take(10.0 + IDLE + 1, 1)
    assert (tempo.since, tempo.accepted) == (None, 0)
    tempo.passed(0, 3)
    tempo.refused(17.0, 0, 1.0)
    assert tempo.rate == pytest.approx(SHARE * 10.0, rel=0.01)
