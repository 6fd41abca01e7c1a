"""Holding the lease of an organization for as long as some work takes, however long Webex makes it wait.

The lease is refreshed all the time, so that only a dead holder loses it. Whoever loses it all the same is stopped by the
fencing token before the next call (see `store.journal`), not by this.
"""

from __future__ import annotations

import asyncio
import os
import platform
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from reconciler.errors import LockedError, ReconcilerError, StoreError
from reconciler.operations.context import Context
from reconciler.ports import Lease

REFRESHED_EVERY = 60.0
"""Seconds. A lease lasts several times as long, so that a slow store costs nobody the lease."""


@asynccontextmanager
async def held(context: Context, org_id: str, holder: str | None = None) -> AsyncIterator[int]:
    """The lease of an organization; yields its fencing token. LockedError when somebody else has it.

    `holder` names this process; default: host, process id and a few random digits, since containers share the first two.
    """
    who = holder or f"{platform.node() or 'unknown host'}, process {os.getpid()} ({secrets.token_hex(3)})"
    lease = context.store().lease()
    fence = lease.acquire(org_id, who, context.clock())
    refreshing = asyncio.create_task(_refresh(lease, context, org_id, fence))
    try:
        yield fence
    finally:
        refreshing.cancel()
        with suppress(asyncio.CancelledError, Exception):  # whatever became of it, the lease is given back
            await refreshing
        try:
            lease.release(org_id, who)
        except ReconcilerError as error:  # what was done must still be told
            context.progress.note(f"The lease could not be given back: {error.message}")


async def _refresh(lease: Lease, context: Context, org_id: str, fence: int) -> None:
    while True:
        await asyncio.sleep(REFRESHED_EVERY)
        try:
            lease.refresh(org_id, fence, context.clock())
        except LockedError:
            return
        except StoreError:
            continue  # the next write will tell
