"""`/licenses`: the pools, who holds them, and the one call that changes anything."""

from __future__ import annotations

import base64

from reconciler.model import ids
from reconciler.sandbox import order, rules
from reconciler.sandbox.audit import Actor
from reconciler.sandbox.call import Answer, Call, not_found, ok, refuse
from reconciler.sandbox.nouns import Person
from reconciler.sandbox.order import BadRequestError
from reconciler.sandbox.routes_people import owner
from reconciler.sandbox.state import webex_time
from reconciler.sandbox.wire import encode, holder, license_body

PAGE = 300


def list_licenses(call: Call) -> Answer:
    """`GET /licenses`: all at once, never paged."""
    items = [license_body(license, call.faults.shown(license)) for license in call.state.licenses.values()]
    return ok({"items": items})


def get_license(call: Call) -> Answer:
    """`GET /licenses/{id}`; with `includeAssignedTo=user` a page of its holders."""
    license = call.state.license(call.params["id"])
    if license is None:
        return not_found("License not found.")
    body = license_body(license, call.faults.shown(license))
    if "includeAssignedTo" not in call.query:
        return ok(body)
    if call.query["includeAssignedTo"] != "user":
        raise BadRequestError("includeAssignedTo must be user.")
    limit = call.number("limit", PAGE, most=PAGE)
    listing, start = _position(call, license.listed())
    body["users"] = [holder(person) for person in listing[start : start + limit]]
    if start + limit >= len(listing):
        return ok(body)
    return ok(body, call.next_link(next=_cursor(call, listing, start + limit)))


def _position(call: Call, listing: list[Person]) -> tuple[list[Person], int]:
    text = call.query.get("next")
    if not text:
        return listing, 0
    parts = ids.decode(text)
    found = None
    if parts and parts.type == "LICENSE_USER_PAGING":
        padded = parts.value + "=" * (-len(parts.value) % 4)
        found = call.state.at_cursor(base64.b64decode(padded, validate=False).decode("ascii", "replace"))
    if found is None:
        raise BadRequestError("next is not a cursor of this list.")
    return found


def _cursor(call: Call, listing: list[Person], start: int) -> str:
    own = call.state.new_cursor(listing, start)
    return ids.encode("LICENSE_USER_PAGING", base64.b64encode(own.encode()).decode().rstrip("="))


def _note(call: Call, person: Person) -> None:
    """The audit log knows who called."""
    if call.state.clock is not None:
        me = owner(call.access)
        actor = Actor(me["id"], me["displayName"], me["emails"][0])
        call.state.audit.note(call.state, "click", person.email, webex_time(call.state.clock()), actor)


def assign_licenses(call: Call) -> Answer:
    """`PATCH /licenses/users`."""
    if call.content_type and call.content_type.partition(";")[0].strip().lower() != "application/json":
        return refuse(415, "The body must be application/json.")
    asked = order.read(call.body)
    if asked.org_id and not ids.same(asked.org_id, call.state.org_id):
        return not_found("Organization not found.")
    person = call.state.person(asked.person_id) if asked.person_id else None
    by_email = call.state.person(asked.email) if asked.email else None
    if asked.person_id and asked.email and person is not by_email:
        return refuse(400, "email and personId name different people.")
    person = person or by_email
    if person is None:
        return not_found("User not found.")
    faults = call.faults.now
    manners = rules.Manners(
        faults.over_allocation, faults.ignore_patch, faults.some_refused, faults.all_refused, faults.remove_not_held
    )
    outcome = rules.assign(call.state, person, asked, manners)
    if outcome.status < 300:
        _note(call, person)
    if faults.upper_case_account_types:
        for site in [*outcome.body.get("siteUrls", ()), *outcome.body.get("pendingSiteUrls", ())]:
            site["accountType"] = site["accountType"].upper()
    return Answer(outcome.status, encode(outcome.body))
