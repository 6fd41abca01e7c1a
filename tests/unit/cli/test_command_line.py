"""The command line without a server: help, options, errors, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from reconciler import __version__
from reconciler.cli import cli
from reconciler.cli.group import VERBS
from reconciler.report import plan_json
from tests.support.plans import SUITE, change, one_of_everything, plan

GOOD = """\
apiVersion: webex-licenses/v1
kind: Organization
metadata: {name: acme}
spec: {assignment: organization}
---
apiVersion: webex-licenses/v1
kind: OrganizationTemplate
metadata: {name: everyone}
spec: {licenses: [{license: Basic Messaging}]}
"""


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody's token, store or colours leak into a test, and nothing is written beside it."""
    for name in ("WEBEX_ACCESS_TOKEN", "WEBEX_BASE_URL", "WEBEX_LICENSES_STORE", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, stdin: str = "") -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(cli, arguments, input=stdin)


def saved(name: str = "plan.json") -> Path:
    """A plan file in the current directory."""
    file = Path(name)
    data = plan_json.render(one_of_everything())
    file.write_bytes(plan_json.compress(data) if file.suffix == ".gz" else data)
    return file


def acme(text: str = GOOD) -> str:
    """A directory of desired state."""
    Path("acme").mkdir()
    Path("acme/organization.yaml").write_text(text)
    return "acme"


def test_help_names_every_verb_and_every_exit_code() -> None:
    """A stranger finds the way from `--help`."""
    result = run("--help")
    assert result.exit_code == 0
    assert all(f"  {verb} " in result.output for verb in VERBS)
    assert all(f"{code} " in " ".join(result.output.split()) for code in range(6))


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself_without_loading_slow_libraries(verb: str) -> None:
    """Help is quick: nothing heavy is imported before it is needed."""
    probe = (
        "import sys; from click.testing import CliRunner; from reconciler.cli import cli; "
        f"r = CliRunner().invoke(cli, [{verb!r}, '-h']); "
        "assert r.exit_code == 0 and r.output.startswith('Usage: '), r.output; "
        "print([m for m in ('sqlalchemy', 'httpx', 'deepdiff', 'alembic', 'rich', 'yaml', 'starlette') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_version() -> None:
    """What to name in a report."""
    assert run("--version").output == f"webex-licenses, version {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("plan", "--bogus"),
        ("plan", "--format", "html5"),
        ("show",),
        ("explain",),
        ("explain", "a", "b", "c"),
        ("--log-format", "xml", "plan"),
        ("sandbox", "--generate", "users=many"),
        ("sandbox", "--generate", "organizations=0"),
        ("sandbox", "--generate", "users=5", "--file", "f"),
        ("sandbox", "--port", "70000"),
        ("sandbox", "--life", "often"),
        ("sandbox", "--life", "5/min,party=1"),
    ],
)
def test_a_wrong_command_line_ends_with_2(arguments: tuple[str, ...]) -> None:
    """And says what was wrong on stderr, with nothing on stdout."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Error: " in result.stderr
    assert result.stdout == ""


def test_the_sandbox_serves_as_many_organizations_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """And tells where they are listed; one alone is not counted."""
    served: list[Any] = []

    def serve(app: Any, host: str, port: int, *, ready: Any) -> None:
        served.append(app)
        ready()

    monkeypatch.setattr("reconciler.sandbox.serve", serve)
    three, one = (run("sandbox", "--generate", f"users=3,groups=1,organizations={count}") for count in (3, 1))
    assert [len(app.state.door.world.states) for app in served] == [3, 1]
    assert "of 3 organizations" in three.stderr
    assert "/sandbox/organizations" in three.stderr
    assert "organizations" not in one.stderr


def test_apply_without_a_plan_needs_a_terminal_or_yes() -> None:
    """A pipeline that forgot its plan file does not hang on a question and does not apply."""
    result = run("apply", acme())
    assert result.exit_code == 2
    assert "--plan FILE" in result.stderr


def test_validate_a_good_directory_ends_with_0() -> None:
    """Nothing to say is success."""
    result = run("validate", acme())
    assert (result.exit_code, result.stderr) == (0, "")


def test_validate_a_bad_directory_names_the_place_and_ends_with_1() -> None:
    """File and line of every mistake, in text on stdout and as JSON for programs."""
    path = acme(GOOD.replace("licenses: [", "licences: ["))
    result = run("validate", path)
    assert result.exit_code == 1
    assert "organization.yaml:9" in result.stdout
    document = json.loads(run("validate", path, "--format", "json").stdout)
    assert any("organization.yaml:9" in json.dumps(finding) for finding in document["findings"])


@pytest.mark.parametrize("verb", ["sync", "plan", "drift", "inventory", "explain"])
def test_bad_files_stop_every_verb_before_anything_else(verb: str) -> None:
    """The mistakes are shown on stderr, stdout stays empty, no store is made."""
    arguments = [verb, acme("kind: Nonsense\n"), *(["p@acme.example"] if verb == "explain" else [])]
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "organization.yaml:1" in result.stderr
    assert not Path(".webex-licenses").exists()


def test_without_a_token_a_reading_verb_says_what_to_set() -> None:
    """Missing token: exit 1 and the way out."""
    result = run("sync", acme())
    assert (result.exit_code, result.stdout) == (1, "")
    assert "WEBEX_ACCESS_TOKEN is not set" in result.stderr
    assert "--offline" in result.stderr


def test_an_address_that_would_show_the_token_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain http to another machine never gets a token."""
    monkeypatch.setenv("WEBEX_ACCESS_TOKEN", "secret-token")
    monkeypatch.setenv("WEBEX_BASE_URL", "http://webex.example/v1")
    result = run("sync", acme())
    assert result.exit_code == 1
    assert "must be https" in result.stderr
    assert "secret-token" not in result.output


def test_offline_without_a_reading_says_to_sync() -> None:
    """An empty store is not an empty organization."""
    result = run("inventory", acme())
    assert result.exit_code == 1
    assert "sync" in result.stderr


@pytest.mark.parametrize("name", ["plan.json", "plan.json.gz"])
def test_show_prints_a_saved_plan(name: str) -> None:
    """Text by default, with the next command naming the file."""
    result = run("show", str(saved(name)))
    assert result.exit_code == 0
    assert result.stdout.startswith("Plan for acme: 2 people, +2 and -1 license,")


def test_show_as_json_is_the_file_itself() -> None:
    """One JSON document and nothing else."""
    file = saved()
    assert run("show", str(file), "--format", "json").stdout_bytes == file.read_bytes()


def test_show_as_markdown_for_a_comment() -> None:
    """What the workflow posts."""
    assert run("show", str(saved()), "--format", "markdown").stdout.startswith("### Plan for acme: 2 people")


def test_an_edited_plan_file_is_refused_by_show_and_apply() -> None:
    """The digest does not match any more: exit 1, nothing sent, what to do."""
    file = saved()
    file.write_bytes(file.read_bytes().replace(b"p1@acme.example", b"p9@acme.example"))
    for arguments in (("show", str(file)), ("apply", acme(), "--plan", str(file))):
        result = run(*arguments)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "was changed after it was made" in result.stderr


def test_a_missing_plan_file_ends_with_1() -> None:
    """And names the file."""
    result = run("show", "nowhere.json")
    assert result.exit_code == 1
    assert "nowhere.json cannot be read" in result.stderr


def test_common_options_work_before_and_after_the_verb() -> None:
    """Nobody has to remember where they go."""
    path = acme()
    for arguments in (("--log-format", "json", "sync", path), ("sync", path, "--log-format", "json")):
        line = json.loads(run(*arguments).stderr)
        assert line["level"] == "error"
        assert "WEBEX_ACCESS_TOKEN" in line["message"]


def test_a_defect_is_told_shortly_and_whole_with_debug(monkeypatch: pytest.MonkeyPatch) -> None:
    """No traceback in a user's face; with --debug it is there."""
    from reconciler.operations import validate

    def broken(_: Path) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(validate, "validate", broken)
    short, long = run("validate"), run("validate", "--debug")
    assert (short.exit_code, long.exit_code) == (1, 1)
    assert "RuntimeError: boom" in short.stderr
    assert "report" in short.stderr
    assert "Traceback" not in short.stderr
    assert "Traceback" in long.stderr


def test_init_writes_a_directory_that_validates_and_never_overwrites() -> None:
    """The first steps work, and a second `init` changes nothing."""
    first = run("init", "new")
    assert first.exit_code == 0
    assert run("validate", "new").exit_code == 0
    before = {file: file.read_bytes() for file in Path("new").rglob("*") if file.is_file()}
    second = run("init", "new")
    assert second.exit_code == 1
    assert "there already" in second.stderr
    assert {file: file.read_bytes() for file in Path("new").rglob("*") if file.is_file()} == before


def test_a_closed_pipe_ends_quietly(tmp_path: Path) -> None:
    """`show ... | head -1` prints one line and no traceback."""
    file = tmp_path / "big.json"
    file.write_bytes(plan_json.render(plan(*(change(number, SUITE) for number in range(3_000)))))
    command = f"{sys.executable} -m reconciler show {file} --format json | head -1"
    root = str(Path(__file__).parents[3])
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=root, check=False)
    assert (done.stdout, done.stderr) == ("{\n", "")
