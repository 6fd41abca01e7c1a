"""A group that is missing or suddenly empty is not a group without members: nobody loses anything by it.

Unset, unreadable and empty are three things. A declared group that was never seen is an error. One that was seen before
and is missing now, or that lost all its members, is a finding: what its former members hold is kept back from removal
until an Acknowledgement releases it or the files drop the group. An emptied group is also trusted again when at least half
as many members are back (`store/groups.py`), never because one stranger joined. Why: a directory connector that fails
empties groups, and taking that for a decision takes licenses from everybody. Source: RULES 1.7 (R41, F2, F4).

>>> groups = Groups([], [KnownGroup("id-of-sales", "Sales", had_members=True)])
>>> findings = []
>>> groups.find(GroupReference("Sales"), findings)
'id-of-sales'
>>> findings[0].message
"group 'Sales' was there before and is gone now; what its former members hold is kept"
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from reconciler.book import groups_are_named_exactly
from reconciler.model import canonical, ids
from reconciler.model.desired import Acknowledgement, GroupReference
from reconciler.model.finding import Finding
from reconciler.model.live import Group
from reconciler.model.memory import KnownGroup
from reconciler.model.rule import Rule


class Groups:
    """The organization's groups, and which of the declared ones cannot be trusted now (`lost`: group ids).

    `released_by`: names of the Acknowledgements that released some group. `let_go`: what the last apply kept of them.
    """

    def __init__(
        self, groups: Sequence[Group], known: Sequence[KnownGroup] = (), let_go: Sequence[tuple[str, datetime]] = ()
    ) -> None:
        self._index = groups_are_named_exactly.index(groups, known)
        self.names = {group.id: group.name for group in groups} | {
            group.id: group.name for group in known if ids.uuid_of(group.id) not in self._index.by_uuid
        }
        self._peopled = {canonical.name(group.name) for group in known if group.had_members}
        self._let_go = frozenset(let_go)
        self._released: set[str] = set()
        self._told: list[tuple[str, Finding]] = []
        self.released_by: set[str] = set()
        self.lost: set[str] = set()

    def find(self, reference: GroupReference, findings: list[Finding]) -> str | None:
        """The id of a declared group; adds an error and gives None when the organization does not have it."""
        found = groups_are_named_exactly.act(reference, self._index)
        if isinstance(found, Finding):
            findings.append(found)
            return None
        if isinstance(found, KnownGroup):
            return self._missing(found, f"{reference.source}:{reference.source.column}", findings)
        return found

    def looked_up(self, reference: GroupReference) -> str | Finding:
        """The id of a group, or what is wrong with its name, without declaring that group."""
        found = groups_are_named_exactly.act(reference, self._index)
        return found.id if isinstance(found, KnownGroup) else found

    def _missing(self, known: KnownGroup, where: str, findings: list[Finding]) -> str:
        told = Finding(
            "group-missing",
            "warning",
            where,
            f"group {known.name!r} was there before and is gone now; what its former members hold is kept",
            f"restore the group, take it out of the files, or release the licenses with an Acknowledgement "
            f"(group: {known.name})",
        )
        self._lose(known.id, told, findings)
        return known.id

    def _lose(self, group_id: str, told: Finding, findings: list[Finding]) -> None:
        if group_id not in self._released:
            self.lost.add(group_id)
            self._told.append((group_id, told))
            findings.append(told)

    def check_emptied(
        self, declared: Mapping[str, str], seen: Mapping[str, tuple[int, int]], findings: list[Finding]
    ) -> None:
        """Mark declared groups (id -> place in the files) that lost all their members and are not themselves again.

        A group that was deleted and made anew under its name is the same one, though its id is another.
        """
        for group_id, where in sorted(declared.items()):
            if group_id not in seen or not self._emptied(group_id, seen[group_id][0]):
                continue
            name, members = self.names[group_id], seen[group_id][0]
            now = f", lost them all and has only {members} now" if members else " and has none now"
            told = Finding(
                "group-emptied",
                "warning",
                where,
                f"group {name!r} had members before{now}; what the former members hold is kept",
                f"if that is meant, release the licenses with an Acknowledgement (group: {name}); otherwise it ends when "
                "at least half as many members are back",
            )
            self._lose(group_id, told, findings)

    def _emptied(self, group_id: str, members: int) -> bool:
        known = self._index.known_uuid.get(ids.uuid_of(group_id))
        if known is not None and known.emptied is not None:
            return (group_id, known.emptied) not in self._let_go
        had_members = canonical.name(self.names[group_id]) in self._peopled or (known is not None and known.had_members)
        return members == 0 and had_members

    def let_go(self) -> tuple[tuple[str, datetime], ...]:
        """The emptied groups (id, since when) that a completed apply of these files releases for good.

        Those that an Acknowledgement releases now, and those of earlier applies that were not emptied anew since.
        """
        emptied = {(group.id, group.emptied) for group in self._index.known_uuid.values() if group.emptied is not None}
        return tuple(sorted(item for item in emptied if item in self._let_go or item[0] in self._released))

    def release(self, acknowledgements: Sequence[Acknowledgement], today: date, findings: list[Finding]) -> None:
        """Take groups off the lost list that a valid Acknowledgement releases, and what was told of them off `findings`."""
        for item in acknowledgements:
            if item.group is not None and item.until >= today:
                quiet: list[Finding] = []
                found = self.find(item.group, quiet)
                self._released.add(found or "")
                if found in self.lost:
                    self.released_by.add(item.name)
        self.lost -= self._released
        over = [told for group_id, told in self._told if group_id in self._released]
        findings[:] = [finding for finding in findings if finding not in over]


GROUPS: tuple[Rule[Callable[..., Any]], ...] = (
    Rule("groups-are-named-exactly", "1.2", groups_are_named_exactly.act),
    Rule("lost-groups-are-not-empty", "1.7", Groups.check_emptied),
)
"""What a group in the files means: first its name, then whether its members can be believed."""
