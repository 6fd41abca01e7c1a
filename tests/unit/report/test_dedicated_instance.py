"""Dedicated Instance usage as people read it: both numbers, the change, nothing wider than asked, nothing from outside acts."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from io import StringIO

import msgspec
import pytest

from reconciler.model.dedicated_instance import (
    KINDS,
    Both,
    DedicatedInstance,
    Imported,
    Pool,
    Reading,
    ServerUsage,
    SubscriptionUsage,
    Sum,
    Usage,
    UsageRow,
)
from reconciler.model.plan import OrganizationRef
from reconciler.report.dedicated_instance import COLUMNS, imported, render

NOW = datetime(2026, 11, 21, 20, tzinfo=UTC)
FULL = Usage(12_345, 10, 300, 40, 5)
CHANGE = Usage(-1_000, 0, 20, None, 5)
POOL = Pool("L", "Unified Communication Manager (UCM)", "Sub-2", 12_000, 3, 11_997, 3, 0)
ITEM = SubscriptionUsage(
    "Sub-2", "usage.csv", NOW, NOW, 2, NOW, KINDS, FULL, 12_660, CHANGE, 12_000, -660, (POOL,),
    (Sum("EMEA", None, 1, FULL, 12_660, CHANGE),), (Sum("EMEA", "ffm", 1, FULL, 12_660, CHANGE),),
    (UsageRow("EMEA", "ffm", "cucm-publisher-1.ffm.acme.example", FULL, 12_660, CHANGE),
     UsageRow("EMEA", "old", "old", Usage(), None, Usage(-3), "gone")),
)  # fmt: skip
FOUND = DedicatedInstance(
    "1.0", "DedicatedInstance", OrganizationRef("o", "acme"), "1", NOW, None, None, (ITEM,),
    (msgspec.structs.replace(POOL, license="Webex Calling - Professional"),),
    tuple(Both(f"P{n}", f"p{n}@acme.example", "", ("a", "b")) for n in range(25)),
)  # fmt: skip


@pytest.mark.parametrize("width", [72, 80, 200])
def test_the_verdict_comes_first_and_lines_fit(width: int) -> None:
    """The comparison stands above the tables; a change is signed; no line is wider than asked; folded people are counted."""
    lines = render(FOUND, "table", width=width).splitlines()
    assert max(map(len, lines)) <= width
    assert "Sub-2: 12,660 in use of 12,000 Unified CM licenses" in "\n".join(lines[1:3])
    text = " ".join(" ".join(lines).split())
    assert "660 more than bought" in text
    assert "(-1,000)" in text
    assert any(line.strip().startswith("EMEA") for line in lines), "names keep enough room"
    assert "25 people" in text
    assert "... and 5 more: --format json" in text
    assert "Consumed Available" in text


def test_names_from_outside_do_nothing() -> None:
    """Escape sequences, formulas and markup in the names of regions and servers stay text."""
    evil = UsageRow("=cmd()", "<b>|", "\x1b[31mred\n|", Usage(1), 1, None)
    found = msgspec.structs.replace(FOUND, subscriptions=(msgspec.structs.replace(ITEM, rows=(evil,), regions=()),))
    rows = list(csv.reader(StringIO(render(found, "csv"))))
    assert rows[0] == list(COLUMNS)
    assert rows[1][:5] == ["Sub-2", "'=cmd()", "<b>|", "[31mred |", "1"]
    text = render(found, "markdown")
    assert "<b>" not in text
    assert "\x1b" not in text + render(found, "table")
    assert "&lt;b&gt;\\|" in text


def test_nothing_to_compare_with_is_said() -> None:
    """Without a Unified CM license there is no number that would look like one."""
    item = msgspec.structs.replace(ITEM, pools=(), entitled=None, left=None, before_at=None, exported_at=None)
    text = render(msgspec.structs.replace(FOUND, subscriptions=(item,)), "table", width=160)
    assert "12,660 in use; the subscription shows no number of Unified CM licenses to compare with." in text
    assert "export time unknown" in text
    assert "no reading before" in text


def test_an_import_says_what_it_did() -> None:
    """New: how much came; known: since when, and how to say that it is another one."""
    reading = Reading(
        "Sub-2", "sha256:1", "usage.csv", NOW, None, ("standard",), (ServerUsage("E", "c", "s", Usage()),)
    )
    assert (
        imported(Imported(reading, True, 1))
        == "Imported usage.csv for Sub-2: 1 server in 1 region; it counts Standard.\n"
    )
    assert "nothing to compare with" in imported(Imported(reading, True, 0))
    assert "imported before, at 2026-11-21 20:00 UTC" in imported(Imported(reading, False, 1))
