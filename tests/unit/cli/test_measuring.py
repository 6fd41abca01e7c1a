"""`--metrics-file` and spans over the real command and a real socket: whole files, also of runs that fail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.sandbox import State
from tests.support.sandbox_server import running_sandbox

ROOT = Path(__file__).parents[3]
FILES = """\
apiVersion: webex-licenses/v1
kind: Organization
metadata: {name: acme}
spec: {assignment: organization, guards: {firstApply: all}}
---
apiVersion: webex-licenses/v1
kind: OrganizationTemplate
metadata: {name: everyone}
spec: {licenses: [{license: Basic Messaging}]}
"""
WORLD = {
    "organization": {"name": "Acme"},
    "licenses": [{"key": "msg", "name": "Basic Messaging", "type": "FMS", "total": 9}],
    "people": [{"email": "ann@acme.example"}, {"email": "bob@acme.example", "licenses": ["msg"]}],
}


class Place:
    """A directory with files, and a Webex to run against."""

    def __init__(self, folder: Path, base_url: str) -> None:
        self.folder, self.base_url = folder, base_url
        (folder / "acme.yaml").write_text(FILES)

    def run(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """One command."""
        known = {"WEBEX_BASE_URL": self.base_url, "WEBEX_ACCESS_TOKEN": "s3cret", "PYTHONPATH": str(ROOT)}
        known["WEBEX_LICENSES_STORE"] = f"sqlite:///{self.folder}/store.db"
        return subprocess.run(
            [sys.executable, "-m", "reconciler", *words], cwd=self.folder, env={**os.environ, **known, **variables},
            capture_output=True, text=True,
        )  # fmt: skip

    def value(self, file: str, series: str) -> float:
        """The only value of the series whose line begins so."""
        lines = (self.folder / file).read_text().splitlines()
        (line,) = [line for line in lines if line.startswith(f"webex_licenses_{series}{{")]
        return float(line.rpartition(" ")[2])


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A place with a sandbox that listens."""
    with running_sandbox(State.from_shape(WORLD)) as sandbox:
        yield Place(tmp_path, sandbox.base_url)


def test_each_command_leaves_its_metrics(place: Place) -> None:
    """sync, plan, apply and drift, into one folder; nobody is named in any, and no draft of a file is left."""
    commands = (("sync",), ("plan", "--out", "p.json"), ("apply", "--plan", "p.json"), ("drift",))
    for verb, *more in commands:
        done = place.run(verb, ".", *more, "--metrics-file", f"{verb}.prom")
        assert done.returncode == 0, done.stderr
        assert place.value(f"{verb}.prom", "run_success") == 1
        assert place.value(f"{verb}.prom", "run_calls") > 2
        assert place.value(f"{verb}.prom", "people") == 2
    assert 'kind="license add",organization="acme",state="planned"} 1.0' in (place.folder / "plan.prom").read_text()
    assert 'kind="license add",organization="acme",state="done"} 1.0' in (place.folder / "apply.prom").read_text()
    assert place.value("apply.prom", "pool_consumed") == 2
    assert place.value("drift.prom", "drift_total") == 0
    everything = "".join(file.read_text() for file in place.folder.glob("*.prom"))
    assert "@acme.example" not in everything
    assert "s3cret" not in everything
    assert list(place.folder.glob(".*.part")) == []


def test_a_command_that_fails_leaves_metrics_that_say_so(place: Place) -> None:
    """The old file does not go on saying that all is well."""
    place.run("sync", ".", "--metrics-file", "sync.prom")
    done = place.run("sync", ".", "--metrics-file", "sync.prom", WEBEX_ACCESS_TOKEN="not a token")
    assert done.returncode == 1
    assert place.value("sync.prom", "run_success") == 0


def test_a_folder_that_is_not_there_is_told_before_anything(place: Place) -> None:
    """Minutes of reading are not lost for a wrong path."""
    done = place.run("sync", ".", "--metrics-file", "nowhere/sync.prom")
    assert done.returncode == 1
    assert "there is no folder nowhere" in done.stderr
    assert not list(place.folder.glob("**/*.prom"))


def test_spans_go_where_opentelemetry_is_told_to_send_them(place: Place) -> None:
    """One trace for the command: reading, planning and each call in it; no id and no token; stdout is untouched."""
    done = place.run("plan", ".", "--format", "json", "--quiet", OTEL_TRACES_EXPORTER="console")
    assert json.loads(done.stdout)["kind"] == "Plan"
    spans = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    names = {span["name"] for span in spans}
    assert {"webex-licenses plan", "read organization", "plan", "GET /v1/licenses", "GET /v1/people"} <= names
    assert len({span["context"]["trace_id"] for span in spans}) == 1
    assert "s3cret" not in done.stderr
    assert "@acme.example" not in done.stderr


def test_an_exporter_that_is_none_stops_nothing(place: Place) -> None:
    """It is told, and the command does its work."""
    done = place.run("sync", ".", OTEL_TRACES_EXPORTER="carrier-pigeon")
    assert done.returncode == 0
    assert "OTEL_TRACES_EXPORTER must be otlp, console or none" in done.stderr
