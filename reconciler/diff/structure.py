"""What changed between two snapshots apart from people: licenses, subscriptions, sites and groups.

DeepDiff finds the differences; its output is turned into sorted values, because its own order is not promised.
Counts of use are left out: they change all day.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reconciler.model.catalog import License
from reconciler.model.drift import StructuralChange
from reconciler.model.live import Group

Tree = dict[str, dict[str, str]]


def structure(licenses: Sequence[License], groups: Sequence[Group]) -> Tree:
    """The organization without its people, by readable names; every leaf is text."""
    tree: Tree = {}
    for pool in licenses:
        place = f" @ {pool.site}" if pool.site else ""
        tree[f"license {pool.name}{place} ({pool.subscription or 'no subscription'}) {pool.id[-8:]}"] = {
            "total": _text(pool.total),
            "site type": pool.site_type or "",
        }
        if pool.subscription:
            tree[f"subscription {pool.subscription}"] = {}
        if pool.site:
            tree[f"site {pool.site}"] = {}
    for group in groups:
        tree[f"group {group.name} ({group.id[-8:]})"] = {"members": _text(group.member_size)}
    return tree


def structural_changes(before: Tree, after: Tree) -> tuple[StructuralChange, ...]:
    """Every difference between two structures, sorted."""
    from deepdiff import DeepDiff  # slow to import, and needed for drift alone

    # Without the threshold two structures with little in common count as one changed value, and nothing in them is named.
    found = DeepDiff(before, after, view="tree", threshold_to_diff_deeper=0)
    changes = [StructuralChange(_what(node), "added") for node in found.get("dictionary_item_added", ())]
    changes += [StructuralChange(_what(node), "removed") for node in found.get("dictionary_item_removed", ())]
    for node in found.get("values_changed", ()):
        path = node.path(output_format="list")
        changes.append(StructuralChange(_name(path[0]), "changed", str(path[1]), str(node.t1), str(node.t2)))
    return tuple(sorted(changes))


def _what(node: Any) -> str:
    return _name(node.path(output_format="list")[0])


def _name(key: object) -> str:
    """The readable part of a key: without the piece of an id that keeps keys apart."""
    text = str(key)
    if text.startswith("license "):
        return text.rpartition(" ")[0]
    return text.rpartition(" (")[0] if text.startswith("group ") else text


def _text(number: int | None) -> str:
    return "unknown" if number is None else str(number)
