"""SCIM `Users`: what only the directory tells (`active`, work phone, site administrator roles). Ids are bare UUIDs."""

from __future__ import annotations

import re

from reconciler.model import ids
from reconciler.sandbox.call import Answer, Call, ok_bytes
from reconciler.sandbox.nouns import Person
from reconciler.sandbox.wire import encode, scim_user

MOST = 500
_FILTER = re.compile(r'^\s*(userName|id|emails\.value)\s+eq\s+"(.*)"\s*$', re.IGNORECASE)


def _refuse(status: int, detail: str) -> Answer:
    schemas = ["urn:ietf:params:scim:api:messages:2.0:Error"]
    return Answer(status, encode({"schemas": schemas, "status": str(status), "detail": detail}))


def _elsewhere(call: Call) -> bool:
    return not ids.same(call.params["org"], call.state.org_id)


def list_users(call: Call) -> Answer:
    """`GET /identity/scim/{org}/v2/Users` with `filter`, `startIndex` (from 1), `count`."""
    if _elsewhere(call):
        return _refuse(404, "Organization not found.")
    users = call.state.users()
    text = call.query.get("filter")
    if text:
        match = _FILTER.match(text)
        if match is None:
            return _refuse(400, "The sandbox understands userName, id and emails.value with eq.")
        users = _one(call, match[2])
    start, count = call.number("startIndex", 1, most=10**9), call.number("count", 100, most=MOST)
    page = users[start - 1 : start - 1 + count]
    head = b'{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],'
    head += b'"totalResults":%d,"itemsPerPage":%d,"startIndex":%d,"Resources":[' % (len(users), len(page), start)
    return ok_bytes(head + b",".join([scim_user(call.state, person) for person in page]) + b"]}")


def _one(call: Call, reference: str) -> list[Person]:
    person = call.state.person(reference)
    return [person] if person and person.type == "person" and not person.external else []


def get_user(call: Call) -> Answer:
    """`GET /identity/scim/{org}/v2/Users/{id}`."""
    person = None if _elsewhere(call) else call.state.by_uuid.get(ids.uuid_of(call.params["id"]))
    if person is None or person.external or person.type != "person":
        return _refuse(404, "User not found.")
    return ok_bytes(scim_user(call.state, person))
