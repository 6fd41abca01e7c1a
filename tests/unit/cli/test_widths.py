"""Every text of every verb, at every width of a terminal, over an organization whose names are as bad as names get."""

from __future__ import annotations

import shlex
import unicodedata
from pathlib import Path

import pytest
import yaml

from reconciler.sandbox import State
from tests.support.captured import Captured, environment, streams
from tests.support.sandbox_server import running_sandbox

LONG = "Webex Meetings Suite for Everybody in the Northern Region"
WIDE = "ウェベックス会議スイート東京本社営業部"
FAMILY = "👩‍👩‍👧 🇩🇪 Zoë 👍🏽"
LONGEST = "a" * 64 + "@" + "b" * 60 + ".example"
SANDBOX = f"""
organization: {{name: Acme 株式会社}}
licenses:
  - {{key: msg, name: Basic Messaging, type: FMS, total: 4000000}}
  - {{key: long, name: {LONG}, type: EE, total: 1234567, subscription: Sub-{"1" * 30}, site: a-very-long-site-name.webex.com}}
  - {{key: wide, name: {WIDE}, type: EE, total: 5, subscription: Sub-2, site: acme.webex.com}}
  - {{key: pro, name: Webex Calling - Professional, type: BCSTD, total: 2, subscription: Sub-2}}
locations: [{{key: hq, name: 東京本社ビルディング, calling: true}}]
numbers: [{{number: "+14085550100", location: hq, state: ACTIVE}}]
groups:
  - {{name: 営業部, members: [{LONGEST}, p1@acme.example, p2@acme.example, p3@acme.example, p4@acme.example]}}
people:
  - {{email: {LONGEST}, name: {"Maximilian-" * 12}, workPhone: "+14085550100", licenses: [msg]}}
  - {{email: p1@acme.example, name: {WIDE}, workPhone: "12", licenses: [msg, long]}}
  - {{email: p2@acme.example, name: "<b>|`x`", licenses: [msg, wide]}}
  - {{email: p3@acme.example, name: Ann, licenses: [msg]}}
  - {{email: p4@acme.example, name: "{FAMILY}", licenses: []}}
  - {{email: p5@acme.example, name: Gone, licenses: [msg, long]}}
"""
DESIRED = f"""
apiVersion: webex-licenses/v1
kind: Organization
metadata: {{name: acme}}
spec: {{assignment: groupsThenOrganization, defaults: {{subscription: Sub-2, siteUrl: acme.webex.com}}}}
---
apiVersion: webex-licenses/v1
kind: GroupTemplate
metadata: {{name: everybody-in-the-northern-region-with-a-name-that-is-long}}
spec:
  groups: [営業部]
  licenses: [{{license: Basic Messaging}}, {{license: {WIDE}}}, {{license: Webex Calling - Professional}}]
"""
VERBS = [
    "validate", "plan --offline", "plan --offline --all", "show plan.json", "show plan.json --all", "drift --offline",
    "status", "status --people", "inventory", "inventory --by location", "inventory --by group", "inventory --reclaimable",
    "history", "history --runs", "history --pools", "explain p1@acme.example", f"explain {LONGEST}", "calling-readiness",
    "test", "apply --plan plan.json", "drift", "status --all", "sync",
    "plan --offline --what-if \"Sub-2:Webex Calling - Professional=+1\"",
]  # fmt: skip


class Screen(Captured):
    """A terminal to stdout's eyes."""

    def __init__(self) -> None:
        super().__init__()
        self.stdout.isatty = lambda: True  # type: ignore[method-assign]


def columns(text: str) -> int:
    """What a terminal takes for it, by Unicode's own table: wide ones two, marks and joiners none, a family one pair."""
    width, joined = 0, False
    for character in text:
        kind = unicodedata.category(character)
        none = kind in ("Mn", "Me", "Cf") or "\U0001f3fb" <= character <= "\U0001f3ff"
        if not none and not joined:
            width += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        joined = character == "\u200d"
    return width


def told(verb: str, width: int) -> str:
    """What the verb writes to a terminal of this width."""
    from reconciler.cli import cli

    screen = Screen()
    with environment({"COLUMNS": str(width), "LINES": "40", "NO_COLOR": "1"}), streams(screen):
        try:
            cli([*shlex.split(verb), "--quiet"], prog_name="webex-licenses")
            code: object = 0
        except SystemExit as end:
            code = end.code
    assert code in (None, 0, 3, 5), (verb, screen.text())
    return screen.text()


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_nothing_runs_over_the_edge_and_nothing_needed_is_lost(
    width: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long names, wide characters and emoji fold; no line is wider than the terminal, no name is cut short."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "acme.yaml").write_text(DESIRED)
    with running_sandbox(State.from_shape(yaml.safe_load(SANDBOX))) as sandbox:
        here = {"WEBEX_ACCESS_TOKEN": "t", "WEBEX_BASE_URL": sandbox.base_url, "WEBEX_LICENSES_STORE": None}
        with environment(here):
            told("sync", width)
            told("plan --out plan.json", width)
            texts = {verb: told(verb, width) for verb in VERBS}
    wide = [
        (verb, columns(line), line)
        for verb, text in texts.items()
        for line in text.split("\n")
        if columns(line) > width
    ]
    assert not wide
    assert not [verb for verb, text in texts.items() if "…" in text]
    whole = {verb: "".join(text.split()) for verb, text in texts.items()}
    for verb in ("plan --offline", "show plan.json", "show plan.json --all"):
        assert LONGEST in whole[verb]
        assert WIDE in whole[verb]
        assert "".join(FAMILY.split()) in whole[verb]
    assert all(word in texts["inventory"] for word in LONG.split())
    assert "1,234,567" in texts["inventory"]
