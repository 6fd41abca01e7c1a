"""What must be read follows from the files."""

from __future__ import annotations

import pytest

from reconciler.errors import InputError
from reconciler.model.desired import Budget, Capacity, GroupReference
from reconciler.model.live import Scope
from reconciler.model.memory import Memory
from reconciler.resolve import scope_needed
from tests.support.desired import attendee, desired, everyone, exception, managed, members, organization, plan, ref
from tests.support.live import ALL, PRO, SALES, SUPPORT, Someone

GROUPS = (SALES, SUPPORT)


def test_plain_licenses_need_nothing_more() -> None:
    """Files that grant ordinary licenses to everybody need people and licenses only."""
    assert scope_needed(desired(organization(), everyone("Real-Time Translations")), ALL, GROUPS) == Scope()


def test_groups_of_templates_and_budgets() -> None:
    """Members are read of the groups that templates and budgets name, and of no other."""
    org = organization(
        "groups", capacity=Capacity(budgets=(Budget("Real-Time Translations", GroupReference("Support"), 1),))
    )
    files = desired(org, members("Sales", "Real-Time Translations"))
    assert scope_needed(files, ALL, GROUPS).groups == tuple(sorted((SALES.id, SUPPORT.id)))
    plain = desired(organization("groups"), members("Sales", "Real-Time Translations"))
    assert scope_needed(plain, ALL, GROUPS).groups == (SALES.id,)


def test_calling_that_may_be_taken_is_read_as_well() -> None:
    """Where `manage` or `deny` names Calling, the records that Webex cannot read must be seen before anything is taken."""
    managing = organization(manage=managed("Webex Calling - Professional"))
    denying = exception("x", "a@acme.example", deny=["Webex Calling - Professional"])
    for files in (
        desired(managing, everyone("Real-Time Translations")),
        desired(organization(), everyone("Real-Time Translations"), denying),
    ):
        assert scope_needed(files, ALL, GROUPS).calling


def test_calling_needs_numbers_and_the_directory() -> None:
    """Anything that grants Calling, by name, by id or by exception, needs Calling data, numbers and work phones."""
    by_id = everyone(ref(None, id=PRO.id))  # type: ignore[arg-type]
    by_exception = exception("x", "a@acme.example", add=["Webex Calling - Professional"])
    for documents in (
        [everyone("Webex Calling - Professional")],
        [by_id],
        [everyone("Real-Time Translations"), by_exception],
    ):
        need = scope_needed(desired(organization(), *documents), ALL, GROUPS)
        assert need.calling
        assert need.directory


def test_the_directory_for_attendees_and_deactivation() -> None:
    """Attendee roles need site administrators, and `deactivatedUsers: remove` needs to know who is active."""
    assert scope_needed(desired(organization(), everyone(attendee())), ALL, GROUPS).directory
    files = desired(organization(deactivated_users="remove"), everyone("Real-Time Translations"))
    assert scope_needed(files, ALL, GROUPS).directory


def test_a_snapshot_of_too_small_a_scope_is_refused() -> None:
    """A plan that needs more than was read says so instead of guessing."""
    with pytest.raises(InputError, match="snapshot was read for other files") as caught:
        plan(
            desired(organization("groups"), members("Sales", "Real-Time Translations")),
            Someone("a@acme.example"),
            scope=Scope(),
            memory=Memory(),
        )
    assert "sync" in caught.value.hint
