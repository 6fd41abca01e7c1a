"""Where access tokens come from: an authorization in the browser, a service app's first token, and refreshing.

Nobody is asked to log in here: `/authorize` agrees at once, for the administrator that the file authorized the client for.
What Webex says to a wrong secret or a used refresh token is not documented; see "Where Webex is undocumented". (webex-api
facts, section 8.)
"""

from __future__ import annotations

from datetime import UTC
from urllib.parse import urlencode

from reconciler.model import ids
from reconciler.sandbox.call import Answer, Call, not_found, ok, refuse
from reconciler.sandbox.nouns import Client
from reconciler.sandbox.order import BadRequestError
from reconciler.sandbox.tokens import Issued

EVERY_SCOPE = (
    "audit:events_read", "identity:groups_rw", "identity:people_rw", "spark-admin:licenses_read", "spark-admin:locations_read",
    "spark-admin:organizations_read", "spark-admin:people_read", "spark-admin:people_write", "spark-admin:roles_read",
    "spark-admin:telephony_config_read", "spark-admin:telephony_config_write",
)  # fmt: skip
BAD_CLIENT = "invalid_client: The client_id or client_secret is not right."
BAD_GRANT = "invalid_grant: The {} is invalid, expired, revoked or already used."
FOREVER = 253_402_300_799_000
"""`exp` of a token that does not end: the last second of the year 9999, in milliseconds."""


def access_token(call: Call) -> Answer:
    """`POST /access_token` with `grant_type` `refresh_token` or `authorization_code`, as a form (or JSON)."""
    body = call.body if isinstance(call.body, dict) else {}
    found = call.keys.client(body.get("client_id"), body.get("client_secret"))
    if found is None:
        return refuse(401, BAD_CLIENT)
    client, grant = found[0], body.get("grant_type")
    if grant == "refresh_token":
        issued = call.keys.refreshed(client, body.get("refresh_token"), call.faults.now.refresh_grace)
    elif grant == "authorization_code":
        right = client.redirect_uri is not None and body.get("redirect_uri") == client.redirect_uri
        issued = call.keys.redeemed(client, body.get("code")) if right else None
    else:
        return refuse(400, "unsupported_grant_type: grant_type must be refresh_token or authorization_code.")
    if issued is None:
        return refuse(400, BAD_GRANT.format("refresh token" if grant == "refresh_token" else "code or redirect_uri"))
    return _tokens(client, issued)


def _tokens(client: Client, issued: Issued) -> Answer:
    scopes = EVERY_SCOPE if client.rights.scopes is None else client.rights.scopes
    return ok(
        {
            "access_token": issued.access,
            "expires_in": int(issued.expires_in),
            "refresh_token": issued.refresh,
            "refresh_token_expires_in": int(issued.refresh_expires_in),
            "token_type": "Bearer",
            "scope": " ".join(scopes),
        }
    )


def authorize(call: Call) -> Answer:
    """`GET /authorize`: straight back to the client's redirect URI with a code. 400 for any other URI."""
    query = call.query
    client, home = call.keys.clients.get(query.get("client_id", ""), (None, None))
    if client is None or home is None:
        raise BadRequestError("client_id is not the id of a client.")
    if client.redirect_uri is None or query.get("redirect_uri") != client.redirect_uri:
        raise BadRequestError("redirect_uri is not the client's.")
    if query.get("response_type") != "code":
        raise BadRequestError("response_type must be code.")
    back = {"code": call.keys.authorize(client, home)} | ({"state": query["state"]} if "state" in query else {})
    joint = "&" if "?" in client.redirect_uri else "?"
    return Answer(302, b"", {"Location": f"{client.redirect_uri}{joint}{urlencode(back)}"})


def application_token(call: Call) -> Answer:
    """`POST /applications/{id}/token`: a service app's tokens for the organization that authorized it."""
    body = call.body if isinstance(call.body, dict) else {}
    parts = ids.decode(call.params["id"])
    app = parts.value if parts and parts.type == "APPLICATION" else call.params["id"]
    if app not in call.keys.clients:
        return not_found("Application not found.")
    found = call.keys.client(body.get("clientId"), body.get("clientSecret"))
    if found is None or found[0].id != app:
        return refuse(401, BAD_CLIENT)
    client, home = found
    if call.keys.world.by_id(str(body.get("targetOrgId", ""))) is not home:
        return not_found("The application is not authorized in this organization.")
    return _tokens(client, call.keys.issue(client, home))


def token_expiry(call: Call) -> Answer:
    """`GET /authorizations/tokenExpiry`: `exp`, when this very token ends, in milliseconds since 1970."""
    until = call.access.until
    return ok({"exp": FOREVER if until is None else int(until.astimezone(UTC).timestamp() * 1000)})
