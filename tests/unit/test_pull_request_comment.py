"""The comment on a pull request, written by the script of the workflow itself with a `gh` that only remembers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.model.finding import Finding
from reconciler.model.plan import GuardResult, Waiting
from reconciler.report import plan_markdown
from tests.support.plans import LOSES_CALLING, NOON, SALES, SUITE, change, plan

ROOT = Path(__file__).parents[2]
GITHUB_LIMIT = 65_536
HEAD = "0123456789abcdef0123456789abcdef01234567"
GH = """#!/bin/sh
echo "$*" >> "$RUNNER_TEMP/calls"
case "$*" in
  *--paginate*) cat "$RUNNER_TEMP/known" ;;
  *) while [ $# -gt 1 ]; do if [ "$1" = --input ]; then cp "$2" "$RUNNER_TEMP/posted.json"; fi; shift; done ;;
esac
"""

pytestmark = pytest.mark.skipif(shutil.which("jq") is None, reason="the workflow's runner has jq, this machine has not")


def script() -> str:
    """What the last step of the job `comment` runs."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/licenses-plan.yml").read_text())
    steps: list[dict[str, Any]] = workflow["jobs"]["comment"]["steps"]
    text: str = steps[-1]["run"]
    return text


def posted(folder: Path, report: str | None, known: str = "") -> tuple[str, str]:
    """The body of the comment, and the calls of gh."""
    (folder / "plan").mkdir()
    if report is not None:
        (folder / "plan" / "report.md").write_text(report)
    (folder / "known").write_text(known)
    (folder / "gh").write_text(GH)
    (folder / "gh").chmod(0o755)
    env = {
        "PATH": f"{folder}:{os.environ['PATH']}", "RUNNER_TEMP": str(folder), "ORG_PATH": "organizations/acme",
        "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/licenses", "GITHUB_RUN_ID": "12345678901",
        "NUMBER": "7", "HEAD_SHA": HEAD,
    }  # fmt: skip
    subprocess.run(["bash", "-e", "-o", "pipefail", "-c", script()], env=env, check=True, timeout=60)
    body: str = json.loads((folder / "posted.json").read_text())["body"]
    return body, (folder / "calls").read_text()


def test_the_biggest_report_and_what_stands_around_it_fit_into_a_comment(tmp_path: Path) -> None:
    """The report keeps below the limit by enough for marker, commit and command, in bytes and so in characters."""
    many = plan(
        *(change(number, SUITE, *[LOSES_CALLING] * 3) for number in range(5_000)),
        waiting=tuple(Waiting(f"W{n}", f"漢字{n}@acme.example", f"License {n}", NOON, SALES) for n in range(3_000)),
        findings=tuple(Finding(f"code-{n}", "info", f"{n}@acme.example", "漢字 " * 90) for n in range(3_000)),
        guards=tuple(GuardResult(f"guard-{n}", "hold", "漢字" * 600) for n in range(60)),
    )
    report = plan_markdown.render(many, plan_file="plan.json.gz")
    body, calls = posted(tmp_path, report)
    assert report in body
    assert 50_000 < len(body.encode()) <= GITHUB_LIMIT
    assert body.startswith("<!-- webex-licenses plan of organizations/acme -->\n")
    assert f"gh run download 12345678901 -n licenses-plan-{HEAD} && webex-licenses show plan.json.gz --all" in body
    assert "--method POST repos/acme/licenses/issues/7/comments" in calls


def test_there_is_one_comment_and_only_ours_is_rewritten(tmp_path: Path) -> None:
    """A second plan takes the place of the first; a comment that somebody else began with our marker is left alone."""
    marker = "<!-- webex-licenses plan of organizations/acme -->"
    known = [
        {"id": 1, "login": "eve", "body": f"{marker}\nnot ours"},
        {"id": 2, "login": "github-actions[bot]", "body": "another workflow's"},
        {"id": 3, "login": "github-actions[bot]", "body": f"{marker}\nthe plan before"},
    ]
    _, calls = posted(tmp_path, "### Plan\n", "".join(json.dumps(item) + "\n" for item in known))
    assert "--method PATCH repos/acme/licenses/issues/comments/3" in calls
    assert "POST" not in calls


def test_without_a_plan_the_comment_promises_none(tmp_path: Path) -> None:
    """Files that are not valid have no plan to apply, and no artifact to download."""
    body, _ = posted(tmp_path, None)
    assert "### There is no plan for this commit" in body
    assert "Merging applies nothing." in body
    assert "gh run download" not in body
