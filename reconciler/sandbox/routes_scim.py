"""SCIM `Users`: what only the directory tells (`active`, work phone, site administrator roles). Ids are bare UUIDs."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import msgspec

from reconciler.model import ids
from reconciler.sandbox import scim_filter
from reconciler.sandbox.call import Answer, Call, ok_bytes, refuse_scim
from reconciler.sandbox.nouns import Person
from reconciler.sandbox.order import BadRequestError
from reconciler.sandbox.wire import encode, scim_groups, scim_shape, scim_user

MOST = 500
ALWAYS = frozenset({"schemas", "id", "meta"})
_KNOWN = re.compile(r'^\s*(userName|id|emails\.value)\s+eq\s+"([^"\\]*)"\s*$', re.IGNORECASE)
_SORTED = {
    "username": lambda person: person.email.casefold(),
    "id": lambda person: person.uuid,
    "meta.lastmodified": lambda person: person.modified,
}


def _elsewhere(call: Call) -> bool:
    return not ids.same(call.params["org"], call.state.org_id)


def list_users(call: Call) -> Answer:
    """`GET /identity/scim/{org}/v2/Users`: filtered, sorted, paged by `startIndex` (from 1) and `count`."""
    if _elsewhere(call):
        return refuse_scim(404, "Organization not found.")
    try:
        users = _sorted(call, _filtered(call))
        start, count = _whole(call, "startIndex", 1), _whole(call, "count", 100)
    except (BadRequestError, scim_filter.FilterError) as error:
        return refuse_scim(400, str(error))
    start, count = max(start, 1), min(max(count, 0), MOST)
    page = users[start - 1 : start - 1 + count]
    head = b'{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],'
    head += b'"totalResults":%d,"itemsPerPage":%d,"startIndex":%d,"Resources":[' % (len(users), len(page), start)
    return ok_bytes(head + b",".join([_written(call, person) for person in page]) + b"]}")


def _whole(call: Call, name: str, default: int) -> int:
    try:
        return min(int(call.query.get(name, default)), 10**9)
    except ValueError:
        raise BadRequestError(f"{name} must be a number.") from None


def _filtered(call: Call) -> list[Person]:
    text = call.query.get("filter", "").strip()
    if not text:
        return call.state.users()
    known = _KNOWN.match(text)
    if known:  # found in an index: such a search must not walk over all people
        person = call.state.person(known[2])
        found = [person] if person and person.type == "person" and not person.external else []
        return [person for person in found if _is(person, known[1].lower(), known[2])]
    asks = scim_filter.read(text)
    return [person for person in call.state.users() if asks(scim_shape(call.state, person))]


def _is(person: Person, name: str, value: str) -> bool:
    if name == "id":
        return ids.same(person.uuid, value)
    emails = (person.email,) if name == "username" else (person.email, *person.other_emails)
    return value.casefold() in [email.casefold() for email in emails]


def _sorted(call: Call, users: list[Person]) -> list[Person]:
    by, order = call.query.get("sortBy"), call.query.get("sortOrder", "ascending").lower()
    if by is None:
        return users
    if by.lower() not in _SORTED:
        raise BadRequestError("sortBy must be userName, id or meta.lastModified.")
    if order not in ("ascending", "descending"):
        raise BadRequestError("sortOrder must be ascending or descending.")
    return sorted(users, key=_SORTED[by.lower()], reverse=order == "descending")


def get_user(call: Call) -> Answer:
    """`GET /identity/scim/{org}/v2/Users/{id}`."""
    person = None if _elsewhere(call) else call.state.by_uuid.get(ids.uuid_of(call.params["id"]))
    if person is None or person.external or person.type != "person":
        return refuse_scim(404, "User not found.")
    return ok_bytes(_written(call, person))


def _written(call: Call, person: Person) -> bytes:
    """A user, with as much of it as is asked for; groups only on demand."""
    body = scim_user(call.state, person)
    groups = call.flag("returnGroups") or call.flag("includeGroupDetails")
    wanted, unwanted = (_names(call, name) for name in ("attributes", "excludedAttributes"))
    if not (groups or wanted or unwanted):
        return body
    shape: dict[str, Any] = msgspec.json.decode(body)
    if groups:
        usages = _names(call, "groupUsageTypes")
        shape["groups"] = scim_groups(call.state, person, usages)
    return encode({key: value for key, value in shape.items() if _stays(key, wanted, unwanted)})


def _names(call: Call, name: str) -> frozenset[str]:
    return frozenset(text.strip().lower() for text in call.query.get(name, "").split(",") if text.strip())


def _stays(key: str, wanted: Collection[str], unwanted: Collection[str]) -> bool:
    """Whole attributes only: `name.givenName` brings the whole name along, and takes nothing of it away."""
    if key in ALWAYS:
        return True
    own = key.lower()
    if wanted and not any(name == own or name.startswith((f"{own}.", f"{own}:")) for name in wanted):
        return False
    return own not in unwanted
