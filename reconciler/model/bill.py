"""What licenses cost a month, where the files tell prices: one organization, one currency, never a sum of two."""

from __future__ import annotations

import msgspec


class PoolMoney(msgspec.Struct, frozen=True, rename="camel"):
    """One priced pool. All amounts are of a month, to two decimals; `unit` is what one license costs.

    `bought` is total times unit, `unused` what of it nobody uses, `over` what is in use beyond what was bought; None where
    Webex does not tell the units, and for free licenses that have a price all the same. `outside_defaults`: in use in a
    subscription or on a site that the files do not name. `after_plan`: in use once the plan is carried out; None where nobody
    planned.
    """

    license_id: str
    unit: float
    bought: float | None
    in_use: float | None
    unused: float | None
    over: float | None
    outside_defaults: float = 0.0
    after_plan: float | None = None


class Bill(msgspec.Struct, frozen=True, rename="camel"):
    """The sums over all priced pools, of a month, in `currency` (ISO 4217), to two decimals; fields as in `PoolMoney`.

    `reclaimable`: what the seats cost that could be freed, None where nobody looked. `unpriced`: names of licenses that
    count units and have no price, so that no sum is taken for more than it is. `unknown_units`: priced pools whose units
    Webex does not tell in full; what is missing is in no sum.
    """

    currency: str
    bought: float
    in_use: float
    unused: float
    over: float
    outside_defaults: float
    pools: tuple[PoolMoney, ...]
    after_plan: float | None = None
    reclaimable: float | None = None
    unpriced: tuple[str, ...] = ()
    unknown_units: int = 0
