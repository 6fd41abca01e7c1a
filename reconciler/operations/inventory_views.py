"""The inventory in slices, the holders of one license, and the administrators: views of one snapshot, counted in the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from reconciler.model import canonical
from reconciler.model.activity import RoleHeld
from reconciler.model.desired import Desired
from reconciler.model.inventory import InventoryRow
from reconciler.model.inventory_views import (
    Administrator,
    Administrators,
    By,
    HeldLicense,
    InventoryBy,
    LicenseHolder,
    LicenseHolders,
    Slice,
)
from reconciler.model.live import Person, Situation
from reconciler.model.plan import OrganizationRef
from reconciler.operations.context import Context
from reconciler.operations.inventory import FORMAT_VERSION, stock
from reconciler.operations.stock import Stock, used_percent, whole
from reconciler.store.activity import roles
from reconciler.store.tallies import Holding

SITE_ADMINISTRATOR = "Site Administrator"


def inventory_by(desired: Desired, context: Context, by: By, *, sync: bool) -> InventoryBy:
    """The slices of the newest snapshot, after a fresh one if `sync`. StoreError when there is none."""
    found = stock(desired, context, sync=sync)
    slices: Mapping[By, Callable[[Stock], list[Slice]]] = {
        "subscription": lambda stock: _of_rows(stock, lambda row: row.subscription_id or ""),
        "site": lambda stock: _of_rows(stock, lambda row: row.site_url or ""),
        "location": _by_location,
        "group": _by_group,
    }
    snapshot = found.live.snapshot()
    return InventoryBy(
        FORMAT_VERSION, "InventoryBy", OrganizationRef(snapshot.org_id, desired.organization.name), snapshot.id,
        snapshot.taken_at, by, tuple(sorted(slices[by](found), key=lambda item: (not item.name, item.name, item.id))),
        found.locations_read,
    )  # fmt: skip


def _of_rows(found: Stock, key: Callable[[InventoryRow], str]) -> list[Slice]:
    by_key: dict[str, list[InventoryRow]] = {}
    for row in found.rows(people=False):
        by_key.setdefault(key(row), []).append(row)
    return [_summed(name, rows) for name, rows in by_key.items()]


def _summed(name: str, rows: list[InventoryRow]) -> Slice:
    counted = [row for row in rows if row.counted]
    total, consumed = whole(row.total for row in counted), whole(row.consumed for row in counted)
    available = None if total is None or consumed is None else total - consumed
    beyond = whole(row.over for row in counted)
    return Slice(
        name, name, total=total, consumed=consumed, available=available, over=beyond,
        used_percent=used_percent(total, consumed), rows=tuple(rows),
    )  # fmt: skip


def _by_location(found: Stock) -> list[Slice]:
    calling = {pool for pool, product in found.catalog.product_of.items() if found.catalog.is_calling(product)}
    situations = {situation.id: situation for situation, _ in found.situations}
    if not found.locations_read:
        return []
    slices = []
    for place, people in found.places.items():
        here = ((situations[key], number) for key, number in people.items() if key in situations)
        slices.append(_peopled(found, place, found.place_names.get(place, place), here, calling))
    return slices


def _by_group(found: Stock) -> list[Slice]:
    inside: dict[str, list[tuple[Situation, int]]] = {}
    for situation, people in found.situations:
        for group in situation.groups:
            inside.setdefault(group, []).append((situation, people))
    read = found.live.members_seen()
    return [
        _peopled(found, group.id, group.name, inside.get(group.id, ()), found.catalog.pools.keys())
        if group.id in read
        else Slice(group.id, group.name, read=False, people=group.member_size)
        for group in found.live.groups()
    ]


def _peopled(
    found: Stock, identity: str, name: str, people: Iterable[tuple[Situation, int]], among: Iterable[str]
) -> Slice:
    wanted, everybody, licensed, held = frozenset(among), 0, 0, dict[str, int]()
    for situation, number in people:
        everybody += number
        holdings = wanted.intersection(situation.holdings)
        licensed += number if any(not found.catalog.is_free(pool) for pool in holdings) else 0
        for pool in holdings:
            held[pool] = held.get(pool, 0) + number
    rows = [_held(found, pool, number) for pool, number in held.items()]
    rows.sort(key=lambda row: (row.name, row.site_url or "", row.subscription_id or "", row.license_id))
    return Slice(identity, name, people=everybody, licensed=licensed, held=tuple(rows))


def _held(found: Stock, pool: str, number: int) -> HeldLicense:
    license, counted = found.catalog.pools[pool], not found.catalog.is_free(pool)
    return HeldLicense(pool, license.name, license.site, license.subscription, counted, number)


def license_holders(desired: Desired, context: Context, asked: str, *, sync: bool) -> LicenseHolders:
    """Everybody who holds what `asked` means (a name, `NAME @ SITE` or an id), after a fresh reading if `sync`.

    UnknownNameError with the nearest names for what is not there; StoreError without a snapshot.
    """
    found = stock(desired, context, sync=sync)
    rows, kept = found.rows(found.named(asked)), context.store().activity()
    holders, unseen = list[LicenseHolder](), 0
    for row in rows:
        own, others = list(_own(found, row)), list(_others(found, row))
        holders += own
        holders += others
        unseen += max((row.by_users or 0) - len(own) - len(others), 0)
    snapshot = found.live.snapshot()
    return LicenseHolders(
        FORMAT_VERSION, "LicenseHolders", OrganizationRef(snapshot.org_id, desired.organization.name), snapshot.id,
        snapshot.taken_at, asked, rows, tuple(sorted(holders, key=_address)), unseen,
        kept.read_at(snapshot.org_id, "days"),
    )  # fmt: skip


def _address(holder: LicenseHolder) -> tuple[str, str, str, str, str]:
    return (
        canonical.email(holder.email),
        holder.person_id,
        holder.site_url or "",
        holder.subscription_id or "",
        holder.license_id,
    )


def _own(found: Stock, row: InventoryRow) -> Iterator[LicenseHolder]:
    situations = {s.id: s for s, _ in found.situations if row.license_id in s.holdings}
    claims = {key: _claims(situation, row.license_id) for key, situation in situations.items()}
    most = found.holders.get(row.license_id, 0) * 5 > found.live.snapshot().people
    for person, since, at_first_sight, last in found.live.ask(Holding(row.license_id, situations, most=most)):
        place = person.location_id and found.place_names.get(person.location_id, person.location_id)
        yield LicenseHolder(
            person.id, person.email, person.name, situations[person.situation].state, row.license_id,
            row.subscription_id, row.site_url, since, at_first_sight, claims[person.situation], place or None, last,
        )  # fmt: skip


def _claims(situation: Situation, license_id: str) -> tuple[str, ...]:
    return next((origin.claims for origin in situation.origins if origin.holding == license_id), ())


def _others(found: Stock, row: InventoryRow) -> Iterator[LicenseHolder]:
    """Holders of other organizations, for licenses whose holders were listed."""
    for holder in found.live.holders(row.license_id):
        if not holder.internal:
            yield LicenseHolder(
                holder.id, holder.email, holder.name, "external", row.license_id, row.subscription_id, row.site_url,
                None, True, (), None,
            )  # fmt: skip


def administrators(desired: Desired, context: Context, *, sync: bool) -> Administrators:
    """Everybody with an administrator role, after a fresh reading of roles if `sync`. StoreError without a snapshot."""
    found = stock(desired, context, sync=sync, activity=sync)
    snapshot, kept = found.live.snapshot(), context.store().activity()
    states = {situation.id: situation for situation, _ in found.situations}
    everybody = [_with_role(person, role, states) for person, role in found.live.ask(roles)]
    sites = {key: situation for key, situation in states.items() if situation.site_admin_of}
    for person in found.live.people(sites):
        everybody += (_of_site(person, site, sites) for site in sites[person.situation].site_admin_of)
    everybody.sort(key=lambda one: (one.role, one.site_url or "", canonical.email(one.email), one.person_id))
    return Administrators(
        FORMAT_VERSION, "Administrators", OrganizationRef(snapshot.org_id, desired.organization.name), snapshot.id,
        snapshot.taken_at, kept.read_at(snapshot.org_id, "roles"), snapshot.scope.directory, tuple(everybody),
    )  # fmt: skip


def _with_role(person: Person, role: RoleHeld, situations: Mapping[int, Situation]) -> Administrator:
    state = situations[person.situation].state
    return Administrator(person.id, person.email, person.name, state, role.name, None)


def _of_site(person: Person, site: str, situations: Mapping[int, Situation]) -> Administrator:
    state = situations[person.situation].state
    return Administrator(person.id, person.email, person.name, state, SITE_ADMINISTRATOR, site)
