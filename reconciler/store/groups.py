"""Groups while a sync runs: who is in which of those read, and what the store keeps of each group.

A group that had members and is read empty counts as emptied from then on: what its former members hold is held back
(RULES 1.7). One stranger who joins does not end that. It ends when the group has at least half as many direct members,
rounded up, as it had before. An Acknowledgement ends it too, but that is not a reading: see the registry of applies.
A group made anew under the name of one that is gone is the same group, and has to become itself again in the same way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec

from reconciler.model import canonical, ids
from reconciler.model.live import Group, GroupMembers
from reconciler.model.memory import KnownGroup
from reconciler.store.packing import decode, encode, time_of
from reconciler.store.versions import Reading

_REGULAR = ids.encode("PEOPLE", "00000000-0000-4000-8000-000000000000")
_LENGTH = len(_REGULAR)
_UUID_LENGTH = 36
# Base64 turns three bytes into four characters, so this much does not depend on the uuid.
_BEGINNING = _REGULAR[: len("ciscospark://us/PEOPLE/") // 3 * 4]


class GroupRow(msgspec.Struct, frozen=True):
    """What is kept of a group. `read`: its members were listed in this version; if not, `seen` is of an earlier one.

    `had_members` stays true once it was, and `first_read` is the moment of the first snapshot that listed the members.
    `emptied`: the moment since when it counts as emptied. `full`: how many direct members it had when it last did not.
    `former`: earlier names, oldest first, without the one it has.
    """

    name: str
    member_size: int | None
    read: bool = False
    seen: int = 0
    nested: int = 0
    had_members: bool = False
    first_read: int | None = None
    emptied: int | None = None
    full: int = 0
    former: tuple[str, ...] = ()

    def known(self, key: str) -> KnownGroup:
        """What the rules get to know of the group with this id."""
        emptied = None if self.emptied is None else time_of("grp", self.emptied)
        return KnownGroup(key, self.name, self.had_members, emptied, self.former)


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
    rows = {key: decode("grp", body, GroupRow) for key, body in known.items()}
    gone = _gone(rows, listed)
    found: dict[str, Reading] = {}
    for key, group in listed.items():
        before = rows.get(key) or _anew(group, gone, moment)
        row = GroupRow(
            group.name,
            group.member_size,
            seen=before.seen,
            had_members=before.had_members,
            first_read=before.first_read,
            emptied=before.emptied,
            full=before.full,
            former=_former(before, group.name),
        )
        if key in members:
            row = _read(row, before, members[key], moment)
        found[key] = Reading(0, encode(row))
    return found


def _gone(rows: Mapping[str, GroupRow], listed: Collection[str]) -> dict[str, GroupRow]:
    """Groups that had members and are not listed any more, by name; of several the one that had most."""
    gone = [row for key, row in rows.items() if key not in listed and row.had_members]
    return {canonical.name(row.name): row for row in sorted(gone, key=lambda row: row.full)}


def _anew(group: Group, gone: Mapping[str, GroupRow], moment: int) -> GroupRow:
    """What is known beforehand of a group never seen: nothing, or what is of the one whose name it took."""
    old = gone.get(canonical.name(group.name))
    if old is None:
        return GroupRow(group.name, None)
    return GroupRow(group.name, None, had_members=True, emptied=moment, full=old.full, former=old.former)


def _former(before: GroupRow, name: str) -> tuple[str, ...]:
    return tuple(text for text in dict.fromkeys((*before.former, before.name)) if text != name)


def _read(row: GroupRow, before: GroupRow, item: GroupMembers, moment: int) -> GroupRow:
    """The row with what the list of members says."""
    seen = max(item.seen, len(item.people))
    emptied = before.emptied
    if not seen and before.had_members:
        emptied = moment if emptied is None or before.seen else emptied
    elif emptied is not None and 2 * seen >= before.full:
        emptied = None
    # What Webex counts matters where only a part of them could be read.
    size = max(seen, row.member_size or 0)
    return msgspec.structs.replace(
        row,
        read=True,
        seen=item.seen,
        nested=len(item.nested),
        had_members=before.had_members or seen > 0,
        first_read=moment if before.first_read is None else before.first_read,
        emptied=emptied,
        full=size if emptied is None else max(before.full, seen),
    )
