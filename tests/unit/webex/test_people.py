"""People and directory records from JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from reconciler.model.live import DirectoryReading, PersonReading
from reconciler.webex import people as module
from reconciler.webex.people import PeopleDecoder, directory
from tests.unit.webex.fake import person


def _page(*entries: Any) -> list[PersonReading]:
    page = PeopleDecoder().page(msgspec.json.encode({"items": entries}))
    assert page is not None
    return page


def _one(**more: Any) -> PersonReading:
    return _page(person(1, **more))[0]


def test_a_person_is_read_whole() -> None:
    """Every field of a full record lands where it belongs."""
    reading = _one(
        emails=["Ann@Acme.example", "ann2@acme.example"],
        phoneNumbers=[{"type": "mobile", "value": "+1"}, {"type": "work", "value": "+14085550100"}],
        extension="100",
        locationId="location-1",
        siteUrls=["b.webex.com#attendee", "Acme.Webex.com#Attendee", "acme.webex.com"],
    )
    assert reading == PersonReading(
        id="person-1",
        email="Ann@Acme.example",
        name="Person 1",
        licenses=("license-a", "license-b"),
        attendee_sites=("acme.webex.com", "b.webex.com"),
        created=datetime(2024, 5, 6, 7, 8, 9, 123000, tzinfo=UTC),
        other_emails=("ann2@acme.example",),
        state="active",
        work_phone="+14085550100",
        extension="100",
        location_id="location-1",
    )


@pytest.mark.parametrize(
    "entry",
    [
        {"id": "x"},
        {
            "id": "x",
            "emails": None,
            "displayName": None,
            "licenses": None,
            "siteUrls": None,
            "created": None,
            "type": None,
            "loginEnabled": None,
            "invitePending": None,
            "phoneNumbers": None,
            "extension": None,
            "locationId": None,
            "errors": None,
        },
        {"id": "x", "futureKey": {"deep": [1, 2]}, "emails": [], "errors": {}, "phoneNumbers": [], "extension": ""},
    ],
)
def test_missing_empty_and_unknown_keys_are_fine(entry: dict[str, Any]) -> None:
    """Webex leaves out keys freely and adds new ones; an id is all that must be there.

    That a record has no list of licenses is kept: it is no proof where something else says that there are some.
    """
    assert _page(entry) == [PersonReading("x", "", "", (), (), licenses_absent="licenses" not in entry)]


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, "active"),
        ({"loginEnabled": "true", "invitePending": "false"}, "active"),
        ({"invitePending": True}, "pending"),
        ({"invitePending": "true"}, "pending"),
        ({"loginEnabled": False}, "deactivated"),
        ({"loginEnabled": "False", "invitePending": "true"}, "deactivated"),
        ({"type": "bot"}, "machine"),
        ({"type": "appuser", "loginEnabled": False}, "machine"),
        ({"type": "Person"}, "active"),
    ],
)
def test_the_state_follows_from_type_login_and_invitation(more: dict[str, Any], state: str) -> None:
    """A machine before deactivated before pending before active; booleans may be words."""
    assert _one(**more).state == state


@pytest.mark.parametrize(
    "more",
    [
        {"id": 5},
        {"id": None},
        {"emails": "ann@acme.example"},
        {"emails": [1]},
        {"licenses": "license-a"},
        {"licenses": [1]},
        {"licenses": {}},
        {"siteUrls": [None]},
        {"created": "yesterday"},
        {"created": "2024-05-06T07:08:09"},
        {"created": 5},
        {"loginEnabled": 1},
        {"loginEnabled": "maybe"},
        {"phoneNumbers": [{"type": "work", "value": 14085550100}]},
        {"errors": "x"},
    ],
)
def test_a_missing_id_or_a_wrong_type_is_refused(more: dict[str, Any]) -> None:
    """A value of another type than documented is not guessed at; a date without zone is no date."""
    with pytest.raises(ValueError):
        _one(**more)


def test_a_person_without_id_is_refused() -> None:
    """Nobody can be changed without an id."""
    with pytest.raises(ValueError):
        _page({"emails": ["a@acme.example"]})


def test_an_errors_map_makes_calling_data_unreadable() -> None:
    """Where a part of the record failed at Webex, missing Calling data proves nothing (RULES 6.6)."""
    assert _one(errors={"callingData": {"code": "calling_failure", "reason": "x"}}).calling_unreadable is True
    assert _one().calling_unreadable is False


@pytest.mark.parametrize(
    ("phones", "number"),
    [
        ([{"type": "work", "value": "1"}, {"type": "work", "value": "2", "primary": True}], "2"),
        ([{"type": "work", "value": "1"}, {"type": "work", "value": "2"}], "1"),
        ([{"type": "work", "value": "1", "primary": "false"}, {"type": "Work", "value": "2", "primary": "true"}], "2"),
        ([{"type": "mobile", "value": "1", "primary": True}, {"type": "work", "value": ""}], None),
        ([{"type": "work_extension", "value": "100"}, {}], None),
    ],
)
def test_the_work_phone_is_the_primary_work_number_else_the_first(
    phones: list[dict[str, Any]], number: str | None
) -> None:
    """Only numbers of type work count; the primary one first."""
    assert _one(phoneNumbers=phones).work_phone == number


def test_equal_holdings_are_one_object() -> None:
    """People with the same licenses share one sorted tuple, in whatever order Webex lists them, over all pages."""
    decoder = PeopleDecoder()
    first = decoder.page(msgspec.json.encode({"items": [person(1, licenses=["a", "b"])]}))
    second = decoder.page(msgspec.json.encode({"items": [person(2, licenses=["b", "a", "a"])]}))
    assert first is not None
    assert second is not None
    assert first[0].licenses == ("a", "b")
    assert first[0].licenses is second[0].licenses


def test_the_cache_of_holdings_does_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond its size the cache starts anew, and nothing is read differently for it."""
    monkeypatch.setattr(module, "_CACHE_SIZE", 3)
    everybody = _page(*(person(n, licenses=[f"license-{n % 7}"]) for n in range(50)))
    assert [one.licenses for one in everybody] == [(f"license-{n % 7}",) for n in range(50)]


def test_an_answer_without_items_is_told_apart_from_an_empty_page() -> None:
    """No list at all is not an empty list: the reader decides what to make of it."""
    assert PeopleDecoder().page(b"{}") is None
    assert PeopleDecoder().page(b'{"items": []}') == []


WEBEX = "urn:scim:schemas:extension:cisco:webexidentity:2.0:User"


def test_the_directory_tells_active_phone_sites_and_source() -> None:
    """From SCIM come the four things that `/people` does not tell."""
    user = {
        "id": "ABCD",
        "active": False,
        "phoneNumbers": [{"type": "work", "value": "+14085550100", "primary": True}],
        WEBEX: {
            "managedSites": [{"siteName": "B.webex.com", "role": "full_admin"}, {"siteName": "a.webex.com"}, {}],
            "provisionSource": "AD",
        },
    }
    page = directory(msgspec.json.encode({"Resources": [user], "totalResults": 1, "itemsPerPage": 1}))
    assert page.people == [
        DirectoryReading(
            "abcd", False, "+14085550100", site_admin_of=("a.webex.com", "b.webex.com"), provision_source="AD"
        )
    ]


@pytest.mark.parametrize(
    "more", [{}, {"active": "true"}, {"active": None, WEBEX: None, "phoneNumbers": None}, {WEBEX: {}}]
)
def test_a_directory_user_is_active_unless_told_otherwise(more: dict[str, Any]) -> None:
    """A missing `active` deactivates nobody."""
    page = directory(msgspec.json.encode({"Resources": [{"id": "x", **more}]}))
    assert page.people == [DirectoryReading("x", True)]
