"""A partner's token in clients written by others: customers are listed, entered, read and changed with their orgId."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from webexpythonsdk import ApiError, WebexAPI
from wxc_sdk import WebexSimpleApi
from wxc_sdk.licenses import LicenseRequest, LicenseRequestOperation
from wxc_sdk.rest import RestError

from reconciler.sandbox import State, World
from tests.support.sandbox_server import RunningSandbox, running_sandbox

ADD: Any = LicenseRequestOperation.add


@pytest.fixture(scope="module")
def there() -> World:
    """A partner and three customers of 40 people; every token is the partner's."""
    return World.generate(people=40, groups=3, seed=11, organizations=4)


@pytest.fixture(scope="module")
def server(there: World) -> Iterator[RunningSandbox]:
    """Their server."""
    with running_sandbox(there, faults={"upperCaseAccountTypes": True}) as sandbox:
        yield sandbox


@pytest.fixture
def api(server: RunningSandbox, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """wxc-sdk with a token of this test's own, which has entered nobody yet."""
    monkeypatch.setattr(
        "wxc_sdk.scim.child.ScimApiChild.ep", lambda self, path=None: f"{server.origin}/identity/scim/{path}"
    )
    client: Any = WebexSimpleApi(tokens=f"partner-{request.node.name}")
    client.session.BASE = server.base_url
    with client:
        yield client


@pytest.fixture
def customer(there: World) -> State:
    """The third organization."""
    return there.states[2]


def forbidden(work: Any) -> bool:
    """Whether wxc-sdk raises Webex's 403."""
    with pytest.raises(RestError) as refused:
        work()
    return bool(refused.value.response.status_code == 403 and "missing required" in refused.value.description)


def test_wxc_sdk_lists_the_customers_and_enters_one(api: Any, there: World, customer: State) -> None:
    """403 as its exception before, the customer's licenses after."""
    assert [one.org_id for one in api.organizations.list()] == [state.org_id for state in there.states]
    assert forbidden(lambda: api.licenses.list(org_id=customer.org_id))
    assert api.organizations.details(customer.org_id).display_name == customer.name
    listed = api.licenses.list(org_id=customer.org_id)
    assert [license.license_id for license in listed] == [license.id for license in customer.licenses.values()]


def test_wxc_sdk_reads_everything_of_a_customer(api: Any, customer: State) -> None:
    """People, groups and members, SCIM users, locations and numbers: the customer's and nobody else's."""
    org = customer.org_id
    api.organizations.details(org)
    assert [one.person_id for one in api.people.list(org_id=org, max=15)] == [one.id for one in customer.people]
    groups = list(api.groups.list(org_id=org))
    assert [group.group_id for group in groups] == [group.id for group in customer.groups.values()]
    members = list(api.groups.members(groups[0].group_id))
    assert len(members) == len(customer.groups[groups[0].display_name].members)
    users = list(api.scim.users.search_all(org_id=org, count=100))
    assert {user.id for user in users} == {one.uuid for one in customer.users()}
    locations = list(api.locations.list(org_id=org))
    assert [place.location_id for place in locations] == [place.id for place in customer.locations.values()]
    numbers = list(api.telephony.phone_numbers(org_id=org))
    assert len(numbers) == len(customer.number_rows())


def test_wxc_sdk_reads_single_things_without_an_org_id(api: Any, customer: State) -> None:
    """It has no parameter for it there; the id says whose it is."""
    ann, license = customer.people[0], next(iter(customer.licenses.values()))
    assert forbidden(lambda: api.people.details(ann.id))
    api.organizations.details(customer.org_id)
    assert api.people.details(ann.id).emails == [ann.email]
    assert api.licenses.details(license.id).name == license.name
    holders = {user.id for user in api.licenses.assigned_users(license.id)}
    assert holders == {person.id for person in license.listed()}


def test_wxc_sdk_assigns_in_a_customer_and_the_other_client_sees_it(
    api: Any, server: RunningSandbox, customer: State
) -> None:
    """The organization goes into the body; without it the person is unknown."""
    license = customer.licenses["translations"]
    bob = next(person for person in customer.people if person.type == "person" and license not in person.licenses)
    api.organizations.details(customer.org_id)
    asked = [LicenseRequest(id=license.id, operation=ADD)]
    with pytest.raises(RestError) as lost:
        api.licenses.assign_licenses_to_users(person_id=bob.id, licenses=asked)
    assert lost.value.response.status_code == 404
    done = api.licenses.assign_licenses_to_users(person_id=bob.id, licenses=asked, org_id=customer.org_id)
    assert (done.org_id, license.id in done.licenses) == (customer.org_id, True)
    other = WebexAPI(access_token="reading-back", base_url=server.base_url + "/")
    other.organizations.get(customer.org_id)
    assert license.id in other.people.get(bob.id).licenses


def test_webexpythonsdk_lists_and_reads_a_customer(server: RunningSandbox, there: World, customer: State) -> None:
    """ApiError with 403 before the customer is entered; then licenses and people over several pages."""
    api = WebexAPI(access_token="other-partner", base_url=server.base_url + "/")
    assert [one.displayName for one in api.organizations.list()] == [state.name for state in there.states]
    with pytest.raises(ApiError) as refused:
        list(api.licenses.list(orgId=customer.org_id))
    assert refused.value.response.status_code == 403
    assert api.organizations.get(customer.org_id).displayName == customer.name
    assert len(list(api.licenses.list(orgId=customer.org_id))) == len(customer.licenses)
    people = [one.id for one in api.people.list(orgId=customer.org_id, max=15)]
    assert people == [one.id for one in customer.people]
