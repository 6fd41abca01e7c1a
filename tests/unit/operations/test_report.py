"""The value of the HTML report: read only, from the newest snapshot, the same figures as the commands of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.errors import StoreError
from reconciler.operations.coverage import status
from reconciler.operations.inventory import inventory
from reconciler.operations.reclaim import reclaimable
from reconciler.operations.report import report
from tests.support.report_pages import READINGS, organization, page_of
from tests.unit.operations.inventory_world import World, world


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An organization that was read for weeks."""
    with organization(tmp_path_factory.mktemp("organization")) as found:
        yield found


def test_it_reads_and_leaves_no_trace(made: World) -> None:
    """No snapshot, no run, nothing asked of Webex: the plan lives in memory."""
    org_id = made.state.org_id
    before = made.store.snapshots(org_id), made.store.runs(org_id), len(made.state.people)
    found = page_of(made)
    assert (made.store.snapshots(org_id), made.store.runs(org_id), len(made.state.people)) == before
    assert found.snapshot == before[0][0].id
    assert found.taken_at == before[0][0].taken_at


def test_the_figures_are_those_of_the_other_commands(made: World) -> None:
    """Status, money, reclaimable seats and pools say the same here as there."""
    found = page_of(made)
    assert found.status == status(made.files, made.context)
    rows = {row.license_id: row for row in inventory(made.files, made.context, sync=False).rows}
    assert {pool.license_id: (pool.total, pool.consumed, pool.available) for pool in found.pools} == {
        key: (row.total, row.consumed, row.available) for key, row in rows.items()
    }
    seats = reclaimable(made.files, made.context, inactive_days=90)
    assert found.reclaimable == seats
    after = inventory(made.files, made.context, sync=False, after_plan=True).bill
    assert found.bill is not None
    assert after is not None
    assert (found.bill.in_use, found.bill.after_plan) == (after.in_use, after.after_plan)
    assert found.bill.reclaimable == seats.monthly


def test_a_pool_has_its_past_and_what_the_plan_does_to_it(made: World) -> None:
    """One reading a day, the newest last; who waits stands at the pool they wait for."""
    found = page_of(made)
    growing = next(pool for pool in found.pools if pool.license == "Webex Meetings Suite" and pool.total == 10)
    assert [item.consumed for item in growing.readings] == sorted(item.consumed or 0 for item in growing.readings)
    assert len(growing.readings) == READINGS + 1
    assert growing.readings[-1].at == found.taken_at
    assert growing.forecast is not None
    assert found.plan is not None
    assert sum(pool.waiting for pool in found.pools) == len(found.plan.waiting) > 0
    for line in found.plan.pools:
        pool = next(one for one in found.pools if one.license_id == line.license_id)
        assert (pool.add, pool.remove, pool.left_after) == (line.add, line.remove, line.available_after)


def test_everybody_is_there_once_with_what_they_hold(made: World) -> None:
    """Columns of one length, ordered by address."""
    people = page_of(made).people
    assert people is not None
    assert list(people.emails) == sorted(made.state.by_email)
    at = people.emails.index("ann@acme.example")
    assert set(people.holding_sets[people.holdings[at]]) == {
        "Basic Messaging", "Webex Calling - Professional", "Webex Meetings Suite @ acme.webex.com",
    }  # fmt: skip
    assert people.accounts[people.emails.index("cy@acme.example")] == "deactivated"


def test_without_a_reading_it_says_what_to_do(tmp_path: Path) -> None:
    """Offline is the rule; the first reading is made by sync."""
    with world(tmp_path) as empty:
        with pytest.raises(StoreError) as caught:
            report(empty.files, empty.context, sync=False, inactive_days=90)
        assert "sync" in caught.value.hint
        found = report(empty.files, empty.context, sync=True, inactive_days=90)
        assert found.reclaimable is not None
        assert found.reclaimable.activity_read_at is not None
