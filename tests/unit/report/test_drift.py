"""Drift as people and as programs read it: one line, whole counts, then who, what, since when, by whom and what to do."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import get_args

import msgspec
import pytest

from reconciler.model.attribution import Attributed, Attribution
from reconciler.model.coverage import Coverage, PeopleCoverage, UnitCoverage
from reconciler.model.drift import KINDS, Drift, DriftCause, DriftItem, StructuralChange, grouped
from reconciler.model.finding import Finding
from reconciler.model.plan import OrganizationRef, Waiting
from reconciler.report import drift, drift_words, markdown
from tests.support.plans import NOON, SALES

MEETINGS, CALLING = "Webex Meetings Suite", "Webex Calling - Professional"
SITE = "acme.webex.com"
JOE = Attribution(
    "Joe Smith", "joe@acme.example", NOON - timedelta(hours=2), "E1", "Licenses of a user were changed", ""
)
TAKEN = DriftItem(
    "P1", "p1@acme.example", "missing", MEETINGS, "L1", SITE, "removedByHand", SALES, True, "removedByHand", "Pia One",
    "Sub-1", None, NOON - timedelta(hours=3), NOON - timedelta(hours=1),
)  # fmt: skip
ROLE = DriftItem(
    "P1", "p1@acme.example", "extra", "attendee", None, SITE, "addedByHand", (), True, "addedByHand", "Pia One"
)
ELSEWHERE = DriftItem(
    "P2", "p2@acme.example", "preserved", MEETINGS, "L3", SITE, "filesChanged", SALES, True, "outsideDefaults", "",
    "Sub-2", None, NOON - timedelta(days=2), NOON - timedelta(days=1),
)  # fmt: skip
OLD = DriftItem("P3", "p3@acme.example", "preserved", CALLING, "L2", None, "leftGroup", SALES, kind="leftGroup")
ITEMS = (TAKEN, ROLE, ELSEWHERE, OLD)
DRIFT = Drift(
    "1.0", "Drift", OrganizationRef("O", "acme"), "7", NOON, NOON - timedelta(days=1), ITEMS,
    (StructuralChange("group Sales", "added"), StructuralChange("license Basic Messaging", "changed", "total", "400", "500")),
    (Waiting("P4", "p4@acme.example", CALLING, NOON, SALES),), (), 500,
    groups=grouped(ITEMS), coverage=Coverage(PeopleCoverage(500, 490, exempt=10), UnitCoverage(800, 700, 600, 150, 50)),
)  # fmt: skip
TEXT = """\
Drift of acme: 2 differences at 1 person (1 missing, 1 extra), 2 kept, 1 waiting
Reading of 2026-11-21 12:00 UTC (500 people) against the files; last completed
apply: 2026-11-20 12:00 UTC.
Covered by a template: 490 of 500 people (98 %); 10 exempt.
Under management: 700 of 800 units of paid licenses that people hold (87 %): 600
given by us, 150 given by hand, 50 there before we first looked.

  What differs                              Missing  Extra  Kept  People  New
  Added by hand                                   0      1     0       1    1
  Removed by hand                                 1      0     0       1    1
  Outside the default subscription or site        0      0     1       1    1
  Left a group                                    0      0     1       1    0

Added by hand (1): somebody else gave it, and the files do not want it
  p1@acme.example (Pia One)
    extra: attendee role @ acme.webex.com, since the last apply
      somebody else gave it
  -> if it is meant, write a UserException or a template; what is extra goes
     with the next apply, what is kept stays while `retention.manual` is
     `preserve`

Removed by hand (1): the files want it, and somebody else took it away
  p1@acme.example (Pia One)
    missing: Webex Meetings Suite @ acme.webex.com, between 2026-11-21 09:00 and
    11:00 UTC
      somebody else took it away (sales, templates/sales.yaml:7 [granted])
  -> the next apply gives it again; if it is meant, write a UserException that
     denies it

Outside the default subscription or site (1): held where the files name no
subscription or site
  p2@acme.example
    kept: Webex Meetings Suite @ acme.webex.com (Sub-2), between 2026-11-19
    12:00 UTC and 2026-11-20 12:00 UTC
      outside the defaults (sales, templates/sales.yaml:7 [granted])
  -> what is extra goes with the next apply; what is kept stays while
     `retention.outsideDefaults` is `preserve`; naming the subscription or site
     makes it right as it is

Left a group (1): the group's template gave it
  - Webex Calling - Professional: 1 person, kept as at the last apply (left a
    group)
  Every person: --all, --only leftGroup, or --format json
  -> what is extra goes with the next apply; what is kept stays while
     `retention.groupChange` is `preserve`

Waiting (1): no unit left, no drift
  Webex Calling - Professional: p4@acme.example

Changed in the organization (2)
  - group Sales added
  - license Basic Messaging: total 400 -> 500

What next
  webex-licenses plan shows what would put this right.
"""


def many(number: int, **changes: object) -> Drift:
    """So many people from whom the same was taken."""
    items = tuple(
        msgspec.structs.replace(TAKEN, person_id=f"P{n}", email=f"p{n}@acme.example", name="", **changes)
        for n in range(number)
    )
    return msgspec.structs.replace(DRIFT, items=items, groups=grouped(items))


def test_the_whole_text() -> None:
    """One line, the counts of every group, then each group with its people, and what to do."""
    assert drift.render(DRIFT, "text", width=80) == TEXT


@pytest.mark.parametrize("width", [80, 100, 160])
def test_it_fits_the_terminal(width: int) -> None:
    """Names and licenses as long as they come fold and are not cut."""
    item = msgspec.structs.replace(TAKEN, name="Wolfeschlegelsteinhausenbergerdorff " * 3, license=MEETINGS + " X" * 60)
    found = msgspec.structs.replace(DRIFT, items=(item,), groups=grouped((item,)))
    text = drift.render(found, width=width)
    assert max(map(len, text.splitlines())) <= width
    assert text.count(" X") == 60


def test_no_drift_before_the_first_apply() -> None:
    """An organization as wanted says so, and that nothing was applied yet."""
    found = msgspec.structs.replace(DRIFT, items=(), groups=(), waiting=(), structure=(), since=None)
    text = drift.render(found)
    assert text.startswith("Drift of acme: none\n")
    assert "none so far" in text
    assert "What differs" not in text
    assert "What next" not in text


def test_long_groups_are_folded_and_their_counts_whole() -> None:
    """A thousand people are one line with the first of them, and how to see all; asked for, everybody is there."""
    found = many(1_000)
    text = drift.render(found, width=160)
    assert "Removed by hand (1,000)" in text
    assert "missing: Webex Meetings Suite @ acme.webex.com: 1,000 people" in text
    assert "p9@acme.example and 990 more" in text
    assert "Every person: --all, --only removedByHand, or --format json" in text
    assert "p999@" not in text
    assert "p999@" in drift.render(found, everything=True)
    assert "p999@" in drift.render(found, only=("removedByHand",))


def test_only_one_group() -> None:
    """The counts of all groups stay; only the chosen one is told, with what was so before the last apply."""
    text = drift.render(DRIFT, width=80, only=("leftGroup",))
    assert "Removed by hand                                 1" in text
    assert "Removed by hand (1)" not in text
    assert "    kept: Webex Calling - Professional\n" in text
    assert "Waiting" not in text


def test_who_did_it_is_probable_and_never_certain() -> None:
    """The actor, the time and what Webex calls it; in the head how many could be told, and how many could not."""
    item = msgspec.structs.replace(TAKEN, by=JOE)
    told = Attributed("read", 1, 2, 3, 4, 56, NOON, NOON)
    found = msgspec.structs.replace(DRIFT, items=(item,), groups=grouped((item,)), attribution=told)
    flat = " ".join(drift.render(found).split())
    assert "probably joe@acme.example (Joe Smith), 2026-11-21 10:00 UTC: Licenses of a user were changed" in flat
    assert (
        "Who did it: of 10 differences by hand, exactly one event fits 1; several fit 2, so nobody is named; none fits 3 "
        "(a directory connector or another program makes none); 4 are of a time that was not read. "
        "56 admin audit events read."
    ) in flat
    for name, note in (("notAllowed", "no scope"), ("notFound", "no list")):
        refused = msgspec.structs.replace(DRIFT, attribution=Attributed(name, note=note))  # type: ignore[arg-type]
        assert f"Who did it: {note}" in drift.render(refused)
    assert "Who did it" not in drift.render(DRIFT)


def test_since_when() -> None:
    """Between two readings, by a run of ours, or since the last apply; nothing where the store does not know."""
    at = msgspec.structs.replace
    assert drift_words.since(at(TAKEN, after=NOON, seen=NOON)) == "by our run of 2026-11-21 12:00 UTC"
    assert drift_words.since(at(TAKEN, after=NOON, seen=NOON + timedelta(seconds=9))) == "around 2026-11-21 12:00 UTC"
    assert drift_words.since(at(TAKEN, after=None)) == "by 2026-11-21 11:00 UTC"
    assert drift_words.since(at(TAKEN, after=None, seen=None)) == "since the last apply"
    assert drift_words.since(at(TAKEN, after=None, seen=None, since_apply=False)) == ""


def test_a_reading_with_holes_says_so_in_the_first_line() -> None:
    """Whoever reads one line only must not take an incomplete reading for an organization as wanted."""
    hole = Finding("license-incomplete", "warning", "", "'X' counts 5 users and only 3 were seen", "sync again later")
    found = msgspec.structs.replace(DRIFT, items=(), groups=(), waiting=(), findings=(hole,))
    assert drift.verdict(found) == "Drift of acme: none, read incompletely"


def test_every_kind_and_cause_has_its_words() -> None:
    """A new kind or cause without words would be a key error in somebody's night."""
    assert set(drift_words.KINDS) == set(KINDS)
    assert set(drift_words.CAUSES) == set(get_args(DriftCause))


def test_markdown_fits_a_comment_with_whole_counts() -> None:
    """Twenty thousand differences: counts on top and in every heading, as many rows as fit, the rest counted."""
    text = drift.render(many(20_000, by=JOE), "markdown")
    assert len(text) <= markdown.LIMIT
    assert "| Removed by hand | 20,000 | 0 | 0 | 20,000 | 20,000 |" in text
    assert "<summary>Removed by hand (20,000)</summary>" in text
    assert " more differences in the JSON report." in text
    assert text.count("<details>") == text.count("</details>")


def test_markdown_has_who_since_when_and_what_to_do() -> None:
    """A reviewer of an issue reads the same as somebody at a terminal; names from outside are no markup."""
    item = msgspec.structs.replace(TAKEN, by=msgspec.structs.replace(JOE, actor="<b>Joe</b>", actor_email=""))
    text = drift.render(msgspec.structs.replace(DRIFT, items=(item,), groups=grouped((item,))), "markdown")
    assert "between 2026-11-21 09:00 and 11:00 UTC | probably &lt;b&gt;Joe&lt;/b&gt;, 2026-11-21 10:00 UTC" in text
    assert "To do: the next apply gives it again" in text
    assert "<b>" not in text


def test_json_is_whole() -> None:
    """Every item and every count, whatever the text folds."""
    document = json.loads(drift.render(many(5_000), "json", only=("leftGroup",)))
    assert len(document["items"]) == 5_000
    assert document["groups"] == [
        {"kind": "removedByHand", "missing": 5_000, "extra": 0, "preserved": 0, "people": 5_000, "sinceApply": 5_000}
    ]
    assert document["coverage"]["licenses"]["byHand"] == 150
    assert document["attribution"]["sight"] == "notAsked"
