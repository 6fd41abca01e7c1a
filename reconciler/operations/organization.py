"""Which Webex organization the files mean: the one they name, else the only one there is. Never a guess among several."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from reconciler.errors import InputError, StoreError
from reconciler.model import ids
from reconciler.model.desired import Desired

if TYPE_CHECKING:
    from reconciler.store import Store
    from reconciler.webex import Reader


async def resolve_organization(desired: Desired, reader: Reader) -> tuple[str, str]:
    """The (Webex id, name in Webex) of the organization to work on, asked of Webex.

    `spec.orgId` of the files, else the single organization that the token sees. InputError lists the choices when there
    are several, or when the token does not see the one that the files name. A partner's token is admitted to it.
    """
    seen = [(organization.id, organization.name) for organization in await reader.organizations()]
    chosen = _choose(desired, seen, "the access token sees", InputError)
    if len(seen) > 1:
        await reader.enter(chosen[0])
    return chosen


def stored_organization(desired: Desired, store: Store) -> tuple[str, str]:
    """The same, asked of the store: for work without a connection. StoreError when nothing fits."""
    known = list(store.organizations())
    if not known:
        raise StoreError("The store holds no reading of any organization yet.", hint="Run `webex-licenses sync` first.")
    return _choose(desired, known, "the store knows", StoreError)


def _choose(
    desired: Desired, candidates: list[tuple[str, str]], who: str, error: type[InputError] | type[StoreError]
) -> tuple[str, str]:
    wanted = desired.organization.org_id
    if wanted is not None:
        for org_id, name in candidates:
            if ids.same(org_id, wanted):
                return org_id, name
        raise error(
            f"The files name the organization {wanted} (spec.orgId), but {who} {_listed(candidates)}.",
            hint="Correct spec.orgId, or use the token and the store of that organization.",
        )
    if len(candidates) == 1:
        return candidates[0]
    raise error(
        f"The files name no organization, and {who} {_listed(candidates)}.",
        hint="Set spec.orgId in the Organization document to one of these ids.",
    )


def _listed(candidates: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name} ({org_id})" for org_id, name in sorted(candidates)) or "no organization at all"
