"""Applies that are killed at random moments, again and again, until one comes to its end; then everything must be as planned.

Real processes (forked off one that has loaded everything, so that hundreds are affordable), a real socket, a Webex with
latency and random trouble. Two of three deaths are followed by `unlock` and `apply --resume` or a new plan, the third by
waiting until the lock has ended. Seeded: which trouble and which moments; how far a process has come at a moment is for
the machine to decide.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from reconciler.sandbox.faults import describe
from reconciler.sandbox.server import make_server
from tests.support.crash_judge import Left, complaints, look, targets
from tests.support.crash_process import Host
from tests.support.crash_rooms import Rooms
from tests.support.crash_time import Time
from tests.support.crash_webex import Webex, Wire
from tests.support.crash_world import Scene, scene

ROOT = Path(__file__).parents[2]
SPEED = 150.0
COPIES = 3
SHARED = Path("/dev/shm")
"""Where fsync costs nothing; SIGKILL leaves a file system alone."""
_PATIENCE = 120.0


class Round(NamedTuple):
    """One organization: how often its applies were killed, in the middle of what, and what is wrong at the end."""

    seed: int
    kills: int
    while_applying: int
    finished: int
    wrong: tuple[str, ...]


class Fast(Time):
    """The time of the processes: it passes by itself."""

    def __init__(self, started: float) -> None:
        super().__init__()
        self._started = started

    @property
    def seconds(self) -> float:
        """Seconds since the beginning, of the faster clock."""
        return (time.time() - self._started) * SPEED

    @seconds.setter
    def seconds(self, value: float) -> None:
        del value


class Soak:
    """One organization behind a socket, its files and its store."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.chance = folder, random.Random(seed)
        self.started = time.time()
        self.scene: Scene = scene("smooth", folder / "desired", copies=COPIES)
        self.webex = Webex(self.scene.state, Fast(self.started), trouble(seed))
        self.store = f"sqlite:///{folder / 'store.db'}"
        self.base_url = ""

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Webex answers at a port of this machine."""
        server = make_server(self.webex.app, port=0)
        thread = threading.Thread(target=server.run, daemon=True)
        with self.webex.watched():
            thread.start()
            deadline = time.monotonic() + 20
            while not server.started:
                assert time.monotonic() < deadline, "the sandbox did not start"
                time.sleep(0.005)
            self.base_url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/v1"
            try:
                yield
            finally:
                server.should_exit = server.force_exit = True
                thread.join(20)

    @contextmanager
    def commands(self) -> Iterator[None]:
        """Commands can be started."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WEBEX_")}
        env = kept | {
            "WEBEX_ACCESS_TOKEN": "token",
            "WEBEX_BASE_URL": self.base_url,
            "WEBEX_LICENSES_STORE": self.store,
            "WEBEX_SOAK_SPEED": str(SPEED),
            "WEBEX_SOAK_STARTED": str(self.started),
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-m", "tests.support.crash_entry"]
        with subprocess.Popen(
            command, cwd=self.folder, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        ) as server:
            self._server = server
            yield
            assert server.stdin is not None
            server.stdin.close()

    def start(self, *arguments: str) -> int:
        """A command in a process of its own; its process id."""
        assert self._server.stdin is not None
        self._server.stdin.write(json.dumps(["told.txt", *arguments]) + "\n")
        return int(self._line())

    def _line(self) -> str:
        assert self._server.stdout is not None
        return self._server.stdout.readline()

    def ended(self, within: float) -> bool:
        """Whether the command ends within so many seconds."""
        assert self._server.stdout is not None
        return bool(select.select([self._server.stdout], [], [], within)[0])

    def outcome(self) -> tuple[int, str]:
        """Exit code and all that was said, when it has ended."""
        assert self.ended(_PATIENCE), f"it never ended: {(self.folder / 'told.txt').read_text()}"
        return int(self._line()), (self.folder / "told.txt").read_text()

    def run(self, *arguments: str) -> tuple[int, str]:
        """A command to its end."""
        self.start(*arguments)
        return self.outcome()

    def killed(self, *arguments: str) -> tuple[bool, int, str]:
        """A command until a random moment: whether it was killed; else its exit code and what it said.

        Of ten deaths two come anywhere from its start on, three while it calls Webex, five once it changes something.
        """
        calls, sent = len(self._calls()), len(self._calls("PATCH"))
        when = self.chance.choice(("start", "start", *["call"] * 3, *["change"] * 5))
        pid = self.start(*arguments)
        while not self.ended(0.005):
            begun = {"start": True, "call": len(self._calls()) > calls, "change": len(self._calls("PATCH")) > sent}
            if begun[when]:
                break
        if not self.ended(self.chance.uniform(0.0, 1.0)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        code, told = self.outcome()
        return code == -signal.SIGKILL, code, told

    def _calls(self, method: str = "") -> list[dict[str, Any]]:
        return [call for call in self.webex.requests if not method or call["method"] == method]

    def unlock(self) -> None:
        """What an administrator does who knows that the other process is dead."""
        self._here(Rooms.unlock)

    def look(self) -> Left:
        """What is left; nobody else is at work."""
        left: Left = self._here(lambda rooms: look(rooms, self.webex, self.scene.desired))
        return left

    def _here(self, work: Any) -> Any:
        with Rooms(self.store, Wire(self.webex.app), self.webex.time) as rooms:
            return work(rooms)

    def peace(self) -> None:
        """From now on nothing is wrong with Webex."""
        self.webex.app.state.door.faults.set(describe({}))


def trouble(seed: int) -> dict[str, Any]:
    """A Webex that takes its time and stumbles now and then; nothing comes later than the grace of a call."""
    patch, get = {"method": "PATCH"}, {"method": "GET", "path": "^/v1/"}
    chances: list[tuple[dict[str, Any], float, dict[str, Any]]] = [
        (patch, 0.04, {"status": 502, "effect": "before"}),
        (patch, 0.04, {"status": 503}),
        (patch, 0.03, {"status": 504, "effect": "after", "effectDelay": 0.1}),
        (patch, 0.03, {"reset": True, "effect": "before"}),
        (patch, 0.02, {"reset": True}),
        (patch, 0.02, {"truncate": 0.5}),
        (patch, 0.05, {"status": 429, "retryAfter": 3}),
        (patch, 0.02, {"status": 423, "retryAfter": 3}),
        (get, 0.03, {"status": 503}),
        (get, 0.02, {"cut": True}),
        (get, 0.03, {"status": 429, "retryAfter": 2}),
    ]
    return {
        "seed": seed,
        "latency": [{"method": "PATCH", "between": [0.02, 0.2]}, {"between": [0.002, 0.03]}],
        "rules": [{"match": match, "probability": chance, "then": then} for match, chance, then in chances],
    }


def usual(folder: Path) -> tuple[Left, dict[str, frozenset[str]]]:
    """What one plan and its apply, and another, leave in a peaceful world; and what was planned for everybody."""
    world = scene("smooth", folder / "usual", copies=COPIES)
    webex = Webex(world.state, Time(), {})
    host, store = Host(webex), f"sqlite:///{folder / 'usual.db'}"
    with webex.watched():
        plan = host.here(lambda rooms: rooms.plan(world.desired), store)
        wanted = targets(plan, world.state, webex.holdings())
        for _ in range(2):
            host.here(lambda rooms: rooms.apply(world.desired, rooms.plan(world.desired)), store)
        left: Left = host.here(lambda rooms: look(rooms, webex, world.desired), store)
    return left, wanted


def one_round(folder: Path, seed: int, kills: int) -> Round:
    """Kill up to `kills` times, then let it come to its end."""
    peaceful, wanted = usual(folder)
    soak = Soak(folder, seed)
    done, applying, finished = 0, 0, 0
    wrong: list[str] = []
    with soak.listening(), soak.commands():
        _must(soak.run("plan", "desired", "--out", "plan.json"), {0}, wrong)
        command: tuple[str, ...] = ("apply", "desired", "--plan", "plan.json")
        while done < kills and not wrong and finished < 3:
            before = len(soak.webex.log)
            killed, code, told = soak.killed(*command)
            done += killed
            applying += killed and len(soak.webex.log) > before
            finished += not killed and code == 0
            if not killed:
                _must((code, told), {0, 1, 4, 5}, wrong)
            command = _next_command(soak, wrong)
        soak.peace()
        soak.unlock()
        _finish(soak, wrong)
        time.sleep(0.5)  # the last effect that comes late
        left = soak.look()
    return Round(seed, done, applying, finished, (*wrong, *complaints(left, [peaceful], wanted)))


def _next_command(soak: Soak, wrong: list[str]) -> tuple[str, ...]:
    """How somebody goes on after a death."""
    how = soak.chance.choice(("resume", "plan", "wait"))
    if how == "wait":
        time.sleep(330 / SPEED)  # the lock ends by itself
    else:
        soak.unlock()
    if how == "resume":
        return ("apply", "desired", "--resume")
    for _ in range(5):
        code, told = soak.run("plan", "desired", "--out", "plan.json")
        if code == 0:
            return ("apply", "desired", "--plan", "plan.json")
    _must((code, told), {0}, wrong)
    return ("apply", "desired", "--plan", "plan.json")


def _finish(soak: Soak, wrong: list[str]) -> None:
    """Nobody disturbs any more: what is open is finished, what is left is done."""
    _must(soak.run("apply", "desired", "--resume"), {0, 1, 4, 5}, wrong)
    _must(soak.run("plan", "desired", "--out", "plan.json"), {0}, wrong)
    _must(soak.run("apply", "desired", "--plan", "plan.json"), {0}, wrong)


def _must(ended: tuple[int, str], codes: set[int], wrong: list[str]) -> None:
    code, told = ended
    if code not in codes or "Traceback" in told or "defect of webex-licenses" in told:
        wrong.append(f"exit {code}: {told[-2000:]}")


def run(kills: int, seed: int, *, a_round: int = 12) -> list[Round]:
    """Rounds until so many processes were killed."""
    rounds: list[Round] = []
    while sum(one.kills for one in rounds) < kills:
        with tempfile.TemporaryDirectory(dir=SHARED if SHARED.is_dir() else None, ignore_cleanup_errors=True) as folder:
            left = kills - sum(one.kills for one in rounds)
            rounds.append(one_round(Path(folder), seed + len(rounds), min(a_round, left)))
    return rounds
