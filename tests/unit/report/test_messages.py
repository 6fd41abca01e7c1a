"""Messages: counts first, both numbers of a pool, nothing that acts, never longer than Webex takes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import msgspec

from reconciler.model.notice import DryPool, Matter, Notice
from reconciler.model.plan import OrganizationRef
from reconciler.report.messages import LIMIT, body, markdown_text

NOW = datetime(2026, 11, 21, 20, tzinfo=UTC)
NOTICE = Notice(
    "1.0", "Notice", OrganizationRef("o", "acme"), "drift", NOW, "Drift of acme: 3 differences of 2 people",
    (Matter("Webex Meetings Suite", 1), Matter("Basic", 2, ("a@acme.example", "b@acme.example"))), (),
    (Matter("extra: addedByHand", 1_200),), (DryPool("Suite", "Sub-1", None, 100, 96, 4),),
)  # fmt: skip


def test_a_message() -> None:
    """The whole of it, as a space shows it."""
    assert markdown_text(NOTICE) == (
        "**Drift of acme: 3 differences of 2 people**\n"
        "\n**Waiting**\n- Webex Meetings Suite: 1 person\n- Basic: 2 people (a@acme.example, b@acme.example)\n"
        "\n**Drift**\n- extra: addedByHand: 1,200 people\n"
        "\n**Running dry**\n- Suite (Sub-1): 96 of 100 consumed, 4 available"
    )


def test_the_body_is_the_notice_with_a_text() -> None:
    """Programs read the fields, chat systems show the text."""
    found = json.loads(body(NOTICE))
    schema = json.loads((Path(__file__).parents[3] / "schemas" / "notice.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(found, schema)
    assert list(found) == list(schema["properties"])
    assert not jsonschema.Draft202012Validator(schema).is_valid(found | {"command": "sync"})
    assert found.pop("text").startswith(
        "Drift of acme: 3 differences of 2 people\n\nWaiting\n* Webex Meetings Suite: 1 person"
    )
    assert msgspec.convert(found, Notice, strict=False) == NOTICE


def test_nothing_from_outside_acts() -> None:
    """Neither markup, nor a mention, nor a terminal's control characters get through."""
    evil = msgspec.structs.replace(
        NOTICE, summary="<@all> **x** \x1b[31m", waiting=(Matter("[a](http://b)|<script>", 1),)
    )
    text = markdown_text(evil)
    assert not any(bad in text for bad in ("<@", "<script", "\x1b", "[a](http"))
    assert "\x1b" not in json.loads(body(evil))["text"]


def test_a_message_is_never_too_long() -> None:
    """Thousands of licenses and people with long names fit, and what is left out is counted."""
    long = tuple(
        Matter(f"{'ü' * 300} {n}", 9, tuple(f"{'é' * 60}{k}@acme.example" for k in range(50))) for n in range(500)
    )
    found = msgspec.structs.replace(NOTICE, waiting=long, blocked=long, drift=long)
    for text in (markdown_text(found), json.loads(body(found))["text"]):
        assert len(text.encode()) <= LIMIT
        assert "more" in text
