"""`/groups`: groups and their members, paged by `startIndex` (from 1) and `count`."""

from __future__ import annotations

import re

import msgspec

from reconciler.sandbox.call import Answer, Call, not_found, ok, ok_bytes
from reconciler.sandbox.nouns import Group
from reconciler.sandbox.order import BadRequestError
from reconciler.sandbox.wire import encode, group_body, member, nested_member

MOST = 500
_FILTER = re.compile(r'^\s*displayName\s+(eq|sw)\s+"(.*)"\s*$', re.IGNORECASE)


def list_groups(call: Call) -> Answer:
    """`GET /groups`, filtered by `displayName eq "..."` or `sw`."""
    groups = _sorted(call, _filtered(_listed(call), call.query.get("filter")))
    start, count = call.number("startIndex", 1, most=10**9), call.number("count", 100, most=MOST, least=0)
    page = groups[start - 1 : start - 1 + count]
    whole = b",".join(_whole(call, group) for group in page)
    head = b'{"totalResults":%d,"startIndex":%d,"itemsPerPage":%d,"groups":[' % (len(groups), start, len(page))
    more = 0 < count < len(groups) - start + 1
    return ok_bytes(head + whole + b"]}", call.next_link(startIndex=start + count, count=count) if more else {})


def _listed(call: Call) -> list[Group]:
    """All groups, without those that Webex keeps by itself: it is not known whether this list has them."""
    every = call.state.groups.values()
    return [group for group in every if group.usage != "location" or call.faults.now.location_groups]


def _sorted(call: Call, groups: list[Group]) -> list[Group]:
    by, order = call.query.get("sortBy"), call.query.get("sortOrder", "ascending").lower()
    if by is None:
        return groups
    if by.lower() not in ("displayname", "id"):
        raise BadRequestError("sortBy must be displayName or id.")
    if order not in ("ascending", "descending"):
        raise BadRequestError("sortOrder must be ascending or descending.")
    key = (lambda group: group.id) if by.lower() == "id" else (lambda group: group.name.casefold())
    return sorted(groups, key=key, reverse=order == "descending")


def _whole(call: Call, group: Group) -> bytes:
    """A group of the list, with what `includeMembers` adds and `attributes` leaves; its id stays in any case."""
    inside = call.flag("includeMembers")
    body = _with_members(call, group, 1, MOST) if inside else encode(group_body(call.state, group))
    wanted = {name.strip().lower() for name in call.query.get("attributes", "").split(",") if name.strip()}
    if not wanted:
        return body
    shape: dict[str, object] = msgspec.json.decode(body)
    return encode({key: value for key, value in shape.items() if key == "id" or key.lower() in wanted})


def _filtered(groups: list[Group], text: str | None) -> list[Group]:
    if text is None:
        return groups
    match = _FILTER.match(text)
    if match is None:
        raise BadRequestError('filter must be displayName eq "..." or displayName sw "...".')
    wanted = match[2].casefold()
    if match[1].lower() == "eq":
        return [group for group in groups if group.name.casefold() == wanted]
    return [group for group in groups if group.name.casefold().startswith(wanted)]


def get_group(call: Call) -> Answer:
    """`GET /groups/{id}`; `includeMembers` shows at most 500 of them."""
    group = call.state.group(call.params["id"])
    if group is None:
        return not_found("Group not found.")
    if call.flag("includeMembers"):
        return ok_bytes(_with_members(call, group, 1, MOST))
    return ok(group_body(call.state, group))


def list_members(call: Call) -> Answer:
    """`GET /groups/{id}/members`: the group with a page of members, and neither startIndex nor itemsPerPage."""
    group = call.state.group(call.params["id"])
    if group is None:
        return not_found("Group not found.")
    start, count = call.number("startIndex", 1, most=10**9), call.number("count", MOST, most=MOST, least=0)
    more = 0 < count < len(group.members) + len(group.nested) - start + 1
    link = call.next_link(startIndex=start + count, count=count) if more else {}
    if call.faults.now.duplicate_members and start > 1:
        start, count = start - 1, count + 1
    if call.faults.now.lost_members and more:
        count -= 1
    return ok_bytes(_with_members(call, group, start, count), link)


def _with_members(call: Call, group: Group, start: int, count: int) -> bytes:
    people = group.listed()
    page = people[start - 1 : start - 1 + count]
    entries = [person.json_member or member(person) for person in page]
    rest = start - 1 + count - len(people)
    if rest > 0 and group.nested:
        first = max(0, start - 1 - len(people))
        entries += [nested_member(call.state.groups[key]) for key in group.nested[first:rest]]
    return encode(group_body(call.state, group))[:-1] + b',"members":[' + b",".join(entries) + b"]}"
