"""The writer: the body it sends, and the answer it reports without believing it."""

from __future__ import annotations

import pytest

from reconciler.errors import WebexRefusedError, WebexServerError, WebexShapeError
from reconciler.model.plan import AttendeeOperation, CallingProperties, Change, Expects, LicenseOperation, Operation
from reconciler.ports import LicenseWriter, PatchAnswer
from reconciler.webex import Session, Writer
from tests.unit.webex.fake import Scene, body, ok, person, raw, refused


def _license(operation: Operation, license_id: str, calling: CallingProperties | None = None) -> LicenseOperation:
    return LicenseOperation(operation, license_id, "name", None, None, "config", False, (), calling)


def _change(*licenses: LicenseOperation, sites: tuple[AttendeeOperation, ...] = ()) -> Change:
    return Change("person-1", "ann@acme.example", "Ann", Expects(), licenses, sites)


ADD = _license("add", "license-a")
ANSWER = {
    "personId": "person-1",
    "licenses": ["b", "a"],
    "siteUrls": [{"siteUrl": "Acme.webex.com", "accountType": "ATTENDEE"}],
}


def test_everything_of_a_person_goes_into_one_patch() -> None:
    """Adds, removals and attendee roles are one call, in the order of the change, and hold nothing else."""
    sites = (AttendeeOperation("remove", "acme.webex.com", "promoted", ()),)
    scene = Scene(ok(ANSWER))
    scene.write(lambda writer: writer.patch(_change(ADD, _license("remove", "license-b"), sites=sites)))
    assert scene.sent == ["PATCH /v1/licenses/users"]
    assert body(scene.requests[0]) == {
        "personId": "person-1",
        "licenses": [{"id": "license-a", "operation": "add"}, {"id": "license-b", "operation": "remove"}],
        "siteUrls": [{"siteUrl": "acme.webex.com", "accountType": "attendee", "operation": "remove"}],
    }
    assert scene.requests[0].headers["content-type"] == "application/json"


def test_the_organization_goes_into_the_body() -> None:
    """Only this endpoint wants orgId in the body."""
    scene = Scene(ok(ANSWER))
    scene.write(lambda writer: writer.patch(_change(ADD)), org_id="org-1")
    assert body(scene.requests[0])["orgId"] == "org-1"
    assert scene.query(0) == {}


def test_calling_properties_are_sent_with_an_addition_only() -> None:
    """A Calling license needs its properties when it is added; unset ones are left out, a removal has none."""
    calling = CallingProperties(phone_number="+14085550100", location_id="loc")
    scene = Scene(ok(ANSWER))
    scene.write(lambda writer: writer.patch(_change(_license("add", "a", calling), _license("remove", "b", calling))))
    assert body(scene.requests[0])["licenses"] == [
        {"id": "a", "operation": "add", "properties": {"locationId": "loc", "phoneNumber": "+14085550100"}},
        {"id": "b", "operation": "remove"},
    ]


@pytest.mark.parametrize("status", [200, 206])
def test_the_answer_is_reported_with_its_status(status: int) -> None:
    """200 and 206 have one shape; lists come sorted, only attendee sites count, in lower case."""
    answer = {
        **ANSWER,
        "siteUrls": [*ANSWER["siteUrls"], {"siteUrl": "b.webex.com", "accountType": "host"}],
        "pendingLicenses": ["p"],
        "unknown": 1,
    }
    scene = Scene(ok(answer, status=status))
    assert scene.write(lambda writer: writer.patch(_change(ADD))) == PatchAnswer(
        status, ("a", "b"), ("acme.webex.com",), ("p",), "ROUTER_1"
    )


def test_an_answer_without_lists_is_an_empty_state() -> None:
    """Webex leaves out empty lists."""
    assert Scene(ok({})).write(lambda writer: writer.patch(_change(ADD))) == PatchAnswer(200, (), (), (), "ROUTER_1")


def test_a_refusal_carries_webex_codes() -> None:
    """400 tells why in Webex's own codes, and nothing is sent again."""
    scene = Scene(refused(400, {"errors": [{"errorCode": 700003, "description": "License prerequisite missing"}]}))
    with pytest.raises(WebexRefusedError) as caught:
        scene.write(lambda writer: writer.patch(_change(ADD)))
    assert caught.value.codes == (700003,)
    assert len(scene.requests) == 1


def test_a_success_that_cannot_be_read_is_a_shape_error_and_not_sent_again() -> None:
    """Webex may have done it: the caller has to read, not to repeat."""
    scene = Scene(raw(b"<html>"))
    with pytest.raises(WebexShapeError):
        scene.write(lambda writer: writer.patch(_change(ADD)))
    assert len(scene.requests) == 1


def test_a_failing_gateway_is_not_asked_again() -> None:
    """After a 504 nobody knows whether it took effect."""
    scene = Scene(refused(504))
    with pytest.raises(WebexServerError):
        scene.write(lambda writer: writer.patch(_change(ADD)))
    assert len(scene.requests) == 1


def test_a_change_without_operations_is_not_sent() -> None:
    """An empty change is a mistake of ours and costs no call."""
    scene = Scene()
    with pytest.raises(ValueError, match="without operations"):
        scene.write(lambda writer: writer.patch(_change()))
    assert scene.requests == []


def test_reading_back_asks_for_the_person_without_calling_data() -> None:
    """The person as they are now, from another endpoint than the one written to."""
    scene = Scene(ok(person(1)))
    assert scene.write(lambda writer: writer.read("person-1")).licenses == ("license-a", "license-b")
    assert scene.sent == ["GET /v1/people/person-1?callingData=false"]


def test_a_writer_is_what_execute_asks_for() -> None:
    """The writer fits the port; mypy reads this line, too."""
    writer: LicenseWriter = Writer(Session("token", "https://webexapis.com/v1"))
    assert callable(writer.patch)
    assert callable(writer.read)
