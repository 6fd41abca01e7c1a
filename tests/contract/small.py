"""A token, and the small organization that the contract tests change."""

from __future__ import annotations

from typing import Any

TOKEN = "contract-token"

SMALL: dict[str, Any] = {
    "organization": {"name": "Small"},
    "licenses": [
        {"key": "msg", "name": "Basic Messaging", "type": "FMS"},
        {"key": "paid", "name": "Advanced Messaging", "type": "MS", "total": 2, "subscription": "Sub-1"},
        {
            "key": "host",
            "name": "Webex Meetings Suite",
            "type": "EE",
            "subscription": "Sub-1",
            "site": "small.webex.com",
        },
        {"key": "pro", "name": "Webex Calling - Professional", "type": "BCSTD", "total": 2, "subscription": "Sub-1"},
        {"key": "std", "name": "Webex Calling - Standard", "type": "BCBAS", "subscription": "Sub-1"},
    ],
    "locations": [{"key": "hq", "name": "HQ"}],
    "numbers": [{"number": "+14085550100", "location": "hq"}, {"number": "+14085550101", "location": "hq"}],
    "groups": [{"name": "Sales", "members": ["ann@small.example"]}],
    "people": [
        {"email": "ann@small.example", "licenses": ["msg"]},
        {"email": "bob@small.example", "licenses": ["msg", "paid"]},
        {"email": "cyd@small.example", "licenses": ["msg", "paid"], "siteAdminOf": ["small.webex.com"]},
    ],
}
