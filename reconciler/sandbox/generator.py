"""Organizations of any size from a seed: the mix of an ordinary company, the same one every time.

One random source, drawn in a fixed order and never over a set, so that a seed gives one organization on every machine and
under every PYTHONHASHSEED. Nobody's real numbers: all are +1 XXX 555 XXXX.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from reconciler.errors import InputError
from reconciler.model import ids
from reconciler.sandbox.file import MANAGED, default_total, new_group
from reconciler.sandbox.nouns import License, Location, Number, Person
from reconciler.sandbox.state import State, webex_time

MAIN_SITE = "acme.webex.com"
EMEA_SITE = "emea.acme.webex.com"
OLD, NEW, SERVICE = "Sub-100001", "Sub-100002", "Sub-100003"

# key, name, type, subscription, site; in the order of GET /licenses
CATALOG: tuple[tuple[str, str, str, str | None, str | None], ...] = (
    ("messaging", "Basic Messaging", "FMS", None, None),
    ("space-meetings", "Basic Space Meetings", "FTM", None, None),
    ("screen-share", "Free screen share", "FSS", None, None),
    ("exchange", "Hybrid - Exchange Calendar", "CE", None, None),
    ("advanced-messaging", "Advanced Messaging", "MS", OLD, None),
    ("advanced-meetings", "Advanced Space Meetings", "CF", OLD, None),
    ("suite-main-old", "Webex Meetings Suite", "EE", OLD, MAIN_SITE),
    ("suite-main-new", "Webex Meetings Suite", "EE", NEW, MAIN_SITE),
    ("suite-emea", "Webex Meetings Suite", "EE", OLD, EMEA_SITE),
    ("calling-pro-old", "Webex Calling - Professional", "BCSTD", OLD, None),
    ("calling-pro-new", "Webex Calling - Professional", "BCSTD", NEW, None),
    ("calling-standard", "Webex Calling - Standard", "BCBAS", OLD, None),
    ("calling-workspaces", "Webex Calling - Workspaces", "BCCA", OLD, None),
    ("translations", "Real-Time Translations", "RTT", NEW, None),
    ("agent-premium", "Contact Center Premium Agent", "CJPPRM", SERVICE, None),
    ("agent-standard", "Contact center Standard Agent", "CJPSTD", SERVICE, None),
    ("unified-cm", "Unified Communication Manager (UCM)", "UCPREM", SERVICE, None),
    ("room-kit", "Webex Room Kit", "SD", SERVICE, None),
)
CALLING_KEYS = ("calling-pro-old", "calling-pro-new", "calling-standard")
CITIES = (
    "San Jose", "Berlin", "London", "Austin", "Oslo", "Chicago", "Lyon", "Madrid", "Toronto", "Boston", "Warsaw", "Rome",
)  # fmt: skip
AREAS = ("408", "212", "312", "415", "512", "617", "713", "206", "303", "404", "503", "602", "702", "805", "901", "972")
GROUPS = (
    "Everyone on site", "Sales", "Engineering", "Support", "Finance", "Marketing", "Field sales", "Contact center",
    "Executives", "Human resources", "Legal", "Operations", "Contractors", "Berlin office", "London office", "Pilot users",
    "Webex Calling users", "Project Aurora", "Training", "Facilities",
)  # fmt: skip
FIRST = (
    "Ann", "Bob", "Carla", "David", "Elena", "Farid", "Greta", "Hiro", "Ines", "Jonas", "Katarzyna", "Liam", "Mina", "Noah",
    "Olga", "Pedro", "Qi", "Rosa", "Samuel", "Tara", "Ulrich", "Vera", "Wanda", "Xavier", "Yusuf", "Zoë",
)  # fmt: skip
LAST = (
    "Adams", "Becker", "Costa", "Dubois", "Eriksen", "Fischer", "García", "Hansen", "Ito", "Jensen", "Kowalski", "Larsen",
    "Moreau", "Novak", "Okafor", "Patel", "Quinn", "Rossi", "Schmidt", "Tanaka", "Usman", "Vogel", "Weber", "Xu", "Young",
    "Zimmermann",
)  # fmt: skip
BAD_PHONES = ("408-555-0100", "ext. 4711", "0049 30 5550100", "unknown", "+1", "(030) 55 50 12 34")
_START = datetime(2019, 1, 7, 8, tzinfo=UTC)
_NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)


def parse(text: str) -> dict[str, int]:
    """The arguments of `generate` from `users=1000,groups=20,seed=1`; InputError for anything else.

    >>> parse("users=50,seed=7")
    {'people': 50, 'groups': 20, 'seed': 7}
    """
    values = {"users": 1000, "groups": 20, "seed": 1}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, value = part.partition("=")
        if name not in values or not value.isdigit():
            raise InputError(f"cannot read {part!r} in {text!r}", hint="write for example users=1000,groups=20,seed=1")
        values[name] = int(value)
    return {"people": values["users"], "groups": values["groups"], "seed": values["seed"]}


def generate(people: int = 1000, groups: int = 20, seed: int = 1, name: str = "Acme") -> State:
    """An organization of `people` people and bots, `groups` groups; a few external holders come on top.

    Addresses and sites are made from `name`; nothing else depends on it but the ids.
    """
    state = _Generator(people, groups, random.Random(seed), name).run()  # noqa: S311
    state.origin = lambda: generate(people, groups, seed, name)
    return state


class _Generator:
    def __init__(self, people: int, groups: int, chance: random.Random, name: str) -> None:
        self.people = people
        self.groups = groups
        self.chance = chance
        self.state = State(name)
        self.word = name.lower().replace(" ", "")
        self.main_site = self._own(MAIN_SITE)
        self.made_numbers = 0
        self.next_extension: dict[str, int] = {}

    def _own(self, text: str) -> str:
        return text.replace("acme", self.word)

    def run(self) -> State:
        self._catalog()
        self._locations()
        names = [GROUPS[at] if at < len(GROUPS) else f"Team {at + 1:03d}" for at in range(self.groups)]
        self.made_groups = made = [new_group(self.state, name) for name in names]
        for at in range(self.people):
            self._person(at)
        if len(made) > 6:
            made[1].nested = [made[6].key]
        self._externals()
        self._spare_numbers()
        self._totals()
        return self.state

    def _catalog(self) -> None:
        for key, name, letters, subscription, site in CATALOG:
            site = self._own(site) if site else None
            license_id = self.state.license_id(key, letters, site)
            kind = MANAGED if site else None
            self.state.add_license(License(key, license_id, name, letters, 0, subscription, site, kind))
        self.state.licenses["calling-workspaces"].workspaces = max(1, self.people // 200)
        self.state.licenses["room-kit"].workspaces = max(1, self.people // 300)

    def _locations(self) -> None:
        count = max(3, min(len(CITIES), self.people // 400))
        for at, city in enumerate(CITIES[:count]):
            key = city.lower().replace(" ", "-")
            own = ids.encode("LOCATION", self.state.uuid_for("location", key))
            self.state.locations[key] = Location(key, own, city, at != count - 1, str(80 + at))
        self.calling_places = [place for place in self.state.locations.values() if place.calling]

    def _person(self, at: int) -> None:
        roll = self.chance.random
        first, last = FIRST[int(roll() * len(FIRST))], LAST[int(roll() * len(LAST))]
        bot = roll() < 0.004
        plain = f"{first}.{last}".lower().replace("ë", "e").replace("í", "i")
        email = self._own(f"service{at}@bots.acme.example") if bot else f"{plain}{at}@{self.word}.example"
        created = webex_time(_START + timedelta(seconds=int(roll() * 6.5 * 365 * 86400)))
        person = self.state.new_person(email, f"Service {at}" if bot else f"{first} {last}", created)
        if bot:
            person.type = "bot"
            return
        state = roll()
        person.active, person.invite_pending = state >= 0.03, 0.03 <= state < 0.07
        person.provision_source = "AD" if roll() < 0.8 else None
        self._seen(person, at)
        if roll() < 0.002:
            person.site_admin_of = [self.main_site]
        self._licenses(person)
        self._memberships(person)

    def _seen(self, person: Person, at: int) -> None:
        """Nearly everybody is there every day; a few have not been for long, or never. Without a roll of the dice, so that
        nobody else changes for it.
        """
        if not person.active or person.invite_pending or at % 71 == 3:
            return
        away = at * 37 % 400 if at % 13 == 5 else at % 4
        person.last_activity = webex_time(_NOW - timedelta(days=away, minutes=at % 1440))

    def _licenses(self, person: Person) -> None:
        roll = self.chance.random
        keys = ["messaging", "space-meetings", "screen-share"]
        if roll() < 0.7:
            keys.append("advanced-messaging")
        main = roll()
        if main < 0.55:
            keys.append("suite-main-old" if main < 0.40 else "suite-main-new")
        elif main < 0.85 and not person.site_admin_of:
            person.attendee_sites = [self.main_site]
        if roll() < 0.12:
            keys.append("suite-emea")
        calling = roll()
        if calling < 0.30:
            keys.append(CALLING_KEYS[0] if calling < 0.18 else CALLING_KEYS[1] if calling < 0.25 else CALLING_KEYS[2])
        elif calling < 0.34:
            keys.append("unified-cm")
        extra = roll()
        if extra < 0.05:
            keys.append("agent-premium" if extra < 0.02 else "agent-standard")
        elif extra < 0.10:
            keys.append("translations")
        elif extra < 0.30:
            keys.append("exchange")
        for key in keys[:8]:
            self.state.hold(person, self.state.licenses[key])
        self._phone(person, holds_calling=calling < 0.30)

    def _phone(self, person: Person, *, holds_calling: bool) -> None:
        roll = self.chance.random
        kind = roll()
        place = self.calling_places[int(roll() * len(self.calling_places))]
        if holds_calling and kind < 0.85:
            number = self._number(place)
            extension = number.number[-4:] if kind < 0.5 else None
            if extension and (place.key, extension) in self.state.extensions:
                extension = None
            self.state.claim(person, place, number, extension)
            person.work_phone = number.number
        elif holds_calling:
            extension = self.state.free_extension(place, self.next_extension.get(place.key, 20000))
            self.next_extension[place.key] = int(extension) + 1
            self.state.claim(person, place, None, extension)
        elif kind < 0.05:
            person.work_phone = BAD_PHONES[int(roll() * len(BAD_PHONES))]
        elif kind < 0.30:
            person.work_phone = self._number(place).number
        elif kind < 0.35:
            person.work_phone = self._spare().number

    def _number(self, place: Location, state: str = "ACTIVE") -> Number:
        number = Number(self._digits(), place, state)
        self.state.add_number(number)
        return number

    def _spare(self) -> Number:
        """A number that the organization does not own."""
        return Number(self._digits(), self.calling_places[0])

    def _digits(self) -> str:
        at = self.made_numbers
        self.made_numbers += 1
        area, rest = divmod(at, 10_000)
        # Beyond 160,000 numbers the exchange moves on from 555; still no subscriber's number in use today.
        turn, area = divmod(area, len(AREAS))
        return f"+1{AREAS[area]}{555 - turn:03d}{rest:04d}"

    def _memberships(self, person: Person) -> None:
        roll = self.chance.random
        groups = self.made_groups
        if not groups or roll() < 0.08:
            return
        if roll() < 0.6:
            self.state.join_group(person, groups[0])
        for _ in range(int(roll() * 4)):
            # squaring makes the first groups large and the last ones small
            self.state.join_group(person, groups[int(roll() ** 2 * len(groups))])

    def _externals(self) -> None:
        for at in range(max(1, self.people // 400)):
            person = self.state.new_person(
                f"guest{at}@partner.example", f"Guest {at}", "2024-03-01T09:00:00.000Z", external=True
            )
            self.state.hold(person, self.state.licenses["suite-main-old"])

    def _spare_numbers(self) -> None:
        for at in range(max(4, self.people // 50)):
            place = self.calling_places[at % len(self.calling_places)]
            number = self._number(place, "INACTIVE" if at % 9 == 8 else "ACTIVE")
            if at % 7 == 6:
                number.toll_free = True
            if at % 11 == 10:
                number.owner = self.state.feature("HUNT_GROUP", f"Hunt group {at}")
        self._number(list(self.state.locations.values())[-1])

    def _totals(self) -> None:
        slack: Mapping[str, float] = {"suite-emea": 0.0, "calling-pro-old": 0.01, "suite-main-old": 0.02}
        for license in self.state.licenses.values():
            used = license.consumed
            if license.subscription is None:
                license.total = default_total(self.state, license)
            else:
                license.total = used + 2 + int(used * slack.get(license.key, 0.15))
