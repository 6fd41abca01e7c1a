"""Tell a scenario: a folder with an organization, desired state and steps becomes a transcript of the real command.

Everything is real but time: the click command runs in this process against a sandbox on a loopback socket, with a store on
disk. The clock stands still within a step and moves one hour from step to step, and long sleeps are cut short, so that a
transcript is the same bytes in every run. What cannot be the same is normalised in `_settled` and nowhere else.

    python -m tests.support.scenario tests/e2e/scenarios/first-run      (`--many`: cases from stdin, see `many`)

Steps of `steps.yaml`, each with an optional `say:` (a line of prose) and `at:` (the moment it happens):

    run: "plan desired --out plan.json"     with env: {NAME: value or null}, again: changes (after an apply: see below)
    sandbox: POST /sandbox/assign           with body: {...}
    lose group: NAME        somebody deletes the group in Control Hub
    write: FILE + text:     replace: FILE + old: + new:     remove: FILE     copy: FROM + to:
    cut: FROM + to: + bytes:
    show: FILE              the file, JSON pretty
    holdings: [EMAIL, ...]  what these people have in Webex now
    sent: true              the PATCH calls since the last time this was asked

After an apply that ended 0 the same files are planned again, and the plan has to be empty (`again: changes`: must not be).
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import random
import re
import shlex
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.support.captured import Captured, environment, set_variables, streams

STARTS = datetime(2026, 11, 21, 12, tzinfo=UTC)
VERSION = "0.0.0"
END = "==== end of the transcript; plan files, whole:\n"
"""What stands between the transcript and the plan files, which have to be the same in every run but are not told."""
_SHORTENED = 50
_real_sleep = asyncio.sleep


async def _short_sleep(seconds: float, result: Any = None) -> Any:
    """Sleeps of a second and more last a fiftieth: waiting for Webex is told, but not lived through."""
    return await _real_sleep(seconds / _SHORTENED if seconds >= 1 else seconds, result)


class Clock:
    """A clock that moves only when the scenario says so."""

    def __init__(self) -> None:
        self.moment = STARTS

    def __call__(self) -> datetime:
        return self.moment


class ScenarioError(Exception):
    """The case itself is wrong, or an apply did not settle."""


class Scenario:
    """One case while it is told. The working directory is a copy of the case."""

    def __init__(self, steps: list[dict[str, Any]], out: Callable[[str], object]) -> None:
        from reconciler.sandbox import State

        self._steps, self._out = steps, out
        self.clock = Clock()
        self.state = State.from_file(Path("sandbox.yaml"))
        self.origin = ""
        self._asked = 0

    def tell(self) -> None:
        """All steps, in order."""
        for number, step in enumerate(self._steps):
            at = step.get("at")
            self.clock.moment = _moment(at) if at else STARTS + timedelta(hours=number)
            if "say" in step:
                self._print(f"## {step['say'].strip()}\n")
            self._step(step)
            self._print("\n")

    def _print(self, text: str) -> None:
        self._out(_settled(text, self.origin))

    def _step(self, step: dict[str, Any]) -> None:
        kinds = {
            "run": self._run,
            "sandbox": self._sandbox,
            "write": self._write,
            "replace": self._replace,
            "remove": self._remove,
            "copy": self._copy,
            "cut": self._cut,
            "lose group": self._lose_group,
            "show": self._show,
            "holdings": self._holdings,
            "sent": self._sent,
        }
        found = [kind for kind in kinds if kind in step]
        if len(found) != 1:
            raise ScenarioError(f"a step does exactly one thing, not {found or sorted(step)}")
        kinds[found[0]](step)

    # -- the command --------------------------------------------------------------------------------------------------

    def _run(self, step: dict[str, Any]) -> None:
        arguments = shlex.split(step["run"])
        shown = " ".join(f"{name}={'' if value is None else value}" for name, value in step.get("env", {}).items())
        self._print(f"$ {shown}{' ' if shown else ''}webex-licenses {step['run']}\n")
        code, told = self._call(arguments, step.get("env", {}))
        self._print(f"{told}[exit {code}]\n")
        if arguments[0] == "apply" and code == 0:
            self._plan_again(arguments, step)

    def plan_files(self) -> str:
        """Every plan file that lies in the folder, whole: for comparing runs, too long for a transcript."""
        files = sorted(file for file in Path().iterdir() if file.name.endswith((".json", ".json.gz")))
        return "".join(f"{file}:\n{_unpacked(file)}\n" for file in files)

    def _call(self, arguments: list[str], env: dict[str, str | None]) -> tuple[int, str]:
        from reconciler.cli import cli

        random.seed(0)  # the pauses after a broken connection are jittered, and told
        captured = Captured()
        with environment(env), streams(captured):
            try:
                cli(arguments, prog_name="webex-licenses")
                code: object = 0
            except SystemExit as end:
                code = end.code
        return int(code) if isinstance(code, int) else (0 if code is None else 1), captured.text()

    def _plan_again(self, arguments: list[str], step: dict[str, Any]) -> None:
        code, told = self._call(["plan", arguments[1], "--detailed-exitcode"], step.get("env", {}))
        wanted = 3 if step.get("again") == "changes" else 0
        words = {0: "empty", 3: "changes, as this case says"}
        if code != wanted:
            self._print(f"{told}[planned again: exit {code}]\n")
            raise ScenarioError(f"planning again after `{step['run']}` ended {code}, not {wanted}")
        self._print(f"[planned again: {words[code]}]\n")

    # -- what others do ----------------------------------------------------------------------------------------------

    def _sandbox(self, step: dict[str, Any]) -> None:
        method, path = step["sandbox"].split()
        body = step.get("body")
        told = f" {json.dumps(body, ensure_ascii=False)}" if body is not None else ""
        self._print(f"# Webex: {method} {path}{told}\n")
        with httpx.Client(base_url=self.origin, trust_env=False) as client:
            client.request(method, path, json=body if body is not None else {}).raise_for_status()

    def _cut(self, step: dict[str, Any]) -> None:
        Path(step["to"]).write_bytes(Path(step["cut"]).read_bytes()[: step["bytes"]])
        self._print(f"# {step['to']} is {step['cut']}, cut off after {step['bytes']} bytes\n")

    def _lose_group(self, step: dict[str, Any]) -> None:
        group = self.state.groups.pop(step["lose group"])
        self._print(f"# Webex: the group {group.name} is deleted\n")

    def _write(self, step: dict[str, Any]) -> None:
        file = Path(step["write"])
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(step["text"])
        self._print(f"# {file} is written:\n" + _indented(step["text"]))

    def _replace(self, step: dict[str, Any]) -> None:
        file = Path(step["replace"])
        text = file.read_text()
        if text.count(step["old"]) != 1:
            raise ScenarioError(f"{file} holds {step['old']!r} {text.count(step['old'])} times, not once")
        file.write_text(text.replace(step["old"], step["new"]))
        self._print(f"# {file} is edited:\n" + _indented(step["old"], "- ") + _indented(step["new"], "+ "))

    def _remove(self, step: dict[str, Any]) -> None:
        file = Path(step["remove"])
        shutil.rmtree(file) if file.is_dir() else file.unlink()
        self._print(f"# {file} is removed\n")

    def _copy(self, step: dict[str, Any]) -> None:
        source, target = Path(step["copy"]), Path(step["to"])
        shutil.copytree(source, target) if source.is_dir() else shutil.copyfile(source, target)
        self._print(f"# {source} is copied to {target}\n")

    # -- what can be looked at -----------------------------------------------------------------------------------------

    def _show(self, step: dict[str, Any]) -> None:
        file = Path(step["show"])
        self._print(f"# {file}:\n")
        if not file.exists():
            self._print("  there is no such file\n")
            return
        text = _unpacked(file)
        if ".json" in file.suffixes:
            text = json.dumps(json.loads(text), indent=1, ensure_ascii=False)
        self._print(_indented(text))

    def _holdings(self, step: dict[str, Any]) -> None:
        self._print("# in Webex now:\n")
        for email in step["holdings"]:
            person = self.state.person(email)
            if person is None:
                self._print(f"  {email}: gone\n")
                continue
            things = [license.key for license in person.licenses]
            things += [f"attendee @ {site}" for site in person.attendee_sites]
            things += [f"number {person.number.number}"] if person.number else []
            things += [f"extension {person.extension}"] if person.extension else []
            self._print(f"  {email}: {', '.join(things) or 'nothing'}\n")

    def _sent(self, step: dict[str, Any]) -> None:
        with httpx.Client(base_url=self.origin, trust_env=False) as client:
            calls = client.get("/sandbox/requests").json()["items"]
        new, self._asked = calls[self._asked :], len(calls)
        lines = sorted(f"  PATCH {call['person']}: {call['status']}\n" for call in new if call["method"] == "PATCH")
        self._print("# sent to Webex since last asked:\n" + ("".join(lines) or "  nothing\n"))


def _unpacked(file: Path) -> str:
    data = file.read_bytes()
    return (gzip.decompress(data) if file.suffix == ".gz" else data).decode()


def _moment(text: str | datetime) -> datetime:
    moment = datetime.fromisoformat(text) if isinstance(text, str) else text
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _indented(text: str, mark: str = "") -> str:
    return "".join(f"  {mark}{line}".rstrip() + "\n" for line in text.splitlines())


def _settled(text: str, origin: str) -> str:
    """The text without what differs from run to run: port, folder, Webex's tracking ids (concurrent calls), seconds."""
    host, _, port = origin.rpartition(":")  # a port of five digits may stand inside a phone number as well
    text = text.replace(f"{host.rpartition('/')[2]}:{port}", f"{host.rpartition('/')[2]}:PORT") if origin else text
    text = text.replace(str(Path.cwd()), "FOLDER")
    text = re.sub(r"\b(ROUTER|NA|SANDBOX)_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", r"\1_TRACKING-ID", text)
    return re.sub(r"\b\d+\.\d s\b", "N s", text)


def _stop_time(clock: Clock) -> None:
    """One clock for the product, and no line that depends on how fast this machine is today."""
    from reconciler import wiring
    from reconciler.cli import progress

    lines = progress.Lines
    wiring.utc_now = clock
    wiring.__version__ = VERSION  # type: ignore[attr-defined]
    progress.Lines = lambda out: lines(out, every=float("inf"))  # type: ignore[assignment, misc]


def main(case: Path, out: Callable[[str], object], store: str = "sqlite:///store.db") -> None:
    """Tell the case in `case`, in a copy of it; `out` gets the transcript piece by piece, then the plan files."""
    asyncio.sleep = _short_sleep  # type: ignore[assignment] # before anything takes it as a default
    from tests.support.sandbox_server import running_sandbox

    with tempfile.TemporaryDirectory(prefix="scenario-") as folder:
        shutil.copytree(case, Path(folder, "case"))
        os.chdir(Path(folder, "case"))
        steps = yaml.safe_load(Path("steps.yaml").read_text())
        set_variables(
            {name: None for name in os.environ if name.startswith("WEBEX_") or name.lower().endswith("_proxy")}
        )
        scenario = Scenario(steps, out)
        _stop_time(scenario.clock)
        with running_sandbox(scenario.state, now=scenario.clock) as sandbox:
            scenario.origin = sandbox.origin
            set_variables(
                {
                    "WEBEX_ACCESS_TOKEN": "a-token",
                    "WEBEX_BASE_URL": sandbox.base_url,
                    "WEBEX_LICENSES_STORE": store,
                    "GIT_CEILING_DIRECTORIES": folder,
                    "NO_COLOR": None,
                }
            )
            scenario.tell()
            out(f"{END}{_settled(scenario.plan_files(), scenario.origin)}")
        os.chdir("/")


def _told_apart(case: Path, file: Path, *store: str) -> None:
    """Tell one case in a child of this process, into `file`: everything is imported already, nothing else is shared."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    with file.open("w") as out:
        try:
            main(case, out.write, *store)
        except ScenarioError as error:
            out.write(f"scenario: {error}\n")
        except BaseException:
            traceback.print_exc(file=out)
    os._exit(0)


def many() -> None:
    """Cases from stdin, a line each: the folder, a tab, the file for the transcript, and, after another tab, the URL of the
    store if it is not a file. Answers a line when it is written.
    """
    asyncio.sleep = _short_sleep  # type: ignore[assignment]  # before anything takes it as a default
    for module in ("cli", "report.plan_text", "operations.apply", "webex", "store.opening", "store.sync", "store.view"):
        import_module(f"reconciler.{module}")
    import_module("tests.support.sandbox_server")
    for line in sys.stdin:
        case, file, *store = line.rstrip("\n").split("\t")
        _told_apart(Path(case), Path(file), *store)
        sys.stdout.write("told\n")
        sys.stdout.flush()


if __name__ == "__main__":
    try:
        many() if sys.argv[1] == "--many" else main(Path(sys.argv[1]).resolve(), sys.stdout.write)
    except ScenarioError as error:
        sys.stdout.flush()
        sys.exit(f"scenario: {error}")
