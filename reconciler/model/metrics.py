"""What a command found and did, as numbers for machines. Nobody is named in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

Command = Literal["sync", "plan", "apply", "drift"]


class PoolMetric(msgspec.Struct, frozen=True):
    """One pool. Units; None where Webex does not say. `waiting` is None where the command does not know who waits."""

    license: str
    subscription: str
    site: str
    total: int | None
    consumed: int | None
    available: int | None
    waiting: int | None = None


class Metrics(msgspec.Struct, frozen=True):
    """One command. `seconds` is wall time. `calls`: HTTP status, or `none`, -> attempts. `operations`: (what, state) -> count.

    `drift`: (direction, cause) -> count, None where the command does not look for it. `success`: it did all it was asked to.
    """

    organization: str
    command: Command
    ended_at: datetime
    seconds: float
    success: bool
    calls: Mapping[str, int]
    snapshot_at: datetime | None = None
    people: int | None = None
    pools: tuple[PoolMetric, ...] = ()
    operations: Mapping[tuple[str, str], int] = {}
    drift: Mapping[tuple[str, str], int] | None = None
