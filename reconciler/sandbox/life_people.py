"""What befalls people by itself, one function for each kind of event: it picks somebody, and does it.

A function gives whom it befell, or None where there is nobody it could befall. Nothing here reads a clock or the order of a
set: the same chance makes the same history.
"""

from __future__ import annotations

from reconciler.sandbox import deeds
from reconciler.sandbox.generator import BAD_PHONES, FIRST, LAST
from reconciler.sandbox.nouns import License, Person
from reconciler.sandbox.offers import Offer, is_free, offer
from reconciler.sandbox.scene import Happening, Scene
from reconciler.sandbox.shapes import PersonShape


def _name(scene: Scene) -> tuple[str, str]:
    return FIRST[scene.chance.randrange(len(FIRST))], LAST[scene.chance.randrange(len(LAST))]


def _address(scene: Scene, name: str, domain: str) -> str:
    plain = "".join(letter for letter in name.lower().replace(" ", ".") if letter.isascii())
    while True:
        email = f"{plain}{scene.chance.randrange(100, 1_000_000)}@{domain}"
        if email not in scene.state.by_email:
            return email


def hire(scene: Scene) -> Happening | None:
    """Somebody comes with the free licenses and most of the groups of a colleague, some with a free number as work phone."""
    colleague = scene.somebody()
    name = " ".join(_name(scene))
    email = _address(scene, name, colleague.email.partition("@")[2] if colleague else "acme.example")
    number = scene.free_number() if scene.likely(0.3) else None
    free = [license.key for license in colleague.licenses if is_free(license)] if colleague else []
    person = deeds.hire(
        scene.state,
        PersonShape(
            email=email, name=name, created=scene.at, invite_pending=scene.likely(0.4), licenses=free,
            work_phone=number.number if number else None,
            provision_source=colleague.provision_source if colleague else None,
        ),
    )  # fmt: skip
    joined = []
    for group in scene.state.groups.values():
        if colleague and colleague.uuid in group.members and scene.likely(0.7):
            scene.state.join_group(person, group)
            joined.append(group.name)
    return Happening(email, {"licenses": free, "groups": joined})


def leave(scene: Scene) -> Happening | None:
    """Somebody is deleted; never the owner of a token."""
    owners = {token.person.lower() for token in scene.state.tokens if token.person}
    person = scene.somebody(lambda one: one.email.lower() not in owners)
    if person is None:
        return None
    held = [license.key for license in person.licenses]
    scene.state.remove_person(person)
    return Happening(person.email, {"licenses": held})


def move(scene: Scene) -> Happening | None:
    """Somebody leaves a group, joins another, or does both."""
    person = scene.somebody()
    if person is None or not scene.state.groups:
        return None
    groups = list(scene.state.groups.values())
    old = scene.one([group for group in groups if person.uuid in group.members])
    new = scene.one([group for group in groups if person.uuid not in group.members])
    if old and (new is None or scene.likely(0.6)):
        scene.state.leave_group(person, old)
    else:
        old = None
    if new and (old is None or scene.likely(0.7)):
        scene.state.join_group(person, new)
    else:
        new = None
    return Happening(person.email, {"left": old and old.name, "joined": new and new.name})


def click(scene: Scene) -> Happening | None:
    """An administrator takes a paid license from somebody, or gives one that has a unit left."""
    person = scene.somebody()
    if person is None:
        return None
    held = [license for license in person.licenses if not is_free(license)]
    license = scene.one(held) if scene.likely(0.5) else None
    if license is not None:
        deeds.click(scene.state, person, remove=[license.key])
        return Happening(person.email, {"removed": license.key})
    license = scene.one([one for one in scene.state.licenses.values() if _can_have(person, one)])
    if license is None:
        return None
    deeds.click(scene.state, person, add=[license.key])
    return Happening(person.email, {"added": license.key})


def _can_have(person: Person, license: License) -> bool:
    spare = license.consumed < license.total and not person.holds(license) and not is_free(license)
    return spare and offer(license) not in (Offer.NOT_FOR_PEOPLE, Offer.MESSENGER)


def rename(scene: Scene) -> Happening | None:
    """Somebody takes another last name."""
    person = scene.somebody()
    if person is None:
        return None
    before = person.name
    deeds.rename(scene.state, person, f"{person.first} {_name(scene)[1]}")
    return Happening(person.email, {"from": before, "to": person.name})


def readdress(scene: Scene) -> Happening | None:
    """Somebody gets the address that goes with the name; `who` is the new one."""
    person = scene.somebody()
    if person is None:
        return None
    before = person.email
    deeds.readdress(scene.state, person, _address(scene, person.name, before.partition("@")[2]))
    return Happening(person.email, {"from": before})


def deactivate(scene: Scene) -> Happening | None:
    """Somebody can no longer sign in, and keeps everything."""
    return _switch(scene, active=False)


def reactivate(scene: Scene) -> Happening | None:
    """Somebody can sign in again."""
    return _switch(scene, active=True)


def _switch(scene: Scene, *, active: bool) -> Happening | None:
    person = scene.somebody(lambda one: one.active is not active)
    if person is None:
        return None
    person.active = active
    scene.state.touch(person)
    return Happening(person.email)


def sign_in(scene: Scene) -> Happening | None:
    """Somebody whose invitation was pending signs in for the first time."""
    person = scene.somebody(lambda one: one.invite_pending)
    if person is None:
        return None
    person.invite_pending = False
    scene.state.touch(person)
    return Happening(person.email)


def invite(scene: Scene) -> Happening | None:
    """Somebody of another organization is offered a meetings license, which waits for their consent."""
    site = scene.one(scene.sites())
    license = scene.one([one for one in scene.state.licenses.values() if site and one.site == site])
    if license is None:
        return None
    name = " ".join(_name(scene))
    email = _address(scene, name, "partner.example")
    deeds.hire(
        scene.state,
        PersonShape(email=email, name=name, created=scene.at, external=True, pending_licenses=[license.key]),
    )
    return Happening(email, {"license": license.key})


def accept(scene: Scene) -> Happening | None:
    """Somebody of another organization consents, or one time in five does not."""
    waiting = [one for one in scene.state.externals if one.pending_licenses or one.pending_sites]
    person = scene.one(waiting)
    if person is None:
        return None
    keys = [license.key for license in person.pending_licenses]
    consents = scene.likely(0.8)
    if consents:
        deeds.accept(scene.state, person)
    else:
        deeds.decline(scene.state, person)
    return Happening(person.email, {"licenses": keys, "accepted": consents})


def phone(scene: Scene) -> Happening | None:
    """Somebody's work phone changes in the directory: to a free number, to none, or to a mistake."""
    person = scene.somebody()
    if person is None:
        return None
    before, number = person.work_phone, scene.free_number()
    person.work_phone = number.number if number and scene.likely(0.7) else None
    if person.work_phone is None and scene.likely(0.5):
        person.work_phone = BAD_PHONES[scene.chance.randrange(len(BAD_PHONES))]
    scene.state.touch(person)
    return Happening(person.email, {"from": before, "to": person.work_phone})
