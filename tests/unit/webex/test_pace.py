"""The pace: it finds the server's rate, keeps to it, and shares what it knows. Hours pass in seconds (`pace_lab`)."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import msgspec
import pytest

from reconciler import wiring
from reconciler.errors import StoreError
from reconciler.load import load_desired
from reconciler.operations.context import Context
from reconciler.ports import Pace, PaceRow
from reconciler.sandbox.pace import RateLimit
from reconciler.sandbox.running import Sandbox
from reconciler.sandbox.world import World
from reconciler.store import Store
from reconciler.store.tables import pace as table
from reconciler.webex import Session
from reconciler.webex.door import Door, key_of
from reconciler.webex.pace import IDLE, LONGEST_CLOSED, LONGEST_UNSAID, SHARE, UNSAID, Tempo
from tests.support.pace_lab import JumpingLoop, Lab, MemoryPace, inline
from tests.unit.execute.fakes import Quiet
from tests.unit.webex.fake import Scene, ok, refused

EXAMPLE = Path(__file__).parents[3] / "examples" / "desired-state" / "acme"


def _lab(
    rate: float, seconds: float = 3600.0, *, latency: float = 0.08, start: float = 0.0, **limit: float | str
) -> Lab:
    return Lab([(0.0, RateLimit(rate, **limit))], seconds=seconds, latency=latency, start=start)  # type: ignore[arg-type]


# -- the rate is found and kept -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("latency", [0.03, 0.3])
def test_sixty_a_minute_for_an_hour(latency: float) -> None:
    """From the second minute on at least 95 % of what a bucket allows, under 1 % of calls refused, two a minute at most."""
    lab = _lab(60, latency=latency).run()
    assert lab.share() > 0.98
    assert lab.refused_part() < 0.01
    assert max(minute.refused for minute in lab.minutes[1:]) <= 2
    assert lab.refusals() <= 59  # one a minute
    assert lab.minutes[0].refused <= 10


@pytest.mark.parametrize(("rate", "seconds"), [(600, 1800), (3000, 300)])
def test_higher_rates(rate: float, seconds: float) -> None:
    """The same holds at ten and fifty calls a second."""
    lab = _lab(rate, seconds).run()
    assert lab.share() > 0.98
    assert lab.refused_part() < 0.005


@pytest.mark.parametrize("factor", [0.5, 2.0])
@pytest.mark.parametrize("at", [1200, 1220, 1240])
def test_a_server_that_changes_its_mind(factor: float, at: int) -> None:
    """Half or twice as much from one moment to the next, whenever: from the third minute after it at least 95 % again."""
    lab = Lab([(0.0, RateLimit(60)), (at, RateLimit(60 * factor))], seconds=3000).run()
    third = at // 60 + (2 if at % 60 == 0 else 3)
    assert lab.share(third) > 0.95
    assert lab.refusals(third) <= len(lab.minutes[third:])


@pytest.mark.parametrize("kind", ["fixed", "sliding"])
def test_windows_are_no_trouble(kind: str) -> None:
    """Servers that count in windows, of the clock or of the last minute, are used to 95 %, too."""
    lab = _lab(60, kind=kind).run()
    assert lab.share() > 0.95
    assert lab.refusals() <= 59


@pytest.mark.parametrize("retry_after", ["date", "garbage"])
def test_however_the_time_to_wait_is_written(retry_after: str) -> None:
    """A date is understood; garbage costs no more than a refusal a hundred calls either."""
    lab = _lab(60, retry_after=retry_after).run()
    assert lab.share() > 0.95
    assert lab.refused_part() < 0.0125


def test_a_large_stock_is_no_rate() -> None:
    """Sixty calls at once at the beginning do not make it believe in sixty a second for longer than a minute."""
    lab = _lab(60, 1200, burst=60.0).run()
    assert lab.minutes[0].refused <= 12
    assert lab.refusals() <= 12


def test_a_server_without_stock() -> None:
    """It is called at a steady rate, and the more it takes of that the nearer to its own."""
    lab = _lab(60, burst=1.0).run()
    assert lab.share(30) > 0.8
    assert lab.refused_part() < 0.015


def test_another_program_takes_half() -> None:
    """What it leaves is used, as if it were all."""
    lab = Lab([(0.0, RateLimit(600))], seconds=1200, foreign=0.5).run()
    assert 0.95 < lab.share() < 1.05
    assert lab.refused_part() < 0.01


def test_answers_that_take_long_are_not_taken_for_a_limit() -> None:
    """Eight calls under way are all there is; nothing is refused, and no rate is made up."""
    lab = _lab(600, 600, latency=2.0).run()
    assert lab.refusals(0) == 0
    assert lab.doors[0].tempo.rate is None
    assert sum(minute.passed for minute in lab.minutes) > 8 / 2.4 * 600 * 0.9


def test_no_limit_no_waiting() -> None:
    """Where nothing is refused nobody waits: the first calls one by one, then as many as there are."""
    lab = _lab(10_000_000, 60, latency=0.05).run()
    assert lab.minutes[0].passed > 0.95 * 60 * 8 / 0.054


# -- several processes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rate", "programs"), [(60, (8, 8)), (60, (4, 8, 2)), (600, (8, 8))])
def test_programs_on_one_store_are_as_good_as_one(rate: float, programs: tuple[int, ...]) -> None:
    """Two or three processes share one rate: as much passes, as little is refused, and everybody gets the same."""
    pace = MemoryPace()
    lab = Lab([(0.0, RateLimit(rate))], seconds=1200, programs=programs, pace=pace).run()
    assert lab.share() > 0.97
    assert lab.refused_part() < 0.0125
    assert min(lab.by_program) > 0.95 * max(lab.by_program)
    assert pace.exchanges < 1200 * 2.5 * len(programs)


def test_the_next_run_starts_at_the_learned_rate() -> None:
    """No second fast start: the first minute of a run that begins an hour later has no refusal and 90 % of the rate."""
    pace = MemoryPace()
    Lab([(0.0, RateLimit(600))], seconds=300, pace=pace).run()
    later = Lab([(0.0, RateLimit(600))], seconds=60, pace=pace, start=7200.0).run()
    assert later.refusals(0) == 0
    assert later.share(0) > 0.9


@pytest.mark.parametrize("offset", [-86400.0, -600.0, 86400.0])
def test_a_clock_that_jumps_holds_nobody_up(offset: float) -> None:
    """Backwards or forwards by minutes or a day: at most a minute is lost, and the rate is kept."""
    pace = MemoryPace()
    Lab([(0.0, RateLimit(600))], seconds=300, pace=pace).run()
    pace.offset = offset
    later = Lab([(0.0, RateLimit(600))], seconds=300, pace=pace, start=300.0).run()
    assert later.share(1) > 0.9


def test_a_pace_that_cannot_be_kept_stops_nothing() -> None:
    """Disk full from the first call on: as good as alone, and told once."""
    lab = Lab([(0.0, RateLimit(600))], seconds=600, pace=MemoryPace(StoreError("The disk is full."))).run()
    assert lab.share() > 0.98
    assert len(lab.notes) == 1
    assert "The disk is full." in lab.notes[0]


def test_a_pace_that_is_not_there_stops_nothing() -> None:
    """A store that cannot even be opened is told once, too."""
    scene = Scene(ok({}), ok({}))

    def broken() -> Pace:
        raise StoreError("The store is damaged.")

    async def work(session: Session) -> None:
        await session.get("/v1/people")
        await session.get("/v1/people")

    scene.pace = broken
    scene.run(work)
    assert len(scene.notes) == 1
    assert "damaged" in scene.notes[0]


def test_the_key_names_no_token() -> None:
    """A digest of whose token it is and of the server: another one for another token, and for another server."""
    keys = {key_of(identity, base) for identity in ("a", "b") for base in ("https://x/v1", "https://y/v1")}
    assert len(keys) == 4
    assert all(len(key) == 32 and int(key, 16) >= 0 for key in keys)


def test_a_closed_door_is_closed_for_all_processes() -> None:
    """A Retry-After met by one holds for the other within a block, and each tells of it once, not for each caller."""
    pace = MemoryPace()
    lab = Lab([(0.0, RateLimit(600))], seconds=240, programs=(4, 4), pace=pace)
    lab.closures = [(60.0, 90.0)]
    lab.run()
    assert lab.minutes[1].passed < 600 * 0.7
    assert lab.while_closed <= 12
    assert len(lab.notes) == 2


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


# -- for real -----------------------------------------------------------------------------------------------------------------


def test_over_a_socket_and_one_store(tmp_path: Path) -> None:
    """Two sessions with a store each, as two processes have, against the sandbox: what it allows passes, few are refused."""
    stores = [Store.open(f"sqlite:///{tmp_path / 'store.db'}") for _ in range(2)]
    with Sandbox(World.generate(people=5, groups=1, seed=1), rate_limit=RateLimit(300, burst=5.0)) as sandbox:
        asyncio.run(_call_for(2.5, sandbox, stores))
        statuses = [request["status"] for request in sandbox.requests]
    rows: list[PaceRow] = []
    with stores[0]._database.read() as connection:
        rows += [PaceRow(row.next_slot, row.closed_until, row.body) for row in connection.execute(table.select())]
    for store in stores:
        store.close()
    assert len(rows) == 1
    assert 2.0 < (msgspec.json.decode(rows[0].body, type=Tempo).rate or 0.0) < 10.0
    assert sandbox.access_token not in rows[0].body
    assert statuses.count(429) <= 12
    assert statuses.count(200) >= 10


async def _call_for(seconds: float, sandbox: Sandbox, stores: list[Store]) -> None:
    until = time.monotonic() + seconds

    async def caller(session: Session) -> None:
        while time.monotonic() < until:
            await session.get(session.api("/people/me"))

    sessions = [Session(sandbox.access_token, sandbox.base_url, pace=store.pace) for store in stores]
    await asyncio.gather(*[caller(session) for session in sessions for _ in range(4)])
    for session in sessions:
        await session.aclose()


def test_a_command_keeps_its_pace_in_its_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What wiring hands in is the store's pace, opened by the first call and not before."""
    desired = load_desired(EXAMPLE).desired
    assert desired is not None
    url = f"sqlite:///{tmp_path / 'store.db'}"

    async def connect(context: Context, *, call: bool) -> None:
        async with context.connect() as connection:
            if call:
                await connection.reader.me()

    with Sandbox(World.generate(people=5, groups=1, seed=1)) as sandbox:
        for name, value in sandbox.environment.items():
            monkeypatch.setenv(name, value)
        with wiring.context(desired, store_url=url, progress=Quiet()) as context:
            asyncio.run(connect(context, call=False))
            assert not (tmp_path / "store.db").exists()
            asyncio.run(connect(context, call=True))
    with Store.open(url) as store, store._database.read() as connection:
        assert len(connection.execute(table.select()).all()) == 1
