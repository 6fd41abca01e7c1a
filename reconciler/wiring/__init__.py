"""Builds what a run needs. The only room that reads the environment, the clock and the token.

Nothing is opened before it is asked for: working offline needs no token, and `validate` needs no store. Tokens and secrets
stay inside the `Session` they are handed to; a service app's are remembered in the credentials file beside the store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reconciler import __version__
from reconciler.operations.context import Connection, Context
from reconciler.wiring.access import SERVICE_APP, credentials_file, tokens
from reconciler.wiring.commit import git_commit
from reconciler.wiring.environment import (
    base_url,
    call_seconds,
    checked_base_url,
    colour_refused,
    proxy,
    redrawing_refused,
)
from reconciler.wiring.place import open_store, store_is_there
from reconciler.wiring.spans import trace
from reconciler.wiring.telling import destinations, senders

if TYPE_CHECKING:
    from reconciler.model.desired import Desired
    from reconciler.ports import Progress
    from reconciler.store import Store

__all__ = [
    "SERVICE_APP",
    "call_seconds",
    "checked_base_url",
    "colour_refused",
    "context",
    "credentials_file",
    "destinations",
    "git_commit",
    "redrawing_refused",
    "senders",
    "store_is_there",
    "tokens",
    "trace",
    "utc_now",
]


def utc_now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


@contextmanager
def context(
    desired: Desired, *, store_url: str | None, progress: Progress, commit: str | None = None
) -> Iterator[Context]:
    """What the operations on one organization work with. The store, if it was opened, is closed at the end.

    `store_url` comes from the command line and beats WEBEX_LICENSES_STORE.
    """
    opened: list[Store] = []
    traffic: Counter[str] = Counter()

    def store() -> Store:
        if not opened:
            opened.append(open_store(store_url))
        return opened[0]

    @asynccontextmanager
    async def connect() -> AsyncIterator[Connection]:
        origin = base_url()
        token = tokens(origin, progress, utc_now)
        from reconciler.webex import Reader, Session, Writer

        async with Session(
            token,
            origin,
            org_id=desired.organization.org_id,
            note=progress.note,
            proxy=proxy(origin),
            timeout=call_seconds(),
            pace=lambda: store().pace(),
            seen=lambda status: traffic.update((status,)),
        ) as session:
            yield Connection(Reader(session), Writer(session), lambda: session.calls)

    try:
        yield Context(store, connect, progress, utc_now, __version__, commit, traffic)
    finally:
        for one in opened:
            one.close()
