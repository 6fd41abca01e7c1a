"""Everything that happens by itself, and how often each kind does beside the others."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.sandbox import life_people, life_things
from reconciler.sandbox.scene import Happening, Scene

KINDS: dict[str, tuple[float, Callable[[Scene], Happening | None]]] = {
    "hire": (12, life_people.hire),
    "leave": (10, life_people.leave),
    "move": (20, life_people.move),
    "click": (20, life_people.click),
    "buy": (3, life_things.buy),
    "rename": (3, life_people.rename),
    "readdress": (2, life_people.readdress),
    "deactivate": (4, life_people.deactivate),
    "reactivate": (3, life_people.reactivate),
    "signIn": (5, life_people.sign_in),
    "invite": (2, life_people.invite),
    "accept": (2, life_people.accept),
    "phone": (5, life_people.phone),
    "newNumber": (3, life_things.new_number),
    "removeNumber": (2, life_things.remove_number),
    "numberState": (1, life_things.number_state),
    "featureNumber": (1, life_things.feature_number),
    "newGroup": (0.5, life_things.new_group),
    "deleteGroup": (0.2, life_things.delete_group),
    "renameGroup": (0.3, life_things.rename_group),
    "siteAdmin": (0.7, life_things.site_admin),
    "attendees": (0.3, life_things.attendees),
}
"""Every kind of event with its weight: how often it happens beside the others."""
