"""`/partner/...`: who manages which customer, and the tags to find customers by."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from starlette.applications import Starlette

from reconciler.sandbox import World, create_app
from tests.unit.sandbox.calls import call
from tests.unit.sandbox.worlds import named, world

ADMIN = "/v1/partner/organizations"
TAGS = "/v1/partner/tags"


@pytest.fixture
def there() -> World:
    """The partner with its customers."""
    return world()


@pytest.fixture
def app(there: World) -> Starlette:
    """Their API."""
    return create_app(there)


def get(app: Starlette, path: str, token: str = "all") -> Any:
    """A successful answer."""
    answer = call(app, "GET", path, token=token)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_customers_of_an_administrator_who_does_not_have_them_all(app: Starlette, there: World) -> None:
    """orgId and a role in base64, as the documentation's example has it; the partner itself is not among them."""
    bob = there.first.people[1]
    items = get(app, f"{ADMIN}?managedBy={bob.id}")["items"]
    assert [item["orgId"] for item in items] == [named(there, name).org_id for name in ("Alder", "Birch")]
    assert base64.b64decode(items[0]["role"]).decode().startswith("atlas-portal.partner.")


def test_an_administrator_who_has_all_customers_is_not_asked_about(app: Starlette, there: World) -> None:
    """400 with the documented sentence; nobody is 404, and without managedBy it is 400."""
    answer = call(app, "GET", f"{ADMIN}?managedBy={there.first.people[0].id}", token="all")
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("The user already has access to all customers")
    assert call(app, "GET", f"{ADMIN}?managedBy=nobody", token="all").status_code == 404
    assert call(app, "GET", ADMIN, token="all").status_code == 400


@pytest.mark.parametrize("token", ["some", "alder"])
def test_only_a_partner_s_full_or_read_only_administrator_asks(app: Starlette, there: World, token: str) -> None:
    """403 for one who has some customers, and for a customer."""
    path = f"{ADMIN}?managedBy={there.first.people[1].id}"
    assert call(app, "GET", path, token=token).status_code == 403
    assert call(app, "GET", path, token="reader").status_code == 200


def test_a_customer_s_administrators_at_the_partner(app: Starlette, there: World) -> None:
    """All who have it, with the role they have there; a customer's own token may not ask."""
    birch, cedar = named(there, "Birch").org_id, named(there, "Cedar").org_id
    admins = get(app, f"{ADMIN}/{birch}/partnerAdmins")["items"]
    assert [(admin["emails"], admin["roleInCustomerOrg"]) for admin in admins] == [
        (["ann@partner.example"], "id_full_admin"),
        (["bob@partner.example"], "id_full_admin"),
        (["administrator@sandbox.example"], "id_readonly_admin"),
    ]
    assert len(get(app, f"{ADMIN}/{cedar}/partnerAdmins")["items"]) == 2
    assert call(app, "GET", f"{ADMIN}/{birch}/partnerAdmins", token="birch").status_code == 403
    assert call(app, "GET", f"{ADMIN}/{cedar}/partnerAdmins", token="some").status_code == 404


def test_none_of_these_calls_enters_a_customer(app: Starlette, there: World) -> None:
    """That takes GET /organizations/{id}."""
    birch = named(there, "Birch").org_id
    get(app, f"{ADMIN}/{birch}/partnerAdmins")
    get(app, f"{TAGS}/organizations/{birch}")
    assert call(app, "GET", f"/v1/licenses?orgId={birch}", token="all").status_code == 403


def tag(app: Starlette, org: str, *names: str, subscription: str | None = None, token: str = "all") -> Any:
    """Assign tags."""
    middle = f"/subscriptions/{subscription}" if subscription else ""
    body = {"tags": [{"name": name, "description": f"about {name}"} for name in names]}
    return call(app, "POST", f"{TAGS}/organizations/{org}{middle}/assignTags", body, token=token)


def test_customers_are_found_by_any_of_their_tags(app: Starlette, there: World) -> None:
    """Assigned as a whole, listed once and by name, found by any, cleared with an empty list."""
    alder, birch = named(there, "Alder").org_id, named(there, "Birch").org_id
    assert tag(app, alder, "gold", "emea").json()[0] == {"name": "gold", "description": "about gold"}
    tag(app, birch, "gold")
    assert [one["name"] for one in get(app, f"{TAGS}?type=ORGANIZATION")] == ["emea", "gold"]
    assert get(app, f"{TAGS}/organizations?tags=emea,none") == [
        {"orgName": "Alder", "orgId": alder, "tags": ["gold", "emea"]}
    ]
    assert len(get(app, f"{TAGS}/organizations?tags=gold")) == 2
    assert len(get(app, f"{TAGS}/organizations?tags=gold&max=1")) == 1
    assert get(app, f"{TAGS}/organizations/{birch}")["tags"] == ["gold"]
    tag(app, alder)
    assert [one["name"] for one in get(app, TAGS)] == ["gold"]
    call(app, "POST", "/sandbox/reset")
    assert get(app, TAGS) == []


def test_subscriptions_have_tags_of_their_own(app: Starlette, there: World) -> None:
    """With the customer, the subscription and whether it is a trial; an unknown subscription is 404."""
    alder = named(there, "Alder").org_id
    assert tag(app, alder, "renew", subscription="Sub-1").status_code == 200
    assert tag(app, alder, "renew", subscription="Sub-9").status_code == 404
    assert get(app, f"{TAGS}/subscriptions?tags=renew") == [
        {"orgName": "Alder", "orgId": alder, "tags": ["renew"], "subscriptionId": "Sub-1", "trial": False}
    ]
    assert [one["name"] for one in get(app, f"{TAGS}?type=SUBSCRIPTION")] == ["renew"]
    assert get(app, f"{TAGS}?type=ORGANIZATION") == []


def test_tags_have_limits(app: Starlette, there: World) -> None:
    """Five a customer, twenty-five characters each, with a name; tags must be asked for by name."""
    alder = named(there, "Alder").org_id
    assert tag(app, alder, *"abcdef").status_code == 400
    assert tag(app, alder, "x" * 26).status_code == 400
    assert tag(app, alder, *"abcde").status_code == 200
    bad = call(app, "POST", f"{TAGS}/organizations/{alder}/assignTags", {"tags": ["bare"]}, token="all")
    assert bad.status_code == 400
    assert call(app, "GET", f"{TAGS}/organizations", token="all").status_code == 400
    assert call(app, "GET", f"{TAGS}?type=PERSON", token="all").status_code == 400


def test_tags_are_the_partner_s_business(app: Starlette, there: World) -> None:
    """A customer's token is refused; a partner sees and changes only the customers it manages; reading is not writing."""
    cedar = named(there, "Cedar").org_id
    assert call(app, "GET", TAGS, token="alder").status_code == 403
    assert tag(app, cedar, "x", token="alder").status_code == 403
    assert tag(app, cedar, "x", token="some").status_code == 404
    assert tag(app, cedar, "x", token="reader").status_code == 403
    tag(app, cedar, "x")
    assert get(app, TAGS, token="some") == []
    assert get(app, f"{TAGS}/organizations?tags=x", token="some") == []
