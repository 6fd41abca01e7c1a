"""What Webex does where nothing is documented: every behaviour that was seen or is feared has a switch, and does what it says.

Each test shows the behaviour with the switch, and that without it everything is in order.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from reconciler.sandbox import State, create_app
from tests.unit.sandbox.calls import call, item, organization, patch


def keys(state: State) -> list[str]:
    """What the first person holds."""
    return [license.key for license in state.people[0].licenses]


def crowd(count: int = 5, **more: Any) -> State:
    """An organization of so many people in one group."""
    people = [{"email": f"p{at}@acme.example"} | more for at in range(count)]
    return organization(*people, groups=[{"name": "All", "members": [person["email"] for person in people]}])


def members(state: State, **faults: Any) -> tuple[list[str], int]:
    """The members of the only group as two by two they come, and the memberSize it claims."""
    app, found, start = create_app(state, faults=faults), [], 1
    while True:
        group = state.groups["All"]
        answer = call(app, "GET", f"/v1/groups/{group.id}/members?startIndex={start}&count=2")
        found += [member["displayName"] for member in answer.json()["members"]]
        if "next" not in answer.links:
            return found, answer.json()["memberSize"]
        start += 2


# -- PATCH /licenses/users --------------------------------------------------------------------------------------------------


def test_out_of_units_is_hard_or_soft() -> None:
    """Hard: 400 and nothing given. Soft (overAllocation): 200, given, and the counter is above the total."""
    for soft, status, held in ((False, 400, []), (True, 200, ["scarce"])):
        state = organization({"email": "ann@acme.example"}, {"email": "bob@acme.example", "licenses": ["scarce"]})
        answer = patch(state, item(state, "scarce"), overAllocation=soft)
        assert (answer.status_code, keys(state), state.licenses["scarce"].consumed) == (status, held, 1 + len(held))


@pytest.mark.parametrize(("status", "held"), [(206, ["msg"]), (200, ["msg"]), (400, [])])
def test_a_part_refused_is_206_or_200_or_400(status: int, held: list[str]) -> None:
    """someRefused: what can be done is done, with 206 or 200; or nothing at all, with 400 and the reason."""
    state = organization()
    answer = patch(state, item(state, "msg"), item(state, "room"), someRefused=status)
    assert (answer.status_code, keys(state)) == (status, held)
    assert ("errors" in answer.json()) is (status == 400)


@pytest.mark.parametrize("status", [400, 206, 200])
def test_everything_refused_is_400_or_206_or_200(status: int) -> None:
    """allRefused: nothing is done in any case; only 400 says why."""
    state = organization()
    answer = patch(state, item(state, "room"), allRefused=status)
    assert (answer.status_code, keys(state)) == (status, [])
    assert (answer.json().get("licenses") == []) is (status != 400)


def test_success_can_be_without_effect() -> None:
    """ignorePatch: 200, and neither addition nor removal of this license happens; others do."""
    state = organization({"email": "ann@acme.example", "licenses": ["share", "host"]})
    answer = patch(state, item(state, "host", "remove"), item(state, "msg"), ignorePatch=["host"])
    assert (answer.status_code, keys(state)) == (200, ["share", "host", "msg"])
    assert state.licenses["host"].id in answer.json()["licenses"]


@pytest.mark.parametrize("status", [200, 400])
def test_taking_away_what_is_not_held_is_200_or_400(status: int) -> None:
    """removeNotHeld: no change either way; what is held goes in both."""
    state = organization({"email": "ann@acme.example", "licenses": ["msg"]})
    answer = patch(state, item(state, "paid-msg", "remove"), removeNotHeld=status)
    assert (answer.status_code, keys(state)) == (status, ["msg"])
    assert patch(state, item(state, "msg", "remove"), removeNotHeld=status).status_code == 200
    assert keys(state) == []


def test_an_external_s_pending_license_counts_as_held() -> None:
    """removeNotHeld 400 lets a pending license be withdrawn."""
    state = organization()
    app = create_app(state, faults={"removeNotHeld": 400})
    call(app, "POST", "/sandbox/people", {"email": "eve@x.example", "external": True, "pendingLicenses": ["host"]})
    body = {"email": "eve@x.example", "licenses": [item(state, "host", "remove")]}
    assert call(app, "PATCH", "/v1/licenses/users", body).status_code == 200


# -- counters and numbers that lag ------------------------------------------------------------------------------------------


def test_counters_lag_behind_deletions_too() -> None:
    """counterLag: somebody left, the holder is gone at once, the unit three seconds later."""
    now = [0.0]
    state = organization({"email": "ann@acme.example", "licenses": ["pro"]})
    app = create_app(state, faults={"counterLag": 3}, clock=lambda: now[0])
    path = f"/v1/licenses/{state.licenses['pro'].id}?includeAssignedTo=user"
    call(app, "DELETE", "/sandbox/people/ann@acme.example")
    seen = call(app, "GET", path).json()
    assert (seen["users"], seen["consumedUnits"]) == ([], 1)
    now[0] = 3.0
    assert call(app, "GET", path).json()["consumedUnits"] == 0


@pytest.mark.parametrize("leaves", [False, True])
def test_numbers_can_be_released_late(leaves: bool) -> None:
    """numberRelease: for ten seconds after the license went, or the person, the number is listed as theirs and refused."""
    now = [0.0]
    ann = {"email": "ann@acme.example", "licenses": ["pro"], "workPhone": "+14085550100"}
    state = organization(ann, {"email": "bob@acme.example"})
    app = create_app(state, faults={"numberRelease": 10}, clock=lambda: now[0])
    wanted = {
        "email": "bob@acme.example",
        "licenses": [item(state, "pro", phoneNumber="+14085550100", location="hq")],
    }
    free = "/v1/telephony/config/numbers?available=true&phoneNumber=%2B14085550100"
    if leaves:
        call(app, "DELETE", "/sandbox/people/ann@acme.example")
    else:
        call(app, "POST", "/sandbox/assign", {"email": "ann@acme.example", "remove": ["pro"]})
    assert call(app, "GET", free).json()["phoneNumbers"] == []
    assert call(app, "PATCH", "/v1/licenses/users", wanted).status_code == 400
    assert State.from_shape(state.to_file_shape()).numbers["+14085550100"].owner is None
    now[0] = 10.0
    assert len(call(app, "GET", free).json()["phoneNumbers"]) == 1
    assert call(app, "PATCH", "/v1/licenses/users", wanted).status_code == 200


def test_a_number_can_come_back_to_who_just_lost_it() -> None:
    """While it is being released its last owner may have it again, and keeps it when the time is over."""
    now = [0.0]
    state = organization({"email": "ann@acme.example", "licenses": ["pro"], "workPhone": "+14085550100"})
    app = create_app(state, faults={"numberRelease": 10}, clock=lambda: now[0])
    call(app, "POST", "/sandbox/assign", {"email": "ann@acme.example", "remove": ["pro"]})
    again = {
        "email": "ann@acme.example",
        "licenses": [item(state, "pro", phoneNumber="+14085550100", location="hq")],
    }
    assert call(app, "PATCH", "/v1/licenses/users", again).status_code == 200
    now[0] = 60.0
    call(app, "GET", "/v1/roles")
    assert state.numbers["+14085550100"].owner is state.people[0]


def test_peace_frees_every_number_at_once() -> None:
    """Faults `{}`: nothing waits any more."""
    state = organization({"email": "ann@acme.example", "licenses": ["pro"], "workPhone": "+14085550100"})
    app = create_app(state, faults={"numberRelease": 1000})
    call(app, "POST", "/sandbox/assign", {"email": "ann@acme.example", "remove": ["pro"]})
    assert state.numbers["+14085550100"].owner is not None
    call(app, "POST", "/sandbox/faults", {})
    assert state.numbers["+14085550100"].owner is None


# -- pages ------------------------------------------------------------------------------------------------------------------


def test_group_members_come_once() -> None:
    """Without a switch: everybody, once, as many as memberSize says."""
    found, size = members(crowd())
    assert (len(found), len(set(found)), size) == (5, 5, 5)


def test_group_members_can_come_twice() -> None:
    """duplicateMembers: the last of a page again on the next one."""
    found, size = members(crowd(), duplicateMembers=True)
    assert (len(found), len(set(found)), size) == (7, 5, 5)


def test_group_members_can_get_lost() -> None:
    """lostMembers: the last of every page but the final one never comes; memberSize tells that somebody is missing."""
    found, size = members(crowd(), lostMembers=True)
    assert (len(found), len(set(found)), size) == (3, 3, 5)


def test_next_links_can_lose_their_filters() -> None:
    """dropFilters: only what pages stays; whoever follows blindly reads without Calling data and filter."""
    app = create_app(crowd(), faults={"nextLinks": ["dropFilters"]})
    asked = "/v1/people?max=2&callingData=true&displayName=P"
    spoiled = call(app, "GET", asked).links["next"]["url"]
    assert "callingData" not in spoiled
    assert "displayName" not in spoiled
    assert "max=2" in spoiled
    call(app, "POST", "/sandbox/faults", {})
    assert "displayName=P" in call(app, "GET", asked).links["next"]["url"]


def test_next_links_can_have_max_null() -> None:
    """maxNull: `max=null` in place of a number; followed as it stands it is 400."""
    app = create_app(crowd(), faults={"nextLinks": ["maxNull"]})
    for path in ("/v1/people?max=2", "/v1/telephony/config/numbers?max=2"):
        url = call(app, "GET", path).links["next"]["url"]
        assert re.search(r"[?&]max=null(&|$)", url)
        assert call(app, "GET", url.removeprefix("http://sandbox")).status_code == 400


def test_retry_after_can_be_garbage() -> None:
    """From the rate limit, and from a rule as any text."""
    app = create_app(crowd(), faults={"rateLimit": {"perMinute": 1, "retryAfter": "garbage"}}, clock=lambda: 0.0)
    answers = [call(app, "GET", "/v1/roles") for _ in range(2)]
    assert (answers[1].status_code, answers[1].headers["retry-after"]) == (429, "rand(30),add(30)")
    call(app, "POST", "/sandbox/faults", {"then": {"status": 429, "retryAfter": "soon"}})
    assert call(app, "GET", "/v1/roles").headers["retry-after"] == "soon"


# -- people with Calling data -----------------------------------------------------------------------------------------------


def test_people_can_come_without_their_calling_part() -> None:
    """peopleErrors 1: with Calling data everybody has an errors map, and neither number, extension nor location."""
    state = organization(
        {"email": "ann@acme.example", "licenses": ["pro"], "workPhone": "+14085550100", "extension": "9"}
    )
    app = create_app(state, faults={"peopleErrors": 1})
    person = call(app, "GET", "/v1/people?callingData=true").json()["items"][0]
    assert person["errors"] == {
        "callingData": {"code": "calling_failure", "reason": person["errors"]["callingData"]["reason"]}
    }
    assert not {"extension", "locationId"} & set(person)
    assert person["licenses"] == [state.licenses["pro"].id]
    assert "errors" not in call(app, "GET", "/v1/people").json()["items"][0]


def test_the_seed_says_who_comes_without() -> None:
    """A chance of 0.3: about a third of them, the same in every run, others with another seed."""
    seen = []
    for seed in (1, 1, 2):
        app = create_app(crowd(100), faults={"peopleErrors": 0.3, "seed": seed})
        items = call(app, "GET", "/v1/people?callingData=true").json()["items"]
        seen.append([at for at, person in enumerate(items) if "errors" in person])
    assert seen[0] == seen[1] != seen[2]
    assert 15 < len(seen[0]) < 45


def test_nobody_at_a_location_can_be_an_item_with_errors() -> None:
    """locationErrors: instead of nobody, somebody without an id who has an errors map."""
    state = crowd()
    app = create_app(state, faults={"locationErrors": True})
    path = f"/v1/people?callingData=true&locationId={state.locations['hq'].id}"
    (item_,) = call(app, "GET", path).json()["items"]
    assert set(item_) == {"errors"}
    assert item_["errors"]["peopleListLocationId"]["code"] == "calling_failure"
    call(app, "POST", "/sandbox/faults", {})
    assert call(app, "GET", path).json()["items"] == []


def test_large_pages_with_calling_data_can_be_too_much() -> None:
    """callingPagesOver 40: more people than that with Calling data is 504, also by default; fewer, or without, is fine."""
    app = create_app(crowd(), faults={"callingPagesOver": 40})
    for query, status in (("&max=1000", 504), ("&max=41", 504), ("", 504), ("&max=40", 200)):
        assert call(app, "GET", f"/v1/people?callingData=true{query}").status_code == status
    assert call(app, "GET", "/v1/people?max=1000").status_code == 200
