"""wxc-sdk, written by others against the real Webex, works against the sandbox without knowing it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from wxc_sdk import WebexSimpleApi
from wxc_sdk.licenses import (
    LicenseProperties,
    LicenseRequest,
    LicenseRequestOperation,
    SiteAccountType,
    SiteUrlsRequest,
)
from wxc_sdk.rest import RestError

from tests.contract.small import TOKEN
from tests.support.sandbox_server import RunningSandbox

# wxc-sdk's enumerations are invisible to mypy
ADD: Any = LicenseRequestOperation.add
REMOVE: Any = LicenseRequestOperation.remove
ATTENDEE: Any = SiteAccountType.attendee


def client(sandbox: RunningSandbox) -> Any:
    """A wxc-sdk client of this sandbox."""
    api: Any = WebexSimpleApi(tokens=TOKEN)
    api.session.BASE = sandbox.base_url
    return api


@pytest.fixture
def reading(large: RunningSandbox) -> Iterator[Any]:
    """A client of the large organization."""
    with client(large) as api:
        yield api


@pytest.fixture
def writing(small: RunningSandbox) -> Iterator[Any]:
    """A client of a small organization of its own."""
    with client(small) as api:
        yield api


def test_it_lists_every_license_with_its_counters(reading: Any, large: RunningSandbox) -> None:
    """It lists every license, with the counters the holders make."""
    listed = {license.license_id: license for license in reading.licenses.list()}
    assert len(listed) == len(large.state.licenses)
    for license in large.state.licenses.values():
        seen = listed[license.id]
        assert (seen.name, seen.total_units, seen.consumed_units) == (license.name, license.total, license.consumed)
        assert seen.lic_type == license.type


def test_it_lists_everybody_over_several_pages(reading: Any, large: RunningSandbox) -> None:
    """It follows the cursor through three pages and sees everybody once."""
    people = list(reading.people.list(max=400))
    assert [person.person_id for person in people] == [person.id for person in large.state.people]
    assert all(person.location_id is None for person in people)


def test_it_lists_calling_data_when_it_asks_for_it(reading: Any, large: RunningSandbox) -> None:
    """With callingData it sees location and extension, over eleven pages of a hundred."""
    people = list(reading.people.list(calling_data=True, max=1000))
    extensions = {person.person_id: person.extension for person in people if person.extension}
    expected = {person.id: person.extension for person in large.state.people if person.extension}
    assert len(people) == len(large.state.people)
    assert extensions == expected


def test_it_reads_one_person_by_id_and_by_address(reading: Any, large: RunningSandbox) -> None:
    """One person is found by Webex id, by bare UUID and by address."""
    ann = large.state.people[7]
    assert reading.people.details(ann.id).emails == [ann.email]
    assert reading.people.details(ann.uuid).person_id == ann.id
    assert [person.person_id for person in reading.people.list(email=ann.email.upper())] == [ann.id]


def test_it_lists_groups_and_members_over_several_pages(reading: Any, large: RunningSandbox) -> None:
    """It lists groups five at a time and the largest group's members a hundred at a time."""
    groups = list(reading.groups.list(count=5))
    assert [group.display_name for group in groups] == [group.name for group in large.state.groups.values()]
    largest = max(groups, key=lambda group: group.member_size)
    members = list(reading.groups.members(largest.group_id, count=100))
    assert len(members) == largest.member_size > 300
    assert len({member.member_id for member in members}) == len(members)


def test_it_finds_a_group_by_name(reading: Any) -> None:
    """The displayName filter finds exactly the group asked for."""
    assert [group.display_name for group in reading.groups.list(list_filter='displayName eq "Sales"')] == ["Sales"]


def test_it_lists_the_holders_of_a_license_over_several_pages(reading: Any, large: RunningSandbox) -> None:
    """It follows the holders' cursor; people of other organizations are among them."""
    license = large.state.licenses["suite-main-old"]
    holders = list(reading.licenses.assigned_users(license.id, limit=100))
    assert [holder.id for holder in holders] == [person.id for person in license.holders.values()]
    assert {holder.type for holder in holders} == {"INTERNAL", "EXTERNAL"}


def test_it_lists_organizations_roles_locations_and_numbers(reading: Any, large: RunningSandbox) -> None:
    """The small lists decode, and numbers come in pages."""
    assert [organization.org_id for organization in reading.organizations.list()] == [large.state.org_id]
    assert "Full Administrator" in [role.name for role in reading.roles.list()]
    assert [place.name for place in reading.locations.list()] == [p.name for p in large.state.locations.values()]
    enabled = [place.location_id for place in reading.telephony.locations.list()]
    assert enabled == [place.id for place in large.state.locations.values() if place.calling]
    numbers = list(reading.telephony.phone_numbers(max=50))
    assert [number.phone_number for number in numbers if number.phone_number] == list(large.state.numbers)


def test_it_reads_the_directory(reading: Any, large: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """SCIM users decode: active, work phone and the sites somebody administers."""
    monkeypatch.setattr(
        "wxc_sdk.scim.child.ScimApiChild.ep", lambda self, path=None: f"{large.origin}/identity/scim/{path}"
    )
    users = {user.id: user for user in reading.scim.users.search_all(org_id=large.state.org_id, count=500)}
    persons = [person for person in large.state.people if person.type == "person"]
    assert list(users) == [person.uuid for person in persons]
    assert [users[p.uuid].active for p in persons] == [p.active for p in persons]
    administrators = {user.id for user in users.values() if user.webex_user and user.webex_user.managed_sites}
    assert administrators == {person.uuid for person in persons if person.site_admin_of}


def test_it_assigns_and_removes_a_license(writing: Any, small: RunningSandbox) -> None:
    """An assigned license shows at once on the person, among the holders and in the counter; removed, nowhere."""
    host = small.state.licenses["host"]
    answer = writing.licenses.assign_licenses_to_users("ann@small.example", licenses=[LicenseRequest(id=host.id)])
    assert host.id in answer.licenses
    ann = next(writing.people.list(email="ann@small.example"))
    assert host.id in ann.licenses
    assert ann.site_urls == ["small.webex.com"]
    assert [holder.id for holder in writing.licenses.assigned_users(host.id)] == [ann.person_id]
    assert writing.licenses.details(host.id).consumed_units == 1
    request = [LicenseRequest(id=host.id, operation=REMOVE)]
    assert host.id not in writing.licenses.assign_licenses_to_users(person_id=ann.person_id, licenses=request).licenses
    assert host.id not in writing.people.details(ann.person_id).licenses
    assert writing.licenses.details(host.id).consumed_units == 0


def test_it_assigns_and_removes_calling(writing: Any, small: RunningSandbox) -> None:
    """Calling brings number, extension and location along, and takes them away again."""
    pro, hq = small.state.licenses["pro"], small.state.locations["hq"]
    properties = LicenseProperties(phone_number="+14085550100", extension="4711", location_id=hq.id)
    request = [LicenseRequest(id=pro.id, operation=ADD, properties=properties)]
    person_id = writing.licenses.assign_licenses_to_users("ann@small.example", licenses=request).person_id
    ann = writing.people.details(person_id, calling_data=True)
    assert (ann.extension, ann.location_id) == ("4711", hq.id)
    assert ("work", "+14085550100") in [(phone.number_type, phone.value) for phone in ann.phone_numbers]
    owned = next(writing.telephony.phone_numbers(phone_number="+14085550100"))
    assert (owned.owner.owner_id, owned.extension) == (person_id, "4711")
    request = [LicenseRequest(id=pro.id, operation=REMOVE)]
    writing.licenses.assign_licenses_to_users(person_id=person_id, licenses=request)
    ann = writing.people.details(person_id, calling_data=True)
    assert (ann.extension, ann.location_id, ann.phone_numbers) == (None, None, None)
    assert next(writing.telephony.phone_numbers(phone_number="+14085550100")).owner is None


def test_it_makes_and_unmakes_an_attendee(writing: Any) -> None:
    """An attendee role is written in capitals by wxc-sdk and read back as `site#attendee`."""
    site = SiteUrlsRequest(site_url="small.webex.com", account_type=ATTENDEE, operation=ADD)
    person_id = writing.licenses.assign_licenses_to_users("ann@small.example", site_urls=[site]).person_id
    assert writing.people.details(person_id).site_urls == ["small.webex.com#attendee"]
    site.operation = REMOVE
    writing.licenses.assign_licenses_to_users("ann@small.example", site_urls=[site])
    assert not writing.people.details(person_id).site_urls


def test_error_codes_arrive_as_its_exceptions(writing: Any, small: RunningSandbox) -> None:
    """A refusal is a RestError with Webex's error code; an unknown person a 404."""
    pro, std = small.state.licenses["pro"], small.state.licenses["std"]
    with pytest.raises(RestError) as refusal:
        writing.licenses.assign_licenses_to_users("ann@small.example", licenses=[LicenseRequest(id=pro.id)])
    assert (refusal.value.response.status_code, refusal.value.code) == (400, 400411)
    request = [LicenseRequest(id=license.id) for license in (pro, std)]
    with pytest.raises(RestError) as refusal:
        writing.licenses.assign_licenses_to_users("ann@small.example", licenses=request)
    assert refusal.value.code == 400404
    with pytest.raises(RestError) as missing:
        writing.licenses.assign_licenses_to_users("nobody@small.example", licenses=request)
    assert missing.value.response.status_code == 404


def test_no_unit_left_is_an_error_without_a_code(writing: Any, small: RunningSandbox) -> None:
    """When the pool is empty the call is refused, and the holder count stays."""
    request = [LicenseRequest(id=small.state.licenses["paid"].id)]
    with pytest.raises(RestError, match="No unit") as refusal:
        writing.licenses.assign_licenses_to_users("ann@small.example", licenses=request)
    assert refusal.value.detail.code is None
    assert small.state.licenses["paid"].consumed == 2
