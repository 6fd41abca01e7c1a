"""What if a pool had other units: the same plan twice, as it is and as it would be, and who fares differently.

Nothing is written but, unless offline, the snapshot that every plan reads. The second plan is never handed to anything that
carries out plans.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from reconciler.book.binding import names_match_exactly
from reconciler.book.binding.search import listed
from reconciler.book.catalog import Catalog
from reconciler.errors import InputError, UnknownNameError
from reconciler.model import canonical
from reconciler.model.catalog import License, Product
from reconciler.model.desired import Desired, Organization
from reconciler.model.what_if import Outcome, Question, Supposed, WhatIf, WouldWait
from reconciler.operations.context import Context
from reconciler.operations.plan import plan, plan_from_store

if TYPE_CHECKING:
    from reconciler.planner import Planned


def what_if(desired: Desired, context: Context, questions: Sequence[Question], *, offline: bool) -> WhatIf:
    """Who would be served and who would wait. UnknownNameError for names that live does not have, InputError for pools
    that are not counted, and whatever making a plan raises.
    """
    today = plan(desired, context, offline=offline)
    catalog = today.workings.book.catalog
    supposed = [_supposed(question, catalog, desired.organization) for question in questions]
    more: dict[str, int] = {}
    for item in supposed:
        more[item.license_id] = more.get(item.license_id, 0) + item.units
    for item in supposed:
        if item.total + more[item.license_id] < 0:
            raise InputError(
                f"--what-if: {_named(item)} cannot have {-more[item.license_id]:,} units fewer: {item.total:,} were bought.",
                hint=f"Suppose at most {item.total:,} fewer.",
            )
    then = plan_from_store(desired, context, today.plan.organization.id, more)
    return WhatIf(
        "1.0", "WhatIf", then.plan.organization, then.plan.live.snapshot, then.plan.live.taken_at,
        tuple(msgspec.structs.replace(item, units=more[item.license_id]) for item in _once(supposed)),
        _outcomes(today, then, more), msgspec.structs.replace(then.plan, digest=""),
    )  # fmt: skip


def _once(supposed: Sequence[Supposed]) -> list[Supposed]:
    return list({item.license_id: item for item in supposed}.values())


def _named(item: Supposed) -> str:
    return f"{Product(item.license, item.site or '')} in {item.subscription}"


def _supposed(question: Question, catalog: Catalog, organization: Organization) -> Supposed:
    pool = _pool(question, catalog, organization)
    if catalog.is_free(pool.id):
        raise InputError(
            f"{pool.name!r} is free: nobody waits for units of it.", hint="Ask about a license that is bought."
        )
    if pool.total is None or pool.consumed is None:
        raise InputError(
            f"--what-if: Webex does not say how many units of {pool.name!r} ({pool.subscription}) there are, so more cannot "
            "be supposed.",
            hint="Sync again later; `webex-licenses inventory` shows a `?` as long as it is so.",
        )
    return Supposed(pool.id, pool.name, pool.subscription, pool.site, pool.total, question.units)


def _pool(question: Question, catalog: Catalog, organization: Organization) -> License:
    """The one pool that is meant."""
    products = catalog.named(question.license)
    if not products:
        message, hint = names_match_exactly.unknown(catalog, canonical.name(question.license))
        raise UnknownNameError(f"--what-if: {message}.", hint=hint)
    pools = [catalog.pools[pool] for product in products for pool in catalog.sellers[product]]
    if all(catalog.is_free(pool.id) for pool in pools):
        raise InputError(
            f"--what-if: nobody waits for units of {question.license!r}, which is not counted.",
            hint="Ask about a license that is bought.",
        )
    found = [pool for pool in pools if pool.subscription == question.subscription]
    if not found:
        raise UnknownNameError(
            f"--what-if: {question.license!r} is not sold in subscription {question.subscription!r}.",
            hint=f"It is sold in {listed(pool.subscription or '(none)' for pool in pools)}.",
        )
    sites = {catalog.product_of[pool.id].site for pool in found}
    site = canonical.site(question.site) if question.site else _site(sites, organization)
    if site not in sites:
        raise UnknownNameError(
            f"--what-if: {question.license!r} "
            + (f"does not exist on site {site!r} in {question.subscription}." if site else "is on several sites."),
            hint=f"Write NAME @ SITE; it is on {listed(sites - {''})}." if sites - {""} else "It belongs to no site.",
        )
    found = [pool for pool in found if catalog.product_of[pool.id].site == site]
    if len(found) > 1:
        raise InputError(
            f"--what-if: {question.license!r} stands {len(found)} times in {question.subscription}; which is meant is not clear.",
            hint="Ask about each other license alone.",
        )
    return found[0]


def _site(sites: set[str], organization: Organization) -> str:
    """The site that is meant where none is named: the only one, else the default one; none where that leaves several."""
    if len(sites) == 1:
        return next(iter(sites))
    return organization.default_site or ""


def _outcomes(today: Planned, then: Planned, more: Mapping[str, int]) -> tuple[Outcome, ...]:
    product_of = today.workings.book.catalog.product_of
    asked = list(dict.fromkeys(product_of[pool] for pool in more))
    found = [_outcome(product, today, then, more) for product in asked]
    waiting = {product for planned in (today, then) for _, product in planned.workings.allocation.lost}
    others = (_outcome(product, today, then, more) for product in sorted(waiting - set(asked)))
    return (*found, *(item for item in others if item.served or item.newly_waiting or item.blocked))


def _outcome(product: Product, today: Planned, then: Planned, more: Mapping[str, int]) -> Outcome:
    before, after = _waiting(product, today), _waiting(product, then)
    given = {
        change.person_id
        for change in then.plan.changes
        for item in change.licenses
        if item.operation == "add" and then.workings.book.catalog.product_of[item.license_id] == product
    }
    left = [
        line.available_after
        for line in then.plan.pools
        if line.license_id in more and _is(line.license_id, product, then)
    ]
    return Outcome(
        product.name, product.site or None, len(before),
        tuple(who.email for person, who in before.items() if person in given),
        tuple(after[person] for person in before if person in after),
        tuple(who for person, who in after.items() if person not in before),
        tuple(who.email for person, who in before.items() if person not in given and person not in after),
        sum(units for units in left if units is not None) if left else None,
    )  # fmt: skip


def _is(pool: str, product: Product, planned: Planned) -> bool:
    return planned.workings.book.catalog.product_of[pool] == product


def _waiting(product: Product, planned: Planned) -> dict[str, WouldWait]:
    """Person id -> who waits for the product and why, in the order of service."""
    return {
        person: WouldWait(lost.person.email, ", ".join(reason.rule.partition(": ")[2] for reason in lost.because))
        for (person, wanted), lost in planned.workings.allocation.lost.items()
        if wanted == product
    }
