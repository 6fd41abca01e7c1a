"""Groups by name or id (RULES 1.2, 1.7): unset, unreadable and empty are three things.

A declared group that was never seen is an error with the nearest names, or with its new name if it was renamed. One that
was seen before and is missing now, or that lost all its members, is a finding: what its former members hold is kept back
from removal until an Acknowledgement releases it or the files drop the group. An emptied group is also trusted again when
at least half as many members are back (`store/groups.py`), never because one stranger joined.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from reconciler.model import canonical, ids
from reconciler.model.desired import Acknowledgement, GroupReference
from reconciler.model.finding import Finding
from reconciler.model.live import Group
from reconciler.model.memory import KnownGroup


class Groups:
    """The organization's groups, and which of the declared ones cannot be trusted now (`lost`: group ids).

    `released_by`: names of the Acknowledgements that released some group. `let_go`: what the last apply kept of them.
    """

    def __init__(
        self, groups: Sequence[Group], known: Sequence[KnownGroup] = (), let_go: Sequence[tuple[str, datetime]] = ()
    ) -> None:
        self._by_name: dict[str, list[str]] = {}
        for group in groups:
            self._by_name.setdefault(canonical.name(group.name), []).append(group.id)
        self._by_uuid = {ids.uuid_of(group.id): group.id for group in groups}
        self._known = {canonical.name(group.name): group for group in known}
        self._known_uuid = {ids.uuid_of(group.id): group for group in known}
        self.names = {group.id: group.name for group in groups} | {
            group.id: group.name for group in known if ids.uuid_of(group.id) not in self._by_uuid
        }
        self._peopled = {canonical.name(group.name) for group in known if group.had_members}
        self._let_go = frozenset(let_go)
        self._released: set[str] = set()
        self._told: list[tuple[str, Finding]] = []
        self.released_by: set[str] = set()
        self.lost: set[str] = set()

    def find(self, reference: GroupReference, findings: list[Finding]) -> str | None:
        """The id of a declared group; adds an error and gives None when the organization does not have it."""
        if reference.id is not None:
            return self._find_id(reference, findings)
        name = canonical.name(reference.name or "")
        found = self._by_name.get(name, [])
        if len(found) == 1:
            return found[0]
        where = f"{reference.source}:{reference.source.column}"
        if len(found) > 1:
            findings.append(
                Finding(
                    "ambiguous-group",
                    "error",
                    where,
                    f"{len(found)} groups are named {name!r}",
                    "name the one you mean by its id: `groups: [{id: ...}]`; the ids are " + ", ".join(sorted(found)),
                )
            )
            return None
        known = self._known.get(name)
        if known is not None:
            return self._missing(known, where, findings)
        findings.append(self._unknown(name, where))
        return None

    def _find_id(self, reference: GroupReference, findings: list[Finding]) -> str | None:
        uuid = ids.uuid_of(reference.id or "")
        if uuid in self._by_uuid:
            return self._by_uuid[uuid]
        where = f"{reference.source}:{reference.source.column}"
        known = self._known_uuid.get(uuid)
        if known is not None:
            return self._missing(known, where, findings)
        findings.append(
            Finding(
                "unknown-group",
                "error",
                where,
                f"the organization has no group with id {reference.id}",
                "copy the id from Control Hub, or name the group by its display name",
            )
        )
        return None

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

    def _unknown(self, name: str, where: str) -> Finding:
        renamed = [
            f"{known.name!r} (id: {known.id})"
            for uuid, known in sorted(self._known_uuid.items())
            if uuid in self._by_uuid and name in map(canonical.name, known.former)
        ]
        if renamed:
            hint = (
                f"a group of that name is now called {' or '.join(renamed)}: rename it in the files, or name it by id"
            )
            return Finding("unknown-group", "error", where, f"the organization has no group {name!r}", hint)
        folded = {text.casefold(): text for text in sorted(self._by_name)}
        same = folded.get(name.casefold())
        if same is not None:
            hint = f"upper and lower case count: the group is named {same!r}"
        else:
            close = [folded[text] for text in difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=0.5)]
            hint = f"did you mean {', '.join(repr(text) for text in close)}?" if close else (
                "nested, distribution and not yet synchronised groups are not visible to Webex"
            )  # fmt: skip
        return Finding("unknown-group", "error", where, f"the organization has no group {name!r}", hint)

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
        known = self._known_uuid.get(ids.uuid_of(group_id))
        if known is not None and known.emptied is not None:
            return (group_id, known.emptied) not in self._let_go
        had_members = canonical.name(self.names[group_id]) in self._peopled or (known is not None and known.had_members)
        return members == 0 and had_members

    def let_go(self) -> tuple[tuple[str, datetime], ...]:
        """The emptied groups (id, since when) that a completed apply of these files releases for good.

        Those that an Acknowledgement releases now, and those of earlier applies that were not emptied anew since.
        """
        emptied = {(group.id, group.emptied) for group in self._known_uuid.values() if group.emptied is not None}
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
