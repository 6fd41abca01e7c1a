"""History: who got or lost what, when, and whose doing it was; and the runs there were. Reads the store, never Webex."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from reconciler.errors import InputError
from reconciler.model import ids
from reconciler.model.changelog import FORMAT_VERSION, Changelog, RunList
from reconciler.model.desired import Desired
from reconciler.model.plan import OrganizationRef
from reconciler.operations.context import Context
from reconciler.operations.organization import stored_organization

if TYPE_CHECKING:
    from reconciler.book.catalog import Catalog
    from reconciler.store import Store
    from reconciler.store.everybody import Somebody

LIMIT = 1_000
RUNS = 50


def history(
    desired: Desired,
    context: Context,
    user: str | None = None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    run: str | None = None,
    license_name: str | None = None,
    limit: int = LIMIT,
) -> Changelog:
    """The newest `limit` changes of one person, or of everybody.

    `user`: an address (also a former one), a Webex id or a full name, also of somebody who is gone. `since` inclusive,
    `until` exclusive. `run`: only what that run sent. `license_name`: by any of its names, or `attendee`. InputError where
    nobody, or more than one, is meant, or no license is called so; StoreError where there is no such run or no reading.
    """
    from reconciler.store.changes import Query
    from reconciler.store.packing import to_ms

    store = context.store()
    org_id, _ = stored_organization(desired, store)
    person, notes = _person(store, org_id, user) if user is not None else (None, ())
    query = Query(
        limit,
        people=None if person is None else frozenset({person.id}),
        run=None if run is None else _run_number(store, org_id, run),
        holdings=None if license_name is None else _holdings(desired, store, org_id, license_name),
        since=0 if since is None else to_ms(since),
        **({} if until is None else {"until": to_ms(until)}),
    )
    entries, more = store.changelog(org_id, query)
    readings = store.snapshots(org_id)
    return Changelog(
        FORMAT_VERSION,
        "History",
        OrganizationRef(org_id, desired.organization.name),
        "" if person is None else person.email,
        readings[-1].taken_at if readings else None,
        readings[0].taken_at if readings else None,
        more,
        tuple(entries),
        notes,
    )


def run_list(desired: Desired, context: Context, *, limit: int = RUNS) -> RunList:
    """The newest `limit` runs of the organization."""
    store = context.store()
    org_id, _ = stored_organization(desired, store)
    lines, more = store.run_list(org_id, context.clock(), limit)
    return RunList(FORMAT_VERSION, "Runs", OrganizationRef(org_id, desired.organization.name), more, lines)


def _person(store: Store, org_id: str, user: str) -> tuple[Somebody, tuple[str, ...]]:
    meant = {user, user.rstrip("="), ids.encode("PEOPLE", user)}
    found = store.who(org_id, user, meant)
    if not found:
        raise InputError(
            f"The store never saw anybody with the address {user!r}.",
            hint="Check the address; `webex-licenses sync` reads Webex.",
        )
    first, others = found[0], found[1:]
    rivals = [other for other in others if other.present == first.present]
    if rivals:
        names = ", ".join(f"{one.email} (id {one.id})" for one in (first, *rivals)[:10])
        raise InputError(f"{len(rivals) + 1} people may be meant by {user!r}.", hint=f"Name one by id: {names}.")
    notes = []
    if first.email.casefold() != user.strip().casefold():
        notes.append(f"{user} means {first.email}{'' if first.present else ', who is gone'}.")
    elif not first.present:
        notes.append(f"{first.email} is gone.")
    notes += [f"Somebody else who is gone had {user} before: id {one.id}." for one in others]
    return first, tuple(notes)


def _run_number(store: Store, org_id: str, run: str) -> int:
    known = [one.id for one in store.runs(org_id)]
    if run not in known:
        hint = (
            f"The last one is {known[0]}; `webex-licenses history --runs` lists them."
            if known
            else "Nothing was applied."
        )
        raise InputError(f"The organization has no run {run}.", hint=hint)
    return int(run.rpartition("-")[2])


def _holdings(desired: Desired, store: Store, org_id: str, name: str) -> frozenset[str]:
    """License ids by any name, and the attendee roles of sites."""
    from reconciler.model import canonical

    catalog = catalog_ever(desired, store, org_id)
    wanted, _, site = (part.strip() for part in name.partition("@"))
    if wanted.casefold() in ("attendee", "attendee role"):
        sites = {canonical.site(pool.site) for pool in catalog.pools.values() if pool.site}
        return frozenset(f"attendee:{one}" for one in ({canonical.site(site)} if site else sites))
    return pools_named(catalog, name)


def catalog_ever(desired: Desired, store: Store, org_id: str) -> Catalog:
    """All licenses that the store ever saw, as last read."""
    from reconciler.book.catalog import Catalog

    known = store.licenses_ever(org_id)
    return Catalog(list(known.values()), desired.organization.aliases, desired.organization.tiers)


def pools_named(catalog: Catalog, name: str) -> frozenset[str]:
    """License ids by any name, `NAME @ SITE` or id; InputError where none is called so."""
    from reconciler.model import canonical

    by_id = catalog.find_id(name)
    if by_id is not None:
        return frozenset((by_id,))
    wanted, _, site = (part.strip() for part in name.partition("@"))
    found = frozenset(
        key
        for key, product in catalog.product_of.items()
        if product.name == catalog.canonical(wanted) and (not site or product.site == canonical.site(site))
    )
    if not found:
        close = _near(wanted, {product.name for product in catalog.product_of.values()})
        raise InputError(f"The organization never had a license named {name!r}.", hint=close)
    return found


def _near(name: str, known: set[str]) -> str:
    import difflib

    close = difflib.get_close_matches(name, sorted(known), 3, 0.6)
    return f"Did you mean {' or '.join(map(repr, close))}?" if close else "See `webex-licenses inventory`."
