"""Every crash point of an apply, each in a world of its own: die there, go on in a new process, and look what is left.

    python -m tests.support.crash_run                        # every point of both organizations, all series
    python -m tests.support.crash_run --world rough --series resume --every 7 --jobs 2 --twice 40

A series is how it goes on: `resume` finishes the run at once, its lock taken away; `next` is a new plan and its apply, when
the lock has ended by itself; `late` is `resume` where the call that was on its way when the process died takes effect 45 s later.
`stolen` is no death: the process stands still, somebody else takes the lock and does everything, and then it wakes up.
`--twice` dies a second time, at so many points of the recovery of each of a sample. Prints JSON; ends 1 if a promise is broken.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import pickle
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from reconciler.errors import ReconcilerError
from reconciler.model.plan import Plan
from tests.support.crash_judge import Left, complaints, look, targets
from tests.support.crash_process import Ended, Host
from tests.support.crash_rooms import Rooms
from tests.support.crash_time import Time
from tests.support.crash_webex import Webex
from tests.support.crash_world import Scene, scene

SERIES = ("resume", "next", "late", "stolen")
PATCH = "PATCH /v1/licenses/users"
LEASE = 660.0
"""Seconds after which a lease of somebody who died has ended by itself."""
LATE = 45.0


class Case(NamedTuple):
    """Die at `point` of the run and, unless 0, at `again` of what goes on after it."""

    series: str
    point: int
    again: int = 0


class Verdict(NamedTuple):
    """What became of a case: where it died, how many points the recovery had, what is wrong."""

    case: Case
    died: tuple[str, ...]
    points: tuple[str, ...]
    wrong: tuple[str, ...]


class Stage:
    """One organization, read and planned, from which every case begins."""

    def __init__(self, name: str, folder: Path, *, peaceful: bool = False) -> None:
        self.folder = folder
        self.scene: Scene = scene(name, folder / "desired")
        self.webex = Webex(self.scene.state, Time(), {} if peaceful else self.scene.faults, self.scene.refuses)
        self.store = folder / "store.db"
        with self.webex.watched():
            self.plan: Plan = Host(self.webex).here(lambda rooms: rooms.plan(self.scene.desired), _url(self.store))
        assert not Path(f"{self.store}-wal").exists()
        self._warm()
        self.wanted = targets(self.plan, self.scene.state, self.webex.holdings())
        self.usual: dict[str, list[Left]] = {}
        self.labels: tuple[str, ...] = ()

    def _warm(self) -> None:
        """Everything that is loaded late is loaded here, once, and not in every case."""
        other = scene(self.scene.name, self.folder / "warm")
        webex = Webex(other.state, Time(), other.faults, other.refuses)
        host, store = Host(webex), _url(self.folder / "warm.db")
        with webex.watched():
            host.here(lambda rooms: rooms.apply(other.desired, rooms.plan(other.desired)), store)
            host.here(lambda rooms: look(rooms, webex, other.desired), store)
        gc.freeze()  # a collection would copy every page that is shared

    def rehearse(self) -> None:
        """What the steps of each series leave without trouble, and the points of the apply."""
        for series in ("resume", "next"):
            ended, left = forked(lambda series=series: self._undisturbed(series))
            self.labels = ended.labels
            self.usual[series] = [left]
        self.usual["late"] = self.usual["resume"]
        self.usual["stolen"] = self.usual["next"] = [*self.usual["next"], *self.usual["resume"]]

    def _undisturbed(self, series: str) -> tuple[Ended, Left]:
        with self.webex.watched():
            host, store = Host(self.webex), self.copy()
            ended = host.child(lambda rooms: _told(rooms.apply(self.scene.desired, self.plan)), store)
            assert not ended.error, ended.error
            if series == "next":
                host.pass_time(host.time.seconds + LEASE)
                second = host.child(self._next, store)
                assert not second.error, second.error
            return ended, host.here(lambda rooms: look(rooms, self.webex, self.scene.desired), store)

    def play(self, case: Case) -> Verdict:
        """One case, in this process, which is good for nothing else afterwards."""
        with self.webex.watched():
            host, store = Host(self.webex, late=LATE if case.series == "late" else 0.0), self.copy()
            first = host.child(
                lambda rooms: _told(rooms.apply(self.scene.desired, self.plan)), store, dies_at=case.point
            )
            died = [first.died]
            ended = self._go_on(host, store, case.series, case.again)
            if case.again:
                died.append(ended.died)
                ended = self._go_on(host, store, case.series, 0)
            if ended.error:
                return Verdict(case, tuple(died), (), (ended.error,))
            left = host.here(lambda rooms: look(rooms, self.webex, self.scene.desired), store)
            wrong = complaints(left, self.usual[case.series], self.wanted)
            return Verdict(case, tuple(died), ended.labels, tuple(wrong))

    def steal(self, case: Case) -> Verdict:
        """Stand still at a point while somebody else takes the lock, by `unlock` or because it ended, and does everything."""
        with self.webex.watched():
            host, store = Host(self.webex), self.copy()
            on_their_way: list[int] = []

            def thief(labels: tuple[str, ...]) -> None:
                on_their_way.append(labels[-1] in _LEAVING)
                if case.point % 2:
                    host.here(Rooms.unlock, store)
                else:
                    host.pass_time(host.time.seconds + LEASE)
                ended = host.child(self._next, store)
                assert not ended.error, ended.error
                on_their_way.append(_patches(self.webex))

            def old(rooms: Rooms) -> Any:
                done = rooms.tried(self.scene.desired, self.plan)
                return done.message if isinstance(done, ReconcilerError) else _told(done)

            ended = host.child(old, store, pauses_at=case.point, meanwhile=thief)
            wrong = [ended.error] if ended.error else []
            late = _patches(self.webex) - on_their_way[-1]
            if late > on_their_way[0] and _LOCKED in self.labels[: case.point]:
                wrong.append(f"{late} calls after the lock was lost, {on_their_way[0]} were on their way")
            if not on_their_way[0]:
                left = host.here(lambda rooms: look(rooms, self.webex, self.scene.desired), store)
                wrong += complaints(left, self.usual["stolen"], self.wanted)
            return Verdict(case, (self.labels[case.point - 1],), (), tuple(wrong))

    def _go_on(self, host: Host, store: str, series: str, dies_at: int) -> Ended:
        if series == "next":
            host.pass_time(host.time.seconds + LEASE)
            return host.child(self._next, store, dies_at=dies_at)
        host.pass_time(host.time.seconds + 2)
        host.here(Rooms.unlock, store)
        return host.child(self._resume, store, dies_at=dies_at)

    def _resume(self, rooms: Rooms) -> Any:
        resumed = rooms.resume(self.scene.desired)
        return _told(resumed if resumed is not None else rooms.apply(self.scene.desired, self.plan))

    def _next(self, rooms: Rooms) -> Any:
        return _told(rooms.apply(self.scene.desired, rooms.plan(self.scene.desired)))

    def copy(self) -> str:
        """A store of its own, as it is before the apply."""
        copy = Path(tempfile.mkdtemp(dir=self.folder)) / "store.db"
        shutil.copyfile(self.store, copy)
        return _url(copy)


_LEAVING = (f"{PATCH}: before it is sent", "StoredJournal.clear: after COMMIT")
"""Nobody looks at the lock any more: the one call that cannot be recalled."""
_LOCKED = "StoredLease.acquire: after COMMIT"


def _patches(webex: Webex) -> int:
    return sum(call["method"] == "PATCH" for call in webex.requests)


def _url(store: Path) -> str:
    return f"sqlite:///{store}"


def _told(result: Any) -> str:
    return f"complete: {result.complete}, {result.stopped}"


def forked(work: Any) -> Any:
    """The result of `work` in a copy of this process."""
    return next(in_parallel([work], 1))


def in_parallel(works: Iterable[Any], jobs: int) -> Iterator[Any]:
    """The results of works, each in a copy of this process, at most `jobs` at once, in order."""
    waiting: list[tuple[int, int]] = []
    for work in works:
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            _report(work, writing)
        os.close(writing)
        waiting.append((pid, reading))
        if len(waiting) >= jobs:
            yield _collected(*waiting.pop(0))
    for pid, reading in waiting:
        yield _collected(pid, reading)


def _report(work: Any, writing: int) -> None:
    try:
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(work(), pipe)
        os._exit(0)
    except BaseException as error:
        sys.stderr.write("".join(traceback.format_exception(error)))
        sys.stderr.flush()
        os._exit(1)


def _collected(pid: int, reading: int) -> Any:
    with os.fdopen(reading, "rb") as pipe:
        body = pipe.read()
    os.waitpid(pid, 0)
    if not body:
        raise RuntimeError("a case came to no end")
    return pickle.loads(body)


def cases(stage: Stage, series: Iterable[str], every: int, offset: int) -> list[Case]:
    """Every k-th point of each series, and every one of `late`."""
    found = []
    for name in series:
        points = [number for number, label in enumerate(stage.labels, 1) if _matters(name, label)]
        found += [Case(name, number) for number in (points if name == "late" else points[offset % every :: every])]
    return found


def _matters(series: str, label: str) -> bool:
    """`late` matters where a PATCH is on its way; who stands still in a transaction keeps others out of SQLite.

    Standing still has no moment between a call and its answer other than before and after.
    """
    if series == "late":
        return label == f"{PATCH}: sent, not answered"
    return series != "stolen" or not label.endswith(("before COMMIT", "sent, not answered"))


def twice(stage: Stage, first: list[Verdict], wanted: int) -> list[Case]:
    """A sample of second deaths: `wanted` in all, spread over the points of the recoveries."""
    with_points = [verdict for verdict in first if verdict.points and verdict.case.series in ("resume", "next")]
    if not with_points or not wanted:
        return []
    chosen = [with_points[at * len(with_points) // wanted] for at in range(wanted)]
    return [
        Case(verdict.case.series, verdict.case.point, 1 + at * 37 % len(verdict.points))
        for at, verdict in enumerate(chosen)
    ]


def run(world: str, series: Iterable[str], *, every: int, offset: int, jobs: int, again: int) -> dict[str, Any]:
    """Play a world; the figures, and whatever is wrong."""
    started = time.perf_counter()
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None, ignore_cleanup_errors=True) as folder:
        stage = Stage(world, Path(folder))
        stage.rehearse()
        first = list(in_parallel([_playing(stage, case) for case in cases(stage, series, every, offset)], jobs))
        second = list(in_parallel([_playing(stage, case) for case in twice(stage, first, again)], jobs))
    verdicts = [*first, *second]
    return {
        "world": world,
        "points": len(stage.labels),
        "kinds": dict(sorted(Counter(label.rpartition(": ")[2] for label in stage.labels).items())),
        "undisturbed": sorted(stage.usual["resume"][0].again),
        "played": dict(Counter(v.case.series + (" twice" if v.case.again else "") for v in verdicts)),
        "passed": dict(Counter(v.case.series + (" twice" if v.case.again else "") for v in verdicts if not v.wrong)),
        "seconds": round(time.perf_counter() - started, 1),
        "failed": [{"case": v.case._asdict(), "died": v.died, "wrong": v.wrong} for v in verdicts if v.wrong],
    }


def _playing(stage: Stage, case: Case) -> Any:
    return lambda: stage.steal(case) if case.series == "stolen" else stage.play(case)


def tell(text: object) -> None:
    """A line on stdout, for those who measure."""
    sys.stdout.write(f"{text}\n")


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Die at every point of an apply, and go on.")
    parser.add_argument("--world", choices=("smooth", "rough"), action="append")
    parser.add_argument("--series", choices=SERIES, action="append")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--offset", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--twice", type=int, default=0)
    given = parser.parse_args()
    options = {"every": given.every, "offset": given.offset, "jobs": given.jobs, "again": given.twice}
    found = [run(world, given.series or SERIES, **options) for world in given.world or ("smooth", "rough")]
    tell(json.dumps(found, indent=1))
    return 1 if any(item["failed"] for item in found) else 0


if __name__ == "__main__":
    raise SystemExit(main())
