"""The page of policies: schema, program and documents tell the same defaults."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from reconciler.load import load_desired
from reconciler.model.codes import CODES
from reconciler.model.desired import NOWHERE
from reconciler.report import policy_book
from reconciler.report.policy_book import Policy, policies, shown

DOCS = Path(__file__).parents[3] / "docs"
ALL = policies()
WITH_DEFAULT = [policy for policy in ALL if policy.default is not msgspec.UNSET]
LICENSE = {"license": "Webex Calling - Professional", "calling": {}}
BASES: dict[str, dict[str, Any]] = {
    "Organization": {"assignment": "groupsThenOrganization"},
    "OrganizationTemplate": {"licenses": [LICENSE]},
    "GroupTemplate": {"groups": ["Sales"], "licenses": [LICENSE]},
    "UserException": {"users": ["a@b.example"], "reason": "x", "exempt": False, "calling": {}},
    "Acknowledgement": {"license": "L", "max": 1, "reason": "x", "until": "2027-01-01"},
    "TemplateTest": {"expect": {"licenses": []}},
}
"""The least that each kind can be; an exception acts by its `calling`."""


def test_the_page_is_fresh() -> None:
    """docs/policies.md says what the schemas say today; `make rules` writes it."""
    assert (DOCS / "policies.md").read_text(encoding="utf-8") == policy_book.render()


def _read(directory: Path, kind: str, key: str | None, value: Any) -> tuple[Any, ...]:
    """What the files say when a document of `kind` has `key` written out; None writes nothing. Places do not count."""
    specs = json.loads(json.dumps(BASES))
    if key is not None:
        node = specs["OrganizationTemplate"]["licenses"][0] if kind == "Reference" else specs[kind]
        *above, last = key.split(".")
        for step in above:
            node = node.setdefault(step, {})
        node[last] = value
    text = "---\n".join(
        json.dumps({"apiVersion": "webex-licenses/v1", "kind": name, "metadata": {"name": name.lower()}, "spec": spec})
        + "\n"
        for name, spec in specs.items()
    )
    (directory / "x.yaml").write_text(text, encoding="utf-8")
    loaded = load_desired(directory)
    assert loaded.desired is not None, loaded.findings
    papers = [msgspec.structs.replace(item, source=NOWHERE) for item in loaded.desired.acknowledgements]
    return (
        loaded.desired.digest,
        papers,
        [msgspec.structs.replace(item, source=NOWHERE) for item in loaded.desired.tests],
    )


@pytest.mark.parametrize("policy", WITH_DEFAULT, ids=[policy.name for policy in WITH_DEFAULT])
def test_a_default_written_out_changes_nothing(tmp_path: Path, policy: Policy) -> None:
    """What the schema calls the default is what the program does without the key: both are read as the same."""
    assert _read(tmp_path, policy.kind, policy.path, policy.default) == _read(tmp_path, policy.kind, None, None)


OTHERS = [
    ("Organization", "capacity.enforcement", "uncapped"),
    ("Organization", "guards.removals.count", 9),
    ("GroupTemplate", "priority", 99),
    ("Reference", "accountType", "attendee"),
    ("Reference", "calling.extension", "fromDirectory"),
    ("TemplateTest", "given.newcomer", True),
    ("UserException", "exempt", True),
]


@pytest.mark.parametrize(("kind", "key", "value"), OTHERS)
def test_another_value_than_the_default_does(tmp_path: Path, kind: str, key: str, value: Any) -> None:
    """The comparison with the default can fail: other values are read as something else."""
    assert _read(tmp_path, kind, key, value) != _read(tmp_path, kind, None, None)


def _documented() -> dict[str, str]:
    """Key -> default, of every row of the tables in docs/interface.md, below the heading of its kind."""
    found: dict[str, str] = {}
    kinds: list[str] = []
    for line in (DOCS / "interface.md").read_text(encoding="utf-8").split("\n## Commands")[0].splitlines():
        if line.startswith("### "):
            kinds = re.findall(r"[A-Z]\w+", line)
        elif line.startswith("A **reference**"):
            kinds = ["Reference"]
        row = re.fullmatch(r"\| (`[^|]+`) \| ([^|]*) \| .* \|", line)
        for kind in kinds if row else ():
            keys, defaults = re.findall(r"`([^`]+)`", row[1]), re.findall(r"`([^`]+)`|(required)", row[2])  # type: ignore[index]
            values = [quoted or word for quoted, word in defaults] or [""]
            found |= {f"{kind}.{key}": values[min(at, len(values) - 1)] for at, key in enumerate(keys)}
    return found


DOCUMENTED = _documented()
IN_WORDS = {"Reference.site", "Organization.guards.removals", "Organization.capacity.overage.percent"}
"""Rows of docs/interface.md that tell a default in words or for several keys at once."""


@pytest.mark.parametrize("policy", ALL, ids=[policy.name for policy in ALL])
def test_the_interface_tells_the_same_default(policy: Policy) -> None:
    """Where docs/interface.md has a row for a key, its default is that of the schema."""
    told = DOCUMENTED.get(policy.name)
    if told is None or policy.name in IN_WORDS:
        assert policy.name in IN_WORDS or policy.name not in DOCUMENTED
        return
    expected = "required" if policy.required else "" if policy.default is msgspec.UNSET else shown(policy.default)
    if told == "" and policy.default == []:
        told = "[]"
    assert told == expected


def test_the_interface_is_really_read() -> None:
    """The tables of docs/interface.md were found: most policies of an Organization stand there, under their keys."""
    names = {policy.name for policy in ALL}
    assert len(names & DOCUMENTED.keys()) > 40
    assert DOCUMENTED["Organization.retention.exceptionEnd"] == "remove"
    assert DOCUMENTED["Organization.guards.removals"] == "{count: 10, percent: 10, ceiling: 100}"


def test_choices_name_errors_that_exist() -> None:
    """Each choice that the data make necessary is an error of the page of findings."""
    errors = {code.code for code in CODES if "error" in code.effects}
    assert {code for _, code in policy_book.CHOICES} <= errors


def test_every_policy_says_what_it_means() -> None:
    """No key without a description and values."""
    for policy in ALL:
        assert policy.meaning, policy.name
        assert policy.values, policy.name
        assert not (policy.required and policy.default is not msgspec.UNSET), policy.name
