"""The Webex API of one or more organizations as an ASGI app: the table of endpoints, and which scopes each asks for."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from reconciler.sandbox import (
    admin_life,
    admin_tokens,
    routes_admin,
    routes_audit,
    routes_groups,
    routes_licenses,
    routes_messages,
    routes_oauth,
    routes_organization,
    routes_partner,
    routes_people,
    routes_scim,
    routes_telephony,
)
from reconciler.sandbox.call import Endpoint, not_allowed
from reconciler.sandbox.door import Door, utc_now
from reconciler.sandbox.faults import describe
from reconciler.sandbox.life import Plan, plan
from reconciler.sandbox.state import State
from reconciler.sandbox.world import World

PEOPLE = ("spark-admin:people_read", "spark-admin:people_write")
GROUPS = ("identity:groups_read", "identity:groups_rw")
LOCATIONS = ("spark-admin:locations_read", "spark-admin:people_read", "spark-admin:device_read")
NUMBERS = ("spark-admin:telephony_config_read", "spark-admin:telephony_config_write")
ORGANIZATIONS = ("spark-admin:organizations_read", "spark-admin:organizations_write")
IDENTITY = ("identity:people_read", "identity:people_rw")

# method, path under /v1, endpoint, scopes of which one is enough
TABLE: tuple[tuple[str, str, Endpoint, tuple[str, ...]], ...] = (
    ("GET", "/licenses", routes_licenses.list_licenses, ("spark-admin:licenses_read",)),
    ("PATCH", "/licenses/users", routes_licenses.assign_licenses, ("spark-admin:people_write",)),
    ("GET", "/licenses/{id}", routes_licenses.get_license, ("spark-admin:licenses_read",)),
    ("GET", "/people", routes_people.list_people, PEOPLE),
    ("GET", "/people/me", routes_people.get_me, ()),
    ("GET", "/people/{id}", routes_people.get_person, PEOPLE),
    ("GET", "/groups", routes_groups.list_groups, GROUPS),
    ("GET", "/groups/{id}", routes_groups.get_group, GROUPS),
    ("GET", "/groups/{id}/members", routes_groups.list_members, GROUPS),
    ("GET", "/groups/{id}/Members", routes_groups.list_members, GROUPS),
    ("GET", "/organizations", routes_organization.list_organizations, ("spark-admin:organizations_read",)),
    ("GET", "/organizations/{id}", routes_organization.get_organization, ("spark-admin:organizations_read",)),
    ("GET", "/roles", routes_organization.list_roles, ("spark-admin:roles_read",)),
    ("GET", "/roles/{id}", routes_organization.get_role, ("spark-admin:roles_read",)),
    ("GET", "/locations", routes_telephony.list_locations, LOCATIONS),
    ("GET", "/locations/{id}", routes_telephony.get_location, LOCATIONS),
    ("GET", "/telephony/config/locations", routes_telephony.list_calling_locations, NUMBERS),
    ("GET", "/telephony/config/numbers", routes_telephony.list_numbers, NUMBERS),
    ("GET", "/partner/organizations", routes_partner.list_managed, ORGANIZATIONS),
    ("GET", "/partner/organizations/{org}/partnerAdmins", routes_partner.list_admins, ORGANIZATIONS),
    ("GET", "/partner/tags", routes_partner.list_tags, ORGANIZATIONS),
    ("GET", "/partner/tags/organizations", routes_partner.list_tagged, ORGANIZATIONS),
    ("GET", "/partner/tags/organizations/{org}", routes_partner.get_tagged, ORGANIZATIONS),
    ("GET", "/partner/tags/subscriptions", routes_partner.list_tagged_subscriptions, ORGANIZATIONS),
    ("POST", "/partner/tags/organizations/{org}/assignTags", routes_partner.assign_tags, ORGANIZATIONS[1:]),
    (
        "POST",
        "/partner/tags/organizations/{org}/subscriptions/{subscription}/assignTags",
        routes_partner.assign_tags,
        ORGANIZATIONS[1:],
    ),
    ("GET", "/adminAudit/events", routes_audit.list_events, ("audit:events_read",)),
    ("GET", "/adminAudit/eventCategories", routes_audit.list_categories, ("audit:events_read",)),
    ("POST", "/messages", routes_messages.create_message, ("spark:messages_write",)),
    ("GET", "/authorizations/tokenExpiry", routes_oauth.token_expiry, ()),
    ("POST", "/applications/{id}/token", routes_oauth.application_token, ("spark:applications_token",)),
)
# without a token: this is where tokens come from
PUBLIC: tuple[tuple[str, str, Endpoint], ...] = (
    ("POST", "/access_token", routes_oauth.access_token),
    ("GET", "/authorize", routes_oauth.authorize),
)
SCIM: tuple[tuple[str, str, Endpoint, tuple[str, ...]], ...] = (
    ("GET", "/{org}/v2/Users", routes_scim.list_users, IDENTITY),
    ("GET", "/{org}/v2/Users/{id}", routes_scim.get_user, IDENTITY),
)


def create_app(
    state: State | World,
    *,
    rate_limit: float | None = None,
    latency: float = 0.0,
    faults: Mapping[str, Any] | None = None,
    life: Plan | Mapping[str, Any] | str | float | None = None,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], datetime] = utc_now,
) -> Starlette:
    """The app. `rate_limit`: calls a minute per token; `latency`: seconds before every answer; `faults`: docs/sandbox.md.

    `life`: what happens by itself, as a number of events a minute, `"30/min,seed=7"`, or with weights (docs/sandbox.md).
    `clock` (monotonic, seconds) drives rate limit, life and what comes late, `now` stamps changes and the record of calls.
    InputError when `faults` or `life` is not understood. `state` is changed in place; `app.state.door` is there for tests.
    """
    world = state if isinstance(state, World) else World([state])
    door = Door(world, rate_limit=rate_limit, latency=latency, clock=clock, now=now)
    if faults is not None:
        door.faults.set(describe(dict(faults)))
    if life is not None:
        door.life.set(plan(life))
    app = Starlette(
        routes=[
            *(Route(f"/v1{path}", door.public(endpoint), methods=[method]) for method, path, endpoint in PUBLIC),
            Mount("/v1", routes=_guarded(door, TABLE)),
            Mount("/identity/scim", routes=_guarded(door, SCIM)),
            Mount(
                "/sandbox",
                routes=[
                    *admin_tokens.routes(door),
                    *admin_life.routes(door),
                    *routes_messages.routes(door),
                    *routes_admin.routes(door),
                ],
            ),
            Route("/{path:path}", door.guard(door.unknown), methods=_METHODS),
        ],
        exception_handlers={404: _nowhere(door)},
    )
    app.state.door = door
    return app


_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def _guarded(door: Door, table: tuple[tuple[str, str, Endpoint, tuple[str, ...]], ...]) -> list[Route]:
    """A route for every line, and after those of a path one that refuses all other methods."""
    paths: dict[str, list[str]] = {}
    for method, path, _, _ in table:
        paths.setdefault(path, []).append(method)
    routes: list[Route] = []
    for path, methods in paths.items():
        routes += [Route(path, door.guard(end, *scopes), methods=[how]) for how, at, end, scopes in table if at == path]
        routes.append(Route(path, door.guard(not_allowed(*methods)), methods=_METHODS))
    return [*routes, Route("/{path:path}", door.guard(door.unknown), methods=_METHODS)]


def _nowhere(door: Door) -> Callable[[Request, Exception], Awaitable[Response]]:
    """The same 404 as for other unknown paths: one with a line break in it is matched by no pattern."""

    async def answer(request: Request, _: Exception) -> Response:
        return await door.guard(door.unknown)(request)

    return answer
