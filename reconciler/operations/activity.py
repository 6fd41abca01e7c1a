"""Last activity and administrator roles, read along with the people of a sync where somebody asks, and kept beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from reconciler.errors import WebexForbiddenError, WebexNotFoundError
from reconciler.model import ids
from reconciler.model.activity import ActivityReading, RoleHeld
from reconciler.ports import Progress
from reconciler.report.wording import count

if TYPE_CHECKING:
    from reconciler.store import Store
    from reconciler.webex import Reader


class Aside:
    """What a sync reads beside its snapshot. Hand `page` to `Reader.people`, then `keep` once the snapshot is committed."""

    def __init__(self) -> None:
        self._days: dict[str, date] = {}
        self._roles: dict[str, tuple[str, ...]] = {}
        self._names: dict[str, str] = {}

    def page(self, readings: Sequence[ActivityReading]) -> None:
        """One page of people; somebody who comes twice counts as read last."""
        for reading in readings:
            if reading.last is not None:
                self._days[reading.id] = reading.last
            if reading.roles:
                self._roles[reading.id] = reading.roles

    async def names(self, reader: Reader) -> None:
        """What the roles are called; a token that may not ask is no reason to read nothing."""
        if self._roles:
            try:
                self._names = {ids.uuid_of(role.id): role.name for role in await reader.roles() if role.name}
            except (WebexForbiddenError, WebexNotFoundError):
                self._names = {}

    def keep(self, store: Store, org_id: str, at: datetime, progress: Progress) -> None:
        """Write it to the store, and say what it was. Days are kept only where Webex told any."""
        kept = store.activity()
        roles = [
            RoleHeld(person, role, self._names.get(ids.uuid_of(role)) or ids.uuid_of(role))
            for person, held in self._roles.items()
            for role in held
        ]
        kept.keep_roles(org_id, roles, at)
        administrators = count(len(self._roles), "administrator")
        if not self._days:
            progress.note(
                f"Read roles of {administrators}. Webex told the last activity of nobody, so what was known of it stays as "
                "it was: is the sharing of status switched off, or the token not an administrator's?"
            )
            return
        kept.keep_days(org_id, self._days, at)
        progress.note(f"Read the last activity of {count(len(self._days), 'person', 'people')}, and {administrators}.")
