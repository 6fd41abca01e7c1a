"""Slices, holders and administrators: sums that are right, people who are found, and what was not read is said."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from reconciler.errors import UnknownNameError
from reconciler.model.inventory_views import LicenseHolder, LicenseHolders, Slice
from reconciler.operations.inventory_views import administrators, inventory_by, license_holders
from tests.unit.operations.inventory_world import CALLING, EMEA, NEW, OLD, RTT, SITE, SUITE, World, acme, world

__all__ = ["acme"]


def slices(world: World, by: str) -> dict[str, Slice]:
    """The slices by name."""
    return {item.name: item for item in inventory_by(world.files, world.context, by, sync=False).slices}  # type: ignore[arg-type]


def held(item: Slice) -> dict[tuple[str, str | None], int]:
    """Name and subscription of the licenses of a slice, with their holders."""
    return {(row.name, row.subscription_id): row.holders for row in item.held if row.counted}


def holder(found: LicenseHolders, name: str) -> LicenseHolder:
    """The one entry of somebody."""
    [one] = [item for item in found.holders if item.email == f"{name}@acme.example"]
    return one


def test_by_subscription_every_pool_is_in_one_slice(acme: World) -> None:
    """Sums are of counted pools; free ones come last, without a name."""
    found = slices(acme, "subscription")
    assert list(found) == [OLD, NEW, ""]
    old = found[OLD]
    assert (old.total, old.consumed, old.available, old.over) == (9, 8, 1, 2)
    assert [row.name for row in found[""].rows] == ["Basic Messaging"]
    assert (found[""].total, found[""].used_percent) == (0, None)


def test_by_site(acme: World) -> None:
    """Pools of a site together, whatever their subscription."""
    found = slices(acme, "site")
    assert list(found) == [SITE, EMEA, ""]
    assert (found[SITE].total, found[SITE].consumed) == (12, 5)


def test_by_location_counts_calling_licenses_where_their_holders_are(acme: World) -> None:
    """Every location is there, also one without anybody; people without one come last."""
    found = slices(acme, "location")
    assert list(found) == ["HQ", "Oslo", "Ulm", ""]
    assert [(item.people, item.licensed) for item in found.values()] == [(1, 1), (0, 0), (2, 2), (4, 0)]
    assert held(found["Ulm"]) == {(CALLING, OLD): 2}


def test_by_group_counts_people_and_the_holders_of_each_license(acme: World) -> None:
    """A group that no template names was not read, and nothing is made up about it."""
    found = slices(acme, "group")
    sales, unread = found["Sales"], found["Unread"]
    assert (sales.people, sales.licensed, held(sales)) == (3, 3, {(CALLING, OLD): 3, (SUITE, OLD): 3})
    assert (unread.read, unread.people, unread.licensed, unread.held) == (False, 1, None, ())


def test_holders_tell_state_place_origin_and_activity(acme: World) -> None:
    """Everybody who holds it, by address."""
    found = license_holders(acme.files, acme.context, CALLING, sync=False)
    assert [item.email for item in found.holders] == [f"{name}@acme.example" for name in ("ann", "bob", "cy")]
    bob = holder(found, "bob")
    assert (bob.state, bob.location, bob.given_by, bob.last_activity) == ("active", "Ulm", (), date(2026, 8, 23))
    assert holder(found, "cy").state == "deactivated"
    assert found.unseen == 0
    assert found.activity_read_at is not None


def test_since_when_somebody_holds_it(acme: World) -> None:
    """Back to the reading that first saw it, over readings that changed something else; never before that."""
    first = acme.store.snapshots(acme.state.org_id)[0].taken_at
    acme.state.hold(acme.person("fay"), acme.state.licenses["suite-new"])
    given = acme.sync(days=1).taken_at
    acme.person("fay").name = "Fay Renamed"
    acme.person("eve").name = "Eve Renamed"
    acme.state.touch(acme.person("fay"))
    acme.state.touch(acme.person("eve"))
    acme.sync(days=1)
    found = license_holders(acme.files, acme.context, SUITE, sync=False)
    fay, eve = holder(found, "fay"), holder(found, "eve")
    assert fay.name == "Fay Renamed"
    assert (fay.since, fay.at_first_sight) == (given, False)
    assert (eve.since, eve.at_first_sight) == (first, True)


def test_a_license_that_was_taken_and_given_again_begins_anew(acme: World) -> None:
    """Since the last time it was given."""
    license, fay = acme.state.licenses["rtt"], acme.person("fay")
    acme.state.release(fay, license)
    acme.sync(days=1)
    acme.state.hold(fay, license)
    again = acme.sync(days=1).taken_at
    found = holder(license_holders(acme.files, acme.context, RTT, sync=False), "fay")
    assert (found.since, found.at_first_sight) == (again, False)


def test_what_a_template_gave_is_said_to_be_from_it(tmp_path: Path) -> None:
    """By the ledger of the last apply."""
    with world(tmp_path) as made:
        made.state.licenses["suite-old"].total = 9
        made.state.join_group(made.person("fay"), made.state.groups["Sales"])
        made.state.locations["hq"].calling = True
        made.sync()
        plan = made.plan(made.files)
        made.send(plan, made.files)
        made.sync(days=1)
        found = license_holders(made.files, made.context, f"{SUITE} @ {SITE}", sync=False)
        assert holder(found, "fay").given_by == ("template:sales",)


def test_holders_of_other_organizations_are_listed_and_lagging_counters_told(tmp_path: Path) -> None:
    """Guests hold units, too; users that Webex counts and nobody saw are a number."""
    people = [
        {"email": "ann@acme.example", "licenses": ["suite-old"], "created": "2024-01-01T00:00:00Z"},
        {"email": "zed@partner.example", "licenses": ["suite-old"], "external": True},
    ]
    groups = [{"name": "Sales", "members": ["ann@acme.example"]}]
    with world(tmp_path, people=people, groups=groups) as made:
        made.sync()
        found = license_holders(made.files, made.context, f"{SUITE} @ {SITE}", sync=False)
        assert [(item.email, item.state) for item in found.holders] == [
            ("ann@acme.example", "active"),
            ("zed@partner.example", "external"),
        ]
        assert found.unseen == 0


def test_an_unknown_license_is_told_with_the_nearest(acme: World) -> None:
    """As everywhere."""
    with pytest.raises(UnknownNameError) as caught:
        license_holders(acme.files, acme.context, "Real Time Translations", sync=False)
    assert RTT in caught.value.hint


def test_administrators_by_role_and_site(acme: World) -> None:
    """Roles with the names Webex gives them, and the site administrators of each site."""
    found = administrators(acme.files, acme.context, sync=False)
    told = [(one.role, one.site_url, one.email.partition("@")[0]) for one in found.administrators]
    assert told == [
        ("Full Administrator", None, "ann"),
        ("Read-only Administrator", None, "guy"),
        ("Site Administrator", EMEA, "guy"),
        ("User Administrator", None, "guy"),
    ]
    assert found.sites_read
    assert found.roles_read_at is not None


def test_roles_that_were_never_read_are_no_roles(tmp_path: Path) -> None:
    """A plain sync does not read them, and the view says so; `sync` of the view does."""
    with world(tmp_path) as made:
        made.sync()
        before = administrators(made.files, made.context, sync=False)
        assert before.roles_read_at is None
        assert [one.role for one in before.administrators] == ["Site Administrator"]
        after = administrators(made.files, made.context, sync=True)
        assert after.roles_read_at is not None
        assert len(after.administrators) == 4


def test_a_role_that_was_taken_is_gone_after_the_next_reading(acme: World) -> None:
    """What is kept is the newest reading, whole."""
    acme.person("ann").roles = ()
    acme.state.touch(acme.person("ann"))
    found = administrators(acme.files, acme.context, sync=True)
    assert "Full Administrator" not in {one.role for one in found.administrators}
