"""Which organization a call is about, and whether its token may work on it.

Webex has the answer in another place for every kind of call: the body of `PATCH /licenses/users`, the path of SCIM, the
query of lists, and for a single thing its id. A partner's token is refused for a customer until it has asked for that very
organization. Sources: webex-api facts, sections 1.3 and 7.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.sandbox.call import FORBIDDEN, Answer, refuse, refuse_scim
from reconciler.sandbox.faults import Description
from reconciler.sandbox.state import State
from reconciler.sandbox.tokens import Access, Keys

SCIM = "/identity/scim/"
OF_THE_TOKEN = ("/v1/organizations", "/v1/partner", "/v1/roles", "/v1/authorizations", "/v1/applications")
"""Endpoints about the caller's own view, which name organizations in ways of their own."""


def named(path: str, query: Mapping[str, str], params: Mapping[str, str], body: object) -> str | None:
    """The organization that a call names, None where it names none. `params` are the path's."""
    if path.startswith(SCIM):
        return params.get("org")
    if path == "/v1/people/me" or path.startswith(OF_THE_TOKEN):
        return None
    if path == "/v1/licenses/users":
        asked = body.get("orgId") if isinstance(body, dict) else None
        return asked if isinstance(asked, str) else None
    return query.get("orgId")


def place(
    keys: Keys,
    access: Access,
    path: str,
    query: Mapping[str, str],
    params: Mapping[str, str],
    body: object,
    faults: Description,
) -> tuple[State, Answer | None]:
    """The organization a call is about, and why the token is refused there, if it is."""
    wanted = named(path, query, params, body)
    state = _meant(keys, access, path, wanted, params.values())
    if state is None or state not in keys.seen_by(access):
        # What exists elsewhere is not told from what exists nowhere.
        return access.home, _refused(path, faults.foreign_organization, "Organization not found.")
    if not keys.reaches(access, state, faults.elevation):
        return state, _refused(path, 403, FORBIDDEN)
    return state, None


def _meant(keys: Keys, access: Access, path: str, wanted: str | None, params: Iterable[str]) -> State | None:
    world = keys.world
    if wanted is not None:
        return world.by_id(wanted)
    if not access.token.partner or not world.several or path.startswith(OF_THE_TOKEN):
        return access.home
    seen = keys.seen_by(access)
    return next((owner for text in params if (owner := world.owner_of(text)) in seen), None) or access.home


def _refused(path: str, status: int, message: str) -> Answer:
    message = FORBIDDEN if status == 403 else message
    return refuse_scim(status, message) if path.startswith(SCIM) else refuse(status, message)
