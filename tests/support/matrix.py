"""Every kind of call of an apply, met by everything a network and Webex do on bad days: each cell ends well or stops clearly.

    python -m tests.support.matrix                           # all cells
    python -m tests.support.matrix --step PATCH --jobs 2

A cell is a step, a trouble, and how often it comes: once, three times, or always from its first time on. The apply runs into
it; then the trouble is over and the next plan and apply follow. Prints JSON; ends 1 if a promise is broken.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from reconciler.errors import ReconcilerError
from reconciler.model.result import ApplyResult
from reconciler.sandbox.faults import describe
from reconciler.webex import Credentials, Renewing
from tests.support.crash_judge import complaints, look, step_of
from tests.support.crash_process import Host
from tests.support.crash_rooms import Rooms
from tests.support.crash_run import Stage, in_parallel, tell
from tests.support.crash_time import Time
from tests.support.crash_webex import Holdings
from tests.support.crash_world import CLIENT

HTML = "<html><body>It works!</body></html>"
TIMES = {"once": 1, "three times": 3, "always": None}
EXITS = {"WebexError": 1, "StoreError": 1, "BlockedPlanError": 4, "StalePlanError": 4, "LockedError": 4}
_ID = "[^/]+"


class Step(NamedTuple):
    """Which calls: a method, a path, and how many of them pass before."""

    method: str
    path: str
    skip: int = 0


TOKENS = "tokens"
STEPS = {
    TOKENS: Step("POST", "^/v1/access_token$"),
    "organizations": Step("GET", "^/v1/organizations$"),
    "licenses": Step("GET", "^/v1/licenses$"),
    "groups": Step("GET", "^/v1/groups$"),
    "members": Step("GET", f"^/v1/groups/{_ID}/members$"),
    "people": Step("GET", "^/v1/people$"),
    "directory": Step("GET", "/Users$"),
    "locations": Step("GET", "^/v1/locations$"),
    "locations with Calling": Step("GET", "^/v1/telephony/config/locations$"),
    "numbers": Step("GET", "^/v1/telephony/config/numbers$"),
    "holders": Step("GET", f"^/v1/licenses/{_ID}$"),
    "first PATCH": Step("PATCH", "^/v1/licenses/users$"),
    "later PATCH": Step("PATCH", "^/v1/licenses/users$", 6),
    "read back": Step("GET", f"^/v1/people/{_ID}$"),
    "later read back": Step("GET", f"^/v1/people/{_ID}$", 5),
    "closing licenses": Step("GET", "^/v1/licenses$", 1),
}
Then = dict[str, Any]
TROUBLES: dict[str, Then] = {
    "429": {"status": 429, "retryAfter": 2},
    "429, garbage": {"status": 429, "retryAfter": "rand(30),add(30)"},
    "423": {"status": 423},
    **{str(status): {"status": status} for status in (500, 502, 503, 504)},
    "timeout": {"status": 504, "delay": 70},
    "reset": {"reset": True},
    "cut": {"cut": True},
    "truncated JSON": {"status": 200, "truncate": 0.5, "body": {"items": [{"id": "x"}], "licenses": []}},
    "HTML with 200": {"status": 200, "body": HTML},
    "HTML with 502": {"status": 502, "body": HTML},
    "206": {"status": 206, "body": {}},
    "200 with nothing": {"status": 200, "body": {}},
    "200, empty": {"status": 200, "body": ""},
    "401": {"status": 401},
    "403": {"status": 403},
    "404": {"status": 404},
    "409": {"status": 409},
    "400": {"status": 400},
    "400, HTML": {"status": 400, "body": HTML},
}
AFTER: dict[str, Then] = {
    **{f"{status} after the effect": {"status": status, "effect": "before"} for status in (500, 502, 503, 504)},
    "504, and the effect later": {"status": 504, "effect": "after", "effectDelay": 30},
    "timeout after the effect": {"status": 504, "delay": 70, "effect": "before"},
    "timeout, and the effect later": {"status": 504, "delay": 70, "effect": "after", "effectDelay": 20},
    "reset after the effect": {"reset": True, "effect": "before"},
    "cut after the effect": {"cut": True, "effect": "before"},
    "reset, and the effect later": {"reset": True, "effect": "after", "effectDelay": 20},
    "truncated after the effect": {"truncate": 0.5},
    "HTML with 200 after the effect": {"status": 200, "body": HTML, "effect": "before"},
    "206 with nothing, after the effect": {"status": 206, "body": {}, "effect": "before"},
    "200 with nothing, and the effect later": {"status": 200, "body": {}, "effect": "after", "effectDelay": 12},
}
SWITCHES: dict[str, dict[str, Any]] = {
    "200 without effect": {"ignorePatch": ["msg", "host", "old", "silver", "pro"]},
    "counters lag": {"counterLag": 1000},
    "numbers stay": {"numberRelease": 60},
    "everything together": {
        "counterLag": 60, "stringBooleans": True, "duplicateMembers": True, "upperCaseAccountTypes": True,
        "seed": 3, "rules": [
            {"match": {"method": "GET"}, "probability": 0.15, "then": {"status": 503}},
            {"match": {"method": "PATCH"}, "probability": 0.2, "then": {"status": 502, "effect": "before"}},
            {"match": {"method": "PATCH"}, "probability": 0.2, "then": {"status": 429, "retryAfter": 1}},
        ],
    },
    "one call in ten a minute": {"rateLimit": 60},
}  # fmt: skip


class Cell(NamedTuple):
    """One square of the matrix."""

    step: str
    trouble: str
    times: str


class Verdict(NamedTuple):
    """How a cell ended: `done`, `told` (exit 5), `stopped` (nothing sent); how often the trouble came; what is wrong."""

    cell: Cell
    ended: str
    met: int
    said: str
    wrong: tuple[str, ...]


def cells(steps: Iterable[str] = STEPS) -> list[Cell]:
    """The whole matrix, in order."""
    found = []
    for step in steps:
        troubles = {**TROUBLES, **(AFTER if STEPS[step].method == "PATCH" else {})}
        found += [Cell(step, trouble, times) for trouble in troubles for times in TIMES]
    return found + [Cell("all", switch, "always") for switch in SWITCHES]


def faults(cell: Cell) -> dict[str, Any]:
    """The trouble of a cell as the sandbox takes it."""
    if cell.step == "all":
        return SWITCHES[cell.trouble]
    step = STEPS[cell.step]
    then = {**TROUBLES, **AFTER}[cell.trouble]
    match = {"method": step.method, "path": step.path}
    return {"rules": [{"match": match, "skip": step.skip, "times": TIMES[cell.times], "then": then}]}


class Played:
    """One cell, in a process that is good for nothing else afterwards."""

    def __init__(self, stage: Stage, cell: Cell) -> None:
        self.stage, self.cell = stage, cell
        self.host, self.store = Host(stage.webex), stage.copy()
        self.met = 0

    def play(self) -> Verdict:
        """Run into the trouble, then go on without."""
        stage = self.stage
        with stage.webex.watched():
            before = stage.webex.holdings()
            self._trouble(faults(self.cell))
            first = self._tried(lambda rooms: rooms.apply(stage.scene.desired, stage.plan))
            met = self.met
            middle = stage.webex.holdings()
            wrong = self._wrong_now(first, before, middle)
            self._trouble({})
            self.host.pass_time(self.host.time.seconds + 660)
            second = self._tried(lambda rooms: rooms.apply(stage.scene.desired, rooms.plan(stage.scene.desired)))
            if not isinstance(second, ApplyResult) or not second.complete:
                wrong.append(f"the next apply did not complete: {_said(second)}")
            left = self.host.here(lambda rooms: look(rooms, stage.webex, stage.scene.desired), self.store)
        wrong += complaints(left, stage.usual["next"], stage.wanted)
        return Verdict(self.cell, _ended(first), met, _said(first), tuple(wrong))

    def _trouble(self, description: dict[str, Any]) -> None:
        door = self.stage.webex.app.state.door
        door.faults.set(describe(description))
        real, self.met = type(door.faults).pick, 0

        def pick(*arguments: Any) -> Any:
            found = real(door.faults, *arguments)
            self.met += found is not None
            return found

        door.faults.pick = pick

    def _renewing(self, time: Time) -> Renewing:
        kept = Credentials(Path(self.store.removeprefix("sqlite:///")).with_name("credentials.json"))
        return Renewing(CLIENT, "http://127.0.0.1/v1", kept, clock=time.now, note=lambda _: None)

    def _tried(self, work: Callable[[Rooms], ApplyResult]) -> Any:
        try:
            return self.host.here(work, self.store, self._renewing if self.cell.step == TOKENS else None)
        except ReconcilerError as error:
            return error
        except Exception:
            return traceback.format_exc()

    def _wrong_now(self, first: Any, before: dict[str, Holdings], now: dict[str, Holdings]) -> list[str]:
        """What must hold the moment that the apply has ended, before anything is made good."""
        if isinstance(first, str):
            return [first]
        if isinstance(first, ReconcilerError):
            return _stopped(first, before, now)
        return [*_lost(self.stage, first, before, now), *_untold(self.stage, first, now)]


def _stopped(error: ReconcilerError, before: dict[str, Holdings], now: dict[str, Holdings]) -> list[str]:
    """A clear stop: nothing changed, it says why, and its exit code is the documented one."""
    found = [f"it stopped with {error.message!r}, but {who} changed" for who in before if before[who] != now[who]]
    names = [kind.__name__ for kind in type(error).__mro__]
    documented = next((EXITS[name] for name in reversed(names) if name in EXITS), None)
    documented = next((EXITS[name] for name in names if name in EXITS), documented)
    if error.exit_code != documented:
        found.append(f"{type(error).__name__} ends {error.exit_code}, not {documented}")
    return found if error.message.strip() else [*found, "it does not say why"]


def _lost(stage: Stage, result: ApplyResult, before: dict[str, Holdings], now: dict[str, Holdings]) -> list[str]:
    """Nobody lost what was not to go; who lost what was to be replaced has what comes, or is told of."""
    unsettled = {
        person.email for person in result.people for item in person.operations if item.outcome == "unknown" or item.lost
    }
    found = []
    for email, held in before.items():
        gone = {name for name in held - now[email] if not name.startswith("phone:")}
        if gone - (held - stage.wanted[email]):
            found.append(f"{email} lost {sorted(gone)}")
        comes = stage.wanted[email] - held
        if gone and comes - now[email] and email not in unsettled:
            found.append(f"{email} lost {sorted(gone)} and did not get {sorted(comes)}, and nobody was told")
    return found


def _untold(stage: Stage, result: ApplyResult, now: dict[str, Holdings]) -> list[str]:
    """Done is done, no effect is no effect, and what is not done says why."""
    found = []
    state = stage.webex.state
    for person in result.people:
        for item in person.operations:
            step = step_of(state, item.operation)
            so = (step[1:] in now[person.email]) == (step[0] == "+")
            if item.outcome in ("done", "alreadyDone") and not so and not item.lost:
                found.append(f"{person.email}: {step} is told as {item.outcome}, and it is not")
            if item.outcome in ("failed", "refused", "ignored", "skipped", "notSent") and so:
                found.append(f"{person.email}: {step} is told as {item.outcome}, and it is so")
            if item.outcome not in ("done", "alreadyDone") and not item.detail:
                found.append(f"{person.email}: nobody says why {step} is {item.outcome}")
    if result.complete and now_differs(stage, now):
        found.append("it is told as complete, and it is not")
    return found


def now_differs(stage: Stage, now: dict[str, Holdings]) -> bool:
    """Whether somebody is not as planned."""
    return any(
        {name for name in held if not name.startswith("phone:")} != stage.wanted[email] for email, held in now.items()
    )


def _ended(first: Any) -> str:
    if isinstance(first, ApplyResult):
        return "done" if first.complete else "told"
    return "stopped" if isinstance(first, ReconcilerError) else "crashed"


def _said(result: Any) -> str:
    if isinstance(result, ReconcilerError):
        return f"{type(result).__name__}: {result.message}"
    if not isinstance(result, ApplyResult):
        return str(result)
    outcomes = Counter(item.outcome for person in result.people for item in person.operations)
    return f"{dict(outcomes)} {result.stopped}".strip()


def run(chosen: Iterable[Cell], *, jobs: int) -> dict[str, Any]:
    """Play cells; the figures, and whatever is wrong."""
    started = time.perf_counter()
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None, ignore_cleanup_errors=True) as folder:
        stage = Stage("smooth", Path(folder), peaceful=True)
        stage.rehearse()
        verdicts = list(in_parallel([_playing(stage, cell) for cell in chosen], jobs))
    met = [verdict for verdict in verdicts if verdict.met or verdict.cell.step == "all"]
    return {
        "cells": len(verdicts),
        "met": len(met),
        "ended": dict(Counter(verdict.ended for verdict in met)),
        "clean": sum(not verdict.wrong for verdict in met),
        "seconds": round(time.perf_counter() - started, 1),
        "notMet": sorted({verdict.cell.step for verdict in verdicts if not verdict.met and verdict.cell.step != "all"}),
        "failed": [
            {"cell": v.cell, "ended": v.ended, "met": v.met, "said": v.said, "wrong": v.wrong}
            for v in verdicts
            if v.wrong
        ],
        "all": [[*v.cell, v.ended, v.met, v.said] for v in verdicts],
    }


def _playing(stage: Stage, cell: Cell) -> Callable[[], Verdict]:
    return lambda: Played(stage, cell).play()


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Everything that goes wrong, at every step of an apply.")
    parser.add_argument("--step", choices=STEPS, action="append")
    parser.add_argument("--trouble", choices=[*TROUBLES, *AFTER, *SWITCHES], action="append")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--all", action="store_true", help="print how every cell ended")
    given = parser.parse_args()
    chosen = [cell for cell in cells(given.step or STEPS) if given.trouble is None or cell.trouble in given.trouble]
    found = run(chosen[:: given.every], jobs=given.jobs)
    if not given.all:
        del found["all"]
    tell(json.dumps(found, indent=1))
    return 1 if found["failed"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
