"""Signals, two at once, and a store that cannot be used: real processes against a real sandbox, and nothing is lost.

What counts is looked at from outside: what people hold in Webex, which calls Webex got, and what the journal knows of them.
"""

from __future__ import annotations

import os
import re
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.store import Store
from reconciler.store.values import JournalEntry

ROOT = Path(__file__).parents[2]
PEOPLE = [f"p{number:02}@acme.example" for number in range(40)]
SANDBOX = "\n".join(
    [
        "licenses:",
        "  - {key: msg, name: Basic Messaging, type: FMS, total: 100}",
        "  - {key: host, name: Webex Meetings Suite, type: EE, total: 100, subscription: Sub-1, site: acme.webex.com}",
        "people:",
        *(f"  - {{email: {email}, licenses: [msg]}}" for email in PEOPLE),
    ]
)
DESIRED = """
apiVersion: webex-licenses/v1
kind: Organization
metadata: {name: acme}
spec: {assignment: organization, defaults: {subscription: Sub-1, siteUrl: acme.webex.com}}
---
apiVersion: webex-licenses/v1
kind: OrganizationTemplate
metadata: {name: everyone}
spec: {licenses: [{license: Basic Messaging}, {license: Webex Meetings Suite}]}
"""
SLOW_PATCH = {"rules": [{"match": {"method": "PATCH"}, "then": {"delay": 0.25}}]}
# Slow enough for a second process to start meanwhile on a machine that has other things to do.
STALLED_PATCH = {"rules": [{"match": {"method": "PATCH"}, "then": {"delay": 2.0}}]}
Run = subprocess.CompletedProcess[str]


class World:
    """One sandbox process, and a folder with desired state and a store."""

    def __init__(self, origin: str, folder: Path, store_url: str = "") -> None:
        self.folder, self._http = folder, httpx.Client(base_url=origin, trust_env=False)
        self.store_file = folder / "store.db"
        self.store_url = store_url or f"sqlite:///{self.store_file}"
        self._env = {name: value for name, value in os.environ.items() if not name.startswith("WEBEX_")} | {
            "WEBEX_ACCESS_TOKEN": "a-token",
            "WEBEX_BASE_URL": f"{origin}/v1",
            "WEBEX_LICENSES_STORE": self.store_url,
            "WEBEX_CALL_SECONDS": "4",
            "PYTHONPATH": str(ROOT),
        }
        (folder / "acme.yaml").write_text(DESIRED)
        self._http.post("/sandbox/reset").raise_for_status()

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """The command as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "reconciler", *arguments],
            cwd=self.folder,
            env=self._env | options.pop("env", {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            **options,
        )

    def run(self, *arguments: str, **options: Any) -> Run:
        """The command, to its end."""
        return ended(self.start(*arguments, **options))

    def plan(self) -> None:
        """A fresh plan in plan.json."""
        done = self.run("plan", "--out", "plan.json")
        assert done.returncode == 0, done.stderr

    def trouble(self, faults: dict[str, Any]) -> None:
        """From now on this is wrong with Webex, and nothing else."""
        self._http.post("/sandbox/faults", json=faults).raise_for_status()

    def click(self, email: str, **what: list[str]) -> None:
        """What somebody does in Control Hub: `add` or `remove` licenses of a person."""
        self._http.post("/sandbox/assign", json={"email": email, **what}).raise_for_status()

    def calls(self, method: str) -> list[dict[str, Any]]:
        """Calls of this method that Webex has answered."""
        items = self._http.get("/sandbox/requests").json()["items"]
        return [item for item in items if item["method"] == method]

    def until(self, met: Callable[[], bool]) -> None:
        """Wait for something to be so."""
        deadline = time.monotonic() + 20
        while not met():
            assert time.monotonic() < deadline, "it never came to that"
            time.sleep(0.02)

    def holders(self) -> list[str]:
        """Who holds the host license now; twice, if somebody held it twice."""
        people = self._http.get("/sandbox/state").json()["people"]
        return sorted(person["email"] for person in people for key in person.get("licenses", ()) if key == "host")

    def journal(self) -> list[JournalEntry]:
        """Every call that any run intended."""
        with Store.open(self.store_url, create=False) as store:
            return [
                entry
                for org_id, _ in store.organizations()
                for run in store.runs(org_id)
                for entry in store.journal_entries(run.id)
            ]

    def settled(self) -> list[str]:
        """Addresses of everybody who got a call; the journal must know the end of every one."""
        entries = self.journal()
        assert all(entry.outcome is not None for entry in entries), "a call without an outcome"
        return sorted(entry.change.email for entry in entries)

    def states(self) -> list[str]:
        """How the runs ended, newest first."""
        with Store.open(self.store_url, create=False) as store:
            return [run.state for org_id, _ in store.organizations() for run in store.runs(org_id)]

    def unlock(self) -> None:
        """What an administrator does who knows that the other process is dead."""
        with Store.open(self.store_url, create=False) as store:
            for org_id, _ in store.organizations():
                store.unlock(org_id)

    def finish(self) -> None:
        """A new plan and its apply complete what is left: everybody has one unit, and got it by one call."""
        self.trouble({})
        self.plan()
        done = self.run("apply", "--plan", "plan.json")
        assert done.returncode == 0, done.stdout + done.stderr
        assert self.holders() == PEOPLE
        again = self.run("plan", "--detailed-exitcode")
        assert again.returncode == 0, again.stdout


def ended(process: subprocess.Popen[str]) -> Run:
    """The process, when it has ended."""
    out, err = process.communicate(timeout=60)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A sandbox process; every test begins with a reset."""
    file = tmp_path_factory.mktemp("sandbox") / "acme.yaml"
    file.write_text(SANDBOX)
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    command = [sys.executable, "-m", "reconciler", "sandbox", "--file", str(file), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(500):
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture
def world(origin: str, tmp_path: Path) -> World:
    """The sandbox as its file says, a folder of its own and no store yet."""
    return World(origin, tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_middle(world: World, number: signal.Signals) -> None:
    """Calls in flight are finished and recorded, nothing new is sent, and apply ends 5; the next one does the rest."""
    world.plan()
    world.trouble(SLOW_PATCH)
    process = world.start("apply", "--plan", "plan.json")
    world.until(lambda: len(world.calls("PATCH")) >= 8)
    process.send_signal(number)
    done = ended(process)
    assert done.returncode == 5, done.stdout + done.stderr
    assert "calls in flight are finished" in done.stderr
    sent = sorted(call["person"] for call in world.calls("PATCH"))
    assert 8 <= len(sent) < len(PEOPLE)
    assert sent == world.settled() == world.holders()
    assert world.states() == ["stopped"]
    world.finish()
    assert Counter(call["person"] for call in world.calls("PATCH")) == Counter(PEOPLE)
    assert world.states() == ["completed", "stopped"]


def test_a_signal_while_reading(world: World) -> None:
    """Nothing was sent, so apply ends 1 at once, says so, and leaves neither a run nor a lock behind."""
    world.plan()
    before = len(world.calls("GET"))
    world.trouble({"latency": 0.4})
    process = world.start("apply", "--plan", "plan.json")
    world.until(lambda: len(world.calls("GET")) > before)
    process.send_signal(signal.SIGINT)
    done = ended(process)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Interrupted; nothing was sent." in done.stderr
    assert world.calls("PATCH") == []
    assert world.states() == []
    world.finish()


@pytest.mark.parametrize("way", ["resume", "another plan"])
def test_a_kill_in_the_middle(world: World, way: str) -> None:
    """Who is killed leaves a lock that says whose it is and when it ends; after it everything is completed, nothing twice.

    `apply --resume` does it without a plan file, from the store; so does the next plan and its apply.
    """
    world.plan()
    world.trouble(SLOW_PATCH)
    process = world.start("apply", "--plan", "plan.json")
    world.until(lambda: len(world.calls("PATCH")) >= 8)
    process.kill()
    assert ended(process).returncode == -signal.SIGKILL
    sent = len(world.calls("PATCH"))
    world.trouble({})
    locked = world.run("apply", "--plan", "plan.json")
    assert locked.returncode == 4
    assert f"process {process.pid}" in locked.stderr
    assert "If it died, its lock ends at" in locked.stderr
    assert len(world.calls("PATCH")) <= sent + 8  # what was in flight when it died, and nothing else
    asked = world.run("unlock")
    assert (asked.returncode, f"process {process.pid}" in asked.stdout) == (1, True)
    assert "lasts until" in asked.stdout
    assert "Not confirmed; the lock stays." in asked.stderr
    assert "Unlocked." in world.run("unlock", "--yes").stdout
    assert world.run("unlock").stdout == "Nobody holds the lock.\n"
    told = world.run("plan", "--offline").stderr
    assert re.search(r"An earlier apply left (a call|\d+ calls) open; the next one, or `apply --resume`", told), told
    if way == "resume":
        (world.folder / "plan.json").unlink()
        done = world.run("apply", "--resume")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Finished from an earlier run" in done.stdout
        assert world.states() == ["completed", "stopped"]
        assert (
            world.run("apply", "--resume").stdout == "Nothing to resume: no run that this store knows is unfinished.\n"
        )
    world.finish()
    assert Counter(call["person"] for call in world.calls("PATCH")) == Counter(PEOPLE)
    assert set(world.settled()) == set(PEOPLE)


def test_two_at_once(world: World) -> None:
    """One of two applies ends 4 and says who holds the lock; the other one is not disturbed."""
    world.plan()
    world.trouble(STALLED_PATCH)
    first = world.start("apply", "--plan", "plan.json")
    world.until(lambda: len(world.calls("PATCH")) >= 1)
    second = world.run("apply", "--plan", "plan.json")
    assert second.returncode == 4, second.stdout + second.stderr
    assert f"process {first.pid}" in second.stderr
    assert second.stdout == ""
    world.trouble({})
    done = ended(first)
    assert done.returncode == 0, done.stdout + done.stderr
    assert Counter(call["person"] for call in world.calls("PATCH")) == Counter(PEOPLE)
    assert world.settled() == world.holders() == PEOPLE


def test_a_store_of_a_newer_version(world: World) -> None:
    """It is refused with what to do, and not a byte of it is touched."""
    world.plan()
    with closing(sqlite3.connect(world.store_file)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = world.store_file.read_bytes()
    for arguments in (("plan",), ("apply", "--plan", "plan.json"), ("inventory",)):
        done = world.run(*arguments)
        assert (done.returncode, done.stdout) == (1, ""), done.stderr
        assert "newer version of webex-licenses" in done.stderr
        assert "Upgrade webex-licenses" in done.stderr
    assert world.store_file.read_bytes() == before


@pytest.mark.parametrize("place", ["/proc/store.db", "{file}/store.db", "{folder}"])
def test_a_store_that_cannot_be_there(world: World, place: str) -> None:
    """A folder that cannot be written ends 1 with the place and the variable, before people are read."""
    url = "sqlite:///" + place.format(file=world.folder / "acme.yaml", folder=world.folder)
    done = world.run("plan", env={"WEBEX_LICENSES_STORE": url})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-2].startswith("error: ")
    assert "WEBEX_LICENSES_STORE" in done.stderr
    assert [call["path"] for call in world.calls("GET")] == ["/v1/organizations"]


def test_a_full_disk(world: World) -> None:
    """Where the store cannot grow, nothing is sent that is not recorded, and with room again everything is completed."""
    world.plan()
    codes, sent = [], list[str]()
    for limit in range(
        20_000, 400_000, 40_000
    ):  # bytes of one file: too few for the reading, then for some of the calls

        def shrink(limit: int = limit) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        done = world.run("apply", "--plan", "plan.json", preexec_fn=shrink)
        assert "the disk reports an error" in done.stderr + " ".join(done.stdout.split())
        sent = sorted(call["person"] for call in world.calls("PATCH"))
        assert sent == world.holders() == sorted(entry.change.email for entry in world.journal())
        world.unlock()  # giving the lock back could not be written either
        codes.append(done.returncode)
        if sent:
            break
    assert (codes[0], codes[-1], set(codes)) == (1, 5, {1, 5})
    assert 0 < len(sent) < len(PEOPLE)
    world.finish()
    assert Counter(call["person"] for call in world.calls("PATCH")) == Counter(PEOPLE)
