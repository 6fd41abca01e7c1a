"""Groups while a sync runs: who is in which of those read, and what the store keeps of each group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from reconciler.model import ids
from reconciler.model.live import Group, GroupMembers
from reconciler.store.packing import decode, encode
from reconciler.store.versions import Reading

_REGULAR = ids.encode("PEOPLE", "00000000-0000-4000-8000-000000000000")
_LENGTH = len(_REGULAR)
_UUID_LENGTH = 36
# Base64 turns three bytes into four characters, so this much does not depend on the uuid.
_BEGINNING = _REGULAR[: len("ciscospark://us/PEOPLE/") // 3 * 4]


class GroupRow(msgspec.Struct, frozen=True):
    """What is kept of a group. `read`: its members were listed in this version.

    `had_members` stays true once it was, and `first_read` is the moment of the first snapshot that listed the members.
    """

    name: str
    member_size: int | None
    read: bool = False
    seen: int = 0
    nested: int = 0
    had_members: bool = False
    first_read: int | None = None


def spelled(person_id: str) -> str:
    """One spelling for every spelling of a person's id; ids that Webex writes as usual stay as they are.

    >>> spelled("00000000-0000-4000-8000-000000000000") == _REGULAR
    True
    """
    if len(person_id) == _LENGTH and person_id.startswith(_BEGINNING):
        return person_id
    bare = ids.uuid_of(person_id)
    return ids.encode("PEOPLE", bare) if len(bare) == _UUID_LENGTH else bare


class Memberships:
    """Which combination of groups each person is in. A combination is a number; 0 is none."""

    def __init__(self) -> None:
        self.of: dict[str, int] = {}
        self._combinations: list[tuple[str, ...]] = [()]
        self._numbers: dict[tuple[str, ...], int] = {(): 0}

    def add(self, members: GroupMembers) -> None:
        """Enter the people of one group."""
        group, of = members.group.id, self.of
        joined: dict[int, int] = {}
        for person in members.people:
            key = person if len(person) == _LENGTH and person.startswith(_BEGINNING) else spelled(person)
            before = of.get(key, 0)
            after = joined.get(before)
            if after is None:
                after = joined[before] = self._with(before, group)
            of[key] = after

    def groups(self, number: int) -> tuple[str, ...]:
        """The group ids of a combination, sorted."""
        return self._combinations[number]

    def _with(self, number: int, group: str) -> int:
        groups = tuple(sorted({*self._combinations[number], group}))
        found = self._numbers.get(groups)
        if found is None:
            found = self._numbers[groups] = len(self._combinations)
            self._combinations.append(groups)
        return found


def readings(
    groups: Iterable[Group], members: Mapping[str, GroupMembers], known: Mapping[str, str], moment: int
) -> dict[str, Reading]:
    """The rows of all groups: what is listed now, with what is remembered from before."""
    listed = {group.id: group for group in groups}
    listed |= {key: item.group for key, item in members.items() if key not in listed}
    rows: dict[str, Reading] = {}
    for key, group in listed.items():
        before = decode("grp", known[key], GroupRow) if key in known else GroupRow("", None)
        row = GroupRow(group.name, group.member_size, had_members=before.had_members, first_read=before.first_read)
        item = members.get(key)
        if item is not None:
            row = GroupRow(
                group.name,
                group.member_size,
                read=True,
                seen=item.seen,
                nested=len(item.nested),
                had_members=before.had_members or bool(item.people or item.seen),
                first_read=moment if before.first_read is None else before.first_read,
            )
        rows[key] = Reading(0, encode(row))
    return rows
