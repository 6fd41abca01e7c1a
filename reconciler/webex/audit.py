"""Admin audit events from `GET /adminAudit/events`: the envelope, and the parts of `data` that tell who did what to whom.

Webex publishes the keys and no list of descriptions, so texts are passed on as they are and nothing is read out of them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from reconciler.model.attribution import AuditEvent


class _Data(msgspec.Struct, rename="camel"):
    actor_name: str | None = None
    actor_email: str | None = None
    event_category: str | None = None
    event_description: str | None = None
    action_text: str | None = None
    target_id: str | None = None
    target_name: str | None = None
    target_type: str | None = None
    error_code: str | int | None = None
    error_message: str | None = None


class _Event(msgspec.Struct, rename="camel"):
    id: str
    created: Annotated[datetime, msgspec.Meta(tz=True)]
    actor_id: str | None = None
    data: _Data | None = None


class _Events(msgspec.Struct):
    items: list[_Event] | None = None


_DECODE = msgspec.json.Decoder(_Events).decode


def events(content: bytes) -> tuple[AuditEvent, ...]:
    """The events of one page. ValueError for one without id or time."""
    return tuple(map(_event, _DECODE(content).items or ()))


def _event(found: _Event) -> AuditEvent:
    data = found.data or _Data()
    return AuditEvent(
        found.id,
        found.created,
        found.actor_id or "",
        data.actor_name or "",
        data.actor_email or "",
        (data.event_category or "").removeprefix("EventCategory."),
        data.event_description or "",
        data.action_text or "",
        data.target_id or "",
        data.target_name or "",
        (data.target_type or "").removeprefix("TargetResourceType."),
        bool(data.error_code or data.error_message),
    )
