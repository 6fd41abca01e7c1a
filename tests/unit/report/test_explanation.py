"""One person explained: the verdict first, what is wrong before what is right, nothing wider than eighty columns."""

from __future__ import annotations

import json
from datetime import timedelta

import msgspec

from reconciler.model.explanation import ExplainedLicense, Explanation, FilesUsed, Given, Queue, SpeakingTemplate, Step
from reconciler.model.finding import Finding
from reconciler.model.plan import OrganizationRef
from reconciler.model.provenance import Act
from reconciler.report import explanation
from tests.support.plans import NOON, SALES

CALLING = ExplainedLicense(
    "Webex Calling - Professional", None, None, False, True, "blocked",
    "Granted by sales (templates/sales.yaml:12), but it cannot be given: 2 checks failed.", SALES,
    (
        Step("template", "sales speaks for the person: direct member of Sales", None, "sales", "templates/sales.yaml:1"),
        Step("grant", "sales grants it", "grants-are-united", "sales", "templates/sales.yaml:12"),
        Step("check", "has no work phone in the directory", "no-work-phone"),
    ),
    (
        Finding("no-work-phone", "warning", "p1@acme.example", "has no work phone in the directory", "enter one in Entra"),
        Finding("unknown-location", "warning", "p1@acme.example", "location 'HQ' does not exist", "the locations are Berlin"),
    ),
    ("enter one in Entra", "the locations are Berlin"),
)  # fmt: skip
GIVEN = Given(("template:sales",), NOON, False, Act("run-1", None, NOON))
SUITE = ExplainedLicense(
    "Webex Meetings Suite @ acme.webex.com", "L1", "Sub-1", True, True, "asWanted",
    "Held, and granted by sales (templates/sales.yaml:11).", SALES,
    (
        Step("origin", "given by template sales on 2026-11-21 12:00 UTC in run-1", None, "sales"),
        Step("grant", "sales grants it", "grants-are-united", "sales", "templates/sales.yaml:11"),
    ),
    given=GIVEN,
)  # fmt: skip
KEPT = ExplainedLicense(
    "Real-Time Translations", "L2", "Sub-1", True, True, "kept", "Nothing grants it, and it stays: a policy.", (),
    (Step("retention", "a policy", "retention-decides-the-rest", None, "organization.yaml:4"),), (),
    ("to let it go: set `retention.manual: remove`",),
)  # fmt: skip
OTHER = ExplainedLicense(
    "Contact Center Premium Agent", None, None, False, False, "notGranted",
    "Only support grants it, and that template does not speak for this person: not a direct member of Support.", (),
    (Step("template", "support grants it, but does not speak", None, "support", "support.yaml:9"),), (),
    ("make the person a direct member of Support",),
)  # fmt: skip
WHOLE = Explanation(
    "1.0", "Explanation", OrganizationRef("O", "acme"), "7", NOON, "P1", "p1@acme.example", "Person 1", "pending",
    ("Sales",),
    (
        SpeakingTemplate("sales", "templates/sales.yaml:1", True, "direct member of Sales"),
        SpeakingTemplate("everyone", "everyone.yaml:1", False, "a group template speaks instead"),
    ),
    (OTHER, KEPT, CALLING, SUITE),
    verdict="Licenses and roles: 1 cannot be given, 1 as wanted.",
    files=FilesUsed("sha256:0", None),
)  # fmt: skip
TEXT = """\
p1@acme.example (Person 1), invited, not signed in yet, in acme
Licenses and roles: 1 cannot be given, 1 as wanted.
As of 2026-11-21 12:00 UTC. Groups: Sales.

Templates
  speaks  sales (templates/sales.yaml:1): direct member of Sales
  silent  everyone (everyone.yaml:1): a group template speaks instead

Cannot get (1)
  Webex Calling - Professional
    Granted by sales (templates/sales.yaml:12), but it cannot be given: 2 checks
    failed.
    ! has no work phone in the directory [no-work-phone]
      -> enter one in Entra
    ! location 'HQ' does not exist [unknown-location]
      -> the locations are Berlin
    * sales speaks for the person: direct member of Sales
      (templates/sales.yaml:1)
    * sales grants it (templates/sales.yaml:12) [grants-are-united]

Keeps (1)
  Real-Time Translations (Sub-1)
    Nothing grants it, and it stays: a policy.
    -> to let it go: set `retention.manual: remove`

Has, as wanted (1)
  Webex Meetings Suite @ acme.webex.com (Sub-1)
    Held, and granted by sales (templates/sales.yaml:11).
    * given by template sales on 2026-11-21 12:00 UTC in run-1

Not granted (1)
  Contact Center Premium Agent
    Only support grants it, and that template does not speak for this person:
    not a direct member of Support.
"""


def test_what_is_wrong_comes_first() -> None:
    """The verdict, the templates, then each license with its sentence, checks, advice, and the chain where it matters."""
    text = explanation.render(WHOLE, "text", width=80)
    assert text == TEXT
    assert max(map(len, text.splitlines())) <= 80


def test_one_license_is_told_whole() -> None:
    """Who asks for one license gets every link and every advice of it, and no list of templates."""
    asked = msgspec.structs.replace(WHOLE, licenses=(OTHER, SUITE), asked="x", verdict="Person 1 has it.")
    text = explanation.render(asked, "text", width=80)
    assert "Templates" not in text
    assert "* support grants it, but does not speak (support.yaml:9)" in text
    assert "-> make the person a direct member of Support" in text
    assert "* sales grants it (templates/sales.yaml:11) [grants-are-united]" in text


def test_the_past_says_which_files() -> None:
    """The moment asked for, the reading it came from, the files, and how the person was found."""
    past = msgspec.structs.replace(
        WHOLE, as_of=NOON + timedelta(hours=3), files=FilesUsed("sha256:0", None, "The files are today's."),
        notes=("a@x is a former address of p1@acme.example.",),
    )  # fmt: skip
    assert explanation.render(past, "text", width=80).splitlines()[2:5] == [
        "As of 2026-11-21 12:00 UTC (asked for 2026-11-21 15:00 UTC). Groups: Sales.",
        "The files are today's.",
        "a@x is a former address of p1@acme.example.",
    ]


def test_nothing_at_all_is_said() -> None:
    """Somebody who holds nothing and is granted nothing."""
    empty = msgspec.structs.replace(WHOLE, licenses=(), templates=(), groups=())
    assert explanation.render(empty, "text", width=80).endswith("\nLicenses\n  None held, none wanted.\n")


def test_what_belongs_to_no_license_stands_at_the_end() -> None:
    """Other findings of the person are not lost."""
    finding = Finding("odd", "warning", "p1@acme.example", "something else", "look")
    told = msgspec.structs.replace(WHOLE, findings=(finding,))
    assert "warning odd\n    p1@acme.example: something else" in explanation.render(told, "text", width=80)
    assert "- warning odd: something else look" in explanation.render(told, "markdown")


def test_names_cannot_move_the_terminal_nor_make_markup() -> None:
    """Text from outside is made harmless in both."""
    evil = msgspec.structs.replace(
        WHOLE, display_name="\x1b[31m<b>", licenses=(msgspec.structs.replace(KEPT, text="*x*"),)
    )
    assert "\x1b" not in explanation.render(evil, "text")
    markdown = explanation.render(evil, "markdown")
    assert "<b>" not in markdown
    assert "\\*x\\*" in markdown


def test_json_holds_everything() -> None:
    """Every link of every license, whatever the text leaves out."""
    found = json.loads(explanation.render(WHOLE, "json"))
    assert [item["status"] for item in found["licenses"]] == ["notGranted", "kept", "blocked", "asWanted"]
    assert [len(item["chain"]) for item in found["licenses"]] == [1, 1, 3, 2]
    assert found["licenses"][3]["given"]["given"]["run"] == "run-1"


def test_markdown_for_a_ticket() -> None:
    """The same in the same order, the chain numbered."""
    waiting = msgspec.structs.replace(
        SUITE, status="waiting", held=False, queue=Queue(NOON, 1, "capacity", 2, ("Sub-1",)), text="Waits."
    )
    lines = explanation.render(msgspec.structs.replace(WHOLE, licenses=(KEPT, waiting)), "markdown").splitlines()
    headings = [line for line in lines if line.startswith("**")]
    assert headings == [
        "**Waits for: Webex Meetings Suite @ acme.webex.com (Sub-1)**",
        "**Keeps: Real-Time Translations (Sub-1)**",
    ]
    assert "  1. a policy (organization.yaml:4) \\[retention-decides-the-rest\\]" in lines
