"""A group is meant by its exact display name, or by its id; anything else is an error that names what was probably meant.

Names compare trimmed and in one Unicode form, and upper and lower case count, as in Webex. Two groups of one name need the
id, which is understood as Webex shows it, with or without padding, and as the bare UUID. Why: a group that is found by
guessing gives licenses to the wrong people. Source: RULES 1.2 (R3).

>>> from tests.support.example import example
>>> example('''
... organization: {assignment: groups}
... templates: {sales: {groups: [sales], licenses: [Real-Time Translations]}}
... people: {ann: {in: [Sales]}}
... ''')
error unknown-group: the organization has no group 'sales'
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

import msgspec

from reconciler.model import canonical, ids
from reconciler.model.desired import GroupReference
from reconciler.model.finding import Finding
from reconciler.model.live import Group
from reconciler.model.memory import KnownGroup


class Names(msgspec.Struct, frozen=True):
    """The groups that live has and those that the store remembers, by canonical name and by UUID.

    `here`: name -> ids. `by_uuid`: UUID -> id, of live. `known`, `known_uuid`: the remembered ones.
    """

    here: Mapping[str, Sequence[str]]
    by_uuid: Mapping[str, str]
    known: Mapping[str, KnownGroup]
    known_uuid: Mapping[str, KnownGroup]


def index(groups: Sequence[Group], known: Sequence[KnownGroup]) -> Names:
    """The names of a snapshot's groups and of the remembered ones."""
    here: dict[str, list[str]] = {}
    for group in groups:
        here.setdefault(canonical.name(group.name), []).append(group.id)
    return Names(
        here,
        {ids.uuid_of(group.id): group.id for group in groups},
        {canonical.name(group.name): group for group in known},
        {ids.uuid_of(group.id): group for group in known},
    )


def act(reference: GroupReference, names: Names) -> str | KnownGroup | Finding:
    """The id of the group; the remembered group if live has it no more; or the error."""
    where = f"{reference.source}:{reference.source.column}"
    if reference.id is not None:
        return _by_id(reference.id, names, where)
    name = canonical.name(reference.name or "")
    found = names.here.get(name, [])
    if len(found) > 1:
        return Finding(
            "ambiguous-group",
            "error",
            where,
            f"{len(found)} groups are named {name!r}",
            "name the one you mean by its id: `groups: [{id: ...}]`; the ids are " + ", ".join(sorted(found)),
        )
    if found:
        return found[0]
    known = names.known.get(name)
    return known if known is not None else Finding("unknown-group", "error", where, *unknown(name, names))


def _by_id(group_id: str, names: Names, where: str) -> str | KnownGroup | Finding:
    uuid = ids.uuid_of(group_id)
    found = names.by_uuid.get(uuid) or names.known_uuid.get(uuid)
    return found or Finding(
        "unknown-group",
        "error",
        where,
        f"the organization has no group with id {group_id}",
        "copy the id from Control Hub, or name the group by its display name",
    )


def unknown(name: str, names: Names) -> tuple[str, str]:
    """Message and hint for a name that no group has or had."""
    return f"the organization has no group {name!r}", _renamed(name, names) or _alike(name, names)


def _renamed(name: str, names: Names) -> str:
    renamed = [
        f"{known.name!r} (id: {known.id})"
        for uuid, known in sorted(names.known_uuid.items())
        if uuid in names.by_uuid and name in map(canonical.name, known.former)
    ]
    if not renamed:
        return ""
    return f"a group of that name is now called {' or '.join(renamed)}: rename it in the files, or name it by id"


def _alike(name: str, names: Names) -> str:
    folded = {text.casefold(): text for text in sorted(names.here)}
    same = folded.get(name.casefold())
    if same is not None:
        return f"upper and lower case count: the group is named {same!r}"
    close = [folded[text] for text in difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=0.5)]
    if close:
        return f"did you mean {', '.join(map(repr, close))}?"
    return "nested, distribution and not yet synchronised groups are not visible to Webex"
