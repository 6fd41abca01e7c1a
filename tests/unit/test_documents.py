"""README and docs say what is true: commands exist, links lead somewhere, and the tutorial prints what it shows."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path

import click
import pytest

from reconciler.cli import cli
from reconciler.cli.group import VERBS
from reconciler.load import load_desired
from reconciler.sandbox import State
from tests.support.sandbox_server import running_sandbox

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
IDS = [str(page.relative_to(ROOT)) for page in PAGES]
EXAMPLE = ROOT / "examples" / "desired-state" / "acme"

every_page = pytest.mark.parametrize("page", PAGES, ids=IDS)


def blocks(text: str) -> list[str]:
    """The fenced blocks of a page."""
    return re.findall(r"^```[a-z]*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(text: str) -> list[list[str]]:
    """Every `webex-licenses VERB ...` in code, as words after the program's name."""
    outside = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    code = [line for block in blocks(text) for line in block.splitlines()]
    code += re.findall(r"`([^`\n]+)`", outside)
    found = []
    for line in code:
        for match in re.finditer(r"(?:^|[\s$(])webex-licenses +([a-z].*?)(?=$|\s+#|[;|>`]|&&|  )", line):
            if not line.lstrip().startswith(("name:", "- id:")):
                found.append(match.group(1).split())
    return found


def test_the_two_commands_come_first() -> None:
    """Whoever opens the README sees `make demo` and `make test` before anything else."""
    first = blocks(README)[0].splitlines()
    assert [line.split("#")[0].strip() for line in first] == ["make demo", "make test"]
    assert README.index("make demo") < 600


@every_page
def test_documented_commands_exist(page: Path) -> None:
    """Every `webex-licenses VERB --option` in code is one that the command line knows."""
    for verb, *words in commands(page.read_text()):
        assert verb in VERBS, f"webex-licenses {verb}"
        command = cli.get_command(click.Context(cli), verb)
        assert command is not None
        parts = [command, *(command.commands.values() if isinstance(command, click.Group) else ())]
        known = {option for part in parts for parameter in part.params for option in parameter.opts} | {"--help"}
        for word in words:
            if word.startswith("--"):
                assert word.partition("=")[0].rstrip(".,") in known, f"webex-licenses {verb} {word}"


def test_every_command_is_documented() -> None:
    """docs/interface.md has a line for each verb, and the README does not call missing what is there."""
    interface = (ROOT / "docs" / "interface.md").read_text()
    for verb in VERBS:
        assert re.search(rf"^\| `{verb}\b", interface, re.MULTILINE), verb
    missing = README.split("## What is not there yet")[1].split("##")[0]
    not_there = set(re.findall(r"`([a-z-]+)`", missing.split("\n- ")[1].split(". ")[0]))
    assert not_there
    assert not not_there & set(VERBS)


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    """Relative links name files that are there, and anchors name headings."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        assert there.exists(), target
        assert there.is_relative_to(ROOT), target
        if anchor:
            assert anchor in headings(there), target


def headings(page: Path) -> set[str]:
    """The anchors GitHub makes of a page's headings."""
    found = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def test_the_example_is_valid() -> None:
    """The desired state that the tutorial works with has neither errors nor warnings."""
    loaded = load_desired(EXAMPLE)
    assert loaded.desired is not None
    assert loaded.findings == ()


def test_every_key_of_an_organization_is_documented() -> None:
    """docs/interface.md names each key of the organization, the templates and references."""
    interface = (ROOT / "docs" / "interface.md").read_text()
    for kind in ("organization", "organization-template", "group-template", "user-exception", "acknowledgement"):
        schema = json.loads((ROOT / "schemas" / f"{kind}.schema.json").read_text())
        for key in schema["properties"]["spec"]["properties"]:
            assert re.search(rf"`{key}\b", interface), f"{kind}: {key}"


def test_every_dependency_has_its_reason() -> None:
    """docs/decisions/0002 names each distribution of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [
        *project["dependencies"],
        *(item for extra in project["optional-dependencies"].values() for item in extra),
    ]
    reasons = (ROOT / "docs" / "decisions" / "0002-dependencies.md").read_text().lower()
    for requirement in wanted:
        name = re.split(r"[<>=\[ ]", requirement)[0].lower()
        assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", reasons), name


def comparable(line: str) -> str:
    """A line without what differs from run to run: moments and seconds."""
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC|\d+\.\d s", "…", line.strip())


def test_the_tutorial_prints_what_it_shows(tmp_path: Path) -> None:
    """Every command of the README's tutorial is run; each line that the README shows appears, in that order."""
    tutorial = README.split("## Five minutes on the sandbox")[1].split("\n## ")[0]
    with running_sandbox(State.from_file(ROOT / "examples" / "sandbox" / "acme.yaml")) as sandbox:
        environment = {**os.environ, "WEBEX_BASE_URL": sandbox.base_url, "WEBEX_ACCESS_TOKEN": "anything"}
        environment["WEBEX_LICENSES_STORE"] = f"sqlite:///{tmp_path}/store.db"
        ran = 0
        printed: list[str] = []
        for line in (line for block in blocks(tutorial) for line in block.splitlines()):
            if line.startswith("$ webex-licenses "):
                words = line.split("#")[0].split()[2:]
                words = [str(tmp_path / word) if word == "plan.json" else word for word in words]
                done = subprocess.run(
                    [sys.executable, "-m", "reconciler", *words],
                    cwd=EXAMPLE,
                    env={**environment, "PYTHONPATH": str(ROOT)},
                    capture_output=True,
                    text=True,
                )
                assert done.returncode == (3 if words[0] == "drift" else 0), done.stderr
                printed = [comparable(text) for text in done.stdout.splitlines()]
                ran += 1
            elif line.startswith("curl "):
                body = re.search(r"-d '(.*)'", line)
                assert body is not None
                request = urllib.request.Request(f"{sandbox.origin}/sandbox/assign", body.group(1).encode())
                urllib.request.urlopen(request).close()
                ran += 1
            elif line.strip() and printed:
                assert comparable(line) in printed, line
                del printed[: printed.index(comparable(line)) + 1]
    assert ran == 10
