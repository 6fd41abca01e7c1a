"""The pace: it finds the server's rate, keeps to it, and shares what it knows. Hours pass in seconds (`pace_lab`)."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from pathlib import Path

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
from reconciler.webex.door import key_of
from reconciler.webex.pace import Tempo
from tests.support.pace_lab import Lab, MemoryPace
from tests.unit.execute.fakes import Quiet
from tests.unit.webex.fake import Scene, ok

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


# -- for real -----------------------------------------------------------------------------------------------------------------


def test_over_a_socket_and_one_store(tmp_path: Path) -> None:
    """Two sessions with a store each, as two processes have, against the sandbox: what it allows passes, few are refused."""
    stores = [Store.open(f"sqlite:///{tmp_path / 'store.db'}") for _ in range(2)]
    with Sandbox(World.generate(people=5, groups=1, seed=1), rate_limit=RateLimit(300, burst=5.0)) as sandbox:
        asyncio.run(_call_for(2.5, sandbox, stores))
        requests = sandbox.requests
    statuses = [request["status"] for request in requests]
    begun, ended = (datetime.fromisoformat(requests[place]["at"]) for place in (0, -1))
    passed = statuses.count(200) / (ended - begun).total_seconds()
    rows: list[PaceRow] = []
    with stores[0]._database.read() as connection:
        rows += [PaceRow(row.next_slot, row.closed_until, row.body) for row in connection.execute(table.select())]
    for store in stores:
        store.close()
    assert len(rows) == 1
    # Measured against what passed in the same seconds: a busy machine makes both slower.
    learned = msgspec.json.decode(rows[0].body, type=Tempo).rate or 0.0
    assert 0.3 * passed < learned < 10.0
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
