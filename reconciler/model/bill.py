"""What licenses cost a month, where the files tell prices: one organization, one currency, never a sum of two."""

from __future__ import annotations

import msgspec


class PoolMoney(msgspec.Struct, frozen=True, rename="camel"):
    """One priced pool. All amounts are of a month, to two decimals; `unit` is what one license costs.

    `bought` is total times unit and None where Webex does not tell the total, `unused` what of it nobody uses, `over` what
    is in use beyond what was bought. `outside_defaults`: in use in a subscription or on a site that the files name nowhere.
    `after_plan`: in use once the plan is carried out; None where nobody planned.
    """

    license_id: str
    unit: float
    bought: float | None
    in_use: float
    unused: float
    over: float
    outside_defaults: float = 0.0
    after_plan: float | None = None


class Bill(msgspec.Struct, frozen=True, rename="camel"):
    """The sums over all priced pools, of a month, in `currency` (ISO 4217), to two decimals; fields as in `PoolMoney`.

    `reclaimable`: what the seats cost that could be freed, None where nobody looked. `unpriced`: names of licenses that
    count units and have no price, so that no sum is taken for more than it is. `unknown_totals`: pools whose total
    Webex does not tell; they are missing in `bought` and `unused`.
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
    unknown_totals: int = 0
