"""The inventory: every pool of the newest snapshot, where its units are, what is drawn on next, and what it costs."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import UnknownNameError
from reconciler.model.inventory import Inventory, InventoryRow, Share
from reconciler.operations.inventory import inventory
from tests.unit.operations.inventory_world import CALLING, EMEA, NEW, OLD, PRICES, RTT, SITE, SUITE, World, acme, world

__all__ = ["acme"]


def row(found: Inventory, name: str, subscription: str | None = None, site: str | None = None) -> InventoryRow:
    """The one row of a license."""
    [one] = [
        row
        for row in found.rows
        if row.name == name and subscription in (None, row.subscription_id) and site in (None, row.site_url)
    ]
    return one


def drawn(found: Inventory, name: str) -> list[tuple[str, str, int | None]]:
    """The draw-down order of a product."""
    [order] = [order for order in found.draw_order if order.name == name]
    return [(step.subscription_id, step.state, step.left) for step in order.steps]


def test_rows_are_sorted_and_complete(acme: World) -> None:
    """Every pool once, by name, site and subscription; units in use, left and over, of people and of devices."""
    found = inventory(acme.files, acme.context, sync=False)
    places = [(row.name, row.site_url, row.subscription_id) for row in found.rows]
    assert places == [
        ("Basic Messaging", None, None),
        (RTT, None, NEW),
        (CALLING, None, OLD),
        (SUITE, SITE, OLD),
        (SUITE, SITE, NEW),
        (SUITE, EMEA, OLD),
        ("Webex Room Kit", None, NEW),
    ]
    over = row(found, CALLING)
    assert (over.total, over.consumed, over.available, over.over, over.used_percent) == (3, 4, -1, 1, 133.3)
    assert (over.by_users, over.by_workspaces, over.devices) == (3, 1, 1)
    assert row(found, SUITE, OLD, SITE).site_type == "Control Hub managed site"
    assert row(found, "Webex Room Kit").devices == 2
    assert (found.snapshot, found.people) == (acme.store.snapshots(acme.state.org_id)[0].id, 7)


def test_free_licenses_are_marked_as_not_counted(acme: World) -> None:
    """There are always enough of them, so they are neither full nor over."""
    free = row(inventory(acme.files, acme.context, sync=False), "Basic Messaging")
    assert (free.counted, free.over, free.used_percent) == (False, None, None)
    assert free.consumed == 7


def test_calling_licenses_are_counted_by_the_location_of_their_holders(acme: World) -> None:
    """Where the holders are, for Calling licenses only."""
    found = inventory(acme.files, acme.context, sync=False)
    assert row(found, CALLING).locations == (Share("HQ", 1), Share("Ulm", 2))
    assert row(found, RTT).locations is None


def test_without_calling_in_the_files_no_location_is_made_up(tmp_path: Path) -> None:
    """Locations are read where the files grant Calling; else the inventory says that it does not know."""
    with world(tmp_path) as made:
        text = (made.folder / "acme.yaml").read_text()
        made.write("acme.yaml", text.replace(f"license: {CALLING}\n", f"license: {RTT}\n").replace(
            "      calling: {number: none, location: HQ, extension: fromDirectory}\n", ""
        ))  # fmt: skip
        made.sync()
        found = inventory(made.files, made.context, sync=False)
        assert not found.locations_read
        assert row(found, CALLING).locations is None


def test_pools_of_one_name_are_added_up(acme: World) -> None:
    """Names that several counted pools share have a sum, others have none."""
    [total] = inventory(acme.files, acme.context, sync=False).totals
    assert (total.name, total.pools, total.total, total.consumed, total.available) == (SUITE, 3, 16, 6, 10)
    assert (total.over, total.used_percent) == (1, 37.5)


def test_the_default_subscription_is_the_only_one_drawn_on(acme: World) -> None:
    """Even where it is used up: defaultOnly never spills."""
    assert drawn(inventory(acme.files, acme.context, sync=False), SUITE) == [(OLD, "spent", -1), (NEW, "never", 8)]


def test_oldest_first_goes_on_to_the_next_with_a_unit_left(tmp_path: Path) -> None:
    """What is drawn on next is what a plan draws on next."""
    with world(tmp_path, f"subscriptions: {{policy: oldestFirst, order: [{OLD}, {NEW}]}}") as made:
        made.sync()
        assert drawn(inventory(made.files, made.context, sync=False), SUITE) == [(OLD, "spent", -1), (NEW, "next", 8)]
        given = [change for change in made.plan(made.files).changes if change.email == "ann@acme.example"]
        assert given == []
        made.state.join_group(made.person("guy"), made.state.groups["Sales"])
        [change] = [change for change in made.plan(made.files).changes if change.email == "guy@acme.example"]
        suite = next(operation for operation in change.licenses if operation.license == SUITE)
        assert suite.subscription == NEW


def test_overage_that_the_files_allow_is_left_to_give(tmp_path: Path) -> None:
    """`left` is what a plan may still hand out, which the capacity policy decides."""
    with world(tmp_path, f"capacity: {{licenses: {{{SUITE}: {{enforcement: uncapped}}}}}}") as made:
        made.sync()
        found = inventory(made.files, made.context, sync=False)
        assert drawn(found, SUITE) == [(OLD, "next", None), (NEW, "never", None)]


def test_what_is_held_outside_the_defaults_is_counted(acme: World) -> None:
    """In another subscription or on a site that the files do not name; of what they do not declare nobody can say."""
    found = inventory(acme.files, acme.context, sync=False)
    assert [row(found, SUITE, sub, site).outside_defaults for sub, site in ((OLD, SITE), (NEW, SITE), (OLD, EMEA))] == [
        0,
        2,
        None,
    ]
    assert row(found, RTT).outside_defaults is None


def test_files_that_do_not_fit_hide_no_license(acme: World) -> None:
    """The command that lists the names of licenses works with a wrong name in the files, too."""
    text = (acme.folder / "acme.yaml").read_text()
    files = acme.write("acme.yaml", text.replace("license: Basic Messaging", "license: Basic Massaging"))
    found = inventory(files, acme.context, sync=False)
    assert len(found.rows) == 7
    assert not found.files_fit
    assert {row.outside_defaults for row in found.rows} == {None}


def test_prices_make_a_bill(tmp_path: Path) -> None:
    """What is bought, used, unused, over and outside, a month; the plan's own sum leads to what is in use after it."""
    with world(tmp_path, PRICES) as made:
        made.sync()
        plan = made.plan(made.files)
        found = inventory(made.files, made.context, sync=False, after_plan=True)
        bill = found.bill
        assert bill is not None
        assert (bill.currency, bill.bought, bill.in_use, bill.unused, bill.over) == ("EUR", 220.0, 140.0, 110.0, 30.0)
        assert bill.outside_defaults == 20.0
        assert bill.unpriced == (RTT, "Webex Room Kit")
        assert plan.summary.monthly_cost is not None
        assert bill.after_plan == pytest.approx(bill.in_use + plan.summary.monthly_cost)
        assert [line.unit for line in bill.pools] == [20.0, 10.0, 10.0, 10.0]
        assert inventory(made.files, made.context, sync=False).bill != bill


def test_one_license_alone(acme: World) -> None:
    """By a name, with a site, or by id; what is not there is told with the nearest name."""
    assert len(inventory(acme.files, acme.context, sync=False, license=SUITE).rows) == 3
    [one] = inventory(acme.files, acme.context, sync=False, license=f"{SUITE} @ {EMEA}").rows
    assert inventory(acme.files, acme.context, sync=False, license=one.license_id).rows == (one,)
    with pytest.raises(UnknownNameError) as caught:
        inventory(acme.files, acme.context, sync=False, license="Webex Meeting Suite")
    assert SUITE in caught.value.hint
    with pytest.raises(UnknownNameError) as caught:
        inventory(acme.files, acme.context, sync=False, license=f"{SUITE} @ other.webex.com")
    assert SITE in caught.value.hint


def test_sync_first_when_asked(acme: World) -> None:
    """With `sync` the rows are of a snapshot taken now."""
    before = inventory(acme.files, acme.context, sync=False)
    acme.state.hold(acme.person("fay"), acme.state.licenses["suite-new"])
    assert row(inventory(acme.files, acme.context, sync=False), SUITE, NEW).consumed == 2
    after = inventory(acme.files, acme.context, sync=True)
    assert row(after, SUITE, NEW).consumed == 3
    assert after.snapshot != before.snapshot
