"""`webex-licenses test`: offline, without a store, with exit codes that a pipeline can rely on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from reconciler.cli import cli
from reconciler.load import load_desired

EXAMPLE = Path(__file__).parents[3] / "examples" / "desired-state" / "acme"
WRONG = """\
apiVersion: webex-licenses/v1
kind: TemplateTest
metadata: {name: wrong}
spec: {expect: {licenses: [Real-Time Translations]}}
---
apiVersion: webex-licenses/v1
kind: TemplateTest
metadata: {name: failing}
spec: {expect: {licenses: []}}
"""


@pytest.fixture(autouse=True)
def _acme(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A copy of the example in an empty place, and nobody's token or store."""
    for name in ("WEBEX_ACCESS_TOKEN", "WEBEX_BASE_URL", "WEBEX_LICENSES_STORE", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(EXAMPLE, "acme", ignore=shutil.ignore_patterns(".*"))


def run(*arguments: str) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(cli, arguments)


def test_a_fresh_clone_needs_nothing_and_keeps_nothing() -> None:
    """No token, no store, no network; and no empty store is made that a later command would take for one."""
    before = sorted(Path().rglob("*"))
    result = run("test", "acme")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Template tests of acme: ")
    assert "Licenses made up from the names in the files: there is no store." in result.stderr
    assert sorted(Path().rglob("*")) == before


def test_no_network_is_used() -> None:
    """Not even a name is looked up: a process that may open no socket gives the same answer."""
    probe = (
        "import socket, sys\n"
        "def no(*a, **k): raise AssertionError('network')\n"
        "socket.socket.connect = socket.getaddrinfo = socket.create_connection = no\n"
        "from reconciler.cli import main; sys.argv = ['w', 'test', 'acme']; main()"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, env=_environment())
    assert (done.returncode, done.stdout) == (0, run("test", "acme").stdout)


def _environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), **more}


@pytest.mark.parametrize(
    ("text", "code", "verdict"),
    [
        ("", 0, "5 passed"),
        (WRONG, 1, "5 passed, 1 failed, 1 error"),
        (WRONG.partition("---")[0], 1, "5 passed, 1 error"),
        (WRONG.partition("---\n")[2], 1, "5 passed, 1 failed"),
    ],
    ids=["passed", "both", "error", "failed"],
)
def test_the_exit_code_is_1_as_soon_as_one_test_does_not_pass(text: str, code: int, verdict: str) -> None:
    """In every format."""
    if text:
        Path("acme/tests/wrong.yaml").write_text(text)
    for format_ in ("text", "json", "junit", "github"):
        assert run("test", "acme", "--format", format_).exit_code == code, format_
    assert run("test", "acme").stdout.splitlines()[0] == f"Template tests of acme: {verdict}"


def test_stdout_is_one_document() -> None:
    """What is told about licenses goes to stderr."""
    assert json.loads(run("test", "acme", "--format", "json").stdout)["summary"]["passed"] == 5
    assert ElementTree.fromstring(run("test", "acme", "--format", "junit").stdout).tag == "testsuites"


def test_github_names_files_from_where_the_command_runs() -> None:
    """Which is the repository's root in a pipeline."""
    Path("acme/tests/wrong.yaml").write_text(WRONG)
    assert "::error file=acme/tests/wrong.yaml,line=1," in run("test", "acme", "--format", "github").stdout


def test_no_tests_are_no_failure() -> None:
    """It is said, and ends 0."""
    shutil.rmtree("acme/tests")
    result = run("test", "acme")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("Template tests of acme: there are none\n")


def test_files_with_errors_end_with_1_before_any_test() -> None:
    """The mistakes stand on stderr, with file and line; stdout stays empty."""
    Path("acme/templates/sales.yaml").write_text("kind: Nonsense\n")
    result = run("test", "acme")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "templates/sales.yaml:1" in result.stderr


def test_the_store_is_asked_where_there_is_one_unless_told_otherwise() -> None:
    """A file that is no store is an error, and `--without-snapshot` passes it by."""
    Path(".webex-licenses").mkdir()
    Path(".webex-licenses/store.db").write_text("no database")
    assert run("test", "acme").exit_code == 1
    result = run("test", "acme", "--without-snapshot")
    assert result.exit_code == 0
    assert "Licenses made up from the names in the files: --without-snapshot." in result.stderr


def test_what_is_printed_does_not_hang_on_the_order_of_sets() -> None:
    """The same bytes under any PYTHONHASHSEED."""
    Path("acme/tests/wrong.yaml").write_text(WRONG)
    command = [sys.executable, "-m", "reconciler", "test", "acme"]
    printed = {
        subprocess.run(command, capture_output=True, env=_environment(PYTHONHASHSEED=seed)).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(printed) == 1
    assert b"1 failed" in printed.pop()


def test_init_brings_a_test_that_passes() -> None:
    """The first thing a newcomer can run, before there is a token."""
    assert run("init", "new").exit_code == 0
    desired = load_desired(Path("new")).desired
    assert desired is not None
    assert len(desired.tests) == 1
    assert run("test", "new").stdout.startswith("Template tests of my-organization: 1 passed\n")
