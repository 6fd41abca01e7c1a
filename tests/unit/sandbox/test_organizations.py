"""Several organizations behind one server: which one a call is about, and which token reaches it."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox import World, create_app
from tests.unit.sandbox.calls import call, organization
from tests.unit.sandbox.worlds import Clock, named, world


def names(app: Any, token: str) -> list[str]:
    """The organizations that a token is shown."""
    answer = call(app, "GET", "/v1/organizations", token=token)
    assert "link" not in answer.headers
    return [item["displayName"] for item in answer.json()["items"]]


def emails(answer: Any) -> list[str]:
    """The people of an answer."""
    return [person["emails"][0] for person in answer.json()["items"]]


def test_a_token_sees_its_organization_and_a_partner_s_its_customers() -> None:
    """A customer's token one, a partner's all of them or the customers it manages, always with its own."""
    app = create_app(world())
    assert names(app, "alder") == ["Alder"]
    assert names(app, "birch") == ["Birch"]
    assert names(app, "all") == ["Partner", "Alder", "Birch", "Cedar"]
    assert names(app, "some") == ["Partner", "Alder", "Birch"]


def test_a_partner_s_token_is_403_for_a_customer_until_it_asked_for_that_organization() -> None:
    """Forbidden in Webex's words; asking for one customer opens that one, and for this token only."""
    there = world()
    app = create_app(there)
    alder, birch = named(there, "Alder"), named(there, "Birch")
    refused = call(app, "GET", f"/v1/people?orgId={alder.org_id}", token="all")
    assert refused.status_code == 403
    assert "missing required scopes or the user is missing required roles" in refused.json()["message"]
    details = call(app, "GET", f"/v1/organizations/{alder.org_id}", token="all")
    assert (details.status_code, details.json()["displayName"]) == (200, "Alder")
    allowed = call(app, "GET", f"/v1/people?orgId={alder.org_id}", token="all")
    assert emails(allowed) == ["ann@alder.example", "bob@alder.example"]
    assert call(app, "GET", f"/v1/people?orgId={birch.org_id}", token="all").status_code == 403
    assert call(app, "GET", f"/v1/people?orgId={alder.org_id}", token="some").status_code == 403


def test_listing_organizations_opens_none() -> None:
    """Only `GET /organizations/{id}` does."""
    there = world()
    app = create_app(there)
    assert "Alder" in names(app, "all")
    assert call(app, "GET", f"/v1/licenses?orgId={named(there, 'Alder').org_id}", token="all").status_code == 403


def test_a_partner_s_token_needs_nothing_for_its_own_organization() -> None:
    """That is also where a call goes that names no organization."""
    there = world()
    app = create_app(there)
    assert emails(call(app, "GET", "/v1/people", token="all")) == ["ann@partner.example", "bob@partner.example"]
    assert call(app, "GET", f"/v1/people?orgId={named(there, 'Partner').org_id}", token="all").status_code == 200


@pytest.mark.parametrize("token", ["alder", "some"])
def test_an_organization_that_a_token_does_not_see_is_404(token: str) -> None:
    """Like one that does not exist, wherever the call names it; with the switch it is 403."""
    there = world()
    cedar = named(there, "Cedar")
    patch = {"orgId": cedar.org_id, "email": "ann@cedar.example"}
    calls: list[tuple[str, str, Any]] = [
        ("GET", f"/v1/people?orgId={cedar.org_id}", None),
        ("GET", f"/v1/organizations/{cedar.org_id}", None),
        ("GET", f"/identity/scim/{cedar.org_uuid}/v2/Users", None),
        ("PATCH", "/v1/licenses/users", patch),
    ]
    app = create_app(there)
    assert [call(app, *one, token=token).status_code for one in calls] == [404] * 4
    strict = create_app(there, faults={"foreignOrganization": 403})
    assert [call(strict, *one, token=token).status_code for one in calls] == [403] * 4


@pytest.mark.parametrize(
    "path",
    [
        "/v1/licenses", "/v1/people", "/v1/groups", "/v1/locations", "/v1/telephony/config/locations",
        "/v1/telephony/config/numbers",
    ],
)  # fmt: skip
def test_lists_take_the_organization_from_the_query(path: str) -> None:
    """A customer's things and nobody else's, by padded id, unpadded id and bare UUID."""
    there = world()
    app = create_app(there)
    birch = named(there, "Birch")
    assert call(app, "GET", f"{path}?orgId={birch.org_id}", token="all").status_code == 403
    call(app, "GET", f"/v1/organizations/{birch.org_id}", token="all")
    own = call(app, "GET", path, token="birch")
    assert own.status_code == 200
    for spelling in (birch.org_id, birch.org_id + "==", birch.org_uuid):
        seen = call(app, "GET", f"{path}?orgId={spelling}", token="all")
        assert seen.json() == own.json()
    assert call(app, "GET", path, token="all").json() != own.json()


def test_the_next_page_stays_in_the_organization() -> None:
    """The link carries orgId on, because it repeats the query."""
    there = world()
    app = create_app(there)
    birch = named(there, "Birch")
    call(app, "GET", f"/v1/organizations/{birch.org_id}", token="all")
    first = call(app, "GET", f"/v1/people?orgId={birch.org_id}&max=1", token="all")
    second = call(app, "GET", first.links["next"]["url"], token="all")
    assert emails(first) + emails(second) == ["ann@birch.example", "bob@birch.example"]


def test_a_single_thing_is_found_in_the_organization_that_has_it() -> None:
    """No orgId exists for these calls; the customer still has to be entered first."""
    there = world()
    app = create_app(there)
    alder = named(there, "Alder")
    paths = [
        f"/v1/people/{alder.people[0].id}",
        f"/v1/people/{alder.people[0].uuid}",
        f"/v1/licenses/{alder.licenses['msg'].id}",
        f"/v1/groups/{alder.groups['Sales'].id}",
        f"/v1/groups/{alder.groups['Sales'].id}/members",
        f"/v1/locations/{alder.locations['hq'].id}",
    ]
    assert [call(app, "GET", path, token="all").status_code for path in paths] == [403] * 6
    assert [call(app, "GET", path, token="birch").status_code for path in paths] == [404] * 6
    call(app, "GET", f"/v1/organizations/{alder.org_id}", token="all")
    assert [call(app, "GET", path, token="all").status_code for path in paths] == [200] * 6


def test_scim_takes_the_organization_from_the_path() -> None:
    """Refused in SCIM's own shape before the customer is entered."""
    there = world()
    app = create_app(there)
    alder = named(there, "Alder")
    path = f"/identity/scim/{alder.org_uuid}/v2/Users"
    refused = call(app, "GET", path, token="all")
    assert (refused.status_code, refused.json()["status"]) == (403, "403")
    call(app, "GET", f"/v1/organizations/{alder.org_id}", token="all")
    users = call(app, "GET", path, token="all").json()["Resources"]
    assert [user["userName"] for user in users] == ["ann@alder.example", "bob@alder.example"]


def test_the_patch_takes_the_organization_from_the_body_and_nowhere_else() -> None:
    """Named in the query, the call is about the token's own organization, where the person is not known."""
    there = world()
    app = create_app(there)
    alder = named(there, "Alder")
    item = {"id": alder.licenses["msg"].id, "operation": "add"}
    body = {"personId": alder.people[0].id, "licenses": [item]}
    call(app, "GET", f"/v1/organizations/{alder.org_id}", token="all")
    lost = call(app, "PATCH", f"/v1/licenses/users?orgId={alder.org_id}", body, token="all")
    assert lost.status_code == 404
    assert alder.people[0].licenses == []
    done = call(app, "PATCH", "/v1/licenses/users", body | {"orgId": alder.org_id}, token="all")
    assert (done.status_code, done.json()["orgId"]) == (200, alder.org_id)
    assert alder.people[0].licenses == [alder.licenses["msg"]]


def test_a_partner_s_read_only_administrator_reads_customers_and_writes_nothing() -> None:
    """403 on PATCH in Webex's words, also once the customer is entered; reading goes on."""
    there = world()
    app = create_app(there)
    alder = named(there, "Alder")
    call(app, "GET", f"/v1/organizations/{alder.org_id}", token="reader")
    body = {"orgId": alder.org_id, "email": "ann@alder.example"}
    refused = call(app, "PATCH", "/v1/licenses/users", body, token="reader")
    assert refused.status_code == 403
    assert refused.json()["message"].startswith("The server understood the request, but refused to fulfill it")
    assert call(app, "GET", f"/v1/licenses?orgId={alder.org_id}", token="reader").status_code == 200


def test_a_customer_that_was_entered_can_lapse() -> None:
    """With the switch, after so many seconds it is 403 again, until the partner asks once more."""
    there, clock = world(), Clock()
    app = clock.app(there, faults={"elevation": 600})
    alder = named(there, "Alder")
    path = f"/v1/licenses?orgId={alder.org_id}"
    call(app, "GET", f"/v1/organizations/{alder.org_id}", token="all")
    clock.passes(599)
    assert call(app, "GET", path, token="all").status_code == 200
    clock.passes(1)
    assert call(app, "GET", path, token="all").status_code == 403
    call(app, "GET", f"/v1/organizations/{alder.org_id}", token="all")
    assert call(app, "GET", path, token="all").status_code == 200


def test_any_token_is_a_partner_s_where_none_is_listed() -> None:
    """So that made-up organizations can be tried at once; with one organization there is nothing to enter."""
    app = create_app(World.generate(people=5, groups=1, organizations=3))
    assert names(app, "anything") == ["Acme", "Borealis", "Cobalt"]
    alone = organization()
    assert names(create_app(alone), "anything") == ["Acme"]
    assert call(create_app(alone), "GET", f"/v1/people?orgId={alone.org_id}").status_code == 200


def test_made_up_organizations_share_no_address_no_id_and_no_site() -> None:
    """Twenty are twenty; the first is the one that is made alone."""
    there = World.generate(people=30, groups=2, seed=5, organizations=20)
    assert len({state.org_id for state in there.states}) == 20
    people = [person for state in there.states for person in state.people]
    assert len({person.email for person in people}) == len({person.id for person in people}) == len(people) == 600
    sites = [{license.site for license in state.licenses.values() if license.site} for state in there.states]
    assert len(set.union(*sites)) == 40
    assert there.first.to_file_shape() == World.generate(people=30, groups=2, seed=5).first.to_file_shape()


def test_what_happens_outside_of_webex_happens_in_the_organization_named() -> None:
    """`?org=` by name or id, else the first; the record of calls says whose each was."""
    there = world()
    app = create_app(there)
    birch = named(there, "Birch")
    assert call(app, "POST", "/sandbox/people?org=Birch", {"email": "new@birch.example"}).status_code == 200
    assert call(app, "DELETE", f"/sandbox/people/ann@birch.example?org={birch.org_id}").status_code == 200
    assert [person.email for person in birch.people] == ["bob@birch.example", "new@birch.example"]
    assert call(app, "GET", "/sandbox/state").json()["organization"] == {"name": "Partner"}
    assert call(app, "GET", "/sandbox/state?org=Birch").json()["organization"] == {"name": "Birch"}
    assert call(app, "GET", "/sandbox/state?org=Nobody").status_code == 404
    call(app, "GET", "/v1/people", token="alder")
    call(app, "GET", "/v1/people", token="birch")
    assert [one["organization"] for one in call(app, "GET", "/sandbox/requests").json()["items"]] == ["Alder", "Birch"]
    assert len(call(app, "GET", "/sandbox/requests?org=Birch").json()["items"]) == 1
    listed = call(app, "GET", "/sandbox/organizations").json()["items"]
    assert [(item["name"], item["people"]) for item in listed][2:] == [("Birch", 2), ("Cedar", 2)]


def test_one_organization_or_all_of_them_go_back_to_the_file() -> None:
    """With `?org=` the others keep what was done to them, and so do tokens and the record."""
    there = world()
    app = create_app(there)
    for name in ("Alder", "Birch"):
        call(app, "DELETE", f"/sandbox/people/ann@{name.lower()}.example?org={name}")
    call(app, "GET", "/v1/people", token="alder")
    call(app, "POST", "/sandbox/reset?org=Alder")
    assert [len(named(there, name).people) for name in ("Alder", "Birch")] == [2, 1]
    assert len(call(app, "GET", "/sandbox/requests").json()["items"]) == 1
    call(app, "POST", "/sandbox/reset")
    assert [len(named(there, name).people) for name in ("Alder", "Birch")] == [2, 2]
    assert call(app, "GET", "/sandbox/requests").json()["items"] == []
