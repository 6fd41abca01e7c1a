"""Which seats could be freed: deactivated people, people who never signed in or are not active any more, duplicates.

Nothing is taken here and nothing is decided: a reviewer reads the reasons and takes the YAML that frees the seats, or does not.
What Webex leaves open is taken in favor of the person: without any reading of activity nobody is inactive, and somebody of
whom nobody knows since when they are there is never called idle.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec

from reconciler.book.binding import Binder
from reconciler.diff.cost import monthly_prices
from reconciler.model import canonical
from reconciler.model.catalog import Product
from reconciler.model.desired import Desired, Reference
from reconciler.model.live import Person, Situation
from reconciler.model.plan import OrganizationRef
from reconciler.model.reclaim import FreedBy, Reclaimable, ReclaimCount, ReclaimReason, Seat, Suggestion
from reconciler.operations.context import Context
from reconciler.operations.inventory import FORMAT_VERSION, stock
from reconciler.operations.reclaim_files import Files
from reconciler.operations.stock import Stock
from reconciler.store.activity import Idle, Quiet
from reconciler.store.rows import addresses

INACTIVE_DAYS = 90
REASONS: tuple[ReclaimReason, ...] = ("deactivated", "neverSignedIn", "inactive", "duplicate")


def reclaimable(
    desired: Desired, context: Context, *, inactive_days: int = INACTIVE_DAYS, sync: bool = False
) -> Reclaimable:
    """Every seat that could be freed, as of the newest snapshot, after a fresh one with activity if `sync`.

    `inactive_days`: days without activity, or since a person came, from which on a seat is listed. StoreError without a
    snapshot.
    """
    found = stock(desired, context, sync=sync, activity=sync)
    snapshot = found.live.snapshot()
    read_at = context.store().activity().read_at(snapshot.org_id, "days")
    seats = _Search(desired, found, read_at, inactive_days).seats()
    suggestions, named = _suggestions(desired, found, seats, _day(read_at or snapshot.taken_at), inactive_days)
    priced, units = bool(desired.organization.prices), monthly_prices(desired.organization.prices, found.catalog)
    prices = {pool: units.get(product.name, 0.0) for pool, product in found.catalog.product_of.items()}
    return Reclaimable(
        FORMAT_VERSION, "Reclaimable", OrganizationRef(snapshot.org_id, desired.organization.name), snapshot.id,
        snapshot.taken_at, inactive_days, read_at, snapshot.people, _counts(named, prices, priced), named, suggestions,
        next((price.currency for price in desired.organization.prices.values()), None),
        _money(named, prices) if priced else None,
    )  # fmt: skip


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


class _Search:
    """One look through a snapshot."""

    def __init__(self, desired: Desired, found: Stock, read_at: datetime | None, days: int) -> None:
        self._desired, self._found, self._read = desired, found, read_at is not None
        self._catalog, self._book = found.catalog, found.book
        self._today = _day(read_at or found.live.snapshot().taken_at)
        self._idle_since = self._today - timedelta(days=days)
        self._units = monthly_prices(desired.organization.prices, found.catalog)
        self._situations = {s.id: s for s, _ in found.situations if self._counted(s)}
        self._spared, self._denied = _people_of_files(desired, found)

    def seats(self) -> tuple[Seat, ...]:
        """All of them, each once, by reason, address and license."""
        seats = [seat for idle, reason in self._idle() for seat in self._all_of(idle.person, reason, idle.last)]
        listed = {seat.person_id for seat in seats}
        double = {key: pools for key, s in self._situations.items() if (pools := self._duplicates(s))}
        for person in self._found.live.people(double):
            if person.id not in listed:
                seats += (self._seat(person, "duplicate", pool, None) for pool in double[person.situation])
        order = {reason: place for place, reason in enumerate(REASONS)}
        key = canonical.email
        return tuple(sorted(seats, key=lambda s: (order[s.reason], key(s.email), s.person_id, s.license, s.license_id)))

    def _counted(self, situation: Situation) -> tuple[str, ...]:
        pools = self._catalog.pools
        return tuple(p for p in situation.holdings if p in pools and not self._catalog.is_free(p))

    def _of(self, *states: str) -> list[int]:
        return [key for key, situation in self._situations.items() if situation.state in states]

    def _idle(self) -> Iterator[tuple[Idle, ReclaimReason]]:
        live = self._found.live
        for person in live.people(self._of("deactivated")):
            yield Idle(person, None), "deactivated"
        # Whoever is invited and was never there has no activity, so that only the day they came counts.
        waiting = self._of("pending", *(("active",) if self._read else ()))
        for idle in live.ask(Quiet(waiting, self._idle_since)) if waiting else ():
            yield idle, "neverSignedIn" if idle.last is None else "inactive"

    def _all_of(self, person: Person, reason: ReclaimReason, last: date | None) -> Iterator[Seat]:
        for pool in self._counted(self._situations[person.situation]):
            yield self._seat(person, reason, pool, last)

    def _seat(self, person: Person, reason: ReclaimReason, pool: str, last: date | None) -> Seat:
        license, product = self._catalog.pools[pool], self._catalog.product_of[pool]
        created = _day(person.created) if person.created else None
        since = last if reason == "inactive" else created if reason == "neverSignedIn" else None
        return Seat(
            person.id, person.email, person.name, self._situations[person.situation].state, reason, pool, license.name,
            license.site, license.subscription, self._freed_by(person, reason, pool), self._catalog.is_calling(product),
            (self._today - since).days if since else None, created, last, self._price(product),
        )  # fmt: skip

    def _price(self, product: Product) -> float | None:
        unit = self._units.get(product.name)
        return None if unit is None else round(unit, 2)

    def _freed_by(self, person: Person, reason: ReclaimReason, pool: str) -> FreedBy:
        product, mine = self._catalog.product_of[pool], addresses(person)
        if self._spared & mine:
            return "nobody"
        if any(product in denied and mine & users for users, denied in self._denied):
            return "plan"
        if not self._catalog.is_assignable(pool) or not self._catalog.is_managed_site(pool):
            return "controlHub"
        organization = self._desired.organization
        if reason == "deactivated" and product in self._book.declared:
            return "plan" if organization.deactivated_users == "remove" else "setting"
        if reason != "duplicate":
            return "exception"
        if pool in self._book.inside:  # no policy tells the two apart
            return "controlHub"
        declared = product in self._book.declared
        return "plan" if declared and organization.retention.outside_defaults == "remove" else "setting"

    def _duplicates(self, situation: Situation) -> tuple[str, ...]:
        """The pools of a situation beside the one that its product would be kept in."""
        if situation.state in ("machine", "external"):
            return ()
        by_product: dict[Product, list[str]] = {}
        for pool in self._counted(situation):
            by_product.setdefault(self._catalog.product_of[pool], []).append(pool)
        several = {product: pools for product, pools in by_product.items() if len(pools) > 1}
        return tuple(p for product, pools in sorted(several.items()) for p in self._beside(product, pools))

    def _beside(self, product: Product, pools: Sequence[str]) -> list[str]:
        binder = Binder(self._desired.organization, self._catalog)
        name = self._catalog.pools[pools[0]].name
        grant = binder.bind(Reference(name, site=product.site or None), template="", priority=0)
        ladder = grant.ladder if grant else ()
        best = next((pool for pool in (*ladder, *sorted(self._book.inside)) if pool in pools), min(pools))
        return sorted(set(pools) - {best})


def _people_of_files(
    desired: Desired, found: Stock
) -> tuple[frozenset[str], tuple[tuple[frozenset[str], frozenset[Product]], ...]]:
    """Canonical addresses that lose nothing by these files; and who is denied what by an exception in force."""
    spared = {canonical.email(address) for address in desired.organization.guards.protected}
    denied = []
    for item in found.book.exceptions.values():
        users = frozenset(address for address, _ in item.exception.users)
        spared |= users if item.exception.exempt else frozenset()
        denied.append((users, item.denied))
    return frozenset(spared), tuple(denied)


def _suggestions(
    desired: Desired, found: Stock, seats: Sequence[Seat], today: date, days: int
) -> tuple[tuple[Suggestion, ...], tuple[Seat, ...]]:
    """What frees the seats, and the seats with the names of it."""
    taken = {item.name for item in desired.exceptions} | {item.name for item in desired.acknowledgements}
    files, made, named = Files(taken, today, days), list[Suggestion](), list[Seat]()
    for reason in REASONS:
        same = [seat for seat in seats if seat.reason == reason]
        by_setting = [seat for seat in same if seat.freed_by == "setting"]
        by_hand = [seat for seat in same if seat.freed_by == "exception"]
        lost = files.acknowledgements(reason, [seat for seat in same if seat.freed_by in ("setting", "plan")])
        made += (item for item in (_policy(found, files, reason, by_setting), lost) if item)
        made += (item for item in (files.exceptions(reason, by_hand),) if item)
        named += (_with_files(seat, files, lost) for seat in same)
    return tuple(made), tuple(named)


def _with_files(seat: Seat, files: Files, lost: Suggestion | None) -> Seat:
    names = (
        [files.name_of(seat.reason, whole=seat.freed_by == "exception")]
        if seat.freed_by in ("setting", "exception")
        else []
    )
    if lost is not None and seat.irreversible and seat.freed_by in ("setting", "plan"):
        names.append(lost.name)
    return msgspec.structs.replace(seat, files=tuple(names))


def _policy(found: Stock, files: Files, reason: ReclaimReason, seats: Sequence[Seat]) -> Suggestion | None:
    """The keys of the Organization that free these seats; with what else they take."""
    if not seats:
        return None
    if reason == "deactivated":
        about = "Takes every license that the files declare from deactivated people, now and from then on."
        return files.setting(reason, len(seats), {"deactivatedUsers": "remove"}, about)
    pools = {seat.license_id for seat in seats}
    undeclared = {pool for pool in pools if found.catalog.product_of[pool] not in found.book.declared}
    others = sum(found.outside.values()) - sum(seat.license_id in found.outside for seat in seats)
    spec: dict[str, object] = {"retention": {"outsideDefaults": "remove"}}
    if undeclared:
        spec["manage"] = sorted({found.catalog.pools[pool].name for pool in undeclared})
    about = (
        f"Takes what is held outside the defaults: these, and {others:,} more of what the files declare, which are moved to "
        "the default subscription where a template grants them and a unit is free, and go where none grants them."
    )
    return files.setting(reason, len(seats), spec, about)


def _counts(seats: Sequence[Seat], prices: Mapping[str, float], priced: bool) -> tuple[ReclaimCount, ...]:
    found = []
    for reason in REASONS:
        same = [seat for seat in seats if seat.reason == reason]
        if same:
            people = len({seat.person_id for seat in same})
            found.append(ReclaimCount(reason, people, len(same), _money(same, prices) if priced else None))
    return tuple(found)


def _money(seats: Iterable[Seat], prices: Mapping[str, float]) -> float:
    """Rounded once, at the end."""
    return round(sum(prices.get(seat.license_id, 0.0) for seat in seats), 2)
