"""Webex's four ways to word an error, and the scope a forbidden call needs."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from reconciler.errors import WebexForbiddenError, WebexRefusedError
from reconciler.webex.problems import problem, scope_for

A = {"message": "License assignment failed", "errors": [{"errorCode": 400404, "description": "License conflict"}]}
B = {"error": [{"key": "400", "message": [{"description": "License conflict", "code": "400404"}]}]}
C = {"errorCode": 400404, "message": "License conflict"}
SCIM = {
    "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
    "status": "400",
    "detail": "License conflict",
    "urn:scim:schemas:extension:cisco:webexidentity:api:messages:2.0:Error": {"errorCode": 400404},
}


def _refused(body: Any, headers: dict[str, str] | None = None) -> WebexRefusedError:
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    error = problem("PATCH", "/v1/licenses/users", 400, headers or {}, content, ("token",))
    assert isinstance(error, WebexRefusedError)
    return error


@pytest.mark.parametrize("body", [A, B, C, SCIM])
def test_codes_and_description_are_found_in_every_variant(body: dict[str, Any]) -> None:
    """Codes come as numbers and the message carries code and description, however Webex nests them."""
    error = _refused(body)
    assert error.codes == (400404,)
    assert "400404" in error.message
    assert "License conflict" in error.message


def test_several_codes_are_all_kept_once_in_order() -> None:
    """All codes of the body and of the header are kept, each once."""
    body = {"errors": [{"errorCode": 700004}, {"errorCode": "400404"}, {"errorCode": 700004}]}
    assert _refused(body, {"Cisco-Spark-Error-Codes": "4251, x"}).codes == (700004, 400404, 4251)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>no</html>",
        b"",
        [],
        {"errors": "x"},
        {"errors": [None, 3]},
        {"error": [{"message": "x"}]},
        {"errorCode": True},
    ],
)
def test_an_odd_body_gives_no_codes_and_no_failure(body: Any) -> None:
    """An error body of any other shape is just an error without codes."""
    assert _refused(body).codes == ()


def test_the_tracking_id_of_the_body_serves_where_the_header_is_missing() -> None:
    """Support needs the tracking id, wherever Webex put it."""
    assert _refused({"message": "no", "trackingId": "NA_1"}).tracking_id == "NA_1"
    assert _refused({"trackingId": "NA_1"}, {"Trackingid": "NA_2"}).tracking_id == "NA_2"


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("PATCH", "/v1/licenses/users", "spark-admin:people_write"),
        ("GET", "/v1/licenses", "spark-admin:licenses_read"),
        ("GET", "/v1/licenses/abc", "spark-admin:licenses_read"),
        ("GET", "/v1/people", "spark-admin:people_read"),
        ("GET", "/v1/people/me", "spark-admin:people_read"),
        ("GET", "/v1/groups", "identity:groups_read"),
        ("GET", "/v1/groups/abc/members", "identity:groups_read"),
        ("GET", "/v1/organizations", "spark-admin:organizations_read"),
        ("GET", "/v1/locations", "spark-admin:locations_read"),
        ("GET", "/v1/telephony/config/locations", "spark-admin:telephony_config_read"),
        ("GET", "/v1/telephony/config/numbers", "spark-admin:telephony_config_read"),
        ("GET", "/v1/roles", "spark-admin:roles_read"),
        ("GET", "/identity/scim/abc/v2/Users", "identity:people_read"),
        ("GET", "/v1/unheard-of", ""),
    ],
)
def test_a_forbidden_call_names_the_scope_it_needs(method: str, path: str, scope: str) -> None:
    """403 tells which scope to add to the token."""
    error = problem(method, path, 403, {}, b"{}", ("token",))
    assert isinstance(error, WebexForbiddenError)
    assert scope_for(method, path) == scope
    assert scope in error.hint
    assert "role" in error.hint


def test_every_secret_is_kept_out_however_it_is_written() -> None:
    """As it is and as a form holds it; of two that overlap nothing is left; an empty one hides nothing."""
    said = {"message": "client s3/cret and s3%2Fcret, token abc, longer abc-def, done"}
    error = problem("POST", "/v1/access_token", 400, {}, msgspec.json.encode(said), ("s3/cret", "abc", "abc-def", ""))
    assert "client [token] and [token], token [token], longer [token], done" in error.message
