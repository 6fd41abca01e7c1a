"""Groups, numbers, locations and licenses: the documented filters, orders and refusals of each list."""

from __future__ import annotations

import pytest

from reconciler.sandbox import State, create_app
from tests.unit.sandbox.calls import call, item, organization

EXTENSION = {
    "email": "ann@acme.example",
    "name": "Ann Young",
    "licenses": ["std"],
    "location": "hq",
    "extension": "2000",
}
OWNER = {"email": "bob@acme.example", "name": "Bob Adams", "licenses": ["pro"], "workPhone": "+14085550100"}


def phones() -> State:
    """Numbers of all kinds: of a person, of a hunt group, inactive, mobile, free; and an extension alone."""
    state = organization(EXTENSION, OWNER)
    state.numbers["+14085550104"].mobile = True
    return state


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "100 101 102 103 104 2000"),
        ("ownerName=adams", "100"),
        ("ownerName=front", "103"),
        ("ownerType=PEOPLE", "100 2000"),
        ("ownerType=PEOPLE&available=false", "100 2000"),
        ("available=true", "101 102 104"),
        ("phoneNumberType=PRIMARY", "100 101 102 103 104"),
        ("phoneNumberType=FAX", ""),
        ("state=INACTIVE", "102"),
        ("includedTelephonyTypes=MOBILE_NUMBER", "104"),
        ("includedTelephonyTypes=PSTN_NUMBER", "100 101 102 103"),
        ("numberType=EXTENSION", "2000"),
        ("extension=2000", "2000"),
        ("restrictedNonGeoNumbers=true", ""),
        ("order=dn-desc&numberType=NUMBER", "104 103 102 101 100"),
        ("order=lastName&ownerType=PEOPLE", "100 2000"),
        ("order=dn|extension asc", "2000 100 101 102 103 104"),
        ("start=1&max=2", "101 102"),
        ("phoneNumber=%2B14085550101", "101"),
        ("phoneNumber=14085550101", "101"),
    ],
)
def test_numbers_are_found_by_every_documented_filter(query: str, found: str) -> None:
    """Each filter, the orders, and pages; the last three digits of the numbers, or the extension alone."""
    rows = call(create_app(phones()), "GET", f"/v1/telephony/config/numbers?{query}").json()["phoneNumbers"]
    assert " ".join(row["phoneNumber"][-3:] if "phoneNumber" in row else row["extension"] for row in rows) == found


@pytest.mark.parametrize(
    "query",
    [
        "available=true&ownerType=PEOPLE", "available=true&numberType=EXTENSION", "state=ACTIVE&numberType=EXTENSION",
        "available=true&reservedNumber=true", "ownerType=NOBODY", "numberType=BOTH", "state=ASLEEP", "phoneNumberType=X",
        "order=color", "start=-1", "max=0",
    ],
)  # fmt: skip
def test_numbers_refuse_what_does_not_go_together(query: str) -> None:
    """400 for documented conflicts, unknown values and numbers that are none."""
    assert call(create_app(phones()), "GET", f"/v1/telephony/config/numbers?{query}").status_code == 400


def test_locations_are_found_by_a_part_of_their_name() -> None:
    """In both lists, in any case; those enabled for Calling can be ordered."""
    app = create_app(organization())
    assert [place["name"] for place in call(app, "GET", "/v1/locations?name=A").json()["items"]] == ["lab", "barn"]
    enabled = call(app, "GET", "/v1/telephony/config/locations?order=desc").json()["locations"]
    assert [place["name"] for place in enabled] == ["lab", "HQ"]
    assert call(app, "GET", "/v1/telephony/config/locations?name=h").json()["locations"][0]["name"] == "HQ"
    assert call(app, "GET", "/v1/locations").json()["items"][0]["address"]["country"] == "US"


def test_groups_sort_and_show_only_what_is_wanted() -> None:
    """sortBy and sortOrder; attributes beside the id; count=0 counts."""
    app = create_app(
        organization(groups=[{"name": "sales"}, {"name": "Art"}, {"name": "Zoo", "members": ["ann@acme.example"]}])
    )

    def names(query: str) -> list[str]:
        return [group["displayName"] for group in call(app, "GET", f"/v1/groups?{query}").json()["groups"]]

    assert names("sortBy=displayName") == ["Art", "sales", "Zoo"]
    assert names("sortBy=displayName&sortOrder=descending") == ["Zoo", "sales", "Art"]
    assert sorted(names("sortBy=id")) == ["Art", "Zoo", "sales"]
    few = call(app, "GET", "/v1/groups?attributes=displayName&includeMembers=true").json()["groups"]
    assert {tuple(sorted(group)) for group in few} == {("displayName", "id")}
    none = call(app, "GET", "/v1/groups?count=0")
    assert (none.json()["totalResults"], none.json()["groups"], "Link" in none.headers) == (3, [], False)
    for query in ("sortBy=size", "sortBy=id&sortOrder=up", "filter=usage eq 1"):
        assert call(app, "GET", f"/v1/groups?{query}").status_code == 400


def test_only_users_can_be_asked_for_as_holders() -> None:
    """includeAssignedTo knows one value."""
    state = organization()
    path = f"/v1/licenses/{state.licenses['msg'].id}"
    assert call(create_app(state), "GET", f"{path}?includeAssignedTo=user").json()["users"] == []
    assert call(create_app(state), "GET", f"{path}?includeAssignedTo=workspace").status_code == 400


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/json-patch+json"])
def test_an_assignment_that_is_not_json_is_415(kind: str) -> None:
    """Whatever the body holds; nothing is done."""
    import json

    from tests.unit.sandbox.calls import talk

    state = organization()
    body = json.dumps({"email": "ann@acme.example", "licenses": [item(state, "msg")]})
    answer = talk(
        create_app(state),
        lambda client: client.patch("/v1/licenses/users", content=body, headers={"Content-Type": kind}),
    )
    assert (answer.status_code, state.people[0].licenses) == (415, [])
    assert answer.json()["trackingId"]


def test_there_are_twelve_administrator_roles() -> None:
    """All that are known, with the id that decodes to the role; Webex Site administrators are not among them."""
    from reconciler.model import ids

    roles = call(create_app(organization()), "GET", "/v1/roles").json()["items"]
    decoded = [parts.value for role in roles if (parts := ids.decode(role["id"]))]
    assert len(decoded) == 12
    assert decoded[:3] == ["id_full_admin", "id_user_admin", "id_readonly_admin"]
