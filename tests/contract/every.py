"""The organization that the contract tests change: one license of every kind that a rule is about."""

from __future__ import annotations

from typing import Any

SITE = "small.webex.com"


def _license(key: str, name: str, letters: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "name": name, "type": letters, **more}


PAID: dict[str, Any] = {"subscription": "Sub-1"}
EVERY: dict[str, Any] = {
    "organization": {"name": "Small"},
    "licenses": [
        _license("msg", "Basic Messaging", "FMS"),
        _license("meet", "Basic Space Meetings", "FTM"),
        _license("share", "Free screen share", "FSS"),
        _license("exchange", "Hybrid - Exchange Calendar", "CE"),
        _license("google", "Hybrid - Google Calendar", "CG"),
        _license("paid", "Advanced Messaging", "MS", total=2, **PAID),
        _license("paid-meet", "Advanced Space Meetings", "CF", **PAID),
        _license("host", "Webex Meetings Suite", "EE", site=SITE, **PAID),
        _license("pro", "Webex Calling - Professional", "BCSTD", total=2, **PAID),
        _license("std", "Webex Calling - Standard", "BCBAS", **PAID),
        _license("console", "Webex Calling - Attendant Console", "BCAC", **PAID),
        _license("cx", "Customer Experience - Essential", "BCCXE", **PAID),
        _license("messenger", "Webex Messenger", "MSGR", **PAID),
        _license("room", "Webex Room Kit", "SD", **PAID),
    ],
    "locations": [{"key": "hq", "name": "HQ", "routingPrefix": "80"}, {"key": "barn", "calling": False}],
    "numbers": [
        {"number": "+14085550100", "location": "hq"},
        {"number": "+14085550101", "location": "hq"},
        {"number": "+14085550102", "location": "hq", "owner": {"type": "HUNT_GROUP", "name": "Front desk"}},
    ],
    "groups": [{"name": "Sales", "members": ["ann@small.example"]}],
    "people": [
        {"email": "ann@small.example", "licenses": ["msg"]},
        {"email": "bob@small.example", "licenses": ["msg", "paid"]},
        {"email": "cyd@small.example", "licenses": ["msg", "paid"], "siteAdminOf": [SITE]},
        {"email": "dan@small.example"},
        {"email": "eve@other.example", "external": True},
    ],
}
