"""What is read of people beside a snapshot, only where somebody asks: when they were last active, and what they administer."""

from __future__ import annotations

from datetime import date

import msgspec


class ActivityReading(msgspec.Struct, frozen=True, gc=False):
    """One person. `last`: the day of the last activity (UTC), None where Webex tells none: the person may never have signed
    in, or may not share their status. `roles`: Webex ids of administrator roles.
    """

    id: str
    last: date | None = None
    roles: tuple[str, ...] = ()


class RoleHeld(msgspec.Struct, frozen=True, order=True):
    """An administrator role of a person: its Webex id, and the name Webex gives it (the id's last part where it gives none)."""

    person_id: str
    role: str
    name: str
