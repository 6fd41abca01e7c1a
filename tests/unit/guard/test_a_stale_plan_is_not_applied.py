"""RULES 7.5: when a plan is too old, or its files are other ones."""

from __future__ import annotations

from datetime import timedelta, timezone

import msgspec
import pytest

from reconciler.guard.a_stale_plan_is_not_applied import check
from reconciler.model.desired import Guards
from reconciler.model.finding import Finding
from tests.support.desired import desired, everyone, organization, plan
from tests.support.live import NOW, Someone

FILES = desired(organization(), everyone("Real-Time Translations"), digest="sha256:a")
PLAN = plan(FILES, Someone("ann@acme.example")).plan
AGAIN = "Make a new plan and review it."


def test_a_plan_of_other_files() -> None:
    """The digest decides, however fresh the reading is."""
    changed = msgspec.structs.replace(FILES, digest="sha256:b")
    assert check(PLAN, changed, NOW) == Finding(
        "stale-plan", "error", "", "The files changed since the plan was made.", AGAIN
    )
    assert check(PLAN, FILES, NOW) is None


@pytest.mark.parametrize(
    ("seconds", "stale"), [(0, False), (86_400, False), (86_401, True), (-300, False), (-301, True)]
)
def test_the_edges_of_its_age(seconds: int, stale: bool) -> None:
    """As old as `guards.maxAge` is fresh, a second older is not; clocks may be five minutes apart, and no more."""
    assert (check(PLAN, FILES, NOW + timedelta(seconds=seconds)) is not None) == stale


def test_what_is_said_of_an_old_reading() -> None:
    """Age and limit are told in hours; the limit is the one of the files."""
    strict = msgspec.structs.replace(FILES, organization=organization(guards=Guards(max_age_seconds=5400)))
    assert check(PLAN, strict, NOW + timedelta(hours=2)) == Finding(
        "stale-plan", "error", "",
        "The plan was made from a reading 2.0 hours old; guards.maxAge allows 1.5 hours.", AGAIN,
    )  # fmt: skip


def test_what_is_said_of_a_reading_from_the_future() -> None:
    """Both moments are told in UTC, whatever zone the clock speaks in."""
    here = (NOW - timedelta(hours=1)).astimezone(timezone(timedelta(hours=5)))
    assert check(PLAN, FILES, here) == Finding(
        "stale-plan", "error", "",
        "The plan was made from a reading of 2026-11-21 12:00 UTC, and here it is 2026-11-21 11:00 UTC: its age cannot be told.",
        "Set the clocks of the machines that plan and apply, make a new plan and review it.",
    )  # fmt: skip
