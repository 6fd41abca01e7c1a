"""`/partner/...`: what a partner's administrator sees of the customers: who manages them, and the tags to find them by.

None of these calls enters a customer; that is what `GET /organizations/{id}` is for. Tags are remembered in `World.tags`.
(webex-api facts, section 7; OpenAPI: Partner Administrators, Partner Tags.)
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

from reconciler.model import ids
from reconciler.sandbox.call import FORBIDDEN, Answer, Call, not_found, ok, refuse
from reconciler.sandbox.order import BadRequestError
from reconciler.sandbox.routes_people import owner
from reconciler.sandbox.state import State
from reconciler.sandbox.tokens import Access

ROLE = base64.b64encode(b"atlas-portal.partner.salesadmin").decode()
ROLE_IN_CUSTOMER, READ_ONLY_IN_CUSTOMER = "id_full_admin", "id_readonly_admin"
TAGS_MOST, TAG_LONGEST = 5, 25
SEES_ALL = "The user already has access to all customers managed by their partner organization."


def list_managed(call: Call) -> Answer:
    """`GET /partner/organizations?managedBy=PERSON`: the customers of an administrator who does not have them all.

    For a partner's full or read-only administrator, who has them all; 400 when the person asked about has them all, too.
    """
    if not call.token.partner or call.token.manages is not None:
        return refuse(403, FORBIDDEN)
    asked = call.query.get("managedBy")
    if not asked:
        raise BadRequestError("managedBy is required.")
    admins = [access for access in _admins(call) if ids.same(_details(access)["id"], asked)]
    if not admins:
        return not_found("User not found.")
    if any(access.token.manages is None for access in admins):
        raise BadRequestError(SEES_ALL)
    customers = [state for access in admins for state in call.keys.seen_by(access) if state is not access.home]
    return ok({"items": [{"orgId": state.org_id, "role": ROLE} for state in dict.fromkeys(customers)]})


def list_admins(call: Call) -> Answer:
    """`GET /partner/organizations/{orgId}/partnerAdmins`: who administers a customer for the partner."""
    state = _customer(call)
    if state is None:
        return _no_customer(call)
    found: dict[str, dict[str, Any]] = {}
    for access in _admins(call):
        if state in call.keys.seen_by(access):
            role = READ_ONLY_IN_CUSTOMER if access.token.read_only else ROLE_IN_CUSTOMER
            found.setdefault(_details(access)["id"], _details(access) | {"roleInCustomerOrg": role})
    return ok({"items": list(found.values())})


def _admins(call: Call) -> list[Access]:
    """The partner's tokens of the caller's organization that count; each is one administrator, who may have several."""
    home = call.access.home
    return [
        access
        for access in call.keys.accesses.values()
        if access.token.partner and access.home is home and not access.revoked
    ]


def _details(access: Access) -> dict[str, Any]:
    body = owner(access)
    return {key: body[key] for key in ("id", "displayName", "firstName", "lastName", "emails") if key in body}


def list_tags(call: Call) -> Answer:
    """`GET /partner/tags?type=ORGANIZATION|SUBSCRIPTION`: every tag in use, as a bare list."""
    if not call.token.partner:
        return refuse(403, FORBIDDEN)
    kind = call.query.get("type", "ORGANIZATION")
    if kind not in ("ORGANIZATION", "SUBSCRIPTION"):
        raise BadRequestError("type must be ORGANIZATION or SUBSCRIPTION.")
    seen = {state.org_uuid for state in _customers(call)}
    used: dict[str, dict[str, str]] = {}
    for (org, subscription), tags in call.keys.world.tags.items():
        if org in seen and (subscription is not None) == (kind == "SUBSCRIPTION"):
            used |= {tag["name"]: tag for tag in tags if tag["name"] not in used}
    return ok([used[name] for name in sorted(used)])


def list_tagged(call: Call) -> Answer:
    """`GET /partner/tags/organizations?tags=a,b`: the customers that have any of these tags, as a bare list."""
    if not call.token.partner:
        return refuse(403, FORBIDDEN)
    wanted, most = _wanted(call)
    rows = [_tagged(call, state) for state in _customers(call)]
    return ok([row for row in rows if _any(row, wanted)][:most])


def get_tagged(call: Call) -> Answer:
    """`GET /partner/tags/organizations/{orgId}`: one customer with its tags."""
    state = _customer(call)
    return _no_customer(call) if state is None else ok(_tagged(call, state))


def list_tagged_subscriptions(call: Call) -> Answer:
    """`GET /partner/tags/subscriptions?tags=a,b`: the customers' subscriptions that have any of these tags."""
    if not call.token.partner:
        return refuse(403, FORBIDDEN)
    wanted, most = _wanted(call)
    rows = [
        _tagged(call, state, subscription) | {"subscriptionId": subscription, "trial": False}
        for state in _customers(call)
        for subscription in _subscriptions(state)
    ]
    return ok([row for row in rows if _any(row, wanted)][:most])


def assign_tags(call: Call) -> Answer:
    """`POST .../assignTags`: these tags of a customer, or of one of its subscriptions, and no others; `[]` clears."""
    state, subscription = _customer(call), call.params.get("subscription")
    if state is None:
        return _no_customer(call)
    if subscription is not None and subscription not in _subscriptions(state):
        return not_found("Subscription not found.")
    tags = _tags(call.body)
    if tags:
        call.keys.world.tags[state.org_uuid, subscription] = tags
    else:
        call.keys.world.tags.pop((state.org_uuid, subscription), None)
    return ok(tags)


def _tags(body: object) -> list[dict[str, str]]:
    raw = body.get("tags") if isinstance(body, dict) else None
    if not isinstance(raw, list) or not all(isinstance(tag, dict) and isinstance(tag.get("name"), str) for tag in raw):
        raise BadRequestError("tags must be a list of objects with a name.")
    if len(raw) > TAGS_MOST:
        raise BadRequestError(f"There can be at most {TAGS_MOST} tags.")
    if any(not 1 <= len(tag["name"]) <= TAG_LONGEST for tag in raw):
        raise BadRequestError(f"The name of a tag has 1 to {TAG_LONGEST} characters.")
    return [{key: str(tag[key]) for key in ("name", "description") if tag.get(key) is not None} for tag in raw]


def _customers(call: Call) -> list[State]:
    return [state for state in call.keys.seen_by(call.access) if state is not call.access.home]


def _customer(call: Call) -> State | None:
    """The customer in the path, if the token is a partner's that sees it."""
    state = call.keys.world.by_id(call.params["org"])
    return state if call.token.partner and state in _customers(call) else None


def _no_customer(call: Call) -> Answer:
    return not_found("Organization not found.") if call.token.partner else refuse(403, FORBIDDEN)


def _subscriptions(state: State) -> list[str]:
    return list(dict.fromkeys(license.subscription for license in state.licenses.values() if license.subscription))


def _tagged(call: Call, state: State, subscription: str | None = None) -> dict[str, Any]:
    tags = call.keys.world.tags.get((state.org_uuid, subscription), [])
    return {"orgName": state.name, "orgId": state.org_id, "tags": [tag["name"] for tag in tags]}


def _wanted(call: Call) -> tuple[set[str], int]:
    text = call.query.get("tags")
    if not text:
        raise BadRequestError("tags is required.")
    return {tag.strip() for tag in text.split(",")}, call.number("max", 100, most=100)


def _any(row: dict[str, Any], wanted: Iterable[str]) -> bool:
    return not set(wanted).isdisjoint(row["tags"])
