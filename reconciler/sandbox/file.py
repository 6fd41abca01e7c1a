"""Sandbox file to organization (docs/sandbox.md); `dump` is the way back.

Everything wrong with a file is told at once, as findings of a SchemaError. Whatever a file leaves out gets a value that
makes the organization plausible: totals that suffice, a location and an extension for people who hold Calling, names from
addresses. What is written there explicitly is never corrected, however odd: odd organizations are what a sandbox is for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from reconciler.errors import SchemaError
from reconciler.model import ids
from reconciler.sandbox import credentials, shapes
from reconciler.sandbox.nouns import Group, License, Location, Number, Person
from reconciler.sandbox.offers import is_calling, is_free
from reconciler.sandbox.shapes import Problems, read_entry, read_section
from reconciler.sandbox.state import State, webex_time

KEYS = ("organization", "licenses", "locations", "numbers", "groups", "people", "tokens", "clients", "attendeeOff")
MANAGED = "Control Hub managed site"
_LONG_AGO = "2025-01-01T00:00:00.000Z"


def load(path: Path) -> State:
    """The organization of a sandbox file. SchemaError when it is missing, not YAML, or breaks the shape."""
    return build(parsed(path), str(path))


def parsed(path: Path) -> Any:
    """What a YAML file says. SchemaError when it is missing or not YAML."""
    try:
        text = path.read_text(encoding="utf-8")
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except OSError as error:
        raise SchemaError(f"cannot read the sandbox file {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SchemaError(f"the sandbox file {path} is not UTF-8 text") from error
    except (yaml.YAMLError, ValueError) as error:
        raise SchemaError(f"the sandbox file {path} is not YAML: {error}") from error


def build(shape: Any, where: str) -> State:
    """The organization of a parsed sandbox file; `where` names it in errors. SchemaError when it has mistakes."""
    problems = Problems()
    state = assemble(shape, problems)
    credentials.check([state], problems)
    refuse_mistakes(problems, where)
    state.origin = lambda: build(shape, where)
    return state


def assemble(shape: Any, problems: Problems) -> State:
    """The organization of one document as far as it can be read; what is wrong with it goes to `problems`."""
    document = shape if isinstance(shape, Mapping) else {}
    if not isinstance(shape, Mapping):
        problems.add("", "must be a mapping with the keys " + ", ".join(KEYS))
    for key in document:
        if key == "organizations":
            problems.add(key, "several organizations cannot be one", "reconciler.sandbox.World reads such a file")
        elif key not in KEYS:
            problems.add(str(key), "unknown key", "one of " + ", ".join(KEYS))
    return _Builder(document, problems).build()


def refuse_mistakes(problems: Problems, where: str) -> None:
    """SchemaError when there are any."""
    if problems.findings:
        lines = [f"  {f.where}: {f.message}" + (f" ({f.hint})" if f.hint else "") for f in problems.findings[:20]]
        raise SchemaError(
            f"{where} has {len(problems.findings)} mistakes:\n" + "\n".join(lines), findings=problems.findings
        )


class _Builder:
    def __init__(self, document: Mapping[str, Any], problems: Problems) -> None:
        self.document = document
        self.problems = problems
        self.next_extension: dict[str, int] = {}

    def build(self) -> State:
        raw = self.document.get("organization") or {"name": "Acme"}
        organization = read_entry(raw, shapes.OrganizationShape, "organization", self.problems)
        self.state = State(organization.name if organization else "Acme")
        self._sites_without_attendees()
        totals = self._licenses()
        self._locations()
        people = self._people()
        self._numbers()
        for where, entry, person in people:
            place_calling(self.state, person, entry, where, self.problems, self.next_extension)
        self._groups()
        credentials.read(self.document, self.problems, lambda name: None if name else self.state)
        for license, total in totals:
            license.total = total if total is not None else default_total(self.state, license)
        return self.state

    def _sites_without_attendees(self) -> None:
        raw = self.document.get("attendeeOff") or []
        if not isinstance(raw, list) or not all(isinstance(site, str) for site in raw):
            self.problems.add("attendeeOff", "must be a list of sites")
            raw = []
        self.state.attendee_off = tuple(site.lower() for site in raw)

    def _licenses(self) -> list[tuple[License, int | None]]:
        made = []
        for where, entry in read_section(self.document, "licenses", shapes.LicenseShape, self.problems):
            if entry.key in self.state.licenses:
                self.problems.add(f"{where}.key", f"the key {entry.key} is taken")
                continue
            if not (entry.type.isalnum() and entry.type.isupper()):
                self.problems.add(
                    f"{where}.type", f"{entry.type} is not a type", "capital letters as in real license ids"
                )
            site = entry.site.strip().lower() if entry.site else None
            license = License(
                entry.key, self.state.license_id(entry.key, entry.type, site), entry.name, entry.type, 0,
                entry.subscription, site, entry.site_type or (MANAGED if site else None), entry.consumed_by_workspaces,
            )  # fmt: skip
            self.state.add_license(license)
            made.append((license, entry.total))
        return made

    def _locations(self) -> None:
        for where, entry in read_section(self.document, "locations", shapes.LocationShape, self.problems):
            if entry.key in self.state.locations:
                self.problems.add(f"{where}.key", f"the key {entry.key} is taken")
            location_id = ids.encode("LOCATION", self.state.uuid_for("location", entry.key))
            self.state.locations[entry.key] = Location(
                entry.key, location_id, entry.name or entry.key, entry.calling, entry.routing_prefix
            )

    def _people(self) -> list[tuple[str, shapes.PersonShape, Person]]:
        made = []
        for where, entry in read_section(self.document, "people", shapes.PersonShape, self.problems):
            person = add_person(self.state, entry, where, self.problems)
            if person is not None:
                made.append((where, entry, person))
        return made

    def _numbers(self) -> None:
        for where, entry in read_section(self.document, "numbers", shapes.NumberShape, self.problems):
            location = self.state.locations.get(entry.location)
            if location is None:
                self.problems.add(f"{where}.location", f"no location has the key {entry.location}")
                continue
            if entry.number in self.state.numbers:
                self.problems.add(f"{where}.number", f"{entry.number} is listed twice")
                continue
            if not entry.number.startswith("+"):
                self.problems.add(f"{where}.number", f"{entry.number} is not E.164", 'for example "+14085550100"')
            number = Number(
                entry.number, location, entry.state, None, entry.main, entry.mobile, entry.toll_free, entry.service,
                entry.reserved,
            )  # fmt: skip
            self.state.add_number(number)
            self._own(number, entry, where)

    def _own(self, number: Number, entry: shapes.NumberShape, where: str) -> None:
        if entry.owner is None:
            return
        if entry.owner.type != "PEOPLE":
            number.owner = self.state.feature(entry.owner.type, entry.owner.name or entry.owner.type)
            return
        person = self.state.by_email.get((entry.owner.email or "").lower())
        if person is None:
            self.problems.add(f"{where}.owner.email", f"no person has the address {entry.owner.email}")
        elif person.number is not None:
            self.problems.add(f"{where}.owner.email", f"{person.email} already owns {person.number.number}")
        else:
            person.number, number.owner = number, person

    def _groups(self) -> None:
        entries = read_section(self.document, "groups", shapes.GroupShape, self.problems)
        for where, entry in entries:
            if (entry.key or entry.name) in self.state.groups:
                self.problems.add(f"{where}.name", f"two groups are called {entry.name}", "give one of them a `key`")
                continue
            group = new_group(self.state, entry.name, entry.key)
            for at, email in enumerate(entry.members):
                person = self.state.by_email.get(email.lower())
                if person is None:
                    self.problems.add(f"{where}.members[{at}]", f"no person has the address {email}")
                else:
                    self.state.join_group(person, group)
            group.nested, group.usage = list(entry.groups), entry.usage
        for where, entry in entries:
            for at, name in enumerate(entry.groups):
                if name not in self.state.groups:
                    self.problems.add(f"{where}.groups[{at}]", f"no group is called {name}")


def default_total(state: State, license: License) -> int:
    """Units of a license whose total nobody gave: one a person if it is free, else 100, and never less than in use."""
    return max(license.consumed, len(state.people) if is_free(license) else 100)


def new_group(state: State, name: str, key: str | None = None) -> Group:
    """An empty group."""
    own = state.uuid_for("group", key or name)
    group = Group(key or name, own, ids.encode("SCIM_GROUP", f"{own}:{state.org_uuid}"), name, _LONG_AGO)
    state.groups[group.key] = group
    return group


def location_group(state: State, location: Location) -> Group:
    """The group that Webex keeps of everybody who got Calling at a location; it is made when it is first needed."""
    key = f"location:{location.key}"
    if key not in state.groups:
        new_group(state, location.name, key).usage = "location"
    return state.groups[key]


def add_person(state: State, entry: shapes.PersonShape, where: str, problems: Problems) -> Person | None:
    """A person of the file with licenses and roles, but without number and extension (`place_calling`)."""
    emails = [entry.email, *entry.other_emails]
    for email in emails:
        if "@" not in email:
            problems.add(f"{where}.email", f"{email} is not an address")
        if email.lower() in state.by_email:
            problems.add(f"{where}.email", f"the address {email} is taken")
            return None
    unknown = [key for key in (*entry.licenses, *entry.pending_licenses) if key not in state.licenses]
    if unknown:
        problems.add(f"{where}.licenses", "no license has the key " + ", ".join(unknown))
        return None
    if entry.type not in ("person", "bot", "appuser"):
        problems.add(f"{where}.type", f"{entry.type} is not a type", "person, bot or appuser")
    name = entry.name or entry.email.partition("@")[0].replace(".", " ").title()
    created = webex_time(aware(entry.created)) if entry.created else _LONG_AGO
    person = state.new_person(entry.email, name, created, external=entry.external)
    state.alias(person, entry.other_emails)
    person.active, person.invite_pending, person.type = entry.active, entry.invite_pending, entry.type
    person.work_phone, person.provision_source = entry.work_phone, entry.provision_source
    person.roles = tuple(entry.roles)
    person.last_activity = webex_time(aware(entry.last_activity)) if entry.last_activity else None
    person.attendee_sites = [site.lower() for site in entry.attendee_sites]
    person.site_admin_of = [site.lower() for site in entry.site_admin_of]
    person.pending_licenses = [state.licenses[key] for key in entry.pending_licenses]
    person.pending_sites = [site.lower() for site in entry.pending_sites]
    for key in entry.licenses:
        state.hold(person, state.licenses[key])
    return person


def aware(moment: datetime) -> datetime:
    """A moment without a zone is one of UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def place_calling(
    state: State,
    person: Person,
    entry: shapes.PersonShape,
    where: str,
    problems: Problems,
    next_extension: dict[str, int],
) -> None:
    """Location, number and extension of a person: as written, else sensible ones for somebody who holds Calling."""
    if entry.location is not None and entry.location not in state.locations:
        problems.add(f"{where}.location", f"no location has the key {entry.location}")
        return
    holds = any(is_calling(license) for license in person.licenses)
    number = person.number
    if number is None and holds and entry.extension is None:
        number = _work_number(state, person, entry.location)
    location = state.locations[entry.location] if entry.location else (number.location if number else None)
    if location is None and holds:
        location = next((place for place in state.locations.values() if place.calling), None)
    if location is None:
        return
    extension = entry.extension
    if extension is None and number is None and holds:
        extension = state.free_extension(location, next_extension.get(location.key, 1000))
        next_extension[location.key] = int(extension) + 1
    if extension and (location.key, extension) in state.extensions:
        problems.add(f"{where}.extension", f"extension {extension} is taken at {location.key}")
        return
    person.number = None
    state.claim(person, location, number, extension)


def _work_number(state: State, person: Person, location: str | None) -> Number | None:
    number = state.numbers.get(person.work_phone or "")
    if number is None or number.owner is not None or (location and number.location.key != location):
        return None
    return number
