"""Units counted while a run goes on, so that an addition never overtakes the removal that was to free its unit.

Only pools from which the plan removes something are watched. The count is conservative: a unit counts as gone when an
addition starts, and as free only when a removal was read back. It never allows a pool to end lower than the plan says,
so an overage that the files permit stays permitted (RULES 5.2, 7.5).
"""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.execute.operation import bare
from reconciler.model.plan import Change, LicenseOperation, PoolLine
from reconciler.model.result import PersonResult

_NEVER_USED = ("refused", "notSent")


class Units:
    """The units left in the pools that a plan frees; mutable, one per run."""

    def __init__(self, pools: Sequence[PoolLine]) -> None:
        watched = [pool for pool in pools if pool.remove > 0 and pool.available is not None]
        self._left = {bare(pool.license_id): pool.available or 0 for pool in watched}
        self._floor = {bare(pool.license_id): min(0, pool.available_after or 0) for pool in watched}

    def lacking(self, change: Change) -> tuple[LicenseOperation, ...]:
        """The additions of `change` for which no unit is left now."""
        return tuple(item for item in change.licenses if item.operation == "add" and self._is_short(item))

    def _is_short(self, item: LicenseOperation) -> bool:
        pool = bare(item.license_id)
        return pool in self._left and self._left[pool] - 1 < self._floor[pool]

    def take(self, change: Change) -> None:
        """`change` is about to be sent: its additions use up their units."""
        for item in change.licenses:
            if item.operation == "add":
                self._move(item, -1)

    def give_back(self, change: Change) -> None:
        """`change` was not sent after all."""
        for item in change.licenses:
            if item.operation == "add":
                self._move(item, +1)

    def settle(self, result: PersonResult) -> None:
        """What was removed for certain is free; what Webex refused to add was never used."""
        for ended in result.operations:
            item = ended.operation
            if isinstance(item, LicenseOperation) and (
                (item.operation == "remove" and ended.outcome == "done")
                or (item.operation == "add" and ended.outcome in _NEVER_USED)
            ):
                self._move(item, +1)

    def _move(self, item: LicenseOperation, units: int) -> None:
        pool = bare(item.license_id)
        if pool in self._left:
            self._left[pool] += units
