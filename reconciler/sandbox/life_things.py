"""What befalls licenses, numbers, groups and sites by itself, one function for each kind of event, as in `life_people`."""

from __future__ import annotations

from reconciler.sandbox import deeds
from reconciler.sandbox.nouns import Feature
from reconciler.sandbox.scene import Happening, Scene
from reconciler.sandbox.shapes import NumberShape

PROJECTS = ("Aurora", "Borealis", "Cascade", "Delta", "Ember", "Fjord", "Granite", "Harbor", "Isle", "Juniper")


def buy(scene: Scene) -> Happening | None:
    """A license gets a twentieth more units, or one time in four as much fewer, though not fewer than none."""
    license = scene.one([one for one in scene.state.licenses.values() if one.subscription])
    if license is None:
        return None
    before, step = license.total, max(1, license.total // 20)
    license.total = before + step if scene.likely(0.75) else max(0, before - step)
    return Happening(license.key, {"from": before, "to": license.total})


def new_number(scene: Scene) -> Happening | None:
    """A location gets one more number, beside one that it has."""
    location = scene.one([place for place in scene.state.locations.values() if place.calling])
    if location is None:
        return None
    beside = scene.number(lambda number: number.location is location)
    digits = int(beside.number[1:]) if beside else 14085550100
    while f"+{digits}" in scene.state.numbers:
        digits += 1
    deeds.add_number(scene.state, NumberShape(number=f"+{digits}", location=location.key))
    return Happening(f"+{digits}", {"location": location.key})


def remove_number(scene: Scene) -> Happening | None:
    """A free number is given back."""
    number = scene.number(lambda one: one.owner is None)
    if number is None:
        return None
    deeds.remove_number(scene.state, number)
    return Happening(number.number, {"location": number.location.key})


def number_state(scene: Scene) -> Happening | None:
    """A free number is activated or deactivated."""
    number = scene.number(lambda one: one.owner is None)
    if number is None:
        return None
    deeds.set_number_state(number, "INACTIVE" if number.state == "ACTIVE" else "ACTIVE")
    return Happening(number.number, {"to": number.state})


def feature_number(scene: Scene) -> Happening | None:
    """A hunt group takes a free number, or gives one back."""
    if scene.likely(0.5):
        number = scene.number(lambda one: isinstance(one.owner, Feature))
        if number is not None:
            deeds.release_number(scene.state, number)
            return Happening(number.number, {"owner": None})
    number = scene.free_number()
    if number is None:
        return None
    number.owner = scene.state.feature("HUNT_GROUP", f"Hunt group {number.number[-4:]}")
    return Happening(number.number, {"owner": number.owner.name})


def new_group(scene: Scene) -> Happening | None:
    """A group of up to eight people appears."""
    word = PROJECTS[scene.chance.randrange(len(PROJECTS))]
    name = f"Project {word} {scene.chance.randrange(10, 10_000)}"
    if name in scene.state.groups:
        return None
    group = deeds.add_group(scene.state, name)
    for _ in range(scene.chance.randrange(9)):
        person = scene.somebody()
        if person is not None:
            scene.state.join_group(person, group)
    return Happening(name, {"members": len(group.members)})


def delete_group(scene: Scene) -> Happening | None:
    """A group is gone; its members keep what they hold."""
    group = scene.one(list(scene.state.groups.values()))
    if group is None:
        return None
    deeds.delete_group(scene.state, group)
    return Happening(group.name, {"members": len(group.members)})


def rename_group(scene: Scene) -> Happening | None:
    """A group gets another name."""
    group = scene.one(list(scene.state.groups.values()))
    if group is None:
        return None
    before, taken = group.name, {name for one in scene.state.groups.values() for name in (one.key, one.name)}
    name = before.removesuffix(" (renamed)") if before.endswith(" (renamed)") else f"{before} (renamed)"
    if name in taken:
        return None
    deeds.rename_group(scene.state, group, name)
    return Happening(name, {"from": before})


def site_admin(scene: Scene) -> Happening | None:
    """Somebody becomes administrator of a site, or no longer is one."""
    site = scene.one(scene.sites())
    person = scene.somebody((lambda one: bool(one.site_admin_of)) if scene.likely(0.5) else lambda one: True)
    if site is None or person is None:
        return None
    on = not person.site_admin_of
    deeds.set_site_admin(scene.state, person, [site] if on else [])
    return Happening(person.email, {"siteAdminOf": list(person.site_admin_of)})


def attendees(scene: Scene) -> Happening | None:
    """The attendee feature of a site is switched."""
    site = scene.one(scene.sites())
    if site is None:
        return None
    on = site in scene.state.attendee_off
    deeds.set_attendees(scene.state, site, on=on)
    return Happening(site, {"attendees": on})
