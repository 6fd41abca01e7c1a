"""How fast people are decoded: JSON pages of `GET /people` into `PersonReading`, against `json.loads` of the same bytes.

Run as `python -m benchmarks.decode [PEOPLE]` (default 100,000). The people are typical: five licenses of 40, ids as long as
Webex's (they hold organization, type, uuid and often a site), one or two site URLs, 800 different holdings. Pages of
1,000 people. Each figure is the best of three, in seconds of one core, with the garbage collector on; the last line checks
that equal holdings are one object.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable

from reconciler.model import ids
from reconciler.model.live import PersonReading
from reconciler.webex.people import PeopleDecoder

_PAGE = 1000


def pages(count: int) -> list[bytes]:
    """The bodies of all pages."""
    chance = random.Random(7)
    org = _uuid(chance)
    licenses = [
        ids.encode("LICENSE", f"{org}:EE_{_uuid(chance)}" + (f"_site{n}.webex.com" if n % 4 == 0 else "_"))
        for n in range(40)
    ]
    holdings = [chance.sample(licenses, 5) for _ in range(800)]
    people = [_person(chance, number, org, chance.choice(holdings)) for number in range(count)]
    return [
        json.dumps({"items": people[at : at + _PAGE], "notFoundIds": None}, separators=(",", ":")).encode()
        for at in range(0, count, _PAGE)
    ]


def _person(chance: random.Random, number: int, org: str, licenses: list[str]) -> dict[str, object]:
    uuid = _uuid(chance)
    return {
        "id": ids.encode("PEOPLE", uuid),
        "emails": [f"person.{number}@acme.example"],
        "phoneNumbers": [{"type": "work", "value": f"+1408555{number:06d}"}] if number % 3 == 0 else [],
        "displayName": f"Person {number}",
        "nickName": "Person",
        "firstName": "Person",
        "lastName": str(number),
        "avatar": f"https://avatar.example/{uuid}~1600",
        "orgId": ids.encode("ORGANIZATION", org),
        "roles": [],
        "licenses": licenses,
        "created": "2021-06-15T20:36:48.914Z",
        "lastModified": "2024-06-15T20:36:48.914Z",
        "timezone": "Europe/London",
        "sipAddresses": [{"type": "personal-room", "value": f"{number}@acme.webex.com", "primary": False}],
        "siteUrls": [f"site{number % 5}.webex.com#attendee", "acme.webex.com"][: 1 + number % 2],
        "invitePending": False,
        "loginEnabled": True,
        "type": "person",
    }


def _uuid(chance: random.Random) -> str:
    digits = f"{chance.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _best(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    bodies = pages(count)
    readings: list[list[PersonReading] | None] = []

    def ours() -> None:
        decoder = PeopleDecoder()
        readings[:] = [decoder.page(body) for body in bodies]

    plain = _best(lambda: [json.loads(body) for body in bodies])
    fast = _best(ours)
    everybody = [person for page in readings for person in page or ()]
    print(f"{count:,} people, {sum(map(len, bodies)) / 1e6:,.0f} MB of JSON in {len(bodies)} pages")
    print(f"json.loads, dicts kept              {plain:6.2f} s")
    print(f"PeopleDecoder, PersonReading kept   {fast:6.2f} s   ({plain / fast:.1f} times as fast)")
    print(f"distinct holdings {len({person.licenses for person in everybody}):,}", end=", ")
    print(f"tuples in memory {len({id(person.licenses) for person in everybody}):,}")


if __name__ == "__main__":
    main()
