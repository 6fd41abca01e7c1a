"""The inventory, its views and reclaimable seats, as people and as programs read them."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from reconciler.model.bill import Bill, PoolMoney
from reconciler.model.inventory import DrawOrder, DrawStep, Inventory, InventoryRow, NameTotal, Share
from reconciler.model.inventory_views import (
    Administrator,
    Administrators,
    HeldLicense,
    InventoryBy,
    LicenseHolder,
    LicenseHolders,
    Slice,
)
from reconciler.model.plan import OrganizationRef
from reconciler.model.reclaim import Reclaimable, ReclaimCount, Seat, Suggestion
from reconciler.report import inventory, inventory_views, reclaim
from tests.support.plans import NOON

ACME = OrganizationRef("O", "ac\x1b[31mme @team")
SITE, MANAGED = "acme.webex.com", "Control Hub managed site"
FREE = InventoryRow("L1", "Basic Messaging", None, None, None, 500, 100, 400, 100, 0, False)
OVER = InventoryRow(
    "L2", "=cmd()", SITE, MANAGED, "Sub-100001", 1000000, 1000003, -3, None, None, True, 3, 100.0, 2, None, 7
)
CALLING = InventoryRow(
    "L3", "Webex Calling - Professional", None, None, "Sub-100002", 10, 10, 0, 9, 1, True, 0, 100.0, 1,
    (Share("Ulm", 4), Share("HQ", 5), Share("", 1)), 0,
)  # fmt: skip
UNKNOWN = InventoryRow("L4", "Assist", None, None, "Sub-100002", None, None, None, None, None)
BILL = Bill(
    "EUR", 1234.5, 1000.0, 234.5, 20.0, 70.0, (PoolMoney("L3", 20.0, 1234.5, 1000.0, 234.5, 20.0, 70.0, 990.0),), 990.0,
    unpriced=("Assist",), unknown_units=1,
)  # fmt: skip
ORDER = (
    DrawOrder("Suite", SITE, "oldestFirst", (
        DrawStep("Sub-1", "L5", "spent", -1), DrawStep("Sub-2", "L6", "next", 4), DrawStep("Sub-3", "L7", "later", None),
        DrawStep("Sub-4", "L8", "never", 9),
    )),
    DrawOrder("Calling", None, "defaultOnly", (DrawStep("Sub-1", "L9", "never", 1),), "subscription-needed"),
)  # fmt: skip
INVENTORY = Inventory(
    "1.0", "Inventory", ACME, "7", NOON, (FREE, OVER, CALLING, UNKNOWN),
    (NameTotal("=cmd()", 2, 5, 7, -2, 2, 140.0),), ORDER, BILL, 500, True,
)  # fmt: skip
HELD = HeldLicense("L3", CALLING.name, None, "Sub-100002", True, 9)
BY_GROUP = InventoryBy(
    "1.0", "InventoryBy", ACME, "7", NOON, "group",
    (
        Slice("G1", "Sales", people=12, licensed=9, held=(HELD, HeldLicense("L1", "Basic Messaging", None, None, False, 12))),
        Slice("G2", "Unread", read=False, people=4),
    ),
)  # fmt: skip
BY_SUBSCRIPTION = InventoryBy(
    "1.0", "InventoryBy", ACME, "7", NOON, "subscription",
    (
        Slice("Sub-1", "Sub-1", total=1000000, consumed=1000003, available=-3, over=3, used_percent=100.0, rows=(OVER,)),
        Slice("", "", total=0, consumed=0, available=0, over=0, rows=(FREE,)),
    ),
)  # fmt: skip
HOLDERS = LicenseHolders(
    "1.0", "LicenseHolders", ACME, "7", NOON, "Calling", (CALLING,),
    (
        *(
            LicenseHolder(
                f"P{n}", f"p{n:02}@acme.example", "=Ann", "active", "L3", "Sub-100002", None, NOON, n > 0,
                ("template:sales",) if n else (), "HQ", date(2026, 11, 20),
            )
            for n in range(50)
        ),
        LicenseHolder("Z", "zed@partner.example", "Zed", "external", "L3", "Sub-100002", None, None, True, (), None),
    ),
    3, NOON,
)  # fmt: skip
ADMINISTRATORS = Administrators(
    "1.0", "Administrators", ACME, "7", NOON, None, False,
    (
        Administrator("P1", "p1@acme.example", "Ann", "active", "Full Administrator", None),
        Administrator("P2", "p2@acme.example", "Bob", "pending", "Site Administrator", SITE),
    ),
)  # fmt: skip


def seat(number: int, **fields: Any) -> Seat:
    """One seat of one person, inactive."""
    known: dict[str, Any] = {
        "person_id": f"P{number}", "email": f"p{number:02}@acme.example", "name": "Ann", "state": "active",
        "reason": "inactive", "license_id": "L3", "license": CALLING.name, "site_url": None, "subscription_id": "Sub-100002",
        "freed_by": "exception", "irreversible": True, "days": 120, "last_activity": date(2026, 7, 24), "monthly": 20.0,
        "files": ("reclaim-inactive.yaml",),
    }  # fmt: skip
    return Seat(**(known | fields))


RECLAIMABLE = Reclaimable(
    "1.0", "Reclaimable", ACME, "7", NOON, 90, NOON, 500,
    (ReclaimCount("deactivated", 1, 1, 0.0), ReclaimCount("inactive", 50, 51, 1000.0)),
    (
        seat(99, reason="deactivated", state="deactivated", freed_by="setting", monthly=None, days=None, license="=cmd()"),
        *(seat(n) for n in range(50)),
        seat(49, license="Suite", license_id="L5", site_url=SITE, irreversible=False),
    ),
    (
        Suggestion("reclaim-deactivated (in the Organization)", "Takes it.", False, 1, "spec:\n  deactivatedUsers: remove\n"),
        Suggestion("reclaim-inactive.yaml", "Denies it.", True, 51, "a:\n" + "- x\n" * 80),
    ),
    "EUR", 1020.0,
)  # fmt: skip

REPORTS = [
    (inventory.render, INVENTORY),
    (inventory_views.render, BY_GROUP),
    (inventory_views.render, BY_SUBSCRIPTION),
    (inventory_views.render, HOLDERS),
    (inventory_views.render, ADMINISTRATORS),
    (reclaim.render, RECLAIMABLE),
]
IDS = ["inventory", "by group", "by subscription", "holders", "administrators", "reclaimable"]


def words(text: str) -> str:
    """The text without line breaks, for sentences that may fold."""
    return " ".join(text.split())


@pytest.mark.parametrize(("render", "value"), REPORTS, ids=IDS)
@pytest.mark.parametrize("width", [72, 80, 130, 200])
def test_tables_fit_and_say_when(render: Any, value: Any, width: int) -> None:
    """No line is wider than asked for; the snapshot's time stands in front; nothing from outside moves the cursor."""
    text = render(value, "table", width=width)
    assert max(map(len, text.splitlines())) <= width
    assert "as of 2026-11-21 12:00 UTC (snapshot 7)" in words(text)
    assert "\x1b" not in text
    assert "ac[31mme" in text


@pytest.mark.parametrize(("render", "value"), REPORTS, ids=IDS)
def test_csv_is_whole_and_without_formulas(render: Any, value: Any) -> None:
    """Every row has every column and the snapshot's time; a text that begins like a formula is text."""
    rows = list(csv.DictReader(io.StringIO(render(value, "csv"))))
    assert rows
    assert {None} & {key for row in rows for key in row} == set()
    assert {row["Snapshot"] for row in rows} == {"2026-11-21T12:00:00+00:00"}
    assert not [text for row in rows for text in row.values() if text.startswith(("=", "@"))]


@pytest.mark.parametrize(("render", "value"), REPORTS, ids=IDS)
def test_json_is_the_value(render: Any, value: Any) -> None:
    """Text is made of the same value that programs get."""
    assert json.loads(render(value, "json")) == json.loads(msgspec.json.encode(value))


@pytest.mark.parametrize(("render", "value"), REPORTS, ids=IDS)
def test_markdown_is_safe_to_post(render: Any, value: Any) -> None:
    """Never over the limit of a comment; nobody is mentioned and no markup comes from outside."""
    text = render(value, "markdown")
    assert len(text) < 65_536
    assert "2026-11-21 12:00 UTC" in text
    assert "@team" not in text
    assert "@\u200bteam" in text


def test_consumed_and_available_are_both_shown_and_explained() -> None:
    """Whoever knows VOSS reads "Consumed" as what is left, so both numbers stand there with what they mean."""
    for format in ("table", "markdown"):
        text = words(inventory.render(INVENTORY, format, width=200))
        assert "Consumed: units in use. Available: units left" in text
    assert "1,000,000 1,000,003 -3 3 100.0 %" in words(inventory.render(INVENTORY, "table", width=200))
    assert "not counted" in inventory.render(INVENTORY, "table", width=80)


def test_the_verdict_counts_pools_and_hides_none() -> None:
    """Units of counted pools only; over, used up and unknown ones are numbers of their own."""
    assert (
        "3 pools: 1,000,013 of 1,000,010 units in use (100 %), 0 left, 1 pool over by 3, 1 pool used up, 1 not told by Webex. "
        "1 free license not counted." in words(inventory.render(INVENTORY, "table", width=80))
    )


def test_money_in_words_and_by_pool() -> None:
    """Bought, used, unused, over, outside, after the plan; and what is in no sum."""
    text = words(inventory.render(INVENTORY, "table", width=160))
    assert "A month: EUR 1,234.50 bought, EUR 1,000.00 in use, EUR 234.50 unused, EUR 20.00 in use beyond" in text
    assert "EUR 70.00 outside the defaults." in text
    assert "After the plan: EUR 990.00 in use (-10.00)." in text
    assert "Without a price, in no sum: Assist." in text
    assert "Webex Calling - Professional (Sub-100002) 1,234.50 1,000.00 234.50 70.00 990.00" in text


def test_the_draw_down_order_names_the_next() -> None:
    """And what is used up, what comes later, what is never drawn on, and what nobody decided."""
    text = words(inventory.render(INVENTORY, "table", width=200))
    assert (
        "Suite @ acme.webex.com: Sub-1 (used up), Sub-2 (next, 4 left), Sub-3 (then, no limit), Sub-4 (never drawn on, 9 left)"
        in text
    )
    assert "Calling: undecided (subscription-needed)" in text


def test_vosss_columns_are_in_the_csv() -> None:
    """Name, Site URL, Site Type, Subscription ID, units, Location and Device; and the money."""
    row = list(csv.DictReader(io.StringIO(inventory.render(INVENTORY, "csv"))))[2]
    assert row["Location"] == "Ulm: 4; HQ: 5; (none): 1"
    assert (row["Device"], row["By users"], row["Over"], row["% used"]) == ("1", "9", "0", "100.0")
    assert (row["Currency"], row["Price a month"], row["After plan a month"]) == ("EUR", "20.0", "990.0")


def test_long_lists_are_folded_with_a_count() -> None:
    """The first people, how many more, and how to see them."""
    assert "... and 11 more: --format csv" in inventory_views.render(HOLDERS)
    assert "... and 10 more: --format csv" in reclaim.render(RECLAIMABLE)
    assert len(inventory_views.render(HOLDERS, "csv").splitlines()) == 52


def test_holders_tell_since_when_and_by_what() -> None:
    """By hand where no template gave it; "or longer" where it was there at first sight."""
    text = words(inventory_views.render(HOLDERS, width=160))
    assert "active 2026-11-21 by hand, or before this tool HQ" in text
    assert "active 2026-11-21 or longer sales HQ" in text
    assert "Webex counts 3 more users of it" in text


def test_what_was_not_read_is_said() -> None:
    """Unread roles, sites, locations and activity are told with what reads them."""
    text = words(inventory_views.render(ADMINISTRATORS))
    assert "Roles were never read: `webex-licenses inventory --administrators --sync` reads them." in text
    assert "Site administrators were not read" in text
    nowhere = msgspec.structs.replace(BY_GROUP, by="location", slices=())
    assert "Locations were not read" in words(inventory_views.render(nowhere))
    never = msgspec.structs.replace(RECLAIMABLE, activity_read_at=None)
    assert "Activity was never read, so nobody is called inactive" in words(reclaim.render(never))


def test_yaml_is_shown_whole_or_not_at_all() -> None:
    """Short ones stand in the text; long ones are named with how to get them, or with where they were written."""
    text = reclaim.render(RECLAIMABLE)
    assert "  spec:\n    deactivatedUsers: remove\n" in text
    assert "81 lines: --yaml FOLDER writes the file" in text
    written = reclaim.render(RECLAIMABLE, written="desired/")
    assert "desired/reclaim-inactive.yaml (51 seats)" in written
    assert "81 lines" not in written


def test_seats_of_one_person_stand_together() -> None:
    """With the reason once, what they cost together, and what is lost for good."""
    few = msgspec.structs.replace(RECLAIMABLE, seats=RECLAIMABLE.seats[-2:])
    assert (
        "p49@acme.example (Ann), last active 2026-07-24 (120 days ago): Webex Calling - Professional (Sub-100002), "
        "Suite @ acme.webex.com (Sub-100002), EUR 40.00 a month; the number goes for good"
    ) in words(reclaim.render(few, width=200))


def test_nothing_to_reclaim_is_one_line_and_its_grounds() -> None:
    """No empty tables."""
    none = msgspec.structs.replace(RECLAIMABLE, seats=(), summary=(), suggestions=(), taken_at=NOON + timedelta(days=1))
    text = reclaim.render(none)
    assert text.startswith("Reclaimable in ac[31mme @team: 0 seats, as of 2026-11-22 12:00 UTC")
    assert "People" not in text
