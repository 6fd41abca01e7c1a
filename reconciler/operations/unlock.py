"""Who holds the lock of an organization, and ending it by hand. Needs no connection: the lock is the store's."""

from __future__ import annotations

from datetime import datetime

import msgspec

from reconciler.model.desired import Desired
from reconciler.operations.context import Context
from reconciler.operations.organization import stored_organization


class Lock(msgspec.Struct, frozen=True):
    """`until`: when it ends unless its holder refreshes it."""

    org_id: str
    holder: str
    since: datetime
    until: datetime


def lock_of(desired: Desired, context: Context) -> Lock | None:
    """The lock of the organization that the files mean, None when nobody holds it."""
    org_id, _ = stored_organization(desired, context.store())
    found = context.store().lease().holder(org_id)
    return None if found is None else Lock(org_id, *found)


def unlock(lock: Lock, context: Context) -> None:
    """End it: its holder is stopped before its next call, should it be alive after all."""
    context.store().unlock(lock.org_id)
