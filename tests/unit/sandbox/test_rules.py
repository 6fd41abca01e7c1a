"""`PATCH /licenses/users`: every documented refusal is met once, and the three statuses mean what they say."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.sandbox.calls import LICENSES, MAIN, codes, item, organization, patch

Asked = tuple[str, ...]
FULL: dict[str, str] = {"phoneNumber": "+14085550100"}


def ann(*licenses: str, **more: Any) -> dict[str, Any]:
    """One person with these licenses."""
    return {"email": "ann@acme.example", "licenses": list(licenses), **more}


def asked(text: str) -> tuple[str, str]:
    """`+key` adds, `-key` removes."""
    return text[1:], "add" if text[0] == "+" else "remove"


@pytest.mark.parametrize(
    ("held", "wanted", "code", "message"),
    [
        (("pro",), ("-pro", "+std"), 400112, "License assignment failed"),
        ((), ("+messenger",), 400118, "License management not supported"),
        (("pro",), ("+std",), 400404, "License conflict"),
        ((), ("+pro", "+std"), 400404, "License conflict"),
        (("std",), ("+pro",), 400404, "License conflict"),
        (("std",), ("+console",), 400406, "License conflict"),
        (("std",), ("+cx",), 400407, "License conflict"),
        ((), ("+console",), 400408, "License prerequisite missing"),
        (("pro", "console"), ("-pro",), 400408, "License prerequisite missing"),
        (("cx",), ("-cx", "+std"), 400410, "License downgrade not allowed"),
        (("exchange",), ("+google",), 400413, "License conflict"),
        (("msg", "paid-msg"), ("+paid-msg-2",), 400413, "License conflict"),
        ((), ("+paid-msg",), 700003, "License prerequisite missing"),
        (("msg", "paid-msg"), ("-msg",), 700003, "License prerequisite missing"),
        (("msg",), ("+paid-meet",), 700004, "License prerequisite missing"),
        ((), ("+host",), 700005, "License prerequisite missing"),
        ((), ("+meet",), 700005, "License prerequisite missing"),
        (("share",), ("-share",), 700006, "License removal not allowed"),
        ((), ("+room",), 400000, "License not recognized"),
    ],
)
def test_a_combination_that_webex_documents_is_refused_with_its_code(
    held: Asked, wanted: Asked, code: int, message: str
) -> None:
    """400, the documented code, its message, a tracking id; and nothing has changed."""
    state = organization(ann(*held))
    before = state.to_file_shape()
    answer = patch(state, *(item(state, *asked(text), **(FULL if text[0] == "+" else {})) for text in wanted))
    assert (answer.status_code, set(codes(answer))) == (400, {code})
    assert answer.json()["message"] == message
    assert answer.json()["trackingId"].startswith("NA_")
    assert state.to_file_shape() == before


def test_an_unknown_license_id_is_400000() -> None:
    """A license id that is not of this organization."""
    state = organization()
    answer = patch(state, {"id": "Y2lzY29zcGFyazovL3VzL0xJQ0VOU0UvbmV2ZXI"})
    assert (answer.status_code, codes(answer)) == (400, [400000])


@pytest.mark.parametrize("properties", [{}, {"extension": "4711"}, {"location": "hq"}])
def test_calling_without_a_number_or_a_place_is_400411(properties: dict[str, str]) -> None:
    """A Calling license needs a number, or an extension and a location."""
    state = organization()
    answer = patch(state, item(state, "pro", **properties))
    assert (answer.status_code, codes(answer)) == (400, [400411])


def test_an_unknown_location_is_400() -> None:
    """The one documented code that is not a license's."""
    state = organization()
    answer = patch(state, item(state, "pro", extension="4711", locationId="Y2lzY29zcGFyazovL3VzL0xPQ0FUSU9OL3g"))
    assert (answer.status_code, codes(answer), answer.json()["message"]) == (400, [400], "Unable to find location")


@pytest.mark.parametrize(
    ("site", "person"),
    [
        ("nowhere.webex.com", ann()),
        ("old.webex.com", ann()),
        (MAIN, ann(siteAdminOf=[MAIN])),
        (MAIN, ann("msg", "host")),
    ],
)
def test_a_site_that_cannot_have_this_attendee_is_400216(site: str, person: dict[str, Any]) -> None:
    """Unknown and linked sites, and people who administer or host the site."""
    state = organization(person)
    answer = patch(state, sites=[{"siteUrl": site, "accountType": "attendee"}])
    assert (answer.status_code, codes(answer), answer.json()["message"]) == (400, [400216], "Invalid site URL")


def test_a_site_with_attendees_switched_off_is_400216() -> None:
    """`attendeeOff` of the sandbox file."""
    state = organization(attendeeOff=[MAIN])
    assert codes(patch(state, sites=[{"siteUrl": MAIN, "accountType": "attendee"}])) == [400216]


@pytest.mark.parametrize(
    "properties",
    [
        {"phoneNumber": "+14085550199"},
        {"phoneNumber": "+14085550102"},
        {"phoneNumber": "+14085550103"},
        {"phoneNumber": "+14085550104"},
        {"phoneNumber": "+14085550100", "location": "lab"},
        {"extension": "4711", "location": "barn"},
        {"extension": "2000", "location": "hq"},
    ],
)
def test_numbers_and_places_that_are_not_free_are_refused_without_a_code(properties: dict[str, str]) -> None:
    """Not ours, inactive, owned, at a place without Calling, at another place; extension taken."""
    bob = {"email": "bob@acme.example", "licenses": ["std"], "location": "hq", "extension": "2000"}
    state = organization(ann(), bob)
    answer = patch(state, item(state, "pro", **properties))
    assert (answer.status_code, codes(answer)) == (400, [None])
    assert state.people[0].licenses == []


def test_done_and_not_done_in_one_call_is_206_and_tells_what_is_held() -> None:
    """What can be done is done; the body names no reason, only the full resulting list."""
    state = organization(ann("msg"), {"email": "bob@acme.example", "licenses": ["scarce"]})
    answer = patch(state, item(state, "paid-msg"), item(state, "scarce"))
    assert answer.status_code == 206
    assert answer.json()["licenses"] == [state.licenses["msg"].id, state.licenses["paid-msg"].id]
    assert "errors" not in answer.json()


def test_the_last_unit_is_given_once() -> None:
    """An empty pool refuses with 400 and no code; with the switch overAllocation it gives."""
    state = organization(ann(), {"email": "bob@acme.example", "licenses": ["scarce"]})
    answer = patch(state, item(state, "scarce"))
    assert (answer.status_code, codes(answer)) == (400, [None])
    assert patch(state, item(state, "scarce"), overAllocation=True).status_code == 200
    assert state.licenses["scarce"].consumed == 2


def test_what_is_held_and_what_is_not_held_is_no_mistake() -> None:
    """Adding a held license, removing one not held: 200, nothing changes."""
    state = organization(ann("msg"))
    before = state.to_file_shape()
    assert patch(state, item(state, "msg"), item(state, "host", "remove")).status_code == 200
    assert state.to_file_shape() == before


def test_a_prerequisite_may_come_along_in_the_same_call() -> None:
    """Free messaging and what stands on it in one call, in any order."""
    state = organization()
    assert patch(state, item(state, "host"), item(state, "paid-msg"), item(state, "msg")).status_code == 200
    assert len(state.people[0].licenses) == 3


def test_a_refused_addition_refuses_what_stands_on_it() -> None:
    """Console needs Professional; Professional lacks its number: neither is given, the rest is."""
    state = organization()
    answer = patch(state, item(state, "pro"), item(state, "console"), item(state, "msg"))
    assert (answer.status_code, answer.json()["licenses"]) == (206, [state.licenses["msg"].id])


def test_standard_becomes_professional_in_one_call_and_keeps_its_number() -> None:
    """An upgrade frees nothing in between."""
    state = organization(ann("std", workPhone="+14085550100"))
    person = state.people[0]
    assert person.number is state.numbers["+14085550100"]
    answer = patch(state, item(state, "std", "remove"), item(state, "pro", phoneNumber="+14085550100"))
    assert answer.status_code == 200
    assert [license.key for license in person.licenses] == ["pro"]
    assert state.numbers["+14085550100"].owner is person


def test_losing_calling_frees_number_extension_and_location() -> None:
    """All three are gone at once, and the next person can have them."""
    bob = {"email": "bob@acme.example"}
    state = organization(ann("pro", location="hq", extension="4711", workPhone="+14085550100"), bob)
    state.claim(state.people[0], state.locations["hq"], state.numbers["+14085550100"], "4711")
    assert patch(state, item(state, "pro", "remove")).status_code == 200
    person = state.people[0]
    assert (person.number, person.extension, person.location) == (None, None, None)
    state.people.reverse()
    assert patch(state, item(state, "pro", phoneNumber="+14085550100", extension="4711")).status_code == 200
    assert state.numbers["+14085550100"].owner is state.by_email["bob@acme.example"]


def test_the_location_stays_while_calling_is_held() -> None:
    """Another Calling license at another location is refused; with the old one given up it is fine."""
    state = organization(ann("pro", location="hq", extension="2000"))
    assert codes(patch(state, item(state, "cx", location="lab", extension="2000"))) == [None]
    swap = patch(state, item(state, "pro", "remove"), item(state, "cx", location="lab", extension="2000"))
    assert swap.status_code == 200
    assert state.people[0].location is state.locations["lab"]


def test_a_host_becomes_an_attendee_in_one_call() -> None:
    """Demotion: the license goes and the role comes."""
    state = organization(ann("msg", "host"))
    role = [{"siteUrl": MAIN, "accountType": "ATTENDEE"}]
    answer = patch(state, item(state, "host", "remove"), sites=role)
    assert answer.json()["siteUrls"] == [{"siteUrl": MAIN, "accountType": "attendee"}]


def test_an_attendee_becomes_a_host_in_one_call() -> None:
    """Promotion: the role goes only because the call says so."""
    state = organization(ann("msg", attendeeSites=[MAIN]))
    role = [{"siteUrl": MAIN, "accountType": "attendee", "operation": "remove"}]
    answer = patch(state, item(state, "host"), sites=role)
    assert answer.json()["siteUrls"] == [{"siteUrl": MAIN, "accountType": "host"}]


def test_ignored_licenses_are_answered_with_success_and_stay() -> None:
    """The switch ignorePatch: 200, and the person still holds it."""
    state = organization(ann("msg"))
    answer = patch(state, item(state, "msg", "remove"), ignorePatch=["msg"])
    assert (answer.status_code, answer.json()["licenses"]) == (200, [state.licenses["msg"].id])


def test_people_of_other_organizations_wait_for_their_consent() -> None:
    """A meetings license is pending and costs no unit; anything else is refused."""
    state = organization({"email": "eve@partner.example", "external": True})
    state.people.append(state.externals[0])
    answer = patch(state, item(state, "host"), item(state, "paid-msg"))
    assert (answer.status_code, answer.json()["pendingLicenses"]) == (206, [state.licenses["host"].id])
    assert state.licenses["host"].consumed == 0


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"licenses": [{"id": "x"}]},
        {"email": "ann@acme.example"},
        {"email": "ann@acme.example", "licenses": "x"},
        {"email": "ann@acme.example", "licenses": [{"operation": "add"}]},
        {"email": "ann@acme.example", "licenses": [{"id": "x", "operation": "swap"}]},
        {"email": "ann@acme.example", "licenses": [{"id": 7}]},
        {"email": "ann@acme.example", "siteUrls": [{"siteUrl": "x"}]},
    ],
)
def test_a_body_that_makes_no_sense_is_400(body: object) -> None:
    """Every malformed body is refused with a message and without a code."""
    from reconciler.sandbox import create_app
    from tests.unit.sandbox.calls import call

    answer = call(create_app(organization()), "PATCH", "/v1/licenses/users", body)
    assert (answer.status_code, codes(answer)) == (400, [None])


def test_attendant_console_comes_in_a_call_of_its_own() -> None:
    """By the letter Professional has to be held before (400408): together with it only Professional comes."""
    state = organization(ann())
    console, pro = item(state, "console", **FULL), item(state, "pro", **FULL)
    assert patch(state, console, pro).status_code == 206
    assert [license.key for license in state.people[0].licenses] == ["pro"]
    assert patch(state, console).status_code == 200


def test_every_calling_license_needs_properties_of_its_own() -> None:
    """Attendant Console as well (400411)."""
    state = organization(ann("pro"))
    answer = patch(state, item(state, "console"))
    assert (answer.status_code, codes(answer)) == (400, [400411])


@pytest.mark.parametrize(("name", "status"), [("Webex Event Center", 400), ("Webex Webinars 1000", 200)])
def test_any_license_of_a_site_is_a_meetings_license_but_webinars(name: str, status: int) -> None:
    """One meetings license a site, whatever its letters (400413); webinars are an addition."""
    other = {"key": "other", "name": name, "type": "XYZ", "subscription": "S1", "site": MAIN}
    state = organization(ann("msg", "host"), licenses=[*LICENSES, other])
    assert patch(state, item(state, "other")).status_code == status


def test_what_somebody_has_is_not_looked_at_again() -> None:
    """Who has an inactive number and changes the license keeps it."""
    person = ann("std", workPhone="+14085550102")
    state = organization(person)
    wanted = [item(state, "std", "remove"), item(state, "pro", phoneNumber="+14085550102")]
    assert patch(state, *wanted).status_code == 200
    number = state.people[0].number
    assert number is not None
    assert number.number == "+14085550102"
