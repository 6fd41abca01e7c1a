"""Last activity and roles in the pages of people."""

from __future__ import annotations

from datetime import date

import pytest

from reconciler.model.activity import ActivityReading
from reconciler.webex.activity import page


def test_only_who_has_something_to_tell_is_told() -> None:
    """Days are days of UTC; roles are sorted, each once; unknown keys, nulls and missing ones are nothing."""
    found = page(
        b'{"items": [{"id": "A", "lastActivity": "2026-11-20T23:30:00.000-01:00", "x": 1},'
        b'{"id": "B", "roles": ["R2", "R1", "R2"]}, {"id": "C"}, {"id": "D", "lastActivity": null, "roles": null}]}'
    )
    assert found == [ActivityReading("A", date(2026, 11, 21)), ActivityReading("B", None, ("R1", "R2"))]
    assert page(b"{}") == []


@pytest.mark.parametrize("value", [b'"yesterday"', b"5", b'"2026-11-20T10:00:00"'])
def test_a_date_that_is_none_is_refused(value: bytes) -> None:
    """As everywhere in the client: what is not understood is no answer."""
    with pytest.raises(ValueError, match="lastActivity"):
        page(b'{"items": [{"id": "A", "lastActivity": ' + value + b"}]}")
