"""`/organizations` and `/roles`: small lists that tell a token where it is and what it may be."""

from __future__ import annotations

from reconciler.model import ids
from reconciler.sandbox.call import Answer, Call, not_found, ok, refuse
from reconciler.sandbox.state import State
from reconciler.sandbox.wire import ROLES


def _organization(state: State) -> dict[str, str]:
    return {"id": state.org_id, "displayName": state.name, "created": state.created}


def list_organizations(call: Call) -> Answer:
    """`GET /organizations`: all that the token sees, a partner's customers too; never paged."""
    return ok({"items": [_organization(state) for state in call.keys.seen_by(call.access)]})


def get_organization(call: Call) -> Answer:
    """`GET /organizations/{id}`. With it a partner's token may work on the customer, which it is refused before."""
    state = call.keys.world.by_id(call.params["id"])
    if state is None or state not in call.keys.seen_by(call.access):
        return refuse(call.faults.now.foreign_organization, "Organization not found.")
    call.keys.enter(call.access, state)
    return ok(_organization(state))


def list_roles(call: Call) -> Answer:
    """`GET /roles`."""
    return ok({"items": [{"id": ids.encode("ROLE", own), "name": name} for own, name in ROLES.items()]})


def get_role(call: Call) -> Answer:
    """`GET /roles/{id}`."""
    for own, name in ROLES.items():
        if ids.same(ids.encode("ROLE", own), call.params["id"]):
            return ok({"id": ids.encode("ROLE", own), "name": name})
    return not_found("Role not found.")
