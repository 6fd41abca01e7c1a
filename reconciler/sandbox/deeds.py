"""What people do to an organization outside of the Webex API: in Control Hub, in the directory, at the number desk.

Both `/sandbox/...` and life by itself do things through these functions. Nothing is checked against Webex's rules, because
Control Hub and time produce odd organizations too; only what cannot be at all is a DeedError, and then nothing happened.
"""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.sandbox import shapes
from reconciler.sandbox.file import MANAGED, add_person, new_group, place_calling
from reconciler.sandbox.nouns import Group, License, Number, Person
from reconciler.sandbox.offers import is_calling
from reconciler.sandbox.shapes import Problems
from reconciler.sandbox.state import State


class DeedError(Exception):
    """Why something cannot happen. `status` is for HTTP: 400 nonsense, 404 not there, 409 taken or in use."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def find_person(state: State, email: str) -> Person:
    """The person with this address."""
    person = state.by_email.get(email.strip().lower())
    if person is None:
        raise DeedError(404, f"no person has the address {email}")
    return person


def find_group(state: State, name: str) -> Group:
    """The group with this key, else the only one with this name."""
    group = state.groups.get(name)
    if group is None:
        named = [group for group in state.groups.values() if group.name == name]
        if len(named) != 1:
            raise DeedError(404, f"no group is called {name}")
        group = named[0]
    return group


def find_license(state: State, key: str, status: int = 400) -> License:
    """The license with this key."""
    if key not in state.licenses:
        raise DeedError(status, f"no license has the key {key}")
    return state.licenses[key]


def find_number(state: State, digits: str) -> Number:
    """The number, with or without its plus."""
    number = state.numbers.get(f"+{digits.strip().lstrip('+')}")
    if number is None:
        raise DeedError(404, f"the organization has no number {digits}")
    return number


# -- people ---------------------------------------------------------------------------------------------------------------


def hire(state: State, entry: shapes.PersonShape) -> Person:
    """Somebody arrives, as a file would have them."""
    problems = Problems()
    if entry.email.lower() in state.by_email:
        raise DeedError(409, f"the address {entry.email} is taken")
    if entry.location is not None and entry.location not in state.locations:
        raise DeedError(400, f"no location has the key {entry.location}")
    person = add_person(state, entry, "", problems)
    if person is not None:
        place_calling(state, person, entry, "", problems, {})
    if problems.findings:
        if person is not None:
            state.remove_person(person)
        raise DeedError(400, problems.findings[0].message)
    assert person is not None
    return person


def rename(state: State, person: Person, name: str) -> None:
    """Another display name, and first and last name with it."""
    if not name.strip():
        raise DeedError(400, "a name cannot be empty")
    person.name = name.strip()
    first, _, person.last = person.name.rpartition(" ")
    person.first = first or person.last
    person.json_member = None
    state.forget_lists()
    state.touch(person)


def readdress(state: State, person: Person, email: str) -> None:
    """Another primary address; the old one is nobody's, and the person keeps their id."""
    email = email.strip()
    other = state.by_email.get(email.lower())
    if "@" not in email:
        raise DeedError(400, f"{email} is not an address")
    if other not in (None, person):
        raise DeedError(409, f"the address {email} is taken")
    del state.by_email[person.email.lower()]
    person.email = email
    person.other_emails = tuple(also for also in person.other_emails if also.lower() != email.lower())
    state.by_email[email.lower()] = person
    state.forget_lists()
    state.touch(person)


def accept(state: State, person: Person, keys: Sequence[str] | None = None) -> list[str]:
    """Somebody consents to an invitation: what is pending (or only `keys` and no site) is theirs, and units are taken."""
    wanted = person.pending_licenses if keys is None else [find_license(state, key) for key in keys]
    for license in list(wanted):
        if license not in person.pending_licenses:
            raise DeedError(409, f"{license.key} does not wait for {person.email}")
    for license in list(wanted):
        person.pending_licenses.remove(license)
        state.hold(person, license)
    if keys is None:
        new = [site for site in person.pending_sites if site not in person.attendee_sites]
        person.pending_sites = []
        state.set_attendee(person, [*person.attendee_sites, *new])
        person.invite_pending = False
    return [license.key for license in person.licenses]


def decline(state: State, person: Person) -> None:
    """What is pending is withdrawn: the invitation was declined, or fifteen days are over."""
    person.pending_licenses, person.pending_sites = [], []
    state.touch(person)


def click(
    state: State,
    person: Person,
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    add_attendee: Sequence[str] = (),
    remove_attendee: Sequence[str] = (),
) -> None:
    """An administrator gives and takes licenses (keys) and attendee roles (sites) in Control Hub."""
    for key in (*add, *remove):
        find_license(state, key)
    for key in remove:
        state.release(person, state.licenses[key])
    for key in add:
        state.hold(person, state.licenses[key])
    if person.location is None and any(is_calling(state.licenses[key]) for key in add):
        place_calling(state, person, shapes.PersonShape(email=person.email), "", Problems(), {})
    gone = {site.lower() for site in remove_attendee}
    sites = [site for site in person.attendee_sites if site not in gone]
    sites += [site for site in (new.lower() for new in add_attendee) if site not in sites]
    state.set_attendee(person, sites)


def set_site_admin(state: State, person: Person, sites: Sequence[str]) -> None:
    """The sites the person administers, from now on."""
    person.site_admin_of = list(dict.fromkeys(site.lower() for site in sites))
    state.touch(person)


# -- groups ---------------------------------------------------------------------------------------------------------------


def add_group(state: State, name: str, key: str | None = None) -> Group:
    """A new group without members."""
    if not name.strip():
        raise DeedError(400, "a group needs a name")
    if (key or name) in state.groups:
        raise DeedError(409, f"there is a group {key or name}")
    return new_group(state, name, key)


def delete_group(state: State, group: Group) -> None:
    """A group is gone, also from the groups it was nested in. Its members keep everything."""
    del state.groups[group.key]
    for other in state.groups.values():
        other.nested = [key for key in other.nested if key != group.key]


def rename_group(state: State, group: Group, name: str) -> None:
    """Another display name; id, key and members stay."""
    if not name.strip():
        raise DeedError(400, "a group needs a name")
    if any(other is not group and name in (other.key, other.name) for other in state.groups.values()):
        raise DeedError(409, f"there is a group {name}")
    group.name = name


# -- numbers --------------------------------------------------------------------------------------------------------------


def add_number(state: State, entry: shapes.NumberShape) -> Number:
    """A new number at a location, free or owned by a feature."""
    if entry.location not in state.locations:
        raise DeedError(400, f"no location has the key {entry.location}")
    if not entry.number.startswith("+") or not entry.number[1:].isdigit():
        raise DeedError(400, f"{entry.number} is not E.164, for example +14085550100")
    if entry.number in state.numbers:
        raise DeedError(409, f"{entry.number} is a number of the organization")
    if entry.owner is not None and entry.owner.type == "PEOPLE":
        raise DeedError(400, "people get numbers with a license")
    owner = state.feature(entry.owner.type, entry.owner.name or entry.owner.type) if entry.owner else None
    number = Number(
        entry.number, state.locations[entry.location], entry.state, owner, entry.main, entry.mobile, entry.toll_free,
        entry.service, entry.reserved,
    )  # fmt: skip
    state.add_number(number)
    return number


def release_number(state: State, number: Number) -> None:
    """The number is nobody's, at once and whoever had it; a person keeps extension, location and licenses."""
    owner, number.owner = number.owner, None
    if isinstance(owner, Person) and owner.number is number:
        owner.number = None
        state.touch(owner)
    state.forget_lists()


def remove_number(state: State, number: Number) -> None:
    """The organization gives a free number back."""
    if number.owner is not None:
        raise DeedError(409, f"{number.number} is in use")
    del state.numbers[number.number]
    state.forget_lists()


def set_number_state(number: Number, value: str) -> None:
    """`ACTIVE` or `INACTIVE`."""
    if value not in ("ACTIVE", "INACTIVE"):
        raise DeedError(400, "the state of a number is ACTIVE or INACTIVE")
    number.state = value


# -- sites ----------------------------------------------------------------------------------------------------------------


def set_attendees(state: State, site: str, *, on: bool) -> None:
    """The attendee feature of a site; who is an attendee already stays one."""
    site = site.lower()
    if not any(license.site == site and license.site_type == MANAGED for license in state.licenses.values()):
        raise DeedError(404, f"the organization manages no site {site}")
    others = tuple(other for other in state.attendee_off if other != site)
    state.attendee_off = others if on else (*others, site)
