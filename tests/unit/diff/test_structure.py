"""What changed apart from people: licenses, subscriptions, sites and groups, by names that people read."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.diff.structure import structural_changes, structure
from reconciler.model.catalog import License
from reconciler.model.drift import StructuralChange
from reconciler.model.live import Group
from tests.support.live import MSG, RTT, SALES, SITE, SUITE, SUITE2, SUPPORT, license_id

LICENSES, GROUPS = (MSG, SUITE, RTT), (SALES, SUPPORT)
FOUND_SUITE = f"license Webex Meetings Suite @ {SITE} (Sub-1)"


def _changes(licenses: tuple[License, ...] = LICENSES, groups: tuple[Group, ...] = GROUPS) -> list[StructuralChange]:
    """What changed from the usual licenses and groups to these."""
    return list(structural_changes(structure(LICENSES, GROUPS), structure(licenses, groups)))


def test_the_same_organization_has_no_changes() -> None:
    """Neither the order of lists nor counts of use are changes."""
    used = msgspec.structs.replace(RTT, consumed=4, consumed_by_users=4)
    assert _changes((used, SUITE, MSG), (SUPPORT, SALES)) == []


CASES = [
    ((MSG, SUITE, msgspec.structs.replace(RTT, total=7)), GROUPS,
     [StructuralChange("license Real-Time Translations (Sub-1)", "changed", "total", "5", "7")]),
    ((MSG, SUITE, msgspec.structs.replace(RTT, total=None)), GROUPS,
     [StructuralChange("license Real-Time Translations (Sub-1)", "changed", "total", "5", "unknown")]),
    ((MSG, msgspec.structs.replace(SUITE, site_type="Site Admin managed site"), RTT), GROUPS,
     [StructuralChange(FOUND_SUITE, "changed", "site type", "Control Hub managed site", "Site Admin managed site")]),
    ((MSG, msgspec.structs.replace(SUITE, site_type=None), RTT), GROUPS,
     [StructuralChange(FOUND_SUITE, "changed", "site type", "Control Hub managed site", "")]),
    ((*LICENSES, SUITE2), GROUPS,
     [StructuralChange(f"license Webex Meetings Suite @ {SITE} (Sub-2)", "added"),
      StructuralChange("subscription Sub-2", "added")]),
    ((SUITE, RTT), GROUPS, [StructuralChange("license Basic Messaging (no subscription)", "removed")]),
    ((MSG, RTT), GROUPS, [StructuralChange(FOUND_SUITE, "removed"), StructuralChange(f"site {SITE}", "removed")]),
    (LICENSES, (SALES,), [StructuralChange("group Support", "removed")]),
    (LICENSES, (*GROUPS, Group("Z" * 12, "Sales (EMEA)")), [StructuralChange("group Sales (EMEA)", "added")]),
    (LICENSES, (msgspec.structs.replace(SALES, member_size=3), SUPPORT),
     [StructuralChange("group Sales", "changed", "members", "unknown", "3")]),
    (LICENSES, (msgspec.structs.replace(SALES, name="Vertrieb"), SUPPORT),
     [StructuralChange("group Sales", "removed"), StructuralChange("group Vertrieb", "added")]),
    ((), (), [
        StructuralChange("group Sales", "removed"), StructuralChange("group Support", "removed"),
        StructuralChange("license Basic Messaging (no subscription)", "removed"),
        StructuralChange("license Real-Time Translations (Sub-1)", "removed"),
        StructuralChange(FOUND_SUITE, "removed"), StructuralChange(f"site {SITE}", "removed"),
        StructuralChange("subscription Sub-1", "removed"),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("licenses", "groups", "expected"), CASES, ids=range(len(CASES)))
def test_every_difference_by_its_readable_name(
    licenses: tuple[License, ...], groups: tuple[Group, ...], expected: list[StructuralChange]
) -> None:
    """What came, what went and which field changed from what to what, sorted."""
    assert _changes(licenses, groups) == expected


def test_things_of_one_name_stay_apart() -> None:
    """Two licenses of one name and subscription, and two groups of one name, are told apart by their ids."""
    twin = msgspec.structs.replace(RTT, id=license_id("RTT", 99), total=1)
    assert _changes((*LICENSES, twin)) == [StructuralChange("license Real-Time Translations (Sub-1)", "added")]
    assert _changes(groups=(*GROUPS, Group("another-id-of-sales", "Sales"))) == [
        StructuralChange("group Sales", "added")
    ]
