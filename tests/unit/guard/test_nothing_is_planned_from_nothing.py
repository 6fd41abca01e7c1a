"""RULES 7.7: what no plan is made from."""

from __future__ import annotations

import msgspec

from reconciler.guard.nothing_is_planned_from_nothing import check
from reconciler.model.finding import Finding
from reconciler.model.live import Scope
from tests.support.desired import desired, everyone, live, organization
from tests.support.live import Someone

FILES = desired(organization(), everyone("Real-Time Translations"))
FULL = live(Someone("ann@acme.example")).snapshot()


def test_nobody_is_no_organization() -> None:
    """An empty reading is an error, whatever the files say."""
    assert check(FILES, live().snapshot(), Scope()) == Finding(
        "no-people", "error", "", "the snapshot holds no people at all",
        "check the token's role; an empty reading removes nothing",
    )  # fmt: skip


def test_no_template_is_no_wish() -> None:
    """Files without a template would plan nothing but removals."""
    assert check(desired(organization()), FULL, Scope()) == Finding(
        "no-template", "error", "", "the files hold no template", "add an OrganizationTemplate or a GroupTemplate"
    )


def test_a_reading_for_other_files() -> None:
    """What the files need must have been read."""
    small = msgspec.structs.replace(FULL, scope=Scope())
    assert check(FILES, small, Scope()) is None
    assert check(FILES, small, Scope(calling=True)) == Finding(
        "scope-too-small", "error", "",
        "the snapshot was read for other files: these need groups, numbers or directory data that it does not hold",
        "run sync with these files, then plan again",
    )  # fmt: skip
