"""What every use case needs from the outside, in one value: the store, a way to reach Webex, a clock, somebody to tell.

`wiring` builds it. Nothing in it is opened before it is asked for, so that an offline plan needs no token and
`validate` no store. It decides nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.ports import Clock, LicenseWriter, Progress

if TYPE_CHECKING:
    from reconciler.store import Store
    from reconciler.webex import Reader


@dataclass(frozen=True)
class Connection:
    """A way to Webex that is open now.

    `reader` has no write method; only `apply` touches `writer`. `calls()` is the number of HTTP calls made so far.
    """

    reader: Reader
    writer: LicenseWriter
    calls: Callable[[], int]


@dataclass(frozen=True)
class Context:
    """The outside of one run of one organization.

    `store()` opens the store at the first call and gives the same one afterwards (StoreError). `connect()` is an async
    context manager; entering it raises WebexAuthError when there is no token. `tool_version` is the program's,
    `commit` the git commit of the desired state, or None when it is not exactly a commit. `traffic` counts
    attempts of calls to Webex by HTTP status.
    """

    store: Callable[[], Store]
    connect: Callable[[], AbstractAsyncContextManager[Connection]]
    progress: Progress
    clock: Clock
    tool_version: str
    commit: str | None = None
    traffic: Counter[str] = field(default_factory=Counter)
