"""The admin audit log of an organization: who did what to whom, in the shape of `GET /adminAudit/events`.

What administrators do in Control Hub and through the API is noted; what people do themselves (sign in, accept) and what a
directory or an order does is not. Webex documents the keys and no list of categories or texts: those here are the
sandbox's own. The log is no part of an organization's file, and a reset empties it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from reconciler.model import ids

if TYPE_CHECKING:
    from reconciler.sandbox.state import State

_REMEMBERED = 100_000
_USERS, _GROUPS = "USERS", "GROUPS"
_PERSON, _GROUP = "TargetResourceType.PERSON", "TargetResourceType.GROUP"

# What the journal calls a deed -> (category, description, what it is done to).
DEEDS: Mapping[str, tuple[str, str, str]] = {
    "click": (_USERS, "Licenses of a user were changed", _PERSON),
    "hire": (_USERS, "A user was created", _PERSON),
    "leave": (_USERS, "A user was deleted", _PERSON),
    "rename": (_USERS, "A user was edited", _PERSON),
    "readdress": (_USERS, "A user was edited", _PERSON),
    "deactivate": (_USERS, "A user was deactivated", _PERSON),
    "reactivate": (_USERS, "A user was activated", _PERSON),
    "siteAdmin": (_USERS, "Roles of a user were changed", _PERSON),
    "move": (_GROUPS, "Groups of a user were changed", _PERSON),
    "newGroup": (_GROUPS, "A group was created", _GROUP),
    "deleteGroup": (_GROUPS, "A group was deleted", _GROUP),
    "renameGroup": (_GROUPS, "A group was edited", _GROUP),
}
CATEGORIES = ("GROUPS", "LOGINS", "USERS")


class Actor(NamedTuple):
    """Who does it: Webex id, display name and address."""

    id: str
    name: str
    email: str


class AuditLog:
    """The latest 100,000 events, oldest first, each as it is answered."""

    def __init__(self) -> None:
        self.events: deque[dict[str, Any]] = deque(maxlen=_REMEMBERED)
        self._count = 0

    def note(self, state: State, deed: str, who: str, at: str, actor: Actor) -> None:
        """One more event, if administrators do such things. `who` is an address or the name of a group; `at` Webex's time."""
        if deed not in DEEDS:
            return
        category, description, target_type = DEEDS[deed]
        self._count += 1
        person = state.by_email.get(who.lower()) if target_type == _PERSON else None
        group = next((one for one in state.groups.values() if one.name == who), None) if target_type == _GROUP else None
        target = person.id if person else group.id if group else ""
        data: dict[str, Any] = {
            "actorOrgName": state.name,
            "targetName": person.name if person else who,
            "eventDescription": description,
            "actorName": actor.name,
            "actorEmail": actor.email,
            "adminRoles": ["Full_Admin"],
            "trackingId": f"ATLAS_{state.uuid_for('tracking', str(self._count))}_0",
            "targetType": target_type,
            "targetId": ids.uuid_of(target) if target else who,
            "eventCategory": f"EventCategory.{category}",
            "actorUserAgent": "Mozilla/5.0",
            "actorIp": "192.0.2.1",
            "targetOrgId": state.org_id,
            "actionText": f"{actor.name}: {description[:1].lower()}{description[1:]} ({who})",
            "targetOrgName": state.name,
        }
        self.events.append(
            {
                "data": data,
                "created": at,
                "actorOrgId": state.org_id,
                "id": state.uuid_for("audit", str(self._count)),
                "actorId": ids.uuid_of(actor.id),
            }
        )


def administrator(state: State, email: str | None = None) -> Actor:
    """Somebody of the organization by address; else whoever sits at Control Hub where nobody is named."""
    person = state.by_email.get((email or "").lower())
    if person is not None:
        return Actor(person.id, person.name, person.email)
    if email:
        return Actor(ids.encode("PEOPLE", state.uuid_for("person", email.lower())), email, email)
    own = ids.encode("PEOPLE", state.uuid_for("person", "an administrator in Control Hub"))
    return Actor(own, "Control Hub Administrator", "control.hub@sandbox.example")


def when(text: str) -> datetime:
    """A moment of a query. ValueError for what is none, or has no time zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment
