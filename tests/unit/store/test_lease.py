"""Leases: one writer an organization, and an end for those who die."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reconciler.errors import LockedError
from reconciler.store import Store
from tests.unit.store.organization import ORG, hour

MINUTE = timedelta(minutes=1)


def test_one_holder_at_a_time(store: Store) -> None:
    """The second is told who is there, since when, and until when at the latest."""
    lease = store.lease()
    lease.acquire(ORG, "host-a 17", hour(0))
    with pytest.raises(LockedError) as caught:
        lease.acquire(ORG, "host-b 4", hour(0) + MINUTE)
    assert "host-a 17" in caught.value.message
    assert "2026-06-01 08:00:00 UTC" in caught.value.message
    assert "08:05:00" in caught.value.hint
    assert caught.value.exit_code == 4


def test_organizations_have_leases_of_their_own(store: Store) -> None:
    """Writing to one does not keep anybody from another."""
    store.lease().acquire(ORG, "a", hour(0))
    store.lease().acquire("org-2", "b", hour(0))


def test_a_lease_given_back_is_free(store: Store) -> None:
    """And nobody gives back what somebody else holds."""
    lease = store.lease()
    lease.acquire(ORG, "a", hour(0))
    lease.release(ORG, "b")
    with pytest.raises(LockedError):
        lease.acquire(ORG, "b", hour(0))
    lease.release(ORG, "a")
    lease.acquire(ORG, "b", hour(0))


def test_a_lease_ends_after_five_minutes_unless_refreshed(store: Store) -> None:
    """Who dies is replaced; who acquires again goes on."""
    lease = store.lease()
    lease.acquire(ORG, "a", hour(0))
    lease.acquire(ORG, "a", hour(0) + 4 * MINUTE)
    with pytest.raises(LockedError, match="08:00:00"):
        lease.acquire(ORG, "b", hour(0) + 8 * MINUTE)
    lease.acquire(ORG, "b", hour(0) + 9 * MINUTE)
    with pytest.raises(LockedError, match="b is writing"):
        lease.acquire(ORG, "a", hour(0) + 10 * MINUTE)


def test_a_lease_can_be_taken_away(store: Store, url: str) -> None:
    """By hand, from any process, when the holder is known to be dead."""
    store.lease().acquire(ORG, "a", hour(0))
    with Store.open(url) as other:
        other.unlock(ORG)
        other.lease().acquire(ORG, "b", hour(0))
    store.unlock("org-unknown")


def test_each_new_holder_gets_a_higher_token(store: Store) -> None:
    """Who refreshes keeps the token; who takes over gets the next one, and the old one can be refreshed no more."""
    lease = store.lease()
    assert lease.acquire(ORG, "a", hour(0)) == 1
    assert lease.acquire(ORG, "a", hour(0) + MINUTE) == 1
    lease.refresh(ORG, 1, hour(0) + 5 * MINUTE)
    with pytest.raises(LockedError):
        lease.acquire(ORG, "b", hour(0) + 9 * MINUTE)
    assert lease.acquire(ORG, "b", hour(0) + 10 * MINUTE) == 2
    with pytest.raises(LockedError, match="taken over"):
        lease.refresh(ORG, 1, hour(0) + 10 * MINUTE)
    assert lease.holder(ORG) == ("b", hour(0) + 10 * MINUTE, hour(0) + 15 * MINUTE)
    lease.release(ORG, "b")
    assert lease.holder(ORG) is None
    with pytest.raises(LockedError):
        lease.refresh(ORG, 2, hour(0) + 11 * MINUTE)


def test_a_lease_from_a_clock_that_ran_ahead_does_not_last_for_ever(store: Store) -> None:
    """Its end lies further away than anybody refreshes, so it is taken over, under a new token."""
    lease = store.lease()
    lease.acquire(ORG, "a", hour(24))
    assert lease.acquire(ORG, "b", hour(0)) == 2
