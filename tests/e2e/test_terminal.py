"""What long work shows: a bar on a real terminal, plain lines in a pipe or a job, JSON lines for machines, nothing if quiet."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.support.terminal import Terminal, cursor_visible

ROOT = Path(__file__).parents[2]
PEOPLE = 30
COMMAND = [sys.executable, "-m", "reconciler"]
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
SANDBOX = "\n".join(
    [
        "licenses:",
        "  - {key: msg, name: Basic Messaging, type: FMS, total: 100}",
        "  - {key: host, name: Webex Meetings Suite, type: EE, total: 100, subscription: Sub-1, site: acme.webex.com}",
        "people:",
        *(f"  - {{email: p{number:02}@acme.example, licenses: [msg]}}" for number in range(PEOPLE)),
    ]
)


class Place:
    """A folder with desired state and a store, beside a sandbox in which things can be slow."""

    def __init__(self, origin: str, folder: Path) -> None:
        self.folder, self._http = folder, httpx.Client(base_url=origin, trust_env=False)
        ours = ("WEBEX_", "CI", "TERM", "NO_COLOR", "COLUMNS", "LINES", "FORCE_COLOR", "TTY_")
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {
            "WEBEX_ACCESS_TOKEN": "a-token",
            "WEBEX_BASE_URL": f"{origin}/v1",
            "WEBEX_LICENSES_STORE": f"sqlite:///{folder}/store.db",
            "TERM": "xterm-256color",
            "PYTHONPATH": str(ROOT),
        }
        (folder / "acme.yaml").write_text(DESIRED)
        self._http.post("/sandbox/reset").raise_for_status()

    def slow(self, method: str, seconds: float) -> None:
        """Webex takes so long for every call of this method."""
        rules = {"rules": [{"match": {"method": method}, "then": {"delay": seconds}}]}
        self._http.post("/sandbox/faults", json=rules).raise_for_status()

    def on_terminal(self, *arguments: str, columns: int = 100, env: dict[str, str] | None = None) -> Terminal:
        """The command on a terminal."""
        return Terminal([*COMMAND, *arguments], cwd=self.folder, env=self.env | (env or {}), columns=columns)

    def piped(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """The command in a pipe."""
        return subprocess.run(
            [*COMMAND, *arguments], cwd=self.folder, env=self.env, capture_output=True, timeout=60, check=False
        )


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A sandbox process; every test begins with a reset."""
    file = tmp_path_factory.mktemp("sandbox") / "acme.yaml"
    file.write_text(SANDBOX)
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    process = subprocess.Popen(
        [*COMMAND, "sandbox", "--file", str(file), "--port", str(port)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
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
def place(origin: str, tmp_path: Path) -> Place:
    """A folder of its own and no store yet."""
    return Place(origin, tmp_path)


def test_a_terminal_gets_a_bar_that_counts_and_tells_what_is_left(place: Place) -> None:
    """An apply shows done of total, rate, time left and errors; at the end the bar is gone and the report stands alone."""
    place.slow("PATCH", 0.6)
    assert place.piped("plan", "--out", "plan.json").returncode == 0
    shown = place.on_terminal("apply", "--plan", "plan.json")
    shown.until(lambda text: re.search(r"of 30, [0-9.,]+/(s|min), about \d+ s left", text) is not None)
    assert "\x1b[?25l" in shown.written
    assert "Applying" in shown.screen()[-1]
    assert shown.ended() == 0
    assert cursor_visible(shown.written)
    screen = shown.screen()
    assert not [line for line in screen if "Applying" in line or "left" in line or "━" in line]
    assert "Applied: 30 people, 30 operations: 30 done" in screen


@pytest.mark.parametrize("columns", [40, 60])
def test_a_narrow_terminal_keeps_the_bar_in_one_line(place: Place, columns: int) -> None:
    """A bar that wraps would leave its first half behind at every turn."""
    place.slow("GET", 0.3)
    shown = place.on_terminal("sync", columns=columns)
    assert shown.ended() == 0
    assert "Reading" in shown.written
    assert not [line for line in shown.screen() if line.startswith("Reading")]
    bars = re.split(r"[\r\n]", re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", shown.written))
    assert max(len(piece) for piece in bars if piece.startswith("Reading")) <= columns


@pytest.mark.parametrize("end", ["ctrl-c", "sigterm"])
def test_who_interrupts_a_sync_gets_the_terminal_back(place: Place, end: str) -> None:
    """The cursor is visible and no half of a bar is left, whether a person or a machine ended it."""
    place.slow("GET", 1.0)
    shown = place.on_terminal("sync")
    shown.until(lambda text: "\x1b[?25l" in text and "Reading" in text)
    if end == "ctrl-c":
        shown.type(b"\x03")
    else:
        os.kill(shown.process.pid, signal.SIGTERM)
    code = shown.ended()
    assert code == (130 if end == "ctrl-c" else -signal.SIGTERM)
    assert cursor_visible(shown.written)
    said = [line.removeprefix("^C") for line in shown.screen()]
    assert said == (["error: Interrupted."] if end == "ctrl-c" else [""])


def test_who_interrupts_an_apply_gets_the_report_and_the_terminal_back(place: Place) -> None:
    """Calls in flight are finished under the bar; then the report says what was not sent."""
    place.slow("PATCH", 0.5)
    assert place.piped("plan", "--out", "plan.json").returncode == 0
    shown = place.on_terminal("apply", "--plan", "plan.json")
    shown.until(lambda text: re.search(r"\b[1-9]\d* of 30", text) is not None)
    shown.type(b"\x03")
    assert shown.ended() == 5
    assert cursor_visible(shown.written)
    screen = "\n".join(shown.screen())
    assert "Stopping: calls in flight are finished, nothing new is sent." in screen
    assert "Interrupted: calls in flight were finished, the rest was not sent." in screen
    assert "Applying" not in screen


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("TERM", "dumb")])
def test_a_job_with_a_terminal_gets_lines(place: Place, name: str, value: str) -> None:
    """Some CI systems give their jobs a terminal, and keep every character in the log."""
    shown = place.on_terminal("sync", "--no-color", env={name: value})
    assert shown.ended() == 0
    assert "\x1b" not in shown.written
    assert "\nReading people (30) ...\n" in shown.written.replace("\r\n", "\n")


def test_a_pipe_gets_lines_and_no_carriage_return(place: Place) -> None:
    """A log has whole lines; the report alone stands on stdout."""
    assert place.piped("plan", "--out", "plan.json").returncode == 0
    place.slow("PATCH", 2.5)
    done = place.piped("apply", "--plan", "plan.json")
    assert done.returncode == 0
    assert b"\r" not in done.stderr + done.stdout
    assert b"\x1b" not in done.stderr + done.stdout
    lines = done.stderr.decode().splitlines()
    assert "Applying (30) ..." in lines
    assert [line for line in lines if re.fullmatch(r"Applying: \d+ of 30, .*/(s|min), about \d+ s left", line)]
    assert done.stdout.startswith(b"Applied: 30 people")


def test_json_lines_have_the_figures(place: Place) -> None:
    """Every line of stderr is a JSON object; those of a phase have counts, rate and seconds left as numbers."""
    done = place.piped("--log-format", "json", "sync")
    assert done.returncode == 0
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    (reading,) = [line for line in lines if line.get("phase") == "Reading people"]
    assert {"done": 0, "total": 30, "failed": 0, "perSecond": None, "secondsLeft": None}.items() <= reading.items()


def test_quiet_verbs_say_nothing_but_their_report(place: Place) -> None:
    """`--quiet` leaves stderr empty and stdout as it is, for every verb that reads, works or shows, on a terminal as well."""
    assert place.piped("plan", "--out", "plan.json").returncode == 0
    verbs = [
        ("validate",), ("sync",), ("inventory",), ("plan",), ("plan", "--offline"), ("show", "plan.json"),
        ("apply", "--plan", "plan.json"), ("apply", "--resume"), ("apply", "--yes"), ("drift",), ("status",), ("history",),
        ("history", "--runs"), ("explain", "p01@acme.example"), ("calling-readiness",), ("test",),
        ("report", "--out", "report.html"), ("inventory", "--reclaimable"),
    ]  # fmt: skip
    for verb in verbs:
        done = place.piped(*verb, "--quiet")
        assert done.returncode in (0, 3), (verb, done)
        assert done.stderr == b"", verb
    shown = place.on_terminal("sync", "--quiet", "--no-color")
    assert shown.ended() == 0
    assert "\x1b" not in shown.written
    assert shown.screen()[0].startswith("Read ")
