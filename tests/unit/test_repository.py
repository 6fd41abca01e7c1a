"""What the workflows promise about other people's secrets and licenses, read from the files themselves."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
NAMES = [path.name for path in WORKFLOWS]
FOR_USERS = [path for path in WORKFLOWS if path.name.startswith("licenses-")]
STORE = "webex-licenses-store"

every_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=NAMES)
every_workflow_for_users = pytest.mark.parametrize("path", FOR_USERS, ids=[path.name for path in FOR_USERS])


def workflow(path: Path) -> dict[Any, Any]:
    """A workflow; the key `on` is read as true by YAML 1.1."""
    document = yaml.safe_load(path.read_text())
    assert isinstance(document, dict)
    return document


def named(name: str) -> dict[Any, Any]:
    """A workflow by the name of its file."""
    return workflow(ROOT / ".github" / "workflows" / name)


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    """The jobs of a workflow by name."""
    found: dict[str, dict[str, Any]] = workflow(path)["jobs"]
    return found


def steps(path: Path) -> list[dict[str, Any]]:
    """All steps of all jobs of a workflow."""
    return [step for job in jobs(path).values() for step in job["steps"]]


def test_all_four_are_there() -> None:
    """The project's own check, and plan, apply and nightly for users."""
    assert NAMES == ["check.yml", "licenses-apply.yml", "licenses-nightly.yml", "licenses-plan.yml"]


@every_workflow
def test_actions_are_pinned_to_commits(path: Path) -> None:
    """A tag can be moved to other code; a commit cannot. The version stands beside it for whoever updates it."""
    lines = [line for line in path.read_text().splitlines() if re.match(r"\s*-?\s*uses:", line)]
    assert len(lines) == sum("uses" in step for step in steps(path)) > 0
    for line in lines:
        assert re.search(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


@every_workflow
def test_permissions_are_named_and_small(path: Path) -> None:
    """Nothing may be written in the repository but comments and issues, each by a job that has no other power."""
    top = workflow(path)["permissions"]
    assert top in ({}, {"contents": "read"})
    for name, job in jobs(path).items():
        granted = job.get("permissions", top)
        assert granted, name
        writing = {scope for scope, level in granted.items() if level == "write"}
        assert writing <= {"pull-requests", "issues"}, name
        assert not writing or len(granted) == 1, name


@every_workflow
def test_nothing_from_outside_is_pasted_into_a_script(path: Path) -> None:
    """A title or branch name in `run` would be executed; values arrive as environment variables."""
    for step in steps(path):
        assert "${{" not in step.get("run", ""), step.get("name")


@every_workflow
def test_fork_code_never_meets_secrets(path: Path) -> None:
    """`pull_request_target` and `workflow_run` run with secrets on behalf of strangers."""
    assert not {"pull_request_target", "workflow_run"} & set(workflow(path)[True])


@every_workflow
def test_checkouts_leave_no_token_behind(path: Path) -> None:
    """What runs after a checkout cannot push with the job's token."""
    for step in steps(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@every_workflow
def test_scripts_are_bash(path: Path, tmp_path: Path) -> None:
    """Every script at least parses."""
    for number, step in enumerate(step for step in steps(path) if "run" in step):
        script = tmp_path / f"{number}.sh"
        script.write_text(step["run"])
        done = subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True)
        assert done.returncode == 0, (step.get("name"), done.stderr)


@every_workflow_for_users
def test_they_do_nothing_until_asked(path: Path) -> None:
    """In a repository without the variable, such as this one, every job is skipped."""
    for name, job in jobs(path).items():
        assert "vars.WEBEX_LICENSES_PATH != ''" in job["if"], name


@every_workflow_for_users
def test_secrets_reach_only_the_steps_that_need_them(path: Path) -> None:
    """A secret stands in the environment of single steps, in jobs of a protected environment that write nothing to GitHub."""
    document = workflow(path)
    assert "secrets." not in str(document.get("env", {}))
    for name, job in document["jobs"].items():
        assert "secrets." not in str({key: value for key, value in job.items() if key != "steps"}), name
        if "secrets." in str(job["steps"]):
            assert job["environment"] in ("webex-read", "webex-write"), name
            assert "write" not in job["permissions"].values(), name
        for step in job["steps"]:
            held = set(re.findall(r"secrets\.(\w+)", str(step)))
            assert held <= {"WEBEX_ACCESS_TOKEN", "WEBEX_LICENSES_STORE"}
            if "WEBEX_ACCESS_TOKEN" in held:
                assert re.search(r"webex-licenses (plan|apply|drift)\b", step["run"]), (name, step.get("name"))


def test_pull_requests_from_forks_are_validated_only() -> None:
    """The job with a token asks whether the branch lies in this repository."""
    plan = named("licenses-plan.yml")["jobs"]
    same = "github.event.pull_request.head.repo.full_name == github.repository"
    assert same in plan["plan"]["if"]
    assert same in plan["comment"]["if"]
    assert "secrets." not in str(plan["validate"])


def test_only_the_default_branch_may_write_to_webex() -> None:
    """The environment with the writing token is used by one job, on the default branch."""
    users = {
        (path.name, name)
        for path in FOR_USERS
        for name, job in jobs(path).items()
        if job.get("environment") == "webex-write"
    }
    assert users == {("licenses-apply.yml", "apply")}
    assert (
        "github.ref_name == github.event.repository.default_branch"
        in (named("licenses-apply.yml")["jobs"]["apply"]["if"])
    )


def test_one_apply_at_a_time_and_never_cancelled() -> None:
    """The group is the organization's, and whatever saves the store is in it."""
    apply = named("licenses-apply.yml")["jobs"]
    for name in ("apply", "keep"):
        assert apply[name]["concurrency"] == {
            "group": "webex-licenses-apply-${{ vars.WEBEX_LICENSES_PATH }}",
            "cancel-in-progress": False,
        }


def test_apply_carries_out_a_plan_file_and_nothing_else() -> None:
    """There is no apply without a reviewed plan in the workflows."""
    commands = [
        line.strip()
        for path in FOR_USERS
        for step in steps(path)
        for line in step.get("run", "").splitlines()
        if "webex-licenses apply" in line
    ]
    assert len(commands) == 1
    assert '--plan "$RUNNER_TEMP/plan/plan.json.gz"' in commands[0]


def test_only_the_apply_workflow_saves_the_store() -> None:
    """Two copies would each miss what the other learned; what an apply learned is saved even when it failed."""
    saving = [
        (path.name, step)
        for path in FOR_USERS
        for step in steps(path)
        if "upload-artifact" in step.get("uses", "") and step["with"]["name"] == STORE
    ]
    assert [name for name, _ in saving] == ["licenses-apply.yml"] * 2
    assert saving[0][1]["if"].startswith("always()")
    assert {workflow(path)["env"]["STORE_ARTIFACT"] for path in FOR_USERS} == {STORE}


@pytest.mark.parametrize("name", ["Install webex-licenses", "Refuse a public repository", "Fetch the store"])
def test_copies_of_a_step_are_the_same(name: str) -> None:
    """A step that stands in several workflows is mended in all of them."""
    scripts = [step["run"] for path in FOR_USERS for step in steps(path) if step.get("name") == name]
    assert len(scripts) >= 3
    assert len(set(scripts)) == 1


@pytest.mark.skipif(shutil.which("jq") is None, reason="the workflows' runners have jq; this machine has not")
def test_a_store_from_elsewhere_does_not_count(tmp_path: Path) -> None:
    """Newer artifacts of a branch, a fork, another workflow, and expired ones are passed over."""
    script = next(step["run"] for step in steps(FOR_USERS[0]) if step.get("name") == "Fetch the store")
    runs = {1: "licenses-apply", 2: "other", 3: "licenses-apply", 4: "licenses-apply", 5: "licenses-apply"}
    artifact = '{{"expired": {}, "created_at": "2026-01-0{}", "workflow_run": {{"id": {}, "head_branch": "{}", {}}}}}'
    here, fork = '"head_repository_id": 1, "repository_id": 1', '"head_repository_id": 2, "repository_id": 1'
    listed = ",".join(
        artifact.format(*row)
        for row in (
            ("false", 1, 1, "main", here),
            ("false", 2, 2, "main", here),
            ("false", 3, 3, "topic", here),
            ("false", 4, 4, "main", fork),
            ("true", 5, 5, "main", here),
        )
    )
    answers = "".join(f'*/runs/{run}" --jq"*) echo .github/workflows/{name}.yml ;;\n' for run, name in runs.items())
    answers = answers.replace('" --jq"*)', ' --jq .path")').replace("*/runs", '"api repos/o/r/actions/runs')
    gh = tmp_path / "gh"
    gh.write_text(
        f'#!/bin/bash\ncase "$*" in\n*artifacts?name*) echo \'{{"artifacts": [{listed}]}}\' ;;\n{answers}'
        f'"run download"*) echo "$3" > "{tmp_path}/taken" ;;\n*) exit 9 ;;\nesac\n'
    )
    gh.chmod(0o755)
    environment = {
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_REPOSITORY": "o/r",
        "STORE_ARTIFACT": STORE,
        "DEFAULT_BRANCH": "main",
        "DATABASE": "",
    }
    done = subprocess.run(["bash", "-eo", "pipefail", "-c", script], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "taken").read_text() == "1\n"


def test_the_check_runs_every_supported_python() -> None:
    """The versions of the check are those that pyproject.toml claims."""
    claimed = re.findall(r'Python :: (3\.\d+)"', (ROOT / "pyproject.toml").read_text())
    assert named("check.yml")["jobs"]["check"]["strategy"]["matrix"]["python"] == claimed


def test_ci_run_checks_and_tests() -> None:
    """`.ci/run` can be executed, stops at the first failure, and pipes nothing away."""
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = script.read_text().splitlines()
    assert "set -euo pipefail" in lines
    assert [line.split()[:2] for line in lines if line.startswith("make ")] == [["make", "check"], ["make", "test"]]
    assert not [line for line in lines if line.startswith("make ") and "|" in line]
