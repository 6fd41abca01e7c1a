"""`/organizations` and `/roles`: small lists that tell a token where it is and what it may be."""

from __future__ import annotations

from reconciler.model import ids
from reconciler.sandbox.call import Answer, Call, not_found, ok

ROLES = (
    ("id_full_admin", "Full Administrator"),
    ("id_user_admin", "User Administrator"),
    ("id_readonly_admin", "Read-only Administrator"),
    ("id_device_admin", "Device Administrator"),
    ("atlas-portal.support", "Support Administrator"),
)


def _organization(call: Call) -> dict[str, str]:
    return {"id": call.state.org_id, "displayName": call.state.name, "created": call.state.created}


def list_organizations(call: Call) -> Answer:
    """`GET /organizations`."""
    return ok({"items": [_organization(call)]})


def get_organization(call: Call) -> Answer:
    """`GET /organizations/{id}`."""
    here = ids.same(call.params["id"], call.state.org_id)
    return ok(_organization(call)) if here else not_found("Organization not found.")


def list_roles(call: Call) -> Answer:
    """`GET /roles`."""
    return ok({"items": [{"id": ids.encode("ROLE", own), "name": name} for own, name in ROLES]})


def get_role(call: Call) -> Answer:
    """`GET /roles/{id}`."""
    for own, name in ROLES:
        if ids.same(ids.encode("ROLE", own), call.params["id"]):
            return ok({"id": ids.encode("ROLE", own), "name": name})
    return not_found("Role not found.")
