"""`/people`: pages by cursor, one person, oneself. A page is a join of bytes, whatever the size of the organization."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from reconciler.model import ids
from reconciler.sandbox.call import Answer, Call, not_found, ok, ok_bytes, refuse
from reconciler.sandbox.nouns import Person
from reconciler.sandbox.order import BadRequestError
from reconciler.sandbox.tokens import Access
from reconciler.sandbox.wire import encode, person_calling, person_plain, person_shown, stranger, with_status

PLAIN_MOST, CALLING_MOST, LOCATION_MOST, IDS_MOST = 1000, 100, 50, 85
CALLING_FAILURE = {"code": "calling_failure", "reason": "The calling service did not answer in time."}
ADMIN_ONLY = ("licenses", "roles", "siteUrls", "loginEnabled", "invitePending", "extension", "locationId")


def list_people(call: Call) -> Answer:
    """`GET /people` with `email`, `id`, `displayName`, `roles`, or everybody; over-asking for `max` is capped in silence.

    `id` goes alone; the others narrow each other down. A cursor of a narrowed list is one of the whole list.
    """
    if "id" in call.query:
        return _by_ids(call, call.query["id"].split(","))
    size, start = _size(call), _start(call)
    most = call.faults.now.calling_pages_over
    if most is not None and call.flag("callingData") and size > most:
        return refuse(504, "Gateway Timeout. Try a smaller value of max.")
    people = _asked_for(call)
    if people is not call.state.people:
        people = [person for person in people if call.state.position(person) >= start]
        start = 0
    page = people[start : start + size]
    link = call.next_link(after=page[-1].id) if page and start + size < len(people) else {}
    return _page(call, _at_location(call, page), link)


def _asked_for(call: Call) -> Sequence[Person]:
    people: Sequence[Person] = call.state.people
    if "email" in call.query:
        person = call.state.by_email.get(call.query["email"].strip().lower())
        people = [person] if person and not person.external else []
    if "displayName" in call.query:
        named = call.state.named(call.query["displayName"])
        people = named if people is call.state.people else [person for person in people if person in named]
    if "roles" in call.query:
        wanted = {ids.uuid_of(role) for role in call.query["roles"].split(",")}
        people = [person for person in people if not wanted.isdisjoint(person.roles)]
    return people


def _size(call: Call) -> int:
    most = CALLING_MOST if call.flag("callingData") else PLAIN_MOST
    if "locationId" in call.query:
        most = min(most, LOCATION_MOST)
    return call.number("max", min(100, most), most=most)


def _start(call: Call) -> int:
    after = call.query.get("after")
    if not after:
        return 0
    start = call.state.position_after(after)
    if start is None:
        raise BadRequestError("after is not a cursor of this list.")
    return start


def _at_location(call: Call, page: Sequence[Person]) -> Sequence[Person]:
    """The filter acts on each page by itself, so that pages can be short or empty while more follow, as in Webex."""
    wanted = call.query.get("locationId")
    if wanted is None:
        return page
    return [person for person in page if person.location and ids.same(person.location.id, wanted)]


def _page(call: Call, people: Sequence[Person], link: dict[str, str] | None = None) -> Answer:
    bodies = _bodies(call, people)
    if call.faults.now.location_errors and "locationId" in call.query and not people:
        bodies = [encode({"errors": {"peopleListLocationId": CALLING_FAILURE}})]
    # A page is a megabyte: it is copied once.
    bodies = bodies or [b""]
    bodies[0] = b'{"notFoundIds":null,"items":[' + bodies[0]
    bodies[-1] += b"]}"
    return ok_bytes(_spelled(call, b",".join(bodies)), link)


def _bodies(call: Call, people: Sequence[Person]) -> list[bytes]:
    state, shown = call.state, not call.flag("excludeStatus")
    if not call.flag("callingData"):
        # What was written before is taken without a function call, a thousand times a page.
        if shown:
            return [person.json_shown or person_shown(state, person) for person in people]
        return [person.json_plain or person_plain(state, person) for person in people]
    write = _flawed if call.faults.now.people_errors else _calling
    bodies = [write(call, person) for person in people]
    return [with_status(body, person) for body, person in zip(bodies, people, strict=True)] if shown else bodies


def _calling(call: Call, person: Person) -> bytes:
    return person_calling(call.state, person)


def _flawed(call: Call, person: Person) -> bytes:
    """A person, perhaps without everything that comes from Calling: a composite answer of which one part failed."""
    if not call.faults.flawed():
        return _calling(call, person)
    return person_plain(call.state, person)[:-1] + b',"errors":' + encode({"callingData": CALLING_FAILURE}) + b"}"


def _spelled(call: Call, body: bytes) -> bytes:
    if call.faults.now.string_booleans:
        for key in (b'"invitePending":', b'"loginEnabled":'):
            for value in (b"true", b"false"):
                body = body.replace(key + value, key + b'"' + value + b'"')
    return body


def _by_ids(call: Call, asked: Sequence[str]) -> Answer:
    if len(asked) > IDS_MOST:
        raise BadRequestError(f"id can name at most {IDS_MOST} people.")
    found, missing = [], []
    for text in asked:
        person = call.state.by_uuid.get(ids.uuid_of(text))
        if person is None:
            missing.append(text)
            continue
        body = msgspec.json.decode(stranger(person) if person.external else person_plain(call.state, person))
        found.append({key: value for key, value in body.items() if key not in ADMIN_ONLY} | {"userName": person.email})
    return ok({"notFoundIds": missing or None, "items": found})


def get_person(call: Call) -> Answer:
    """`GET /people/{id}`, by Webex id or bare UUID. Of somebody of another organization only the public part."""
    person = call.state.by_uuid.get(ids.uuid_of(call.params["id"]))
    if person is None:
        return not_found("Person not found.")
    if person.external:
        return ok_bytes(stranger(person))
    write = person_calling if call.flag("callingData") else person_plain
    return ok_bytes(_spelled(call, with_status(write(call.state, person), person)))


def get_me(call: Call) -> Answer:
    """`GET /people/me`: the person the file gives to the token, else a service app that is in no list."""
    state, email = call.access.home, call.token.person
    person = state.by_email.get((email or "").lower())
    if person is None:
        return ok(owner(call.access))
    write = person_calling if call.flag("callingData") else person_plain
    return ok_bytes(_spelled(call, with_status(write(state, person), person)))


def owner(access: Access) -> dict[str, Any]:
    """Whose token this is, as a person of `/people`."""
    state = access.home
    person = state.by_email.get((access.token.person or "").lower())
    if person is not None:
        body: dict[str, Any] = msgspec.json.decode(person_plain(state, person))
        return body
    return {
        "id": ids.encode("PEOPLE", state.uuid_for("person", "the sandbox's administrator")),
        "emails": ["administrator@sandbox.example"],
        "displayName": "Sandbox Administrator",
        "orgId": state.org_id,
        "roles": [ids.encode("ROLE", "id_readonly_admin" if access.token.read_only else "id_full_admin")],
        "created": state.created,
        "type": "appuser",
    }
