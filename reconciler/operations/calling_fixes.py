"""What Control Hub's CSV import can put right for people without Calling, proven by the plan's own checks.

Only records that are kept in Control Hub are touched: what a directory feeds would be overwritten by it (help.webex.com
afv3q8: leave synchronized attributes empty). Nothing is made up: a number is proposed when what is written already means
exactly one number of the organization, an extension when it is the end of the person's own number and free.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from reconciler.model import ids
from reconciler.model.calling_readiness import Fix
from reconciler.model.expected import Wish
from reconciler.model.live import Person, PhoneNumber
from reconciler.ports import LiveView
from reconciler.resolve.calling import NumberPlan, Problem
from reconciler.resolve.calling.ask import Ask

NUMBER_CODES = frozenset({"no-work-phone", "number-not-e164"})
EXTENSION_CODES = frozenset({"no-extension", "extension-not-digits", "extension-in-use"})
_WRITTEN = re.compile(r"[0-9 ().+/\-\u2010-\u2015\xa0]+")
_FEWEST = 7
"""Digits that a number must have before its end is looked up: fewer are an extension."""
_LENGTH = 4
"""Digits of an extension where the location has none to go by."""


class _Try(msgspec.Struct, frozen=True):
    """A person as the fix would leave them, and what stood in the way before."""

    before: Person
    after: Person
    wish: Wish
    codes: tuple[str, ...]


def fixes(stuck: Sequence[tuple[Person, Wish]], numbers: NumberPlan, live: LiveView) -> tuple[Fix, ...]:
    """A fix for everybody for whom one is possible and enough, by address; one for each person.

    Changes what `numbers` has looked up, so the plan must be finished.
    """
    tries = _tries(stuck, numbers, live)
    if not tries:
        return ()
    numbers.prepare((item.after, item.wish.calling) for item in tries)
    found: dict[str, Fix] = {}
    for item in tries:
        _, problems = numbers.propose(item.after, item.wish.calling)
        told = numbers.told(item.after, item.wish.calling)
        if not problems and told is not None:
            found.setdefault(item.before.id, _fix(item, told[0]))
    return _nothing_twice(found.values())


def _tries(stuck: Sequence[tuple[Person, Wish]], numbers: NumberPlan, live: LiveView) -> list[_Try]:
    open_ones: list[tuple[Person, Wish, Ask, tuple[Problem, ...]]] = []
    for person, wish in stuck:
        told = numbers.told(person, wish.calling)
        if told is not None and not person.provision_source and _mendable(told[0], told[1]):
            open_ones.append((person, wish, *told))
    if not open_ones:
        return []
    inventory = _Inventory(live.numbers())
    tries = []
    for person, wish, ask, problems in open_ones:
        codes = tuple(problem.code for problem in problems)
        phone = inventory.meant(person) if NUMBER_CODES & set(codes) else None
        after = msgspec.structs.replace(person, work_phone=phone) if phone else person
        if ask.wanted.extension == "fromDirectory" and (phone or EXTENSION_CODES & set(codes)):
            extension = inventory.extension(phone or ask.number)
            keep = person.extension and not EXTENSION_CODES & set(codes)
            after = after if keep else msgspec.structs.replace(after, extension=extension)
        if after != person:
            tries.append(_Try(person, after, wish, codes))
    return tries


def _mendable(ask: Ask, problems: Iterable[Problem]) -> bool:
    """Whether the person's record is where what is wrong comes from."""
    codes = {problem.code for problem in problems}
    phone = bool(codes & NUMBER_CODES) and ask.wanted.number == "workPhone"
    return phone or (bool(codes & EXTENSION_CODES) and ask.wanted.extension == "fromDirectory")


def _fix(item: _Try, ask: Ask) -> Fix:
    number = ask.number if item.after.work_phone != item.before.work_phone else None
    extension = ask.extension if item.after.extension != item.before.extension else None
    location = ask.location.name if ask.location else None
    return Fix(item.before.id, item.before.email, number, extension, location, item.codes)


def _nothing_twice(found: Iterable[Fix]) -> tuple[Fix, ...]:
    """Those fixes whose number and extension no other one wants: who should have it is for people to say."""
    everything = list(found)
    wanted = Counter(item.number for item in everything)
    extensions = Counter((item.location, item.extension) for item in everything)
    alone = (
        item
        for item in everything
        if (item.number is None or wanted[item.number] == 1)
        and (item.extension is None or extensions[item.location, item.extension] == 1)
    )
    return tuple(sorted(alone, key=lambda item: (item.email, item.person_id)))


class _Inventory:
    """The organization's numbers, by their last digits, by owner, and with the length of extensions at each location."""

    def __init__(self, rows: Iterable[PhoneNumber]) -> None:
        self._by_end: dict[str, set[str]] = {}
        self._by_owner: dict[str, set[str]] = {}
        self._place: dict[str, str] = {}
        self._lengths: dict[str, Counter[int]] = {}
        for row in rows:
            place = ids.uuid_of(row.location_id)
            if row.number:
                self._by_end.setdefault(row.number[-_FEWEST:], set()).add(row.number)
                self._place[row.number] = place
                if row.owner_id:
                    self._by_owner.setdefault(ids.uuid_of(row.owner_id), set()).add(row.number)
            if row.extension:
                self._lengths.setdefault(place, Counter())[len(row.extension)] += 1

    def meant(self, person: Person) -> str | None:
        """The only number that the work phone can mean; without one, the only number that belongs to the person."""
        text = (person.work_phone or "").strip()
        if not text:
            mine = self._by_owner.get(ids.uuid_of(person.id), set())
            return next(iter(mine)) if len(mine) == 1 else None
        digits = re.sub(r"[^0-9]", "", text).lstrip("0")
        if not _WRITTEN.fullmatch(text) or len(digits) < _FEWEST:
            return None
        found = [number for number in self._by_end.get(digits[-_FEWEST:], ()) if number.endswith(digits)]
        return found[0] if len(found) == 1 else None

    def extension(self, number: str | None) -> str | None:
        """The end of the number, as long as most extensions at its location."""
        if number is None:
            return None
        lengths = self._lengths.get(self._place.get(number, ""))
        length = min(lengths, key=lambda size: (-lengths[size], size)) if lengths else _LENGTH
        return number[-length:]
