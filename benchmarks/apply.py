"""Carrying out 10,000 changes over HTTP: ours, journalled and verified, against `wxc-sdk`'s async client, which only sends.

Run as `python -m benchmarks.apply [CHANGES] [CALLS A MINUTE]`. A sandbox in a process of its own serves an organization
in which everybody is to get one license. Ours is the whole command `apply --plan` in a process of its own: reading, checks,
an intent, a call, an answer and an outcome for each person, everybody read back, the closing record. wxc-sdk sends the same
calls, eight at once, in a process of its own: once believing every answer, once reading everybody back one by one, which
is what a careful script does. The sandbox counts the calls. What counts are calls for each change, and the ratios of times
of the same minute; with a limit on calls a minute, also what was refused.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx

from benchmarks.sync import _wait as until_served

AT_ONCE = 8
HEAD = "apiVersion: webex-licenses/v1\nkind: {kind}\nmetadata: {{name: acme}}\nspec: {spec}\n"
FILES = "---\n".join(
    [
        HEAD.format(
            kind="Organization",
            spec="{assignment: organization, defaults: {subscription: Sub-1, siteUrl: acme.webex.com}}",
        ),
        HEAD.format(
            kind="OrganizationTemplate",
            spec="{licenses: [{license: Basic Messaging}, {license: Webex Meetings Suite}]}",
        ),
    ]
)


def _sandbox_file(people: int) -> str:
    lines = [
        "licenses:",
        f"  - {{key: msg, name: Basic Messaging, type: FMS, total: {2 * people}}}",
        f"  - {{key: host, name: Webex Meetings Suite, type: EE, total: {2 * people}, subscription: Sub-1, "
        "site: acme.webex.com}",
        "people:",
        *(f"  - {{email: p{number:06}@acme.example, licenses: [msg]}}" for number in range(people)),
    ]
    return "\n".join(lines)


async def send_with_wxc(url: str, *, read_back: bool) -> None:
    """One PATCH for everybody who lacks the license, eight at once; each read back if asked for."""
    from wxc_sdk.as_api import AsWebexSimpleApi
    from wxc_sdk.as_rest import AsRestSession
    from wxc_sdk.licenses import LicenseRequest

    AsRestSession.BASE = url
    async with AsWebexSimpleApi(tokens="bench", concurrent_requests=AT_ONCE) as api:
        api.session.BASE = url
        wanted = next(item for item in await api.licenses.list() if item.name == "Webex Meetings Suite")
        people = await api.people.list(max=1000)
        request = [LicenseRequest(id=wanted.license_id)]
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(person_id: str) -> None:
            async with gate:
                await api.licenses.assign_licenses_to_users(person_id=person_id, licenses=request)
                if read_back:
                    seen = await api.people.details(person_id=person_id)
                    assert wanted.license_id in (seen.licenses or [])

        lacking = [person.person_id for person in people if wanted.license_id not in (person.licenses or [])]
        await asyncio.gather(*(one(person) for person in lacking if person))


class Bench:
    """A folder with the files and a store, and a sandbox that counts."""

    def __init__(self, folder: Path, origin: str) -> None:
        self.folder, self.url = folder, f"{origin}/v1"
        self._http = httpx.Client(base_url=origin, trust_env=False, timeout=120)
        self._env = {**os.environ, "WEBEX_BASE_URL": self.url, "WEBEX_ACCESS_TOKEN": "bench", "PYTHONPATH": os.getcwd()}
        self._env["WEBEX_LICENSES_STORE"] = f"sqlite:///{folder}/store.db"

    def plan(self) -> None:
        """The plan to carry out, made without a limit."""
        (self.folder / "acme.yaml").write_text(FILES)
        self._run("-m", "reconciler", "plan", "--out", "plan.json.gz", "--quiet")

    def measure(self, name: str, people: int, per_minute: float) -> float:
        """Seconds of one way; prints them with the calls."""
        self._http.post("/sandbox/reset").raise_for_status()
        # wxc-sdk cannot read the documented lower-case account type twice.
        trouble = {"upperCaseAccountTypes": True} | ({"rateLimit": per_minute} if per_minute else {})
        self._http.post("/sandbox/faults", json=trouble).raise_for_status()
        before = len(self._calls())
        begun = time.perf_counter()
        self._run(*self._arguments(name))
        seconds = time.perf_counter() - begun
        self._http.post("/sandbox/faults", json={}).raise_for_status()
        calls = self._calls()[before:]
        kinds = Counter(f"{call['status'] if call['status'] == 429 else call['method']}" for call in calls)
        answered = sum(count for kind, count in kinds.items() if kind != "429")
        print(
            f"  {name:16} {seconds:7.1f} s  {kinds['PATCH'] / people:.4f} PATCH and {answered / people:.4f} calls a change, "
            f"{kinds['429']:,} refused with 429, {60 * answered / seconds:,.0f} calls a minute",
            flush=True,
        )
        return seconds

    def _arguments(self, name: str) -> list[str]:
        if name == "ours":
            return ["-m", "reconciler", "apply", "--plan", "plan.json.gz", "--quiet"]
        return ["-m", "benchmarks.apply", "--wxc", self.url, name]

    def _calls(self) -> list[dict[str, object]]:
        items: list[dict[str, object]] = self._http.get("/sandbox/requests").json()["items"]
        return items

    def _run(self, *arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=self.folder, env=self._env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])


WAYS = ("ours", "wxc-sdk", "wxc-sdk, reading")


def main(people: int = 10_000, per_minute: float = 0) -> None:
    """Serve, plan, measure each way in turn, print the ratios."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        (folder / "sandbox.yml").write_text(_sandbox_file(people))
        command = [
            sys.executable,
            "-m",
            "reconciler",
            "sandbox",
            "--file",
            str(folder / "sandbox.yml"),
            "--port",
            str(port),
        ]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            until_served(port)
            (folder / "files").mkdir()
            bench = Bench(folder / "files", f"http://127.0.0.1:{port}")
            limit = f"{per_minute:,.0f} calls a minute" if per_minute else "no limit"
            print(f"{people:,} changes, {limit}")
            bench.plan()
            seconds = {name: bench.measure(name, people, per_minute) for name in WAYS}
        finally:
            server.terminate()
            server.wait()
    for name in WAYS[1:]:
        print(f"{name} takes {seconds[name] / seconds['ours']:.2f} times as long as ours")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--wxc"]:
        asyncio.run(send_with_wxc(sys.argv[2], read_back=sys.argv[3] != "wxc-sdk"))
    else:
        main(*(int(text) for text in sys.argv[1:]))
