"""The reader: what each method asks for, and what it makes of the answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import httpx
import pytest

from reconciler.errors import WebexForbiddenError, WebexNotFoundError, WebexShapeError
from reconciler.model import ids
from reconciler.model.attribution import AuditEvent
from reconciler.model.catalog import License
from reconciler.model.live import Group, Holder, Location, PhoneNumber
from reconciler.webex import OrganizationReading, Reader, Role
from tests.unit.webex.fake import BASE, Scene, gathered, items, ok, person, refused

ORG_UUID = "11111111-2222-4333-8444-555555555555"
ORG = ids.encode("ORGANIZATION", ORG_UUID)
GROUP = Group("group/1", "Sales", 3)


def test_a_reader_cannot_write() -> None:
    """A dry run is handed a reader; it has no method that could change anything."""
    public = {name for name in dir(Reader) if not name.startswith("_")}
    reads = {"organizations", "me", "licenses", "groups", "members", "people", "directory", "person", "holders"}
    assert public == reads | {"listed", "locations", "numbers", "roles", "use_organization", "enter", "audit_events"}


def test_organizations_are_listed_by_id_and_name() -> None:
    """`GET /organizations` gives Webex ids and display names."""
    scene = Scene(items({"id": "o1", "displayName": "Acme", "created": "x"}))
    assert scene.read(lambda reader: reader.organizations()) == (OrganizationReading("o1", "Acme"),)
    assert scene.sent == ["GET /v1/organizations"]


def test_roles_are_listed_by_id_and_name() -> None:
    """`GET /roles` gives Webex ids and names."""
    scene = Scene(items({"id": "r1", "name": "Full Administrator"}))
    assert scene.read(lambda reader: reader.roles()) == (Role("r1", "Full Administrator"),)


def test_me_is_the_owner_of_the_token() -> None:
    """`GET /people/me` is read like any person."""
    scene = Scene(ok(person(7)))
    assert scene.read(lambda reader: reader.me()).email == "p7@acme.example"
    assert scene.sent == ["GET /v1/people/me"]


def test_one_person_is_asked_for_by_id_with_or_without_calling_data() -> None:
    """An id is one segment of the path, whatever it holds."""
    scene = Scene(ok(person(1)), ok(person(1, extension="100")))
    scene.read(lambda reader: reader.person("a/b=="))
    assert scene.sent == ["GET /v1/people/a%2Fb%3D%3D?callingData=false"]
    scene = Scene(ok(person(1, extension="100")))
    assert scene.read(lambda reader: reader.person("x", calling_data=True)).extension == "100"
    assert scene.query(0) == {"callingData": "true"}


def test_a_person_who_is_gone_is_not_found() -> None:
    """404 is WebexNotFoundError."""
    with pytest.raises(WebexNotFoundError):
        Scene(refused(404)).read(lambda reader: reader.person("x"))


def test_licenses_are_read_with_whatever_webex_says_of_them() -> None:
    """Absent, null, empty and textual units are all in use at Webex; order is Webex's."""
    scene = Scene(
        items(
            {
                "id": "l2",
                "name": "Webex Meetings Suite",
                "totalUnits": 10,
                "consumedUnits": "4",
                "consumedByUsers": 4,
                "consumedByWorkspaces": None,
                "subscriptionId": "Sub1",
                "siteUrl": "Acme.webex.com",
                "siteType": "Control Hub managed site",
                "newKey": 1,
            },
            {"id": "l1", "totalUnits": "", "subscriptionId": ""},
        )
    )
    assert scene.read(lambda reader: reader.licenses()) == (
        License("l2", "Webex Meetings Suite", 10, 4, 4, None, "Sub1", "acme.webex.com", "Control Hub managed site"),
        License("l1", ""),
    )


@pytest.mark.parametrize("body", [{}, {"items": None}, {"items": [{}]}, {"items": [{"id": "x", "totalUnits": "many"}]}])
def test_licenses_that_are_not_there_or_odd_are_a_shape_error(body: dict[str, Any]) -> None:
    """An answer without a list of licenses is no organization without licenses."""
    with pytest.raises(WebexShapeError):
        Scene(ok(body)).read(lambda reader: reader.licenses())


def test_people_are_asked_for_in_large_pages_without_presence() -> None:
    """1000 a page, 100 with Calling data, and never the presence status, which Webex throttles."""
    scene = Scene(items(person(1)))
    scene.read(lambda reader: gathered(reader.people()))
    assert scene.query(0) == {"max": "1000", "callingData": "false", "excludeStatus": "true"}
    scene = Scene(items(person(1)))
    scene.read(lambda reader: gathered(reader.people(calling_data=True)))
    assert scene.query(0) == {"max": "100", "callingData": "true", "excludeStatus": "true"}


def test_people_are_one_item_a_page_in_order() -> None:
    """Pages come one by one, duplicates are left to the caller."""
    scene = Scene(items(person(1), person(2), following=f"{BASE}/people?after=2"), items(person(2)))
    pages = scene.read(lambda reader: gathered(reader.people()))
    assert [[one.id for one in page] for page in pages] == [["person-1", "person-2"], ["person-2"]]


def test_no_list_of_people_at_all_is_a_shape_error() -> None:
    """An answer without `items` is not an organization without people."""
    with pytest.raises(WebexShapeError, match="no list of people"):
        Scene(ok({})).read(lambda reader: gathered(reader.people()))


def test_a_person_without_id_is_a_shape_error_with_path_and_tracking_id() -> None:
    """What is wrong, where, and Webex's tracking id stand in the error; the record does not."""
    broken = {"emails": ["ann@acme.example"]}
    with pytest.raises(WebexShapeError) as caught:
        Scene(items(broken)).read(lambda reader: gathered(reader.people()))
    assert (caught.value.path, caught.value.tracking_id) == ("/v1/people", "ROUTER_1")
    assert "`id`" in str(caught.value)
    assert "ann" not in str(caught.value)


def test_the_organization_is_named_wherever_the_api_takes_it() -> None:
    """`orgId` goes into the query of people, licenses, groups, locations and numbers, and nowhere else."""

    async def everything(reader: Reader) -> None:
        await reader.licenses()
        await gathered(reader.people())
        await reader.groups()
        await reader.locations()
        await reader.numbers()
        await reader.organizations()
        await reader.roles()
        await reader.person("x")
        await reader.members(GROUP)
        await reader.holders("l")

    scene = Scene(handler=lambda request: ok({"items": [], "groups": [], "id": "x"}))
    scene.read(everything, org_id=ORG)
    named = [
        request.url.path.removeprefix("/v1") for request in scene.requests if request.url.params.get("orgId") == ORG
    ]
    assert named == [
        "/licenses",
        "/people",
        "/groups",
        "/locations",
        "/telephony/config/locations",
        "/telephony/config/numbers",
    ]
    assert sum("orgId" in request.url.params for request in scene.requests) == len(named)


def test_an_organization_can_be_chosen_later() -> None:
    """Which organization it is may be known only after asking Webex."""

    async def choose(reader: Reader) -> None:
        reader.use_organization(ORG)
        await reader.licenses()

    scene = Scene(items())
    scene.read(choose)
    assert scene.query(0) == {"orgId": ORG}


def test_groups_are_counted_through_and_sorted_by_name() -> None:
    """Pages go on by position until Webex's total was seen; a group that comes twice is one."""
    one, two = {"id": "g1", "displayName": "Sales", "memberSize": 3}, {"id": "g2", "displayName": "HR"}
    scene = Scene(ok({"totalResults": 3, "groups": [one, two]}), ok({"totalResults": 3, "groups": [one]}))
    assert scene.read(lambda reader: reader.groups()) == (Group("g2", "HR"), Group("g1", "Sales", 3))
    assert [scene.query(n) for n in (0, 1)] == [
        {"count": "500", "startIndex": "1"},
        {"count": "500", "startIndex": "3"},
    ]


def test_groups_without_a_total_are_read_until_a_page_is_empty() -> None:
    """Where Webex does not say how many there are, an empty page is the end."""
    scene = Scene(ok({"groups": [{"id": "g1"}]}), ok({"groups": []}))
    assert scene.read(lambda reader: reader.groups()) == (Group("g1", ""),)


def test_an_answer_without_a_list_of_groups_is_not_believed() -> None:
    """An answer that neither lists groups nor says that there are none is an error, not an organization without groups."""
    with pytest.raises(WebexShapeError, match="no list of groups"):
        Scene(ok({})).read(lambda reader: reader.groups())


def test_an_organization_without_groups_has_none() -> None:
    """Empty lists may lack their key."""
    assert Scene(ok({"totalResults": 0})).read(lambda reader: reader.groups()) == ()


def _members(*entries: tuple[str, str], size: int | None = None) -> httpx.Response:
    body: dict[str, Any] = {"id": "group/1", "members": [{"id": id_, "type": kind} for id_, kind in entries]}
    return ok(body if size is None else {**body, "memberSize": size})


def test_members_are_read_until_as_many_as_webex_counts_were_seen() -> None:
    """Duplicates across pages do not count, so reading goes on until memberSize distinct members were seen."""
    scene = Scene(
        _members(("p1", "user"), ("p2", "user"), size=4),
        _members(("p2", "user"), ("g9", "group"), size=4),
        _members(("m1", "machine"), size=4),
    )
    found = scene.read(lambda reader: reader.members(GROUP))
    assert (found.people, found.nested, found.seen) == (("p1", "p2"), ("g9",), 4)
    assert found.group == Group("group/1", "Sales", 4)
    assert scene.requests[0].url.raw_path == b"/v1/groups/group%2F1/members?count=500&startIndex=1"
    assert [scene.query(n)["startIndex"] for n in range(3)] == ["1", "3", "5"]


def test_members_that_fall_short_end_with_an_empty_page() -> None:
    """Where fewer members come than Webex counts, an empty page ends it, and `seen` shows the gap."""
    scene = Scene(_members(("p1", "user"), size=3), _members(size=3))
    found = scene.read(lambda reader: reader.members(GROUP))
    assert (found.seen, found.group.member_size) == (1, 3)


def test_a_page_of_members_that_comes_again_is_a_shape_error() -> None:
    """A server that ignores startIndex must not be read for ever."""
    scene = Scene(handler=lambda _: _members(("p1", "user"), size=3))
    with pytest.raises(WebexShapeError, match="circles"):
        scene.read(lambda reader: reader.members(GROUP))
    assert len(scene.requests) == 2


def test_a_group_without_members_is_empty() -> None:
    """No `members` key and memberSize 0 is an empty group, read in one call."""
    scene = Scene(ok({"id": "group/1", "memberSize": 0}))
    found = scene.read(lambda reader: reader.members(GROUP))
    assert (found.people, found.nested, found.seen) == ((), (), 0)
    assert len(scene.requests) == 1


def test_members_come_under_the_ids_that_people_have() -> None:
    """A bare UUID becomes a Webex id, padding is no second member, no type means a person."""
    uuid = "F5B36187-c8dd-4727-8b2f-f9c447f29046"
    members = [{"id": uuid}, {"id": "abc"}, {"id": "abc=="}]
    found = Scene(ok({"members": members, "memberSize": 2})).read(lambda reader: reader.members(GROUP))
    assert found.people == (ids.encode("PEOPLE", uuid.lower()), "abc")


def test_holders_are_followed_by_link_and_told_apart() -> None:
    """Everybody a license is assigned to, once; EXTERNAL ones are of another organization."""
    entry = {"id": "p1", "type": "INTERNAL", "displayName": "Ann", "email": "ann@acme.example"}
    scene = Scene(
        ok({"id": "l", "users": [entry]}, following=f"{BASE}/licenses/l%2F1?next=abc"),
        ok({"id": "l", "users": [entry, {"id": "p2", "type": "external"}]}),
    )
    found = scene.read(lambda reader: reader.holders("l/1"))
    assert found == (Holder("p1", "ann@acme.example", "Ann", True), Holder("p2", "", "", False))
    assert scene.query(0) == {"includeAssignedTo": "user", "limit": "300"}
    assert scene.query(1) == {"includeAssignedTo": "user", "limit": "300", "next": "abc"}


def test_a_license_that_nobody_has_may_lack_its_users() -> None:
    """No `users` key is nobody."""
    assert Scene(ok({"id": "l"})).read(lambda reader: reader.holders("l")) == ()


def test_locations_know_whether_they_are_enabled_for_calling() -> None:
    """A location counts as enabled when the Calling list has it, padded or not."""
    home, away = ids.encode("LOCATION", "1000001"), ids.encode("LOCATION", "2000002")
    scene = Scene(
        items({"id": home, "name": "Home"}, following=f"{BASE}/locations?start=1"),
        items({"id": away, "name": "Away"}),
        ok({"locations": [{"id": home + "=", "name": "Home"}]}),
    )
    found = scene.read(lambda reader: reader.locations())
    assert found == (Location(home, "Home", True), Location(away, "Away", False))


def test_a_forbidden_calling_list_is_not_taken_for_no_calling() -> None:
    """403 on the Calling list surfaces with its scope; no location is called disabled because we may not look."""
    scene = Scene(items({"id": "x"}), refused(403))
    with pytest.raises(WebexForbiddenError) as caught:
        scene.read(lambda reader: reader.locations())
    assert "spark-admin:telephony_config_read" in caught.value.hint


def test_numbers_are_read_with_owner_kind_and_place() -> None:
    """No owner key means free; an empty number is an extension only; kinds come as word or list."""
    place = {"id": "loc", "name": "Home"}
    rows = [
        {"phoneNumber": "+14085550100", "state": "ACTIVE", "location": place, "includedTelephonyTypes": "PSTN_NUMBER"},
        {"phoneNumber": "", "extension": "100", "location": place, "owner": {"id": "p1", "type": "PEOPLE"}},
        {"phoneNumber": "+1", "includedTelephonyTypes": ["MOBILE_NUMBER"], "isServiceNumber": "true", "owner": {}},
        {"extension": "101", "tollFreeNumber": True, "isReservedNumber": True, "owner": None},
    ]
    found = Scene(ok({"phoneNumbers": rows})).read(lambda reader: reader.numbers())
    assert found == (
        PhoneNumber("+14085550100", "loc", "Home", "ACTIVE"),
        PhoneNumber(None, "loc", "Home", "", extension="100", owner_type="PEOPLE", owner_id="p1"),
        PhoneNumber("+1", "", "", "", owner_type="UNKNOWN", mobile=True, service=True),
        PhoneNumber(None, "", "", "", extension="101", toll_free=True, reserved=True),
    )


def _numbers(first: int, count: int) -> list[dict[str, str]]:
    return [{"phoneNumber": f"+{number}"} for number in range(first, first + count)]


def test_numbers_go_on_by_offset_while_pages_are_full() -> None:
    """Without a link a full page is followed by the next offset, a short one is the last."""
    scene = Scene(ok({"phoneNumbers": _numbers(0, 2000)}), ok({"phoneNumbers": _numbers(2000, 5)}))
    assert len(scene.read(lambda reader: reader.numbers())) == 2005
    assert [scene.query(n) for n in (0, 1)] == [{"max": "2000"}, {"max": "2000", "start": "2000"}]


def test_numbers_go_on_by_link_where_there_is_one() -> None:
    """A page that Webex capped says so by its link."""
    link = f"{BASE}/telephony/config/numbers?max=10&start=10"
    scene = Scene(ok({"phoneNumbers": _numbers(0, 10)}, following=link), ok({"phoneNumbers": _numbers(10, 3)}))
    assert len(scene.read(lambda reader: reader.numbers())) == 13
    assert scene.query(1) == {"max": "10", "start": "10"}


def test_numbers_that_come_again_are_a_shape_error() -> None:
    """A server that ignores the offset must not be read for ever."""
    scene = Scene(handler=lambda _: ok({"phoneNumbers": _numbers(0, 2000)}))
    with pytest.raises(WebexShapeError, match="circles"):
        scene.read(lambda reader: reader.numbers())


def test_the_directory_lives_beside_v1_under_the_bare_organization_id() -> None:
    """SCIM has no /v1 and wants bare UUIDs; pages go on by startIndex plus itemsPerPage until the total."""
    scene = Scene(
        ok({"Resources": [{"id": "U1"}], "totalResults": 150, "itemsPerPage": 100, "startIndex": 1}),
        ok({"Resources": [{"id": "U2"}], "totalResults": 150, "itemsPerPage": 100, "startIndex": 101}),
    )
    pages = scene.read(lambda reader: gathered(reader.directory()), org_id=ORG)
    assert [[one.uuid for one in page] for page in pages] == [["u1"], ["u2"]]
    path = f"GET /identity/scim/{ORG_UUID}/v2/Users?count=100&startIndex="
    assert scene.sent == [path + "1", path + "101"]


def test_the_directory_without_an_organization_is_that_of_the_token() -> None:
    """Where none was named, the organization of the token's owner is asked for first."""
    scene = Scene(ok({"id": "x", "orgId": ORG}), ok({"totalResults": 0}))
    assert scene.read(lambda reader: gathered(reader.directory())) == [[]]
    assert [line.split("?")[0] for line in scene.sent] == [
        "GET /v1/people/me",
        f"GET /identity/scim/{ORG_UUID}/v2/Users",
    ]


@pytest.mark.parametrize("more", [{}, {"itemsPerPage": 0}])
def test_a_directory_that_gives_no_page_size_ends_with_an_empty_page(more: dict[str, int]) -> None:
    """Without itemsPerPage the users on the page are counted; an empty page ends a list that promised more."""
    scene = Scene(ok({"Resources": [{"id": "u"}], "totalResults": 5, **more}), ok({"totalResults": 5, **more}))
    assert len(scene.read(lambda reader: gathered(reader.directory()), org_id=ORG)) == 2
    assert scene.query(1)["startIndex"] == "2"


SINCE, UNTIL = (
    datetime(2026, 11, 20, 8, 0, 0, 5000, UTC),
    datetime(2026, 11, 21, 9, 0, tzinfo=timezone(timedelta(hours=1))),
)


def test_admin_audit_events_are_asked_for_by_time() -> None:
    """Times are UTC to the millisecond, pages follow the link, and what Webex leaves out is empty."""
    whole = {
        "id": "E1", "created": "2026-11-20T10:00:00.123Z", "actorId": "A", "actorOrgId": "O",
        "data": {
            "actorName": "Joe", "actorEmail": "joe@x", "eventCategory": "EventCategory.USERS", "eventDescription": "changed",
            "actionText": "Joe changed Ann", "targetId": "T", "targetName": "ann@x", "adminRoles": ["User"],
            "targetType": "TargetResourceType.PERSON",
        },
    }  # fmt: skip
    failed = {"id": "E2", "created": "2026-11-20T09:00:00Z", "data": {"errorCode": "WXC-1", "targetId": None}}
    bare = {"id": "E3", "created": "2026-11-20T08:30:00Z", "data": None}
    scene = Scene(
        items(whole, following=f"{BASE}/adminAudit/events?max=200&offset=200"), items(failed, bare),
    )  # fmt: skip
    pages = scene.read(lambda reader: gathered(reader.audit_events(SINCE, UNTIL)), org_id=ORG)
    assert pages == [
        [AuditEvent("E1", datetime(2026, 11, 20, 10, 0, 0, 123000, UTC), "A", "Joe", "joe@x", "USERS", "changed",
                    "Joe changed Ann", "T", "ann@x", "PERSON")],
        [AuditEvent("E2", datetime(2026, 11, 20, 9, 0, tzinfo=UTC), failed=True),
         AuditEvent("E3", datetime(2026, 11, 20, 8, 30, tzinfo=UTC))],
    ]  # fmt: skip
    filters = {"from": "2026-11-20T08:00:00.005Z", "to": "2026-11-21T08:00:00.000Z", "max": "200", "orgId": ORG}
    assert scene.query(0) == filters
    assert scene.query(1) == filters | {"offset": "200"}


def test_events_that_are_none_are_a_shape_error() -> None:
    """An event without a time could explain anything, so it explains nothing: the answer is not understood."""
    for event in ({"id": "E1"}, {"created": "2026-11-20T08:30:00Z"}, {"id": "E1", "created": "yesterday"}):
        with pytest.raises(WebexShapeError):
            Scene(items(event)).read(lambda reader: gathered(reader.audit_events(SINCE, UNTIL)), org_id=ORG)
