"""`/people` as administrators use it: filters together, roles, presence, ids in every spelling, people from elsewhere."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from reconciler.model import ids
from reconciler.sandbox import State, create_app
from tests.unit.sandbox.calls import call, item, organization, patch, talk

FULL, READER = (ids.encode("ROLE", role) for role in ("id_full_admin", "id_readonly_admin"))


def staff() -> State:
    """Three who administer something, one who does not, one from elsewhere."""
    return organization(
        {"email": "ann@acme.example", "name": "Ann One", "roles": ["id_full_admin"]},
        {"email": "abe@acme.example", "name": "Abe Two", "roles": ["id_readonly_admin"], "invitePending": True},
        {"email": "bob@acme.example", "name": "Bob Three"},
        {"email": "axl@acme.example", "name": "Axl Four", "roles": ["id_full_admin", "id_readonly_admin"]},
        {"email": "eve@else.example", "name": "Eve Five", "external": True},
    )


def names(answer: httpx.Response) -> list[str]:
    """Who was listed."""
    assert answer.status_code == 200
    return [person["displayName"] for person in answer.json()["items"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (f"roles={FULL}", ["Ann One", "Axl Four"]),
        (f"roles={FULL},{READER}", ["Ann One", "Abe Two", "Axl Four"]),
        (f"roles={READER}&displayName=ab", ["Abe Two"]),
        (f"roles={ids.encode('ROLE', 'id_device_admin')}", []),
        ("displayName=a", ["Ann One", "Abe Two", "Axl Four"]),
        ("displayName=b&email=ANN@acme.example", []),
        ("email=eve@else.example", []),
    ],
)
def test_filters_narrow_each_other_down(query: str, found: list[str]) -> None:
    """Roles by their ids with commas, together with the beginning of a name or an address."""
    assert names(call(create_app(staff()), "GET", f"/v1/people?{query}")) == found


def test_a_narrowed_list_pages_on_although_somebody_left() -> None:
    """The cursor of a filtered list is a person of the whole list, who may be gone by the next page."""
    state = staff()
    app = create_app(state)

    async def inside(client: httpx.AsyncClient) -> list[str]:
        first = await client.get("/v1/people", params={"displayName": "a", "max": 1})
        state.remove_person(state.by_email["ann@acme.example"])
        return [*names(first), *names(await client.get(first.links["next"]["url"]))]

    assert talk(app, inside) == ["Ann One", "Abe Two"]


def test_roles_are_shown_by_their_ids() -> None:
    """In people as ROLE ids, in SCIM with value and name; in neither for those who have none."""
    state = staff()
    app = create_app(state)
    axl, bob = (state.by_email[f"{name}@acme.example"] for name in ("axl", "bob"))
    assert call(app, "GET", f"/v1/people/{axl.id}").json()["roles"] == [FULL, READER]
    assert "roles" not in call(app, "GET", f"/v1/people/{bob.id}").json()
    user = call(app, "GET", f"/identity/scim/{state.org_uuid}/v2/Users/{axl.uuid}").json()
    assert user["roles"][0] == {"value": "id_full_admin", "type": "cirole", "display": "Full Administrator"}


def test_presence_is_there_unless_it_is_not_wanted() -> None:
    """status: pending or unknown; gone with excludeStatus=true and in a list by ids."""
    state = staff()
    app = create_app(state)
    shown = [person.get("status") for person in call(app, "GET", "/v1/people").json()["items"]]
    assert shown == ["unknown", "pending", "unknown", "unknown"]
    hidden = call(app, "GET", "/v1/people?excludeStatus=true").json()["items"]
    listed = call(app, "GET", f"/v1/people?id={state.people[1].id}").json()["items"]
    assert not any("status" in person for person in [*hidden, *listed])


@pytest.mark.parametrize(
    "spell", [lambda p: p.id, lambda p: p.id + "=" * (-len(p.id) % 4), lambda p: p.uuid, lambda p: p.uuid.upper()]
)
def test_a_person_has_one_id_in_several_spellings(spell: Any) -> None:
    """Base64 without and with padding, and the bare UUID in any case: reading and assigning."""
    state = staff()
    bob = state.by_email["bob@acme.example"]
    app = create_app(state)
    assert call(app, "GET", f"/v1/people/{spell(bob)}").json()["emails"] == [bob.email]
    body = {"personId": spell(bob), "licenses": [item(state, "msg")]}
    assert call(app, "PATCH", "/v1/licenses/users", body).json()["personId"] == bob.id


def test_oneself_is_a_person_like_any_other() -> None:
    """The person of the token, with Calling data on demand; in any other case a service app."""
    ann = {"email": "ann@acme.example", "licenses": ["pro"], "location": "hq", "extension": "4711"}
    app = create_app(organization(ann, tokens=[{"token": "ann", "person": "Ann@acme.example"}, {"token": "app"}]))
    assert call(app, "GET", "/v1/people/me?callingData=true", token="ann").json()["extension"] == "4711"
    assert "extension" not in call(app, "GET", "/v1/people/me", token="ann").json()
    assert call(app, "GET", "/v1/people/me", token="app").json()["type"] == "appuser"


def test_of_people_from_elsewhere_only_the_public_part_is_shown() -> None:
    """By id they are found, without organization, licenses and roles."""
    state = staff()
    eve = state.externals[0]
    body = call(create_app(state), "GET", f"/v1/people?id={eve.id}").json()
    assert body["notFoundIds"] is None
    assert set(body["items"][0]) == {"id", "emails", "displayName", "type", "userName"}


def test_what_waits_for_consent_can_be_taken_away_again() -> None:
    """A pending license and a pending attendee role go with a remove; neither has cost a unit."""
    state = staff()
    state.people.insert(0, state.externals[0])
    role = {"siteUrl": "acme.webex.com", "accountType": "attendee"}
    patch(state, item(state, "host"))
    given = patch(state, sites=[role]).json()
    assert (len(given["pendingLicenses"]), len(given["pendingSiteUrls"])) == (1, 1)
    taken = patch(state, item(state, "host", "remove"), sites=[role | {"operation": "remove"}])
    assert taken.status_code == 200
    assert not {"pendingLicenses", "pendingSiteUrls"} & set(taken.json())


def test_route_list_calls_are_consumed_by_nobody() -> None:
    """Both counters are null, as Webex has them; consumedUnits is a number."""
    licenses = [{"key": "routes", "name": "Webex Calling - Route List Calls", "type": "BCRLC", "total": 10}]
    body = call(create_app(organization(licenses=licenses)), "GET", "/v1/licenses").json()["items"][0]
    assert (body["consumedUnits"], body["consumedByUsers"], body["consumedByWorkspaces"]) == (0, None, None)
