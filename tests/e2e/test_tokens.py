"""Tokens that end, rotate and are revoked while real commands run against a real server."""

from __future__ import annotations

import json
import os
import signal
import socket
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

ROOT = Path(__file__).parents[2]
PEOPLE = [f"p{number:02}@acme.example" for number in range(40)]
CLIENT, SECRET, FIRST = "C-service-app", "the-client-secret-0815", "the-first-refresh-token-4711"
PLAIN = "the-plain-access-token-1234"
LIFE = 2
"""Seconds that an access token of the service app lasts."""
SANDBOX = "\n".join(
    [
        "licenses:",
        "  - {key: msg, name: Basic Messaging, type: FMS, total: 100}",
        "  - {key: host, name: Webex Meetings Suite, type: EE, total: 100, subscription: Sub-1, site: acme.webex.com}",
        f"tokens: [{{token: {PLAIN}, name: plain}}]",
        f"clients: [{{id: {CLIENT}, secret: {SECRET}, refreshToken: {FIRST}, expiresIn: {LIFE}}}]",
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
SERVICE_APP = {"WEBEX_CLIENT_ID": CLIENT, "WEBEX_CLIENT_SECRET": SECRET, "WEBEX_REFRESH_TOKEN": FIRST}
Run = subprocess.CompletedProcess[str]


class World:
    """One sandbox process, and a folder with desired state, a store and the default credentials file."""

    def __init__(self, origin: str, folder: Path) -> None:
        self.folder, self._http = folder, httpx.Client(base_url=origin, trust_env=False)
        self.file = folder / ".webex-licenses" / "credentials.json"
        self.told: list[str] = []
        """Everything that commands printed."""
        self._env = {name: value for name, value in os.environ.items() if not name.startswith("WEBEX_")} | {
            "WEBEX_BASE_URL": f"{origin}/v1",
            "PYTHONPATH": str(ROOT),
        }
        (folder / "acme.yaml").write_text(DESIRED)
        self._http.post("/sandbox/reset").raise_for_status()

    def start(self, *arguments: str, env: dict[str, str]) -> subprocess.Popen[str]:
        """The command as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "reconciler", *arguments],
            cwd=self.folder,
            env=self._env | env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )

    def ended(self, process: subprocess.Popen[str]) -> Run:
        """The process, when it has ended."""
        out, err = process.communicate(timeout=120)
        self.told += [out, err]
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def run(self, *arguments: str, env: dict[str, str]) -> Run:
        """The command, to its end."""
        return self.ended(self.start(*arguments, env=env))

    def post(self, path: str, body: dict[str, Any]) -> None:
        """A call below /sandbox."""
        self._http.post(f"/sandbox/{path}", json=body).raise_for_status()

    def slow(self, seconds: float) -> None:
        """From now on a PATCH takes this long."""
        self.post("faults", {"rules": [{"match": {"method": "PATCH"}, "then": {"delay": seconds}}]})

    def calls(self, method: str) -> list[dict[str, Any]]:
        """Calls of this method that the server has answered."""
        items = self._http.get("/sandbox/requests").json()["items"]
        return [item for item in items if item["method"] == method]

    def patched(self) -> Counter[str]:
        """How often each person's PATCH was accepted."""
        return Counter(call["person"] for call in self.calls("PATCH") if call["status"] == 200)

    def until(self, met: Callable[[], bool]) -> None:
        """Wait for something to be so."""
        deadline = time.monotonic() + 30
        while not met():
            assert time.monotonic() < deadline, "it never came to that"
            time.sleep(0.02)

    def holders(self) -> list[str]:
        """Who holds the host license now."""
        people = self._http.get("/sandbox/state").json()["people"]
        return sorted(person["email"] for person in people if "host" in person.get("licenses", ()))

    def kept(self) -> dict[str, str]:
        """The one entry of the credentials file."""
        (entry,) = json.loads(self.file.read_text())["clients"].values()
        assert isinstance(entry, dict)
        return entry

    def leaks(self, secrets: set[str]) -> list[str]:
        """Where a secret stands besides the credentials file: in what was printed, or in any file of the folder."""
        places = {f"output {number}": text.encode() for number, text in enumerate(self.told)}
        places |= {str(p): p.read_bytes() for p in self.folder.rglob("*") if p.is_file() and p != self.file}
        assert any(name.endswith("store.db") for name in places)
        return [name for name, content in places.items() for secret in secrets if secret.encode() in content]


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


def test_tokens_that_live_two_seconds_carry_an_apply_of_many(world: World) -> None:
    """It ends 0 with one accepted call a person; the file holds the newest refresh token; no secret is anywhere else."""
    planned = world.run("plan", "--out", "plan.json", env=SERVICE_APP)
    assert planned.returncode == 0, planned.stderr
    world.slow(1.5)
    applied = world.start("apply", "--plan", "plan.json", "--debug", env=SERVICE_APP)
    secrets = {SECRET, FIRST}
    while applied.poll() is None:
        secrets |= {world.kept()["refresh_token"], world.kept()["access_token"]}
        time.sleep(0.1)
    done = world.ended(applied)
    assert done.returncode == 0, done.stdout + done.stderr
    assert world.holders() == PEOPLE
    assert world.patched() == Counter(PEOPLE)
    renewals = [call for call in world.calls("POST") if call["path"] == "/v1/access_token"]
    assert len(renewals) >= 4
    assert {call["status"] for call in renewals} == {200}
    # Every refresh token works once, so the newest one is the only one that still does.
    assert len(secrets) >= 6
    assert world.file.stat().st_mode & 0o777 == 0o600
    assert world.leaks(secrets) == []
    again = world.run("plan", "--detailed-exitcode", env=SERVICE_APP)
    assert again.returncode == 0, again.stdout + again.stderr
    assert world.leaks(secrets) == []


def test_tokens_ended_behind_our_back_are_renewed_once(world: World) -> None:
    """All access tokens end in the middle: the calls in flight share one renewal, nobody is sent a change twice."""
    world.run("plan", "--out", "plan.json", env=SERVICE_APP)
    world.slow(0.3)
    applied = world.start("apply", "--plan", "plan.json", env=SERVICE_APP)
    world.until(lambda: len(world.patched()) >= 8)
    world.post("tokens/expire", {"client": CLIENT})
    done = world.ended(applied)
    assert done.returncode == 0, done.stdout + done.stderr
    assert world.patched() == Counter(PEOPLE)
    assert world.holders() == PEOPLE


def test_many_commands_at_once_do_not_lose_the_newest_refresh_token(world: World) -> None:
    """Six at once, with a first refresh token that works a single time: each gets a token, and so does the next one."""
    started = [world.start("inventory", "--sync", env=SERVICE_APP) for _ in range(6)]
    ended = [world.ended(process) for process in started]
    assert [done.returncode for done in ended] == [0] * 6, "\n".join(done.stderr for done in ended)
    statuses = [call["status"] for call in world.calls("POST") if call["path"] == "/v1/access_token"]
    assert set(statuses) == {200}
    time.sleep(LIFE)
    after = world.run("inventory", "--sync", env=SERVICE_APP)
    assert after.returncode == 0, after.stderr


def test_a_token_that_is_revoked_in_the_middle_stops_the_run_and_loses_nothing(world: World) -> None:
    """A plain token: exit 5, what was done is known, and why it ended; the next apply does the rest, nothing twice."""
    env = {"WEBEX_ACCESS_TOKEN": PLAIN}
    world.run("plan", "--out", "plan.json", env=env)
    world.slow(0.3)
    applied = world.start("apply", "--plan", "plan.json", env=env)
    world.until(lambda: len(world.patched()) >= 8)
    world.post("tokens/revoke", {"name": "plain"})
    done = world.ended(applied)
    assert done.returncode == 5, done.stdout + done.stderr
    said = " ".join((done.stdout + done.stderr).split())
    assert "Webex does not accept the access token" in said
    assert "WEBEX_CLIENT_ID" in said
    before = world.patched()
    assert 8 <= len(before) < len(PEOPLE)
    assert sorted(before) == world.holders()
    world.post("tokens", {"token": "another-token-5678"})
    world.post("faults", {})
    env = {"WEBEX_ACCESS_TOKEN": "another-token-5678"}
    world.run("plan", "--out", "plan.json", env=env)
    done = world.run("apply", "--plan", "plan.json", env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert world.patched() == Counter(PEOPLE)
    assert world.holders() == PEOPLE
    assert world.leaks({PLAIN, "another-token-5678"}) == []


def test_a_scope_that_is_lost_in_the_middle_stops_the_run_and_is_named(world: World) -> None:
    """Forbidden from some moment on: exit 5, the scope in the text, nobody tried again and again."""
    env = {"WEBEX_ACCESS_TOKEN": PLAIN}
    world.run("plan", "--out", "plan.json", env=env)
    world.slow(0.3)
    applied = world.start("apply", "--plan", "plan.json", env=env)
    world.until(lambda: len(world.patched()) >= 8)
    world.post("faults", {"rules": [{"match": {"method": "PATCH"}, "then": {"status": 403}}]})
    done = world.ended(applied)
    assert done.returncode == 5, done.stdout + done.stderr
    assert "needs the scope spark-admin:people_write" in " ".join((done.stdout + done.stderr).split())
    refused = [call for call in world.calls("PATCH") if call["status"] == 403]
    assert 1 <= len(refused) <= 8
    assert sorted(world.patched()) == world.holders()


def test_a_refresh_token_that_is_worth_nothing_any_more(world: World) -> None:
    """Exit 1, the variable, the file and where to read on; no secret."""
    other = {**SERVICE_APP, "WEBEX_LICENSES_CREDENTIALS": str(world.folder / "other.json")}
    assert world.run("sync", env=other).returncode == 0
    done = world.run("sync", env=SERVICE_APP)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Webex does not accept the refresh token of WEBEX_REFRESH_TOKEN" in done.stderr
    assert "credentials.json" in done.stderr
    assert "docs/tokens.md" in done.stderr
    assert FIRST not in done.stderr
    assert SECRET not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_tokens_are_renewed(world: World, number: signal.Signals) -> None:
    """Webex has taken the refresh token and answers late: the program waits for the answer and stores it, then it ends."""
    world.run("plan", "--out", "plan.json", env=SERVICE_APP)
    time.sleep(LIFE)
    before = world.kept()["refresh_token"]
    slow = {"match": {"method": "POST", "path": "/access_token"}, "then": {"delay": 1.5}}
    world.post("faults", {"rules": [slow]})
    applied = world.start("apply", "--plan", "plan.json", env=SERVICE_APP)
    world.until(lambda: any(world.file.parent.glob(".credentials.json.*.tmp")))
    time.sleep(0.5)
    assert world.kept()["refresh_token"] == before
    applied.send_signal(number)
    done = world.ended(applied)
    assert done.returncode == 1, done.stdout + done.stderr
    assert world.calls("PATCH") == []
    world.post("faults", {})
    assert world.kept()["refresh_token"] != before
    time.sleep(LIFE)
    assert world.run("sync", env=SERVICE_APP).returncode == 0
